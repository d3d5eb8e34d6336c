"""Exact instants of one member's nudges over sixty days, across clock changes and zone changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.localizer import Localizer
from bot.services.habits import streaks
from bot.services.nudges import nudge_settings
from bot.services.nudges.nudge_settings import read_back_on
from bot.services.profile import settings
from db.engine import Database
from tests.builders.nudges import Engine, meet, run_on, spend_reserves

ANN = 11


def local(told: str, zone: str) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=ZoneInfo(zone))


def day(told: str) -> date:
    return date.fromisoformat(told)


WEST, EAST = "America/Los_Angeles", "Pacific/Kiritimati"
"""Twenty-two hours apart: moving from one to the other skips or repeats most of a day."""


@pytest.mark.long
@pytest.mark.parametrize(
    ("zones", "moved", "heard"),
    [
        # Last run on 1 November: due on the 15th at 17:00.
        ((WEST, WEST), "2026-11-15 12:00", ["Sun 15 Nov 17:00 -0800"]),
        ((EAST, EAST), "2026-11-15 12:00", ["Sun 15 Nov 17:00 +1400"]),
        # Eastwards before 17:00: the hour has passed there, so it comes at the next one.
        ((WEST, EAST), "2026-11-15 16:00", ["Mon 16 Nov 17:00 +1400"]),
        ((WEST, EAST), "2026-11-15 10:00", ["Mon 16 Nov 17:00 +1400"]),
        (("Pacific/Pago_Pago", EAST), "2026-11-15 16:30", ["Tue 17 Nov 17:00 +1400"]),
        # Westwards, where the hour is repeated: sent once.
        ((EAST, WEST), "2026-11-15 18:00", ["Sun 15 Nov 17:00 +1400"]),
        ((EAST, WEST), "2026-11-15 16:00", ["Sun 15 Nov 17:00 -0800"]),
        ((WEST, EAST), "2026-11-15 18:00", ["Sun 15 Nov 17:00 -0800"]),
    ],
)
async def test_whoever_changes_zone_is_asked_back_once(
    database: Database, zones: tuple[str, str], moved: str, heard: list[str]
) -> None:
    before, after = zones
    engine = Engine(database, local("2026-11-13 00:00", before))
    await meet(database, ANN, before, engine.now)
    await meet(database, ANN + 1, after, engine.now)  # so that both zones are in use throughout
    await run_on(database, ANN, day("2026-11-01"))
    await engine.start()
    await engine.until(local(moved, before))
    await settings.choose_zone(database, ANN, after, Localizer("en", zone=before), engine.now)
    await engine.until(engine.now + timedelta(days=20))
    assert calendar(engine, "nudge.back", before, after, local(moved, before)) == heard


@pytest.mark.long
@pytest.mark.parametrize(
    ("zones", "moved", "heard"),
    [
        # Runs in the two weeks before: due on Friday 20 November at 18:00.
        ((WEST, WEST), "2026-11-19 12:00", ["Fri 20 Nov 18:00 -0800"]),
        ((EAST, EAST), "2026-11-19 12:00", ["Fri 20 Nov 18:00 +1400"]),
        # Eastwards before 18:00: the hour has passed there.
        ((WEST, EAST), "2026-11-20 17:00", ["Sat 21 Nov 20:00 +1400"]),
        ((WEST, EAST), "2026-11-19 21:00", ["Sat 21 Nov 20:00 +1400"]),
        (("Europe/Berlin", "Asia/Tokyo"), "2026-11-20 17:30", ["Sat 21 Nov 20:00 +0900"]),
        (("Pacific/Pago_Pago", EAST), "2026-11-20 17:59", ["Sat 21 Nov 20:00 +1400"]),
        # Westwards, where the hour is repeated: sent once.
        ((EAST, WEST), "2026-11-20 19:00", ["Fri 20 Nov 18:00 +1400"]),
        ((EAST, WEST), "2026-11-20 17:00", ["Fri 20 Nov 18:00 -0800"]),
        ((WEST, EAST), "2026-11-20 19:00", ["Fri 20 Nov 18:00 -0800"]),
    ],
)
async def test_whoever_changes_zone_hears_once_that_a_week_is_in_danger(
    database: Database, zones: tuple[str, str], moved: str, heard: list[str]
) -> None:
    before, after = zones
    engine = Engine(database, local("2026-11-16 00:00", before))
    await meet(database, ANN, before, engine.now)
    await meet(database, ANN + 1, after, engine.now)
    await spend_reserves(database, ANN, day("2026-11-02"))
    await run_on(database, ANN, day("2026-11-04"), day("2026-11-11"))
    await engine.start()
    await engine.until(local(moved, before))
    await settings.choose_zone(database, ANN, after, Localizer("en", zone=before), engine.now)
    await engine.until(engine.now + timedelta(days=20))
    assert calendar(engine, "nudge.week", before, after, local(moved, before)) == heard


@pytest.mark.parametrize(
    ("back", "heard"),
    [
        ("2026-11-21 21:00", ["Sat 21 Nov 21:00"]),  # sent at night because quiet hours are off
        ("2026-11-22 11:59", ["Sun 22 Nov 11:59"]),
        ("2026-11-22 12:01", []),
    ],
)
async def test_a_week_in_danger_missed_while_down_is_told_until_sunday_noon(
    database: Database, back: str, heard: list[str]
) -> None:
    engine = Engine(database, local("2026-11-20 12:00", "Europe/Berlin"))
    await meet(database, ANN, "Europe/Berlin", engine.now)
    await nudge_settings.choose_quiet(database, ANN, begins_h=0, ends_h=0)
    await run_on(database, ANN, day("2026-11-04"), day("2026-11-11"))
    await engine.start()
    engine.now = local(back, "Europe/Berlin")
    await engine.turn()
    await engine.until(engine.now + timedelta(days=1))
    assert [f"{at.astimezone(ZoneInfo('Europe/Berlin')):%a %d %b %H:%M}" for _, _, at in engine.sent] == heard


def calendar(engine: Engine, kind: str, before: str, after: str, moved: datetime) -> list[str]:
    """Return when ANN was nudged, as local time in their zone at that instant."""
    told = [at for name, to, at in engine.sent if (name, to) == (kind, ANN)]
    return [f"{at.astimezone(ZoneInfo(before if at < moved else after)):%a %d %b %H:%M %z}" for at in told]


@pytest.mark.long
@pytest.mark.parametrize("zone", ["Europe/Berlin"])
async def test_sixty_days_in_berlin_across_the_end_of_summer_time(database: Database, zone: str) -> None:
    """Monday 21 September to Thursday 19 November 2026; the clock goes back on Sunday 25 October."""
    engine = Engine(database, local("2026-09-21 00:00", zone))
    await meet(database, ANN, zone, engine.now)
    # Two consecutive weeks with a run.
    await spend_reserves(database, ANN, day("2026-09-07"))
    await run_on(database, ANN, day("2026-09-09"), day("2026-09-16"))
    await engine.start()

    async def until(told: str) -> None:
        await engine.until(local(told, zone))

    await until("2026-09-26 10:00")  # in danger on Friday 25th at 18:00; runs on Saturday
    await run_on(database, ANN, day("2026-09-26"))
    await until("2026-09-29 12:00")
    await run_on(database, ANN, day("2026-09-29"))  # runs on Tuesday: no nudge this week
    await until("2026-10-05 09:00")
    # Injured from Monday 5 October, back on Friday 16 October: both weeks are protected, no nudges.
    reader = Localizer("en", zone=zone)
    await nudge_settings.pause(
        database, ANN, read_back_on("until 16 oct", reader, engine.now), "injury", day("2026-10-05")
    )
    await until("2026-10-20 08:00")
    # Quiet hours from 17:00 to 8:00 delay the nudge on Friday at 18:00.
    await nudge_settings.choose_quiet(database, ANN, begins_h=17, ends_h=8)
    await until("2026-10-24 12:00")  # held on Friday 23rd at 18:00, sent on Saturday at 8:00
    await run_on(database, ANN, day("2026-10-24"))
    await nudge_settings.choose_quiet(database, ANN, begins_h=21, ends_h=7)
    await until("2026-10-31 12:00")  # after the clock change: Friday 30th at 18:00 +0100
    # No run that week and no further nudge for it; two weeks after 24 October one "back" nudge.
    await until("2026-11-19 23:59")
    berlin = [(kind, at.astimezone(ZoneInfo(zone)).strftime("%a %d %b %H:%M %z")) for kind, _, at in engine.sent]
    assert berlin == [
        ("nudge.week", "Fri 25 Sep 18:00 +0200"),
        ("nudge.week", "Sat 24 Oct 08:00 +0200"),
        ("nudge.week", "Fri 30 Oct 18:00 +0100"),
        ("nudge.back", "Sat 07 Nov 17:00 +0100"),
    ]


@pytest.mark.long
async def test_sixty_days_in_sydney_across_the_beginning_of_summer_time(database: Database) -> None:
    """Monday 21 September to Thursday 19 November 2026; the clock goes forward on Sunday 4 October."""
    zone = "Australia/Sydney"
    engine = Engine(database, local("2026-09-21 00:00", zone))
    await meet(database, ANN, zone, engine.now)
    await spend_reserves(database, ANN, day("2026-09-07"))
    await run_on(database, ANN, day("2026-09-08"), day("2026-09-10"), day("2026-09-15"), day("2026-09-17"))
    await nudge_settings.choose_goal(database, ANN, 2, "backward", day("2026-09-21"))
    await engine.start()

    async def until(told: str) -> None:
        await engine.until(local(told, zone))

    await run_on(database, ANN, day("2026-09-21"))  # one of two
    await until("2026-09-27 08:00")  # in danger on Friday 25th at 18:00
    await run_on(database, ANN, day("2026-09-27"))
    await until("2026-10-02 17:00")
    await run_on(database, ANN, day("2026-09-29"), day("2026-10-02"))  # goal met an hour before the nudge
    await until("2026-10-10 12:00")  # Friday 9th at 18:00 summer time
    await run_on(database, ANN, day("2026-10-10"), day("2026-10-11"))
    await until("2026-10-16 12:00")
    # A trip to Perth: 18:00 comes three hours later, and returning does not repeat that week's nudge.
    await settings.choose_zone(database, ANN, "Perth", Localizer("en", zone=zone), engine.now)
    await until("2026-10-17 06:00")
    await settings.choose_zone(database, ANN, "Sydney", Localizer("en", zone="Australia/Perth"), engine.now)
    await until("2026-10-26 08:00")  # the week of the 12th is missed; by Friday 23rd the streak is broken
    repaired = await streaks.standing(database, ANN, day("2026-10-21"))
    assert repaired.streak.repair == day("2026-10-12")
    await until("2026-11-19 23:59")
    sydney = [(kind, at.astimezone(ZoneInfo(zone)).strftime("%a %d %b %H:%M %z")) for kind, _, at in engine.sent]
    assert sydney == [
        ("nudge.week", "Fri 25 Sep 18:00 +1000"),
        ("nudge.week", "Fri 09 Oct 18:00 +1100"),
        ("nudge.week", "Fri 16 Oct 21:00 +1100"),
        ("nudge.back", "Sun 25 Oct 17:00 +1100"),
    ]
    assert engine.now - local("2026-09-21 00:00", zone) > timedelta(days=59)
