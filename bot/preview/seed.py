"""Insert the demo club into an empty database, in one transaction with bulk inserts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.metrics import BoardDirection, Metric
from bot.domain.challenges.challenge_rules import ChallengeKind, ChallengeState, ends_at
from bot.domain.outings.outing_rules import BEFORE, OUT
from bot.domain.runs.runs import Direction, SpotterState, counts
from bot.domain.when.periods import today_in
from bot.i18n import translate
from bot.languages import DEFAULT
from bot.preview import partners
from bot.preview.club import (
    CHANNEL_IDS,
    CLUB,
    CLUB_ZONE,
    FIRST_INTERACTION,
    GUILD_ID,
    ORGANISER,
    PEOPLE,
    ROLE_ID,
    SPOTTER_ROLE_ID,
    SPOTTERS,
)
from bot.preview.history import DemoRun, demo_runs
from bot.services.challenges import challenge_cards, challenges
from bot.services.outings import outings
from bot.services.partners import partners_card
from bot.services.projections import run_projections
from bot.services.runs.revisions import columns_of
from db import seeding
from db.engine import Database
from db.models import (
    Availability,
    Challenge,
    ChallengePlace,
    Companion,
    Contact,
    Guild,
    MeetingPoint,
    Member,
    Outing,
    Revision,
    Run,
    Spotting,
    StretchRow,
    Tie,
    User,
)

CHALLENGERS = 22
"""Members who take part in the demo challenge."""


async def seed(database: Database, now: datetime, language: str | None = None) -> bool:
    """Fill an empty database with the demo club. Return whether it was empty.

    Args:
        database: at the newest revision.
        now: current instant, aware.
        language: language of the club and everybody in it; None for English, and for each member their own.

    Raises:
        Unavailable: the database is locked or full.
    """
    async with database.read() as session:
        empty = await seeding.is_empty(session)
    if not empty:
        await _post_again(database, now)
        return False
    runs = demo_runs(now)
    joined = now - timedelta(days=365)
    async with database.write() as session:
        await seeding.insert_rows(session, Guild, [_guild(joined, language)])
        await seeding.insert_rows(session, User, [_user(person, joined, language) for person in PEOPLE])
        await seeding.insert_rows(session, Member, [_member(person, now) for person in PEOPLE])
        await seeding.insert_rows(session, Run, [_run(number, run) for number, run in enumerate(runs, 1)])
        await seeding.insert_rows(
            session, StretchRow, [row for number, run in enumerate(runs, 1) for row in _stretches(number, run)]
        )
        await seeding.insert_rows(session, Revision, [_revision(number, run) for number, run in enumerate(runs, 1)])
        await seeding.insert_rows(session, Spotting, [row for n, run in enumerate(runs, 1) for row in _credits(n, run)])
        await run_projections.rebuild_club(session, GUILD_ID)
        await _partners(session, runs, now)
        await _challenge(session, runs, language, now)
    return True


async def week(database: Database, now: datetime) -> list[int]:
    """Return the ids of the newest shared run of each of the last seven days, oldest first, each of another runner."""
    async with database.read() as session:
        found = await session.execute(
            select(Run.run_id, Run.user_id, Run.ran_on)
            .where(
                Run.guild_id == GUILD_ID,
                Run.started_at > now - timedelta(days=7),
                Run.sharing == "club",
                Run.review == "none",
                Run.deleted_at.is_(None),
            )
            .order_by(Run.started_at.desc())
        )
    days: dict[date, int] = {}
    runners: set[int] = set()
    for run_id, user_id, ran_on in found:
        if ran_on not in days and user_id not in runners:
            days[ran_on] = run_id
            runners.add(user_id)
    return [*reversed(days.values())]


async def _partners(session: AsyncSession, runs: Sequence[DemoRun], now: datetime) -> None:
    called, companions = partners.outings(runs, now)
    await seeding.insert_rows(session, MeetingPoint, partners.meeting_points())
    await seeding.insert_rows(session, Availability, partners.availabilities(now))
    await seeding.insert_rows(session, Tie, partners.ties(now))
    await seeding.insert_rows(session, Contact, partners.contacts(now))
    await seeding.insert_rows(session, Outing, called)
    await seeding.insert_rows(session, Companion, companions)
    await partners_card.put_up(session, GUILD_ID, CHANNEL_IDS["partners"], now)
    await outings.redraw(session, await outings.read(session, partners.CALL_ID), now)


async def _challenge(session: AsyncSession, runs: Sequence[DemoRun], language: str | None, now: datetime) -> None:
    """Insert a goal of the club that is two thirds done; its card is not posted yet."""
    today = today_in(CLUB_ZONE, now)
    first, last = today - timedelta(days=19), today + timedelta(days=10)
    people = [person.user_id for person in PEOPLE[:CHALLENGERS]]
    done_m = sum(
        stretch.distance_m or 0
        for run in runs
        if run.user_id in people and first <= run.content.ran_on and counts(run.content, run.review, deleted=False)
        for stretch in run.content.stretches
        if stretch.direction is Direction.BACKWARD
    )
    challenge = {
        "challenge_id": 1,
        "guild_id": GUILD_ID,
        "author_id": ORGANISER.user_id,
        "state": ChallengeState.OPEN.value,
        "name": translate(language or DEFAULT, "try.challenge.name"),
        "kind": ChallengeKind.GOAL.value,
        "metric": Metric.DISTANCE.value,
        "direction": BoardDirection.BACKWARD.value,
        "amount": -(-done_m * 3 // 2 // 10_000) * 10_000,
        "starts_on": first,
        "ends_on": last,
        "zone": CLUB_ZONE,
        "ended_at": ends_at(last, CLUB_ZONE),
        "teams": 0,
        "created_at": now,
    }
    await seeding.insert_rows(session, Challenge, [challenge])
    places = [{"challenge_id": 1, "user_id": user_id, "joined_at": now} for user_id in people]
    await seeding.insert_rows(session, ChallengePlace, places)
    await challenge_cards.schedule(session, await challenges.found(session, 1, GUILD_ID, now), now)


async def _post_again(database: Database, now: datetime) -> None:
    """Have a kept club's cards posted again: its server is new, without earlier messages or direct channels."""
    async with database.write() as session:
        there = await seeding.forget_messages(session, GUILD_ID, [state.value for state in BEFORE | OUT])
        if there.partners_channel_id is not None:
            await partners_card.put_up(session, GUILD_ID, there.partners_channel_id, now)
        for outing_id in there.outing_ids:
            await outings.redraw(session, await outings.read(session, outing_id), now)


