"""Streaks: a member's current streak, its repair, and nudges for streaks in danger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.nudges.streaks import (
    WEEK,
    DaysOff,
    Goal,
    GoalCounts,
    Past,
    PauseReason,
    Streak,
    goal_in,
    monday_of,
    paused_on,
    streak,
)
from bot.domain.when.local_hours import Hour
from bot.domain.when.moment_parser import at_wall
from bot.domain.when.periods import Period, starts_on, today_in
from bot.errors import Conflict
from bot.services.nudges.nudging import DueNudge, NudgeTarget
from db.engine import Database
from db.queries.members import people as people_queries
from db.queries.nudges import nudges as queries

LOOKED_BACK = 8
"""Weeks read when many streaks are computed at once; longer ones are computed one by one."""
QUIET_DAYS = 14
"""Days without a run after which a member gets one nudge."""
DANGER_HOURS = (Hour(18, weekday=4), Hour(20, weekday=5))
"""Friday evening, when the weekend is left and can still be planned.

Saturday's hour is for members who skipped Friday's by going east: local times differ by up to 26 hours. The key of the
nudge prevents a second one.
"""
DANGER_USEFUL_FOR = timedelta(hours=42)
"""From Friday 18:00 until Sunday noon."""
SKIPPED = 2
"""Days without the hour for a member who goes east: local times differ by up to 26 hours."""


@dataclass(frozen=True, slots=True)
class StreakStanding:
    """A member's streak.

    Attributes:
        streak: current streak.
        repairs_left: repairs left this month: 0 or 1.
        pause: current pause.
    """

    streak: Streak
    repairs_left: int
    pause: DaysOff | None


async def standing(database: Database, user_id: int, today: date) -> StreakStanding:
    """Return a member's streak on a day in their zone."""
    async with database.read() as session:
        return await standing_in(session, user_id, today)


async def standing_in(session: AsyncSession, user_id: int, today: date) -> StreakStanding:
    """Run `standing` within a session."""
    past = (await _pasts(session, [user_id]))[user_id]
    used = {row.month_on for row in await queries.repairs_of(session, [user_id])}
    month_on = starts_on(Period.MONTH, today)
    return StreakStanding(streak(past, today), 0 if month_on in used else 1, paused_on(past.pauses, today))


async def weeks_completed(
    session: AsyncSession, user_id: int, ran_on: date, before: tuple[int, int], *, backward: bool
) -> int:
    """Return the weeks of a streak whose week a run completed, or 0 if it completed none.

    Args:
        session: the transaction.
        user_id: the runner.
        ran_on: local day of the run.
        before: their runs before it in its week, all of them and those with a backward part.
        backward: whether the run has a backward part.
    """
    goals = await _goals(session, [user_id])
    monday = monday_of(ran_on)
    goal = goal_in(goals[user_id], monday)
    counted = before[1] if goal.counts is GoalCounts.BACKWARD else before[0]
    counts = backward or goal.counts is GoalCounts.ALL
    if not counts or counted + 1 != goal.runs:
        return 0
    past = (await _pasts(session, [user_id]))[user_id]
    known = {day: runs for day, runs in past.runs.items() if day < monday}
    known[monday] = before[0] + 1, before[1] + backward
    return streak(replace(past, runs=known), ran_on).weeks


async def repair(database: Database, user_id: int, monday: date, today: date) -> StreakStanding:
    """Repair a missed week, so that the streak continues; once a calendar month.

    Args:
        database: database to write to.
        user_id: member whose streak it is.
        monday: Monday of the week, from the button.
        today: date in their zone.

    Raises:
        Conflict: that week needs no repair or can no longer be repaired, or this month's repair is used.
    """
    async with database.write() as session:
        await people_queries.hold(session, [user_id])  # of two concurrent presses the second sees the first
        before = await standing_in(session, user_id, today)
        if monday in {row.monday for row in await queries.repairs_of(session, [user_id])}:
            return before  # repeated press
        if before.streak.repair != monday:
            raise Conflict("nudges.repair.gone")
        if not await queries.insert_repair(session, user_id, starts_on(Period.MONTH, today), monday):
            raise Conflict("nudges.repair.used")
        return await standing_in(session, user_id, today)


# ── nudges ──


async def in_danger(session: AsyncSession, reached: Sequence[NudgeTarget]) -> Iterable[DueNudge]:
    """Return nudges for members whose streak ends this week unless they run; see `DANGER_HOURS`."""
    today = {one.id: one.hours[-1].on for one in reached}
    since = monday_of(min(today.values())) - LOOKED_BACK * WEEK
    pasts = await _pasts(session, list(today), since)
    shortly = {user_id: streak(pasts[user_id], day, since) for user_id, day in today.items()}
    unknown = [
        user_id
        for user_id, found in shortly.items()
        if found.open and found.undecided and not found.in_danger and _may_last(pasts[user_id])
    ]
    whole = await _pasts(session, unknown) if unknown else {}
    calls = []
    for one in reached:
        found = streak(whole[one.id], today[one.id]) if one.id in whole else shortly[one.id]
        if found.in_danger and paused_on(pasts[one.id].pauses, today[one.id]) is None:
            monday = monday_of(today[one.id])
            first_due_at = _warned_at(monday, one.zone)  # can be snoozed until Sunday noon, whichever hour it came from
            payload = {"monday": monday.isoformat(), "first_due_at": first_due_at.isoformat()}
            calls.append(DueNudge(one, monday.isoformat(), one.hours[0].at, payload=payload))
    return calls


