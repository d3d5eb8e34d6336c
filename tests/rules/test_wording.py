"""How texts are worded for those who see them on a phone or hear them: words before signs, commands as mentions."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator

import pytest
from discord import app_commands

from bot.client import Backpedal
from bot.command_mentions import CommandMentions
from bot.languages import LANGUAGES
from tests.rules.sentences import forms, sentences
from tests.rules.source_code import ROOT, files_in, nodes_of

MARKUP = re.compile(r"(?:-# |#{1,3} |- |\d\. |[*_>• ])+")


def begins_with(line: str) -> str:
    """Return the emoji with which a line of markdown begins, or an empty string."""
    first = MARKUP.sub("", line, count=1)[:1] if MARKUP.match(line) else line[:1]
    return first if unicodedata.category(first or " ") == "So" else ""


SIGNS_FIRST = {
    "alerts.": "An alarm is recognized in a notification, before it is read.",
    "course.home.": "An alarm that is running stands above everything else.",
    "imports.twins.": "The sign is the name by which the buttons below mean one of the two runs.",
    "runs.list.": "A sign within a row, behind the day.",
}
"""Keys whose texts may begin with a sign, with the reason."""
WARNING = "⚠"
"""May begin any text: it is read out as the word "warning"."""


def lines(language: str) -> Iterator[tuple[str, str]]:
    for key, message in sentences(language).items():
        for form in forms(message).values():
            yield from ((key, line) for line in form.splitlines() if line)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_come_before_signs(language: str) -> None:
    """A screen reader reads the name of each emoji: "mantelpiece clock Berlin"."""
    begun = [
        (key, line)
        for key, line in lines(language)
        if not key.startswith(tuple(SIGNS_FIRST))
        if begins_with(line) not in ("", WARNING)
    ]
    assert begun == []


def test_each_exception_is_needed() -> None:
    begun = {key for language in LANGUAGES for key, line in lines(language) if begins_with(line)}
    assert [start for start in SIGNS_FIRST if not any(key.startswith(start) for key in begun)] == []


def test_every_button_has_a_word() -> None:
    """An arrow or emoji alone says nothing when it is read out."""
    wordless = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in files_in("bot", "cogs")
        for node in nodes_of(file)
        if isinstance(node, ast.Call)
        for label in labels(node)
        if isinstance(label, ast.Constant) and not re.search(r"[^\W\d]{2}", str(label.value))
    ]
    assert wordless == []


def labels(call: ast.Call) -> list[ast.expr]:
    """Return the label with which a call creates a button."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ("button", "tab"):
        return call.args[:1]
    return [word.value for word in call.keywords if name == "Button" and word.arg == "label"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_of_a_button_has_a_word(language: str) -> None:
    wordless = [
        (key, line) for key, line in lines(language) if ".button." in key and not re.search(r"[^\W\d]{2}", line)
    ]
    assert wordless == []


PLAIN = re.compile(r"\.commands\.|^try\.(page|person|rooms)\.")
"""Descriptions of commands, where Discord shows no mentions, and the index page of the try mode."""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_named_command_can_be_tapped(language: str, client: Backpedal) -> None:
    walked = client.tree.walk_commands()
    commands = [one.qualified_name for one in walked if isinstance(one, app_commands.Command)]
    mentions = CommandMentions()
    mentions.learn(dict.fromkeys((name.split()[0] for name in commands), 1), commands)
    groups = {name.split()[0] for name in commands}
    bare = [
        (key, found[0])
        for key, line in lines(language)
        if not PLAIN.search(key)
        for found in re.finditer(r"(?<![\w</:.])/([a-z]+)", mentions.in_text(line))
        if found[1] in groups
    ]
    assert bare == []


PLACEHOLDER = re.compile(r"\{[^}]*\}")
REPLACED = {
    "en": {
        "somebody": "someone", "everybody": "everyone", "no one": "nobody", "board(?<!leaderboard)s?": "leaderboard",
        "both ways(?<!works both ways)": "mixed", "eyes": "spotter",
    },
    "de": {"Tafeln?": "Bestenliste", "Stupser": "Hinweis", "Augen": "Begleitung", "Spotter": "Begleitung"},
}  # fmt: skip
"""Words that other words of `bot/locales/README.md` replaced, by language, as patterns."""


@pytest.mark.parametrize("language", REPLACED)
def test_one_thing_has_one_word(language: str) -> None:
    used = [
        (key, word, instead)
        for key, line in lines(language)
        if not key.startswith("try.")  # buttons of the try mode, which Discord shows in English
        for word, instead in REPLACED[language].items()
        if re.search(rf"\b{word}\b", PLACEHOLDER.sub("", line), re.IGNORECASE if language == "en" else 0)
    ]
    assert used == []
