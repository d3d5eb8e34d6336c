"""Badges of a member with their progress, the latest of a club, and counting everybody's anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.badges.badge_definitions import Badge, badges, fingerprint
from bot.domain.badges.checkers import Counts
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.services.messages import app_state
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.projections.badge_counts import recount
from db.engine import Database
from db.models.badges import OWN
from db.queries.badges import badges as queries

LATEST = 10
"""Badges in the list of a club's latest."""
AT_ONCE = 5
"""People whose badges are counted anew in one transaction: 0.3 s for a thousand runs each."""
BETWEEN = timedelta(seconds=1)
"""Pause between two slices."""
_COUNTED_BY = "badges"
"""Name of the stored fingerprint by which everybody's badges were counted."""


@dataclass(frozen=True, slots=True)
class BadgeStanding:
    """How far a member is with a badge.

    Attributes:
        badge: the badge.
        level: the level reached, 0 for none.
        reached: the most that was reached, in the checker's unit.
        towards: how much counts towards the next level.
        goal: how much the next level needs, None after the last.
        earned_at: start of the run that reached the level; None without one.
    """

    badge: Badge
    level: int
    reached: int
    towards: int
    goal: int | None
    earned_at: datetime | None

    @property
    def share(self) -> float:
        """How far the next level is done, 0 to 1; 1 after the last."""
        return 1.0 if self.goal is None else self.towards / self.goal


@dataclass(frozen=True, slots=True)
class ClubBadge:
    """A badge that a member of a club has earned; `display_name` is as typed, unescaped."""

    key: str
    level: int
    earned_at: datetime
    display_name: str


async def own_badges(database: Database, user_id: int, today: date) -> tuple[BadgeStanding, ...]:
    """Return every badge with a member's progress, from the runs of all clubs and none, private ones too.

    Args:
        database: database to read; written to when their badges were counted by other rules.
        user_id: the member.
        today: date in their zone.

    Raises:
        Unavailable: the database is locked.
    """
    async with database.read() as session:
        row = (await queries.counts_of(session, user_id)).get(OWN)
    if row is None or row.rules != fingerprint():
        async with database.write() as session:
            await recount(session, user_id, await queries.clubs_of(session, user_id))
    async with database.read() as session:
        row = (await queries.counts_of(session, user_id)).get(OWN)
        earned = {(one.badge, one.level): one.earned_at for one in await queries.earned_by(session, user_id, [OWN])}
    counts = {key: tuple(one) for key, one in row.counts.items()} if row else {}
    return tuple(_standing(badge, counts, earned, today) for badge in badges().values())


def _standing(
    badge: Badge, counts: Mapping[str, Counts], earned: Mapping[tuple[str, int], datetime], today: date
) -> BadgeStanding:
    own = counts.get(badge.key, badge.checker.start)
    reached = badge.checker.reached(own)
    level = badge.level(reached)
    towards = badge.checker.towards_next(own, today)
    return BadgeStanding(badge, level, reached, towards, badge.next_goal(reached), earned.get((badge.key, level)))


async def earned_by_run(database: Database, run_id: int, user_id: int) -> tuple[tuple[str, int], ...]:
    """Return (key, level) of the badges that a run earned a person, as its runner or its spotter."""
    async with database.read() as session:
        levels = await queries.of_run(session, run_id, user_id, OWN)
    return tuple((key, levels[key]) for key in badges() if key in levels)


async def latest_in_club(database: Database, guild_id: int) -> tuple[ClubBadge, ...]:
    """Return the badges that members of a club earned last, by the runs it sees.

    Those who left the club or hide from its boards are left out.

    Raises:
        Unavailable: the database is locked.
    """
    async with database.read() as session:
        rows = await queries.latest(session, guild_id, LATEST)
    return tuple(ClubBadge(row.badge, row.level, row.earned_at, row.display_name or "") for row in rows)


# ── counting anew when the rules have changed ──


async def begin(database: Database, now: datetime) -> None:
    """Schedule counting everybody's badges if they were counted by other rules, such as before there were any."""
    async with database.write() as session:
        if await app_state.recall_in(session, _COUNTED_BY) == fingerprint():
            return
        if await queries.people_after(session, 0, fingerprint(), 1):
            await _schedule(session, 0, now)
        else:
            await app_state.remember_in(session, _COUNTED_BY, fingerprint())


async def count_slice(session: AsyncSession, after: int, now: datetime) -> None:
    """Count the badges of some people, and schedule the next ones.

    Args:
        session: transaction of the due job.
        after: the last person counted before.
        now: current time.
    """
    found = await queries.people_after(session, after, fingerprint(), AT_ONCE)
    for user_id in found:
        await recount(session, user_id, await queries.clubs_of(session, user_id))
    if found:
        await _schedule(session, found[-1], now)
    else:
        await app_state.remember_in(session, _COUNTED_BY, fingerprint())


async def _schedule(session: AsyncSession, after: int, now: datetime) -> None:
    job = Job(StoredKind.BADGE_COUNT, StoredKind.BADGE_COUNT, now + BETWEEN, Priority.NUDGE, payload={"after": after})
    await schedule_job(session, [job])
