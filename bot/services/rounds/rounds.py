"""Weekly rounds: planned, announced, drawn, shown to the organisers, and confirmed by them or automatically.

States: `announced` → `drawing` → `drawn` → `confirmed`, or `cancelled`; each change is a conditional update. The unique
key (guild, Monday) ensures one round a week across restarts. Drawing needs the worker, which services may not call. A
round to be drawn therefore writes a message of kind `round.match` that is never sent: its handler
(`cogs.rounds.round_messages`) asks the worker, and `round_draws.drawn` stores the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.partners.availability import Window
from bot.domain.rounds.round_calendar import (
    DEFAULT_ROUND_HOUR,
    DEFAULT_ROUND_NOTICE_H,
    DEFAULT_ROUND_WEEKDAY,
    LATE_NOTICE,
    TOO_LATE,
    Occasion,
    next_occasion,
    seed_of,
)
from bot.domain.when.moment_parser import at_wall
from bot.errors import Conflict, NotFound
from bot.services.members.people import reader_of
from bot.services.messages.deliveries import Destination, Job, OutboundMessage, cancel_jobs, post, schedule_job
from bot.services.messages.organiser_addresses import organiser_addresses
from db import models
from db.engine import Database
from db.queries.profile import settings as settings_queries
from db.queries.rounds import rounds as queries

CALLED_OFF = "off"
"""Reason for a member without a match when the round is cancelled, besides the values of `MissingHelp`."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A member's part in a round.

    Attributes:
        round_id: id of the round.
        guild_id: id of the club.
        monday: Monday of the week it is for.
        match_at: time of the draw.
        state: state of the round.
        place: state of the member: "asked", "skipped", "matched" or "left".
        club: name of the club.
        windows: weekly availability of the member.
    """

    round_id: int
    guild_id: int
    monday: date
    match_at: datetime
    state: str
    place: str
    club: str
    windows: tuple[Window, ...]


# ── planning ──


async def plan_all(database: Database, now: datetime) -> None:
    """Plan the next round of every club that has rounds and none planned, including one that is overdue."""
    async with database.write() as session:
        for guild in await queries.clubs_without_plan(session, StoredKind.ROUND_NOTICE):
            await plan_round(session, guild, now)


async def plan_round(session: AsyncSession, guild: models.Guild, now: datetime) -> None:
    """Plan a club's next round by its current settings; call this after they change.

    An announced round keeps its time; if rounds were turned off, it is cancelled and its members are told.
    """
    pending = await queries.newest_round(session, guild.guild_id, ("announced",))
    await cancel_jobs(session, [StoredKind.ROUND_NOTICE, StoredKind.ROUND_MATCH], guild.guild_id)
    if not guild.round_on or guild.left_at is not None:
        if pending is not None:
            await _call_off(session, pending, now)
        return
    newest = await queries.newest_round(session, guild.guild_id, (*queries.PENDING, "confirmed", "cancelled"))
    if pending is not None:
        await _plan_match(session, pending)
    occasion = occasion_of(guild, newest.monday if newest is not None else None, now)
    payload = {"monday": occasion.monday.isoformat(), "match_at": occasion.match_at.isoformat()}
    await schedule_job(
        session,
        [
            Job(
                StoredKind.ROUND_NOTICE,
                f"{guild.guild_id}:{occasion.monday.isoformat()}",
                occasion.notice_at,
                Priority.ASKED,
                subject_id=guild.guild_id,
                payload=payload,
            )
        ],
    )


def occasion_of(guild: models.Guild, after: date | None, now: datetime) -> Occasion:
    """Return when a club's next round is by its settings; `after` is the Monday of the newest round."""
    return next_occasion(
        now,
        reader_of(None, guild).zone,
        DEFAULT_ROUND_WEEKDAY if guild.round_weekday is None else guild.round_weekday,
        DEFAULT_ROUND_HOUR if guild.round_hour is None else guild.round_hour,
        DEFAULT_ROUND_NOTICE_H if guild.round_notice_h is None else guild.round_notice_h,
        after,
    )


