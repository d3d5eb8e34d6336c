"""Parse the text of a series: interval, days, beginning and end.

The remaining text names hours, which `bot.domain.when.recurrence_builder` reads.
"""

from __future__ import annotations

import re

from bot.domain.text.units import parse_duration
from bot.domain.text.words import WORDS, any_of, rewritten, with_series_words
from bot.domain.when.parse_state import ParseState
from bot.domain.when.schedule import LAST, WORKDAY
from bot.domain.when.series import CALENDAR, COUNT, HOUR, WEEKDAY, Series, SeriesUnit, calendar, number
from bot.domain.when.series_bounds import day_in, take_beginning, take_end
from bot.errors import BadInput

_DAY_WORD, _THEN = any_of(WORDS.before_day), any_of([*WORDS.at, "until", "from"])
_AND = rf"\s?(?:,|&|\+|/|\b{any_of(WORDS.plus)}\b)\s?(?:(?:{any_of(WORDS.plus)}|{_DAY_WORD}|every|every the)\s)*"
_RANGE = re.compile(rf"\b({WEEKDAY})\.?\s?(?:-|to|until|through|thru)\s?({WEEKDAY})\.?(?![a-z])")
_ANOTHER = re.compile(rf"\s?(?:,|;|&|\b{any_of(WORDS.plus)}\b)\s*every\b")
"""Start of a second series, unless it continues with another weekday."""
_ONE = rf"(?:{WEEKDAY})\.?(?:-(?:{WEEKDAY}))?(?![a-z])"
_LIST = rf"{_ONE}(?:(?:{_AND}|\s){_ONE})*"
_LONGER = any_of([word for word, days in WORDS.days.items() if days > 1] + [*WORDS.months])
_NTH = r"(?:[0-9]{1,2}(?:st|nd|rd|th)|last)"
_DAY = any_of(word for word, days in WORDS.days.items() if days == 1 and len(word) > 1)
_DAY_OF_MONTH = rf"(?:(?:{_NTH}|[0-9]{{1,2}}\.(?!\s?[0-9]))(?:\s{_DAY})?)"
AMOUNT_OF_DAYS = rf"{COUNT}\s?{CALENDAR}"
"""A regular expression for an amount of days, weeks, months or years."""
_TIMES = any_of(word for word, size in WORDS.milliseconds.items() if size < 86_400_000 and word[0].isalpha())
AMOUNT = (
    rf"(?:{any_of(WORDS.numbers)}|[0-9]+(?:[.,][0-9]+)?)\s?{_TIMES}"
    rf"(?:\s?(?:{any_of(WORDS.plus)}\s)?[0-9]{{1,2}}(?:\s?{_TIMES})?(?![0-9.:]|\s?(?:-|am|pm|{any_of(WORDS.hour_sign)})))?"
)
"""A regular expression for an amount of minutes and hours with a unit."""


def canonical(words: str) -> str:
    """Return plain words with synonyms for series replaced (`jeden zweiten`, `every other`; `werktags`, `weekdays`)."""
    words = " ".join(rewritten(with_series_words(words)).split())
    return re.sub(r"\bevery (?:every )+", "every ", words)


def take_series(told: ParseState) -> Series | None:
    """Take a series out of `told.rest` (canonical words), or return None if there is none.

    Raises:
        BadInput: no such day, or unclear.
    """
    series = Series()
    told.rest = _RANGE.sub(r"\1-\2", told.rest)
    told.rest = re.sub(rf"\b(?:from|between)\s(?={WEEKDAY}-)", "", told.rest)
    for another in _ANOTHER.finditer(told.rest):
        if not re.search(rf"\b{WEEKDAY}\.?$", told.rest[: another.start()]):
            raise BadInput("remind_when.unclear", typed=told.typed)
    if found := told.take(rf"(?:from|between)\s({HOUR})\s?(?:to|until|-|{any_of(WORDS.plus)})\s?({HOUR})"):
        series.span = (found[1], found[2])
    _times(told, series)
    except_days = told.take(rf"except\s(?:on\s|every\s)*({_LIST})")
    series.endless = told.take("endless") is not None
    take_end(told, series)
    take_beginning(told, series)
    longer = re.search(rf"\bevery\s(?:{COUNT}\s?)?{_LONGER}(?![a-z])", told.rest) is not None
    if not _core(told, series):
        return None
    _settle_times(told, series, longer=longer)
    if except_days:
        left_out = _weekdays(except_days[1])
        every_day = series.unit is SeriesUnit.DAY and series.every == 1
        series.weekdays = tuple(day for day in (range(7) if every_day else series.weekdays) if day not in left_out)
        if not series.weekdays or series.nths or not (every_day or series.unit is SeriesUnit.WEEK):
            raise BadInput("remind_when.unclear", typed=told.typed)
        series.unit = SeriesUnit.WEEK
    return series


