import pytest

from bot.domain.text.units import Units
from bot.domain.text.weight import parse_weight, shown_weight
from bot.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "units", "weight_kg"),
    [
        ("70", Units.METRIC, 70.0),
        ("70 kg", Units.IMPERIAL, 70.0),
        ("70,5", Units.METRIC, 70.5),
        ("70.5KG", Units.METRIC, 70.5),
        ("154", Units.IMPERIAL, 69.9),
        ("154 lb", Units.METRIC, 69.9),
        ("154lbs", Units.METRIC, 69.9),
        ("140 Pfund", Units.METRIC, 70.0),
        ("11 st", Units.METRIC, 69.9),
        ("", Units.METRIC, None),
        ("  ", Units.METRIC, None),
    ],
)
def test_a_weight_is_read_as_typed(typed: str, units: Units, weight_kg: float | None) -> None:
    assert parse_weight(typed, units) == weight_kg


@pytest.mark.parametrize("typed", ["heavy", "7", "700", "-70", "70 m", "1e3", "70 kg kg", "٧٠", "0"])
def test_what_is_no_weight_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        parse_weight(typed, Units.METRIC)


def test_a_weight_is_shown_in_the_readers_units() -> None:
    assert shown_weight(70.5, Units.METRIC) == (70.5, "kg")
    assert shown_weight(69.9, Units.IMPERIAL) == (154, "lb")
