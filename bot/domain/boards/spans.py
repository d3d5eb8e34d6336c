"""The time that a board covers: a calendar period, the last 30 days, or a season that the club named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeAlias

from bot.domain.when.periods import BEGINNING, Period, ends_on, shifted, starts_on

ROLLING_DAYS = 30
"""Days of the rolling period, today included."""


class WindowKind(StrEnum):
    """A period that is not of the calendar; its dates are stored per club. Values are stored, and never change."""

    LAST_30 = "last30"
    PRIOR_30 = "prior30"  # the 30 days before those, for movements and gains
    SEASON = "season"


SpanKind: TypeAlias = Period | WindowKind
"""The `period` of rows in `standings`."""


@dataclass(frozen=True, slots=True)
class BoardSpan:
    """The time that a board covers.

    Attributes:
        kind: the kind of period.
        starts_on: first day.
        ends_on: last day.
        name: of a season, as typed, unescaped; else empty.
    """

    kind: SpanKind
    starts_on: date
    ends_on: date
    name: str = ""

    @property
    def stored_start(self) -> date:
        """The `starts_on` of its rows in `standings`, which stays the same while the rolling period moves."""
        return BEGINNING if self.kind in (WindowKind.LAST_30, WindowKind.PRIOR_30) else self.starts_on


@dataclass(frozen=True, slots=True)
class WantedSpan:
    """What a member asks for, in a custom id or in words.

    Attributes:
        kind: the kind of period.
        starts_on: a day in it; None for the current one, whenever that is.
    """

    kind: SpanKind
    starts_on: date | None = None

    @property
    def key(self) -> str:
        """Its form in custom ids and in the values of menus."""
        return self.kind.value if self.starts_on is None else f"{self.kind.value}-{self.starts_on:%Y%m%d}"


WEEK = WantedSpan(Period.WEEK)
"""What a board shows at first."""
CURRENT = (
    *(WantedSpan(period) for period in (Period.WEEK, Period.MONTH, Period.QUARTER, Period.YEAR)),
    WantedSpan(WindowKind.LAST_30),
    WantedSpan(Period.ALL),
)
"""The current periods, in menu order."""

_KINDS: dict[str, SpanKind] = {kind.value: kind for kind in (*Period, WindowKind.LAST_30, WindowKind.SEASON)}
_KEY = re.compile(r"([a-z0-9]{1,8})(?:-([0-9]{4})([0-9]{2})([0-9]{2}))?")


def wanted_by_key(key: str) -> WantedSpan | None:
    """Return what a key asks for, or None if it is invalid."""
    found = _KEY.fullmatch(key)
    if found is None or found[1] not in _KINDS:
        return None
    try:
        day = date(int(found[2]), int(found[3]), int(found[4])) if found[2] else None
    except ValueError:
        return None
    return WantedSpan(_KINDS[found[1]], day)


def calendar_span(period: Period, day: date) -> BoardSpan:
    """Return the calendar period that contains a day."""
    return BoardSpan(period, starts_on(period, day), ends_on(period, day))


def rolling_span(kind: WindowKind, today: date) -> BoardSpan:
    """Return the last 30 days, or the 30 days before them."""
    last = today if kind is WindowKind.LAST_30 else today - timedelta(days=ROLLING_DAYS)
    return BoardSpan(kind, last - timedelta(days=ROLLING_DAYS - 1), last)


def previous_calendar_span(span: BoardSpan) -> BoardSpan | None:
    """Return the calendar period before a calendar period, or None before all time."""
    if not isinstance(span.kind, Period) or span.kind is Period.ALL:
        return None
    return calendar_span(span.kind, shifted(span.kind, span.starts_on, -1))
