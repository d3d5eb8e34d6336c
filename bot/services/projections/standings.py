"""Standings: each member's sums per period and club. A run projection, see `run_projections`.

Retro grades are read from the best efforts, which are projected before. The periods are those of the calendar and the
club's windows (`db.models.BoardWindow`): seasons, and the rolling 30 days with the 30 before them, whose rows
`bot.services.boards.windows` recomputes when their dates move.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.spans import BoardSpan, WindowKind, calendar_span
from bot.domain.runs.run_facts import CreditFacts, Facts, MemberFacts, MemberKey, PersonFacts, RunFacts
from bot.domain.runs.runs import Direction, Extra, Stretch
from bot.domain.when.periods import Period, shifted
from db.queries.boards import live_boards
from db.queries.boards import standings as queries
from db.queries.boards import windows as window_queries
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
        effort: RPE if its runner shares it, else 0.
        measured: its stretches and whether its time is doubtful, on which its best efforts depend.
    """

    guild_id: int
    user_id: int
    ran_on: date
    run_id: int
    per_direction: Mapping[Direction, tuple[int, int]]
    effort: int = 0
    measured: tuple[tuple[Stretch, ...], bool] = ((), False)


@dataclass(frozen=True, slots=True)
class _HeldMember:
    """A locked member: whether they are unranked, the day of their newest run in the club, and the club's windows."""

    unranked: bool
    newest_on: date | None
    windows: Sequence[BoardSpan]


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
            await live_boards.look_again_at(session, [guild_id])
        case MemberFacts(guild_id=guild_id, user_id=user_id):
            await queries.copy_hidden(session, guild_id, user_id)
            await live_boards.look_again_at(session, [guild_id])
        case PersonFacts(user_id=user_id) if after is None:
            await live_boards.look_again_at(session, await live_boards.clubs_with(session, user_id))
            await queries.drop_user(session, user_id)


async def rebuild(session: AsyncSession, member: MemberKey) -> None:
    """Rebuild a member's standings in a club from the runs and spotter credits."""
    if member.guild_id is None:
        return
    held = await _hold(session, member.guild_id, member.user_id)
    await queries.drop_member(session, member.guild_id, member.user_id)
    spans = spans_of(await queries.days_with_runs(session, member.guild_id, member.user_id), held.windows)
    if spans:
        await queries.sum_up(session, rows_of(spans, member.guild_id, {member.user_id: held.unranked}))
        await queries.update_gains(session, gains_of(spans, member.guild_id, [member.user_id]))
    spans = spans_of(await spotting.days_with_credits(session, member.guild_id, member.user_id), held.windows)
    if spans:
        await spotting.sum_up(session, rows_of(spans, member.guild_id, {member.user_id: held.unranked}))


def _counted(run: Facts | None) -> Counted | None:
    """Return what a run adds to its club's boards, or None if it does not count."""
    if not isinstance(run, RunFacts) or not run.counted or run.guild_id is None:
        return None
    per_direction: dict[Direction, tuple[int, int]] = {}
    for stretch in run.content.stretches:
        metres, ms = per_direction.get(stretch.direction, (0, 0))
        per_direction[stretch.direction] = (metres + (stretch.distance_m or 0), ms + stretch.duration_ms)
    effort = run.content.effort or 0 if Extra.EFFORT in run.content.extras else 0
    measured = run.content.stretches, run.content.doubtful
    return Counted(run.guild_id, run.user_id, run.content.ran_on, run.run_id, per_direction, effort, measured)


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
    member = await _hold(session, guild_id, user_id)
    rows = rows_of(spans_of(days, member.windows), guild_id, {user_id: member.unranked})
    await spotting.clear(session, rows)
    await spotting.sum_up(session, rows)


async def _add(session: AsyncSession, run: Counted) -> None:
    """Add a run that did not count before, whether or not its row is already written: the row is not read."""
    member = await _hold(session, run.guild_id, run.user_id)
    sums = {direction.value: share for direction, share in run.per_direction.items()}
    sums["all"] = (sum(m for m, _ in sums.values()), sum(ms for _, ms in sums.values()))
    spans = spans_of({run.ran_on}, member.windows)
    prior = {span: _earlier(span) or ("", span.stored_start) for span in spans}
    await queries.add(
        session,
        [
            {
                "guild_id": run.guild_id,
                "user_id": run.user_id,
                "run_id": run.run_id,
                "ran_on": run.ran_on,
                "direction": direction,
                "period": span.kind.value,
                "starts_on": span.stored_start,
                "prior_period": prior[span][0],
                "prior_start": prior[span][1],
                "first_on": run.ran_on if (span.kind, direction) == (Period.ALL, "all") else None,
                "distance_m": distance_m,
                "duration_ms": duration_ms,
                "effort_ms": run.effort * duration_ms,
                "hidden": member.unranked,
            }
            for span in spans
            for direction, (distance_m, duration_ms) in sums.items()
        ],
    )
    if member.newest_on is not None and member.newest_on > run.ran_on:
        await queries.update_gains(session, gains_of(spans, run.guild_id, [run.user_id], own=False))


