"""Columns, boards and texts derived from the declared metrics, and the keys stored in shipped messages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.domain.boards.metrics import (
    Aggregation,
    BoardDirection,
    BoardKind,
    Column,
    Counts,
    Measure,
    Metric,
    MetricUnit,
    board_kind,
    board_kinds,
    columns,
)
from bot.i18n import catalogue
from bot.languages import LANGUAGES
from cogs.boards.leaderboard import METRICS
from db.models import Standing

ROOT = Path(__file__).parents[3]

SHIPPED = (
    "distance_backward", "minutes_backward", "days_backward", "longest_backward",
    "distance_forward", "minutes_forward", "days_forward", "longest_forward",
    "distance_all", "minutes_all", "days_all", "longest_all", "spotting_all",
)  # fmt: skip
"""Values of the board menu in messages sent by version 0.1.0."""


def test_the_values_of_menus_already_sent_keep_their_meaning() -> None:
    found = {kind.key: kind for kind in board_kinds()}
    for key in SHIPPED:
        metric, direction = key.split("_")
        assert found[key] == BoardKind(Metric(metric), BoardDirection(direction))


@pytest.mark.parametrize(
    ("key", "column", "unit"),
    [
        ("distance", "distance_m", MetricUnit.METRES),
        ("minutes", "duration_ms", MetricUnit.MILLISECONDS),
        ("days", "days_out", MetricUnit.DAYS),
        ("longest", "longest_m", MetricUnit.METRES),
        ("spotting", "duration_ms", MetricUnit.MILLISECONDS),
    ],
)
def test_a_key_in_custom_ids_means_the_same_column_and_unit(key: str, column: str, unit: MetricUnit) -> None:
    assert (Metric(key).column.name, Metric(key).unit) == (column, unit)


def test_rows_of_standings_keep_their_stored_directions() -> None:
    assert {kind.stored_direction for kind in board_kinds()} == {"backward", "forward", "all", "spotting"}
    for direction in BoardDirection:
        assert board_kind(Metric.SPOTTING, direction).stored_direction == "spotting"
        assert board_kind(Metric.DISTANCE, direction).stored_direction == direction


def test_keys_are_unambiguous_and_fit_into_custom_ids() -> None:
    keys = [kind.key for kind in board_kinds()]
    assert len(set(keys)) == len(keys) <= 25, "a select menu takes 25 options"
    assert all(re.fullmatch("[a-z_]{1,20}", metric) for metric in Metric)


def test_each_column_is_declared_once_and_exists() -> None:
    names = [column.name for column in columns()]
    assert len(set(names)) == len(names), "one column, two ways to make it"
    assert all(hasattr(Standing, name) for name in names)
    indexes = {index.name: [column.name for column in index.columns] for index in Standing.__table__.indexes}
    for name in names:
        assert indexes[f"ix_standings_{name}"][-2:] == [name, "user_id"], "a board is one range of its index"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_metric_and_board_is_named_in_every_language(language: str) -> None:
    texts = catalogue(language)
    assert {metric.label_key for metric in Metric} <= set(texts)
    assert {kind.title_key for kind in board_kinds()} <= set(texts)


def test_every_metric_is_a_choice_of_the_command() -> None:
    assert [choice.value for choice in METRICS] == [metric.value for metric in Metric]


def test_no_other_file_names_a_metric() -> None:
    """Other modules read a metric's declared properties, so a new metric needs only its declaration.

    A challenge counts one of three, which its goal is typed in (km, hours, days), and the demo club has a challenge.
    """
    named = [
        str(file.relative_to(ROOT))
        for room in ("bot", "cogs", "db")
        for file in (ROOT / room).rglob("*.py")
        if file.name != "metrics.py" and file.parent.name not in ("challenges", "preview")
        if re.search(r"\bMetric\.[A-Z]", file.read_text(encoding="utf-8"))
    ]
    assert named == []


@pytest.fixture
def best_week(monkeypatch: pytest.MonkeyPatch) -> Metric:
    """Return a metric declared by the test, with an underscore in its key."""
    made = str.__new__(Metric, "best_week")
    made._name_, made._value_ = "BEST_WEEK", "best_week"
    made.unit, made.column, made.directions, made.counts = (
        MetricUnit.METRES,
        Column("longest_m", Aggregation.MAX, Measure.DISTANCE_M),
        tuple(BoardDirection),
        Counts.RUNS,
    )
    monkeypatch.setitem(Metric._member_map_, "BEST_WEEK", made)
    monkeypatch.setitem(Metric._value2member_map_, "best_week", made)
    monkeypatch.setattr(Metric, "_member_names_", [*Metric._member_names_, "BEST_WEEK"])
    return made


def test_a_new_metric_has_its_boards_columns_and_texts_by_its_declaration(best_week: Metric) -> None:
    assert Metric("best_week") is best_week
    kinds = [kind for kind in board_kinds() if kind.metric is best_week]
    assert [kind.key for kind in kinds] == ["best_week_backward", "best_week_forward", "best_week_all"]
    assert board_kind(best_week, BoardDirection.FORWARD).stored_direction == "forward"
    assert [column.name for column in columns()].count("longest_m") == 1
    assert best_week.label_key == "board.metric.best_week"
