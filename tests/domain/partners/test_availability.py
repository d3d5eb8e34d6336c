"""Availability windows: parsed, formatted, as instants across clock changes, and as slot masks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.partners.availability import (
    DAY_MIN,
    LEAST_MIN,
    MOST_WINDOWS,
    SLOT_MIN,
    TEXT_LIMIT,
    Window,
    format_windows,
    mask_of,
    slot_start,
    starts_of,
    stretches_in,
    tidy,
    week_of,
)
from bot.domain.partners.window_parser import parse_windows
from bot.errors import BadInput
from bot.languages import LANGUAGES

TYPED = {
    "tue thu 18-20": "Tue Thu 18:00–20:00",
    "Tue/Thu 6pm to 8pm": "Tue Thu 18:00–20:00",
    "Mo Mi 6:30-8, Sa 9-12": "Mon Wed 6:30–8:00, Sat 9:00–12:00",
    "weekends 8-11": "Sat Sun 8:00–11:00",
    "am Wochenende 8–11 Uhr": "Sat Sun 8:00–11:00",
    "Mon-Fri 6am-8am; sat 9-12": "Mon–Fri 6:00–8:00, Sat 9:00–12:00",
    "mo.-fr. 6.30-8.00": "Mon–Fri 6:30–8:00",
    "täglich 18 bis 20 Uhr": "Mon–Sun 18:00–20:00",
    "jeden Tag von 18 bis 20": "Mon–Sun 18:00–20:00",
    "every day before 8": "Mon–Sun 0:00–8:00",
    "dienstags und donnerstags ab 18 Uhr": "Tue Thu 18:00–24:00",
    "Dienstagabend": "Tue 17:00–21:00",
    "tuesday evenings": "Tue 17:00–21:00",
    "mon 12 noon - 2pm": "Mon 12:00–14:00",
    "mon noon to 2": "Mon 12:00–14:00",
    "fri 10pm to 12 midnight": "Fri 22:00–24:00",
    "mwf 6-8": "Mon Wed Fri 6:00–8:00",
    "Mo ca. 18-20 Uhr": "Mon 18:00–20:00",
    "tue evening 6-8": "Tue 18:00–20:00",
    "Di 6-8 abends": "Tue 18:00–20:00",
    "sat mornings 9-11, sun 8-9": "Sat 9:00–11:00, Sun 8:00–9:00",
    "mo morgens, fr abends": "Mon 6:00–10:00, Fri 17:00–21:00",
    "18-20 tue thu, 9-12 sat": "Tue Thu 18:00–20:00, Sat 9:00–12:00",
    "thu 6-8 and 18-20": "Thu 6:00–8:00 18:00–20:00",
    "thu between 6 and 8": "Thu 6:00–8:00",
    "So-Di 7-9": "Mon Tue Sun 7:00–9:00",
    "fri 22-1": "Fri 22:00–24:00, Sat 0:00–1:00",
    "sun 11pm-1am": "Mon 0:00–1:00, Sun 23:00–24:00",
    "tue 6pm-8": "Tue 18:00–20:00",
    "sun 6-8pm": "Sun 18:00–20:00",
    "sat 11-1pm": "Sat 11:00–13:00",
    "sat 12-2pm": "Sat 12:00–14:00",
    "tue 10pm-12am": "Tue 22:00–24:00",
    "tue 18-midnight": "Tue 18:00–24:00",
    "sat noon to 3pm": "Sat 12:00–15:00",
    "sat any time": "Sat 6:00–22:00",
    "Sa ganztags": "Sat 6:00–22:00",
    "unter der Woche 12:15-13:00": "Mon–Fri 12:15–13:00",
    "mon 6-8 mon 7-9": "Mon 6:00–9:00",
    "fri 23:45-24, sat 0-0:30": "Fri 23:45–24:00, Sat 0:00–0:30",
}


@pytest.mark.parametrize("typed", TYPED)
def test_windows_as_people_type_them(typed: str) -> None:
    assert format_windows(parse_windows(typed, "en"), "en") == TYPED[typed]


REFUSED = {
    "": ("empty", {}),
    "when I can": ("unclear", {"typed": "when"}),
    "tue 18-20, thu late": ("unclear_after", {"typed": "late", "understood": "Tue 18:00–20:00"}),
    "tue wed": ("no_hours", {"days": "Tue Wed"}),
    "tue 18-20 sat": ("no_hours", {"days": "Sat"}),
    "18-20": ("no_day", {"hours": "18:00–20:00"}),
    "tue 20-18": ("backwards", {"typed": "20-18"}),
    "tue 18-18": ("backwards", {"typed": "18-18"}),
    "tue 25-26": ("no_such_hour", {"typed": "25-26"}),
    "tue 18:75-20": ("no_such_hour", {"typed": "18:75-20"}),
    "tue 13pm-14": ("no_such_hour", {"typed": "13pm-14"}),
    "tue 18-18:30": ("short", {"windows": "Tue 18:00–18:30", "least": LEAST_MIN}),
    "mo-so 6-7 8-9 10-11 12-13": ("many", {"limit": MOST_WINDOWS}),
}


@pytest.mark.parametrize("typed", REFUSED)
def test_a_refusal_says_what_was_understood(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_windows(typed, "en")
    key, params = REFUSED[typed]
    assert (refused.value.key, refused.value.params) == (f"avail.when.{key}", params)


def test_a_text_without_end_is_not_read() -> None:
    with pytest.raises(BadInput) as refused:
        parse_windows("tue 18-20 " * 60, "en")
    assert refused.value.key == "entry.text.too_long"


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    found = []
    for _ in range(draw(st.integers(1, MOST_WINDOWS))):
        first = draw(st.integers(0, DAY_MIN - LEAST_MIN))
        found.append(Window(draw(st.integers(0, 6)), first, draw(st.integers(first + LEAST_MIN, DAY_MIN))))
    return tidy(found)


@given(windows(), st.sampled_from(LANGUAGES), st.booleans())
def test_what_is_shown_reads_back_as_the_same(told: tuple[Window, ...], language: str, twelve: bool) -> None:
    shown = format_windows(told, language, twelve=twelve)
    assert len(shown) <= TEXT_LIMIT
    assert parse_windows(shown, language) == told


TWELVE = {
    "tue thu 18-20": "Tue Thu 6:00–8:00 PM",
    "sat 11-13": "Sat 11:00 AM–1:00 PM",
    "fri 22-1": "Fri 10:00 PM–12:00 AM, Sat 12:00–1:00 AM",
    "sun 0-24": "Sun 12:00 AM–12:00 AM",
    "mon 12-14": "Mon 12:00–2:00 PM",
}


@pytest.mark.parametrize("typed", TWELVE)
def test_windows_in_twelve_hour_form(typed: str) -> None:
    assert format_windows(parse_windows(typed, "en"), "en", twelve=True) == TWELVE[typed]


def test_a_refusal_has_the_hours_in_the_readers_form() -> None:
    for typed, said in {"18-20": "6:00–8:00 PM", "tue 18-18:30": "Tue 6:00–6:30 PM"}.items():
        with pytest.raises(BadInput) as refused:
            parse_windows(typed, "en", twelve=True)
        assert said in refused.value.params.values()


def test_the_longest_text_shown_can_be_read() -> None:
    many = tuple(Window(day, first + day, first + 60 + day) for day in range(7) for first in (600, 700, 800))
    for language in LANGUAGES:
        for twelve in (False, True):
            assert parse_windows(format_windows(many, language, twelve=twelve), language) == many


# ── instants ──

ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney", "America/Santiago", "Australia/Lord_Howe",
    "Asia/Kathmandu", "Pacific/Auckland", "Pacific/Apia", "Africa/Casablanca",
)  # fmt: skip
MONDAYS = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(52)]


def shows(at: datetime, zone: str, told: tuple[Window, ...]) -> bool:
    """Whether the local time in `zone` at this instant is within a window."""
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    return any(w.weekday == local.weekday() and w.first_min <= minute < w.end_min for w in told)


@pytest.mark.long
@given(windows(), st.sampled_from(ZONES), st.sampled_from(ZONES), st.sampled_from(MONDAYS), st.sampled_from([15, 30]))
def test_a_bit_is_a_slot_in_which_the_clock_stays_within_a_window(
    told: tuple[Window, ...], zone: str, club: str, monday: date, slot_min: int
) -> None:
    week = week_of(monday, club)
    mask = mask_of(stretches_in(told, zone, week), week, slot_min)
    slots = int((week.end - week.start).total_seconds()) // 60 // slot_min
    assert mask < 1 << slots
    for slot in range(slots):
        at = slot_start(week, slot, slot_min)
        whole = all(shows(at + timedelta(minutes=m), zone, told) for m in range(slot_min))
        assert bool(mask >> slot & 1) == whole, at


@pytest.mark.parametrize(
    ("zone", "monday", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 23), 167),
        ("Europe/Berlin", date(2026, 10, 19), 169),
        ("Australia/Sydney", date(2026, 3, 30), 169),
        ("Australia/Sydney", date(2026, 9, 28), 167),
        ("Australia/Lord_Howe", date(2026, 9, 28), 167.5),
        ("UTC", date(2026, 3, 23), 168),
    ],
)
def test_how_long_a_week_is(zone: str, monday: date, hours: float) -> None:
    week = week_of(monday, zone)
    assert week.end - week.start == timedelta(hours=hours)


def test_the_same_hour_on_the_wall_before_and_after_a_change() -> None:
    told = (Window(6, 9 * 60, 11 * 60),)  # Sunday, the day of the clock change
    spring = week_of(date(2026, 3, 23), "Europe/Berlin")
    assert stretches_in(told, "Europe/Berlin", spring) == (
        (datetime(2026, 3, 29, 7, tzinfo=UTC), datetime(2026, 3, 29, 9, tzinfo=UTC)),
    )
    assert stretches_in(told, "Europe/Berlin", week_of(date(2026, 3, 16), "Europe/Berlin")) == (
        (datetime(2026, 3, 22, 8, tzinfo=UTC), datetime(2026, 3, 22, 10, tzinfo=UTC)),
    )


def test_an_hour_that_is_skipped_is_not_there_and_one_repeated_is_there_twice() -> None:
    told = (Window(6, 60, 180),)  # 1:00 to 3:00
    for monday, hours in ((date(2026, 3, 23), 1), (date(2026, 10, 19), 3)):
        ((begins, ends),) = stretches_in(told, "Europe/Berlin", week_of(monday, "Europe/Berlin"))
        assert ends - begins == timedelta(hours=hours)


def test_a_window_of_another_zone_falls_into_the_clubs_week() -> None:
    told = (Window(0, 0, 120),)  # Monday 0:00 to 2:00 in Auckland is Sunday noon in Berlin
    week = week_of(date(2026, 6, 8), "Europe/Berlin")
    assert stretches_in(told, "Pacific/Auckland", week) == (
        (datetime(2026, 6, 14, 12, tzinfo=UTC), datetime(2026, 6, 14, 14, tzinfo=UTC)),
    )


def test_where_something_of_some_length_can_begin() -> None:
    assert starts_of(0b0111_0011_1110, 3) == 0b0001_0000_1110
    assert starts_of(0b11, 3) == 0
    assert SLOT_MIN * 3 == LEAST_MIN
