"""Weekly digest of a club: when it is due, and its contents.

It is public and uses the same data as the boards: runs that count in the club, of members who are in it and not hidden.
It covers the seven days before its own day. If its day or hour was moved, or a digest could not be posted, it starts
where the last one ended, so that every day is in exactly one digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.leaderboard import ranks
from bot.domain.clubs.club_defaults import DEFAULT_DIGEST_HOUR, DEFAULT_DIGEST_WEEKDAY, DEFAULT_ZONE
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.nudges.streaks import WEEK, monday_of
from bot.domain.runs.runs import Direction
from bot.domain.when.local_hours import Hour
from bot.domain.when.periods import today_in
from bot.errors import BadInput
from bot.services.members.people import CONFIRMED_FOR, Club, club_of
from bot.services.messages.deliveries import Destination, OutboundMessage, post
from bot.services.messages.organiser_addresses import organiser_addresses
from bot.services.nudges.nudging import DueNudge, NudgeTarget, look_again_from_now
from db import models
from db.engine import Database
from db.queries.clubs import digests as queries
from db.queries.profile import settings as settings_queries

MOST = 2 * WEEK
"""Most days in one digest: a longer gap means that the club had none, not that one was moved or lost."""
WEEKS = 12
"""Weeks in the chart; the last one is that of the digest."""
TOP = {Direction.BACKWARD: 5, Direction.FORWARD: 3}
"""Rows of each board."""
NAMED = 10
"""Most newcomers and spotters named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A row of a board; `name` is as typed, unescaped."""

    rank: int
    name: str
    distance_m: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Digest:
    """A club's week, or the days covered in its place.

    Attributes:
        club: the club.
        first: first day.
        last: last day.
        runs: number of runs.
        members: number of members who ran.
        sums: (metres, milliseconds) of all members per direction.
        boards: top rows per direction.
        newcomers: names of members with their first run in the club.
        spotters: (name, milliseconds) of members who were spotters for others.
        weeks: (Monday, metres backward, metres forward), oldest first.
        unseen: ids of named members whose membership was not confirmed lately.
    """

    club: Club
    first: date
    last: date
    runs: int
    members: int
    sums: Mapping[Direction, tuple[int, int]]
    boards: Mapping[Direction, tuple[Placed, ...]]
    newcomers: tuple[str, ...]
    spotters: tuple[tuple[str, int], ...]
    weeks: tuple[tuple[date, int, int], ...]
    unseen: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """Digest settings of a club, with defaults filled in.

    Attributes:
        channel_id: channel of the digest; None for no digest.
        weekday: 0 (Monday) to 6, in the club's zone.
        hour: 0 to 23, in the club's zone.
        instead: whether logged runs are not posted, because the digest reports them.
    """

    channel_id: int | None = None
    weekday: int = DEFAULT_DIGEST_WEEKDAY
    hour: int = DEFAULT_DIGEST_HOUR
    instead: bool = False


def digest_of(guild: models.Guild) -> DigestSettings:
    """Return the digest settings of a club, with defaults filled in."""
    return DigestSettings(
        guild.digest_channel_id,
        DEFAULT_DIGEST_WEEKDAY if guild.digest_weekday is None else guild.digest_weekday,
        DEFAULT_DIGEST_HOUR if guild.digest_hour is None else guild.digest_hour,
        guild.digest_instead,
    )


async def hours(session: AsyncSession) -> Iterable[tuple[Hour, str]]:
    """Return the local days and hours at which clubs have their digest, each with the club's zone."""
    found = []
    for guild in await queries.with_digest(session):
        held = digest_of(guild)
        found.append((Hour(held.hour, held.weekday), guild.zone or DEFAULT_ZONE))
    return found


async def due(session: AsyncSession, reached: Sequence[NudgeTarget]) -> Iterable[DueNudge]:
    """Return the digests that are due for the clubs reached."""
    ids = [one.id for one in reached]
    clubs = {guild.guild_id: digest_of(guild) for guild in await queries.with_digest(session, ids)}
    told = await _told(session, reached)
    calls = []
    for one in reached:
        held = clubs.get(one.id)
        if held is None or held.channel_id is None:
            continue
        # The hours of its zone include those of other clubs.
        mine = [struck for struck in one.hours if struck.hour == Hour(held.hour, held.weekday)]
        if mine:
            on = mine[-1].on
            first = first_day(on, told.get(one.id))
            if first >= on:
                continue
            # Keyed by week, so that moving the day does not give two digests in a week.
            key = monday_of(on).isoformat()
            payload = {"on": on.isoformat(), "first": first.isoformat()}
            calls.append(DueNudge(one, key, mine[-1].at, held.channel_id, payload))
    return calls


