"""Every way to change a run, as one call each; and a projection that exists only in tests."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy import BigInteger, Delete, ForeignKey, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.domain.runs.activity import Activity, FileReport, Lap, Segment, Source, Sport
from bot.domain.runs.run_facts import CreditFacts, Facts, MemberFacts, MemberKey, PersonFacts, RunFacts
from bot.domain.runs.runs import Direction, Extra, Review, RunContent, Sharing, SpotterState, Stretch, Surface
from bot.domain.runs.table_lines import TableLine
from bot.domain.runs.tables import Matching, Service, TableHead
from bot.services.boards import seasons, windows
from bot.services.clubs import memberships
from bot.services.members.people import Person, Seen, meet
from bot.services.privacy import gone_clubs, privacy
from bot.services.profile import settings
from bot.services.projections.run_projections import Projection
from bot.services.runs import lap_directions, reviews, run_changes, spotting, table_answers, table_imports
from bot.services.runs.imports import save_import
from bot.services.runs.revisions import insert_run
from db.engine import Database
from db.models import Guild, Member, Run, Spotting, StretchRow, User

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
TODAY = NOW.date()
ALICE, BOB, CAROL = PEOPLE = (11, 12, 13)
CLUB, OTHER_CLUB = CLUBS = (900, 901)

BACK = Stretch(Direction.BACKWARD, 5000, 1_650_000)
AHEAD = Stretch(Direction.FORWARD, 3000, 900_000)
TOO_FAST = Stretch(Direction.BACKWARD, 5000, 900_000)
"""Faster than the world best, so that an organiser must review it."""


class Town:
    """Three people in two clubs, and their changes of runs; each method is one service call."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ids = count(1)

    async def meet(self, user_id: int, guild_id: int | None = CLUB) -> Person:
        return await meet(self.database, Seen(user_id, f"member {user_id}", "en-GB", guild_id, "Club"), NOW)

    def content(
        self,
        *stretches: Stretch,
        on: date = TODAY,
        spotter_id: int | None = None,
        sharing: Sharing = Sharing.CLUB,
        effort: int | None = None,
        extras: frozenset[Extra] = frozenset(),
    ) -> RunContent:
        named = spotter_id is not None
        return RunContent(
            started_at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
            zone="UTC",
            ran_on=on,
            stretches=stretches or (BACK, AHEAD),
            surface=Surface.TRACK,
            spotter_id=spotter_id,
            spotter_name=f"member {spotter_id}" if named else None,
            spotter_state=SpotterState.ASKED if named else None,
            sharing=sharing,
            effort=effort,
            extras=extras,
        )

    async def log(self, who: int, content: RunContent, guild_id: int | None = CLUB) -> int:
        person = await self.meet(who, guild_id)
        logged = await run_changes.log_run(self.database, person, content, interaction_id=next(self.ids), now=NOW)
        return logged.view.run_id

    async def log_outing(self, who: int, content: RunContent) -> int:
        """Log a run from an outing's draft, with credits for its forward part."""
        person = await self.meet(who)
        async with self.database.write() as session:
            run = await insert_run(
                session, person, content, interaction_id=next(self.ids), ordinal=0, now=NOW,
                source=spotting.OUTING,
            )  # fmt: skip
            assert run is not None
            await spotting.credit(session, run, AHEAD.distance_m or 0, AHEAD.duration_ms)
        return run.run_id

    async def import_file(self, who: int, on: date = TODAY, guild_id: int | None = CLUB) -> int | None:
        start = datetime(on.year, on.month, on.day, 6, tzinfo=UTC)
        track = ((0.0, 0.0), (1650.0, 5000.0))
        laps = (Lap(3000, 990_000, start), Lap(2000, 660_000, start + timedelta(seconds=990)))
        segments = (
            Segment(400, 0, 0, 400, 130_000), Segment(400, 1, 1, 402, 125_000), Segment(400, 0, 1, 401, 120_000),
            Segment(1000, 0, 0, 1002, 328_000), Segment(3000, 0, 1, 3001, 985_000),
        )  # fmt: skip
        activity = Activity(
            Source.FIT, Sport.RUN, start, 0, False, 5000, 1_650_000, 1_650_000, laps, track, Surface.TRACK,
            segments=segments,
        )  # fmt: skip
        number = next(self.ids)
        report = FileReport("run.fit", f"{number}".ljust(64, "0"), activity)
        person = await self.meet(who, guild_id)
        (outcome,) = await save_import(self.database, person, [report], interaction_id=number, now=NOW)
        return outcome.run_id

    async def import_table(self, who: int, on: date = TODAY, guild_id: int | None = CLUB) -> int:
        """Import a table of two runs without a direction and an exported one with two; return the import's id."""
        start = datetime(on.year, on.month, on.day, 5, tzinfo=UTC)
        starts = [start + timedelta(hours=hour, seconds=next(self.ids)) for hour in range(3)]
        runs = [Activity(Source.CSV, Sport.RUN, at, None, False, 4000, 1_500_000, 1_500_000) for at in starts]
        content = self.content(BACK, AHEAD, on=on)
        lines = [TableLine(at, f"{next(self.ids)}".ljust(64, "0"), run) for at, run in enumerate(runs[:2])]
        lines.append(TableLine(2, f"{next(self.ids)}".ljust(64, "0"), content=replace(content, started_at=starts[2])))
        number, person = next(self.ids), await self.meet(who, guild_id)
        head = TableHead(3, ("Date", "Time"), ("", ""), Matching(Service.STRAVA, date=0, duration=1), {})
        report = FileReport("a.csv", f"{number}".ljust(64, "1"), table=head, content=b"0")
        found = await table_imports.begin(self.database, person, report, interaction_id=number, number=0, now=NOW)
        for at, some in ((0, lines[:2]), (2, lines[2:]), (3, [])):
            await table_imports.save_lines(self.database, person, found.import_id, at, some, NOW)
        return found.import_id

    async def tell_table(self, import_id: int, who: int, direction: Direction = Direction.BACKWARD) -> None:
        await table_answers.tell_slice(
            self.database, import_id, who, direction, after=0, interaction_id=next(self.ids), now=NOW
        )

    async def undo_table(self, import_id: int, who: int) -> None:
        await table_answers.undo_slice(self.database, import_id, who, after=0, interaction_id=next(self.ids), now=NOW)

    async def tell(self, run_id: int, who: int, direction: Direction = Direction.BACKWARD) -> None:
        """Answer that all of an import went one way; unknown means that only its first lap was backward."""
        if direction is Direction.UNTOLD:
            await lap_directions.tick_laps(self.database, run_id, who, range(2), {0})
            await lap_directions.tell_ticked(self.database, run_id, who, interaction_id=next(self.ids), now=NOW)
            return
        await lap_directions.tell_all(self.database, run_id, who, direction, interaction_id=next(self.ids), now=NOW)

    async def edit(self, run_id: int, who: int, content: RunContent) -> None:
        await run_changes.edit_run(
            self.database, run_id, who, lambda _: content, interaction_id=next(self.ids), now=NOW
        )

    async def delete(self, run_id: int, who: int) -> None:
        await run_changes.delete_run(self.database, run_id, who, interaction_id=next(self.ids), now=NOW)

    async def undo(self, run_id: int, who: int) -> None:
        async with self.database.read() as session:
            revision = await session.scalar(select(Run.revision).where(Run.run_id == run_id))
        await run_changes.undo_change(self.database, run_id, who, revision or 1, interaction_id=next(self.ids), now=NOW)

    async def answer(self, run_id: int, spotter_id: int, *, agreed: bool = True) -> None:
        await run_changes.answer_spotter(self.database, run_id, spotter_id, agreed=agreed)

    async def held(self) -> list[int]:
        """Return the runs held for review."""
        async with self.database.read() as session:
            return list(await session.scalars(select(Run.run_id).where(Run.review == Review.HELD.value)))

    async def review(self, run_id: int, *, agree: bool = True) -> None:
        async with self.database.read() as session:
            revision = await session.scalar(select(Run.revision).where(Run.run_id == run_id))
        await reviews.decide(
            self.database, run_id, CLUB, agree=agree, seen_revision=revision or 1, now=NOW, reason="a bike"
        )

    async def roll(self, days: int) -> None:
        """Look at the board of the last 30 days, so many days from today."""
        await self.meet(ALICE)  # a club that was deleted has nobody who looks
        await windows.roll(self.database, CLUB, "UTC", NOW + timedelta(days=days))

    async def create_season(self, first: date, last: date) -> None:
        await self.meet(ALICE)
        await seasons.create(self.database, CLUB, f"season {next(self.ids)}", first, last, NOW)

    async def delete_season(self) -> None:
        for one in (await seasons.listed(self.database, CLUB))[:1]:
            await seasons.delete(self.database, CLUB, one.season_id)

    async def hide(self, who: int, *, hidden: bool = True) -> None:
        await settings.hide(self.database, who, CLUB, hidden=hidden)

    async def leave(self, who: int) -> None:
        await memberships.leave(self.database, CLUB, who, NOW)

    async def erase(self, who: int) -> None:
        await privacy.erase(self.database, who, NOW)

    async def forget_club(self) -> None:
        """Delete some rows of a club that removed the bot long enough ago."""
        async with self.database.write() as session:
            await session.execute(update(Guild).where(Guild.guild_id == CLUB).values(left_at=NOW - timedelta(days=100)))
            await gone_clubs.forget_some(session, 90, NOW)
            await session.execute(update(Guild).where(Guild.guild_id == CLUB).values(left_at=None))


