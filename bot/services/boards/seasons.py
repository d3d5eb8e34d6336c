"""Seasons: periods that a club names with dates, for its boards.

The standings of a new season are computed member by member, in slices of one transaction each, so that commands wait
for none of them long. A small club is done at once; the slices of a large one are jobs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.spans import BoardSpan, WindowKind
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.period_parser import EARLIEST
from bot.errors import BadInput, Conflict, NotFound
from bot.services.boards.windows import recompute
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.projections.standings import windows_of
from db import models
from db.engine import Database
from db.queries.boards import windows as queries

AT_ONCE = 100
"""Members whose standings are computed in one transaction."""
BETWEEN = timedelta(seconds=1)
"""Pause between two slices."""
NAME_LIMIT = 40
"""Characters of a season's name, so that it fits a board's title on a phone."""
MOST_SEASONS = 100
"""Most seasons of a club."""
LONGEST = timedelta(days=3 * 366)
"""Longest season; a longer one is a mistyped year."""


@dataclass(frozen=True, slots=True)
class Season:
    """A season: `name` is as typed, unescaped; `complete` is False while its standings are being computed."""

    season_id: int
    name: str
    starts_on: date
    ends_on: date
    complete: bool


async def seasons_of(database: Database, guild_id: int) -> Sequence[BoardSpan]:
    """Return a club's seasons, earliest first."""
    async with database.read() as session:
        return [one for one in await windows_of(session, guild_id) if one.kind is WindowKind.SEASON]


async def listed(database: Database, guild_id: int) -> list[Season]:
    """Return a club's seasons with their ids, latest first."""
    async with database.read() as session:
        found = await queries.windows(session, guild_id)
    return [_season(one) for one in reversed(found) if one.kind == WindowKind.SEASON.value]


async def create(database: Database, guild_id: int, name: str, starts_on: date, ends_on: date, now: datetime) -> Season:
    """Create a season; the caller has checked that an organiser asks.

    Raises:
        BadInput: no name, a name that another season has, or dates that make no season.
        Conflict: its days overlap those of another season, or there are too many.
    """
    name = " ".join(name.split())
    if not name or len(name) > NAME_LIMIT:
        raise BadInput("board.season.name", limit=NAME_LIMIT)
    if ends_on < starts_on:
        raise BadInput("board.season.backward", first=starts_on, last=ends_on)
    if ends_on - starts_on > LONGEST or starts_on.year < EARLIEST:
        raise BadInput("board.season.too_long", first=starts_on, last=ends_on)
    async with database.write() as session:
        await queries.hold(session, guild_id)
        others = [one for one in await windows_of(session, guild_id) if one.kind is WindowKind.SEASON]
        if len(others) >= MOST_SEASONS:
            raise Conflict("board.season.too_many", limit=MOST_SEASONS)
        for other in others:
            if other.name.casefold() == name.casefold():
                raise BadInput("board.season.twice", typed=name)
            if other.starts_on <= ends_on and starts_on <= other.ends_on:
                raise Conflict(
                    "board.season.overlaps",
                    typed=name,
                    first=starts_on,
                    last=ends_on,
                    other=other.name,
                    other_first=other.starts_on,
                    other_last=other.ends_on,
                )
        window = models.BoardWindow(
            guild_id=guild_id,
            kind=WindowKind.SEASON.value,
            starts_on=starts_on,
            ends_on=ends_on,
            name=name,
            complete=False,
        )
        session.add(window)
        await session.flush()
        await _compute(session, window, 0, now)
        return _season(window)


async def delete(database: Database, guild_id: int, season_id: int) -> Season:
    """Delete a season of a club and its standings; the runs stay.

    Raises:
        NotFound: the club has no such season.
    """
    async with database.write() as session:
        await queries.hold(session, guild_id)
        window = await queries.season(session, guild_id, season_id)
        if window is None:
            raise NotFound("board.season.gone")
        gone = _season(window)
        await queries.drop_standings(session, guild_id, window.kind, window.starts_on)
        await queries.drop(session, season_id)
        return gone


async def run_job(session: AsyncSession, season_id: int, after: int, now: datetime) -> None:
    """Compute the next slice of a season that still exists."""
    window = await session.get(models.BoardWindow, season_id)
    if window is not None and not window.complete:
        await _compute(session, window, after, now)


async def _compute(session: AsyncSession, window: models.BoardWindow, after: int, now: datetime) -> None:
    """Compute a season's standings of the members after an id; schedule the next slice, or mark it complete."""
    user_ids = await queries.members_after(session, window.guild_id, after, AT_ONCE)
    span = BoardSpan(WindowKind.SEASON, window.starts_on, window.ends_on, window.name)
    await recompute(session, window.guild_id, [span], user_ids)
    if len(user_ids) == AT_ONCE:
        payload = {"after": str(user_ids[-1])}
        key = str(window.window_id)
        job = Job(
            StoredKind.BOARD_SEASON, key, now + BETWEEN, Priority.NUDGE, subject_id=window.window_id, payload=payload
        )
        await schedule_job(session, [job])
    else:
        window.complete = True
        await session.flush()


def _season(window: models.BoardWindow) -> Season:
    return Season(window.window_id, window.name, window.starts_on, window.ends_on, window.complete)
