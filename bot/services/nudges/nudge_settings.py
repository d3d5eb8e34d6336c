"""A member's settings of nudges: quiet hours, weekly goal, wanted kinds, and a pause from all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.nudges.quiet_hours import DAY_MIN, Quiet
from bot.domain.nudges.streaks import (
    LONGEST_PAUSE,
    MOST_RUNS,
    DaysOff,
    Goal,
    GoalCounts,
    PauseReason,
    goal_in,
    monday_of,
    paused_on,
)
from bot.domain.text.words import WORDS, any_of
from bot.domain.text.words.plain import plain
from bot.domain.when.moment_parser import Facing, parse_moment
from bot.domain.when.periods import today_in
from bot.errors import BadInput, NotFound
from bot.localizer import Localizer
from bot.services.nudges import nudging
from db.engine import Database
from db.queries.nudges import nudges as queries
from db.queries.profile import settings as settings_queries

_UNTIL = re.compile(rf"{any_of(WORDS.until | WORDS.lasting)}\s")
_SPAN = re.compile(rf"{any_of(WORDS.lasting)}\s")


@dataclass(frozen=True, slots=True)
class OwnNudges:
    """A member's settings of nudges, with defaults filled in.

    Attributes:
        quiet: quiet hours.
        goal: goal of this week.
        pause: current pause.
        choices: by kind whether it is wanted, where the member has chosen.
    """

    quiet: Quiet
    goal: Goal
    pause: DaysOff | None
    choices: Mapping[str, bool]


async def own_nudges(database: Database, user_id: int, today: date) -> OwnNudges:
    """Return a member's settings of nudges.

    Raises:
        NotFound: the member is unknown.
    """
    async with database.read() as session:
        user = await settings_queries.user_row(session, user_id)
        if user is None:
            raise NotFound("settings.unknown_person")
        goals = [
            (row.since_on, Goal(row.runs, GoalCounts(row.counts))) for row in await queries.goals_of(session, [user_id])
        ]
        pauses = [
            DaysOff(row.from_on, row.until_on, PauseReason(row.why))
            for row in await queries.pauses_of(session, [user_id], since=today)
        ]
        choices = await queries.choices_of(session, user_id)
    return OwnNudges(nudging.quiet_of(user), goal_in(goals, monday_of(today)), paused_on(pauses, today), choices)


async def choose_quiet(
    database: Database, user_id: int, *, begins_h: int | None = None, ends_h: int | None = None
) -> None:
    """Set the start, the end or both of the quiet hours, in whole hours; equal values mean none.

    Raises:
        BadInput: not an hour of the day.
        NotFound: the member is unknown.
    """
    if any(hour not in range(DAY_MIN // 60) for hour in (begins_h, ends_h) if hour is not None):
        raise BadInput("settings.choice.unknown")
    async with database.write() as session:
        user = await settings_queries.user_row(session, user_id)
        if user is None:
            raise NotFound("settings.unknown_person")
        held = nudging.quiet_of(user)
        await settings_queries.set_user(
            session,
            user_id,
            quiet_from_min=held.begins_min if begins_h is None else begins_h * 60,
            quiet_until_min=held.ends_min if ends_h is None else ends_h * 60,
        )


async def choose_goal(database: Database, user_id: int, runs: int, counts: str, today: date) -> None:
    """Set the weekly goal from this week on; past weeks keep theirs.

    Raises:
        BadInput: not a valid goal.
    """
    if runs not in range(MOST_RUNS + 1) or counts not in list(GoalCounts):
        raise BadInput("settings.choice.unknown")
    async with database.write() as session:
        await queries.put_goal(session, user_id, monday_of(today), runs, counts)


def read_back_on(typed: str, reader: Localizer, now: datetime) -> date:
    """Parse the day on which a paused member is back: `until 3 Dec`, `bis Montag`, `2 weeks`, `für 10 Tage`.

    Raises:
        BadInput: unclear, not after today, or more than a year away.
    """
    told = plain(typed)
    before = _UNTIL.match(told)
    bare = told[before.end() :] if before else told
    tries = [f"in {bare}", bare] if _SPAN.match(told) else [bare, f"in {bare}"]
    failure: BadInput | None = None
    for words in tries:
        try:
            moment = parse_moment(words, now=now, zone=reader.zone, language=reader.language, facing=Facing.FUTURE)
            break
        except BadInput as error:
            failure = failure or error
    else:
        assert failure is not None
        if failure.key in ("entry.moment.past", "entry.moment.past_day"):
            raise BadInput("nudges.pause.today")
        if failure.key == "entry.moment.two_days":
            raise failure
        raise BadInput("nudges.pause.unclear", typed=typed)  # the others have examples of past runs
    today = today_in(reader.zone, now)
    if moment.on <= today:
        raise BadInput("nudges.pause.today")
    if moment.on - today > LONGEST_PAUSE:
        raise BadInput("nudges.pause.long")
    return moment.on


async def pause(database: Database, user_id: int, until_on: date, why: str, today: date) -> None:
    """Pause from today until the day the member is back; a current pause gets the new end and reason.

    Snoozed nudges are cancelled too.

    Raises:
        BadInput: not a valid reason.
    """
    if why not in list(PauseReason):
        raise BadInput("settings.choice.unknown")
    async with database.write() as session:
        going_on = await queries.pauses_of(session, [user_id], since=today)
        from_on = going_on[0].from_on if going_on else today
        await queries.put_pause(session, user_id, from_on, until_on, why)
        await queries.drop_snoozed(session, StoredKind.NUDGE_SNOOZED, user_id)


async def end_pause(database: Database, user_id: int, today: date) -> None:
    """End the pause today; the days paused so far stay protected."""
    async with database.write() as session:
        await queries.end_pause(session, user_id, today)
