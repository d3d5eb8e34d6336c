"""The words that members type, of all languages at once, so that the configured language does not matter."""

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
"""The vocabulary of each language, from its folder."""
WORDS = reduce(or_, VOCABULARIES.values())
"""All vocabularies joined. `rewrites` resolves words that two languages use differently."""


def any_of(words: Iterable[str]) -> str:
    """Return a regular expression that matches any of these words, longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _compiled(rules: Iterable[tuple[str, str]]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compile once and cache: `re` caches fewer patterns, and each keystroke of an autocomplete applies them all."""
    return tuple((re.compile(pattern), replacement) for pattern, replacement in rules)


_REWRITES, _RECURRING, _HALVES = _compiled(WORDS.rewrites), _compiled(WORDS.recurring), _compiled(WORDS.halves)
TWOFOLD = tuple((re.compile(pattern), replacements, nearest) for pattern, replacements, nearest in WORDS.twofold)


def rewritten(words: str) -> str:
    """Return a plain text with its ambiguous words resolved by `rewrites`."""
    return _apply(_REWRITES, words)


def with_series_words(words: str) -> str:
    """Return a plain text with every phrase for a series in its canonical form."""
    return _apply(_RECURRING, words)


def with_halves(words: str) -> str:
    """Return a plain text with phrases such as `two and a half` replaced by one number."""
    return _apply(_HALVES, words)


def _apply(rules: tuple[tuple[re.Pattern[str], str], ...], words: str) -> str:
    for pattern, replacement in rules:
        words = pattern.sub(replacement, words)
    return words
