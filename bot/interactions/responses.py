"""Interaction responses that arrive exactly once over a connection that can fail.

discord.py 2.7.1 itself retries a request after a 5xx (five attempts within 25 s) and after the errors 54 and 10054,
which are connection resets on macOS and Windows. A reset on Linux (104) and a server that hangs up are raised at once,
whether or not Discord processed the request. Three properties of Discord show whether it did:

- an interaction takes one first response: a repeated one is refused with 40060 if and only if the first arrived;
- `@original` exists once there is a response; before that its webhook is unknown (10015);
- an edit is idempotent; the first message after "thinking…" is an edit of the placeholder.

Only a followup message can neither be looked up nor be repeated without a duplicate.
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
"""The connection failed: whether Discord processed the request is unknown."""
LOST = (*BROKEN, discord.HTTPException)
"""Every error of a request to Discord."""
TRIES = 3
"""Attempts over connections that break. Without a pause: an interaction has 3 s."""
ACKNOWLEDGED, EXPIRED = 40060, 10062
GONE = {ACKNOWLEDGED, EXPIRED}
"""Discord's error codes for an interaction that was already answered (it can be delivered twice) or has expired."""
LIFE_MS = 15 * 60 * 1000
"""How long an interaction can be answered, in milliseconds."""
REMEMBERED = 20_000
"""Maximum number of interactions whose deliveries are counted: 15 minutes at about 20 a second, some 2 MB."""

_deliveries: WeakKeyDictionary[discord.Client, dict[int, int]] = WeakKeyDictionary()
"""How often each interaction of the last 15 minutes was delivered to a client that began to answer it, by id."""


async def retry_idempotent(request: Callable[[], Awaitable[T]]) -> T:
    """Make an idempotent request (an edit, a read); retry it if the connection breaks."""
    for _ in range(TRIES - 1):
        try:
            return await request()
        except BROKEN as error:
            log.info("connection lost; retrying the request: %r", error)
    return await request()


def answered(interaction: Interaction) -> bool:
    """Whether Discord has the first response; "thinking…" counts as one."""
    return interaction.response.is_done() or "answered" in interaction.extras


async def first(
    interaction: Interaction, send: Callable[[], Awaitable[discord.InteractionCallbackResponse[Any] | None]]
) -> discord.InteractionCallbackResponse[Any] | None:
    """Send the first response until Discord has it.

    Args:
        interaction: the interaction to answer.
        send: sends the response; called again if it may not have arrived.

    Returns:
        Discord's result, or None if the response arrived but its result was lost.

    Raises:
        discord.HTTPException: Discord refused it; with `ACKNOWLEDGED` if this interaction was delivered twice and the
            other delivery was answered.
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
    log.info("the response to interaction %s arrived, but its result was lost", interaction.id)
    interaction.extras["answered"] = True
    return None


async def original_id(interaction: Interaction) -> int | None:
    """Return the id of the response message, or None if there is none or Discord does not answer."""
    try:
        return (await retry_idempotent(interaction.original_response)).id
    except (*LOST, discord.ClientException) as error:
        log.info("no response to interaction %s found: %s", interaction.id, error)
        return None


async def think(interaction: Interaction, *, private: bool) -> None:
    """Show "thinking…". A failure is only logged: the answer may still come in time."""
    command = interaction.type is discord.InteractionType.application_command
    try:
        await first(interaction, lambda: interaction.response.defer(ephemeral=private, thinking=command))
    except LOST as error:
        log.info("could not defer interaction %s: %s", interaction.id, error)
        return
    if command:
        interaction.extras["thinking_privately"] = private


async def respond(
    interaction: Interaction, *, private: bool, files: Sequence[discord.File] = (), **shown: Any
) -> int | None:
    """Send a message as the response, as an edit of "thinking…", or as a followup.

    Args:
        interaction: the interaction to answer.
        private: whether the message is ephemeral.
        files: its attachments.
        shown: `content`, `view`, `allowed_mentions`, as in discord.py.

    Returns:
        The message's id, or None if Discord did not return it.
    """
    _mention_commands(interaction, shown)
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
            # The message after "thinking…" has the placeholder's visibility, whatever it asks for: delete it first.
            await retry_idempotent(interaction.delete_original_response)
        except discord.NotFound:
            log.info("the placeholder of interaction %s was deleted", interaction.id)
        del interaction.extras["thinking_privately"]
    # As a followup, a duplicate private message is better than a missing one; for a public message it is not.
    beside = await (retry_idempotent if private else _once)(
        lambda: interaction.followup.send(ephemeral=private, files=_rewound(files), wait=True, **shown)
    )
    return beside.id


async def redraw(interaction: Interaction, *, files: Sequence[discord.File] | None = None, **shown: Any) -> None:
    """Edit the message whose component was pressed, or the existing response.

    Args:
        interaction: the interaction to answer.
        files: replace the attachments; None keeps them.
        shown: `content`, `view`, as in discord.py.
    """

    _mention_commands(interaction, shown)

    def attached() -> dict[str, Any]:
        return {} if files is None else {"attachments": _rewound(files)}

    if answered(interaction):
        await retry_idempotent(lambda: interaction.edit_original_response(**attached(), **shown))
    else:
        await first(interaction, lambda: interaction.response.edit_message(**attached(), **shown))


async def edit(interaction: Interaction, message_id: int, **shown: Any) -> None:
    """Edit a message that answered this interaction. A failure is only logged: what it says has happened anyway."""
    _mention_commands(interaction, shown)
    try:
        await retry_idempotent(lambda: interaction.followup.edit_message(message_id, **shown))
    except LOST as error:
        log.warning("could not edit an answer to interaction %s: %s", interaction.id, error)


def _mention_commands(interaction: Interaction, shown: dict[str, Any]) -> None:
    mentions = interaction.client.mentions
    mentions.in_view(shown.get("view"))
    if shown.get("content"):
        shown["content"] = mentions.in_text(shown["content"])


async def _once(request: Callable[[], Awaitable[T]]) -> T:
    return await request()


def _rewound(files: Sequence[discord.File]) -> list[discord.File]:
    """Return the files rewound to their start, since a failed request has read them."""
    for file in files:
        file.reset()
    return list(files)


def _count(interaction: Interaction) -> None:
    """Count this delivery of an interaction once; drop interactions that can no longer be answered."""
    known = _deliveries.setdefault(interaction.client, {})
    if "counted" not in interaction.extras:
        interaction.extras["counted"] = True
        known[interaction.id] = known.get(interaction.id, 0) + 1
    oldest = interaction.id - (LIFE_MS << 22)  # an id begins with its creation time
    while (earliest := next(iter(known))) < oldest or len(known) > REMEMBERED:
        del known[earliest]


def _delivered_twice(interaction: Interaction) -> bool:
    return _deliveries[interaction.client].get(interaction.id, 0) > 1
