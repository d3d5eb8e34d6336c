from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.run_facts import PersonFacts
from bot.domain.runs.runs import Direction, Stretch
from bot.domain.when.periods import Period, starts_on
from bot.services.members import ranks
from bot.services.projections import run_projections, standings
from db import models
from db.engine import Database
from tests.builders.at_once import two_connections
from tests.builders.runs import CLUB, NOW, join, remove_run, share_of, write_run
from tests.builders.statements import RecordedStatements

OTHER_CLUB = CLUB + 1
ALICE, BOB = 11, 12
MONDAY = date(2026, 11, 23)

Key = tuple[int, str, str, date, int]
Sums = tuple[int, int, int, int, int, int, date | None, bool]
WINDOWS = {"season": (date(2026, 12, 29), date(2027, 1, 2)), "last30": (date(2026, 12, 5), date(2027, 1, 3))}


async def kept(session: AsyncSession) -> dict[Key, Sums]:
    """Return the stored standings."""
    rows = await session.scalars(select(models.Standing).execution_options(populate_existing=True))
    return {
        (r.guild_id, r.direction, r.period, r.starts_on, r.user_id): (
            r.distance_m,
            r.duration_ms,
            r.days_out,
            r.longest_m,
            r.gain_m,
            r.effort_ms,
            r.first_on,
            r.hidden,
        )
        for r in rows
    }


async def from_scratch(session: AsyncSession) -> dict[Key, Sums]:
    """Return the expected standings, summed from the runs one by one."""
    hidden = {
        (guild_id, user_id): wish or left_at is not None
        for guild_id, user_id, wish, left_at in await session.execute(
            select(models.Member.guild_id, models.Member.user_id, models.Member.hidden, models.Member.left_at)
        )
    }
    stretches = defaultdict(list)
    for stretch in await session.scalars(select(models.StretchRow).execution_options(populate_existing=True)):
        stretches[stretch.run_id].append(stretch)
    windows = defaultdict(list)
    for window in await session.scalars(select(models.BoardWindow)):
        windows[window.guild_id].append(window)
    metres, times, efforts = defaultdict(int), defaultdict(int), defaultdict(int)
    days, longest = defaultdict(set), defaultdict(int)

    def count(row: models.Run | models.Spotting, direction: str, far: int, ms: int, effort: int) -> None:
        found = [(period.value, starts_on(period, row.ran_on)) for period in Period]
        for window in windows[row.guild_id]:
            if window.starts_on <= row.ran_on <= window.ends_on:
                start = window.starts_on if window.kind == "season" else date(1970, 1, 1)
                found.append((window.kind, start))
        for period, start in found:
            key = (row.guild_id, direction, period, start, row.user_id)
            metres[key] += far
            times[key] += ms
            efforts[key] += effort * ms
            days[key].add(row.ran_on)
            longest[key] = max(longest[key], far)

    for run in await session.scalars(select(models.Run).execution_options(populate_existing=True)):
        for direction in ("backward", "forward", "all"):
            mine = [s for s in stretches[run.run_id] if direction in ("all", s.direction)]
            if run.counted and mine:
                effort = run.effort or 0 if "effort" in run.extras else 0
                far = sum(s.distance_m or 0 for s in mine)
                count(run, direction, far, sum(s.duration_ms for s in mine), effort)
    counted = set(await session.scalars(select(models.Run.run_id).where(models.Run.counted)))
    for credit in await session.scalars(select(models.Spotting).execution_options(populate_existing=True)):
        if credit.run_id in counted:
            count(credit, "spotting", credit.distance_m, credit.duration_ms, 0)

    def gain(key: Key) -> int:
        guild_id, direction, period, start, user_id = key
        if period in ("all", "season", "prior30") or direction == "spotting":
            return 0
        if period == "last30":
            before = 0  # none of these tests has the 30 days before
        else:
            day = start - timedelta(days=1)
            before = metres.get((guild_id, direction, period, starts_on(Period(period), day), user_id), 0)
        return metres[key] - before if before else 0

    def first_on(key: Key) -> date | None:
        return min(days[key]) if key[1:3] == ("all", "all") else None

    return {
        key: (
            metres[key], times[key], len(days[key]), longest[key], gain(key), efforts[key], first_on(key),
            hidden[key[0], key[4]],
        )
        for key in metres
    }  # fmt: skip