async def reserve_used(session: AsyncSession, reached: Sequence[NudgeTarget]) -> Iterable[DueNudge]:
    """Return nudges for members of whose streak last week's miss used a reserve; on a Monday, once a week missed."""
    today = {one.id: one.hours[-1].on for one in reached}
    missed = {user_id: monday_of(day) - WEEK for user_id, day in today.items()}
    recent = await _pasts(session, list(today), min(missed.values()) - LOOKED_BACK * WEEK)
    shortly = {
        user_id: streak(recent[user_id], monday, monday - LOOKED_BACK * WEEK) for user_id, monday in missed.items()
    }
    possible = [user_id for user_id, found in shortly.items() if found.open and _may_last(recent[user_id])]
    pasts = await _pasts(session, possible) if possible else {}
    return [
        DueNudge(one, missed[one.id].isoformat(), one.hours[-1].at, payload={"monday": missed[one.id].isoformat()})
        for one in reached
        if one.id in pasts and missed[one.id] in streak(pasts[one.id], today[one.id]).reserved
    ]


def _may_last(recent: Past) -> bool:
    """Whether a streak can have lasted through `LOOKED_BACK` weeks: reserves and repairs alone are fewer."""
    return bool(recent.runs or recent.pauses)


async def kept_by_reserve(database: Database, user_id: int, monday: date, today: date) -> Streak | None:
    """Return the streak that a reserve kept in a week; None if the week was run or repaired after all."""
    found = (await standing(database, user_id, today)).streak
    return found if monday in found.reserved else None


async def danger_hours(session: AsyncSession) -> Iterable[tuple[Hour, str]]:
    """Return `DANGER_HOURS` for every zone in use."""
    zones = await queries.zones_in_use(session)
    return [(hour, zone) for hour in DANGER_HOURS for zone in zones]


def _warned_at(monday: date, zone: str) -> datetime:
    hour = DANGER_HOURS[0]
    assert hour.weekday is not None
    return at_wall(monday + timedelta(days=hour.weekday), time(hour.hour), zone)


async def danger(database: Database, user_id: int, monday: date, zone: str, now: datetime) -> Streak | None:
    """Return a streak that is still in danger in a week; None if it is not, or it is too late to be useful."""
    today = today_in(zone, now)
    if monday_of(today) != monday or now > _warned_at(monday, zone) + DANGER_USEFUL_FOR:
        return None
    found = (await standing(database, user_id, today)).streak
    return found if found.in_danger else None


async def quiet_for_two_weeks(session: AsyncSession, reached: Sequence[NudgeTarget]) -> Iterable[DueNudge]:
    """Return nudges for members whose last run was two weeks ago.

    Or a little longer, if a change of zone skipped the hour; the key of the nudge prevents a second one.
    """
    last = await queries.last_run_days(session, [one.id for one in reached])
    calls = []
    for one in reached:
        ran_on = last.get(one.id)
        if ran_on is None:
            continue
        hour = next((hour for hour in one.hours if 0 <= (hour.on - ran_on).days - QUIET_DAYS <= SKIPPED), None)
        if hour is not None:
            calls.append(DueNudge(one, ran_on.isoformat(), hour.at, payload={"ran_on": ran_on.isoformat()}))
    return calls


async def still_quiet(database: Database, user_id: int, ran_on: date) -> bool:
    """Whether a member's last run is still the one of that day."""
    async with database.read() as session:
        return (await queries.last_run_days(session, [user_id])).get(user_id) == ran_on


# ── data of a streak ──


async def _pasts(session: AsyncSession, user_ids: Collection[int], since: date | None = None) -> dict[int, Past]:
    """Return the data that streaks are computed from, with runs since a day."""
    runs: dict[int, dict[date, tuple[int, int]]] = defaultdict(dict)
    for user_id, monday, every, backward in await queries.run_weeks(session, user_ids, since):
        runs[user_id][monday] = (int(every), int(backward))
    goals = await _goals(session, user_ids)
    pauses: dict[int, list[DaysOff]] = defaultdict(list)
    for pause in await queries.pauses_of(session, user_ids):
        pauses[pause.user_id].append(DaysOff(pause.from_on, pause.until_on, PauseReason(pause.why)))
    repaired: dict[int, list[date]] = defaultdict(list)
    for row in await queries.repairs_of(session, user_ids):
        repaired[row.user_id].append(row.monday)
    return {one: Past(runs[one], goals[one], pauses[one], repaired[one]) for one in user_ids}


async def _goals(session: AsyncSession, user_ids: Collection[int]) -> dict[int, list[tuple[date, Goal]]]:
    """Return (first Monday, goal) of each person, oldest first."""
    goals: dict[int, list[tuple[date, Goal]]] = defaultdict(list)
    for goal in await queries.goals_of(session, user_ids):
        goals[goal.user_id].append((goal.since_on, Goal(goal.runs, GoalCounts(goal.counts))))
    return goals
