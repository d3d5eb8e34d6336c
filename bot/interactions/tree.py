"""The command tree, and the only place where errors are reported to users."""

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
from bot.errors import BadInput, MemberError, NotFound, Unavailable
from bot.i18n import as_option, catalogue, shipped
from bot.interactions.corrections import in_place, refusal
from bot.interactions.responses import BROKEN, GONE, LOST, redraw, respond
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.members import people

log = logging.getLogger(__name__)

CHOICE_NAME = app_commands.TranslationContextLocation.choice_name
TEXT_LIMIT = 500
"""Default maximum length of an option, in characters: that of a note."""
TOLD = {
    "errors.database.full": "errors.database.full_told",
    "errors.database.broken": "errors.database.broken_told",
    "errors.database.unreadable": "errors.database.unreadable_told",
}
"""Error keys to use instead once the operator has been notified."""


def reader_in(interaction: discord.Interaction) -> Localizer:
    """Return the user's localizer; by Discord's locale if the user is not resolved yet."""
    known: Localizer | None = interaction.extras.get("reader")
    return known or Localizer(language=shipped(interaction.locale.value) or LANGUAGES[0])


async def _find_reader(interaction: discord.Interaction[BotClient], error: BaseException) -> Localizer:
    """Return the user's localizer, also when input is refused before the handler has resolved the user.

    The database is queried only in that case: any other error may be a database failure.
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
    """Return the original error inside discord.py's wrapper exceptions."""
    while True:
        inner = getattr(error, "original", None) or (
            error.__cause__ if isinstance(error, app_commands.TransformerError) else None
        )
        if not isinstance(inner, BaseException):
            return error
        error = inner


_LISTED = (
    dict.fromkeys(("log", "run", "runs", "import"), "`/runs list`")
    | dict.fromkeys(("remind", "nudging"), "`/remind list`")
    | dict.fromkeys(("partner", "call", "outing", "ask", "spotter", "round"), "`/partner mine`")
)
"""The command that lists one's own items, by the first word of a command or custom id."""


async def respond_to_error(interaction: discord.Interaction[BotClient], error: BaseException) -> None:
    """Report a failure, always and only to the user who caused it.

    A `MemberError` has its own message, with Fix it if the handler kept what was typed. Any other error gets an
    apology with a reference that is logged with the traceback. The apology does not say whether anything was done,
    since only the answer may have failed.
    """
    error = cause_of(error)
    if isinstance(error, discord.HTTPException) and error.code in GONE:
        log.info("interaction %s was already answered or has expired", interaction.id)
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
    fixable = refusal(interaction, words, reader) if _can_be_fixed(error) else None
    try:
        if fixable is None:
            await say_privately(interaction, words)
        else:
            await _refuse(interaction, fixable)
    except discord.HTTPException as failed:
        log.warning("could not answer with an error message: %s", failed)


def _can_be_fixed(error: BaseException) -> bool:
    """Whether other input, or the same once more, can be accepted: not for a form or thing that no longer exists."""
    gone = isinstance(error, NotFound) or (isinstance(error, BadInput) and error.key == "errors.press.form")
    return isinstance(error, MemberError) and not gone


async def _refuse(interaction: discord.Interaction, view: discord.ui.LayoutView) -> None:
    """Send a refusal that can be fixed; one of a form that Fix it opened replaces the refusal before it."""
    try:
        if in_place(interaction):
            await redraw(interaction, view=view)
        else:
            await respond(interaction, private=True, view=view)
    except BROKEN as error:
        log.warning("could not answer interaction %s: %r", interaction.id, error)


async def say_privately(interaction: discord.Interaction, words: str) -> None:
    """Send an ephemeral message, whatever was answered or deferred before.

    A broken connection raises nothing: there is no other way to reach the user.
    """
    try:
        await respond(interaction, private=True, content=words)
    except BROKEN as error:
        log.warning("could not answer interaction %s: %r", interaction.id, error)


def list_command_of(interaction: discord.Interaction) -> str | None:
    """Return the command that shows whether the requested action took place, or None."""
    return _LISTED.get(re.split("[ :]", _what(interaction).removeprefix("/"), maxsplit=1)[0])


def _what(interaction: discord.Interaction) -> str:
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    data: Any = interaction.data or {}
    return str(data.get("custom_id", interaction.type.name))


def _exceeded(interaction: discord.Interaction) -> int | None:
    """Return the maximum length that a text option of this command exceeds, or None."""
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
    """The command tree; failures go through `respond_to_error`."""

    async def interaction_check(self, interaction: discord.Interaction[BotClient], /) -> bool:
        """Refuse rate-limited users and texts that exceed their option's length; register the rest as in progress.

        Discord enforces an option's length in its own clients only, and accepts 6,000 characters if none is declared.
        A shutdown answers interactions in progress first.
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
        """Report the failure."""
        await respond_to_error(interaction, error)


def localized(key: str) -> app_commands.locale_str:
    """Return the description of a command, option or choice: the English of `key`, translated when synced."""
    message = catalogue(LANGUAGES[0])[key]
    assert isinstance(message, str)
    return app_commands.locale_str(message, key=key)


def localized_choice(key: str) -> app_commands.locale_str:
    """Return the text of a choice, which begins with a capital: as `localized`."""
    return app_commands.locale_str(as_option(localized(key).message), key=key)


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
        """Return the string in `locale`, or None if that is English or not shipped."""
        language = shipped(locale.value)
        if language is None or language == LANGUAGES[0]:
            return None
        key = string.extras.get("key") or f"commands.names.{string.message.replace(' ', '_')}"
        message = catalogue(language).get(key)
        if not isinstance(message, str):
            return None
        return as_option(message) if context.location is CHOICE_NAME else message
