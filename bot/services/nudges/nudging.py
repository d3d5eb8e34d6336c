"""What the bot says unasked: finding whom, once; whether it may be said now; Stop and Snooze.

Every kind of nudge has one row that is due (`TICK`) when its hour is struck next on some wall of those who use the bot.
Its step looks which hours were struck since the last one, lets the kind choose among those who live there, and plans
itself anew; what the kind chooses is written under a key of its own, so that nothing comes twice. Nothing is planned
ahead for anybody: goals and pauses are looked at when it matters. Whoever sets a zone, or an hour, calls `look_again`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum, auto
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import KNOCK_AGAIN, LATE, MOST_NUDGES_A_DAY, Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.nudges.quiet_hours import DEFAULT_QUIET, Quiet, quiet_until
from bot.domain.when.local_hours import Hour, Struck, next_struck, struck
from bot.domain.when.moment_parser import at_wall
from bot.domain.when.periods import today_in
from bot.domain.when.snoozes import Snooze, snoozes
from bot.errors import BadInput, Conflict, NotFound
from bot.services.messages.deliveries import Destination, Job, OutboundMessage, post, schedule_job
from db import models
from db.engine import Database
from db.queries.nudges import nudges as queries
from db.queries.profile import settings as settings_queries

PAGE = 100
"""Members looked at in one transaction, so that none holds up others for long."""
LONGEST = timedelta(days=1)
"""Between two ticks at most: whatever zone has come into use unnoticed is found by then."""

log = logging.getLogger(__name__)


class NudgeAudience(Enum):
    """Whom a kind is for."""

    MEMBERS = auto()
    CLUBS = auto()


@dataclass(frozen=True, slots=True)
class NudgeTarget:
    """A member or a club whose hour was struck.

    Attributes:
        id: of the person, or of the club.
        guild_id: the home club, or the club itself.
        zone: IANA name.
        hours: that were struck, oldest first; one, unless the bot was down.
    """

    id: int
    guild_id: int
    zone: str
    hours: tuple[Struck, ...]


@dataclass(frozen=True, slots=True)
class DueNudge:
    """Somebody who is to be nudged.

    Attributes:
        to: as reached.
        key: with the kind and the receiver, what never comes twice: a week, a day.
        at: the instant it is for, one of `to.hours`.
        channel_id: for a club.
        payload: what it needs to be drawn; JSON.
    """

    to: NudgeTarget
    key: str
    at: datetime
    channel_id: int = 0
    payload: Mapping[str, Any] = field(default_factory=dict)


Who = Callable[[AsyncSession, Sequence[NudgeTarget]], Awaitable[Iterable[DueNudge]]]
"""Those of the reached who are to be nudged."""
Hours = Callable[[AsyncSession], Awaitable[Iterable[tuple[Hour, str]]]]
"""The hours at which a kind comes, each with the zone of the wall; for a kind that has no hour of its own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom a kind of nudge reaches, and when.

    Attributes:
        name: of the kind; at most 32 characters.
        useful_for: how late it is still useful.
        who: chooses among those whose hour it is; None for what has no hour: it is posted when something happens.
        hour: the local hour at which it comes, or what knows the hours there are.
        audience: members or clubs.
        priority: its class.
        on: whether it comes to who has not said anything.
    """

    name: str
    useful_for: timedelta
    who: Who | None = None
    hour: Hour | Hours | None = None
    audience: NudgeAudience = NudgeAudience.MEMBERS
    priority: Priority = Priority.NUDGE
    on: bool = True


# ── finding whom ──


async def begin(database: Database, rules: Iterable[Rule], now: datetime) -> None:
    """Plan the first tick of every kind that has an hour and no tick; those that have go on where they were.

    One that sleeps for longer than any may, until a day to which the machine's clock had once jumped, is due at once.
    """
    async with database.write() as session:
        known = await queries.planned(session, StoredKind.NUDGE_TICK)
        new = [rule for rule in rules if rule.hour is not None and rule.name not in known]
        await schedule_job(session, [_next_tick(rule, await _hours(session, rule), now) for rule in new])
        if any(at > now + LONGEST for at in known.values()):
            await queries.hasten(session, StoredKind.NUDGE_TICK, now, beyond=now + LONGEST)


async def look_again(session: AsyncSession, now: datetime) -> None:
    """Have every kind see now which hours are struck next: a zone or an hour was set."""
    await queries.hasten(session, StoredKind.NUDGE_TICK, now, beyond=now)


async def look_again_from_now(session: AsyncSession, name: str, now: datetime) -> None:
    """Have a kind see its next hour now: one that was over before it was set is not made up for."""
    await queries.begin_anew(session, StoredKind.NUDGE_TICK, name, now, {"since": now.isoformat()})


async def tick(session: AsyncSession, rule: Rule, payload: Mapping[str, Any], now: datetime) -> None:
    """Write the nudges of a kind that have become due since its last tick, and plan the next.

    A page at a time: while there are more members, the next tick is for those, at once.

    Args:
        session: of the step that is due.
        rule: of the kind.
        payload: the row's: since when; within a tick of several pages also until when, and after whom.
        now: the present.
    """
    since = datetime.fromisoformat(payload["since"])
    if since > now + LONGEST:  # written while the clock was wrong; what was said then is not said twice
        since = now
    until = datetime.fromisoformat(payload["until"]) if "until" in payload else now
    # What is no longer useful is not looked for; a clock that was put back finds nothing until it has caught up.
    looked_from = max(since, until - rule.useful_for)
    if since < looked_from and "after" not in payload:
        log.warning("%s: what was due between %s and %s is no longer useful", rule.name, since, looked_from)
    hours = await _hours(session, rule)
    last = None
    if looked_from < until:
        last = await _page(session, rule, hours, looked_from, until, int(payload.get("after", 0)), now)
    if last is not None:
        await schedule_job(session, [_tick(rule.name, since, now, until=until.isoformat(), after=last)])
        return
    await schedule_job(session, [_next_tick(rule, hours, max(since, until))])


async def _hours(session: AsyncSession, rule: Rule) -> Collection[tuple[Hour, str]]:
    if isinstance(rule.hour, Hour):
        return [(rule.hour, zone) for zone in await queries.zones_in_use(session)]
    return set(await rule.hour(session)) if rule.hour is not None else ()


async def _page(
    session: AsyncSession,
    rule: Rule,
    hours: Collection[tuple[Hour, str]],
    since: datetime,
    until: datetime,
    after: int,
    now: datetime,
) -> int | None:
    """Write one page of nudges; the last member looked at where there may be more."""
    by_zone: dict[str, list[Struck]] = {}
    for hour, zone in hours:
        if found := struck(hour, zone, since, until):
            by_zone.setdefault(zone, []).extend(found)
    if not by_zone or rule.who is None:
        return None
    if rule.audience is NudgeAudience.MEMBERS:
        rows = await queries.members_in(session, list(by_zone), rule.name, after, PAGE, default=rule.on)
    else:
        rows = await queries.clubs_in(session, list(by_zone), after, PAGE)
    reached = [
        NudgeTarget(row[0], row[1], row[2], tuple(sorted(by_zone[row[2]], key=lambda one: one.at))) for row in rows
    ]
    if reached:
        await post(session, [_letter(rule, call) for call in await rule.who(session, reached)], now)
    return reached[-1].id if len(reached) == PAGE else None


def _next_tick(rule: Rule, hours: Collection[tuple[Hour, str]], done: datetime) -> Job:
    next_at = min((next_struck(hour, zone, done) for hour, zone in hours), default=done + LONGEST)
    return _tick(rule.name, done, min(next_at, done + LONGEST))


def _tick(name: str, since: datetime, at: datetime, **more: object) -> Job:
    return Job(StoredKind.NUDGE_TICK, name, at, Priority.NUDGE, payload={"since": since.isoformat(), **more})


def _letter(rule: Rule, call: DueNudge) -> OutboundMessage:
    club = rule.audience is NudgeAudience.CLUBS
    return OutboundMessage(
        rule.name,
        call.key,
        rule.priority,
        Destination.CHANNEL if club else Destination.DM,
        due_at=call.at,
        user_id=0 if club else call.to.id,
        channel_id=call.channel_id,
        guild_id=call.to.guild_id,
        payload=call.payload,
    )


# ── whether now ──


async def sent_from(
    session: AsyncSession, rule: Rule, user_id: int, payload: Mapping[str, Any], due_at: datetime, now: datetime
) -> datetime | None:
    """From when on a nudge may be sent: `now` where it may at once, None where it may not any more.

    One that was snoozed has been asked for, at its hour. A club's comes at the hour the club has chosen.

    Args:
        session: reads.
        rule: of its kind.
        user_id: who gets it; 0 for a club.
        payload: the message's.
        due_at: when it was meant.
        now: the present.
    """
    if not user_id:
        return now
    user = await settings_queries.user_row(session, user_id)
    wanted = (await queries.choices_of(session, user_id)).get(rule.name, rule.on)
    if user is None or not wanted:
        return None
    if rule.priority is Priority.NUDGE and not await queries.is_at_home(session, user_id):
        return None  # left while it waited
    if rule.priority is not Priority.NUDGE or "snoozed" in payload:
        return now
    zone = await queries.zone_of(session, user_id)
    today = today_in(zone, now)
    if await queries.pauses_of(session, [user_id], since=today):
        return None
    if user.dm_closed_at is not None and now - user.dm_closed_at < KNOCK_AGAIN:
        return None
    at = now
    midnight = at_wall(today, time(), zone)
    if await queries.count_sent(session, user_id, Priority.NUDGE, midnight) >= MOST_NUDGES_A_DAY:
        at = at_wall(today + timedelta(days=1), time(), zone)
    at = quiet_until(at, zone, quiet_of(user)) or at
    return at if at <= due_at + rule.useful_for else None


def quiet_of(user: models.User) -> Quiet:
    """Somebody's quiet hours."""
    if user.quiet_from_min is None or user.quiet_until_min is None:
        return DEFAULT_QUIET
    return Quiet(user.quiet_from_min, user.quiet_until_min)


