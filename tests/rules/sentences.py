"""The sentences of the catalogues."""

from __future__ import annotations

from bot.i18n import Message, catalogue

NAMES = "commands.names."
"""Names of commands and options. In English they are the names in the code, so only other languages have these keys."""


def sentences(language: str) -> dict[str, Message]:
    return {key: message for key, message in catalogue(language).items() if not key.startswith(NAMES)}


def forms(message: Message) -> dict[str, str]:
    return {"": message} if isinstance(message, str) else dict(message)
