"""The words members type, of every language at once: nobody has to remember which one the bot is set to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.domain.text.words.de import GERMAN
from bot.domain.text.words.en import ENGLISH

VOCABULARIES = {"en": ENGLISH, "de": GERMAN}
DAY_FIRST = frozenset(language for language, words in VOCABULARIES.items() if words.day_first)
"""Languages that settle the order in `3/4`."""
DECIMAL_COMMA = frozenset(language for language, words in VOCABULARIES.items() if words.decimal_comma)
"""Languages that write 3,5 for three and a half."""
WORDS = ENGLISH | GERMAN
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
