"""Waiting list of an outing, and the checks of who may answer a call and has time for it."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.call_terms import can_then, free_places, offer_ends, overlap
from bot.domain.outings.outing_rules import BEFORE, ENDED, OUT, Audience, OutingState, Presence, Wish, free_wishes
from bot.errors import Conflict, NotFound
from bot.services.messages import questions
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.outings.outings import OutingView, read, tell
from db import models
from db.engine import Database
from db.queries.members import people as people_queries
from db.queries.outings import outings as outing_queries
from db.queries.outings import partner_calls as queries
from db.queries.partners import trust_and_blocks as tie_queries

ASKED_AT_MOST = 10
"""Most available members asked after an outing has lost somebody."""
ASKED_A_DAY = 20
"""Most members asked in a day for calls of one member, who could change the terms repeatedly."""
RECENT = timedelta(days=60)
"""Period in which a member must have been a spotter to be asked as a recent one."""


@dataclass(frozen=True, slots=True)
class Presser:
    """Member who presses a button.

    Attributes:
        user_id: Discord user id.
        guild_id: club where it is pressed; None in a direct message.
        role_ids: the member's roles there, as in the interaction; empty in a direct message.
    """

    user_id: int
    guild_id: int | None = None
    role_ids: frozenset[int] = frozenset()


async def held(session: AsyncSession, outing_id: int, *, hold: bool = True) -> OutingView:
    """Return an outing, locked against other writers unless `hold` is false.

    Raises:
        NotFound: it does not exist; same message as for a member who may not join.
    """
    try:
        return await read(session, outing_id, hold=hold)
    except NotFound:
        raise NotFound("partners.not_open") from None


async def open_to(session: AsyncSession, outing: OutingView, known: Mapping[int, frozenset[int]]) -> set[int]:
    """Return those of `known` (member id to role ids) who may answer a call."""
    candidates = await _audience_among(session, outing, known)
    inside = [c.user_id for c in outing.inside]
    return candidates - await tie_queries.blocked_among(session, candidates, inside)


async def _audience_among(session: AsyncSession, outing: OutingView, known: Mapping[int, frozenset[int]]) -> set[int]:
    """Return those of `known` in the audience of a call, ignoring blocks."""
    candidates = set(known)
    if outing.audience is Audience.TRUSTED:
        caller_id = outing.caller_id or 0  # a caller who erased their data has no trust list
        candidates &= await tie_queries.trusted_by(session, caller_id, candidates) | {caller_id}
    elif outing.audience is Audience.ROLE:
        candidates = {user_id for user_id in candidates if outing.audience_role_id in known[user_id]}
    return candidates


async def check_open(session: AsyncSession, outing: OutingView, presser: Presser) -> None:
    """Check that the presser may join. Call it last: its message is always the same, others may be read by everybody.

    Raises:
        NotFound: another club, another audience, or a block with somebody who is in.
    """
    if not await is_open(session, outing, presser):
        raise NotFound("partners.not_open")


async def check_audience(session: AsyncSession, outing: OutingView, presser: Presser) -> None:
    """Check that a call is made to the presser. Enough where nobody's place changes, and reveals no block.

    Raises:
        NotFound: another club, or another audience.
    """
    known = await _known(session, outing, presser)
    if presser.user_id not in await _audience_among(session, outing, known):
        raise NotFound("partners.not_open")


async def may_answer(database: Database, outing: OutingView, user_id: int) -> bool:
    """Whether a member who was asked may answer, by their last seen roles."""
    async with database.read() as session:
        return await is_open(session, outing, Presser(user_id))


async def check_sees(session: AsyncSession, outing: OutingView, presser: Presser) -> None:
    """Check that the presser may see more than the public card of a limited call.

    A call to everyone shows all of it in the channel, so that each member of the club may see it here too.

    Raises:
        NotFound: another club, or another audience.
        Conflict: limited and over. It reads the same to all who were not in it, so that it reveals no block.
    """
    me = outing.who(presser.user_id)
    if me is not None and me.presence is not Presence.LEFT:
        return
    await check_audience(session, outing, presser)
    if outing.audience is Audience.EVERYONE:
        return
    if outing.state in ENDED:
        raise Conflict("partners.refused.over")
    await check_open(session, outing, presser)


async def is_open(session: AsyncSession, outing: OutingView, presser: Presser) -> bool:
    """Whether a member may join, as in `check_open`."""
    return presser.user_id in await open_to(session, outing, await _known(session, outing, presser))


async def _known(session: AsyncSession, outing: OutingView, presser: Presser) -> dict[int, frozenset[int]]:
    """Return the presser with their roles as a member of the outing's club; empty if they press in another club."""
    if presser.guild_id is None:
        return await queries.members_among(session, outing.guild_id, [presser.user_id])
    return {presser.user_id: presser.role_ids} if presser.guild_id == outing.guild_id else {}


# ── time ──


def ends_at(outing: OutingView) -> datetime:
    """Return the planned end of an outing, without reserve."""
    return outing.starts_at + timedelta(milliseconds=outing.planned_ms)


def _span(row: models.Outing) -> tuple[datetime, datetime]:
    begins = row.started_at or row.starts_at
    ends = begins + timedelta(milliseconds=row.planned_ms)
    return begins, max(ends, row.due_back_at or ends) if row.state in OUT else ends