async def _make_afresh(session: AsyncSession, guild_id: int, user_id: int, days: Iterable[date]) -> None:
    """Recompute a member's rows of every period that contains one of `days` from the runs."""
    await session.flush()
    member = await _hold(session, guild_id, user_id)
    spans = spans_of(days, member.windows)
    rows = rows_of(spans, guild_id, {user_id: member.unranked})
    await queries.clear(session, rows)
    await queries.sum_up(session, rows)
    await queries.update_gains(session, gains_of(spans, guild_id, [user_id]))


async def _hold(session: AsyncSession, guild_id: int, user_id: int) -> _HeldMember:
    """Lock a member and the club's windows until the transaction ends; have the club's live board looked at."""
    await window_queries.keep(session, guild_id)
    await queries.hold(session, guild_id, user_id)
    unranked, newest_on, redraw_at, windows = await queries.member_state(session, guild_id, user_id)
    if redraw_at is not None:
        await live_boards.look_again(session, guild_id, redraw_at)
    return _HeldMember(
        unranked, newest_on, [BoardSpan(WindowKind(kind), first, last, name) for kind, first, last, name in windows]
    )


async def windows_of(session: AsyncSession, guild_id: int) -> Sequence[BoardSpan]:
    """Return a club's seasons and rolling periods."""
    return [
        BoardSpan(WindowKind(window.kind), window.starts_on, window.ends_on, window.name)
        for window in await window_queries.windows(session, guild_id)
    ]


def spans_of(days: Iterable[date], windows: Iterable[BoardSpan]) -> list[BoardSpan]:
    """Return the distinct periods that contain one of `days`."""
    days = set(days)
    spans = {calendar_span(period, day) for period in Period for day in days}
    spans |= {one for one in windows if any(one.starts_on <= day <= one.ends_on for day in days)}
    return sorted(spans, key=lambda span: (span.kind.value, span.starts_on))


def rows_of(spans: Iterable[BoardSpan], guild_id: int, members: Mapping[int, bool]) -> list[dict[str, Any]]:
    """Return the parameters that recompute these periods of members; each value is whether they are unranked."""
    return [
        {
            "guild_id": guild_id,
            "user_id": user_id,
            "period": span.kind.value,
            "starts_on": span.stored_start,
            "first_day": span.starts_on,
            "last_day": span.ends_on,
            "hidden": hidden,
        }
        for user_id, hidden in members.items()
        for span in spans
    ]


def _earlier(span: BoardSpan) -> tuple[str, date] | None:
    """Return the stored period over which a period gains. Seasons have none: they differ in length."""
    if isinstance(span.kind, Period):
        return None if span.kind is Period.ALL else (span.kind.value, shifted(span.kind, span.starts_on, -1))
    return (WindowKind.PRIOR_30.value, span.stored_start) if span.kind is WindowKind.LAST_30 else None


def _later(span: BoardSpan) -> tuple[str, date] | None:
    """Return the stored period that gains over a period."""
    if isinstance(span.kind, Period):
        return None if span.kind is Period.ALL else (span.kind.value, shifted(span.kind, span.starts_on, 1))
    return (WindowKind.LAST_30.value, span.stored_start) if span.kind is WindowKind.PRIOR_30 else None


def gains_of(
    spans: Iterable[BoardSpan], guild_id: int, user_ids: Iterable[int], *, own: bool = True
) -> list[dict[str, Any]]:
    """Return the parameters that update the gains of the periods that follow these, and with `own` of these too."""
    pairs: dict[tuple[str, date], tuple[str, date]] = {}
    for span in spans:
        here, earlier, later = (span.kind.value, span.stored_start), _earlier(span), _later(span)
        if own and earlier is not None:
            pairs[here] = earlier
        if later is not None:
            pairs[later] = here
    return [
        {
            "guild_id": guild_id,
            "user_id": user_id,
            "period": period,
            "starts_on": first,
            "prior_period": prior,
            "prior_start": prior_first,
        }
        for user_id in user_ids
        for (period, first), (prior, prior_first) in pairs.items()
    ]
