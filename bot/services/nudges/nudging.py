"""Nudges: messages that the bot sends unasked; their recipients, whether to send now, stop and snooze.

Each kind of nudge with an hour has one job (`NUDGE_TICK`), due when its local hour next occurs in any time zone in use.
The job finds the hours that occurred since its last run, lets the kind choose among the members or clubs there, and
schedules itself again. Each choice is written under its own key, so that nothing is sent twice. Nothing is scheduled
ahead for a member: goals and pauses are read when they matter. Whoever sets a zone or an hour calls `look_again`.
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
"""Members handled in one transaction, so that it blocks others only briefly."""
LONGEST = timedelta(days=1)
"""Longest time between two ticks; by then a zone that came into use unnoticed is found."""

log = logging.getLogger(__name__)


class NudgeAudience(Enum):
    """Recipients of a kind."""

    MEMBERS = auto()
    CLUBS = auto()


@dataclass(frozen=True, slots=True)
class NudgeTarget:
    """A member or a club whose hour has occurred.

    Attributes:
        id: user id, or id of the club.
        guild_id: home club, or the club itself.
        zone: IANA name.
        hours: hours that occurred, oldest first; one, unless the bot was down.
    """

    id: int
    guild_id: int
    zone: str
    hours: tuple[Struck, ...]


@dataclass(frozen=True, slots=True)
class DueNudge:
    """A nudge to send.

    Attributes:
        to: member or club.
        key: unique with the kind and the recipient, such as a week or a day.
        at: instant it is for, one of `to.hours`.
        channel_id: channel of a club.
        payload: JSON values needed to render it.
    """

    to: NudgeTarget
    key: str
    at: datetime
    channel_id: int = 0
    payload: Mapping[str, Any] = field(default_factory=dict)


Who = Callable[[AsyncSession, Sequence[NudgeTarget]], Awaitable[Iterable[DueNudge]]]
"""Choose those of the targets who get a nudge."""
Hours = Callable[[AsyncSession], Awaitable[Iterable[tuple[Hour, str]]]]
"""Return the hours of a kind, each with its zone; for a kind whose hour differs by club or day."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Recipients and time of a kind of nudge.

    Attributes:
        name: name of the kind; at most 32 characters.
        useful_for: how late it is still useful.
        who: chooses recipients among those whose hour has occurred; None if the kind is posted on events.
        hour: local hour at which it is sent, or a function that returns the hours.
        audience: members or clubs.
        priority: priority class.
        on: whether members get it by default.
    """

    name: str
    useful_for: timedelta
    who: Who | None = None
    hour: Hour | Hours | None = None
    audience: NudgeAudience = NudgeAudience.MEMBERS
    priority: Priority = Priority.NUDGE
    on: bool = True


# ── recipients ──


async def begin(database: Database, rules: Iterable[Rule], now: datetime) -> None:
    """Schedule the first tick of every kind that has an hour and no tick yet.

    Existing ticks continue. A tick scheduled too far ahead, after the machine's clock was wrong, is made due at once.
    """
    async with database.write() as session:
        known = await queries.planned(session, StoredKind.NUDGE_TICK)
        new = [rule for rule in rules if rule.hour is not None and rule.name not in known]
        await schedule_job(session, [_next_tick(rule, await _hours(session, rule), now) for rule in new])
        if any(at > now + LONGEST for at in known.values()):
            await queries.hasten(session, StoredKind.NUDGE_TICK, now, beyond=now + LONGEST)


async def look_again(session: AsyncSession, now: datetime) -> None:
    """Run every tick now, so that each kind sees the next hours: a zone or an hour was set."""
    await queries.hasten(session, StoredKind.NUDGE_TICK, now, beyond=now)


async def look_again_from_now(session: AsyncSession, name: str, now: datetime) -> None:
    """Let a kind compute its next hour from now; an hour that has passed is not made up for."""
    await queries.begin_anew(session, StoredKind.NUDGE_TICK, name, now, {"since": now.isoformat()})


async def tick(session: AsyncSession, rule: Rule, payload: Mapping[str, Any], now: datetime) -> None:
    """Write the nudges of a kind due since its last tick, and schedule the next tick.

    Handles one page; while there are more members, the next tick follows at once.

    Args:
        session: database session of the due job.
        rule: rule of the kind.
        payload: payload of the job: `since`, and between pages `until` and `after`.
        now: current time.
    """
    since = datetime.fromisoformat(payload["since"])
    if since > now + LONGEST:  # written while the clock was wrong; do not repeat what was sent then
        since = now
    until = datetime.fromisoformat(payload["until"]) if "until" in payload else now
    # Skip what is no longer useful; if the clock was set back, nothing is found until it has caught up.
    looked_from = max(since, until - rule.useful_for)
    if since < looked_from and "after" not in payload:
        log.warning("%s: skipped nudges due between %s and %s, no longer useful", rule.name, since, looked_from)
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
    """Write one page of nudges; return the last member of the page if there may be more."""
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


# ── whether to send now ──


async def sent_from(
    session: AsyncSession, rule: Rule, user_id: int, payload: Mapping[str, Any], due_at: datetime, now: datetime
) -> datetime | None:
    """Return from when a nudge may be sent: `now` if at once, None if not any more.

    A snoozed nudge may be sent, because the member asked for it at its hour; so may a club's, at the club's hour.

    Args:
        session: database session.
        rule: rule of its kind.
        user_id: recipient; 0 for a club.
        payload: payload of the message.
        due_at: time when it was due.
        now: current time.
    """
    if not user_id:
        return now
    user = await settings_queries.user_row(session, user_id)
    wanted = (await queries.choices_of(session, user_id)).get(rule.name, rule.on)
    if user is None or not wanted:
        return None
    if rule.priority is Priority.NUDGE and not await queries.is_at_home(session, user_id):
        return None  # left the club while it waited
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
    """Return a member's quiet hours."""
    if user.quiet_from_min is None or user.quiet_until_min is None:
        return DEFAULT_QUIET
    return Quiet(user.quiet_from_min, user.quiet_until_min)


