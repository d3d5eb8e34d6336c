"""Live boards: one message of a club that shows its first board of this week, and is redrawn as it changes.

Every change of a club's standings schedules a job (`db.queries.boards.live_boards.look_again`) for the instant from
which the message may be redrawn again. The job compares what the board shows with what was shown last, so that
nothing is edited without a change, and runs again when the club's day ends.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.spans import WEEK
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.periods import today_in
from bot.services.boards.boards import Board, BoardChoice, board_in
from bot.services.members.people import Club, club_of
from bot.services.messages.deliveries import Destination, OutboundMessage, post
from bot.services.messages.organiser_addresses import organiser_addresses
from db.engine import Database
from db.models import Guild
from db.queries.boards import live_boards as queries
from db.queries.profile import settings

AT_MOST_EVERY = timedelta(minutes=1)
"""Time between two redraws."""
NOBODY = 0
"""User id of the viewer of a message that everybody reads."""


class LiveState(StrEnum):
    """State of a live board. The value is stored."""

    NONE = "none"  # not stored: the club has none
    COMING = "coming"
    THERE = "there"
    GONE = "gone"  # its message or channel was deleted, or it could not be posted


class Lost(StrEnum):
    """Why a live board is gone; a part of catalogue keys."""

    DELETED = "deleted"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class LivePlace:
    """Where a live board is.

    Attributes:
        state: its state.
        channel_id: its channel, None without one.
        message_id: its message, None while there is none.
    """

    state: LiveState = LiveState.NONE
    channel_id: int | None = None
    message_id: int | None = None


async def place_of(database: Database, guild_id: int) -> LivePlace:
    """Return where a club's live board is."""
    async with database.read() as session:
        return await _place(session, guild_id)


async def choose_channel(
    database: Database, guild_id: int, channel_id: int | None, now: datetime, *, again: bool = False
) -> LivePlace:
    """Queue a club's live board in a channel; nothing happens if it is there.

    Args:
        database: database to write to.
        guild_id: id of the club.
        channel_id: channel, where the caller has checked that the bot may write; None for none.
        now: current time.
        again: post it again, even in the same channel.

    Returns:
        The former place, whose message the caller deletes if there is one; without a message if nothing happened.
    """
    async with database.write() as session:
        guild = await settings.guild_row(session, guild_id, hold=True)
        assert guild is not None  # created by `people.meet`
        before = await _place(session, guild_id)
        if before.channel_id == channel_id and not again:
            return LivePlace(before.state, before.channel_id)
        await queries.forget_deliveries(session, guild_id)
        if channel_id is None:
            await queries.drop(session, guild_id)
            return before
        club, found = await _found(session, guild, now)
        await queries.put(
            session,
            guild_id,
            channel_id=channel_id,
            message_id=None,
            state=LiveState.COMING.value,
            shown=_fingerprint(found, club),
            redraw_at=now + AT_MOST_EVERY,
        )
        await post(session, [_message(guild_id, channel_id, None, now)], now)
        return before


async def shown(database: Database, guild_id: int, channel_id: int, now: datetime) -> tuple[Club, Board] | None:
    """Return what a club's live board shows; None if it is in another channel by now."""
    async with database.read() as session:
        guild = await settings.guild_row(session, guild_id)
        if guild is None or (await _place(session, guild_id)).channel_id != channel_id:
            return None
        return await _found(session, guild, now)


async def posted(session: AsyncSession, guild_id: int, channel_id: int, message_id: int, now: datetime) -> None:
    """Store the message that shows the board, and have it pinned."""
    here = await queries.change(
        session,
        guild_id,
        channel_id,
        message_id=message_id,
        state=LiveState.THERE.value,
        redraw_at=now + AT_MOST_EVERY,
    )
    if here:
        await queries.look_again(session, guild_id, now + AT_MOST_EVERY)
        pin = OutboundMessage(
            StoredKind.BOARD_PIN,
            str(message_id),
            Priority.NUDGE,
            Destination.CHANNEL,
            due_at=now,
            channel_id=channel_id,
            guild_id=guild_id,
            payload={"message_id": str(message_id)},
        )
        await post(session, [pin], now)


async def lost(session: AsyncSession, guild_id: int, channel_id: int, why: Lost, key: str, now: datetime) -> None:
    """Record that a live board cannot be reached, and ask the organisers once whether to post it again."""
    guild = await settings.guild_row(session, guild_id)
    place = await _place(session, guild_id)
    if guild is None or guild.left_at is not None or place.channel_id != channel_id or place.state is LiveState.GONE:
        return
    await queries.change(session, guild_id, channel_id, message_id=None, state=LiveState.GONE.value)
    letters = [
        OutboundMessage(
            StoredKind.BOARD_LOST,
            key,
            Priority.ASKED,
            Destination.CHANNEL if to.channel_id else Destination.DM,
            due_at=now,
            user_id=to.user_id,
            channel_id=to.channel_id,
            guild_id=guild_id,
            payload={"channel_id": str(channel_id), "why": why.value},
        )
        for to in await organiser_addresses(session, guild)
    ]
    await post(session, letters, now)


async def run_job(session: AsyncSession, guild_id: int, now: datetime) -> None:
    """Redraw a live board if what it shows has changed, and look again when the club's day ends."""
    guild = await settings.guild_row(session, guild_id)
    live = await queries.live_board(session, guild_id, hold=True)
    if guild is None or guild.left_at is not None or live is None or live.state != LiveState.THERE:
        return
    club, found = await _found(session, guild, now)
    fresh = _fingerprint(found, club)
    if fresh != live.shown:
        live.shown, live.redraw_at = fresh, now + AT_MOST_EVERY
        await post(session, [_message(guild_id, live.channel_id, live.message_id, now)], now)
    zone = ZoneInfo(club.reader.zone)
    midnight = datetime.combine(today_in(club.reader.zone, now) + timedelta(days=1), time(), zone)
    await queries.look_again(session, guild_id, midnight + timedelta(seconds=1))
    await session.flush()


async def settings_changed(session: AsyncSession, guild_id: int) -> None:
    """Have a club's live board compared with its changed settings."""
    await queries.look_again_at(session, [guild_id])


async def _place(session: AsyncSession, guild_id: int) -> LivePlace:
    live = await queries.live_board(session, guild_id)
    return LivePlace() if live is None else LivePlace(LiveState(live.state), live.channel_id, live.message_id)


async def _found(session: AsyncSession, guild: Guild, now: datetime) -> tuple[Club, Board]:
    club = club_of(guild)
    assert club is not None
    choice = BoardChoice(club.first_board, WEEK)
    return club, await board_in(session, guild.guild_id, NOBODY, choice, club.reader.zone, now)


def _fingerprint(found: Board, club: Club) -> str:
    """Return a hash of what the message shows."""
    reader = club.reader
    content = (found.kind.key, found.span, found.total, found.rows, club.name, reader.language, reader.units)
    return hashlib.sha256(repr(content).encode()).hexdigest()


def _message(guild_id: int, channel_id: int, message_id: int | None, now: datetime) -> OutboundMessage:
    return OutboundMessage(
        StoredKind.BOARD_LIVE,
        str(guild_id),
        Priority.NUDGE,
        Destination.CARD,
        due_at=now,
        channel_id=channel_id,
        message_id=message_id,
        guild_id=guild_id,
    )
