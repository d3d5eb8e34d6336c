import pytest

from bot.charts.board_bars import ROWS, BoardBar, BoardBars, board_bars
from bot.domain.boards.metrics import BoardDirection, BoardKind, Metric
from bot.domain.text.units import Units
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from tests.charts.pictures import image


def bars(*rows: BoardBar, metric: Metric = Metric.DISTANCE, units: Units = Units.METRIC) -> BoardBars:
    return board_bars(BoardKind(metric, BoardDirection.BACKWARD), rows, Localizer("en", units))


def test_bars_are_as_long_as_the_amounts_are_large() -> None:
    rows = bars(BoardBar(1, 20_000), BoardBar(2, 10_000, mine=True), BoardBar(3, 0)).scene()["rows"]
    assert [row["share"] for row in rows] == [1, 0.5, 0]
    assert [row["value"] for row in rows] == ["20", "10", "0"]
    assert [row["mine"] for row in rows] == [False, True, False]


def test_a_jump_in_the_ranks_is_marked_but_a_tie_is_none() -> None:
    rows = bars(*(BoardBar(rank, 1000) for rank in (1, 2, 2, 4, 12, 13))).scene()["rows"]
    assert [row["gap"] for row in rows] == [False, False, False, False, True, False]
    page = bars(*(BoardBar(rank, 1000) for rank in (11, 11, 13))).scene()["rows"]
    assert [row["gap"] for row in page] == [False, False, False], "a later page begins as it begins"


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        (Metric.DISTANCE, 12_345, "12 km"),
        (Metric.MINUTES, 90 * 60_000, "90 min"),
        (Metric.MINUTES, 20 * 3_600_000, "20 h"),
        (Metric.DAYS, 7, "7 days out"),
        (Metric.DAYS, 1, "1 day out"),
    ],
)
def test_amounts_have_the_unit_of_the_metric(metric: Metric, value: float, shown: str) -> None:
    picture = bars(BoardBar(1, value), metric=metric)
    (row,) = picture.scene()["rows"]
    assert f"{row['value']} {row['unit']}" == shown
    assert f"rank 1: {shown}" in picture.alt


def test_miles_for_those_who_read_miles() -> None:
    assert bars(BoardBar(1, 16_093), units=Units.IMPERIAL).alt == "Backward distance: rank 1: 10 mi."


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_words_fit(language: str) -> None:
    kind = BoardKind(Metric.DAYS, BoardDirection.ALL)
    drawn = image(board_bars(kind, [BoardBar(rank, 365, mine=True) for rank in (1, 9_999)], Localizer(language)))
    edges = [drawn.crop((left, 0, left + 8, drawn.height)) for left in (0, 1112)]
    assert all(len(edge.getcolors() or []) == 1 for edge in edges)


def test_no_more_rows_than_fit_and_none_at_all_are_drawn() -> None:
    many = bars(*(BoardBar(rank, 1e9 / rank, mine=rank == 3) for rank in range(99_990, 100_020)))
    assert len(many.rows) == ROWS
    image(many)
    image(bars())
