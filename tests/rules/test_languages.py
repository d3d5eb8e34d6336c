"""A language is a folder: no other code names a language or contains its words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache

import discord
import pytest

from bot.domain.text.words import VOCABULARIES
from bot.domain.text.words.plain import plain
from bot.languages import DEFAULT, LANGUAGES, twelve_hour
from tests.rules.source_code import ROOT, files_in, nodes_of

SAMPLES = {"bot/preview/club.py", "bot/preview/history.py"}
"""The people of the try mode and what they write; that somebody speaks German is data."""
FILES_READ = "bot/files"
"""Words that devices write into files, in the devices' languages."""


@cache
def strings() -> list[tuple[str, str]]:
    """Return every string in the code but docstrings, with its location."""
    found = []
    for file in files_in("bot", "cogs", "db"):
        name = file.relative_to(ROOT).as_posix()
        if name.startswith("bot/locales/") or name in SAMPLES:
            continue
        prose = {id(node.value) for node in nodes_of(file) if isinstance(node, ast.Expr)}
        found += [
            (node.value, f"{name}:{node.lineno}")
            for node in nodes_of(file)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
        ]
    return found


def words(value: object) -> Iterator[str]:
    """Yield the words of one field of a vocabulary."""
    if isinstance(value, str):
        yield from re.findall("[a-z]{4,}", plain(value, 1000))
    elif isinstance(value, Iterable):
        for one in value:
            yield from words(one)


def vocabulary(language: str) -> set[str]:
    patterns = {"rewrites", "recurring", "twofold", "halves", "cities", "zone_aliases"}
    named = VOCABULARIES[language]
    return {word for f in fields(named) if f.name not in patterns for word in words(getattr(named, f.name))}


def test_no_code_names_a_language() -> None:
    named = [where for text, where in strings() if text in LANGUAGES and not where.startswith("bot/languages.py")]
    assert named == []


def test_no_code_holds_the_words_of_a_language() -> None:
    """Words of the default language are allowed: input in other languages is rewritten into them."""
    english = vocabulary(DEFAULT)
    others = set().union(*(vocabulary(language) for language in LANGUAGES if language != DEFAULT)) - english
    held = [
        f"{where} {word}"
        for text, where in strings()
        if not where.startswith(FILES_READ) and not text.startswith("http")
        for word in re.findall("[a-z]+", text.casefold())
        if word in others
    ]
    assert held == []


@pytest.mark.parametrize(
    ("language", "locale", "twelve"),
    [
        ("en", "en-US", True),
        ("en", "en-GB", False),
        ("de", "de", False),
        ("de", "en-US", False),  # German was chosen in the settings
        ("en", "de", False),  # and here English
        ("en", "fr", False),
        ("en", "hi", True),  # Hindi is not shipped, but its hours are known
        ("en", None, False),
        ("en", "xx", False),
    ],
)
def test_the_form_of_hours(language: str, locale: str | None, twelve: bool) -> None:
    assert twelve_hour(language, locale) is twelve


def test_every_locale_of_discord_has_a_form_of_hours() -> None:
    assert {twelve_hour(language, locale.value) for language in LANGUAGES for locale in discord.Locale} == {True, False}


def test_no_hour_is_formatted_by_hand() -> None:
    """With `Localizer.hour` and `hour_at`, which know the reader's form; or as a Discord timestamp."""
    formatted = [
        f"{name}:{node.lineno}"
        for file in files_in("cogs", "bot/interactions", "bot/services", "bot/delivery")
        for node in nodes_of(file)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"%-?[HI]:?.*|:00", node.value)
        if (name := file.relative_to(ROOT).as_posix()) not in HOURS_IN_LOGS
    ]
    assert formatted == []


HOURS_IN_LOGS = {"bot/delivery/sending.py"}
TYPED_LISTS = {"bot/domain/partners/availability.py", "cogs/partners/availability_view.py"}
"""Values shown as typed and parsed again; commas are part of their syntax."""
FOR_OPERATORS = ("bot/config.py", "bot/delivery/drop_log.py", "bot/worker/")
"""Log lines, and faults of the configuration."""


def test_a_list_in_a_sentence_is_joined_by_its_language() -> None:
    """With `Localizer.both` and `either`; a comma alone is right in few languages."""
    joined = [
        f"{name}:{node.lineno}"
        for file in files_in("bot", "cogs")
        if (name := file.relative_to(ROOT).as_posix()) not in TYPED_LISTS and not name.startswith(FOR_OPERATORS)
        for node in nodes_of(file)
        if isinstance(node, ast.Attribute)
        if node.attr == "join" and isinstance(node.value, ast.Constant) and node.value.value == ", "
    ]
    assert joined == []