# ── a projection that counts by addition and subtraction ──

Rows = dict[str, set[tuple[object, ...]]]
"""The rows of each projection's table, by table name."""

ALONE = 0
"""Club id of the row that counts all runs of a person, in every club and outside."""


class Scratch(DeclarativeBase):
    """Tables that exist only in tests."""


class Tally(Scratch):
    """Sums of a person's runs: per club those that count there, and under `ALONE` all that are not deleted."""

    __tablename__ = "tallies"

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(User.__table__.c.user_id), primary_key=True)
    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    runs: Mapped[int]
    with_spotter: Mapped[int]
    backward_ms: Mapped[int] = mapped_column(BigInteger)
    spotted_ms: Mapped[int] = mapped_column(BigInteger)
    ranked: Mapped[bool]


async def apply(session: AsyncSession, before: Facts | None, after: Facts | None) -> None:
    """Subtract the old values and add the new: a change applied twice, or not at all, leaves a wrong sum."""
    for sign, facts in ((-1, before), (1, after)):
        match facts:
            case RunFacts():
                share = _share(sign, facts.content.stretches, facts.content.spotter_state)
                if not facts.deleted:
                    await _add(session, facts.user_id, ALONE, *share)
                if facts.counted and facts.guild_id is not None:
                    await _add(session, facts.user_id, facts.guild_id, *share)
            case CreditFacts():
                await _add(session, facts.user_id, facts.guild_id, spotted_ms=sign * facts.duration_ms)
            case MemberFacts() if after is None:
                await session.execute(_deleted(facts.user_id, [facts.guild_id]))
            case MemberFacts():
                await _add(session, facts.user_id, facts.guild_id)
            case PersonFacts() if after is None:
                await session.execute(delete(Tally).where(Tally.user_id == facts.user_id))