async def _plan_match(session: AsyncSession, row: models.Round) -> None:
    occurrence = f"{row.guild_id}:{row.monday.isoformat()}"
    payload = {"round_id": row.round_id}
    await schedule_job(
        session,
        [
            Job(
                StoredKind.ROUND_MATCH,
                occurrence,
                row.match_at,
                Priority.ASKED,
                subject_id=row.guild_id,
                payload=payload,
            )
        ],
    )


async def give_up(session: AsyncSession, round_id: int, now: datetime) -> None:
    """Cancel a round that could not be drawn."""
    row = await queries.round_row(session, round_id, hold=True)
    if row is not None:
        await _call_off(session, row, now)


async def _call_off(session: AsyncSession, row: models.Round, now: datetime) -> None:
    if await queries.move_round(session, row.round_id, ["announced", "drawing"], state="cancelled"):
        asked = [user for user, state in (await queries.places_of(session, row.round_id)).items() if state == "asked"]
        await tell_left(session, row, dict.fromkeys(asked, CALLED_OFF), now)


# ── jobs ──


async def announce(
    session: AsyncSession, guild_id: int, payload: Mapping[str, Any], planned_at: datetime, now: datetime
) -> None:
    """Announce a week's round to everybody who takes part, with time to skip it, and plan the next one.

    Args:
        session: database session of the due job.
        guild_id: id of the club.
        payload: Monday and planned time of the draw.
        planned_at: time when the notice was due.
        now: current time.
    """
    guild = await settings_queries.guild_row(session, guild_id)
    if guild is None or not guild.round_on or guild.left_at is not None:
        return
    monday, meant_at = date.fromisoformat(payload["monday"]), datetime.fromisoformat(payload["match_at"])
    # After a downtime the draw is delayed to give some hours' notice, or the week's round is cancelled.
    match_at = max(meant_at, now + min(LATE_NOTICE, meant_at - planned_at))
    too_late = match_at > at_wall(monday, time(), reader_of(None, guild).zone) + TOO_LATE
    round_id = await queries.insert_round(
        session,
        guild_id=guild_id,
        monday=monday,
        state="cancelled" if too_late else "announced",
        seed=seed_of(guild_id, monday),
        announced_at=now,
        match_at=match_at,
    )
    if round_id is not None and not too_late:
        members = [row[0].user_id for row in await queries.opted_in(session, guild_id, monday + timedelta(days=6))]
        await queries.put_places(session, round_id, dict.fromkeys(members, ("asked", None)))
        await post(
            session,
            letters(StoredKind.ROUND_NOTICE, round_id, guild_id, {user_id: {} for user_id in members}, now),
            now,
        )
    await plan_round(session, guild, now)


async def begin_match(session: AsyncSession, round_id: int, now: datetime) -> None:
    """Start the draw of an announced round when it is due; plan it again if the clock was set back."""
    row = await queries.round_row(session, round_id, hold=True)
    if row is None or row.state != "announced":
        return
    if row.match_at <= now:
        await to_draw(session, row, now)
    else:
        await _plan_match(session, row)


async def to_draw(session: AsyncSession, row: models.Round, now: datetime) -> None:
    """Start a draw, for the first time or again; the caller has locked the round in a state that allows it."""
    first = row.state == "announced"
    seed = row.seed if first else seed_of(row.guild_id, row.monday, row.seed)
    await queries.move_round(session, row.round_id, queries.PENDING, state="drawing", seed=seed, proposal=None)
    await cancel_jobs(session, [StoredKind.ROUND_PREVIEW], row.round_id)
    letter = OutboundMessage(
        StoredKind.ROUND_MATCH,
        f"{row.round_id}:{seed}",
        Priority.ASKED,
        Destination.CHANNEL,  # never sent
        due_at=now,
        guild_id=row.guild_id,
        subject_id=row.round_id,
    )
    await post(session, [letter], now)