def _guild(now: datetime, language: str | None) -> dict[str, Any]:
    return {
        "guild_id": GUILD_ID,
        "name": CLUB,
        "zone": CLUB_ZONE,
        "locale": language or "en-GB",
        "organiser_role_id": ROLE_ID,
        "partners_channel_id": CHANNEL_IDS["partners"],
        "organisers_channel_id": CHANNEL_IDS["organisers"],
        "spotter_role_id": SPOTTER_ROLE_ID,
        "emergency_number": "112",
        "created_at": now,
    }


def _user(person: Any, now: datetime, language: str | None) -> dict[str, Any]:
    return {
        "user_id": person.user_id,
        "language": language or person.language,
        "units": person.units,
        "zone": person.zone,
        "home_guild_id": GUILD_ID,
        "locale": language or person.locale,
        "zone_told": True,
        "created_at": now,
    }


def _member(person: Any, now: datetime) -> dict[str, Any]:
    return {
        "guild_id": GUILD_ID,
        "user_id": person.user_id,
        "display_name": person.name,
        "organiser": person is ORGANISER,
        "hidden": person.hidden,
        "seen_at": now,
        "role_ids": [ROLE_ID] * (person is ORGANISER) + [SPOTTER_ROLE_ID] * (person in SPOTTERS),
    }


def _ended(run: DemoRun) -> datetime:
    return run.content.started_at + timedelta(milliseconds=run.content.duration_ms)


def _run(number: int, run: DemoRun) -> dict[str, Any]:
    content = run.content
    return {
        "run_id": number,
        "interaction_id": FIRST_INTERACTION + number,
        "ordinal": 0,
        "user_id": run.user_id,
        "guild_id": GUILD_ID,
        **columns_of(content),
        "source": "typed",
        "review": run.review.value,
        "counted": counts(content, run.review, deleted=False),
        "revision": 1,
        "created_at": _ended(run),
    }


def _stretches(number: int, run: DemoRun) -> list[dict[str, Any]]:
    return [
        {
            "run_id": number,
            "position": position,
            "direction": stretch.direction.value,
            "distance_m": stretch.distance_m,
            "duration_ms": stretch.duration_ms,
            "estimated": stretch.estimated,
        }
        for position, stretch in enumerate(run.content.stretches)
    ]


def _credits(number: int, run: DemoRun) -> list[dict[str, Any]]:
    """Return the credits of the confirmed spotter."""
    content = run.content
    if content.spotter_state is not SpotterState.AGREED:
        return []
    backward = [stretch for stretch in content.stretches if stretch.direction is Direction.BACKWARD]
    return [
        {
            "run_id": number,
            "user_id": content.spotter_id,
            "guild_id": GUILD_ID,
            "ran_on": content.ran_on,
            "distance_m": sum(stretch.distance_m or 0 for stretch in backward),
            "duration_ms": sum(stretch.duration_ms for stretch in backward),
        }
    ]


def _revision(number: int, run: DemoRun) -> dict[str, Any]:
    return {
        "run_id": number,
        "revision": 1,
        "interaction_id": FIRST_INTERACTION + number,
        "kind": "logged",
        "before": None,
        "changed_at": _ended(run),
    }
