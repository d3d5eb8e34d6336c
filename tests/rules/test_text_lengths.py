"""No sentence exceeds Discord's limit for its place, in any language; longer ones would be cut or refused."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from bot.i18n import catalogue
from bot.languages import DEFAULT, LANGUAGES
from tests.rules.source_code import files_in, nodes_of, text_of


@dataclass(frozen=True)
class Place:
    """An argument whose length Discord limits.

    Attributes:
        call: name of the function or class.
        position: position of the argument, if it may be positional.
        name: name of the argument.
        limit: characters. Source: Discord's reference of components and application commands.
    """

    call: str
    position: int | None
    name: str
    limit: int


PLACES = (
    Place("Form", 0, "title", 45),
    Place("Field", 1, "label", 45),
    Place("Field", 3, "placeholder", 100),
    Place("Pick", 0, "label", 45),
    Place("Label", None, "text", 45),
    Place("Label", None, "description", 100),
    Place("TextInput", None, "placeholder", 100),
    Place("button", 0, "label", 80),
    Place("select", None, "placeholder", 150),
    Place("RoleSelect", None, "placeholder", 150),
    Place("ChannelSelect", None, "placeholder", 150),
    Place("UserSelect", None, "placeholder", 150),
    Place("SelectOption", None, "label", 100),
    Place("SelectOption", None, "description", 100),
    Place("spoken", 0, "key", 100),
)
ASKS = {"t", "translate", "spoken"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def limited() -> dict[str, int]:
    """Return each key shown in such a place, with the smallest limit."""
    found: dict[str, int] = {}
    for file in files_in("bot", "cogs"):
        for around in nodes_of(file):
            if not isinstance(around, Function | ast.Module):
                continue
            for call in ast.walk(around):
                for place in PLACES:
                    if isinstance(call, ast.Call) and callee(call) == place.call and (shown := argument(call, place)):
                        for key in keys_in(shown, around, spoken=place.call == "spoken"):
                            found[key] = min(place.limit, found.get(key, place.limit))
    return found


def callee(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def argument(call: ast.Call, place: Place) -> ast.expr | None:
    named = next((one.value for one in call.keywords if one.arg == place.name), None)
    if named is None and place.position is not None and len(call.args) > place.position:
        return call.args[place.position]
    return named


def keys_in(shown: ast.expr, around: ast.AST, *, spoken: bool) -> Iterator[str]:
    """Yield the keys of a shown text, used in place or assigned to a name in the enclosing function."""
    if spoken:
        yield from keys_of(shown)
        return
    for node in ast.walk(shown):
        if isinstance(node, ast.Call) and callee(node) in ASKS and node.args:
            yield from keys_of(node.args[-1] if callee(node) == "translate" else node.args[0])
        elif isinstance(node, ast.Name) and isinstance(around, Function):
            for value in values_of(node.id, around):
                yield from keys_in(value, ast.Module([], []), spoken=False)


def values_of(name: str, around: Function) -> Iterator[ast.expr]:
    for node in ast.walk(around):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == name:
                yield node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=False)
                yield from (value for one, value in pairs if isinstance(one, ast.Name) and one.id == name)


def keys_of(asked: ast.expr) -> Iterator[str]:
    """Yield keys by name, or all that match an f-string."""
    if isinstance(asked, ast.JoinedStr):
        pattern = "".join(re.escape(p.value) if isinstance(p, ast.Constant) else "[a-z0-9_]+" for p in asked.values)
        yield from (key for key in catalogue(DEFAULT) if re.fullmatch(pattern, key) and key not in asked_by_name())
    elif isinstance(asked, ast.IfExp):
        yield from keys_of(asked.body)
        yield from keys_of(asked.orelse)
    elif isinstance(asked, ast.Constant) and asked.value in catalogue(DEFAULT):
        yield asked.value


@cache
def asked_by_name() -> frozenset[str]:
    """Return keys that the code spells out, which f-strings are not meant for."""
    code = "".join(map(text_of, files_in("bot", "cogs")))
    return frozenset(re.findall(r'"([a-z_]+(?:\.[a-z0-9_]+)+)"', code))


def bare(text: str) -> str:
    """Return a sentence without its placeholders."""
    return "".join(literal for literal, *_ in string.Formatter().parse(text))


def test_the_places_are_found() -> None:
    found = limited()
    assert sum(limit == 45 for limit in found.values()) >= 35
    assert len(found) >= 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_fits_where_it_is_shown(language: str) -> None:
    messages = catalogue(language)
    long = []
    for key, limit in limited().items():
        message = messages[key]
        forms = [message] if isinstance(message, str) else list(message.values())
        long += [f"{key}: {len(bare(form))} of {limit}" for form in forms if len(bare(form)) > limit]
    assert long == []