async def late_since(database: Database, user_id: int, due_at: datetime, now: datetime) -> datetime | None:
    """When a message should have come that comes late; a night of quiet hours, or of rest for a club, is not late."""
    if now - due_at < LATE:
        return None
    if user_id:
        async with database.read() as session:
            user = await settings_queries.user_row(session, user_id)
            zone = await queries.zone_of(session, user_id)
        night = quiet_until(due_at, zone, quiet_of(user)) if user is not None else None
        if night is not None and now - night < LATE:
            return None
    return due_at


# ── Stop and Snooze ──


async def choose(database: Database, user_id: int, kind: str, *, wanted: bool) -> None:
    """Set whether somebody wants nudges of a kind."""
    async with database.write() as session:
        await queries.put_choice(session, user_id, kind, wanted=wanted)


async def choose_all(database: Database, user_id: int, choices: Mapping[str, bool]) -> None:
    """Set of some kinds whether somebody wants them."""
    async with database.write() as session:
        for kind, wanted in choices.items():
            await queries.put_choice(session, user_id, kind, wanted=wanted)


async def snooze_choices(
    database: Database, rules: Mapping[str, Rule], delivery_id: int, user_id: int, guild_id: int | None, now: datetime
) -> dict[Snooze, datetime]:
    """Until when one's own nudge can be put off so that it is still of use.

    Args:
        database: where.
        rules: by kind.
        delivery_id: the message.
        user_id: who asks.
        guild_id: a club that this person organises, if this is said there.
        now: the present.

    Raises:
        NotFound: there is no such message, or it is somebody else's.
        Conflict: this kind was stopped.
        BadInput: it is too late for all of them.
    """
    async with database.read() as session:
        return await _choices(session, await _own(session, rules, delivery_id, user_id, guild_id), rules, user_id, now)