async def _told(session: AsyncSession, reached: Sequence[NudgeTarget]) -> dict[int, date]:
    """Return for each club the first day that no recent digest, posted or queued, covers."""
    since = min((struck.at for one in reached for struck in one.hours), default=None)
    if since is None:
        return {}
    rows = await queries.posted(
        session, StoredKind.NUDGE_DIGEST, [one.id for one in reached], since - MOST - timedelta(days=1)
    )
    told: dict[int, date] = {}
    for guild_id, payload in rows:
        told[guild_id] = max(told.get(guild_id, date.min), date.fromisoformat(payload["on"]))
    return told


def first_day(on: date, told_until: date | None) -> date:
    """Return the first day of a digest: where the last one ended, or a week before its own day.

    Args:
        on: its own day, which it does not cover.
        told_until: own day of the last digest.
    """
    return on - WEEK if told_until is None or on - told_until > MOST else told_until


async def digest(
    database: Database, guild_id: int, channel_id: int, on: date, now: datetime, first: date | None = None
) -> Digest | None:
    """Return a club's digest; None if there were no runs, or the club's digest is no longer in that channel.

    Args:
        database: database to read.
        guild_id: id of the club.
        channel_id: channel where it is to be posted.
        on: day after the last one covered.
        now: current time.
        first: first day, by default a week before `on`. A longer period is cut to a week if its earlier part has no
            runs: then the last digest was skipped because it was empty.
    """
    last = on - timedelta(days=1)
    first = on - WEEK if first is None else first
    async with database.read() as session:
        if first < on - WEEK and not await _any(session, guild_id, first, on - WEEK - timedelta(days=1)):
            first = on - WEEK
        guild = await settings_queries.guild_row(session, guild_id)
        club = club_of(guild)
        if guild is None or club is None or guild.digest_channel_id != channel_id:
            return None
        return await _digest(session, club, first, last, now)


async def preview(database: Database, guild_id: int, name: str, now: datetime) -> tuple[Digest, bool]:
    """Return what a digest of the last seven days would say, today included, for the organisers alone.

    A club without a run in them gets an example with the organiser's name, and True.
    """
    async with database.read() as session:
        club = club_of(await settings_queries.guild_row(session, guild_id))
        assert club is not None
        last = today_in(club.reader.zone, now)
        found = await _digest(session, club, last - WEEK + timedelta(days=1), last, now)
    return (found, False) if found is not None else (_example(club, name, last), True)


def _example(club: Club, name: str, last: date) -> Digest:
    backward, forward = (12_400, 4_740_000), (20_000, 7_200_000)
    since = monday_of(last) - (WEEKS - 1) * WEEK
    weeks = tuple((since + n * WEEK, 0, 0) for n in range(WEEKS - 1))
    return Digest(
        club,
        last - WEEK + timedelta(days=1),
        last,
        5,
        1,
        {Direction.BACKWARD: backward, Direction.FORWARD: forward},
        {Direction.BACKWARD: (Placed(1, name, *backward),), Direction.FORWARD: (Placed(1, name, *forward),)},
        (name,),
        ((name, 2_520_000),),
        (*weeks, (monday_of(last), backward[0], forward[0])),
    )


