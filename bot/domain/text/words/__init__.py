"""The words members type, of every language at once: nobody has to remember which one the bot is set to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import reduce
from importlib import import_module
from operator import or_

from bot.domain.text.words.vocabulary import Vocabulary
from bot.languages import LANGUAGES

VOCABULARIES: Mapping[str, Vocabulary] = {
    language: import_module(f"bot.locales.{language}.vocabulary").VOCABULARY for language in LANGUAGES
}
"""What each language's folder declares."""
WORDS = reduce(or_, VOCABULARIES.values())
"""All vocabularies as one. A word that two languages use differently is sorted out by `rewrites`."""


def any_of(words: Iterable[str]) -> str:
    """A regular expression for one of these words, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _compiled(rules: Iterable[tuple[str, str]]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compiled once: they are more than `re` keeps, and each keystroke of an autocomplete applies them all."""
    return tuple((re.compile(pattern), replacement) for pattern, replacement in rules)


_REWRITES, _RECURRING, _HALVES = _compiled(WORDS.rewrites), _compiled(WORDS.recurring), _compiled(WORDS.halves)
TWOFOLD = tuple((re.compile(pattern), replacements, nearest) for pattern, replacements, nearest in WORDS.twofold)


def rewritten(words: str) -> str:
    """A plain text with its words of several meanings sorted out."""
    return _apply(_REWRITES, words)


def with_series_words(words: str) -> str:
    """A plain text with every way to say a series made one."""
    return _apply(_RECURRING, words)


def with_halves(words: str) -> str:
    """A plain text with its `two and a half` as one number."""
    return _apply(_HALVES, words)


def _apply(rules: tuple[tuple[re.Pattern[str], str], ...], words: str) -> str:
    for pattern, replacement in rules:
        words = pattern.sub(replacement, words)
    return words
