"""Classify a failed send: exceptions of discord.py and of the network, by Discord's error codes."""

from __future__ import annotations

from enum import Enum, auto

import aiohttp
import discord

from bot.services.messages.deliveries import Destination

CLOSED_CODES = {50007, 50001}
"""Direct channel: closed by the recipient, or no access."""
NOTHING_IN_COMMON = 50278
"""Direct channel: no common server any more, so no channel of the bot reaches this person either."""
FORBIDDEN_CODES = {50001, 50013, 50083, 50008, 50024}
"""No access, no permission, an archived thread, a channel without messages."""
OPENING_TOO_FAST = 40003
UNKNOWN_CHANNEL = 10003
GONE_CODES = {UNKNOWN_CHANNEL, 10004, 10008, 10013, 50033}
"""Unknown channel, guild, message or user; invalid recipient."""


class OpeningTooFastError(Exception):
    """Discord recently refused to open more direct channels, so this one was not requested."""


NOT_SENT = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError, OpeningTooFastError)
"""Exceptions raised by a failed send."""


class SendTrouble(Enum):
    """What a failed send means."""

    LATER = auto()
    TOO_FAST = auto()
    CLOSED = auto()
    LEFT = auto()
    GONE = auto()
    FORBIDDEN = auto()


def trouble_in(error: BaseException, destination: Destination) -> SendTrouble:
    """Classify an exception of `NOT_SENT` for a message to this kind of destination."""
    if isinstance(error, OpeningTooFastError):
        return SendTrouble.TOO_FAST
    if not isinstance(error, discord.HTTPException):
        return SendTrouble.LATER
    if error.code == OPENING_TOO_FAST:
        return SendTrouble.TOO_FAST
    if error.code in GONE_CODES:
        return SendTrouble.GONE
    if destination is Destination.DM and error.code in CLOSED_CODES:
        return SendTrouble.CLOSED
    if destination is Destination.DM and error.code == NOTHING_IN_COMMON:
        return SendTrouble.LEFT
    if destination is not Destination.DM and error.code in FORBIDDEN_CODES:
        return SendTrouble.FORBIDDEN
    # The rest includes a 403 or 404 from a proxy in front of Discord, which says nothing about the person or channel.
    return SendTrouble.LATER


def is_our_fault(error: BaseException) -> bool:
    """Whether Discord refused the message because of its content."""
    return isinstance(error, discord.HTTPException) and error.status in (400, 413) and error.code != OPENING_TOO_FAST