async def _digest(session: AsyncSession, club: Club, first: date, last: date, now: datetime) -> Digest | None:
    """Return a club's digest from `first` to `last`, or None if there were no runs."""
    guild_id = club.guild_id
    runs, members = await queries.counts(session, guild_id, first, last)
    rows = await queries.sums(session, guild_id, first, last)
    spotters = await queries.spotters(session, guild_id, first, last)
    if not runs and not spotters:
        return None
    new = await queries.newcomers(session, guild_id, {row[0] for row in rows}, first)
    since = monday_of(last) - (WEEKS - 1) * WEEK
    told = {
        (monday, direction): int(metres) for monday, direction, metres in await queries.weeks(session, guild_id, since)
    }
    names = {row[0]: (row[1], row[2]) for row in rows} | {row[0]: (row[1], row[2]) for row in spotters}
    ordered = {
        direction: sorted(
            ((int(row[4] or 0), int(row[5]), row[0]) for row in rows if row[3] == direction.value), reverse=True
        )
        for direction in TOP
    }
    boards = {direction: _board(ordered[direction], TOP[direction], names) for direction in TOP}
    shown = {user_id for direction, top in TOP.items() for _, _, user_id in ordered[direction][:top]}
    shown |= new | {row[0] for row in spotters}
    mondays = [since + n * WEEK for n in range(WEEKS)]
    return Digest(
        club,
        first,
        last,
        runs,
        members,
        {
            direction: (sum(one[0] for one in rows_), sum(one[1] for one in rows_))
            for direction, rows_ in ordered.items()
        },
        boards,
        tuple(sorted((names[user_id][0] for user_id in new), key=str.casefold)),
        tuple((row[1], int(row[3])) for row in spotters),
        tuple((monday, told.get((monday, "backward"), 0), told.get((monday, "forward"), 0)) for monday in mondays),
        tuple(sorted(user_id for user_id in shown if now - names[user_id][1] >= CONFIRMED_FOR)),
    )


async def _any(session: AsyncSession, guild_id: int, first: date, last: date) -> bool:
    runs, _ = await queries.counts(session, guild_id, first, last)
    return runs > 0 or len(await queries.spotters(session, guild_id, first, last)) > 0


def _board(
    ordered: Sequence[tuple[int, int, int]], top: int, names: Mapping[int, tuple[str, datetime]]
) -> tuple[Placed, ...]:
    """Return the top rows of a direction by distance; members with times only follow, by time."""
    places = ranks([metres for metres, _, _ in ordered])
    return tuple(
        Placed(rank, names[user_id][0], metres, ms)
        for rank, (metres, ms, user_id) in list(zip(places, ordered, strict=True))[:top]
    )


async def choose_channel(database: Database, guild_id: int, channel_id: int | None, now: datetime) -> None:
    """Set or remove (None) the digest channel; the caller has checked that the bot may post there."""
    await _set(database, guild_id, now, digest_channel_id=channel_id)


async def set_when(
    database: Database, guild_id: int, now: datetime, *, weekday: int | None = None, hour: int | None = None
) -> None:
    """Set the digest's day, hour or both.

    Raises:
        BadInput: not a valid day or hour.
    """
    chosen = {"digest_weekday": weekday, "digest_hour": hour}
    values = {name: value for name, value in chosen.items() if value is not None}
    allowed = {"digest_weekday": range(7), "digest_hour": range(24)}
    if not values or any(value not in allowed[name] for name, value in values.items()):
        raise BadInput("settings.choice.unknown")
    await _set(database, guild_id, now, **values)


async def set_instead(database: Database, guild_id: int, now: datetime, *, on: bool) -> None:
    """Set whether runs are reported by the digest only, without a post for each; applies while there is a channel."""
    await _set(database, guild_id, now, digest_instead=on)


async def stop(database: Database, guild_id: int) -> None:
    """Turn a club's digest off; its day and hour are kept."""
    async with database.write() as session:
        await settings_queries.set_guild(session, guild_id, digest_channel_id=None)


async def _set(database: Database, guild_id: int, now: datetime, **values: object) -> None:
    async with database.write() as session:
        await settings_queries.set_guild(session, guild_id, **values)
        await look_again_from_now(session, StoredKind.NUDGE_DIGEST, now)


async def tell_lost(session: AsyncSession, guild_id: int, channel_id: int, key: str, now: datetime) -> None:
    """Tell the organisers that a digest could not be posted: in their channel, else by direct message."""
    guild = await settings_queries.guild_row(session, guild_id)
    if guild is None or guild.left_at is not None or guild.digest_channel_id != channel_id:
        return
    lost = partial(
        OutboundMessage,
        StoredKind.DIGEST_LOST,
        key,
        Priority.ASKED,
        due_at=now,
        guild_id=guild_id,
        payload={"channel_id": str(channel_id)},
    )
    told = [
        lost(Destination.CHANNEL if to.channel_id else Destination.DM, user_id=to.user_id, channel_id=to.channel_id)
        for to in await organiser_addresses(session, guild)
    ]
    await post(session, told, now)
