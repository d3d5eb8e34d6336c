"""The languages shipped, and what each formats by.

A language is the folder `bot/locales/<language>/`: `language.toml` (its traits), `vocabulary.py` (the words members
type) and the catalogue (the sentences members read). A folder that has the first two is a language shipped; nothing
else names it.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol

FOLDER = Path(__file__).parent / "locales"
DEFAULT = "en"
"""The language of whoever has chosen none; its catalogue is complete by definition."""


def _shipped() -> tuple[str, ...]:
    found = {file.parent.name for file in FOLDER.glob("*/language.toml") if (file.parent / "vocabulary.py").exists()}
    return (DEFAULT, *sorted(found - {DEFAULT}))


LANGUAGES = _shipped()
"""Languages shipped, the default first."""


@cache
def _traits(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / language / "language.toml").read_text(encoding="utf-8"))


@cache
def locale_of(language: str) -> Locale:
    """Babel's data for a shipped language: plural forms, numbers, dates, lists and names."""
    return Locale.parse(_traits(language)["locale"])


def day_first(language: str) -> bool:
    """Whether `3/4` is 3 April, and not also 4 March."""
    return bool(_traits(language)["day_first"])


@cache
def decimal_sign(language: str) -> str:
    """What stands before the decimals of a number."""
    return str(get_decimal_symbol(locale_of(language)))


@cache
def group_sign(language: str) -> str:
    """What stands between groups of thousands."""
    return str(get_group_symbol(locale_of(language)))


@cache
def language_name(language: str, reader: str) -> str:
    """What a language is called in the language of `reader`, as it stands within a sentence: German, Deutsch."""
    return str(locale_of(reader).languages.get(locale_of(language).language) or language)


def own_name(language: str) -> str:
    """A language in its own words, as it stands by itself: English, Deutsch."""
    name = language_name(language, language)
    return name[0].upper() + name[1:]
