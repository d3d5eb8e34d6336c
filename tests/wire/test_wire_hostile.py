"""Every command and autocomplete with hostile texts, by a member with years of data, must not block the event loop.

The requests are derived from the synced commands, so that a new one is covered without being named here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from bot.app import App
from bot.client import Backpedal
from bot.interactions.admission import Admission
from cogs import EXTENSIONS
from tests.wire.bots import running
from tests.wire.crowded import crowd
from tests.wire.payloads import Json, Person
from tests.wire.server import LocalDiscord
from tests.wire.work import counted

MOST_LINES = 100_000
"""Lines of Python executed without yielding to the loop: about 15 ms. `make bench` measures the milliseconds."""
MOST_ROWS = 1_000
"""Rows of one query result, except in an export, which reads everything in portions."""
MOST_OBJECTS = 40_000
"""Objects alive at a time that the garbage collector visits: a few ms per pass."""
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


def filled(options: list[Json], text: str | None) -> dict[str, Any] | None:
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


def texts(option: Json) -> Iterator[str]:
    longest = option.get("max_length", 100)
    yield from ((ill * longest)[:longest] for ill in ILL)
    yield FORGED


@pytest.mark.long
async def test_no_command_and_no_autocomplete_holds_the_loop(
    there: LocalDiscord, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd(app.database, ADA, there.clubs[0])
    found: list[str] = []
    async with running(Backpedal(app, app.outbox, EXTENSIONS)) as bot:
        bot.admission = Admission(now=count(step=60).__next__)  # a minute between calls, so that no limit applies

        async def ask(name: str, asked: Any) -> None:
            with counted(monkeypatch) as work:
                await (await asked).answer(180)
                async with asyncio.timeout(180):
                    while bot._in_hand:  # noqa: ASYNC110 (work after the answer counts too)
                        await asyncio.sleep(0)
            if max(work.longest / MOST_LINES, work.objects / MOST_OBJECTS) > 1 or (
                work.rows > MOST_ROWS and "export" not in name
            ):
                found.append(f"{name}: {work}")

        for path, options in commands(there.commands):
            required = {option["name"] for option in options if option.get("required")}
            ways = [{}, filled(options, None), *(filled(options, text) for text in texts({}))]
            for number, typed in enumerate(ways):
                if typed is not None and required <= set(typed) and typed not in ways[:number]:
                    await ask(f"/{path} {typed!r:.90}", there.slash(path, ADA, **typed))
            for option in options:
                if not option.get("autocomplete"):
                    continue
                for text in ("", *texts(option)):
                    typed = (filled(options, None) or {}) | {option["name"]: text}
                    await ask(f"/{path} {option['name']}: {text:.40}", there.type(path, ADA, option["name"], **typed))
    assert not found, "\n".join(found)
