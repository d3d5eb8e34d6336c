"""Declarations of message and job kinds: made by cogs, executed by the pump."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

import discord
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import BotClient
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.services.messages.deliveries import Destination
from bot.services.messages.outbox import ClaimedMessage

Session: TypeAlias = AsyncSession
"""The transaction a kind's functions run in. Cogs pass it to a service and do not import SQLAlchemy."""


@dataclass(frozen=True, slots=True)
class DueJob:
    """A due job. Attributes as in `bot.services.messages.deliveries.Job`."""

    kind: str
    occurrence: str
    fire_at: datetime
    subject_id: int | None
    user_id: int | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RenderContext:
    """A message about to be drawn and sent. Attributes as in `bot.services.messages.deliveries.OutboundMessage`; its id
    is the nonce.

    Attributes:
        told_at: when the fallback notice was posted, for a message shown through it; None for one that is sent.
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
    """Return the part of a claimed message that its kind sees."""
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
    """A message ready to send.

    Attributes:
        content: the text, which a phone's notification shows; empty only with a `layout`.
        view: classic components below the text.
        embed: a framed part between the text and the components.
        layout: a Components V2 card instead, for a `Destination.CARD` that notifies nobody.
        mentions: whom the text may ping; nobody by default.
        files: attachments.
        silent: whether to suppress the notification.
        view_only: for an edit: replace only what is below the text, and leave the text as it was sent.
    """

    content: str = ""
    view: discord.ui.View | None = None
    embed: discord.Embed | None = None
    layout: discord.ui.LayoutView | None = None
    mentions: discord.AllowedMentions = field(default_factory=discord.AllowedMentions.none)
    files: Sequence[discord.File] = ()
    silent: bool = False
    view_only: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """The decision not to send a message now.

    Attributes:
        until: earliest instant to send it (aware UTC), without counting an attempt; None drops it.
    """

    until: datetime | None


class Recipient(StrEnum):
    """Whom direct messages of a kind are for, and so what is verified about the recipient right before sending."""

    ANYBODY = "anybody"  # about their own data: nothing to verify
    COMPANION = "companion"  # is in the outing; `draw` verifies it
    CONTACT = "contact"  # has accepted to be a contact; `draw` verifies it
    MEMBER = "member"  # is in the club now; verified with Discord
    ORGANISER = "organiser"  # organises the club now; verified with Discord


ASKED_OF_DISCORD = frozenset({Recipient.MEMBER, Recipient.ORGANISER})


class DeliveryFailure(StrEnum):
    """Why a message failed permanently."""

    CLOSED = "closed"  # direct messages refused, and no channel to fall back to
    GONE = "gone"  # the channel or message was deleted
    FORBIDDEN = "forbidden"  # the bot may not write there
    GIVEN_UP = "given_up"  # retried until it was no longer useful
    NOT_THEIRS = "not_theirs"  # the recipient has left the club, or no longer organises it


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job, of message, or of both under one name.

    Attributes:
        name: stored with rows; at most 32 characters, never changed once shipped.
        priority: its class.
        fire: runs a due job in the session's transaction (a service's function); may schedule jobs and post messages.
            An exception rolls the transaction back, and the job is retried later.
        draw: renders a message right before it is sent, or returns None to drop one that no longer makes sense. Also
            called to answer Show, when the message could not be sent directly.
        sent: called in the recording transaction with the channel and id of a posted message; not called when a card
            was edited in place. If it fails, the message still counts as sent.
        failed: called in the recording transaction when the message failed permanently; may post others instead. If it
            fails, it is retried later. A card that was deleted is posted again when it is next marked.
        useful_for: how late it is still useful; None: always. A later one is dropped and logged; one that was tried
            before has failed. A job that schedules its own successor must not set this, since dropping it would end
            the series; set it on the kind of its message instead.
        fallback: whether a refused direct message is announced in the club's channel.
        fire_all: runs many jobs at once, in the order of their instants, instead of `fire`: for jobs that become due
            for hundreds of people in one second. If it raises, each job runs again in a transaction of its own.
        hold: called right before a message is drawn or announced in a channel; returns whether to postpone or drop it,
            as for a nudge at night. It only reads; an exception delays the message like a failure to draw it.
        to: whom a direct message of this kind is for; required for each kind with `draw`. Where Discord is asked, a
            person who no longer qualifies is not sent the message; while Discord does not answer, it is retried.
        edited: draws a sent message again after a change (`bot.services.messages.edits`), or returns None to leave it
            as it is; without it, an edit removes the buttons. It must show nothing that the message did not.
        replaces: kinds whose earlier messages about the same subject to the same person are edited once one of this
            kind has arrived, so that only the newest keeps buttons.
        edit: kind of those edits.
        unproven: draws the message without private details, for a recipient Discord does not confirm; None: it is not
            sent until they are confirmed.
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
    edited: Callable[[BotClient, RenderContext], Awaitable[RenderedMessage | None]] | None = None
    replaces: Collection[str] = ()
    edit: StoredKind = StoredKind.OUTING_EDIT

    @property
    def fires(self) -> bool:
        """Whether it is a kind of job."""
        return self.fire is not None or self.fire_all is not None

    def recipient(self, out: RenderContext) -> Recipient:
        """Return whom a message of this kind is for; for a message to a channel, anybody who reads there."""
        if out.destination != Destination.DM or self.to is None:
            return Recipient.ANYBODY
        return self.to if isinstance(self.to, Recipient) else self.to(out)
