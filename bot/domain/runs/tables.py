"""Tables of runs (CSV) that other services export: which column holds what, and how its cells are read.

A column is named by its position, because some services use a heading twice. How its cells are to be read is kept
beside it: a distance without a unit, or `1:05`, can be read in more than one way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any


class Service(StrEnum):
    """Who made a table, by its headings."""

    STRAVA = "strava"
    GARMIN = "garmin"
    RUNALYZE = "runalyze"
    POLAR = "polar"
    OWN = "own"
    OTHER = "other"


class ColumnRole(StrEnum):
    """What a column can hold. The first two are needed."""

    DATE = "date"
    DURATION = "duration"
    DISTANCE = "distance"
    CLOCK = "clock"
    SPORT = "sport"


class DateReading(StrEnum):
    """How a date is read: its zone where the cell names none, and the order of day and month in `03/04/2026`."""

    LOCAL = "local"
    UTC = "utc"
    LOCAL_MONTH_FIRST = "localmdy"
    UTC_MONTH_FIRST = "utcmdy"

    @property
    def utc(self) -> bool:
        """Whether times without a zone are UTC."""
        return self in (DateReading.UTC, DateReading.UTC_MONTH_FIRST)

    @property
    def month_first(self) -> bool:
        """Whether the month comes first."""
        return self in (DateReading.LOCAL_MONTH_FIRST, DateReading.UTC_MONTH_FIRST)


class DistanceReading(StrEnum):
    """The unit of a distance whose cell names none."""

    KM = "km"
    MI = "mi"
    M = "m"


class DurationReading(StrEnum):
    """How a time is read: what `1:05` or a bare number means."""

    MINUTES_SECONDS = "ms"
    HOURS_MINUTES = "hm"
    SECONDS = "s"
    MINUTES = "min"


@dataclass(frozen=True, slots=True)
class Matching:
    """Which column holds what, and how it is read.

    Attributes:
        service: who made the table.
        date: column of the date, or of date and time.
        date_as: how it is read.
        duration: column of the running time.
        duration_as: how it is read.
        distance: column of the distance, or None.
        distance_as: how it is read.
        clock: column of the time of day where the date has none, or None.
        sport: column of the sport, or None if every line is a run.
        offset: column of the minutes by which local time is ahead of UTC, or None.
        distance_comma: whether the comma is the decimal sign of the distances; None if each cell decides.
        duration_comma: the same for the times.
        runs: sports that are to count as runs although their words are not known, in lower case.
    """

    service: Service = Service.OTHER
    date: int | None = None
    date_as: DateReading = DateReading.LOCAL
    duration: int | None = None
    duration_as: DurationReading = DurationReading.MINUTES_SECONDS
    distance: int | None = None
    distance_as: DistanceReading = DistanceReading.KM
    clock: int | None = None
    sport: int | None = None
    offset: int | None = None
    distance_comma: bool | None = None
    duration_comma: bool | None = None
    runs: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether lines can be read."""
        return self.service is Service.OWN or (self.date is not None and self.duration is not None)

    def as_json(self) -> dict[str, Any]:
        """Return a form that can be stored."""
        return asdict(self)

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> Matching:
        """Return a stored matching."""
        kept = {one.name: kept[one.name] for one in fields(Matching) if one.name in kept}
        return Matching(
            **{
                **kept,
                "service": Service(kept["service"]),
                "date_as": DateReading(kept["date_as"]),
                "duration_as": DurationReading(kept["duration_as"]),
                "distance_as": DistanceReading(kept["distance_as"]),
                "runs": tuple(kept["runs"]),
            }
        )


@dataclass(frozen=True, slots=True)
class ColumnOption:
    """A column that can hold something, read in one way; `reading` is empty where there is only one."""

    column: int
    reading: str = ""


@dataclass(frozen=True, slots=True)
class SportWord:
    """A word in the column of sports, with the number of its lines."""

    word: str
    count: int


@dataclass(frozen=True, slots=True)
class TableHead:
    """What a table is about, before its lines are read.

    Attributes:
        lines: number of lines below the headings.
        columns: the headings, shortened.
        examples: for each column, the first cell that is not empty, shortened.
        guess: which column seems to hold what; not complete if it is not clear.
        options: by role, the columns that can hold it, the likeliest first.
        unknown_sports: words for sports that are not known, the most frequent first.
        has_runs: whether some line's sport is known to be a run.
    """

    lines: int
    columns: tuple[str, ...]
    examples: tuple[str, ...]
    guess: Matching
    options: Mapping[ColumnRole, tuple[ColumnOption, ...]]
    unknown_sports: tuple[SportWord, ...] = ()
    has_runs: bool = True

    @property
    def asks_for_sports(self) -> bool:
        """Whether only the runner can say which sports are runs."""
        return not self.has_runs and bool(self.unknown_sports) and not self.guess.runs

    @property
    def clear(self) -> bool:
        """Whether it can be imported without a question: the headings are a known service's."""
        return self.guess.complete and self.guess.service is not Service.OTHER and not self.asks_for_sports

    def as_json(self) -> dict[str, Any]:
        """Return a form that can be stored."""
        return asdict(self)

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> TableHead:
        """Return a stored head."""
        return TableHead(
            lines=kept["lines"],
            columns=tuple(kept["columns"]),
            examples=tuple(kept["examples"]),
            guess=Matching.from_json(kept["guess"]),
            options={
                ColumnRole(role): tuple(ColumnOption(**option) for option in options)
                for role, options in kept["options"].items()
            },
            unknown_sports=tuple(SportWord(**one) for one in kept["unknown_sports"]),
            has_runs=kept["has_runs"],
        )


@dataclass(frozen=True, slots=True)
class TableHints:
    """How the runner who brings a table probably writes what its cells leave open.

    Attributes:
        miles: a distance without a unit is rather in miles.
        month_first: `03/04/2026` is rather in March.
    """

    miles: bool = False
    month_first: bool = False
