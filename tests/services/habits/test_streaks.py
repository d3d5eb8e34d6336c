"""Stored streaks: repairs, members in danger, goals, quiet hours and pauses."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.nudges.quiet_hours import DEFAULT_QUIET, Quiet
from bot.domain.nudges.streaks import WEEK, DaysOff, Goal, GoalCounts, PauseReason
from bot.domain.runs.runs import Direction, Stretch
from bot.domain.when.local_hours import Hour, Struck
from bot.errors import BadInput, Conflict, NotFound
from bot.localizer import Localizer
from bot.services.habits import streaks
from bot.services.nudges import nudge_settings
from bot.services.nudges.nudging import NudgeTarget
from db.engine import Database
from tests.builders.nudges import RESERVE, Engine, meet, run_on, spend_reserves
from tests.builders.runs import CLUB, write_run
from tests.builders.statements import RecordedStatements

TODAY = date(2026, 11, 26)  # a Thursday
THIS = date(2026, 11, 23)
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ANN, BEN = 11, 12


def weeks_ago(*back: int) -> list[date]:
    return [THIS + timedelta(days=1) - n * WEEK for n in back]


async def test_runs_from_everywhere_count_and_those_deleted_do_not(database: Database) -> None:
    await meet(database, ANN, "UTC", NOW)
    await run_on(database, ANN, *weeks_ago(2, 3))
    async with database.write() as session:
        backward = [Stretch(Direction.BACKWARD, 1000, 400_000), Stretch(Direction.FORWARD, 1000, 300_000)]
        await write_run(session, ANN, weeks_ago(1)[0], backward, guild_id=None, counted=False)
        await write_run(session, ANN, THIS, backward, counted=False, deleted=True)
        await write_run(session, ANN, TODAY, [Stretch(Direction.FORWARD, 9000, 3_000_000)])
    found = (await streaks.standing(database, ANN, TODAY)).streak
    assert (found.weeks, found.done, found.open) == (3, 0, True)
    await nudge_settings.choose_goal(database, ANN, 1, "all", TODAY)
    found = (await streaks.standing(database, ANN, TODAY)).streak
    assert (found.weeks, found.done, found.open) == (4, 1, False)


async def test_a_repair_saves_a_streak_once_a_calendar_month(database: Database) -> None:
    await meet(database, ANN, "UTC", NOW)
    await spend_reserves(database, ANN, THIS)
    await run_on(database, ANN, *weeks_ago(0, 2, 3))
    before = await streaks.standing(database, ANN, TODAY)
    assert (before.streak.weeks, before.streak.repair, before.streak.saved) == (1, THIS - WEEK, 3)
    for wrong in (THIS, THIS - 4 * WEEK, THIS - 2 * WEEK):
        with pytest.raises(Conflict):
            await streaks.repair(database, ANN, wrong, TODAY)
    after = await streaks.repair(database, ANN, THIS - WEEK, TODAY)
    assert (after.streak.weeks, after.repairs_left) == (3, 0)
    assert await streaks.repair(database, ANN, THIS - WEEK, TODAY) == after  # pressed twice
    # Another missed week can be repaired only in the next month.
    await run_on(database, ANN, THIS + 2 * WEEK)
    in_december = TODAY + 2 * WEEK
    later = await streaks.standing(database, ANN, in_december)
    assert (later.streak.weeks, later.streak.repair, later.repairs_left) == (1, THIS + WEEK, 1)
    await streaks.repair(database, ANN, THIS + WEEK, in_december)
    await run_on(database, ANN, THIS + 4 * WEEK)
    with pytest.raises(Conflict, match="used"):
        await streaks.repair(database, ANN, THIS + 3 * WEEK, in_december + 2 * WEEK)


async def test_of_two_repairs_pressed_at_once_one_is_made(database: Database) -> None:
    await meet(database, ANN, "UTC", NOW)
    await spend_reserves(database, ANN, THIS)
    await run_on(database, ANN, *weeks_ago(2, 3))
    both = await asyncio.gather(*(streaks.repair(database, ANN, THIS - WEEK, TODAY) for _ in range(2)))
    assert both[0] == both[1]
    assert both[0].repairs_left == 0


async def test_somebody_elses_week_is_not_mine_to_repair(database: Database) -> None:
    for user_id in (ANN, BEN):
        await meet(database, user_id, "UTC", NOW)
    await spend_reserves(database, ANN, THIS)
    await run_on(database, ANN, *weeks_ago(2, 3))
    with pytest.raises(Conflict):
        await streaks.repair(database, BEN, THIS - WEEK, TODAY)
    assert (await streaks.standing(database, ANN, TODAY)).repairs_left == 1


def reached(*user_ids: int) -> list[NudgeTarget]:
    friday = datetime(2026, 11, 27, 18, tzinfo=UTC)
    hour = Struck(Hour(18, 4), friday.date(), friday)
    return [NudgeTarget(user_id, CLUB, "UTC", (hour,)) for user_id in user_ids]


async def test_who_is_in_danger_is_found_among_many_in_few_statements(database: Database) -> None:
    told = {
        21: weeks_ago(1, 2),  # in danger: no run this week
        22: weeks_ago(0, 1, 2),  # goal met
        23: weeks_ago(1),  # one week is not a streak
        24: weeks_ago(2, 3, 60, 61),  # broken, and no reserve left
        25: [],
        26: weeks_ago(30, 31),  # paused for half a year, back this week
    }
    for user_id, days in told.items():
        await meet(database, user_id, "UTC", NOW)
        await run_on(database, user_id, *days)
    await nudge_settings.pause(database, 26, THIS, PauseReason.INJURY, THIS - 29 * WEEK)
    async with database.read() as session:
        with RecordedStatements(database) as statements:
            found = await streaks.in_danger(session, reached(21, 22, 23, 24, 25))
            assert len(statements) == 8  # four for everyone, four for those whose whole past matters
        assert [(call.to.id, call.key) for call in found] == [(21, "2026-11-23")]
        assert [call.to.id for call in await streaks.in_danger(session, reached(*told))] == [21, 26]
    await nudge_settings.pause(database, 21, TODAY + timedelta(days=9), PauseReason.HOLIDAY, TODAY)
    async with database.read() as session:
        assert [call.to.id for call in await streaks.in_danger(session, reached(*told))] == [26]


async def test_a_reserve_used_is_said_on_monday_and_once(database: Database) -> None:
    engine = Engine(database, NOW, {RESERVE.name: RESERVE})
    for user_id, days in ((ANN, weeks_ago(0, 1, 2)), (BEN, [*weeks_ago(0, 1), THIS + WEEK])):
        await meet(database, user_id, "UTC", NOW)
        await run_on(database, user_id, *days)
    await engine.start()
    await engine.until(NOW + 6 * WEEK)
    mondays = [(THIS + number * WEEK).strftime("%a %d %b 12:00") for number in (2, 3)]  # two reserves, then it breaks
    assert [at.strftime("%a %d %b %H:%M") for _, to, at in engine.sent if to == ANN] == mondays
    assert len([to for _, to, _ in engine.sent if to == BEN]) == 2
    found = await streaks.kept_by_reserve(database, ANN, THIS + WEEK, THIS + 2 * WEEK)
    assert found is not None
    assert (found.weeks, found.reserves) == (3, 1)
    await run_on(database, ANN, THIS + WEEK)
    assert await streaks.kept_by_reserve(database, ANN, THIS + WEEK, THIS + 2 * WEEK) is None, "logged after all"


async def test_danger_is_over_with_a_run_or_with_the_week(database: Database) -> None:
    await meet(database, ANN, "UTC", NOW)
    await run_on(database, ANN, *weeks_ago(1, 2))
    assert await streaks.danger(database, ANN, THIS, "UTC", NOW) is not None
    assert await streaks.danger(database, ANN, THIS, "UTC", NOW + timedelta(days=4)) is None
    await run_on(database, ANN, TODAY)
    assert await streaks.danger(database, ANN, THIS, "UTC", NOW) is None


# ── settings ──


@pytest.mark.parametrize(
    ("typed", "language", "back_on"),
    [
        ("3 dec", "en", "2026-12-03"),
        ("until 3 Dec", "en", "2026-12-03"),
        ("until next monday", "en", "2026-11-30"),
        ("till tomorrow", "en", "2026-11-27"),
        ("2 weeks", "en", "2026-12-10"),
        ("for 10 days", "en", "2026-12-06"),
        ("in a month", "en", "2026-12-26"),
        ("bis 3.12.", "de", "2026-12-03"),
        ("bis zum 1. März", "de", "2027-03-01"),
        ("für zwei Wochen", "de", "2026-12-10"),
        ("nächsten Montag", "de", "2026-11-30"),
        ("bis übermorgen", "de", "2026-11-28"),
    ],
)
def test_until_when_in_words(typed: str, language: str, back_on: str) -> None:
    reader = Localizer(language, zone="Europe/Berlin")
    assert nudge_settings.read_back_on(typed, reader, NOW).isoformat() == back_on


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("today", "nudges.pause.today"),
        ("in 20 minutes", "nudges.pause.today"),
        ("in 2 years", "nudges.pause.long"),
        ("when it heals", "nudges.pause.unclear"),
        ("30 feb", "nudges.pause.unclear"),
        ("yesterday", "nudges.pause.today"),
    ],
)
def test_what_is_no_end_of_a_pause(typed: str, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        nudge_settings.read_back_on(typed, Localizer("en", zone="Europe/Berlin"), NOW)
    assert refused.value.key == key


async def test_defaults_hold_until_something_is_set(database: Database) -> None:
    await meet(database, ANN, None, NOW)
    found = await nudge_settings.own_nudges(database, ANN, TODAY)
    assert (found.quiet, found.goal, found.pause, found.choices) == (DEFAULT_QUIET, Goal(), None, {})
    await nudge_settings.choose_quiet(database, ANN, begins_h=22)
    await nudge_settings.choose_goal(database, ANN, 3, "all", TODAY)
    await nudge_settings.pause(database, ANN, date(2026, 12, 3), "injury", TODAY)
    await nudge_settings.pause(database, ANN, date(2026, 12, 9), "holiday", TODAY + timedelta(days=2))
    found = await nudge_settings.own_nudges(database, ANN, TODAY + timedelta(days=3))
    assert (found.quiet, found.goal) == (Quiet(22 * 60, 7 * 60), Goal(3, GoalCounts.ALL))
    assert found.pause == DaysOff(TODAY, date(2026, 12, 9), PauseReason.HOLIDAY)
    await nudge_settings.end_pause(database, ANN, TODAY + timedelta(days=5))
    await nudge_settings.pause(database, ANN, date(2026, 12, 24), "holiday", TODAY + timedelta(days=5))
    await nudge_settings.end_pause(database, ANN, TODAY + timedelta(days=5))  # ended on the day it began: removed
    past = (await streaks.standing(database, ANN, TODAY + timedelta(days=6))).pause
    assert past is None


async def test_what_is_not_offered_is_refused(database: Database) -> None:
    await meet(database, ANN, None, NOW)
    for work in (
        nudge_settings.choose_quiet(database, ANN, begins_h=24),
        nudge_settings.choose_goal(database, ANN, 8, "all", TODAY),
        nudge_settings.choose_goal(database, ANN, 1, "sideways", TODAY),
        nudge_settings.pause(database, ANN, date(2026, 12, 3), "laziness", TODAY),
    ):
        with pytest.raises(BadInput):
            await work
    for work in (nudge_settings.own_nudges(database, 99, TODAY), nudge_settings.choose_quiet(database, 99, ends_h=1)):
        with pytest.raises(NotFound):
            await work