async def to_settle(session: AsyncSession, round_id: int, now: datetime) -> None:
    """Start the automatic confirmation of a draw, after Discord was asked who is still in the club."""
    row = await queries.round_row(session, round_id, hold=True)
    if row is None or row.state != "drawn":
        return
    letter = OutboundMessage(
        StoredKind.ROUND_SETTLE,
        f"{row.round_id}:{row.seed}",
        Priority.ASKED,
        Destination.CHANNEL,  # never sent
        due_at=now,
        guild_id=row.guild_id,
        subject_id=row.round_id,
    )
    await post(session, [letter], now)


# ── members ──


async def sit_out(database: Database, round_id: int, user_id: int, now: datetime, *, back: bool = False) -> Invitation:
    """Skip a week's round, or rejoin it; a draw already started is made again.

    Raises:
        NotFound: the round does not exist, or this member was not asked.
        Conflict: it is already confirmed or cancelled.
    """
    async with database.write() as session:
        row = await queries.round_row(session, round_id, hold=True)
        places = await queries.places_of(session, round_id) if row is not None else {}
        if row is None or user_id not in places:
            raise NotFound("rounds.gone")
        if row.state not in queries.PENDING:
            raise Conflict("rounds.over")
        wanted = "asked" if back else "skipped"
        if places[user_id] != wanted:
            await queries.put_places(session, round_id, {user_id: (wanted, None)})
            if row.state != "announced":
                await to_draw(session, row, now)
        return await _invitation(session, row, user_id, wanted)


async def invitation(database: Database, round_id: int, user_id: int) -> Invitation | None:
    """Return a member's part in a round, or None if they were not asked."""
    async with database.read() as session:
        row = await queries.round_row(session, round_id)
        place = (await queries.places_of(session, round_id)).get(user_id)
        return await _invitation(session, row, user_id, place) if row is not None and place is not None else None


async def _invitation(session: AsyncSession, row: models.Round, user_id: int, place: str) -> Invitation:
    guild = await settings_queries.guild_row(session, row.guild_id)
    said = await queries.availability_row(session, row.guild_id, user_id)
    windows = tuple(Window(*window) for window in said.windows) if said is not None else ()
    club = guild.name if guild is not None else ""
    return Invitation(row.round_id, row.guild_id, row.monday, row.match_at, row.state, place, club, windows)


async def show(session: AsyncSession, row: models.Round, guild: models.Guild, now: datetime) -> None:
    """Show the round to the organisers: on one card in their channel, else by direct message."""
    shown = [
        OutboundMessage(
            StoredKind.ROUND_PREVIEW,
            str(row.round_id) if to.channel_id else f"{row.round_id}:{row.seed}",
            Priority.ASKED,
            Destination.CARD if to.channel_id else Destination.DM,
            due_at=now,
            user_id=to.user_id,
            channel_id=to.channel_id,
            guild_id=row.guild_id,
            subject_id=row.round_id,
        )
        for to in await organiser_addresses(session, guild)
    ]
    await post(session, shown, now)


async def tell_left(session: AsyncSession, row: models.Round, why: Mapping[int, str], now: datetime) -> None:
    """Tell members without a match, and what would help each."""
    told = {user_id: {"help": help_} for user_id, help_ in why.items()}
    await post(session, letters(StoredKind.ROUND_LEFT, row.round_id, row.guild_id, told, now), now)


def letters(
    kind: str, round_id: int, guild_id: int, told: Mapping[int, Mapping[str, Any]], now: datetime
) -> list[OutboundMessage]:
    """Return direct messages about a round, one for each member in `told` with its payload."""
    return [
        OutboundMessage(
            kind,
            str(round_id),
            Priority.ASKED,
            Destination.DM,
            due_at=now,
            user_id=user_id,
            guild_id=guild_id,
            subject_id=round_id,
            payload=payload,
        )
        for user_id, payload in told.items()
    ]
