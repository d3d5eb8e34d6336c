"""What a failed send means: an exception of discord.py or of the network, read by Discord's error codes."""

from __future__ import annotations

from enum import Enum, auto

import aiohttp
import discord

from bot.services.messages.deliveries import Destination

CLOSED_CODES = {50007, 50001}
"""Of a direct channel: closed by choice, no access."""
NOTHING_IN_COMMON = 50278
"""Of a direct channel: no server in common any more, so that no channel of ours reaches this person either."""
FORBIDDEN_CODES = {50001, 50013, 50083, 50008, 50024}
"""No access, no permission, an archived thread, a channel without messages."""
OPENING_TOO_FAST = 40003
UNKNOWN_CHANNEL = 10003
GONE_CODES = {UNKNOWN_CHANNEL, 10004, 10008, 10013, 50033}
"""Unknown channel, guild, message, user; a recipient who cannot be."""


class OpeningTooFastError(Exception):
    """Discord has said lately that too many direct channels were opened; this one was not asked for."""


NOT_SENT = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError, OpeningTooFastError)
"""What sending raises."""


class SendTrouble(Enum):
    """What a failed send means."""

    LATER = auto()
    TOO_FAST = auto()
    CLOSED = auto()
    LEFT = auto()
    GONE = auto()
    FORBIDDEN = auto()


def trouble_in(error: BaseException, destination: Destination) -> SendTrouble:
    """What an exception of `NOT_SENT` means for a message to such a destination."""
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
    # Among the rest is a 403 or 404 of whatever stands before Discord, which says nothing of this person or channel.
    return SendTrouble.LATER


def is_our_fault(error: BaseException) -> bool:
    """Whether Discord refused the message for what it holds."""
    return isinstance(error, discord.HTTPException) and error.status in (400, 413) and error.code != OPENING_TOO_FAST
