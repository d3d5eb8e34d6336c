"""Standings: each member's sums per period and club. A run projection, see `run_projections`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.run_facts import CreditFacts, Facts, MemberFacts, MemberKey, PersonFacts, RunFacts
from bot.domain.runs.runs import Direction
from bot.domain.when.periods import Period, ends_on, starts_on
from db.queries.boards import standings as queries
from db.queries.runs import spotting


@dataclass(frozen=True, slots=True)
class Counted:
    """What one run adds to its club's boards.

    Attributes:
        guild_id: id of the club.
        user_id: runner.
        ran_on: local date it counts on.
        run_id: id of the run.
        per_direction: (metres, milliseconds) of its stretches in each direction; unknown metres are 0.
    """

    guild_id: int
    user_id: int
    ran_on: date
    run_id: int
    per_direction: Mapping[Direction, tuple[int, int]]


async def apply(session: AsyncSession, before: Facts | None, after: Facts | None) -> None:
    """Update the standings for one change."""
    match after or before:
        case RunFacts():
            await move(session, _counted(before), _counted(after))
        case CreditFacts(guild_id=guild_id, user_id=user_id):
            days = {each.ran_on for each in (before, after) if isinstance(each, CreditFacts)}
            await move_spotting(session, guild_id, user_id, days)
        case MemberFacts(guild_id=guild_id, user_id=user_id) if after is None:
            await queries.drop_member(session, guild_id, user_id)
        case MemberFacts(guild_id=guild_id, user_id=user_id):
            await queries.copy_hidden(session, guild_id, user_id)
        case PersonFacts(user_id=user_id) if after is None:
            await queries.drop_user(session, user_id)


async def rebuild(session: AsyncSession, member: MemberKey) -> None:
    """Rebuild a member's standings in a club from the runs and spotter credits."""
    if member.guild_id is None:
        return
    await queries.drop_member(session, member.guild_id, member.user_id)
    days = await queries.days_with_runs(session, member.guild_id, member.user_id)
    credited = await spotting.days_with_credits(session, member.guild_id, member.user_id)
    if days:
        await queries.sum_up(session, await _spans(session, member.guild_id, member.user_id, days))
    if credited:
        await spotting.sum_up(session, await _spans(session, member.guild_id, member.user_id, credited))


def _counted(run: Facts | None) -> Counted | None:
    """Return what a run adds to its club's boards, or None if it does not count."""
    if not isinstance(run, RunFacts) or not run.counted or run.guild_id is None:
        return None
    per_direction: dict[Direction, tuple[int, int]] = {}
    for stretch in run.content.stretches:
        metres, ms = per_direction.get(stretch.direction, (0, 0))
        per_direction[stretch.direction] = (metres + (stretch.distance_m or 0), ms + stretch.duration_ms)
    return Counted(run.guild_id, run.user_id, run.content.ran_on, run.run_id, per_direction)


async def move(session: AsyncSession, before: Counted | None, after: Counted | None) -> None:
    """Replace a run's share of the boards.

    Args:
        session: write transaction, in which the run and its stretches are already changed.
        before: previous share, None if the run did not count.
        after: new share, None if the run does not count.
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
    """Recompute a spotter's rows of every period that contains one of `days` from the credits (`runs.spotting`)."""
    await session.flush()
    spans = await _spans(session, guild_id, user_id, days)
    await spotting.clear(session, spans)
    await spotting.sum_up(session, spans)


async def _add(session: AsyncSession, run: Counted) -> None:
    """Add a run that did not count before, whether or not its row is already written: the row is not read."""
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
    """Recompute a member's rows of every period that contains one of `days` from the runs."""
    await session.flush()
    spans = await _spans(session, guild_id, user_id, days)
    await queries.clear(session, spans)
    await queries.sum_up(session, spans)


async def _spans(session: AsyncSession, guild_id: int, user_id: int, days: Iterable[date]) -> list[dict[str, Any]]:
    """Return a member's distinct periods that contain one of `days`, with the member locked."""
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
