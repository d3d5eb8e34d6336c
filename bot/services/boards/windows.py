"""The periods of a club's boards that are not of the calendar: the rolling 30 days, and seasons with names.

Their standings are rows like those of a month. Writing a run updates them, since `projections.standings` reads the
club's windows in the same transaction; so they are exact under late edits. The rolling period moves with the club's
day: then only members who were active on a day that enters or leaves are recomputed, from their own runs. The job of
a club moves it after midnight, and a reader who comes first does so as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.spans import BoardSpan, WindowKind, rolling_span
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.periods import Period, starts_on, today_in
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.projections import standings
from db.engine import Database
from db.queries.boards import standings as queries
from db.queries.boards import windows as window_queries
from db.queries.profile import settings
from db.queries.runs import spotting

ROLLING = (WindowKind.PRIOR_30, WindowKind.LAST_30)
AT_ONCE = 500
"""Members locked and recomputed in one statement."""


async def roll(database: Database, guild_id: int, zone: str, now: datetime) -> None:
    """Move a club's rolling periods to the current day, if they are not there.

    Args:
        database: database to write to.
        guild_id: id of the club.
        zone: its zone.
        now: current time.
    """
    today = today_in(zone, now)
    async with database.read() as session:
        if await _is_at(session, guild_id, today):
            return
    async with database.write() as session:
        await roll_in(session, guild_id, zone, now)


async def roll_in(session: AsyncSession, guild_id: int, zone: str, now: datetime) -> None:
    """Move a club's rolling periods to the current day, and schedule the next move."""
    today = today_in(zone, now)
    await window_queries.hold(session, guild_id)
    held = {one.kind: one for one in await standings.windows_of(session, guild_id) if one.kind in ROLLING}
    for kind in ROLLING:
        fresh = rolling_span(kind, today)
        days = _changed_days(held.get(kind), fresh)
        if not days:
            continue
        await window_queries.put(session, guild_id, kind.value, fresh.starts_on, fresh.ends_on)
        user_ids = await window_queries.active_members(session, guild_id, _mondays(days), days)
        await recompute(session, guild_id, [fresh], sorted(user_ids))
    await schedule_job(session, [_next(guild_id, zone, today)])


async def run_job(session: AsyncSession, guild_id: int, now: datetime) -> None:
    """Move the rolling periods of a club whose day has changed."""
    guild = await settings.guild_row(session, guild_id)
    if guild is not None and guild.left_at is None:
        await roll_in(session, guild_id, guild.zone or "UTC", now)


async def recompute(session: AsyncSession, guild_id: int, spans: Sequence[BoardSpan], user_ids: Sequence[int]) -> None:
    """Recompute some periods of members from their runs and credits."""
    await session.flush()
    for first in range(0, len(user_ids), AT_ONCE):
        some = user_ids[first : first + AT_ONCE]
        rows = standings.rows_of(spans, guild_id, await window_queries.hold_members(session, guild_id, some))
        if not rows:
            continue
        await queries.clear(session, rows)
        await queries.sum_up(session, rows)
        gains = standings.gains_of(spans, guild_id, some)
        if gains:
            await queries.update_gains(session, gains)
        await spotting.clear(session, rows)
        await spotting.sum_up(session, rows)


async def _is_at(session: AsyncSession, guild_id: int, today: date) -> bool:
    held = await window_queries.window(session, guild_id, WindowKind.LAST_30.value)
    return held is not None and held.ends_on == today


def _changed_days(held: BoardSpan | None, fresh: BoardSpan) -> list[tuple[date, date]]:
    """Return the days that are in one of two spans of equal length only, as first and last days."""
    if held is None:
        return [(fresh.starts_on, fresh.ends_on)]
    if held.starts_on == fresh.starts_on:
        return []
    earlier, later = sorted((held, fresh), key=lambda span: span.starts_on)
    if later.starts_on > earlier.ends_on:
        return [(earlier.starts_on, earlier.ends_on), (later.starts_on, later.ends_on)]
    day = timedelta(days=1)
    return [(earlier.starts_on, later.starts_on - day), (earlier.ends_on + day, later.ends_on)]


def _mondays(days: Sequence[tuple[date, date]]) -> list[date]:
    found = set()
    for first, last in days:
        monday = starts_on(Period.WEEK, first)
        while monday <= last:
            found.add(monday)
            monday += timedelta(weeks=1)
    return sorted(found)


def _next(guild_id: int, zone: str, today: date) -> Job:
    midnight = datetime.combine(today + timedelta(days=1), time(0, 1), ZoneInfo(zone))
    return Job(StoredKind.BOARD_ROLL, str(guild_id), midnight, Priority.NUDGE, subject_id=guild_id)
