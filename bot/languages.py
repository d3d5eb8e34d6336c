"""The shipped languages and their formatting traits.

A language is the folder `bot/locales/<language>/`: `language.toml` (its traits), `vocabulary.py` (the words members
type) and the catalogue (the sentences members read). Every folder that has the first two is shipped; no list names it.
"""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol, get_group_symbol

FOLDER = Path(__file__).parent / "locales"
DEFAULT = "en"
"""The language of members who have chosen none; its catalogue is complete by definition."""


def _shipped() -> tuple[str, ...]:
    found = {file.parent.name for file in FOLDER.glob("*/language.toml") if (file.parent / "vocabulary.py").exists()}
    return (DEFAULT, *sorted(found - {DEFAULT}))


LANGUAGES = _shipped()
"""Shipped languages, the default first."""


@cache
def _traits(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / language / "language.toml").read_text(encoding="utf-8"))


@cache
def locale_of(language: str) -> Locale:
    """Return Babel's data for a shipped language: plural forms, numbers, dates, lists and names."""
    return Locale.parse(_traits(language)["locale"])


def day_first(language: str) -> bool:
    """Whether `3/4` can only mean 3 April, not 4 March."""
    return bool(_traits(language)["day_first"])


@cache
def twelve_hour(language: str, discord_locale: str | None) -> bool:
    """Whether a reader's hours are written `6:30 PM` instead of `18:30`.

    Discord's locale decides, as it does for Discord's own timestamps; but if the reader chose another shipped language,
    the habit of that language decides.

    Args:
        language: the shipped language in which the reader reads.
        discord_locale: such as `en-US`; None if unknown.
    """
    locale = locale_of(language)
    base = (discord_locale or "").split("-")[0]
    if base == language or base not in LANGUAGES:
        with suppress(UnknownLocaleError, ValueError):
            locale = Locale.parse(discord_locale or "", sep="-")
    pattern = re.sub("'[^']*'", "", locale.time_formats["short"].pattern)
    return "h" in pattern or "K" in pattern


@cache
def decimal_sign(language: str) -> str:
    """Return the decimal separator."""
    return str(get_decimal_symbol(locale_of(language)))


@cache
def group_sign(language: str) -> str:
    """Return the thousands separator."""
    return str(get_group_symbol(locale_of(language)))


@cache
def language_name(language: str, reader: str) -> str:
    """Return a language's name in the language of `reader`, as written within a sentence: German, Deutsch."""
    return str(locale_of(reader).languages.get(locale_of(language).language) or language)


def own_name(language: str) -> str:
    """Return a language's name in that language, as written by itself: English, Deutsch."""
    name = language_name(language, language)
    return name[0].upper() + name[1:]
