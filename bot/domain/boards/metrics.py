"""The metrics of leaderboards. A new metric needs a declaration here, its column and its texts.

The slash command, the menus, the SQL and indexes of `standings`, and the formatting derive from `Metric`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MetricUnit(StrEnum):
    """The unit of a metric's amounts."""

    METRES = "metres"
    MILLISECONDS = "milliseconds"
    DAYS = "days"


class Aggregation(StrEnum):
    """How a column of `standings` is aggregated from the runs of a period."""

    SUM = "sum"
    MAX = "max"  # over single runs
    DAYS = "days"  # number of local dates with a run


class Measure(StrEnum):
    """The value of a run that is aggregated; `Aggregation.DAYS` uses the date."""

    DISTANCE_M = "distance_m"
    DURATION_MS = "duration_ms"
    RAN_ON = "ran_on"


class Counts(StrEnum):
    """What a metric counts."""

    RUNS = "runs"  # the member's own runs, by direction
    SPOTTING = "spotting"  # what the member faced forward for others, see `services.runs.spotting`


class BoardDirection(StrEnum):
    """The direction a board counts: one, or all known ones together."""

    BACKWARD = "backward"
    FORWARD = "forward"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `standings`.

    Attributes:
        name: of the column.
        aggregation: how it is aggregated.
        measure: the aggregated value.
    """

    name: str
    aggregation: Aggregation
    measure: Measure


class Metric(StrEnum):
    """The sort key of a board. Its value is stored in commands and custom ids and never changes.

    Attributes:
        unit: of its amounts.
        column: of `standings` that contains them.
        counts: the member's own runs, or their credits for facing forward.
    """

    unit: MetricUnit
    column: Column
    counts: Counts

    def __new__(cls, key: str, unit: MetricUnit, column: Column, counts: Counts = Counts.RUNS) -> Metric:
        """Create a member from its declaration."""
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
        """Catalogue key of its name."""
        return f"board.metric.{self.value}"

    @property
    def directions(self) -> tuple[BoardDirection, ...]:
        """The directions for which it has a board."""
        return tuple(BoardDirection) if self.counts is Counts.RUNS else (BoardDirection.ALL,)


FIRST = Metric.DISTANCE
"""The default metric."""


@dataclass(frozen=True, slots=True)
class BoardKind:
    """A metric and one of its directions."""

    metric: Metric
    direction: BoardDirection

    @property
    def key(self) -> str:
        """Its value in menus, and the last part of its title's catalogue key."""
        return f"{self.metric.value}_{self.direction.value}"

    @property
    def title_key(self) -> str:
        """Catalogue key of its title."""
        return f"board.title.{self.key}"

    @property
    def stored_direction(self) -> str:
        """The `direction` of its rows in `standings`."""
        return self.direction.value if self.metric.counts is Counts.RUNS else self.metric.counts.value


def board_kind(metric: Metric, direction: BoardDirection) -> BoardKind:
    """Return the board of a metric in a direction, or its only board if the metric has no directions."""
    return BoardKind(metric, direction if direction in metric.directions else metric.directions[0])


def board_kinds() -> tuple[BoardKind, ...]:
    """Return all boards in menu order: by direction, boards of credits last."""
    pairs = (BoardKind(metric, way) for way in BoardDirection for metric in Metric if way in metric.directions)
    return tuple(sorted(pairs, key=lambda kind: kind.metric.counts is not Counts.RUNS))


def columns() -> tuple[Column, ...]:
    """Return the columns of `standings` that metrics use, each once."""
    return tuple(dict.fromkeys(metric.column for metric in Metric))
