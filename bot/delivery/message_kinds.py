"""What a kind of message is: declared by a cog in one place, done by the pump."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

import discord
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import BotClient
from bot.domain.messages.priority import Priority
from bot.services.messages.deliveries import Destination
from bot.services.messages.outbox import ClaimedMessage

Session: TypeAlias = AsyncSession
"""The transaction a kind's functions work in. Cogs pass it on to a service, and know nothing of SQLAlchemy."""


@dataclass(frozen=True, slots=True)
class DueJob:
    """Something that has become due. Attributes as of `bot.services.messages.deliveries.Job`."""

    kind: str
    occurrence: str
    fire_at: datetime
    subject_id: int | None
    user_id: int | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RenderContext:
    """A message about to be drawn and sent. Attributes as of `bot.services.messages.deliveries.OutboundMessage`; its id
    is the nonce.

    Attributes:
        told_at: when a channel said that it waits, of one that is shown behind that; None of one that is sent.
    """

    delivery_id: int
    kind: str
    occurrence: str
    destination: str
    guild_id: int | None
    user_id: int
    channel_id: int
    message_id: int | None
    subject_id: int | None
    payload: Mapping[str, Any]
    due_at: datetime
    told_at: datetime | None = None


def outgoing_of(one: ClaimedMessage) -> RenderContext:
    """What a kind is told of a message."""
    return RenderContext(
        delivery_id=one.delivery_id,
        kind=one.kind,
        occurrence=one.occurrence,
        destination=one.destination.value,
        guild_id=one.guild_id,
        user_id=one.user_id,
        channel_id=one.channel_id,
        message_id=one.message_id,
        subject_id=one.subject_id,
        payload=one.payload,
        due_at=one.due_at,
    )


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A message as it goes out.

    Attributes:
        content: the words, which a phone's notification shows; empty only for a `layout`.
        view: classic components below the words.
        layout: a Components V2 card instead, for `Destination.CARD` where nobody is to be notified.
        mentions: whom the words may ping; nobody by default.
        files: attachments.
        silent: without a sound.
    """

    content: str = ""
    view: discord.ui.View | None = None
    layout: discord.ui.LayoutView | None = None
    mentions: discord.AllowedMentions = field(default_factory=discord.AllowedMentions.none)
    files: Sequence[discord.File] = ()
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """A message that is not to be sent now.

    Attributes:
        until: not before this instant (aware UTC), which counts as no attempt; None: not at all, it is dropped.
    """

    until: datetime | None


class Recipient(StrEnum):
    """Who a direct message of a kind is for, and so what is asked about whom it goes to right before it is sent."""

    ANYBODY = "anybody"  # it is about their own affairs
    COMPANION = "companion"  # in the outing; drawing it looks
    CONTACT = "contact"  # has accepted being one; drawing it looks
    MEMBER = "member"  # in the club now, says Discord
    ORGANISER = "organiser"  # organises the club now, says Discord


ASKED_OF_DISCORD = frozenset({Recipient.MEMBER, Recipient.ORGANISER})


class DeliveryFailure(StrEnum):
    """Why a message could not be delivered for good."""

    CLOSED = "closed"  # direct messages refused, and no channel to fall back to
    GONE = "gone"  # the channel or message is no more
    FORBIDDEN = "forbidden"  # the bot may not write there
    GIVEN_UP = "given_up"  # tried until its end
    NOT_THEIRS = "not_theirs"  # whom it was for has left the club, or organises it no more


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing due, of message, or of both under one name.

    Attributes:
        name: stored with rows; at most 32 characters, never changed once shipped.
        priority: its class.
        fire: does what is due in the session's transaction (a service's function); may plan and post. What it raises
            undoes it, and it is tried again later.
        draw: draws a message right before it is sent; None where it no longer makes sense: it is then dropped. It is
            also drawn to answer Show, when it could not be sent directly.
        sent: notes in the recording transaction where a message posted is (its channel and id); not called for a card
            that was drawn again in its place. Where it fails the message counts as sent all the same.
        failed: notes in the recording transaction that it could not be delivered, and may post others in its stead.
            Where it fails it is tried again later. A card that is gone is posted anew when it is next marked.
        useful_for: how late it is still useful; None: always. What is later is dropped, and the log says so; what was
            tried in vain until then has failed. What plans its own next instant must not be dropped before it has:
            that goes without, and leaves the end to the kind of its message.
        fallback: whether a refused direct message is said to wait in the club's channel.
        fire_all: does the same for many at once, in the order of their instants, instead of `fire`: for what becomes
            due for hundreds of people in one second. Where it raises, each is done again in a transaction of its own.
        hold: asked right before a message is drawn or said to wait in a channel: whether it is to be kept for later or
            dropped, as a nudge at night is. It reads; what it raises delays the message like a failure to draw it.
        to: who a direct message of this kind is for; each kind that is drawn says so. Where Discord is asked, whoever
            is not it any more is not sent the message; while Discord does not tell, it is tried again later.
        unproven: draws the message without what is private, for somebody about whom Discord does not tell;
            None: it is not sent before it is known.
    """

    name: str
    priority: Priority
    fire: Callable[[Session, DueJob, datetime], Awaitable[None]] | None = None
    draw: Callable[[BotClient, RenderContext], Awaitable[RenderedMessage | None]] | None = None
    sent: Callable[[Session, RenderContext, int, int, datetime], Awaitable[None]] | None = None
    failed: Callable[[Session, RenderContext, DeliveryFailure, datetime], Awaitable[None]] | None = None
    useful_for: timedelta | None = None
    fallback: bool = True
    fire_all: Callable[[Session, Sequence[DueJob], datetime], Awaitable[None]] | None = None
    hold: Callable[[Session, RenderContext, datetime], Awaitable[Hold | None]] | None = None
    to: Recipient | Callable[[RenderContext], Recipient] | None = None
    unproven: Callable[[BotClient, RenderContext], Awaitable[RenderedMessage | None]] | None = None

    @property
    def fires(self) -> bool:
        """Whether it is something that becomes due."""
        return self.fire is not None or self.fire_all is not None

    def recipient(self, out: RenderContext) -> Recipient:
        """Who a message of this kind is for; of a message to a channel anybody who reads there."""
        if out.destination != Destination.DM or self.to is None:
            return Recipient.ANYBODY
        return self.to if isinstance(self.to, Recipient) else self.to(out)
