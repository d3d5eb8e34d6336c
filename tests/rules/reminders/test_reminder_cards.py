"""The longest cards and messages of reminders are within Discord's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import discord
import pytest

from bot.domain.when.schedule import MonthlyWeekday, Once, Schedule
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.reminders.reminder_answers import DoneSaid, Snoozed
from bot.services.reminders.reminder_views import ReminderAudience, ReminderView
from bot.services.reminders.reminders import WHAT_LIMIT
from cogs.reminders import reminder_message_view as messages
from cogs.reminders.reminders_view import edit_form, line, reminder_card, reminder_list, remove_card
from tests.rules.card_limits import ID, NASTY, within

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
ZONE = "America/Argentina/ComodRivadavia"
HOURS = tuple(time(hour, 59) for hour in range(24))
WORST = MonthlyWeekday(11, (1, 2, 3, 4, 5, -1), 2, HOURS, date(2026, 11, 18), date(2031, 9, 30))
PAST = Once(date(2026, 11, 1), time(23, 59))


def worst(state: str = "active", schedule: Schedule = WORST, **values: Any) -> ReminderView:
    view = ReminderView(
        ID, ID, ReminderAudience.CLUB, ID, ID, ID, (NASTY * 2)[:WHAT_LIMIT], schedule, (WORST, replace(WORST,
        every=10)), ZONE, state, "forbidden" if state == "paused" else None, NOW - timedelta(days=20), 10**6,
    )  # fmt: skip
    return replace(view, **values)


STATES = [
    worst(), worst("paused"), worst("paused", PAST), worst("ended"), worst(audience=ReminderAudience.ME),
    worst("ended", PAST, again_at=NOW), worst(again_at=NOW),
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_keepers_see(language: str) -> None:
    reader = Localizer(language)
    for view in STATES:
        within(reminder_card(view, reader, NOW, "n" * 300))
        within(remove_card(view, reader, NOW))
        within(messages.deleted_card(view, reader))
        assert len(line(view, reader, NOW)) > 20
        for child in edit_form(view, reader).walk_children():
            if isinstance(child, discord.ui.TextInput):
                assert len(child.default or "") <= (child.max_length or 0) <= 4000
    for page in (0, 9, 99):
        within(reminder_list(STATES * 10, page, reader, NOW, "n" * 300))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said(language: str) -> None:
    reader, view = Localizer(language, zone=ZONE), worst()
    late = NOW - timedelta(days=9)
    said = [
        *(messages.message(view, NOW, late, reader, NOW, in_channel=there) for there in (True, False)),
        messages.snooze_choices(view, NOW, reader, NOW),
        messages.trouble_card(view, reader, NOW),
    ]
    words = [text for text, _ in said]
    words.append(messages.done_words(DoneSaid(view, True, True, 1008, 1008, False), reader))
    words.append(messages.snoozed_words(Snoozed(view, NOW, True), reader))
    for text in words:
        assert len(text) <= 2000
        assert "@everyone" not in text
        assert "\u202e" not in text
