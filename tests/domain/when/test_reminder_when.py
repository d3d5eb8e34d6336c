"""Reminder times as members write them: `when/*.txt`, parsed on Tuesday 24 November 2026, 13:00 in Berlin.

A line is the typed text, followed by ` = ` and its next three times or by ` ! ` and the error key. ` ~` marks a default
hour, ` | ` precedes the next three times of the other reading.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.when import reminder_when
from bot.domain.when.ambiguous_texts import MOST as MOST_TEXTS
from bot.domain.when.recurrence_builder import Asker, Readings
from bot.domain.when.reminder_when import FURTHEST, read_when
from bot.domain.when.schedule import (
    Calendar,
    Daily,
    In,
    Interval,
    Monthly,
    Once,
    Schedule,
    Weekly,
    next_after,
    upcoming,
)
from bot.errors import BadInput
from bot.i18n import catalogue
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from cogs.reminders.schedules_view import in_words, understood, unmistakable
from tests.domain.when.series import HOURS, SERIES
from tests.domain.when.when_lines import LINES, typed_lines

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = date(2026, 11, 24)
BERLIN = "Europe/Berlin"


def times(schedule: Schedule | None, zone: str = BERLIN, now: datetime = NOW) -> str:
    found = () if schedule is None else upcoming(schedule, zone, now, 3)
    return ", ".join(f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" for at in found)


def answered(typed: str, language: str, zone: str = BERLIN, now: datetime = NOW) -> str:
    """Return the parsed result in the format of the table."""
    try:
        asked = read_when(typed, now=now, zone=zone, language=language)
    except BadInput as refused:
        return f"! {refused.key.removeprefix('remind_when.')}"
    others = "".join(f" | {times(other, zone, now)}" for other in asked.others)
    return f"= {times(asked.schedule, zone, now)}{' ~' if asked.hour_assumed else ''}{others}"


def test_as_typed() -> None:
    told = {
        (language, typed): (answered(typed, language), f"{sign} {answer}") for language, typed, sign, answer in LINES
    }
    assert len(told) == len(LINES), "a line stands twice"
    assert {line: answers for line, answers in told.items() if answers[0] != answers[1]} == {}


def test_there_are_enough_lines_and_each_is_of_its_own_language() -> None:
    typed = {language: {line[0].lower() for line in typed_lines(language)} for language in LANGUAGES}
    assert all(len(lines) >= 200 for lines in typed.values())
    shared = {line for line in typed["en"] & typed["de"] if sum(letter.isalpha() for letter in line) > 2}
    assert shared <= {"in 1 minute", "90 min"}


@pytest.mark.parametrize(
    ("zone", "language", "typed", "answer"),
    [
        # The region decides whether the month comes first, unless the language does.
        ("America/New_York", "en", "3/4 9am", "= 2027-03-04 09:00 | 2027-04-03 09:00"),
        ("Europe/London", "en", "3/4 9am", "= 2027-04-03 09:00 | 2027-03-04 09:00"),
        ("America/New_York", "de", "3/4 9 Uhr", "= 2027-04-03 09:00 | 2027-03-04 09:00"),
        # The order of day and month applies to an end date, too.
        ("Europe/London", "en", "every month on the 1st 9:00 until 1/2", "= 2026-12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00 | 2026-12-01 09:00, 2027-01-01 09:00"),
        # If only one order gives a future date, it is used.
        ("Europe/London", "en", "5/4/2026 9am", "! past"),
        ("Europe/London", "en", "11/12/2026 9am", "= 2026-12-11 09:00"),
        # The member's own zone.
        ("Asia/Tokyo", "en", "tomorrow 6:00", "= 2026-11-25 06:00"),
        ("Pacific/Auckland", "en", "today 6:00", "= 2026-11-25 06:00"),
        ("America/Los_Angeles", "en", "today 6:00", "= 2026-11-24 06:00"),
    ],
)  # fmt: skip
def test_where_one_is(zone: str, language: str, typed: str, answer: str) -> None:
    assert answered(typed, language, zone) == answer


@pytest.mark.parametrize(
    ("hour", "typed", "answer"),
    [
        ("05:00", "6", "= 2026-11-24 06:00 | 2026-11-24 18:00"),
        ("19:00", "6", "= 2026-11-25 06:00 | 2026-11-25 18:00"),
        ("05:00", "today", "= 2026-11-24 09:00 ~"),
        ("19:00", "today", "= 2026-11-24 21:00 ~"),
        ("22:00", "today", "! past_day"),
        ("20:10", "tonight", "= 2026-11-24 21:00 ~"),
        ("23:30", "tonight", "! past_day"),
        ("20:10", "evening", "= 2026-11-25 19:00 ~"),
        ("01:00", "heute Nacht um 2", "= 2026-11-24 02:00"),
        ("03:00", "heute Nacht um 2", "= 2026-11-25 02:00"),
        ("08:00", "every 3 days", "= 2026-11-24 09:00, 2026-11-27 09:00, 2026-11-30 09:00 ~"),
        ("13:00", "every 3 days 13:00", "= 2026-11-27 13:00, 2026-11-30 13:00, 2026-12-03 13:00"),
    ],
)
def test_what_time_it_is(hour: str, typed: str, answer: str) -> None:
    now = datetime.fromisoformat(f"2026-11-24 {hour}").replace(tzinfo=ZoneInfo(BERLIN))
    assert answered(typed, "en", now=now) == answer


def read(typed: str, language: str = "en") -> Schedule:
    return read_when(typed, now=NOW, zone=BERLIN, language=language).schedule


def test_what_is_fixed_and_what_moves_with_the_zone() -> None:
    assert read("in 20 minutes") == In(NOW + timedelta(minutes=20))
    assert read("tomorrow 6:00") == Once(date(2026, 11, 25), time(6))
    assert read("every 2 hours") == Interval(120, NOW + timedelta(hours=2))
    assert read("every 3 days 7:00") == Daily(3, (time(7),), TODAY)
    assert read("every other saturday 8am") == Weekly(2, (5,), (time(8),), date(2026, 11, 28))
    assert read("every tue 7:00 for 3 weeks") == Weekly(1, (1,), (time(7),), TODAY, date(2026, 12, 21))
    assert read("jeden Monat am Monatsende 20 Uhr", "de") == Monthly(1, (31,), (time(20),), TODAY)


def test_ends_as_told() -> None:
    ends = {
        "every day 7:00 until 1 june": "2027-06-01",
        "every day 7:00 until june": "2027-06-30",
        "every day 7:00 until november": "2026-11-30",
        "every day 7:00 until february 2028": "2028-02-29",
        "every day 7:00 until the end of the year": "2026-12-31",
        "every day 7:00 until end of month": "2026-11-30",
        "every day 7:00 until tue 1 june": "2027-06-01",
        "every day 7:00 until friday": "2026-11-27",
        "every day 7:00 for 2 weeks": "2026-12-08",
        "every day 7:00 for 10 days": "2026-12-04",
        "every day 7:00 for 2 months": "2027-01-24",
        "every day 7:00 for a year": "2027-11-24",
        "jeden Tag 7 Uhr bis einschließlich 24.12.": "2026-12-24",
        "täglich 7 Uhr bis Ende Januar": "2027-01-31",
    }
    for typed, end in ends.items():
        schedule = read(typed)
        assert isinstance(schedule, Daily), typed
        assert str(schedule.until) == end, typed


# ── in words ──

WORDS = [
    ("every tue and thu 6:30 until 1 June", "every Tue and Thu 06:30 until 1 Jun", "jeden Di und Do 06:30 bis 1. Juni"),
    ("every other saturday 8am", "every other Saturday 08:00", "jeden zweiten Samstag 08:00"),
    ("fri 18:30", "Fri 27 Nov 18:30", "Fr. 27. Nov. 18:30"),
    ("24 dec 2028 9am", "Sun 24 Dec 2028 09:00", "So. 24. Dez. 2028 09:00"),
    ("in 20 minutes", "Tue 24 Nov 13:20", "Di. 24. Nov. 13:20"),
    ("weekdays 6:15", "every weekday 06:15", "werktags 06:15"),
    ("every day 7:00 and 19:00", "every day 07:00 and 19:00", "jeden Tag 07:00 und 19:00"),
    ("every 3 days", "every 3 days 09:00 (you gave no time)", "alle 3 Tage 09:00 (du hast keine Uhrzeit genannt)"),
    ("every 10 weeks until 1 june 2028 8:00", "every 10 weeks on Tuesday 08:00 until 1 Jun 2028", "alle 10 Wochen am Dienstag 08:00 bis 1. Juni 2028"),
    ("first sunday of the month 9:00", "first Sunday of the month 09:00", "am ersten Sonntag im Monat 09:00"),
    ("every 2 months on the last friday 17:00", "every 2 months on the last Friday 17:00", "alle 2 Monate am letzten Freitag 17:00"),
    ("1st, 22nd and 31st of the month 7:00", "every month on the 1st, 22nd and last day at 07:00", "jeden Monat am 1., 22. und letzten Tag um 07:00"),
    ("last weekday of the month 17:00", "last weekday of the month 17:00", "am letzten Werktag im Monat 17:00"),
    ("every 2 months on the first weekday 9:00", "every 2 months on the first weekday 09:00", "alle 2 Monate am ersten Werktag 09:00"),
    ("every year on 24 dec 9:00", "every year on 24 Dec 09:00", "jedes Jahr am 24. Dez. 09:00"),
    ("every hour", "every hour", "jede Stunde"),
    ("every 90 minutes until 1 dec", "every 90 minutes until 1 Dec", "alle 90 Minuten bis 1. Dez."),
    ("every 2 hours on weekdays from 9 to 17", "every weekday from 09:00 to 17:00 every 2 hours", "werktags von 09:00 bis 17:00 alle 2 Stunden"),
    ("every day 8:00 from 28 nov until 30 nov", "every day 08:00 from 28 Nov until 30 Nov", "jeden Tag 08:00 ab 28. Nov. bis 30. Nov."),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "english", "german"), WORDS)
def test_in_words(typed: str, english: str, german: str) -> None:
    asked = read_when(typed, now=NOW, zone=BERLIN, language="en")
    for language, words in (("en", english), ("de", german)):
        reader = Localizer(language, zone=BERLIN)
        assert understood(asked, reader, TODAY) == words
        said = in_words(asked.schedule, reader, TODAY)
        again = read_when(said, now=NOW, zone=BERLIN, language=language)
        if not isinstance(asked.schedule, In):  # which is parsed back as a wall time
            assert unanchored(again.schedule) == unanchored(asked.schedule)


TWELVE_HOUR_WORDS = [
    ("every tue and thu 6:30", "every Tue and Thu 6:30 AM"),
    ("tomorrow 18:30", "Wed 25 Nov 6:30 PM"),
    ("every 2 hours on weekdays from 9 to 17", "every weekday from 9:00 AM to 5:00 PM every 2 hours"),
    ("every day 8:00, 12:00 and 18:00", "every day 8:00 AM, 12:00 PM and 6:00 PM"),
]


@pytest.mark.parametrize(("typed", "words"), TWELVE_HOUR_WORDS)
def test_in_words_of_a_twelve_hour_reader(typed: str, words: str) -> None:
    asked = read_when(typed, now=NOW, zone=BERLIN, language="en")
    assert understood(asked, Localizer("en", zone=BERLIN, twelve_hour=True), TODAY) == words
    again = read_when(words, now=NOW, zone=BERLIN, language="en")
    assert unanchored(again.schedule) == unanchored(asked.schedule)


def unanchored(schedule: Schedule) -> Schedule:
    """Return the schedule with a fixed anchor, since its text does not contain the anchor."""
    return schedule if isinstance(schedule, In | Once | Interval) else replace(schedule, anchor=TODAY)


@given(SERIES, st.sampled_from(LANGUAGES), st.booleans(), st.booleans())
def test_any_series_said_is_understood_when_typed_back(
    schedule: Calendar, language: str, near: bool, twelve: bool
) -> None:
    until = schedule.until and max(schedule.until, date(2031, 1, 1))
    said = replace(schedule, until=until)
    words = in_words(said, Localizer(language, zone=BERLIN, twelve_hour=twelve), TODAY if near else None)
    assume(len(words) <= 100)
    again = read_when(words, now=NOW, zone=BERLIN, language=language).schedule
    if said.every == 1 and isinstance(said, Weekly) and len(said.weekdays) == 7:
        assert again == replace(Daily(1, said.hours, TODAY, until), anchor=getattr(again, "anchor", TODAY))
    else:
        assert unanchored(again) == unanchored(said)


@given(st.dates(date(2026, 11, 25), date(2031, 11, 20)), HOURS, st.sampled_from(LANGUAGES), *[st.booleans()] * 2)
def test_any_day_said_is_understood_when_typed_back(
    day: date, hours: tuple[time, ...], language: str, near: bool, twelve: bool
) -> None:
    once = Once(day, hours[0])
    words = in_words(once, Localizer(language, zone=BERLIN, twelve_hour=twelve), TODAY if near else None)
    assert read_when(words, now=NOW, zone=BERLIN, language=language).schedule == once


# ── arbitrary text ──

KEYS = set(catalogue("en"))
JUMBLE = (
    "every other second 2nd 3 tue and thu , 6:30 6 7am until 1 june from for weeks days day month year of the "
    "month last first sunday 31st jeden alle zweiten Tag bis ab werktags um halb sieben 0 9999 3/4 3.4. except "
    "hour min tomorrow in at 25:00 30 feb between to 9 17 uhr noon end am fuer 2 wochen 29"
)


ZONES = st.sampled_from([BERLIN, "America/Scoresbysund", "Australia/Lord_Howe", "Pacific/Kiritimati", "Etc/GMT+12"])
NOWS = st.datetimes(datetime(2026, 1, 1), datetime(2032, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware


def comes(typed: str, language: str, zone: str = BERLIN, now: datetime = NOW) -> bool:
    """Whether the text is refused with a catalogue text, or first occurs within five years."""
    try:
        asked = read_when(typed, now=now, zone=zone, language=language)
    except BadInput as refused:
        Localizer(language, zone=zone).error(refused)
        return refused.key in KEYS and refused.key.startswith(("remind_when.", "entry.text."))
    firsts = [next_after(one, zone, now) for one in (asked.schedule, *asked.others)]
    return all(first is not None and now < first <= now + FURTHEST for first in firsts)


@given(st.text(max_size=110), st.sampled_from(LANGUAGES))
def test_any_text_is_read_or_refused_in_words(typed: str, language: str) -> None:
    assert comes(typed, language)


@given(st.lists(st.sampled_from(JUMBLE.split(" ")), max_size=9), st.sampled_from(LANGUAGES), ZONES, NOWS)
def test_any_jumble_of_words_is_read_or_refused(words: list[str], language: str, zone: str, now: datetime) -> None:
    assert comes(" ".join(words), language, zone, now)


@given(st.sampled_from(LINES), ZONES, NOWS)
def test_any_line_is_read_or_refused_anywhere_at_any_time(
    line: tuple[str, str, str, str], zone: str, now: datetime
) -> None:
    assert comes(line[1], line[0], zone, now)


@given(st.sampled_from(LINES), st.sampled_from(["a", "1", " ", ":", ".", "every ", " until "]), st.integers(0, 30))
def test_any_slip_of_the_finger_is_read_or_refused(line: tuple[str, str, str, str], slip: str, at: int) -> None:
    language, typed, *_ = line
    assert comes(typed[:at] + slip + typed[at:], language)
    assert comes(typed[:at] + typed[at + 1 :], language)


HOSTILE = [
    piece * (100 // len(piece))
    for piece in ("1,", "mon,", "und ", "in ", "every ", "3/4 ", "a", "1 and ", "weekend ", "so um ", "12:30 ")
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_keystroke_reads_a_text_a_few_times_at_most(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = reminder_when._readings_of

    def counted(words: str, asker: Asker) -> Readings:
        read.append(words)
        return original(words, asker)

    monkeypatch.setattr(reminder_when, "_readings_of", counted)
    assert comes(typed.strip(), "en")
    assert len(read) <= (1 + 2 * reminder_when.MOST_PLACES) * MOST_TEXTS


@given(st.sampled_from(LINES), ZONES, NOWS)
def test_each_reading_that_is_offered_has_a_text_with_no_other(
    line: tuple[str, str, str, str], zone: str, now: datetime
) -> None:
    language, typed, *_ = line
    try:
        asked = read_when(typed, now=now, zone=zone, language=language)
    except BadInput:
        return
    reader = Localizer(language, zone=zone)
    for one in (asked.schedule, *asked.others):
        words = unmistakable(one, reader, now)
        if isinstance(one, Interval) or len(words) > 100:
            continue
        again = read_when(words, now=now, zone=zone, language=language)
        assert again.others == ()
        assert upcoming(again.schedule, zone, now, 2) == upcoming(soon(one), zone, now, 2)


def soon(schedule: Schedule) -> Schedule:
    """Return the schedule with its instant truncated to seconds, as in its text."""
    return replace(schedule, at=schedule.at.replace(microsecond=0)) if isinstance(schedule, In) else schedule