# ── number of times ──


def _times(told: ParseState, series: Series) -> None:
    if found := told.take(r"(for\s)?([0-9]{1,2})times(?:\sonly)?"):
        series.times = int(found[2])
        series.in_all = (
            "only" if found[1] else "or" if re.search(rf"\b{WEEKDAY}\b", told.rest[: told.taken_at]) else None
        )


def _settle_times(told: ParseState, series: Series, *, longer: bool) -> None:
    """Apply a number of times: `twice an hour` halves the interval; `twice a week` must name two days."""
    if series.times is None:
        return
    if series.unit is SeriesUnit.MINUTE:
        if series.every % series.times:
            raise BadInput("remind_when.unclear", typed=told.typed)
        series.every, series.times = series.every // series.times, None
    elif longer:
        if series.times not in (len(series.weekdays), len(series.days), len(series.nths)):
            raise BadInput("remind_when.which_days", typed=told.typed)
        series.times = None


# ── interval and days ──


def _core(told: ParseState, series: Series) -> bool:
    """Read interval and days; return whether the text is a series at all."""
    if found := told.take(
        rf"every\s(?:({COUNT})\s?|(other|alternate)\s|([0-9]{{1,2}})(?:st|nd|rd|th)\s)?({CALENDAR})(?![a-z])"
    ):
        count = 2 if found[2] else number(found[1] or found[3] or "1")
        series.every, series.unit = calendar(count, found[4])
    nth = told.take(
        rf"(every\s)?(?:{_DAY_WORD}\s)*({_NTH}(?:{_AND}{_NTH})*)\s({_LIST}|workday)"
        r"(\s(?:of\sthe\smonth|every\smonth))?"
    )
    if nth:
        _nth_weekdays(told, series, nth)
    elif days := _days_of_month(told, series):
        series.days = days
        series.unit = SeriesUnit.MONTH
    elif found := told.take(rf"every\s(other|alternate)\s({_LIST})"):
        series.every, series.unit, series.weekdays = 2, SeriesUnit.WEEK, _weekdays(found[2])
    elif series.unit in (None, SeriesUnit.DAY, SeriesUnit.WEEK):
        _weekday_list(told, series)
    if series.unit is None or (series.unit in (SeriesUnit.DAY, SeriesUnit.WEEK) and series.every == 1):
        _interval(told, series)
    if series.unit is SeriesUnit.YEAR or (series.unit is None and re.search(r"\bevery\s", told.rest)):
        _yearly(told, series)
    return series.unit is not None


def _nth_weekdays(told: ParseState, series: Series, found: re.Match[str]) -> None:
    nths = _nths(told, found[2])
    weekdays = (WORKDAY,) if found[3] == "workday" else _weekdays(found[3])
    monthly = found[4] is not None or series.unit is SeriesUnit.MONTH
    if not monthly and not found[1]:
        # `the last friday` without `every` or a month is a single day.
        told.rest = f"{told.rest} {found[0]}"
        return
    in_month = Series(
        series.every, SeriesUnit.MONTH, weekdays, nths, since=series.since, until=series.until, lasts=series.lasts
    )
    if len(weekdays) > 1 and (monthly or nths in ((1,), (LAST,))):
        raise BadInput("remind_when.unclear", typed=told.typed)
    every_nth = len(nths) == 1 and nths[0] in range(2, 53)
    if every_nth and not monthly and weekdays == (WORKDAY,):
        raise BadInput("remind_when.unclear", typed=told.typed)
    if monthly or not every_nth:
        if any(nth > 5 for nth in nths):
            raise BadInput("remind_when.never", typed=told.typed)
        series.unit, series.weekdays, series.nths = SeriesUnit.MONTH, weekdays, nths
        return
    series.every, series.unit, series.weekdays = nths[0], SeriesUnit.WEEK, weekdays
    if nths[0] <= 5 and len(weekdays) == 1:
        series.also = in_month


