"""The longest nudges, digest and nudge settings are within Discord's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import discord
import pytest

from bot.charts.weeks import weeks_chart
from bot.domain.nudges.quiet_hours import Quiet
from bot.domain.nudges.streaks import DaysOff, Goal, GoalCounts, PauseReason, Streak
from bot.domain.runs.runs import Direction, Sharing
from bot.domain.text.units import Units
from bot.domain.when.snoozes import Snooze
from bot.interactions.nudge_kinds import controls
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.clubs.digests import TOP, Digest, Placed
from bot.services.members.people import Club, Person
from bot.services.nudges.nudge_settings import OwnNudges
from bot.services.profile.settings import OwnClub, OwnSettings
from cogs.clubs.digest_view import words
from cogs.members.settings_view import settings_card
from cogs.nudges.nudge_settings_view import nudges_page, pause_form
from cogs.nudges.nudges_view import reserve_used, snooze_buttons, snoozed_until, streak_line, week_in_danger

ID = 2**63 - 1
NASTY = "*_~`|>#[]()-:<@everyone\u202e\n" * 40
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
DAY = date(2026, 11, 18)
ZONE = "America/Argentina/ComodRivadavia"


def within(view: discord.ui.LayoutView) -> None:
    texts = [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]
    assert view.total_children_count <= 40
    assert sum(map(len, texts)) <= 4000
    assert not any("@everyone" in text or "\u202e" in text for text in texts)


def worst_nudges(why: PauseReason | None) -> OwnNudges:
    pause = None if why is None else DaysOff(DAY, DAY + timedelta(days=300), why)
    return OwnNudges(Quiet(21 * 60, 7 * 60), Goal(7, GoalCounts.ALL), pause, {})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_digest_is_one_message(language: str) -> None:
    reader = Localizer(language, Units.BOTH, ZONE)
    club = Club(ID, NASTY[:120], reader, frozenset(), None)
    rows = tuple(Placed(1, NASTY[:120], 9_999_999, 10**9) for _ in range(max(TOP.values())))
    worst = Digest(
        club, DAY, DAY, 10**6, 10**6, dict.fromkeys(TOP, (10**9, 10**12)), {d: rows[: TOP[d]] for d in TOP},
        (NASTY[:120],) * 500, ((NASTY[:120], 10**8),) * 500, tuple((DAY, 10**6, 10**6) for _ in range(12)),
    )  # fmt: skip
    said = words(worst, reader)
    assert len(said) <= 2000
    assert "@everyone" not in said
    assert "\u202e" not in said
    assert said.count("\n") < 20
    chart = weeks_chart(worst.weeks, reader)
    assert len(chart.alt) <= 1024
    assert len(chart.bars) == 12
    by_time = {Direction.BACKWARD: (Placed(1, "Ann", 0, 600_000),), Direction.FORWARD: ()}
    least = Digest(club, DAY, DAY, 1, 1, dict.fromkeys(TOP, (0, 0)), by_time, (), (), ((DAY, 0, 0),))
    assert "10:00" in words(least, reader)
    assert words(least, reader).count("\n") == 4
    week = {"en": "The week of", "de": "Die Woche von"}[language]
    for days, title in ((1, {"en": "A day of", "de": "Ein Tag von"}), (14, {"en": "14 days of", "de": "14 Tage von"})):
        told = words(replace(least, first=DAY - timedelta(days=days - 1)), reader)
        assert told.startswith(f"### {title[language]} ")
        assert week not in told
    assert words(replace(least, first=DAY - timedelta(days=6)), reader).startswith(f"### {week} ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", [None, *PauseReason])
def test_the_settings_with_every_kind_a_menu_holds(language: str, why: PauseReason | None) -> None:
    reader = Localizer(language, Units.METRIC, ZONE)
    kinds = [(f"nudge.{n}", "nudges.name.week", bool(n % 2)) for n in range(30)]
    page = nudges_page(worst_nudges(why), kinds, reader, "n" * 300)
    within(page)
    person = Person(
        1, "x", reader, Club(ID, "x", reader, frozenset(), None), True, True, Sharing.CLUB, 400.0, True, True, True
    )
    own = OwnSettings(
        "de", Units.IMPERIAL, ZONE, Sharing.ME, 299.9, ID, tuple(OwnClub(ID - n, NASTY[:120], True) for n in range(40))
    )
    general = settings_card(person, own, worst_nudges(why), NOW, "n" * 300)
    within(general)
    numbers = [
        item.id for view in (page, general) for item in view.walk_children() if isinstance(item, discord.ui.Select)
    ]
    assert len(set(numbers)) == len(numbers) > 7
    for reason in PauseReason:
        for child in pause_form(reason, reader).walk_children():
            if isinstance(child, discord.ui.TextInput):
                assert len(child.placeholder or "") <= 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_nudges_say_in_the_singular_and_in_the_plural(language: str) -> None:
    reader = Localizer(language, zone=ZONE)
    for weeks, runs, counts, protected in ((1, 1, GoalCounts.BACKWARD, False), (300, 7, GoalCounts.ALL, True)):
        streak = Streak(weeks, 0, Goal(runs, counts), protected, reserves=min(weeks, 2))
        assert len(week_in_danger(streak, reader)) < 1000
        assert str(weeks) in reserve_used(streak, reader)
        assert str(runs) in streak_line(streak, reader)
    assert streak_line(Streak(0, 0, Goal(0), False), reader) == ""
    assert len(controls("n" * 32, ID, reader)) == 2
    choices = dict.fromkeys(Snooze, NOW)
    assert len(snooze_buttons(ID, choices, reader).children) == 4
    assert "<t:" in snoozed_until(NOW, reader)
