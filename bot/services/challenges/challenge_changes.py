"""Create, post, join, leave and end challenges. Each change checks the club in SQL: ids of buttons can be forged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.challenges.challenge_rules import (
    JOINABLE,
    NAME_LIMIT,
    OVER,
    ChallengeKind,
    ChallengePhase,
    ChallengeState,
    ChallengeTerms,
    check_dates,
    ends_at,
)
from bot.domain.limits import CHALLENGE_PLACES, CHALLENGES_OPEN
from bot.domain.text.free_text import is_blank
from bot.domain.when.periods import today_in
from bot.errors import BadInput, Conflict, NotFound
from bot.services.challenges import challenge_cards
from bot.services.challenges.challenges import ChallengeView, found, view_of
from bot.services.messages.deliveries import cancel_jobs
from db import models
from db.engine import Database
from db.queries.challenges import challenges as queries


async def draft(
    database: Database, guild_id: int, author_id: int, name: str, terms: ChallengeTerms, zone: str, now: datetime
) -> ChallengeView:
    """Store a challenge that is not posted yet, in place of the organiser's previous draft.

    Args:
        database: database to write to.
        guild_id: its club; the caller has checked that an organiser asks.
        author_id: the organiser.
        name: as typed.
        terms: what it counts.
        zone: the club's zone, in which its dates are.
        now: current time.

    Raises:
        BadInput: no name, a name that is too long, or impossible dates.
    """
    name = " ".join(name.split())
    if is_blank(name) or len(name) > NAME_LIMIT:
        raise BadInput("challenge.refused.name", limit=NAME_LIMIT)
    check_dates(terms.starts_on, terms.ends_on, today_in(zone, now))
    async with database.write() as session:
        await queries.drop_drafts(session, guild_id, author_id, ChallengeState.DRAFT)
        row = models.Challenge(
            guild_id=guild_id,
            author_id=author_id,
            state=ChallengeState.DRAFT.value,
            name=name,
            kind=terms.kind.value,
            metric=terms.goal.metric.value,
            direction=terms.direction.value,
            amount=terms.goal.amount,
            listed_m=terms.goal.listed_m,
            starts_on=terms.starts_on,
            ends_on=terms.ends_on,
            zone=zone,
            ended_at=ends_at(terms.ends_on, zone),
            teams=terms.teams,
            files=terms.files,
            created_at=now,
        )
        session.add(row)
        await session.flush()
        return view_of(row, now)


async def discard(database: Database, challenge_id: int, guild_id: int, author_id: int) -> None:
    """Delete an organiser's draft, if it is still there and one."""
    async with database.write() as session:
        row = await queries.challenge(session, challenge_id, guild_id)
        if row is not None and row.author_id == author_id:
            await queries.drop_drafts(session, guild_id, author_id, ChallengeState.DRAFT)


async def publish(
    database: Database, challenge_id: int, guild_id: int, channel_id: int, now: datetime
) -> ChallengeView:
    """Open a draft to the club and post its card; a second press changes nothing.

    Raises:
        NotFound: the club has no such challenge, or it was discarded.
        BadInput: its dates have passed meanwhile.
        Conflict: too many challenges are open.
    """
    async with database.write() as session:
        await queries.hold_club(session, guild_id)
        row = await _row(session, challenge_id, guild_id)
        if row.state != ChallengeState.DRAFT:
            return view_of(row, now)
        check_dates(row.starts_on, row.ends_on, today_in(row.zone, now))
        if await queries.count(session, guild_id, [ChallengeState.OPEN]) >= CHALLENGES_OPEN:
            raise Conflict("challenge.refused.too_many", limit=CHALLENGES_OPEN)
        row.state, row.channel_id = ChallengeState.OPEN.value, channel_id
        for number in range(1, row.teams + 1):
            session.add(models.ChallengeTeam(challenge_id=challenge_id, number=number))
        await session.flush()
        view = view_of(row, now)
        await challenge_cards.schedule(session, view, now)
        await challenge_cards.redraw(session, challenge_id, now)
        return view