async def check_free(session: AsyncSession, outing: OutingView, user_id: int) -> None:
    """Check that a member has no other outing at the same time; the error shows both.

    Raises:
        Conflict: they overlap.
    """
    await people_queries.hold(session, [user_id])  # of two concurrent joins the second sees the first
    for _, row in await queries.live_outings_of(session, [user_id]):
        if row.outing_id != outing.outing_id and overlap(_span(row), (outing.starts_at, ends_at(outing))):
            raise Conflict(
                "partners.refused.two_at_once",
                place=row.place,
                at=row.starts_at,
                until=_span(row)[1],
                other_place=outing.place,
                other_at=outing.starts_at,
                other_until=ends_at(outing),
            )


async def _busy(session: AsyncSession, outing: OutingView, user_ids: Collection[int]) -> set[int]:
    """Return those of some members who are in another outing at that time."""
    return {
        user_id
        for user_id, row in await queries.live_outings_of(session, user_ids)
        if row.outing_id != outing.outing_id and overlap(_span(row), (outing.starts_at, ends_at(outing)))
    }


# ── places ──


def held_wishes(outing: OutingView, without: int | None = None) -> list[Wish]:
    """Return the wishes of those who are in or are offered a place, except of `without`."""
    return [c.wish for c in outing.companions if c.presence in (Presence.IN, Presence.OFFERED) and c.user_id != without]


def free_for(outing: OutingView, user_id: int | None) -> dict[Wish, int]:
    """Return the free places by wish; places offered to others count as taken."""
    if outing.state not in BEFORE:
        return dict.fromkeys(Wish, 0)
    wishes = held_wishes(outing, without=user_id)
    return free_places(wishes, outing.backward_per_spotter, outing.places, solo=outing.solo)


async def offer_places(session: AsyncSession, outing: OutingView, now: datetime) -> OutingView:
    """Offer free places in the order of the waiting list, by wish; each is reserved until its offer ends."""
    waiting = [c for c in outing.companions if c.presence is Presence.WAITING]
    if outing.state not in BEFORE or not waiting:
        return outing
    ids = [c.user_id for c in waiting]
    allowed = await open_to(session, outing, await queries.members_among(session, outing.guild_id, ids))
    allowed -= await _busy(session, outing, ids)
    taken = held_wishes(outing)
    for one in waiting:
        free = free_wishes(taken, outing.backward_per_spotter, outing.places, solo=outing.solo)
        if one.user_id not in allowed or one.wish not in free:
            continue
        until = offer_ends(now, outing.starts_at)
        await outing_queries.set_companion(
            session, outing.outing_id, one.user_id, presence=Presence.OFFERED.value, offered_until=until
        )
        await schedule_job(
            session,
            [
                Job(
                    StoredKind.OUTING_OFFER_ENDS,
                    f"{outing.outing_id}:{one.user_id}",
                    until,
                    Priority.ASKED,
                    subject_id=outing.outing_id,
                    user_id=one.user_id,
                )
            ],
        )
        await tell(session, outing, StoredKind.OUTING_OFFER, [one.user_id], now, occurrence=f"{until.timestamp():.0f}")
        taken.append(one.wish)
    return await read(session, outing.outing_id)


async def ask_who_is_free(session: AsyncSession, outing: OutingView, now: datetime) -> None:
    """Ask a few members to join: first those whose availability covers the time, then recent spotters.

    Excluded: members already asked for these terms, paused, no longer in the club or in this outing, busy at that time,
    or not allowed to answer.
    """
    free = {wish for wish, places in free_for(outing, None).items() if places}
    if outing.state is not OutingState.OPEN or not free:
        return
    paused: set[int] = set()
    windows: list[int] = []
    for row, zone in await queries.available(session, outing.guild_id):
        day = outing.starts_at.astimezone(ZoneInfo(zone)).date()
        if row.paused_until is not None and day < row.paused_until:
            paused.add(row.user_id)
        elif (
            (not row.wishes or free & {Wish(wish) for wish in row.wishes})
            and (not row.places or outing.place in row.places)
            and can_then(row.windows, outing.starts_at, ends_at(outing), zone)
        ):
            windows.append(row.user_id)
    # Random, so that not always the same members are asked; seeded by the outing, so that it is repeatable.
    random.Random(outing.outing_id).shuffle(windows)
    spotters: list[int] = []
    if Wish.SPOTTER in free:
        since = now - RECENT
        spotters = await queries.recent_spotters(
            session, outing.guild_id, since, since.astimezone(UTC).date(), ASKED_AT_MOST * 5
        )
    known_here = {c.user_id for c in outing.companions}
    ordered = [one for one in dict.fromkeys([*windows, *spotters]) if one not in paused | known_here]
    allowed = await open_to(session, outing, await queries.members_among(session, outing.guild_id, ordered))
    allowed -= await _busy(session, outing, ordered)
    chosen = [one for one in ordered if one in allowed][:ASKED_AT_MOST]
    if outing.caller_id is not None:
        chosen = await questions.choose(
            session, StoredKind.OUTING_WANTED, outing.caller_id, chosen, now, most=ASKED_A_DAY
        )
    await tell(
        session, outing, StoredKind.OUTING_WANTED, chosen, now, occurrence=str(outing.terms), priority=Priority.NUDGE
    )
