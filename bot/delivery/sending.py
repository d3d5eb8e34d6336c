"""Delivery of one message: draw it, send it outside any transaction, record the outcome in a separate transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import discord
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import BotClient
from bot.delivery.drop_log import Dropped
from bot.delivery.message_kinds import DeliveryFailure, Hold, Kind, RenderedMessage, outgoing_of
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.recipients import PROOF_TRIES, Proof, UnprovenError, may_be_named, prove
from bot.delivery.send_failures import (
    NOT_SENT,
    UNKNOWN_CHANNEL,
    OpeningTooFastError,
    SendTrouble,
    is_our_fault,
    trouble_in,
)
from bot.discretion import marked
from bot.domain.messages.priority import KNOCK_AGAIN, Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.errors import Unavailable
from bot.services.messages import edits, fallbacks, outbox
from bot.services.messages.deliveries import Destination
from bot.services.messages.outbox import ClaimedMessage
from db.engine import Database

log = logging.getLogger(__name__)

SEND_S = 45.0
"""Timeout of one send in seconds, discord.py's own retries included (25 s after five 500s)."""
LONGEST_PAUSE = timedelta(minutes=15)
OPENING_PAUSE = timedelta(minutes=1)
"""Pause before opening a direct channel again after Discord's error 40003 (too many opened)."""
PATIENCE = timedelta(days=1)
"""How long a message without `useful_for` is retried."""
LEAST_TRIES = 8
"""Minimum attempts before a message is given up, however old it is: about four minutes."""
RECORD_TRIES = 3

EXPECTED = (Unavailable, UnprovenError, *NOT_SENT)
"""Failures that are not faults of the bot."""

Writing = Callable[[AsyncSession, datetime], Awaitable[object]]


def pause_after(attempts: int) -> timedelta:
    """Return the retry delay, given the number of earlier failures: 1, 2, 4, … s, at most a quarter of an hour."""
    return min(timedelta(seconds=2.0 ** min(attempts, 20)), LONGEST_PAUSE)


def _closed_lately(one: ClaimedMessage, now: datetime) -> bool:
    return one.dm_closed_at is not None and now - one.dm_closed_at < KNOCK_AGAIN


def nonce_of(one: ClaimedMessage) -> str:
    """Return the nonce by which Discord recognises a repeated send: the row's id, at most 25 characters.

    A card posted again because the first was deleted is a new message, so the first one's instant is added.
    """
    if one.sent_at is None:
        return str(one.delivery_id)
    return f"{one.delivery_id}.{int(one.sent_at.timestamp()):x}"