async def rebuild(session: AsyncSession, member: MemberKey) -> None:
    """Count a member's runs and credits from their tables."""
    clubs = [ALONE] if member.guild_id is None else [ALONE, member.guild_id]
    await session.execute(_deleted(member.user_id, clubs))
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    stretches = defaultdict(list)
    mine = Run.user_id == member.user_id
    for stretch in await session.scalars(select(StretchRow).join(Run, Run.run_id == StretchRow.run_id).where(mine)):
        stretches[stretch.run_id].append(stretch)
    for run in await session.scalars(select(Run).where(mine)):
        counting = [ALONE] if run.deleted_at is None else []
        if run.counted and run.guild_id is not None and run.guild_id == member.guild_id:
            counting.append(run.guild_id)
        share = (*_share(1, stretches[run.run_id], run.spotter_state), 0)
        for guild_id in counting:
            sums[guild_id] = [kept + new for kept, new in zip(sums[guild_id], share, strict=True)]
    credited = await session.scalar(
        select(func.sum(Spotting.duration_ms))
        .join(Run, Run.run_id == Spotting.run_id)
        .where(Spotting.user_id == member.user_id, Spotting.guild_id == member.guild_id, Run.counted)
    )
    if credited and member.guild_id is not None:
        sums[member.guild_id][3] += credited
    for guild_id, values in sums.items():
        await _add(session, member.user_id, guild_id, *values)


