"""Reading runs: a whole run, a page of runs, matches for autocomplete, and the cards that show a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.badges.badge_definitions import badges
from bot.domain.runs.highlights import Highlight
from bot.domain.runs.review_reasons import ReviewReason, review_reason
from bot.domain.runs.run_facts import RunFacts
from bot.domain.runs.run_search import Clue
from bot.domain.runs.runs import Direction, Extra, Review, RunContent, Sharing, SpotterState, Stretch, Surface
from bot.errors import NotFound
from bot.services.runs.run_highlights import highlight_of
from db import models
from db.engine import Database
from db.models.badges import OWN
from db.queries.badges import badges as badge_queries
from db.queries.runs import cheers as cheer_queries
from db.queries.runs import reviews as review_queries
from db.queries.runs import runs as queries
from db.queries.runs.run_search import runs_that_fit

PAGE = 8
"""Runs on a page of `/runs list`."""
USUAL_OF = 10
"""Newest runs that determine the usual direction: the one most of them have."""


@dataclass(frozen=True, slots=True)
class RunWeek:
    """Sums of one ISO week per direction: (metres, milliseconds)."""

    monday: date
    sums: dict[Direction, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class RunView:
    """A run after its newest change.

    Attributes:
        run_id: id of the run.
        revision: number of the newest change.
        user_id: runner.
        runner: runner's name as last seen in the club, empty without a club.
        guild_id: club whose boards may count it.
        content: everything the runner may change.
        review: state of an organiser's review.
        deleted: whether it was undone or deleted.
        source: "typed", "outing", "fit", "gpx", "tcx" or "csv".
        spotter: spotter's name as last seen in the club, if there is one.
        week: week of the runner: all runs for the runner themselves, else those the club may see.
        highlight: what the run was the first, fastest or longest of, or None.
        cheers: number of cheers, for its public card.
        badges: (key, level) of the badges it earned its runner: own ones for the runner, else the club's.
        unasked: whether the latest change did not ask the spotter, because the runner reached the daily limit.
        held_for: why it is or was held for review, or None.
        rejected_for: for the runner: why an organiser rejected it, in their words, unescaped; or None.
    """

    run_id: int
    revision: int
    user_id: int
    runner: str
    guild_id: int | None
    content: RunContent
    review: Review
    deleted: bool
    source: str
    spotter: str | None
    week: RunWeek
    highlight: Highlight | None = None
    cheers: int = 0
    badges: tuple[tuple[str, int], ...] = ()
    unasked: bool = False
    held_for: ReviewReason | None = None
    rejected_for: str | None = None

    @property
    def public(self) -> bool:
        """Whether other members of the club may see it."""
        return not self.deleted and self.content.sharing is Sharing.CLUB and self.content.told


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in one line."""

    run_id: int
    ran_on: date
    distance_m: int | None
    duration_ms: int
    directions: frozenset[Direction]
    sharing: Sharing
    review: Review


