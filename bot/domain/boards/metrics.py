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
    POINTS = "points"  # RPE times milliseconds; shown as RPE times minutes
    GRADE = "grade"  # hundredths of a percent of the speed of the best mark found


class Aggregation(StrEnum):
    """How a column of `standings` is aggregated from the runs of a period."""

    SUM = "sum"
    MAX = "max"  # over single runs
    DAYS = "days"  # number of local dates with a run
    GAIN = "gain"  # the sum, less that of the previous period; 0 if there was nothing in it


class Measure(StrEnum):
    """The value of a run that is aggregated; `Aggregation.DAYS` uses the date."""

    DISTANCE_M = "distance_m"
    DURATION_MS = "duration_ms"
    RAN_ON = "ran_on"
    EFFORT_MS = "effort_ms"  # RPE times milliseconds of a run whose effort its runner shares, else 0
    GRADE = "grade"  # best retro grade over the listed distances (`runs.retro_grades.NUMERATORS`), else 0


class Counts(StrEnum):
    """What a metric counts."""

    RUNS = "runs"  # the member's own runs, by direction
    SPOTTING = "spotting"  # what the member faced forward for others, see `services.runs.spotting`


class BoardDirection(StrEnum):
    """The direction a board counts: one, or all known ones together."""

    BACKWARD = "backward"
    FORWARD = "forward"
    ALL = "all"


class Among(StrEnum):
    """Whose rows a board shows. Its value is stored in custom ids and never changes."""

    EVERYBODY = "all"
    NEWCOMERS = "new"  # whose first run in the club was not long ago
    FOLLOWED = "followed"  # by the viewer, and the viewer
    TEAM = "team"  # of the viewer, in a challenge that is not over


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

    @property
    def sparse(self) -> bool:
        """Whether it is 0 in most rows, so that its index leaves those out."""
        return self.aggregation is Aggregation.GAIN or self.measure in (Measure.EFFORT_MS, Measure.GRADE)


ALL_DIRECTIONS = tuple(BoardDirection)
BOTH_TOGETHER = (BoardDirection.ALL,)


class Metric(StrEnum):
    """The sort key of a board, in menu order: turning up before speed and distance.

    Its value is stored in commands, settings and custom ids, and never changes.

    Attributes:
        unit: of its amounts.
        column: of `standings` that contains them.
        directions: the directions for which it has a board.
        counts: the member's own runs, or their credits for facing forward.
    """

    unit: MetricUnit
    column: Column
    directions: tuple[BoardDirection, ...]
    counts: Counts

    def __new__(
        cls,
        key: str,
        unit: MetricUnit,
        column: Column,
        directions: tuple[BoardDirection, ...] = ALL_DIRECTIONS,
        counts: Counts = Counts.RUNS,
    ) -> Metric:
        """Create a member from its declaration."""
        member = str.__new__(cls, key)
        member._value_ = key
        member.unit, member.column, member.directions, member.counts = unit, column, directions, counts
        return member

    DAYS = "days", MetricUnit.DAYS, Column("days_out", Aggregation.DAYS, Measure.RAN_ON)
    MINUTES = "minutes", MetricUnit.MILLISECONDS, Column("duration_ms", Aggregation.SUM, Measure.DURATION_MS)
    SPOTTING = (
        "spotting",
        MetricUnit.MILLISECONDS,
        Column("duration_ms", Aggregation.SUM, Measure.DURATION_MS),
        BOTH_TOGETHER,
        Counts.SPOTTING,
    )
    DISTANCE = "distance", MetricUnit.METRES, Column("distance_m", Aggregation.SUM, Measure.DISTANCE_M)
    LONGEST = "longest", MetricUnit.METRES, Column("longest_m", Aggregation.MAX, Measure.DISTANCE_M)
    GRADE = (
        "grade",
        MetricUnit.GRADE,
        Column("grade", Aggregation.MAX, Measure.GRADE),
        (BoardDirection.BACKWARD,),
    )
    GAIN = "gain", MetricUnit.METRES, Column("gain_m", Aggregation.GAIN, Measure.DISTANCE_M)
    EFFORT = "effort", MetricUnit.POINTS, Column("effort_ms", Aggregation.SUM, Measure.EFFORT_MS), BOTH_TOGETHER

    @property
    def label_key(self) -> str:
        """Catalogue key of its name."""
        return f"board.metric.{self.value}"

    @property
    def own_runs_suffice(self) -> bool:
        """Whether logging a run is enough to get onto its boards; if not, the board has sentences of its own."""
        return self.counts is Counts.RUNS and not self.column.sparse


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


FIRST = BoardKind(Metric.DAYS, BoardDirection.ALL)
"""The board that a club sees first until its organisers choose another: who turned up, in either direction."""


def board_kinds() -> tuple[BoardKind, ...]:
    """Return all boards in menu order."""
    return tuple(BoardKind(metric, way) for metric in Metric for way in metric.directions)


BOARDS = {kind.key: kind for kind in board_kinds()}
"""The boards by the key in menus, custom ids and the club's setting."""


def columns() -> tuple[Column, ...]:
    """Return the columns of `standings` that metrics use, each once."""
    return tuple(dict.fromkeys(metric.column for metric in Metric))
