"""Every component and form the cogs declare, sent with ids, choices and fields that no card offers.

The requests are derived from the declarations, so that a new handler is covered without being named here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any

import pytest

from bot.client import Backpedal
from bot.errors import BadInput
from bot.i18n import catalogue
from bot.interactions.components import Route
from bot.languages import LANGUAGES
from tests.wire.acting import PRESS, SUBMIT
from tests.wire.outside import card_in
from tests.wire.payloads import Json, Person
from tests.wire.server import LocalDiscord

ADA = Person("Ada", organiser=True)
BUTTON, MENU, LABEL, TEXT, FORM_SHOWN = 2, 3, 18, 4, 9
FORGED = (
    "", "x", "-1", "0", "999", "nan", "1e9", str(2**31), str(2**63 - 1), str(2**63), str(2**70), "²", "١٢", "🏃", " 1",
    "9999-12-31", "0001-01-01", "2026-02-30", "x" * 100,
)  # fmt: skip
WELL = ("1", "1800000000", "2026-11-16", "weekday", "begins", "injury", "hour", "yes", "week", "run", "days_all", "-")
"""Valid values of the parts that are no enum, so that the parts after them are checked too."""
SORRY = tuple(str(catalogue(one)["errors.unexpected_alone"]).partition(".")[0] for one in LANGUAGES)


def well(name: str, parse: Callable[[str], Any], guild_id: str) -> str:
    """Return a valid value for a part of an id: an existing club or member, one of `WELL`, or a member of an enum."""
    if name == "guild_id":
        return guild_id
    if name.endswith(("user_id", "owner_id")):
        return ADA.id
    for text in (*WELL, *(str(member.value) for kind in StrEnum.__subclasses__() for member in kind)):
        try:
            parse(text)
        except ValueError:
            continue
        return text
    raise LookupError(f"add what {name} takes to WELL")


def forged_ids(prefix: str, ids: list[str]) -> Iterator[str]:
    """Yield the id with each part forged in turn, with each part missing, and with an additional part."""
    for position in range(len(ids)):
        for text in FORGED:
            yield ":".join([prefix, *ids[:position], text, *ids[position + 1 :]])[:100]
        yield ":".join([prefix, *ids[:position], *ids[position + 1 :]])
    yield ":".join([prefix, *ids, "1"])


def forged(prefix: str, route: Route, guild_id: str) -> Iterator[tuple[int, Json]]:
    """Yield every press and form to send to one handler."""
    ids = [well(name, parse, guild_id) for name, parse in route.arguments.ids.items()]
    whole = ":".join([prefix, *ids])
    for custom_id in forged_ids(prefix, ids):
        yield PRESS, {"component_type": BUTTON, "custom_id": custom_id, "id": 1}
    if route.arguments.takes_choice:
        for values in ([], *([text] for text in FORGED), ["1", "2"], ["1"] * 26):
            yield PRESS, {"component_type": MENU, "custom_id": whole, "id": 1, "values": values, "resolved": {}}
    fields = sorted(route.arguments.fields)
    if fields:
        yield SUBMIT, {"custom_id": whole, "components": []}
        yield SUBMIT, {"custom_id": whole, "components": [entered("nonsense", "x")]}
        for text in (*FORGED, "x" * 1001):
            for make in (entered, picked):
                yield SUBMIT, {"custom_id": whole, "components": [make(name, text) for name in (*fields, "nonsense")]}


def representative(bot: Backpedal, requests: Iterable[tuple[int, Json]]) -> Iterator[tuple[int, Json]]:
    """Yield the requests that reach the handler, and of those that the router refuses the shortest and the longest.

    All others are refused by the same lines, and only here: anything but `BadInput` fails the test.
    """
    refused: dict[int, list[Json]] = {}
    for kind, data in requests:
        try:
            bot.router.find(data)
        except BadInput:
            refused.setdefault(kind, []).append(data)
        else:
            yield kind, data
    for kind, several in refused.items():
        yield kind, min(several, key=lambda data: len(repr(data)))
        yield kind, max(several, key=lambda data: len(repr(data)))


def entered(name: str, text: str) -> Json:
    return {"type": LABEL, "id": 1, "component": {"type": TEXT, "id": 2, "custom_id": name, "value": text}}


def picked(name: str, text: str) -> Json:
    return {"type": LABEL, "id": 1, "component": {"type": MENU, "id": 2, "custom_id": name, "values": [text]}}


@pytest.mark.long
async def test_what_was_never_offered_is_answered_in_words(
    unlimited: None, there: LocalDiscord, bot: Backpedal, caplog: pytest.LogCaptureFixture
) -> None:
    await (await there.slash("log", ADA, distance="5k", time="27:30", direction="backward")).answer()
    await (await there.slash("remind me", ADA, what="run", when="tomorrow 18:30")).answer()
    typed = {"place": "Stadium", "when": "in 40 minutes", "role": "backward", "distance": "3k", "surface": "road"}
    await (await there.slash("partner find", ADA, **typed)).answer()
    await there.until(lambda: card_in(there, "Stadium"))
    source = (await (await there.slash("help", ADA)).answer()).message
    found = []
    for prefix, route in bot.router.routes.items():
        for kind, data in representative(bot, forged(prefix, route, there.clubs[0].id)):
            caplog.clear()
            asked = await (await there.forge(kind, data, ADA, source=source)).answer(30)
            assert asked.callback is not None
            failed = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
            worded = asked.text and not asked.text.startswith(SORRY)
            if failed or not (worded or asked.callback["type"] == FORM_SHOWN):
                found.append(f"{data}: {asked.text[:80]} {failed}")
    assert not found, f"{len(found)}:\n" + "\n".join(found)
