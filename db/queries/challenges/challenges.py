"""Queries for challenges, their teams and their participants. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import upsert
from db.models import Challenge, ChallengePlace, ChallengeTeam, Delivery, Guild, Member


async def hold_club(session: AsyncSession, guild_id: int) -> None:
    """Lock a club, so that its challenges are counted by one transaction at a time."""
    await session.execute(select(Guild.guild_id).where(Guild.guild_id == guild_id).with_for_update())


async def challenge(
    session: AsyncSession, challenge_id: int, guild_id: int | None = None, *, hold: bool = False
) -> Challenge | None:
    """Return a challenge of a club, or of any club; with `hold` locked for update."""
    found = select(Challenge).where(Challenge.challenge_id == challenge_id)
    if guild_id is not None:
        found = found.where(Challenge.guild_id == guild_id)
    row: Challenge | None = await session.scalar(found.with_for_update() if hold else found)
    return row


async def of_club(
    session: AsyncSession, guild_id: int, states: Collection[str], *, limit: int, offset: int = 0
) -> Sequence[Challenge]:
    """Return a club's challenges in some states, latest end first."""
    found = await session.scalars(
        select(Challenge)
        .where(Challenge.guild_id == guild_id, Challenge.state.in_(states))
        .order_by(Challenge.ends_on.desc(), Challenge.challenge_id.desc())
        .limit(limit)
        .offset(offset)
    )
    return found.all()


async def count(session: AsyncSession, guild_id: int, states: Collection[str]) -> int:
    """Count a club's challenges in some states."""
    found = select(func.count()).select_from(Challenge)
    return await session.scalar(found.where(Challenge.guild_id == guild_id, Challenge.state.in_(states))) or 0


async def drop_drafts(session: AsyncSession, guild_id: int, author_id: int, state: str) -> None:
    """Delete the drafts of an organiser in a club."""
    await session.execute(
        delete(Challenge).where(
            Challenge.guild_id == guild_id, Challenge.state == state, Challenge.author_id == author_id
        )
    )


async def change(session: AsyncSession, challenge_id: int, before: str, **values: Any) -> bool:
    """Update columns of a challenge that is in the state `before`; return whether it is."""
    changed = await session.scalar(
        update(Challenge)
        .where(Challenge.challenge_id == challenge_id, Challenge.state == before)
        .values(**values)
        .returning(Challenge.challenge_id)
    )
    return changed is not None


async def keep_card(session: AsyncSession, challenge_id: int, channel_id: int, message_id: int | None) -> None:
    """Store the message of a challenge's card, if the card is still to be in that channel."""
    await session.execute(
        update(Challenge)
        .where(Challenge.challenge_id == challenge_id, Challenge.channel_id == channel_id)
        .values(message_id=message_id)
    )


async def forget_card(session: AsyncSession, kind: str, occurrence: str) -> None:
    """Delete the deliveries of a card in all channels; posted messages stay."""
    await session.execute(delete(Delivery).where(Delivery.kind == kind, Delivery.occurrence == occurrence))


# ── participants ──


async def places(
    session: AsyncSession, challenge_id: int, guild_id: int
) -> Sequence[Row[ChallengePlace, str | None, bool | None, datetime | None]]:
    """Return (place, display name, hidden, left at) of all participants, in the order of joining."""
    rows = await session.execute(
        select(ChallengePlace, Member.display_name, Member.hidden, Member.left_at)
        .outerjoin(Member, (Member.guild_id == guild_id) & (Member.user_id == ChallengePlace.user_id))
        .where(ChallengePlace.challenge_id == challenge_id)
        .order_by(ChallengePlace.joined_at, ChallengePlace.user_id)
    )
    return rows.all()


async def results(
    session: AsyncSession, challenge_ids: Collection[int]
) -> Sequence[Row[ChallengePlace, str | None, bool | None]]:
    """Return (place, display name, hidden) of the participants of several challenges."""
    rows = await session.execute(
        select(ChallengePlace, Member.display_name, Member.hidden)
        .join(Challenge, Challenge.challenge_id == ChallengePlace.challenge_id)
        .outerjoin(Member, (Member.guild_id == Challenge.guild_id) & (Member.user_id == ChallengePlace.user_id))
        .where(ChallengePlace.challenge_id.in_(challenge_ids))
        .order_by(ChallengePlace.joined_at, ChallengePlace.user_id)
    )
    return rows.all()


async def place(session: AsyncSession, challenge_id: int, user_id: int) -> ChallengePlace | None:
    """Return a participant's place."""
    return await session.get(ChallengePlace, (challenge_id, user_id))


async def count_places(session: AsyncSession, challenge_id: int) -> int:
    """Count the participants."""
    found = select(func.count()).select_from(ChallengePlace).where(ChallengePlace.challenge_id == challenge_id)
    return await session.scalar(found) or 0


async def put_place(session: AsyncSession, challenge_id: int, user_id: int, now: datetime, **values: Any) -> None:
    """Insert a place, or update columns of it."""
    statement = upsert(session, ChallengePlace).values(
        challenge_id=challenge_id, user_id=user_id, joined_at=now, **values
    )
    key = ["challenge_id", "user_id"]
    if values:
        await session.execute(statement.on_conflict_do_update(index_elements=key, set_=values))
    else:
        await session.execute(statement.on_conflict_do_nothing(index_elements=key))


async def drop_place(session: AsyncSession, challenge_id: int, user_id: int) -> bool:
    """Delete a place; return whether there was one."""
    gone = await session.scalar(
        delete(ChallengePlace)
        .where(ChallengePlace.challenge_id == challenge_id, ChallengePlace.user_id == user_id)
        .returning(ChallengePlace.user_id)
    )
    return gone is not None


async def set_results(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Store final results; each of `rows` has the place's key and the columns."""
    if rows:
        await session.execute(update(ChallengePlace), rows)


async def ending(
    session: AsyncSession, user_ids: Collection[int], first: date, last: date
) -> Sequence[Row[int, int, int, date]]:
    """Return (person, challenge, club, last day) of open challenges that people are in and that end in some days."""
    rows = await session.execute(
        select(ChallengePlace.user_id, Challenge.challenge_id, Challenge.guild_id, Challenge.ends_on)
        .join(Challenge, Challenge.challenge_id == ChallengePlace.challenge_id)
        .where(ChallengePlace.user_id.in_(user_ids), Challenge.state == "open", Challenge.ends_on.between(first, last))
        .order_by(ChallengePlace.user_id, Challenge.challenge_id)
    )
    return rows.all()


# ── teams ──


async def teams(session: AsyncSession, challenge_id: int) -> Sequence[ChallengeTeam]:
    """Return a challenge's teams, by number."""
    found = await session.scalars(
        select(ChallengeTeam).where(ChallengeTeam.challenge_id == challenge_id).order_by(ChallengeTeam.number)
    )
    return found.all()


async def name_team(session: AsyncSession, team_id: int, name: str) -> None:
    """Store a team's name."""
    await session.execute(update(ChallengeTeam).where(ChallengeTeam.team_id == team_id).values(name=name))