class Sender:
    """Delivers messages through one client."""

    def __init__(self, client: BotClient, kinds: Mapping[str, Kind], pace: RateLimiter, dropped: Dropped) -> None:
        self._client = client
        self._kinds = kinds
        self._pace = pace
        self._dropped = dropped
        self._database = client.app.database
        self._opening_from: datetime | None = None

    async def deliver(self, one: ClaimedMessage, made_ready: Callable[[], None]) -> bool:
        """Send, postpone or drop a message, and record the outcome.

        Args:
            one: the message.
            made_ready: called when it leaves, so that the next can be prepared.

        Returns:
            False if it must be retried, and later messages to the same address should wait.
        """
        now, kind = self._client.app.clock(), self._kinds[one.kind]
        assert kind.draw is not None
        if kind.useful_for is not None and now - one.due_at > kind.useful_for:
            await self._too_late(one, kind, now)
            return True
        try:
            hold = await self._held(one, kind, now)
        except Exception as error:
            return await self._again(one, kind, error, "checked for a hold")
        if hold is not None:
            await self._hold(one, hold)
            return True
        draw = kind.draw
        try:
            proof = await prove(self._client, kind, outgoing_of(one))
        except Exception as error:
            return await self._again(one, kind, error, "verified")
        if proof is Proof.REFUSED:
            await self._refused(one, kind)
            return True
        if proof is Proof.MISSING:
            tries = 0 if kind.priority is Priority.SAFETY else PROOF_TRIES
            if kind.unproven is None or one.attempts < tries:
                unknown = UnprovenError("Discord does not tell how its recipient stands in the club")
                return await self._again(one, kind, unknown, "verified")
            draw = kind.unproven
        try:
            if _closed_lately(one, now) and kind.fallback and await self._fall_back(one, now):
                return True
        except UnprovenError as error:
            return await self._again(one, kind, error, "announced")
        try:
            drawn = await draw(self._client, outgoing_of(one))
        except Exception as error:
            # `draw` is a cog's code: a fault in it delays the message but does not lose it.
            return await self._again(one, kind, error, "drawn")
        if drawn is None:
            await self._record(one, lambda session, at: outbox.record_dropped(session, one, at))
            return True
        drawn = self._with_mentions(drawn)
        try:
            channel_id, message_id = await asyncio.wait_for(self._send(one, drawn, made_ready), SEND_S)
        except NOT_SENT as error:
            return await self._not_sent(one, kind, error)
        await self._record(one, lambda session, at: self._sent(session, one, kind, channel_id, message_id, at))
        return True

    async def _refused(self, one: ClaimedMessage, kind: Kind) -> None:
        """Record that the recipient no longer qualifies, run the kind's `failed`, and send what it posted."""
        if kind.failed is not None:
            await self._failed(one, kind, DeliveryFailure.NOT_THEIRS)
        else:
            await self._record(one, lambda session, at: outbox.record_dropped(session, one, at))
        self._client.app.outbox.wake()

    async def _held(self, one: ClaimedMessage, kind: Kind, now: datetime) -> Hold | None:
        if kind.hold is None:
            return None
        async with self._database_for(one).read() as session:
            return await kind.hold(session, outgoing_of(one), now)

    async def _hold(self, one: ClaimedMessage, hold: Hold) -> None:
        until = hold.until
        if until is None:
            await self._record(one, lambda session, at: outbox.record_dropped(session, one, at))
            self._dropped.unwanted(one.kind)
        else:
            await self._record(one, lambda session, at: outbox.record_held(session, one, at, until))

    def _with_mentions(self, drawn: RenderedMessage) -> RenderedMessage:
        self._client.mentions.in_view(drawn.layout)
        return replace(drawn, content=self._client.mentions.in_text(drawn.content))

    # -- sending -----------------------------------------------------------------------------------------------

    async def _send(
        self, one: ClaimedMessage, drawn: RenderedMessage, made_ready: Callable[[], None]
    ) -> tuple[int, int]:
        """Send or edit. Return the channel id and the message id."""
        if one.destination is Destination.CARD and one.message_id is not None:
            channel = self._client.get_partial_messageable(one.channel_id)
            async with self._pace.slot(one.priority):
                made_ready()
                message = channel.get_partial_message(one.message_id)
                if drawn.view_only:
                    await message.edit(view=drawn.view)
                else:
                    await message.edit(
                        content=drawn.content or None,
                        embed=drawn.embed,
                        view=drawn.layout or drawn.view,
                        attachments=list(drawn.files),
                        allowed_mentions=drawn.mentions,
                    )
            return one.channel_id, one.message_id
        if one.destination is not Destination.DM:
            return one.channel_id, await self._post(one, one.channel_id, drawn, made_ready)
        known = one.dm_channel_id
        if known is None:
            known = await self._open(one, made_ready)
            return known, await self._post(one, known, drawn, made_ready)
        try:
            return known, await self._post(one, known, drawn, made_ready)
        except discord.NotFound as error:
            if error.code != UNKNOWN_CHANNEL:
                raise
            async with self._database_for(one).write() as session:
                await outbox.forget_direct(session, one.user_id)
            opened = await self._open(one, made_ready)
            if opened == known:
                raise
            return opened, await self._post(one, opened, drawn, made_ready)

    async def _open(self, one: ClaimedMessage, made_ready: Callable[[], None]) -> int:
        now = self._client.app.clock()
        if self._opening_from is not None and now < self._opening_from:
            raise OpeningTooFastError(f"no direct channel is opened before {self._opening_from:%H:%M:%S}")
        async with self._pace.slot(one.priority):
            made_ready()
            channel = await self._client.create_dm(discord.Object(one.user_id))
        return channel.id

    async def _post(
        self, one: ClaimedMessage, channel_id: int, drawn: RenderedMessage, made_ready: Callable[[], None]
    ) -> int:
        async with self._pace.slot(one.priority):
            made_ready()
            # discord.py sets `enforce_nonce` with every nonce: Discord answers a repeated send with the first message.
            message = await self._client.get_partial_messageable(channel_id).send(
                content=drawn.content or None,
                embed=drawn.embed,  # type: ignore[arg-type]  # None is none
                view=drawn.layout or drawn.view,  # type: ignore[arg-type]  # the overloads accept one or the other
                files=list(drawn.files),
                allowed_mentions=drawn.mentions,
                silent=drawn.silent,
                nonce=nonce_of(one),
            )
        return message.id

    def _database_for(self, one: ClaimedMessage) -> Database:
        return self._database.urgent if one.priority == Priority.SAFETY else self._database

    # -- the outcome -------------------------------------------------------------------------------------------

    async def _sent(
        self, session: AsyncSession, one: ClaimedMessage, kind: Kind, channel_id: int, message_id: int, now: datetime
    ) -> None:
        if not await outbox.record_sent(session, one, channel_id, message_id, now):
            return
        if one.message_id == message_id or not (kind.sent or kind.replaces):
            return
        try:
            async with session.begin_nested():
                if kind.sent is not None:
                    await kind.sent(session, outgoing_of(one), channel_id, message_id, now)
                if kind.replaces and one.subject_id is not None and one.destination is Destination.DM:
                    await edits.edit_replaced(session, kind.replaces, one, now, edit=kind.edit)
        except Exception:
            # The message is sent. Rolling that back would send it again and again.
            log.exception("the sent handler of %s %d failed", one.kind, one.delivery_id, extra=marked(one.kind))

    async def _not_sent(self, one: ClaimedMessage, kind: Kind, error: BaseException) -> bool:
        now = self._client.app.clock()
        trouble = trouble_in(error, one.destination)
        if trouble is SendTrouble.TOO_FAST:
            if isinstance(error, discord.HTTPException):
                self._opening_from = now + OPENING_PAUSE
            return await self._again(one, kind, error, "sent", OPENING_PAUSE)
        if trouble is SendTrouble.LATER:
            return await self._again(one, kind, error, "sent")
        log.info("%s %d could not be sent: %s", one.kind, one.delivery_id, error)
        if trouble is SendTrouble.CLOSED:
            if not _closed_lately(one, now):
                async with self._database_for(one).write() as session:
                    await outbox.close_direct(session, one.user_id, now)
            try:
                if kind.fallback and await self._fall_back(one, now):
                    return True
            except UnprovenError as unknown:
                return await self._again(one, kind, unknown, "announced")
            await self._failed(one, kind, DeliveryFailure.CLOSED)
        elif trouble is SendTrouble.LEFT:
            # A person who has left is not named in a channel. Their direct channel is not marked closed, so that
            # they get messages again once they are back.
            await self._failed(one, kind, DeliveryFailure.CLOSED)
        elif trouble is SendTrouble.GONE:
            await self._failed(one, kind, DeliveryFailure.GONE)
        else:
            await self._failed(one, kind, DeliveryFailure.FORBIDDEN)
        return True

    async def _fall_back(self, one: ClaimedMessage, now: datetime) -> bool:
        async with self._database.read() as session:
            channel_ids = await fallbacks.channels_for(session, one)
        for channel_id in channel_ids:
            if await may_be_named(self._client, channel_id, one.user_id, Priority(one.priority)):
                async with self._database_for(one).write() as session:
                    return await fallbacks.fall_back(session, one, now, channel_id)
        return False

    async def _too_late(self, one: ClaimedMessage, kind: Kind, now: datetime) -> None:
        if one.attempts:
            await self._failed(one, kind, DeliveryFailure.GIVEN_UP)
            return
        await self._record(one, lambda session, at: outbox.record_dropped(session, one, at))
        self._dropped.late(one.kind, str(one.delivery_id), now - one.due_at)

    async def _again(
        self, one: ClaimedMessage, kind: Kind, error: BaseException, what: str, least: timedelta = timedelta()
    ) -> bool:
        """Retry later, or give up. Return False if later messages to the same address should wait."""
        now = self._client.app.clock()
        expected = isinstance(error, EXPECTED) and not is_our_fault(error)
        level = logging.ERROR if not expected and not one.attempts else logging.WARNING
        log.log(
            level, "%s %d could not be %s (failure %d): %s", one.kind, one.delivery_id, what, one.attempts + 1, error,
            exc_info=error if not expected else None, extra=marked(one.kind),
        )  # fmt: skip
        until = now + max(pause_after(one.attempts), least)
        end = max(one.due_at, one.created_at) + (kind.useful_for or PATIENCE)
        if until > end and one.attempts + 1 >= LEAST_TRIES:
            await self._failed(one, kind, DeliveryFailure.GIVEN_UP)
            return True
        await self._record(one, lambda session, at: outbox.record_retry(session, one, at, until))
        return False

    async def _failed(self, one: ClaimedMessage, kind: Kind, failure: DeliveryFailure) -> None:
        """Record a permanent failure and call the kind's `failed`; for a notice, that of each message in it."""
        meant, failure_told = [one], failure
        if one.kind == StoredKind.DELIVERY_WAITS:
            refused = await fallbacks.waiting(self._database, one.kind, one.payload)
            if one.destination is Destination.CARD:  # edit of a posted notice: the earlier ones are in it
                refused = refused[-1:]
            meant = [each for each in refused if each.kind in self._kinds]
            failure_told = DeliveryFailure.CLOSED
        for each in meant:
            log.warning("%s %d is not delivered: %s", each.kind, each.delivery_id, failure_told.value)

        async def write(session: AsyncSession, now: datetime) -> None:
            if not await outbox.record_failed(session, one, now, gone=failure is DeliveryFailure.GONE):
                return
            for each in meant:
                told = self._kinds[each.kind].failed
                if told is not None:
                    await told(session, outgoing_of(each), failure_told, now)

        async def try_again(session: AsyncSession, now: datetime) -> None:
            if one.destination is Destination.CARD or not await fallbacks.take_apart(session, one, now):
                await outbox.record_retry(session, one, now, now + pause_after(one.attempts))

        try:
            await self._record(one, write)
        except Unavailable:
            raise
        except Exception:
            # Nothing was sent, so the handler can be retried until it succeeds; several messages are retried one by
            # one, so that the faulty kind affects only its own.
            words = "the failure handler of %s %d failed"
            log.exception(words, one.kind, one.delivery_id, extra=marked(one.kind))
            await self._record(one, try_again)

    async def _record(self, one: ClaimedMessage, write: Writing) -> None:
        """Write in a separate transaction, with retries while the database is busy.

        Raises:
            Unavailable: it is still busy. The lease then expires, and the nonce prevents a duplicate.
        """
        for attempt in range(RECORD_TRIES):
            try:
                async with self._database_for(one).write() as session:
                    await write(session, self._client.app.clock())
                return
            except Unavailable:
                if attempt + 1 == RECORD_TRIES:
                    raise
