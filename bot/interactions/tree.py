"""The command tree, and the only place where a failure becomes words."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import secrets
from typing import Any

import discord
from discord import app_commands

from bot.context import BotClient
from bot.discretion import marked
from bot.errors import BadInput, MemberError, Unavailable
from bot.i18n import catalogue, shipped
from bot.interactions.responses import BROKEN, GONE, LOST, respond
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.members import people

log = logging.getLogger(__name__)

TEXT_LIMIT = 500
"""Characters that any option takes at most: those of a note."""
TOLD = {
    "errors.database.full": "errors.database.full_told",
    "errors.database.broken": "errors.database.broken_told",
    "errors.database.unreadable": "errors.database.unreadable_told",
}
"""What is said instead once the operator has been told."""


def reader_in(interaction: discord.Interaction) -> Localizer:
    """How the one who speaks reads; by Discord's locale alone while nothing more is known."""
    known: Localizer | None = interaction.extras.get("reader")
    return known or Localizer(language=shipped(interaction.locale.value) or LANGUAGES[0])


async def _find_reader(interaction: discord.Interaction[BotClient], error: BaseException) -> Localizer:
    """How the one who speaks reads, also where the input is refused before the handler has met them.

    Only then the database is asked: another error can be that it does not answer.
    """
    if isinstance(error, BadInput) and "reader" not in interaction.extras:
        with contextlib.suppress(MemberError):
            known = await people.known_reader(
                interaction.client.app.database, interaction.user.id, interaction.guild_id
            )
            if known is not None:
                interaction.extras["reader"] = known
    return reader_in(interaction)


def cause_of(error: BaseException) -> BaseException:
    """The failure inside discord.py's wrappings."""
    while True:
        inner = getattr(error, "original", None) or (
            error.__cause__ if isinstance(error, app_commands.TransformerError) else None
        )
        if not isinstance(inner, BaseException):
            return error
        error = inner


_LISTED = (
    dict.fromkeys(("log", "run", "runs", "import"), "/runs list")
    | dict.fromkeys(("remind", "nudging"), "/remind list")
    | dict.fromkeys(("partner", "call", "outing", "ask", "spotter", "round"), "/partner mine")
)
"""What shows one's own things, by the first word of a command or custom id."""


async def respond_to_error(interaction: discord.Interaction[BotClient], error: BaseException) -> None:
    """Answer a failure, always and only to the one who caused it.

    A `MemberError` is said in its own words. Anything else gets an apology with a reference that stands in the log
    beside the traceback; it leaves open what was done, since what failed may have been only the telling.
    """
    error = cause_of(error)
    if isinstance(error, discord.HTTPException) and error.code in GONE:
        log.info("interaction %s was answered already or came too late", interaction.id)
        return
    reader = await _find_reader(interaction, error)
    if isinstance(error, MemberError):
        told = isinstance(error, Unavailable) and await interaction.client.app.operator.told_of(error)
        words = reader.t(TOLD[error.key]) if told else reader.error(error)
    elif isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        words = reader.t("errors.command.changed")
    elif isinstance(error, app_commands.NoPrivateMessage):
        words = reader.t("errors.guild.only")
    else:
        reference = secrets.token_hex(3)
        what = _what(interaction)
        log.error("reference %s: %s failed", reference, what, exc_info=error, extra=marked(what))
        if "shown" in interaction.extras:
            words = reader.t("errors.afterwards", reference=reference)
        elif list_command := list_command_of(interaction):
            words = reader.t("errors.unexpected", reference=reference, list=list_command)
        else:
            words = reader.t("errors.unexpected_alone", reference=reference)
    if interaction.type is discord.InteractionType.autocomplete:
        with contextlib.suppress(*LOST):
            await interaction.response.autocomplete([])
        return
    try:
        await say_privately(interaction, words)
    except discord.HTTPException as failed:
        log.warning("a failure could not be told: %s", failed)


async def say_privately(interaction: discord.Interaction, words: str) -> None:
    """Say something that only this person reads, whatever was answered or deferred before.

    Where no connection holds, nothing is raised: nothing else could be said either.
    """
    try:
        await respond(interaction, private=True, content=words)
    except BROKEN as error:
        log.warning("interaction %s could not be told: %r", interaction.id, error)


def list_command_of(interaction: discord.Interaction) -> str | None:
    """The command that shows whether something of what was asked for is done; None where there is none."""
    return _LISTED.get(re.split("[ :]", _what(interaction).removeprefix("/"), maxsplit=1)[0])


def _what(interaction: discord.Interaction) -> str:
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    data: Any = interaction.data or {}
    return str(data.get("custom_id", interaction.type.name))


def _exceeded(interaction: discord.Interaction) -> int | None:
    """The length that a text of this command has and should not; None where all are as short as they should be."""
    command = interaction.command
    if not isinstance(command, app_commands.Command):
        return None
    for parameter in command.parameters:
        text, limit = getattr(interaction.namespace, parameter.name, None), parameter.max_value
        longest = limit if isinstance(limit, int) else TEXT_LIMIT
        if isinstance(text, str) and len(text) > longest:
            return longest
    return None


class Tree(app_commands.CommandTree[BotClient]):
    """The tree, whose failures go through `respond_to_error`."""

    async def interaction_check(self, interaction: discord.Interaction[BotClient], /) -> bool:
        """Refuse who asks too often, and texts longer than their options take; count the others as in hand.

        Discord asks its own clients to keep an option's length, and lets 6,000 characters through where none is told.
        A stop answers those in hand first.
        """
        if not await self.client.admits(interaction):
            return False
        task = asyncio.current_task()
        if task is not None:
            self.client.hold(task, interaction)
        limit = _exceeded(interaction)
        if limit is not None:
            await respond_to_error(interaction, BadInput("entry.text.too_long", limit=limit))
        return limit is None

    async def on_error(
        self, interaction: discord.Interaction[BotClient], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer the failure."""
        await respond_to_error(interaction, error)


def localized(key: str) -> app_commands.locale_str:
    """A description of a command, option or choice: the English of `key`, translated when synced."""
    message = catalogue(LANGUAGES[0])[key]
    assert isinstance(message, str)
    return app_commands.locale_str(message, key=key)


class CatalogueTranslator(app_commands.Translator):
    """Names and descriptions of commands, options and choices from the catalogues.

    A description or choice made with `localized` carries its key. A name is looked up as `commands.names.<name>`.
    """

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The string in `locale`, or None where it is English or not shipped."""
        language = shipped(locale.value)
        if language is None or language == LANGUAGES[0]:
            return None
        key = string.extras.get("key") or f"commands.names.{string.message.replace(' ', '_')}"
        message = catalogue(language).get(key)
        return message if isinstance(message, str) else None
