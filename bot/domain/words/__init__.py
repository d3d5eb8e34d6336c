"""The words members type, of every language at once: nobody has to remember which one the bot is set to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.domain.words.de import GERMAN
from bot.domain.words.en import ENGLISH

WORDS = ENGLISH | GERMAN
"""All vocabularies as one. A word that two languages use differently is sorted out by `rewrites`."""


def any_of(words: Iterable[str]) -> str:
    """A regular expression for one of these words, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"
