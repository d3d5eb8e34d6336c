"""Parts of a schedule that an edit keeps, parsed on Tuesday 24 November 2026, 13:00 in Berlin."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.when.reminder_edits import read_edit
from bot.domain.when.reminder_when import ReminderWhen, read_when
from bot.domain.when.schedule import In, Interval, Once, Schedule, next_after
from bot.errors import BadInput
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from cogs.reminders.schedules_view import in_words
from tests.domain.when.when_lines import LINES

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = date(2026, 11, 24)
BERLIN = "Europe/Berlin"


def asked(typed: str) -> Schedule:
    return read_when(typed, now=NOW, zone=BERLIN, language="en").schedule


def edited(typed: str, before: str, *, form: bool = False) -> ReminderWhen:
    return read_edit(typed, asked(before), now=NOW, zone=BERLIN, language="en", keeps_end=not form)


def said(read: ReminderWhen) -> str:
    words = [in_words(one, Localizer("en", zone=BERLIN), TODAY) for one in (read.schedule, *read.others)]
    return " | ".join(words) + (" ~" if read.hour_assumed else "")


@pytest.mark.parametrize(
    ("before", "typed", "after"),
    [
        # New days keep the hours.
        ("every mon 18:00", "every tue", "every Tuesday 18:00"),
        ("every mon 18:00", "jeden Dienstag", "every Tuesday 18:00"),
        ("every mon 18:00", "dienstags", "every Tuesday 18:00"),
        ("every mon 18:00", "every tue and thu", "every Tue and Thu 18:00"),
        ("every mon 18:00", "weekdays", "every weekday 18:00"),
        ("every mon 18:00", "daily", "every day 18:00"),
        ("every mon 18:00", "first sunday of the month", "first Sunday of the month 18:00"),
        ("every mon 18:00", "every other mon", "every other Monday 18:00"),
        ("every mon 7:00 and 19:00", "every tue", "every Tuesday 07:00 and 19:00"),
        ("every mon 18:00", "every tuesday evening", "every Tuesday 18:00"),
        ("every mon 18:00", "every tuesday morning", "every Tuesday 08:00 ~"),
        ("every mon 18:00", "every tue 7:00", "every Tuesday 07:00"),
        ("tomorrow 18:00", "every tue", "every Tuesday 18:00"),
        ("tomorrow 18:00", "friday", "Fri 27 Nov 18:00"),
        ("tomorrow 18:00", "24 dec", "Thu 24 Dec 18:00"),
        ("tomorrow 18:00", "in 3 days", "Fri 27 Nov 18:00"),
        ("in 90 minutes", "tomorrow", "Wed 25 Nov 14:30"),
        ("every mon 18:00", "tomorrow", "Wed 25 Nov 18:00"),
        ("every mon 18:00", "tuesday", "every Tuesday 18:00 | Tue 24 Nov 18:00"),
        ("every mon 18:00", "tomorrow evening", "Wed 25 Nov 19:00 ~"),
        ("every 2 hours", "every tue", "every Tuesday 09:00 ~"),
        # New hours keep the days.
        ("every mon 18:00", "19:00", "every Monday 19:00"),
        ("every mon 18:00", "at 7pm", "every Monday 19:00"),
        ("every mon 18:00", "um 19 Uhr", "every Monday 19:00"),
        ("every mon 18:00", "at 7", "every Monday 07:00 | every Monday 19:00"),
        ("every mon 18:00", "7:00 and 19:00", "every Monday 07:00 and 19:00"),
        ("every mon 18:00", "halb acht", "every Monday 07:30 | every Monday 19:30"),
        ("every other sat 8:00", "9:00", "every other Saturday 09:00"),
        ("first sunday of the month 9:00", "10:00", "first Sunday of the month 10:00"),
        ("friday 18:00", "19:00", "Fri 27 Nov 19:00"),
        ("friday 18:00", "noon", "Fri 27 Nov 12:00"),
        ("every 2 hours", "19:00", "Tue 24 Nov 19:00"),
        ("every mon 18:00", "in 20 minutes", "Tue 24 Nov 13:20"),
        # The end is kept unless a new one is given.
        ("every mon 18:00 until 1 june", "every tue", "every Tuesday 18:00 until 1 Jun"),
        ("every mon 18:00 until 1 june", "19:00", "every Monday 19:00 until 1 Jun"),
        ("every mon 18:00 until 1 june", "every tue until 1 july", "every Tuesday 18:00 until 1 Jul"),
        ("every mon 18:00 until 1 june", "every tue without end", "every Tuesday 18:00"),
        ("every mon 18:00 until 1 june", "jeden Di ohne Ende", "every Tuesday 18:00"),
        ("every mon 18:00 until 1 june", "until 1 july", "every Monday 18:00 until 1 Jul"),
        ("every mon 18:00", "bis 1. Juli", "every Monday 18:00 until 1 Jul"),
        ("every mon 18:00 until 1 june", "forever", "every Monday 18:00"),
        ("every 2 hours until 1 dec", "every 3 hours", "every 3 hours until 1 Dec"),
        ("every mon 18:00 until 1 dec", "first of the month", "every month on the 1st at 18:00 until 1 Dec"),
    ],
)
def test_what_is_not_named_stays(before: str, typed: str, after: str) -> None:
    assert said(edited(typed, before)) == after


def test_an_end_taken_out_of_the_form_is_gone_and_the_hour_stays() -> None:
    assert said(edited("every tue", "every mon 18:00 until 1 june", form=True)) == "every Tuesday 18:00"


def test_every_other_week_stays_in_step() -> None:
    before = asked("every other sat 8:00 from 5 dec")
    later = read_edit("every other saturday at 9am", before, now=NOW, zone=BERLIN, language="en").schedule
    assert later == replace(before, hours=(time(9),))


@pytest.mark.parametrize("typed", ["soon", "30 feb", "every mon 18:00 and every tue 19:00", "yesterday", "until never"])
def test_refused_as_by_itself(typed: str) -> None:
    with pytest.raises(BadInput) as by_itself:
        asked(typed)
    with pytest.raises(BadInput) as refused:
        edited(typed, "every mon 18:00")
    assert refused.value.key == by_itself.value.key


@given(st.sampled_from(LINES), st.sampled_from(LINES))
def test_any_line_in_place_of_any_other_comes_or_is_refused(
    one: tuple[str, str, str, str], other: tuple[str, str, str, str]
) -> None:
    try:
        before = read_when(one[1], now=NOW, zone=BERLIN, language=one[0]).schedule
    except BadInput:
        before = asked("every mon 18:00")
    try:
        read = read_edit(other[1], before, now=NOW, zone=BERLIN, language=other[0])
    except BadInput as refused:
        right = refused.key.startswith(("remind_when.", "entry.text."))
    else:
        right = all(next_after(one, BERLIN, NOW) is not None for one in (read.schedule, *read.others))
    assert right


@given(st.text(max_size=110), st.sampled_from(LINES), st.sampled_from(LANGUAGES), st.booleans())
def test_any_text_in_place_of_any_line_is_read_or_refused_in_words(
    typed: str, line: tuple[str, str, str, str], language: str, keeps_end: bool
) -> None:
    try:
        before = read_when(line[1], now=NOW, zone=BERLIN, language=line[0]).schedule
    except BadInput:
        before = asked("every mon 18:00 until 1 june")
    try:
        read = read_edit(typed, before, now=NOW, zone=BERLIN, language=language, keeps_end=keeps_end)
    except BadInput as refused:
        right = len(Localizer(language, zone=BERLIN).error(refused)) > 0
    else:
        right = next_after(read.schedule, BERLIN, NOW) is not None
    assert right


@given(st.sampled_from(LINES), st.sampled_from(LANGUAGES))
def test_what_the_form_is_filled_with_changes_nothing(line: tuple[str, str, str, str], language: str) -> None:
    try:
        before = read_when(line[1], now=NOW, zone=BERLIN, language=line[0]).schedule
    except BadInput:
        return
    words = in_words(before, Localizer(language, zone=BERLIN))
    if len(words) > 100 or isinstance(before, In | Once | Interval):
        return
    again = read_edit(words, before, now=NOW, zone=BERLIN, language=language, keeps_end=False).schedule
    assert replace(again, anchor=TODAY) == replace(before, anchor=TODAY)
