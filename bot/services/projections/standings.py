"""Standings: what each member ran in each period, per club. A run projection, see `run_projections`."""

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


async def apply(session: AsyncSession, before: Facts | None, after: Facts | None) -> None:
    """Keep the standings as one change leaves them."""
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
    """Make a member's standings in a club from the runs and the credits for facing forward."""
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
    """What a run adds to its club's boards, None where it stands on none."""
    if not isinstance(run, RunFacts) or not run.counted or run.guild_id is None:
        return None
    per_direction: dict[Direction, tuple[int, int]] = {}
    for stretch in run.content.stretches:
        metres, ms = per_direction.get(stretch.direction, (0, 0))
        per_direction[stretch.direction] = (metres + (stretch.distance_m or 0), ms + stretch.duration_ms)
    return Counted(run.guild_id, run.user_id, run.content.ran_on, run.run_id, per_direction)


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