def _days_of_month(told: ParseState, series: Series) -> tuple[int, ...]:
    days = rf"({_DAY_OF_MONTH}(?:{_AND}{_DAY_OF_MONTH})*)"
    found = told.take(rf"(?:every\s)?(?:{_DAY_WORD}\s)*{days}\s(?:of\sthe\smonth|every\smonths?|of\severy\smonths?)")
    if not found and series.unit is SeriesUnit.MONTH:
        found = told.take(rf"(?:{_DAY_WORD}\s)*{days}(?:\sof\sthe\smonth)?")
    if not found and series.unit is None:
        found = told.take(rf"every\s{days}(?!\s?(?:of\s)?[a-z0-9]*[a-z])|every\s{days}(?=\s{_THEN}\b)")
    if not found:
        return ()
    return _nths(told, found[1] or found[2], days=True)


def _nths(told: ParseState, words: str, *, days: bool = False) -> tuple[int, ...]:
    """Return sorted numbers. `last` is 31 for days, and `LAST` at the end for weekdays."""
    numbers = {int(found) for found in re.findall(r"[0-9]+", words)}
    last = "last" in words
    if any(not 1 <= number <= 31 for number in numbers):
        raise BadInput("remind_when.never", typed=told.typed)
    if days:
        return tuple(sorted(numbers | ({31} if last else set())))
    return (*sorted(numbers), *([LAST] if last else []))


def _weekday_list(told: ParseState, series: Series) -> None:
    """Read `every tue and thu`, `mon-fri`; without `every` only if there are several days."""
    found = told.take(rf"every\s(?:{_DAY_WORD}\s)*({_LIST})")
    if not found and series.unit is not None:
        found = told.take(rf"(?:{_DAY_WORD}\s)?({_LIST})")
    if not found:
        listed = re.search(rf"(?<![a-z0-9.:/])(?:{_DAY_WORD}\s)?({_LIST})(?![a-z0-9:/])", told.rest)
        found = told.take(rf"({_LIST})") if listed and len(_weekdays(listed[1])) > 1 else None
    if not found:
        return
    series.weekdays = _weekdays(found[1])
    if series.unit is SeriesUnit.DAY:
        if series.every % 7 and series.every != 1:
            raise BadInput("remind_when.unclear", typed=told.typed)
        series.every = max(1, series.every // 7)
    series.unit = SeriesUnit.WEEK


def _interval(told: ParseState, series: Series) -> None:
    found = told.take(rf"every\s(?:({_TIMES})(?![a-z0-9])|({AMOUNT}))")
    if not found:
        return
    if series.span is None and (hours := told.take(rf"({HOUR})\s?-\s?({HOUR})")):
        series.span = (hours[1], hours[2])
    minutes = parse_duration(found[2] or f"1 {found[1]}", told.language) / 60_000
    series.every, series.unit = int(minutes), SeriesUnit.MINUTE
    if minutes < 1 or minutes != int(minutes):
        raise BadInput("remind_when.too_often", typed=told.typed)


def _yearly(told: ParseState, series: Series) -> None:
    """Read `every year on 24 Dec`, `every 24 Dec`. The latter needs a date."""
    words = re.sub(r"\bevery\s", " ", told.rest, count=1) if series.unit is None else told.rest
    day, left = day_in(told, words)
    if series.unit is None and (day is None or not re.search(r"[0-9]", words)):
        return
    if day is not None:
        series.on = (day.month, day.day)
        told.rest = left
        if series.since is None and day.year > told.today.year + 9:
            series.since = day
    series.unit = SeriesUnit.YEAR


# ── weekdays as numbers ──


def _weekdays(words: str) -> tuple[int, ...]:
    """Return the sorted weekday numbers of `mon, wed-fri`."""
    days: set[int] = set()
    for found in re.finditer(rf"\b({WEEKDAY})\b\.?(?:-({WEEKDAY})\b)?", words):
        first = WORDS.weekdays[found[1]]
        last = WORDS.weekdays[found[2] or found[1]]
        days |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    return tuple(sorted(days))
