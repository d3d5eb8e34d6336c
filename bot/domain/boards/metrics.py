"""What a leaderboard compares. One declaration is all that a metric needs besides its column and its texts.

The slash command, the menus, the SQL that keeps `standings`, its indexes and the formatting derive from `Metric`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MetricUnit(StrEnum):
    """What an amount of a metric is measured in."""

    METRES = "metres"
    MILLISECONDS = "milliseconds"
    DAYS = "days"


class Aggregation(StrEnum):
    """How a column of `standings` is made from the runs of a period."""

    SUM = "sum"
    MAX = "max"  # of single runs
    DAYS = "days"  # local dates with a run


class Measure(StrEnum):
    """What of each run is aggregated; `Aggregation.DAYS` takes the date."""

    DISTANCE_M = "distance_m"
    DURATION_MS = "duration_ms"
    RAN_ON = "ran_on"


class Counts(StrEnum):
    """What a metric counts."""

    RUNS = "runs"  # a member's own, by direction
    SPOTTING = "spotting"  # what a member faced forward for others, see `services.runs.spotting`


class BoardDirection(StrEnum):
    """Which running a board counts: one direction, or every told one together."""

    BACKWARD = "backward"
    FORWARD = "forward"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `standings`.

    Attributes:
        name: of the column.
        aggregation: how it is made.
        measure: of what.
    """

    name: str
    aggregation: Aggregation
    measure: Measure


class Metric(StrEnum):
    """What a board is ordered by. The value is the key in commands and custom ids and never changes.

    Attributes:
        unit: of its amounts.
        column: of `standings` that holds them.
        counts: the member's own runs or their credits for facing forward.
    """

    unit: MetricUnit
    column: Column
    counts: Counts

    def __new__(cls, key: str, unit: MetricUnit, column: Column, counts: Counts = Counts.RUNS) -> Metric:
        """Make a member from its declaration."""
        member = str.__new__(cls, key)
        member._value_ = key
        member.unit, member.column, member.counts = unit, column, counts
        return member

    DISTANCE = "distance", MetricUnit.METRES, Column("distance_m", Aggregation.SUM, Measure.DISTANCE_M)
    MINUTES = "minutes", MetricUnit.MILLISECONDS, Column("duration_ms", Aggregation.SUM, Measure.DURATION_MS)
    DAYS = "days", MetricUnit.DAYS, Column("days_out", Aggregation.DAYS, Measure.RAN_ON)
    LONGEST = "longest", MetricUnit.METRES, Column("longest_m", Aggregation.MAX, Measure.DISTANCE_M)
    SPOTTING = (
        "spotting",
        MetricUnit.MILLISECONDS,
        Column("duration_ms", Aggregation.SUM, Measure.DURATION_MS),
        Counts.SPOTTING,
    )

    @property
    def label_key(self) -> str:
        """The catalogue key of its name."""
        return f"board.metric.{self.value}"

    @property
    def directions(self) -> tuple[BoardDirection, ...]:
        """The directions it has a board for."""
        return tuple(BoardDirection) if self.counts is Counts.RUNS else (BoardDirection.ALL,)


FIRST = Metric.DISTANCE
"""The metric of a board for which none was chosen."""


@dataclass(frozen=True, slots=True)
class BoardKind:
    """A metric and a direction that it has a board for."""

    metric: Metric
    direction: BoardDirection

    @property
    def key(self) -> str:
        """What a menu sends for it, and the last part of its title's catalogue key."""
        return f"{self.metric.value}_{self.direction.value}"

    @property
    def title_key(self) -> str:
        """The catalogue key of its title."""
        return f"board.title.{self.key}"

    @property
    def stored_direction(self) -> str:
        """The `direction` of its rows in `standings`."""
        return self.direction.value if self.metric.counts is Counts.RUNS else self.metric.counts.value


def board_kind(metric: Metric, direction: BoardDirection) -> BoardKind:
    """The board of a metric in a direction, or its only one where it does not distinguish directions."""
    return BoardKind(metric, direction if direction in metric.directions else metric.directions[0])


def board_kinds() -> tuple[BoardKind, ...]:
    """Every board there is, in the order of menus: by direction, those that count credits last."""
    pairs = (BoardKind(metric, way) for way in BoardDirection for metric in Metric if way in metric.directions)
    return tuple(sorted(pairs, key=lambda kind: kind.metric.counts is not Counts.RUNS))


def columns() -> tuple[Column, ...]:
    """The columns of `standings` that metrics are read from, each once."""
    return tuple(dict.fromkeys(metric.column for metric in Metric))
