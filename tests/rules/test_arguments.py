"""What the annotations of a handler accept and refuse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.interactions.arguments import Arguments, Chosen, Entered, parser


class Way(StrEnum):
    THERE = "there"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Both:
    first: str
    second: Way | None = None


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (int, "0", 0),
        (int, str(2**63 - 1), 2**63 - 1),
        (bool, "1", True),
        (date, "2026-11-16", date(2026, 11, 16)),
        (datetime, "1800000000", datetime(2027, 1, 15, 8, tzinfo=UTC)),
        (Way, "back", Way.BACK),
        (Literal["a", 5], "5", 5),
        (Literal[Way.BACK], "back", Way.BACK),
        (Way | Literal["any"], "any", "any"),
        (Annotated[int, range(24)], "23", 23),
        (Annotated[tuple[int, str], {"1 a": (1, "a")}], "1 a", (1, "a")),
        (str, "", ""),
    ],
)
def test_what_converts(annotation: Any, text: str, value: object) -> None:
    assert parser(annotation)(text) == value


@pytest.mark.parametrize(
    ("annotation", "texts"),
    [
        (int, ["", "-1", "+1", " 1", "1 ", "1_0", "1.0", "1e3", "0x1", "nan", "²", "١٢", "１", str(2**63), "9" * 5000]),
        (bool, ["", "2", "true", "True"]),
        (date, ["", "20261116", "2026-W47-1", "2026-02-30", "0001-01-01", "9999-12-31", "２０２６-11-16"]),
        (datetime, ["", "-1", "0", "99999999999", "9" * 30, "2026-11-16"]),
        (Way, ["", "THERE", "Way.BACK", "sideways"]),
        (Literal["a", 5], ["", "b", "05"]),
        (Literal[Way.BACK], ["there"]),
        (Annotated[int, range(24)], ["24", "-1", "x"]),
        (Annotated[tuple[int, str], {"1 a": (1, "a")}], ["", "2 a"]),
    ],
)
def test_what_is_refused(annotation: Any, texts: list[str]) -> None:
    for text in texts:
        with pytest.raises(ValueError):  # noqa: PT011 (the messages are tested below)
            parser(annotation)(text)


@given(text=st.text(max_size=100), annotation=st.sampled_from([int, bool, date, datetime, Way, Literal["a"]]))
def test_any_text_converts_to_its_type_or_is_refused(text: str, annotation: Any) -> None:
    try:
        value = parser(annotation)(text)
    except ValueError:
        return
    assert value == "a" if annotation == Literal["a"] else isinstance(value, annotation)


def form(**entered: Any) -> dict[str, Any]:
    return {
        "components": [
            {"component": {"custom_id": name, ("values" if isinstance(value, list) else "value"): value}}
            for name, value in entered.items()
        ]
    }


async def press(interaction: object, run_id: int) -> None: ...


async def one(interaction: object, way: Chosen[Way]) -> None: ...


async def perhaps(interaction: object, role_id: Chosen[int | None]) -> None: ...


async def some(interaction: object, ways: Chosen[frozenset[Way]]) -> None: ...


async def setting(interaction: object, unit: Chosen[Annotated[int | None, {"auto": None, "km": 1}]]) -> None: ...


async def fill(interaction: object, both: Entered[Both], word: Entered[str] = "") -> None: ...


async def pick(interaction: object, channel: Entered[tuple[int, ...] | None] = None) -> None: ...


@pytest.mark.parametrize(
    ("handler", "ids", "data", "given"),
    [
        (press, ["5"], {}, {"run_id": 5}),
        (one, [], {"values": ["back"]}, {"way": Way.BACK}),
        (perhaps, [], {"values": []}, {"role_id": None}),
        (perhaps, [], {"values": ["7"]}, {"role_id": 7}),
        (some, [], {"values": ["back", "there"]}, {"ways": frozenset(Way)}),
        (some, [], {}, {"ways": frozenset()}),
        (setting, [], {"values": ["auto"]}, {"unit": None}),
        (fill, [], form(first="x", other="y"), {"both": Both("x")}),
        (fill, [], form(first="", second=["back"], word="w"), {"both": Both("", Way.BACK), "word": "w"}),
        (pick, [], form(), {}),
        (pick, [], form(channel=[]), {"channel": ()}),
        (pick, [], form(channel=["7"]), {"channel": (7,)}),
    ],
)
def test_what_a_handler_is_given(handler: Any, ids: list[str], data: Any, given: dict[str, Any]) -> None:
    assert Arguments(handler, ["run_id"] if ids else []).read(ids, data) == given


@pytest.mark.parametrize(
    ("handler", "ids", "data", "key"),
    [
        (press, ["x"], {}, "errors.press.unknown"),
        (one, [], {}, "settings.choice.unknown"),
        (one, [], {"values": []}, "settings.choice.unknown"),
        (one, [], {"values": ["back", "there"]}, "settings.choice.unknown"),
        (perhaps, [], {"values": ["7", "8"]}, "settings.choice.unknown"),
        (some, [], {"values": ["back", "sideways"]}, "settings.choice.unknown"),
        (some, [], {"values": ["back"] * 26}, "settings.choice.unknown"),
        (setting, [], {"values": []}, "settings.choice.unknown"),
        (fill, [], {}, "errors.press.form"),
        (fill, [], form(second=["back"]), "errors.press.form"),
        (fill, [], form(first="x" * 1001), "entry.text.too_long"),
        (fill, [], form(first="x", second=["sideways"]), "settings.choice.unknown"),
    ],
)
def test_what_a_handler_refuses(handler: Any, ids: list[str], data: Any, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        Arguments(handler, ["run_id"] if ids else []).read(ids, data)
    assert refused.value.key == key


def test_a_handler_that_cannot_be_given_its_arguments_stops_the_start() -> None:
    async def anything(interaction: object, thing: object) -> None: ...

    with pytest.raises(TypeError, match="nothing converts"):
        Arguments(anything, ["thing"])
    with pytest.raises(TypeError, match="takes"):
        Arguments(press, ["outing_id"])
