"""Standings: what each member has run in each period of a club, moved with the run that moves them.

`move` is called inside the transaction that writes a run, after the run and its stretches are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.runs import Direction
from bot.domain.when.periods import Period, ends_on, starts_on
from db.queries.boards import standings as queries
from db.queries.runs import spotting


@dataclass(frozen=True, slots=True)
class Counted:
    """What one run adds to its club's boards.

    Attributes:
        guild_id: the club.
        user_id: the runner.
        ran_on: the local date it counts on.
        run_id: ours.
        per_direction: (metres, milliseconds) of all its stretches of a direction; unknown metres are 0.
    """

    guild_id: int
    user_id: int
    ran_on: date
    run_id: int
    per_direction: Mapping[Direction, tuple[int, int]]


async def move(session: AsyncSession, before: Counted | None, after: Counted | None) -> None:
    """Take a run's share off the boards and put the new one on.

    Args:
        session: the write transaction, in which the run and its stretches stand as after the change.
        before: what the run added until now, None when it stood on no board.
        after: what it adds now, None when it stands on no board.
    """
    if before == after:
        return
    if before is None:
        if after is not None:
            await _add(session, after)
    elif after is None or (before.guild_id, before.user_id) == (after.guild_id, after.user_id):
        days = {before.ran_on} if after is None else {before.ran_on, after.ran_on}
        await _make_afresh(session, before.guild_id, before.user_id, days)
    else:
        await _make_afresh(session, before.guild_id, before.user_id, {before.ran_on})
        await _make_afresh(session, after.guild_id, after.user_id, {after.ran_on})


async def move_spotting(session: AsyncSession, guild_id: int, user_id: int, days: Iterable[date]) -> None:
    """Make a spotter's rows of every period that holds one of `days` afresh from the credits (`runs.spotting`)."""
    await session.flush()
    spans = await _spans(session, guild_id, user_id, days)
    await spotting.clear(session, spans)
    await spotting.sum_up(session, spans)


async def set_hidden(session: AsyncSession, guild_id: int, user_id: int, hidden: bool) -> None:
    """Take a member out of the ranks of a club by own wish, or take the wish back: who left stays out."""
    await queries.hide(session, guild_id, user_id, hidden)


async def set_left(session: AsyncSession, guild_id: int, user_id: int, left_at: datetime | None) -> None:
    """Take a member who left out of the ranks of the club; with None he is back, and the own wish alone holds."""
    await queries.mark_left(session, guild_id, user_id, left_at)


async def rebuild(session: AsyncSession, guild_id: int) -> None:
    """Make all of a club's standings afresh from its runs. Seconds for a large club: never while a member waits."""
    await session.flush()
    await queries.drop_guild(session, guild_id)
    rows = await queries.days_with_runs(session, guild_id)
    for user_id, days in groupby(rows, key=lambda row: row[0]):
        await queries.sum_up(session, await _spans(session, guild_id, user_id, {day for _, day in days}))
    for user_id, days in groupby(await spotting.days_with_credits(session, guild_id), key=lambda row: row[0]):
        await spotting.sum_up(session, await _spans(session, guild_id, user_id, {day for _, day in days}))


async def forget(session: AsyncSession, user_id: int) -> None:
    """Take a person off every board."""
    await queries.drop_user(session, user_id)


async def _add(session: AsyncSession, run: Counted) -> None:
    """Add a run that stood on no board. Right whether or not its row is written yet: it does not look at it."""
    hidden = await queries.hold(session, run.guild_id, run.user_id)
    sums = {direction.value: share for direction, share in run.per_direction.items()}
    sums["all"] = (sum(m for m, _ in sums.values()), sum(ms for _, ms in sums.values()))
    await queries.add(
        session,
        [
            {
                "guild_id": run.guild_id,
                "user_id": run.user_id,
                "run_id": run.run_id,
                "ran_on": run.ran_on,
                "direction": direction,
                "period": period.value,
                "starts_on": starts_on(period, run.ran_on),
                "distance_m": distance_m,
                "duration_ms": duration_ms,
                "hidden": hidden,
            }
            for period in Period
            for direction, (distance_m, duration_ms) in sums.items()
        ],
    )


async def _make_afresh(session: AsyncSession, guild_id: int, user_id: int, days: Iterable[date]) -> None:
    """Make a member's rows of every period that holds one of `days` afresh from the runs."""
    await session.flush()
    spans = await _spans(session, guild_id, user_id, days)
    await queries.clear(session, spans)
    await queries.sum_up(session, spans)


async def _spans(session: AsyncSession, guild_id: int, user_id: int, days: Iterable[date]) -> list[dict[str, Any]]:
    """The periods of a member that hold one of `days`, each once; the member is held from now on."""
    hidden = await queries.hold(session, guild_id, user_id)
    return [
        {
            "guild_id": guild_id,
            "user_id": user_id,
            "period": period.value,
            "starts_on": first,
            "ends_on": last,
            "hidden": hidden,
        }
        for period, first, last in sorted(
            {(period, starts_on(period, day), ends_on(period, day)) for period in Period for day in days}
        )
    ]
