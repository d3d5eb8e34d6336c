"""Every sentence in every language, and every key that code uses."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.i18n import Message, catalogue
from bot.languages import FOLDER, LANGUAGES, locale_of
from tests.rules.sentences import NAMES, forms, sentences
from tests.rules.source_code import ROOT, files_in, nodes_of

ENGLISH = catalogue("en")
OTHERS = [language for language in LANGUAGES if language != "en"]
ROOMS = ("bot", "cogs", "db")
FILES = sorted((ROOT / "bot" / "locales" / "en").glob("*/**/*.toml"))
AREAS = sorted(file.stem for file in FILES)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_the_same_areas_and_keys(language: str) -> None:
    here, english = (ROOT / "bot" / "locales" / name for name in (language, "en"))
    assert sorted(f.relative_to(here) for f in here.glob("*/**/*.toml")) == [f.relative_to(english) for f in FILES]
    assert set(sentences(language)) ^ set(ENGLISH) == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_the_same_placeholders(language: str) -> None:
    for key, message in sentences(language).items():
        # A plural form may spell out "one", so the forms are compared together.
        ours, english = (set().union(*map(placeholders, forms(one).values())) for one in (message, ENGLISH[key]))
        assert ours == english, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plural_has_the_forms_of_its_language_and_is_chosen_by_count(language: str) -> None:
    wanted = set(locale_of(language).plural_form.tags) | {"other"}
    for key, message in sentences(language).items():
        assert isinstance(message, str) == isinstance(ENGLISH[key], str), key
        if not isinstance(message, str):
            assert wanted - {"many"} <= set(message) <= wanted, key  # a missing `many` falls back to `other`
            assert "count" in placeholders(message["other"]), key


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_equals_the_english_one_only_where_the_language_says_so(language: str) -> None:
    same = {key for key, message in sentences(language).items() if message == ENGLISH[key] and worded(message)}
    traits = tomllib.loads((FOLDER / language / "language.toml").read_text(encoding="utf-8"))
    assert sorted(same) == traits.get("same_as_english", [])


def worded(message: Message) -> bool:
    """Whether a message contains anything but placeholders, numbers and signs."""
    text = "".join(literal for form in forms(message).values() for literal, _, _, _ in string.Formatter().parse(form))
    return any(letter.isalpha() for letter in text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_has_no_loose_ends(language: str) -> None:
    for key, message in sentences(language).items():
        for text in forms(message).values():
            assert text == text.strip(), key
            assert text, key


@pytest.mark.parametrize("language", OTHERS)
def test_a_name_is_one_that_discord_takes(language: str) -> None:
    for key, name in catalogue(language).items():
        if key.startswith(NAMES) and key[len(NAMES) :].islower():  # a menu's name may be any text
            assert re.fullmatch(r"[-_\w]{1,32}", str(name)), key
            assert name == str(name).lower(), key


@pytest.mark.parametrize("language", OTHERS)
def test_a_command_is_written_with_the_options_that_discord_shows(language: str) -> None:
    """`/log strecke:5k`, not `/log distance:5k`; except in the try mode, where Discord shows the English names."""
    names = {key[len(NAMES) :]: name for key, name in catalogue(language).items() if key.startswith(NAMES)}
    english = {name for name, shown in names.items() if name != shown}
    for key, message in sentences(language).items():
        for text in forms(message).values() if not key.startswith("try.") else ():
            for command in re.findall(r"/[a-z]+(?: \w+(?::[^\s`]+)?)+", text):
                assert not {word.partition(":")[0] for word in command.split()} & english, key


@cache
def code() -> list[tuple[Path, tuple[ast.AST, ...]]]:
    """Return every file with all nodes of its syntax tree."""
    return [(file, nodes_of(file)) for file in files_in(*ROOMS)]


def literals() -> Iterator[tuple[str, str]]:
    """Yield every string in the code that looks like a key (an area, a dot, and more), and its location."""
    tops = {f"{area}.{table}" for area in AREAS for table in tables(area)}
    for file, nodes in code():
        parts = {id(value) for node in nodes if isinstance(node, ast.JoinedStr) for value in node.values}
        for node in nodes:
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in parts:
                continue
            area, _, rest = node.value.partition(".")
            if f"{area}.{rest.partition('.')[0]}" in tops and node.value.replace(".", "").replace("_", "").isalnum():
                yield node.value, f"{file.relative_to(ROOT)}:{node.lineno}"


def tables(area: str) -> list[str]:
    return [table for file in FILES if file.stem == area for table in tomllib.loads(file.read_text(encoding="utf-8"))]


def test_no_two_files_are_one_area() -> None:
    assert len(set(AREAS)) == len(AREAS)


def test_every_key_in_the_code_exists() -> None:
    missing = {f"{key} ({where})" for key, where in literals() if key not in ENGLISH and not is_table(key)}
    assert missing == set()


def is_table(key: str) -> bool:
    return any(known.startswith(f"{key}.") for known in ENGLISH)


def test_every_key_is_used() -> None:
    """Keys are used by name, or by an f-string with a literal prefix."""
    exact = {key for key, _ in literals()}
    begun = set(beginnings())
    unused = {key for key in ENGLISH if key not in exact and not any(key.startswith(start) for start in begun)}
    assert unused == set()


def beginnings() -> Iterator[str]:
    """Yield the literal prefixes of f-strings that look like keys, and tables used as a whole."""
    for _, nodes in code():
        for node in nodes:
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                if start.partition(".")[0] in AREAS and "." in start:
                    yield start
    yield from (f"{key}." for key, _ in literals() if is_table(key))