TALLIES = Projection(Tally, apply, rebuild)


async def create_tallies(database: Database) -> None:
    """Create the table."""
    async with database.write() as session:
        await (await session.connection()).run_sync(Scratch.metadata.create_all)


def _deleted(user_id: int, clubs: Iterable[int]) -> Delete:
    return delete(Tally).where(Tally.user_id == user_id, Tally.guild_id.in_(clubs))


def _share(sign: int, stretches: Sequence[Stretch | StretchRow], spotter_state: str | None) -> tuple[int, int, int]:
    backward_ms = sum(stretch.duration_ms for stretch in stretches if stretch.direction == "backward")
    return sign, sign * (spotter_state == "agreed"), sign * backward_ms


async def _add(
    session: AsyncSession,
    user_id: int,
    guild_id: int,
    runs: int = 0,
    with_spotter: int = 0,
    backward_ms: int = 0,
    spotted_ms: int = 0,
) -> None:
    """Add to a row's sums; delete the row when they are zero."""
    sums = {"runs": runs, "with_spotter": with_spotter, "backward_ms": backward_ms, "spotted_ms": spotted_ms}
    at = (Tally.user_id == user_id, Tally.guild_id == guild_id)
    kept = (await session.execute(select(*(getattr(Tally, name) for name in sums)).where(*at))).first()
    if kept is not None:
        sums = {name: sums[name] + already for name, already in kept._asdict().items()}
    await session.execute(_deleted(user_id, [guild_id]))
    if not any(sums.values()):
        return
    member = await session.get(Member, (guild_id, user_id), populate_existing=True)
    ranked = member is not None and not member.hidden and member.left_at is None
    await session.execute(insert(Tally).values(user_id=user_id, guild_id=guild_id, ranked=ranked, **sums))


async def rows_of(session: AsyncSession, projections: Iterable[Projection]) -> Rows:
    """Return the rows of the projections; a JSON value as text."""
    return {
        table.__tablename__: {
            tuple(json.dumps(value, sort_keys=True) if isinstance(value, dict) else value for value in row)
            for row in await session.execute(select(table.__table__))
        }
        for projection in projections
        for table in projection.tables
    }


async def rebuilt_rows(
    session: AsyncSession, projections: Iterable[Projection], people: Iterable[int], clubs: Iterable[int]
) -> Rows:
    """Return the rows after emptying the projections and rebuilding them for all existing people; not rolled back."""
    known = set(await session.scalars(select(User.user_id)))
    for projection in projections:
        for table in projection.tables:
            await session.execute(delete(table))
        for user_id in set(people) & known:
            for guild_id in (None, *clubs):
                await projection.rebuild(session, MemberKey(user_id, guild_id))
    return await rows_of(session, projections)
