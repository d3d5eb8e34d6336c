"""Catalogues: every sentence a member reads, by key, in every shipped language.

A catalogue is the folder `bot/locales/<language>/`. Each TOML file in one of its subject folders is an area, named
after the file regardless of its folder, and a key is `area.table.name`. A value is a whole sentence with placeholders
(`{distance_m}`), or a table of plural forms (`one`, `other`) chosen by `{count}`. English is complete by definition; a
test compares the others with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache

from bot.languages import FOLDER, LANGUAGES, locale_of

PLURAL_FORMS = frozenset({"zero", "one", "two", "few", "many", "other"})

Message = str | Mapping[str, str]
"""A sentence, or its plural forms."""


@cache
def catalogue(language: str) -> Mapping[str, Message]:
    """Return all messages of one shipped language, by dotted key.

    Raises:
        KeyError: the language is not shipped.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    messages: dict[str, Message] = {}
    for file in sorted((FOLDER / language).glob("*/**/*.toml")):
        with file.open("rb") as stream:
            _flatten(file.stem, tomllib.load(stream), messages)
    return messages


def _flatten(prefix: str, table: Mapping[str, object], into: dict[str, Message]) -> None:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, str):
            into[key] = value
        elif isinstance(value, dict):
            if set(value) <= PLURAL_FORMS and "other" in value:
                into[key] = value
            else:
                _flatten(key, value, into)
        else:
            raise TypeError(f"{key}: a message is text or a table of plural forms, not {type(value).__name__}")


@cache
def shipped(language: str | None) -> str | None:
    """Return the shipped language for a tag such as `de`, `de-AT` or Discord's `en-GB`, or None."""
    base = (language or "").replace("_", "-").split("-")[0].lower()
    return base if base in LANGUAGES else None


def translate(language: str, key: str, params: Mapping[str, object] | None = None) -> str:
    """Return the sentence `key` in `language`, its placeholders filled with `params` unchanged.

    To format units, dates and typed text for a reader, call `bot.localizer.Localizer.t`.

    Raises:
        KeyError: no such key, or a placeholder without a value.
    """
    params = params or {}
    message = catalogue(language)[key]
    if not isinstance(message, str):
        count = params["count"]
        assert isinstance(count, int | float)
        form = locale_of(language).plural_form(count)
        message = message.get(form, message["other"])
    return message.format_map(params)


def as_option(text: str) -> str:
    """Return a text with a capital first letter, as the options of menus and commands begin."""
    return text[:1].upper() + text[1:]