async def late_since(database: Database, user_id: int, due_at: datetime, now: datetime) -> datetime | None:
    """Return when a late message was due, or None if it is not late; quiet hours do not count as a delay."""
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


# ── stop and snooze ──


async def choose(database: Database, user_id: int, kind: str, *, wanted: bool) -> None:
    """Set whether a member wants nudges of a kind."""
    async with database.write() as session:
        await queries.put_choice(session, user_id, kind, wanted=wanted)


async def choose_all(database: Database, user_id: int, choices: Mapping[str, bool]) -> None:
    """Set for several kinds whether a member wants them."""
    async with database.write() as session:
        for kind, wanted in choices.items():
            await queries.put_choice(session, user_id, kind, wanted=wanted)


async def snooze_choices(
    database: Database, rules: Mapping[str, Rule], delivery_id: int, user_id: int, guild_id: int | None, now: datetime
) -> dict[Snooze, datetime]:
    """Return the times until which a member can snooze a nudge while it is still useful.

    Args:
        database: database to read.
        rules: rules by kind.
        delivery_id: id of the message.
        user_id: member who asks.
        guild_id: club that they organise, if this is used there.
        now: current time.

    Raises:
        NotFound: the message does not exist or is somebody else's.
        Conflict: the member stopped this kind.
        BadInput: too late for every choice.
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
    """Snooze a nudge; doing so again moves it. The next one of its kind is not affected.

    Arguments and errors as for `snooze_choices`; `until` is one of the choices.
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
    """Send a snoozed nudge again."""
    row = await session.get(models.Delivery, delivery_id)
    if row is None:
        return
    letter = OutboundMessage(
        row.kind,
        f"{delivery_id}+{int(at.timestamp())}",  # unique for each snooze of the first message
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
        raise Conflict("nudges.snooze.stopped")  # it would not be sent
    return row


async def _choices(
    session: AsyncSession, row: models.Delivery, rules: Mapping[str, Rule], user_id: int, now: datetime
) -> dict[Snooze, datetime]:
    zone = await queries.zone_of(session, user_id)
    first_due_at = datetime.fromisoformat(row.payload.get("first_due_at", row.due_at.isoformat()))
    meant = datetime.combine(today_in(zone, now), time(8), ZoneInfo(zone))  # "tomorrow" means in the morning
    end = first_due_at + rules[row.kind].useful_for
    found = {how: at for how, at in snoozes(meant, now, zone).items() if at <= end}
    if not found:
        raise BadInput("nudges.snooze.too_late")
    return found