async def join(
    database: Database, challenge_id: int, guild_id: int, user_id: int, now: datetime, own_goal: int | None = None
) -> ChallengeView:
    """Take part in a challenge; a second press changes nothing but one's own goal.

    Raises:
        NotFound: the club has no such challenge, or it is not posted yet.
        Conflict: it is over, or full.
    """
    async with database.write() as session:
        view = await _open_to_all(session, challenge_id, guild_id, now)
        if view.phase not in JOINABLE:
            raise Conflict("challenge.refused.over", typed=view.name)
        place = await queries.place(session, challenge_id, user_id)
        if place is None and await queries.count_places(session, challenge_id) >= CHALLENGE_PLACES:
            raise Conflict("challenge.refused.full", limit=CHALLENGE_PLACES)
        values = {"amount": own_goal} if view.terms.kind is ChallengeKind.PERSONAL and own_goal is not None else {}
        await queries.put_place(session, challenge_id, user_id, now, **values)
        await challenge_cards.redraw(session, challenge_id, now)
        return view


async def leave(database: Database, challenge_id: int, guild_id: int, user_id: int, now: datetime) -> ChallengeView:
    """Leave a challenge; one's runs stay.

    Raises:
        NotFound: the club has no such challenge, or the member does not take part.
        Conflict: its result is final.
    """
    async with database.write() as session:
        view = await _open_to_all(session, challenge_id, guild_id, now)
        if view.phase in OVER:
            raise Conflict("challenge.refused.over", typed=view.name)
        if not await queries.drop_place(session, challenge_id, user_id):
            raise NotFound("challenge.refused.not_in", typed=view.name)
        await challenge_cards.redraw(session, challenge_id, now)
        return view


async def end(database: Database, challenge_id: int, guild_id: int, now: datetime) -> ChallengeView:
    """End a challenge now: its result is provisional, or it is cancelled if it has not begun.

    Raises:
        NotFound: the club has no such challenge.
        Conflict: it is over already.
    """
    async with database.write() as session:
        view = await _open_to_all(session, challenge_id, guild_id, now)
        if view.phase not in JOINABLE:
            raise Conflict("challenge.refused.over", typed=view.name)
        if view.phase is ChallengePhase.AHEAD:
            await queries.change(session, challenge_id, ChallengeState.OPEN, state=ChallengeState.CANCELLED.value)
            await cancel_jobs(session, challenge_cards.JOBS, challenge_id)
        else:
            await queries.change(session, challenge_id, ChallengeState.OPEN, ends_on=view.today, ended_at=now)
        row = await _row(session, challenge_id, guild_id)
        await session.refresh(row)
        ended = view_of(row, now)
        if ended.phase is ChallengePhase.PROVISIONAL:
            await challenge_cards.schedule(session, ended, now)
        await challenge_cards.redraw(session, challenge_id, now)
        return ended


async def post_here(
    database: Database, challenge_id: int, guild_id: int, channel_id: int, now: datetime
) -> ChallengeView:
    """Post a challenge's card anew in a channel, such as after its channel was deleted; results follow there.

    Raises:
        NotFound: the club has no such challenge.
    """
    async with database.write() as session:
        view = await _open_to_all(session, challenge_id, guild_id, now)
        row = await _row(session, challenge_id, guild_id)
        await challenge_cards.move(session, row, channel_id, now)
        return view


async def _open_to_all(session: AsyncSession, challenge_id: int, guild_id: int, now: datetime) -> ChallengeView:
    """Return a posted challenge of a club, locked."""
    view = await found(session, challenge_id, guild_id, now, hold=True)
    if view.phase is ChallengePhase.DRAFT:
        raise NotFound("challenge.find.gone")
    return view


async def _row(session: AsyncSession, challenge_id: int, guild_id: int) -> models.Challenge:
    row = await queries.challenge(session, challenge_id, guild_id, hold=True)
    if row is None:
        raise NotFound("challenge.find.gone")
    return row