@dataclass(frozen=True, slots=True)
class RunPage:
    """A page of runs, newest first; `page` counts from 0."""

    lines: tuple[RunLine, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class PublicCard:
    """A public message that shows a run."""

    channel_id: int
    message_id: int


def content_of(run: models.Run, stretches: Sequence[models.StretchRow]) -> RunContent:
    """Return a row and its stretches as a `RunContent`."""
    return RunContent(
        started_at=run.started_at,
        zone=run.zone,
        ran_on=run.ran_on,
        stretches=tuple(Stretch(Direction(s.direction), s.distance_m, s.duration_ms, s.estimated) for s in stretches),
        surface=Surface(run.surface) if run.surface else None,
        spotter_id=run.spotter_id,
        spotter_name=run.spotter_name,
        spotter_state=SpotterState(run.spotter_state) if run.spotter_state else None,
        effort=run.effort,
        note=run.note,
        sharing=Sharing(run.sharing),
        extras=frozenset(Extra(extra) for extra in run.extras),
        doubtful=run.doubtful,
    )


def facts_of(run: models.Run, content: RunContent) -> RunFacts:
    """Return the facts of a run from its current row and `content`."""
    return RunFacts(
        run.run_id,
        run.user_id,
        run.guild_id,
        run.source,
        content,
        Review(run.review),
        run.counted,
        run.deleted_at is not None,
    )


async def view_of(
    session: AsyncSession, run: models.Run, content: RunContent, *, own: bool, runner: str | None = None
) -> RunView:
    """Return a run with the names and the week for its card. `runner` saves the lookup of the runner's name."""
    names = {} if runner is None else {run.user_id: runner}
    wanted = [user_id for user_id in (run.user_id, content.spotter_id) if user_id is not None and user_id not in names]
    if wanted:
        names |= await queries.display_names(session, run.guild_id, wanted)
    monday = content.ran_on - timedelta(days=content.ran_on.weekday())
    rows: Sequence[Row[str, int | None, int]]
    if own or run.guild_id is None:
        rows = await queries.own_week(session, run.user_id, monday, monday + timedelta(days=6))
    else:
        rows = await queries.club_week(session, run.guild_id, run.user_id, monday)
    sums = {Direction(direction): (int(metres or 0), int(ms)) for direction, metres, ms in rows}
    return RunView(
        run_id=run.run_id,
        revision=run.revision,
        user_id=run.user_id,
        runner=names.get(run.user_id, ""),
        guild_id=run.guild_id,
        content=content,
        review=Review(run.review),
        deleted=run.deleted_at is not None,
        source=run.source,
        spotter=(names.get(content.spotter_id) or content.spotter_name if content.spotter_id is not None else None),
        week=RunWeek(monday, sums),
        highlight=await highlight_of(session, run, content, None if own else run.guild_id),
        cheers=0 if own else await cheer_queries.count(session, run.run_id),
        badges=await _badges_of(session, run, OWN if own else run.guild_id),
        held_for=held_for(run, content),
        rejected_for=await _rejected_for(session, run) if own else None,
    )


def held_for(run: models.Run, content: RunContent) -> ReviewReason | None:
    """Return why a run is or was held for review; for one held before reasons were stored, its own figures."""
    if run.review == Review.NONE:
        return None
    return ReviewReason(run.held_for) if run.held_for is not None else review_reason(content.stretches)


async def _rejected_for(session: AsyncSession, run: models.Run) -> str | None:
    if run.review != Review.REJECTED:
        return None
    said = await review_queries.words_of(session, run.run_id)
    return None if said is None else said.reason


async def _badges_of(session: AsyncSession, run: models.Run, scope: int | None) -> tuple[tuple[str, int], ...]:
    """Return (key, level) of the badges that a run earned its runner, in the order in which badges are shown."""
    if scope is None or run.deleted_at is not None:
        return ()
    levels = await badge_queries.of_run(session, run.run_id, run.user_id, scope)
    return tuple((key, levels[key]) for key in badges() if key in levels)


async def own_run(database: Database, run_id: int, user_id: int, *, for_club: bool = False) -> RunView:
    """Return a member's own run, deleted or not.

    Args:
        database: database to read.
        run_id: id of the run.
        user_id: member who asks.
        for_club: include the week as the club may see it, to update a public card.

    Raises:
        NotFound: it does not exist or is somebody else's; both read the same.
    """
    async with database.read() as session:
        run = await session.get(models.Run, run_id)
        if run is None or run.user_id != user_id:
            raise NotFound("runs.not_found")
        stretches = await queries.stretches_of(session, [run_id])
        return await view_of(session, run, content_of(run, stretches[run_id]), own=not for_club)


async def run_for_card(database: Database, run_id: int) -> RunView | None:
    """Return any run to render its public card; the caller must not show what is not shared."""
    async with database.read() as session:
        run = await session.get(models.Run, run_id)
        if run is None:
            return None
        stretches = await queries.stretches_of(session, [run_id])
        return await view_of(session, run, content_of(run, stretches[run_id]), own=False)


async def list_runs(
    database: Database,
    user_id: int,
    *,
    direction: Direction | None = None,
    since: date | None = None,
    until: date | None = None,
    page: int = 0,
) -> RunPage:
    """Return a page of a member's own runs from all clubs, newest first; a page beyond the end is the last one."""
    named = direction.value if direction else None
    async with database.read() as session:
        total = await queries.count_runs(session, user_id, named, since, until)
        pages = max(1, -(-total // PAGE))
        page = min(max(page, 0), pages - 1)
        runs = await queries.runs_of(
            session, user_id, direction=named, since=since, until=until, limit=PAGE, offset=page * PAGE
        )
        return RunPage(await _lines(session, runs), page, pages, total)


async def find_runs(database: Database, user_id: int, clues: Sequence[Clue], limit: int) -> tuple[RunLine, ...]:
    """Return a member's newest runs that match every clue, for autocomplete."""
    async with database.read() as session:
        return await _lines(session, await runs_that_fit(session, user_id, clues, limit))


async def _lines(session: AsyncSession, runs: Sequence[models.Run]) -> tuple[RunLine, ...]:
    stretches = await queries.stretches_of(session, [run.run_id for run in runs]) if runs else {}
    return tuple(
        RunLine(
            run.run_id,
            run.ran_on,
            run.distance_m,
            run.duration_ms,
            frozenset(Direction(s.direction) for s in stretches[run.run_id]),
            Sharing(run.sharing),
            Review(run.review),
        )
        for run in runs
    )


async def usual_direction(database: Database, user_id: int) -> Direction | None:
    """Return the direction a runner mostly runs in, or None without runs of known direction."""
    async with database.read() as session:
        recent = await queries.recent_directions(session, user_id, USUAL_OF)
    counted = Counter(recent)
    if not counted:
        return None
    forward, backward = counted[Direction.FORWARD.value], counted[Direction.BACKWARD.value]
    return Direction.FORWARD if forward > backward else Direction.BACKWARD


async def public_cards(database: Database, run_id: int) -> tuple[PublicCard, ...]:
    """Return the public messages that show a run."""
    async with database.read() as session:
        return tuple(PublicCard(c.channel_id, c.message_id) for c in await queries.cards_of(session, run_id))


async def keep_card(database: Database, run_id: int, channel_id: int, message_id: int) -> int | None:
    """Store a public message that shows a run, so that it is updated when the run changes.

    Returns:
        The current revision of the run, or None if it was deleted.
    """
    async with database.write() as session:
        return await queries.keep_card(session, run_id, channel_id, message_id)


async def drop_card(database: Database, message_id: int) -> None:
    """Delete the reference to a public message that no longer exists."""
    async with database.write() as session:
        await queries.drop_card(session, message_id)
