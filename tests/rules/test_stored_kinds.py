"""The kinds stored in the database: each is spelled once, keeps its value, and is handled by one cog."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from bot.app import App
from bot.client import Backpedal
from bot.clock import system_clock
from bot.domain.messages.stored_kinds import KEPT_FROM_RECIPIENTS, ExportedTo, StoredKind
from bot.interactions.nudge_kinds import kind_of
from cogs import EXTENSIONS
from tests.rules.source_code import ROOT, files_in, nodes_of

HOME = "stored_kinds.py"
WORDS = frozenset({"t", "translate"})
"""Calls whose first argument is a catalogue key, which may look like a kind."""

SHIPPED = frozenset(
    [
        "alert.ask",
        "alert.clear",
        "alert.contact",
        "alert.organisers",
        "alert.unheard",
        "alert.unsafe",
        "alert.unsafe_turn",
        "club.forget",
        "club.partners",
        "contact.ask",
        "contact.gone",
        "delivery.purge",
        "delivery.waits",
        "digest.lost",
        "nudge.back",
        "nudge.digest",
        "nudge.snoozed",
        "nudge.tick",
        "nudge.week",
        "outing.both_home",
        "outing.cancelled",
        "outing.card",
        "outing.changed",
        "outing.confirmed",
        "outing.draft",
        "outing.evening",
        "outing.extended",
        "outing.eyes_back",
        "outing.eyes_lost",
        "outing.filled",
        "outing.half",
        "outing.happened",
        "outing.help",
        "outing.hour",
        "outing.lapse",
        "outing.limits",
        "outing.missed",
        "outing.no_shows",
        "outing.offer",
        "outing.offer_ends",
        "outing.out",
        "outing.overdue",
        "outing.purge",
        "outing.reopened",
        "outing.start",
        "outing.unposted",
        "outing.unstarted",
        "outing.wanted",
        "remind",
        "remind.again",
        "remind.trouble",
        "round.left",
        "round.match",
        "round.matched",
        "round.notice",
        "round.preview",
        "round.settle",
        "spotter.ask",
        "spotter.ask_alone",
    ]
)
"""Values that existing databases contain. A new kind need not be added; none may be removed."""


def spelled_kinds(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield (line, literal) of string literals equal to a stored kind.

    `remind` is excluded: it has no dot, and is also a command and an area of buttons.
    """
    nodes = tuple(nodes)
    keys = {
        id(part)
        for call in nodes
        if isinstance(call, ast.Call) and call.args and _name(call.func) in WORDS
        for part in ast.walk(call.args[0])
    }
    kinds = {kind.value for kind in StoredKind if "." in kind}
    for node in nodes:
        if isinstance(node, ast.Constant) and node.value in kinds and id(node) not in keys:
            yield node.lineno, str(node.value)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_no_kind_is_spelled_outside_the_enum() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {literal!r}"
        for path in files_in("bot", "cogs", "db")
        if path.name != HOME and "migrations" not in path.parts
        for line, literal in spelled_kinds(nodes_of(path))
    ]
    assert not found, "take these from StoredKind:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("tell(session, 'outing.draft')", [(1, "outing.draft")]),
        ("\nQUIET = ('alert.unsafe', kind)", [(2, "alert.unsafe")]),
        ("reader.t('delivery.waits' if one else 'delivery.all_wait')", []),
        ("post('alert.unsafely')", []),
    ],
)
def test_a_spelled_kind_is_found(source: str, found: list[tuple[int, str]]) -> None:
    assert list(spelled_kinds(ast.walk(ast.parse(source)))) == found


def test_values_in_databases_out_there_are_kept() -> None:
    assert {kind.value for kind in StoredKind} >= SHIPPED


@pytest.mark.parametrize("kind", StoredKind)
def test_a_kind_fits_its_column_and_says_who_may_take_it_along(kind: StoredKind) -> None:
    assert len(kind) <= 32
    assert isinstance(kind.exported_to, ExportedTo)
    assert str(kind) == f"{kind}" == kind.value


def test_the_quiet_alarm_is_in_no_export_of_those_it_is_sent_to() -> None:
    assert {kind.value for kind in KEPT_FROM_RECIPIENTS} == {"alert.unsafe", "alert.unsafe_turn", "alert.unsafe_edit"}


async def test_each_kind_is_handled_by_exactly_one_cog() -> None:
    nothing: Any = None
    client = Backpedal(App(nothing, nothing, nothing, system_clock, nothing), nothing, EXTENSIONS)
    await client.load_everything()
    declared = Counter(kind.name for cog in client.cogs.values() for kind in _declared_by(cog))
    handled = {name for name, kind in client.kinds.items() if kind.fires or kind.draw is not None}
    await client.close()
    assert declared == Counter(StoredKind), "StoredKind and the cogs disagree"
    assert handled == set(StoredKind)


def _declared_by(cog: Any) -> list[Any]:
    return [*getattr(cog, "kinds", ()), *map(kind_of, getattr(cog, "nudges", ()))]
