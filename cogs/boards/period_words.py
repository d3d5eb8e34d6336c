"""Periods in a member's words, and the names under which they are offered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from babel.dates import format_skeleton

from bot.domain.boards.spans import (
    CURRENT,
    ROLLING_DAYS,
    BoardSpan,
    WantedSpan,
    WindowKind,
    calendar_span,
    wanted_by_key,
)
from bot.domain.text.words import WORDS
from bot.domain.text.words.plain import plain
from bot.domain.when.period_parser import EARLIEST, read_period
from bot.domain.when.periods import Period, shifted, starts_on
from bot.errors import BadInput, NotFound
from bot.languages import locale_of
from bot.localizer import Localizer

SUGGESTED = 25
"""Choices of an autocomplete that Discord shows."""
NAME_LIMIT = 100
"""Characters of a choice's name."""
EARLIER = (Period.WEEK, Period.MONTH, Period.QUARTER, Period.YEAR)
"""Periods whose previous one is offered."""


def read_span(typed: str, today: date, seasons: Sequence[BoardSpan]) -> WantedSpan:
    """Return the period that a text names: a key, a season of the club, or words.

    Args:
        typed: the text.
        today: date in the club's zone.
        seasons: the club's seasons, earliest first.

    Raises:
        BadInput: it names no period, or one that is not over and has not begun.
        NotFound: the club has no season.
    """
    wanted = wanted_by_key(typed)
    if wanted is not None:
        return wanted
    text = plain(typed)
    for season in reversed(seasons):
        if plain(season.name) == text:
            return WantedSpan(WindowKind.SEASON, season.starts_on)
    if (season_word := _season(text, today, seasons)) is not None:
        return season_word
    found = read_period(typed, today)
    if found is None or (found.period is None and found.last_days != ROLLING_DAYS):
        raise BadInput("board.period.unclear", typed=typed)
    if found.period is None:
        return WantedSpan(WindowKind.LAST_30)
    if found.period is Period.ALL:
        return WantedSpan(Period.ALL)
    assert found.day is not None
    first = starts_on(found.period, found.day)
    if first > today:
        raise BadInput("board.period.ahead", typed=typed)
    if first.year < EARLIEST:
        raise BadInput("board.period.too_early", typed=typed, year=str(EARLIEST))
    return WantedSpan(found.period, None if first == starts_on(found.period, today) else first)


def _season(text: str, today: date, seasons: Sequence[BoardSpan]) -> WantedSpan | None:
    """Return the season that `season` or `last season` means, or None for other words."""
    words = text.split()
    if not words or words[-1] not in WORDS.seasons or len(words) > 2:
        return None
    begun = [season for season in seasons if season.starts_on <= today]
    before = words[0] in WORDS.last
    if before and begun and begun[-1].ends_on >= today:
        begun.pop()
    if not begun:
        raise NotFound("board.season.none")
    return WantedSpan(WindowKind.SEASON, begun[-1].starts_on)


def span_name(span: BoardSpan, reader: Localizer) -> str:
    """Return the name of a period with its dates; a season's name is not escaped."""
    locale = locale_of(reader.language)
    shown = {
        "day": reader.full_day(span.starts_on),
        "last": reader.full_day(span.ends_on),
        "month": format_skeleton("yMMMM", span.starts_on, locale=locale),
        "quarter": format_skeleton("yQQQ", span.starts_on, locale=locale),
        "year": str(span.starts_on.year),
        "season": span.name,
    }
    return reader.t(f"board.span.{span.kind.value}", **shown)


def offered_spans(today: date, seasons: Sequence[BoardSpan], reader: Localizer) -> Iterator[tuple[str, WantedSpan]]:
    """Yield names and periods in menu order: the current ones, seasons (as given), and the ones before."""
    for wanted in CURRENT:
        yield reader.t(f"board.period.{wanted.kind.value}"), wanted
    for season in seasons:
        yield season.name, WantedSpan(WindowKind.SEASON, season.starts_on)
    for period in EARLIER:
        first = shifted(period, starts_on(period, today), -1)
        name = reader.t(f"board.period.last_{period.value}", span=span_name(calendar_span(period, first), reader))
        yield name, WantedSpan(period, first)


def suggestions(typed: str, today: date, seasons: Sequence[BoardSpan], reader: Localizer) -> list[tuple[str, str]]:
    """Return (name, value) of what an autocomplete offers: what was typed, if it is a period, and what begins so."""
    found: dict[str, str] = {}
    try:
        wanted = read_span(typed, today, seasons)
    except (BadInput, NotFound):
        pass
    else:
        if isinstance(wanted.kind, Period):
            name = span_name(calendar_span(wanted.kind, wanted.starts_on or today), reader)
            found[wanted.key] = name
    text = plain(typed[:NAME_LIMIT])
    for name, wanted in offered_spans(today, list(reversed(seasons)), reader):
        if text in plain(name):
            found.setdefault(wanted.key, name)
    return [(name[:NAME_LIMIT], key) for key, name in found.items()][:SUGGESTED]