def some_stretches(rng: random.Random) -> list[Stretch]:
    def one(direction: Direction) -> Stretch:
        far = rng.choice([None, 400, 1000, 5000, rng.randint(1, 42_195)])
        return Stretch(direction, far, rng.randint(60_000, 9_000_000))

    return [one(rng.choice([Direction.BACKWARD, Direction.FORWARD])) for _ in range(rng.choice([1, 1, 2, 3]))]


def some_day(rng: random.Random) -> date:
    """Return a day around New Year, when week, month and year change on different days; periods are often shared."""
    return date(2026, 12, 27) + timedelta(days=rng.randint(0, 10))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
async def test_standings_equal_sums_from_scratch_after_any_sequence_of_changes(database: Database, seed: int) -> None:
    rng = random.Random(seed)
    async with database.write() as session:
        for user_id in (ALICE, BOB):
            for guild_id in (CLUB, OTHER_CLUB):
                await join(session, user_id, guild_id)
        for kind, (first, last) in WINDOWS.items():
            session.add(models.BoardWindow(guild_id=CLUB, kind=kind, starts_on=first, ends_on=last))
    runs: list[int] = []
    for step in range(30):
        async with database.write() as session:
            action = rng.choice(
                ["log", "log", "log", "edit", "edit", "spot", "delete", "uncount", "hide", "leave", "leave", "erase"]
            )
            credited = await credits_in(session)
            if action == "log" or not runs:
                run_id = await write_run(
                    session,
                    rng.choice([ALICE, BOB]),
                    some_day(rng),
                    some_stretches(rng),
                    guild_id=rng.choice([CLUB, CLUB, OTHER_CLUB]),
                    counted=rng.random() < 0.9,
                    effort=rng.choice([None, 0, 5, 10]),
                    extras=rng.choice([[], ["effort"], ["effort", "note"]]),
                )
                runs.append(run_id)
                await standings.move(session, None, await share_of(session, run_id))
            elif action == "spot":
                credit = models.Spotting(
                    run_id=rng.choice(runs), user_id=rng.choice([ALICE, BOB]), guild_id=rng.choice([CLUB, OTHER_CLUB]),
                    ran_on=some_day(rng), distance_m=rng.choice([0, 1000, 5000]),
                    duration_ms=rng.randint(1, 9_000_000),
                )  # fmt: skip
                await session.merge(credit)
                await session.flush()
            elif action == "hide":
                await ranks.set_hidden(session, CLUB, rng.choice([ALICE, BOB]), rng.random() < 0.5)
            elif action == "leave":
                left_at = rng.choice([NOW, None])
                await ranks.set_left(session, rng.choice([CLUB, OTHER_CLUB]), rng.choice([ALICE, BOB]), left_at)
            elif action == "erase" and rng.random() < 0.3:
                for run_id in runs[:]:
                    if (await session.get(models.Run, run_id)).user_id == ALICE:
                        await remove_run(session, run_id)
                        runs.remove(run_id)
                await session.execute(delete(models.Spotting).where(models.Spotting.user_id == ALICE))
                await standings.apply(session, PersonFacts(ALICE), None)
            else:
                run_id = rng.choice(runs)
                before = await share_of(session, run_id)
                if action == "delete":
                    await remove_run(session, run_id)
                    runs.remove(run_id)
                else:
                    await change(session, rng, run_id, counted=action != "uncount" and rng.random() < 0.8)
                await standings.move(session, before, await share_of(session, run_id))
            for guild_id, user_id, day in credited | await credits_in(session):
                await standings.move_spotting(session, guild_id, user_id, {day})
        async with database.read() as session:
            assert await kept(session) == await from_scratch(session), f"step {step}: {action}"
    async with database.write() as session:
        for guild_id in (CLUB, OTHER_CLUB):
            await run_projections.rebuild_club(session, guild_id)
        assert await kept(session) == await from_scratch(session)


async def credits_in(session: AsyncSession) -> set[tuple[int, int, date]]:
    """Return (club, spotter, day) of every credit."""
    found = await session.scalars(select(models.Spotting).execution_options(populate_existing=True))
    return {(credit.guild_id, credit.user_id, credit.ran_on) for credit in found}


