"""Days and times as runners write them, parsed on Tuesday 24 November 2026, 13:00 in Berlin (12:00 UTC)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.when.moment_parser import Facing, Moment, at_wall, check_started, moments_meant, parse_moment
from bot.errors import BadInput
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from tests.domain.tables import lines

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BERLIN = "Europe/Berlin"
ZONES = st.sampled_from([BERLIN, "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "UTC"])

PAST = """
now = 2026-11-24 13:00 | just now = 2026-11-24 13:00 | today 7am = 2026-11-24 07:00 | today 7 am = 2026-11-24 07:00
today at 7 = 2026-11-24 07:00 | yesterday 18:30 = 2026-11-23 18:30 | yesterday at 6.30pm = 2026-11-23 18:30
yesterday 6:30 pm = 2026-11-23 18:30 | yesterday = 2026-11-23 12:00 | day before yesterday = 2026-11-22 12:00
last tuesday = 2026-11-17 12:00 | last tuesday 7am = 2026-11-17 07:00 | tuesday 7am = 2026-11-24 07:00
tuesday 18:00 = 2026-11-17 18:00 | monday = 2026-11-23 12:00 | Wed 6:15 = 2026-11-18 06:15 | on sunday at 9 = 2026-11-22 09:00
3 days ago = 2026-11-21 12:00 | 3 days ago 7am = 2026-11-21 07:00 | three days ago = 2026-11-21 12:00
a week ago = 2026-11-17 12:00 | 2 weeks ago at 18:00 = 2026-11-10 18:00 | a month ago = 2026-10-24 12:00
20 minutes ago = 2026-11-24 12:40 | 1.5 days ago = 2026-11-23 01:00 | 1h30 ago = 2026-11-24 11:30 | half an hour ago = 2026-11-24 12:30
2026-11-20 06:15 = 2026-11-20 06:15 | 2026-11-20T06:15 = 2026-11-20 06:15 | 2026-11-20 = 2026-11-20 12:00
20.11. 6:15 = 2026-11-20 06:15 | 20.11.2026 6:15 = 2026-11-20 06:15 | 20.11.26 18:00 = 2026-11-20 18:00
20/11 7am = 2026-11-20 07:00 | 11/20 7am = 2026-11-20 07:00 | 20 Nov 7am = 2026-11-20 07:00 | Nov 20 7am = 2026-11-20 07:00
november 20th = 2026-11-20 12:00 | 24 Dec 9am = 2025-12-24 09:00 | 29 Feb = 2024-02-29 12:00 | 1st of May = 2026-05-01 12:00
this morning = 2026-11-24 08:00 | last night = 2026-11-23 22:00 | yesterday evening = 2026-11-23 19:00
yesterday evening at 8 = 2026-11-23 20:00 | this morning at 6 = 2026-11-24 06:00 | noon = 2026-11-24 12:00
yesterday noon = 2026-11-23 12:00 | 7:00 = 2026-11-24 07:00 | 18:30 = 2026-11-23 18:30 | at 7 = 2026-11-24 07:00
half past six = 2026-11-24 06:30 | quarter to seven = 2026-11-24 06:45 | ten past six = 2026-11-24 06:10
yesterday 12am = 2026-11-23 00:00 | yesterday 12pm = 2026-11-23 12:00 | midnight = 2026-11-24 00:00 | 7 o'clock = 2026-11-24 07:00
last week wednesday 18:00 = 2026-11-18 18:00 | YESTERDAY 18:30 = 2026-11-23 18:30 | yesterday, 18:30 = 2026-11-23 18:30
gestern 18 Uhr = 2026-11-23 18:00 | gestern um 18:30 Uhr = 2026-11-23 18:30 | gestern 18 Uhr 30 = 2026-11-23 18:30
gestern = 2026-11-23 12:00 | vorgestern = 2026-11-22 12:00 | vorgestern 7 Uhr = 2026-11-22 07:00 | jetzt = 2026-11-24 13:00
heute 7 Uhr = 2026-11-24 07:00 | heute früh = 2026-11-24 08:00 | heute früh um 7 = 2026-11-24 07:00
heute Morgen um 6 = 2026-11-24 06:00 | gestern Abend = 2026-11-23 19:00 | gestern Abend um 8 = 2026-11-23 20:00
letzten Dienstag = 2026-11-17 12:00 | letzten Dienstag 6:15 Uhr = 2026-11-17 06:15 | am Montag = 2026-11-23 12:00
Montagmorgen = 2026-11-23 08:00 | Dienstag 7 Uhr = 2026-11-24 07:00 | Mi 18:00 = 2026-11-18 18:00 | So 9 Uhr = 2026-11-22 09:00
vor 3 Tagen = 2026-11-21 12:00 | vor drei Tagen um 7 = 2026-11-21 07:00 | vor einer Woche = 2026-11-17 12:00
vor 2 Stunden = 2026-11-24 11:00 | vor 20 Minuten = 2026-11-24 12:40 | vor einer halben Stunde = 2026-11-24 12:30
halb sieben = 2026-11-24 06:30 | gestern halb sieben = 2026-11-23 06:30 | viertel nach 6 = 2026-11-24 06:15
viertel vor 7 = 2026-11-24 06:45 | dreiviertel sieben = 2026-11-24 06:45 | viertel sieben = 2026-11-24 06:15
zehn nach sechs = 2026-11-24 06:10 | 3. Oktober 9 Uhr = 2026-10-03 09:00 | 3. März = 2026-03-03 12:00 | 1. Jänner = 2026-01-01 12:00
letzte Woche Mittwoch 18 Uhr = 2026-11-18 18:00 | gestern 6.30 Uhr = 2026-11-23 06:30
Tue 17 Nov 18:30 = 2026-11-17 18:30 | Di. 17. Nov. 18:30 = 2026-11-17 18:30 | nachts um 2 = 2026-11-24 02:00
halb sieben abends = 2026-11-23 18:30 | 2026-11-20T06:15:00+00:00 = 2026-11-20 07:15 | 20. 11. 6:15 = 2026-11-20 06:15
YESTERDAY 18:30 = 2026-11-23 18:30 | ２０．１１．　６：１５ = 2026-11-20 06:15 | gestern mittag = 2026-11-23 12:00
"""

FUTURE = """
in 20 minutes = 2026-11-24 13:20 | in 1h30 = 2026-11-24 14:30 | tomorrow 6 = 2026-11-25 06:00 | tomorrow at 6pm = 2026-11-25 18:00
fri 18:30 = 2026-11-27 18:30 | friday = 2026-11-27 12:00 | tuesday 7am = 2026-12-01 07:00 | tuesday 18:00 = 2026-11-24 18:00
next tuesday = 2026-12-01 12:00 | 24 Dec 9am = 2026-12-24 09:00 | 20.11. 6:15 = 2027-11-20 06:15 | 7:00 = 2026-11-25 07:00
18:30 = 2026-11-24 18:30 | tonight = 2026-11-24 19:00 | in 2 weeks = 2026-12-08 12:00 | in 3 days at 6 = 2026-11-27 06:00
29 Feb = 2028-02-29 12:00 | in a fortnight = 2026-12-08 12:00 | noon = 2026-11-25 12:00
in 20 Minuten = 2026-11-24 13:20 | morgen 6 Uhr = 2026-11-25 06:00 | morgen früh = 2026-11-25 08:00
übermorgen 18 Uhr = 2026-11-26 18:00 | Freitag 18:30 = 2026-11-27 18:30 | nächsten Dienstag = 2026-12-01 12:00
heute Abend = 2026-11-24 19:00 | in zwei Wochen = 2026-12-08 12:00 | 24. Dezember 9 Uhr = 2026-12-24 09:00
am 15. um 9 = 2026-12-15 09:00 | on the 31st = 2026-12-31 12:00 | am 24.12 um 9 = 2026-12-24 09:00 | Silvester 23 Uhr = 2026-12-31 23:00
next month = 2026-12-24 12:00 | nächste Woche um 7 = 2026-12-01 07:00 | christmas eve = 2026-12-24 12:00 | tmr 7am = 2026-11-25 07:00
halb sieben = 2026-11-24 18:30 | half past six = 2026-11-24 18:30 | today = 2026-11-24 13:00 | heute Nacht = 2026-11-24 22:00
"""

REFUSED = """
= unclear | soon = unclear | bald = unclear | whenever = unclear | 7 = unclear | 2026 = unclear | tuesday tuesday = unclear
yesterday 18:30 19:30 = unclear | @everyone = unclear | 5k = unclear | 27:30:99 = no_such_hour | last = unclear
vor = unclear | vor langer Zeit = unclear | ago = unclear | 3 moons ago = unclear | yesterday at dawn = unclear
gestern irgendwann = unclear | irgendwann = unclear | ten past = unclear | halb = unclear
at = unclear | um = unclear | Uhr = unclear | 18 30 = unclear | <t:1> = unclear | in = unclear | next = unclear
30 feb = no_such_day | 30. Februar = no_such_day | 31.4. = no_such_day | 32.1. 7 Uhr = no_such_day | 2026-02-30 = no_such_day
2025-13-01 = no_such_day | 0.1. = no_such_day | 20.13. = no_such_day | 13/13 = no_such_day | 9999-01-01 = no_such_year
25:00 = no_such_hour | yesterday 24:30 = no_such_hour | today 13pm = no_such_hour | 0am = no_such_hour | 7:60 = no_such_hour
gestern 25 Uhr = no_such_hour | heute 6 Uhr 75 = no_such_hour | halb 30 = no_such_hour
am 32. = no_such_day | the 0th = no_such_day | 32.12 = no_such_hour | at 2460 = no_such_hour
Wed 17 Nov 18:30 = no_such_day | 2026-02-30T06:15Z = no_such_day | 2026-11-20T06:15+99:00 = no_such_day
tomorrow = future_day | morgen 7 Uhr = future | in 20 minutes = future | 2027-01-01 = future_day | next friday = future_day
today 18:00 = future | 24.11. 18:00 = future | tonight = future_day | heute Abend = future_day | übermorgen = future_day
3/4 = two_days | 3/4 7am = two_days | 11/12/2025 = two_days
"""


def read(typed: str, facing: Facing = Facing.PAST, zone: str = BERLIN, now: datetime = NOW) -> Moment:
    return parse_moment(typed, now=now, zone=zone, language="en", facing=facing)


def shown(moment: Moment) -> str:
    return f"{moment.at.astimezone(ZoneInfo(moment.zone)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(("typed", "wall"), lines(PAST))
def test_looking_back(typed: str, wall: str) -> None:
    moment = read(typed)
    assert shown(moment) == wall
    assert str(moment.on) == wall[:10]
    check_started(moment, NOW)


@pytest.mark.parametrize(("typed", "wall"), lines(FUTURE))
def test_looking_ahead(typed: str, wall: str) -> None:
    assert shown(read(typed, Facing.FUTURE)) == wall


@pytest.mark.parametrize(("typed", "why"), lines(REFUSED))
def test_refused(typed: str, why: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(typed)
    assert refused.value.key == f"entry.moment.{why}"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("yesterday", "past_day"),
        ("3 days ago", "past_day"),
        ("vor 3 Tagen", "past_day"),
        ("last friday", "past_day"),
        ("gestern 18 Uhr", "past"),
        ("2026-11-20 06:15", "past"),
        ("24.11. 6:15", "past"),
        ("today 7am", "past"),
    ],
)
def test_what_is_over_is_not_ahead_and_no_hour_is_named_that_was_not_typed(typed: str, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(typed, Facing.FUTURE)
    assert refused.value.key == f"entry.moment.{key}"


@pytest.mark.parametrize(
    ("typed", "facing", "words"),
    [
        ("24 Dec 2027 9am", Facing.PAST, "Fri 24 Dec 2027 09:00"),
        ("20.11.2025 6:15", Facing.FUTURE, "Thu 20 Nov 2025 06:15"),
        ("1 june 9999", Facing.FUTURE, "9999"),
        ("in 9999 years", Facing.FUTURE, "9999"),
    ],
)
def test_a_refusal_says_the_year(typed: str, facing: Facing, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(typed, facing)
    assert words in Localizer("en", zone=BERLIN).error(refused.value)


@pytest.mark.parametrize("typed", ["in 1:30", "weekend 9am", "so um 7", "last weekend", "1:30 ago"])
def test_a_text_with_two_readings_is_refused_with_both(typed: str) -> None:
    facing = Facing.PAST if typed.startswith(("last", "1:30")) else Facing.FUTURE
    with pytest.raises(BadInput) as refused:
        read(typed, facing)
    assert refused.value.key == "entry.moment.two"
    both = moments_meant(typed, now=NOW, zone=BERLIN, language="en", facing=facing)
    told = [moment.at if moment.timed else moment.on for moment in both[:2]]
    assert [refused.value.params["one"], refused.value.params["other"]] == told


@pytest.mark.parametrize("typed", ["1989-12-31", "31.12.1989 7 Uhr", "in 20 minutes"])
def test_no_run_begins_in_the_future_or_before_1990(typed: str) -> None:
    ahead = typed.startswith("in ")
    moment = read(typed, Facing.FUTURE if ahead else Facing.PAST)
    with pytest.raises(BadInput) as refused:
        check_started(moment, NOW)
    assert refused.value.key == ("entry.moment.future" if ahead else "entry.moment.too_old")


def test_the_language_settles_the_order_of_day_and_month() -> None:
    moment = parse_moment("3/4 7 Uhr", now=NOW, zone=BERLIN, language="de", facing=Facing.PAST)
    assert shown(moment) == "2026-04-03 07:00"


def test_half_past_six_is_the_nearer_of_morning_and_evening() -> None:
    assert shown(read("halb sieben", now=datetime(2026, 11, 24, 19, tzinfo=UTC))) == "2026-11-24 18:30"
    assert shown(read("half past six", now=datetime(2026, 11, 24, 4, tzinfo=UTC))) == "2026-11-23 18:30"


def test_a_day_alone_is_noon_and_says_so() -> None:
    assert not read("yesterday").timed
    assert read("yesterday 12:00").timed


def test_today_alone_is_never_ahead_of_now() -> None:
    early = datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert read("today", now=early).at == early


@pytest.mark.parametrize(
    ("zone", "day", "typed", "utc"),
    [
        # 02:30 is skipped: it moves forward by the gap.
        (BERLIN, "2026-03-29", "02:30", "2026-03-29 01:30"),
        # 02:30 is repeated: the first occurrence counts.
        (BERLIN, "2026-10-25", "02:30", "2026-10-25 00:30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03 15:45"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04 14:45"),
        ("America/Santiago", "2026-09-06", "00:30", "2026-09-06 04:30"),
        ("America/Santiago", "2026-04-04", "23:30", "2026-04-05 02:30"),
    ],
)
def test_skipped_and_repeated_wall_times(zone: str, day: str, typed: str, utc: str) -> None:
    moment = read(f"{day} {typed}", zone=zone)
    assert f"{moment.at:%Y-%m-%d %H:%M}" == utc
    assert str(moment.on) == day


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2026, 11, 20)),  # noqa: DTZ001 - wall times
    ZONES,
    st.sampled_from(["{:%Y-%m-%d %H:%M}", "{:%d.%m.%Y %H:%M}", "{:%d %b %Y %H:%M}", "{:%b %d %Y %H:%M}"]),
)
def test_a_whole_date_reads_as_itself(wall: datetime, zone: str, form: str) -> None:
    moment = read(form.format(wall), zone=zone)
    assert moment.on == wall.date()
    assert moment.at == at_wall(wall.date(), time(wall.hour, wall.minute), zone)


UNQUALIFIED = st.sampled_from(
    [
        "7:00",
        "18:30",
        "monday 7:00",
        "Freitag 18 Uhr",
        "tuesday",
        "so",
        "halb sieben",
        "ten past six",
        "noon",
        "midnight",
        "mittags um 1",
        "now",
        "today",
        "evening",
        "23:59",
        "2:30",
        "nachts um 2",
    ]
)


@given(UNQUALIFIED, st.integers(0, 3 * 365 * 24 * 60), st.sampled_from(Facing), ZONES)
def test_what_is_not_dated_lies_where_one_looks(typed: str, minutes: int, facing: Facing, zone: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    moment = read(typed, facing, zone, now)
    assert moment.at <= now if facing is Facing.PAST else moment.at >= now
    assert abs(moment.at - now) <= timedelta(days=8)


@given(st.datetimes(datetime(1990, 1, 2), datetime(2026, 11, 20)), ZONES)  # noqa: DTZ001 - made aware below
def test_an_instant_with_its_offset_reads_as_itself(wall: datetime, zone: str) -> None:
    at = wall.replace(tzinfo=UTC)
    assert read(at.astimezone(ZoneInfo(zone)).isoformat(), zone=zone).at == at


def answered(typed: str, facing: Facing) -> str:
    """Return the key of the raised `BadInput`, or `read`."""
    try:
        moment = read(typed, facing)
    except BadInput as refused:
        return refused.key
    right_way = moment.at <= NOW if facing is Facing.PAST else moment.at >= NOW
    return "read" if right_way and isinstance(moment.on, date) else "the wrong way"


@given(st.text(max_size=60), st.sampled_from(Facing))
def test_any_text_is_read_or_refused_in_words(text: str, facing: Facing) -> None:
    assert answered(text, facing).startswith(("read", "entry."))


JUMBLE = "last next tuesday 7am 18:30 vor 3 tagen gestern halb sieben um 20.11. in , : 99 am"


@given(st.lists(st.sampled_from(JUMBLE.split(" ")), max_size=6), st.sampled_from(Facing))
def test_any_jumble_of_words_is_read_or_refused(words: list[str], facing: Facing) -> None:
    assert answered(" ".join(words), facing).startswith(("read", "entry."))


@given(st.integers(1, 150 * 24 * 60), st.sampled_from(Facing), ZONES, st.sampled_from(LANGUAGES), st.booleans())
def test_a_moment_as_it_is_shown_reads_as_itself(
    minutes: int, facing: Facing, zone: str, language: str, dated: bool
) -> None:
    away = timedelta(minutes=minutes)
    at = NOW - away if facing is Facing.PAST else NOW + away
    reader = Localizer(language, zone=zone)
    shown_as = reader.dated(at) if dated else reader.moment(at)
    meant = moments_meant(shown_as, now=NOW, zone=zone, language=language, facing=facing)
    local = at.astimezone(ZoneInfo(zone))
    assert [(one.on, one.hour) for one in meant] == [(local.date(), local.time().replace(tzinfo=None))]


@given(st.text(max_size=110), st.sampled_from(Facing), st.sampled_from(LANGUAGES), ZONES)
def test_whatever_is_typed_has_moments_on_the_side_one_faces(
    text: str, facing: Facing, language: str, zone: str
) -> None:
    assert answers(text, NOW, facing, language, zone)


SLIPS = ["12 ", " at night", "nachts", "tonight ", "so um ", "halb ", " est", " uhr", "weekend ", "24:00", "'", "<t:"]


@given(st.sampled_from(SLIPS), UNQUALIFIED, st.sampled_from(SLIPS), st.sampled_from(Facing), st.sampled_from(LANGUAGES))
def test_words_of_the_night_in_any_order_are_read_or_refused(
    before: str, typed: str, behind: str, facing: Facing, language: str
) -> None:
    now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert answers(f"{before}{typed}{behind}", now, facing, language, BERLIN)


def answers(text: str, now: datetime, facing: Facing, language: str, zone: str) -> bool:
    """Whether the text is refused with a catalogue text, or all its moments are on the right side of now."""
    try:
        meant = moments_meant(text, now=now, zone=zone, language=language, facing=facing)
    except BadInput as refused:
        return len(Localizer(language, zone=zone).error(refused)) > 0
    return len(meant) > 0 and all(one.at <= now if facing is Facing.PAST else one.at >= now for one in meant)
