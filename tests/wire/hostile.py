"""Every command, and hostile texts for its options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.wire.payloads import Json, Person

TEXT, WHOLE, MEMBER = 3, 4, 6
SUBCOMMANDS = (1, 2)
ADA = Person("Ada", organiser=True)
WELL = {
    "run": "#5000", "reminder": "#7", "distance": "5k", "time": "27:30", "when": "tomorrow 18:30", "what": "run",
    "place": "Stadium", "zone": "Berlin", "pause": "2 weeks", "member": "Runner 7",
}  # fmt: skip
"""Valid values by option name; commands with other options only get the texts below."""
ILL = ("1,", "every ", "1:1:", "mo 7 ", "\u202e*_~|")
FORGED = "k " * 3_000
"""A text longer than Discord's own clients send."""


def commands(declared: list[Json], path: str = "") -> Iterator[tuple[str, list[Json]]]:
    """Yield every command, as typed, with its options."""
    for one in declared:
        if one.get("type", 1) in (2, 3) and not path:
            continue  # a message or member menu, which takes no text
        options, name = one.get("options", []), f"{path} {one['name']}".strip()
        below = [option for option in options if option["type"] in SUBCOMMANDS]
        if below:
            yield from commands(below, name)
        else:
            yield name, options


def option_values(options: list[Json], text: str | None) -> dict[str, Any] | None:
    """Return values for the options: `text` for all texts, or valid ones; None if that is impossible."""
    typed: dict[str, Any] = {}
    for option in options:
        name = option["name"]
        if option.get("choices"):
            typed[name] = option["choices"][0]["value"]
        elif option["type"] == TEXT and (text is not None or name in WELL):
            typed[name] = WELL[name] if text is None else text
        elif option["type"] == WHOLE:
            typed[name] = option.get("min_value", 1)
        elif option["type"] == MEMBER and text is None:
            typed[name] = Person("Runner 5", id="5000005")
        elif option.get("required"):
            return None
    return typed


def hostile_texts(option: Json) -> Iterator[str]:
    longest = option.get("max_length", 100)
    yield from ((ill * longest)[:longest] for ill in ILL)
    yield FORGED