async def snooze(
    database: Database,
    rules: Mapping[str, Rule],
    delivery_id: int,
    user_id: int,
    guild_id: int | None,
    until: str,
    now: datetime,
) -> datetime:
    """Put a nudge off; pressed again it is moved, not doubled. The next of its kind comes as ever.

    Arguments and errors as of `snooze_choices`; `until` is one of the choices.
    """
    async with database.write() as session:
        row = await _own(session, rules, delivery_id, user_id, guild_id)
        choices = await _choices(session, row, rules, user_id, now)
        chosen = next((at for name, at in choices.items() if name == until), None)
        if chosen is None:
            raise BadInput("nudges.snooze.too_late")
        payload = {"delivery_id": delivery_id}
        step = Job(StoredKind.NUDGE_SNOOZED, str(delivery_id), chosen, Priority.ASKED, user_id=user_id, payload=payload)
        await schedule_job(session, [step])
        return chosen


async def wake(session: AsyncSession, delivery_id: int, at: datetime, now: datetime) -> None:
    """Send a nudge again that was put off until now."""
    row = await session.get(models.Delivery, delivery_id)
    if row is None:
        return
    letter = OutboundMessage(
        row.kind,
        f"{delivery_id}+{int(at.timestamp())}",  # put off again from the first message it comes again
        Priority.ASKED,
        Destination(row.destination),
        due_at=at,
        user_id=row.user_id,
        channel_id=row.channel_id,
        guild_id=row.guild_id,
        subject_id=row.subject_id,
        payload={
            **row.payload,
            "snoozed": True,
            "first_due_at": row.payload.get("first_due_at", row.due_at.isoformat()),
        },
    )
    await post(session, [letter], now)


async def _own(
    session: AsyncSession, rules: Mapping[str, Rule], delivery_id: int, user_id: int, guild_id: int | None
) -> models.Delivery:
    row = await queries.own_delivery(session, delivery_id, user_id, guild_id, rules)
    if row is None:
        raise NotFound("nudges.snooze.gone")
    if row.user_id and not (await queries.choices_of(session, user_id)).get(row.kind, rules[row.kind].on):
        raise Conflict("nudges.snooze.stopped")  # it would not come
    return row


async def _choices(
    session: AsyncSession, row: models.Delivery, rules: Mapping[str, Rule], user_id: int, now: datetime
) -> dict[Snooze, datetime]:
    zone = await queries.zone_of(session, user_id)
    first_due_at = datetime.fromisoformat(row.payload.get("first_due_at", row.due_at.isoformat()))
    meant = datetime.combine(today_in(zone, now), time(8), ZoneInfo(zone))  # tomorrow: in the morning
    end = first_due_at + rules[row.kind].useful_for
    found = {how: at for how, at in snoozes(meant, now, zone).items() if at <= end}
    if not found:
        raise BadInput("nudges.snooze.too_late")
    return found
