"""Answers to interactions, given so that they arrive, once.

What discord.py 2.7.1 does by itself: it makes a request again after a 5xx (five times in all, within 25 s), and after
the errors 54 and 10054, which are resets on macOS and Windows. A reset on Linux (104) and a server that hung up come
through at once, whether or not the request had been taken. Three facts about Discord tell which it was:

- an interaction takes one first answer: the same one sent again is refused with 40060 exactly when it had arrived;
- `@original` is there once there is an answer, and before that its webhook is unknown (10015);
- an edit made twice is made once; the first message after "thinking…" is such an edit, whatever it is called.

Only a message beside the answer can be neither asked for nor repeated without becoming two.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

import aiohttp
import discord

log = logging.getLogger(__name__)

T = TypeVar("T")
Interaction: TypeAlias = "discord.Interaction[Any]"

BROKEN = (aiohttp.ClientError, OSError)
"""The connection failed: whether the request was taken is not known."""
LOST = (*BROKEN, discord.HTTPException)
"""Everything a request to Discord can fail with."""
TRIES = 3
"""Requests made in a row over connections that break. Nothing is waited for: an answer has 3 s."""
ACKNOWLEDGED, EXPIRED = 40060, 10062
GONE = {ACKNOWLEDGED, EXPIRED}
"""Discord's codes for an interaction that was answered already (it can be delivered twice), or has run out."""
LIFE_MS = 15 * 60 * 1000
"""How long an interaction can be answered."""
REMEMBERED = 20_000
"""Interactions whose deliveries are counted: those of 15 minutes at 20 a second, some 2 MB."""

_deliveries: WeakKeyDictionary[discord.Client, dict[int, int]] = WeakKeyDictionary()
"""How often an interaction of the last 15 minutes was delivered to a client that began to answer it, by its id."""


async def retry_idempotent(request: Callable[[], Awaitable[T]]) -> T:
    """Make a request that may be made twice (an edit, a look), again where the connection breaks."""
    for _ in range(TRIES - 1):
        try:
            return await request()
        except BROKEN as error:
            log.info("made again, as its connection broke: %r", error)
    return await request()


def answered(interaction: Interaction) -> bool:
    """Whether Discord has the first answer; "thinking…" is one."""
    return interaction.response.is_done() or "answered" in interaction.extras


async def first(
    interaction: Interaction, send: Callable[[], Awaitable[discord.InteractionCallbackResponse[Any] | None]]
) -> discord.InteractionCallbackResponse[Any] | None:
    """Give the first answer, until Discord has it.

    Args:
        interaction: what is answered.
        send: gives the answer; called again where it may not have arrived.

    Returns:
        What Discord said, or None where the answer arrived and what it said did not.

    Raises:
        discord.HTTPException: Discord refused it; with `ACKNOWLEDGED` where this delivery of the interaction is one
            of two, and the other was answered.
        aiohttp.ClientError, OSError: it did not arrive.
    """
    _count(interaction)
    failure: Exception
    for _ in range(TRIES):
        try:
            said = await send()
        except BROKEN as error:
            failure = error
        except discord.HTTPException as error:
            server_fails = isinstance(error, discord.DiscordServerError)
            if not server_fails and (error.code not in GONE or _delivered_twice(interaction)):
                raise
            failure = error
            break
        else:
            interaction.extras["answered"] = True
            return said
    refused_as_second = isinstance(failure, discord.HTTPException) and failure.code == ACKNOWLEDGED
    if not refused_as_second and await original_id(interaction) is None:
        raise failure
    log.info("the answer to interaction %s arrived, though that was not heard", interaction.id)
    interaction.extras["answered"] = True
    return None


async def original_id(interaction: Interaction) -> int | None:
    """The id of the message that is the answer, or None where there is none or Discord does not say."""
    try:
        return (await retry_idempotent(interaction.original_response)).id
    except (*LOST, discord.ClientException) as error:
        log.info("no answer to interaction %s is found: %s", interaction.id, error)
        return None


async def think(interaction: Interaction, *, private: bool) -> None:
    """Show that an answer is being made. It can fail without harm: the answer may still come in time."""
    command = interaction.type is discord.InteractionType.application_command
    try:
        await first(interaction, lambda: interaction.response.defer(ephemeral=private, thinking=command))
    except LOST as error:
        log.info("interaction %s could not be told to wait: %s", interaction.id, error)
        return
    if command:
        interaction.extras["thinking_privately"] = private


async def respond(
    interaction: Interaction, *, private: bool, files: Sequence[discord.File] = (), **shown: Any
) -> int | None:
    """Send a message as the answer, in the place of "thinking…", or beside what was answered.

    Args:
        interaction: what is answered.
        private: whether only the one who speaks sees it.
        files: what goes with it.
        shown: `content`, `view`, `allowed_mentions`, as discord.py takes them.

    Returns:
        The message's id, or None where Discord did not say.
    """
    if not answered(interaction):
        said = await first(
            interaction,
            lambda: interaction.response.send_message(ephemeral=private, files=_rewound(files), **shown),
        )
        return said.message_id if said is not None else await original_id(interaction)
    thinking_privately = interaction.extras.get("thinking_privately")
    if thinking_privately is not None:
        try:
            if thinking_privately is private:
                made = await retry_idempotent(
                    lambda: interaction.edit_original_response(attachments=_rewound(files), **shown)
                )
                del interaction.extras["thinking_privately"]
                return made.id
            # What follows "thinking…" is as private as that, whatever it asks: take it away first.
            await retry_idempotent(interaction.delete_original_response)
        except discord.NotFound:
            log.info("somebody took the placeholder of interaction %s away", interaction.id)
        del interaction.extras["thinking_privately"]
    # Beside an answer a private message said twice is better than one not said; one that others read is not.
    beside = await (retry_idempotent if private else _once)(
        lambda: interaction.followup.send(ephemeral=private, files=_rewound(files), wait=True, **shown)
    )
    return beside.id


async def redraw(interaction: Interaction, *, files: Sequence[discord.File] | None = None, **shown: Any) -> None:
    """Change the message whose component was pressed, or the answer there already is.

    Args:
        interaction: what is answered.
        files: what goes with it instead of what did; None leaves that.
        shown: `content`, `view`, as discord.py takes them.
    """

    def attached() -> dict[str, Any]:
        return {} if files is None else {"attachments": _rewound(files)}

    if answered(interaction):
        await retry_idempotent(lambda: interaction.edit_original_response(**attached(), **shown))
    else:
        await first(interaction, lambda: interaction.response.edit_message(**attached(), **shown))


async def _once(request: Callable[[], Awaitable[T]]) -> T:
    return await request()


def _rewound(files: Sequence[discord.File]) -> list[discord.File]:
    """The files from their beginning: a request that failed has read them."""
    for file in files:
        file.reset()
    return list(files)


def _count(interaction: Interaction) -> None:
    """Count this delivery of an interaction, once; forget those that can no longer be answered."""
    known = _deliveries.setdefault(interaction.client, {})
    if "counted" not in interaction.extras:
        interaction.extras["counted"] = True
        known[interaction.id] = known.get(interaction.id, 0) + 1
    oldest = interaction.id - (LIFE_MS << 22)  # an id begins with the time of its making
    while (earliest := next(iter(known))) < oldest or len(known) > REMEMBERED:
        del known[earliest]


def _delivered_twice(interaction: Interaction) -> bool:
    return _deliveries[interaction.client].get(interaction.id, 0) > 1
