"""Texts for Discord are escaped in the views; rules and services pass names on as typed."""

from __future__ import annotations

import ast

import pytest

from bot.errors import Conflict
from bot.localizer import Localizer
from tests.rules.source_code import files_in, nodes_of

ESCAPING = {"escaped", "escape_markdown", "escape_mentions"}


@pytest.mark.parametrize("room", ["services", "domain"])
def test_nothing_is_escaped_below_the_cards(room: str) -> None:
    files = files_in(f"bot/{room}")
    nodes = [(file.name, node) for file in files for node in nodes_of(file)]
    named = {(file, node.id) for file, node in nodes if isinstance(node, ast.Name)}
    named |= {(file, node.attr) for file, node in nodes if isinstance(node, ast.Attribute)}
    assert len(files) > 20
    assert [one for one in named if one[1] in ESCAPING] == []


def test_names_in_a_failure_are_escaped_and_cut() -> None:
    reader = Localizer()
    assert r"\*\*Bob\*\* @" + "\u200beveryone" in reader.error(
        Conflict("alerts.contact.named", name="**Bob** @everyone")
    )
    assert "x" * 59 + "…" in reader.error(Conflict("alerts.contact.named", name="x" * 61))
    places = reader.error(Conflict("avail.place.unknown", typed="_a_", places=("*b*", "c")))
    assert r"\_a\_" in places
    assert r"\*b\* and c" in places
