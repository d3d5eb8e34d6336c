"""Updates of time zone data: at the next start, move what is planned by wall time, and log it.

Stored instants depend on the data they were computed with. The rules of every zone are therefore stored, and a start
with other data compares them. In zones whose clocks will differ, what was planned for 18:00 is moved to stay at 18:00.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.when.zone_rules import Rules, differing, moved, rules_of
from bot.services.messages import app_state
from bot.services.nudges import nudging
from bot.services.outings import evening_reminders
from bot.services.outings.outings import read, redraw
from bot.services.outings.partner_calls import plan_steps
from bot.services.reminders import reminder_firing
from bot.services.rounds import rounds
from db.engine import Database
from db.queries.outings import outings as outing_queries
from db.queries.zones import zones as queries

log = logging.getLogger(__name__)

KEPT = "zone_rules"
"""Name under which the last used rules are stored."""
HORIZON = timedelta(days=3 * 366)
"""How far ahead rules are stored; anything later moves like what is planned at that time."""


async def follow(database: Database, version: str, now: datetime) -> int:
    """Move what is planned in zones whose rules have changed since the last start, and return the number of zones.

    The moves and the stored rules are one transaction: a start killed halfway has moved nothing.

    Args:
        database: database to write to.
        version: version of the data in use.
        now: current time.

    Raises:
        Unavailable: the database is locked or full; nothing was moved.
    """
    held = await app_state.recall(database, KEPT)
    before: dict[str, Any] = json.loads(held) if held else {}
    if before.get("version") == version and datetime.fromtimestamp(before["until"], UTC) > now + HORIZON / 2:
        return 0
    since = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    until = since + HORIZON
    rules = await asyncio.to_thread(_all_rules, version, since, until)
    known: dict[str, Rules] = before.get("rules", {})
    end = datetime.fromtimestamp(before["until"], UTC) if before else now
    changed = differing(known, rules, now, min(end, until)) if now < end else set()
    async with database.write() as session:
        if changed:
            await _move(session, {zone: known[zone] for zone in changed}, now)
        value = json.dumps({"version": version, "until": int(until.timestamp()), "rules": rules}, separators=(",", ":"))
        await app_state.remember_in(session, KEPT, value)
    if before:
        log.info(
            "time zone data %s instead of %s: %d zones differ, moved the schedules in them",
            version, before["version"], len(changed),
        )  # fmt: skip
    return len(changed)


@lru_cache(maxsize=4)
def _all_rules(_version: str, since: datetime, until: datetime) -> Mapping[str, Rules]:
    """Return the rules of every zone; takes half a second."""
    return {zone: rules_of(zone, since, until) for zone in sorted(available_timezones())}


async def _move(session: AsyncSession, old: dict[str, Rules], now: datetime) -> None:
    for outing_id, zone, starts_at in await queries.outings_ahead(session, old, now):
        at = moved(starts_at, old[zone], zone)
        if at != starts_at:
            await outing_queries.set_start(session, outing_id, at)
            outing = await read(session, outing_id)
            await plan_steps(session, outing, now)
            await redraw(session, outing, now)
    for user_id in await queries.members_in(session, old):
        await evening_reminders.move_evenings(session, user_id=user_id)
    for guild in await queries.clubs_in(session, old):
        await evening_reminders.move_evenings(session, guild_id=guild.guild_id)
        if guild.round_on:
            await rounds.plan_round(session, guild, now)
    for zone in old:
        await reminder_firing.move_zone(session, zone, now)
    await nudging.look_again(session, now)