async def change(session: AsyncSession, rng: random.Random, run_id: int, *, counted: bool) -> None:
    """Change the stretches, the day and possibly the club of a run, in place."""
    values = {"ran_on": some_day(rng), "counted": counted, "guild_id": rng.choice([CLUB, CLUB, OTHER_CLUB])}
    stretches = some_stretches(rng)
    far = [s.distance_m for s in stretches if s.distance_m is not None]
    values |= {"distance_m": sum(far) if far else None, "duration_ms": sum(s.duration_ms for s in stretches)}
    await session.execute(update(models.Run).where(models.Run.run_id == run_id).values(values))
    old = await session.scalars(select(models.StretchRow).where(models.StretchRow.run_id == run_id))
    for row in old:
        await session.delete(row)
    await session.flush()
    session.add_all(
        models.StretchRow(
            run_id=run_id,
            position=position,
            direction=s.direction.value,
            distance_m=s.distance_m,
            duration_ms=s.duration_ms,
        )
        for position, s in enumerate(stretches)
    )
    await session.flush()


async def test_a_log_moves_standings_in_two_statements_and_any_other_change_in_four(database: Database) -> None:
    async with database.write() as session:
        await join(session, ALICE)
        run_id = await write_run(session, ALICE, MONDAY, [Stretch(Direction.BACKWARD, 5000, 1_650_000)])
        share = await share_of(session, run_id)
        with RecordedStatements(database) as statements:
            await standings.move(session, None, share)
        assert len([one for one in statements if "FOR " not in one]) == 2
        await remove_run(session, run_id)
        with RecordedStatements(database) as statements:
            await standings.move(session, share, None)
        assert len([one for one in statements if "FOR " not in one]) == 4
        with RecordedStatements(database) as statements:
            await standings.move(session, share, share)
        assert statements == []
        assert await kept(session) == {}


async def test_a_hidden_member_logs_into_hidden_rows_and_comes_back(database: Database) -> None:
    async with database.write() as session:
        await join(session, ALICE, hidden=True)
        run_id = await write_run(session, ALICE, MONDAY, [Stretch(Direction.FORWARD, 5000, 1_500_000)])
        await standings.move(session, None, await share_of(session, run_id))
        assert {sums[-1] for sums in (await kept(session)).values()} == {True}
        await ranks.set_hidden(session, CLUB, ALICE, False)
        assert {sums[-1] for sums in (await kept(session)).values()} == {False}


async def test_two_connections_moving_the_same_standings_lose_nothing(database: Database, database_url: str) -> None:
    """Fails with a deferred BEGIN: a read transaction cannot write after the other has ("database is locked")."""
    async with database.write() as session:
        await join(session, ALICE)

    async def log_and_lengthen(at: Database, first: int) -> None:
        for number in range(first, first + 15):
            async with at.write() as session:
                stretch = Stretch(Direction.BACKWARD, 1000 + number, 300_000)
                run_id = await write_run(session, ALICE, MONDAY + timedelta(days=number % 3), [stretch])
                await standings.move(session, None, await share_of(session, run_id))
            async with at.write() as session:
                before = await share_of(session, run_id)
                for table in (models.Run, models.StretchRow):
                    longer = update(table).where(table.run_id == run_id).values(distance_m=2000 + number)
                    await session.execute(longer)
                await standings.move(session, before, await share_of(session, run_id))

    async with two_connections(database_url) as (one, other):
        await asyncio.gather(log_and_lengthen(one, 0), log_and_lengthen(other, 100))
    async with database.read() as session:
        found = await kept(session)
        assert found == await from_scratch(session)
    week = found[CLUB, "backward", "week", MONDAY, ALICE]
    assert week == (60_000 + sum(range(15)) + sum(range(100, 115)), 30 * 300_000, 3, 2114, 0, 0, None, False)


async def test_who_leaves_while_logging_at_another_connection_is_on_no_board(
    database: Database, database_url: str
) -> None:
    """Fails on PostgreSQL if logging does not lock the member: a row written meanwhile stays ranked."""
    async with database.write() as session:
        await join(session, ALICE)

    async def log(at: Database) -> None:
        for number in range(20):
            async with at.write() as session:
                day = MONDAY + timedelta(days=40 * number)
                run_id = await write_run(session, ALICE, day, [Stretch(Direction.BACKWARD, 1000, 300_000)])
                await standings.move(session, None, await share_of(session, run_id))

    async def come_and_go(at: Database) -> None:
        for left_at in [NOW, None] * 10 + [NOW]:
            async with at.write() as session:
                await ranks.set_left(session, CLUB, ALICE, left_at)

    async with two_connections(database_url) as (one, other):
        await asyncio.gather(log(one), come_and_go(other))
    async with database.read() as session:
        found = await kept(session)
        assert found == await from_scratch(session)
    assert {sums[-1] for sums in found.values()} == {True}
