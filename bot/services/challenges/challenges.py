"""Challenges of a club as values: by id or by name, and the list of current and past ones."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.metrics import BoardDirection, Metric
from bot.domain.challenges.challenge_rules import (
    JOINABLE,
    LATE_LOGS,
    ChallengeGoal,
    ChallengeKind,
    ChallengePhase,
    ChallengeState,
    ChallengeTerms,
    phase_of,
)
from bot.domain.when.moment_parser import at_wall
from bot.domain.when.periods import today_in
from bot.errors import NotFound
from db import models
from db.engine import Database
from db.queries.challenges import challenges as queries

PAGE = 6
"""Challenges on a page of the list."""
METRICS: Mapping[str, Metric] = {metric.value: metric for metric in Metric}
LISTED = (ChallengeState.OPEN.value, ChallengeState.FINAL.value)
FOUND = 25
"""Challenges that are searched by name, latest first: as many as an autocomplete offers."""


@dataclass(frozen=True, slots=True)
class ChallengeView:
    """A challenge.

    Attributes:
        challenge_id: its id.
        guild_id: its club.
        name: as typed, unescaped.
        terms: what it counts.
        zone: IANA name of the zone of its dates.
        phase: where it is in its life.
        today: date in its zone.
        starts_at: the instant at which it begins.
        ended_at: the instant of its end.
        channel_id: where its card is, or None before it is posted.
        message_id: of the card, or None if there is none.
    """

    challenge_id: int
    guild_id: int
    name: str
    terms: ChallengeTerms
    zone: str
    phase: ChallengePhase
    today: date
    starts_at: datetime
    ended_at: datetime
    channel_id: int | None
    message_id: int | None

    @property
    def final_at(self) -> datetime:
        """The instant from which its result is final."""
        return self.ended_at + LATE_LOGS

    @property
    def days_left(self) -> int:
        """Days after today in which a gap can be closed, as its picture counts them; on the last day 1, for today."""
        return max(1, (self.terms.ends_on - self.today).days)


@dataclass(frozen=True, slots=True)
class ChallengePage:
    """A page of a club's challenges, latest end first."""

    challenges: tuple[ChallengeView, ...]
    page: int
    pages: int
    total: int


def terms_of(row: models.Challenge) -> ChallengeTerms:
    """Return what a stored challenge counts."""
    return ChallengeTerms(
        ChallengeKind(row.kind),
        BoardDirection(row.direction),
        ChallengeGoal(METRICS[row.metric], row.amount, row.listed_m),
        row.starts_on,
        row.ends_on,
        row.teams,
        row.files,
    )


def view_of(row: models.Challenge, now: datetime) -> ChallengeView:
    """Return a stored challenge as a value."""
    starts_at = at_wall(row.starts_on, time(), row.zone)
    return ChallengeView(
        row.challenge_id,
        row.guild_id,
        row.name,
        terms_of(row),
        row.zone,
        phase_of(ChallengeState(row.state), starts_at, row.ended_at, now),
        today_in(row.zone, now),
        starts_at,
        row.ended_at,
        row.channel_id,
        row.message_id,
    )


async def found(
    session: AsyncSession, challenge_id: int, guild_id: int, now: datetime, *, hold: bool = False
) -> ChallengeView:
    """Return a challenge of a club.

    Raises:
        NotFound: the club has no such challenge; that of another club is not told apart.
    """
    row = await queries.challenge(session, challenge_id, guild_id, hold=hold)
    if row is None:
        raise NotFound("challenge.find.gone")
    return view_of(row, now)


async def challenge(database: Database, challenge_id: int, guild_id: int, now: datetime) -> ChallengeView:
    """Return a challenge of a club. Raises as `found`."""
    async with database.read() as session:
        return await found(session, challenge_id, guild_id, now)


async def own_draft(database: Database, guild_id: int, author_id: int, now: datetime) -> ChallengeView | None:
    """Return the challenge of an organiser that is not posted yet, or None."""
    async with database.read() as session:
        rows = await queries.of_club(session, guild_id, [ChallengeState.DRAFT.value], limit=FOUND)
    return next((view_of(row, now) for row in rows if row.author_id == author_id), None)


async def current(database: Database, guild_id: int, now: datetime) -> list[ChallengeView]:
    """Return the challenges that a name can mean: those that are not over before those that are, latest first."""
    async with database.read() as session:
        rows = await queries.of_club(session, guild_id, LISTED, limit=FOUND)
    views = [view_of(row, now) for row in rows]
    return sorted(views, key=lambda view: view.phase is ChallengePhase.FINAL)


async def chosen(
    database: Database,
    guild_id: int,
    typed: str | None,
    now: datetime,
    phases: Collection[ChallengePhase] = JOINABLE,
) -> ChallengeView:
    """Return the challenge that was chosen (`#12`), typed, or without a text the only one in some phases.

    Raises:
        NotFound: there is none, or several fit.
    """
    if typed is not None and re.fullmatch("#[0-9]{1,18}", typed):
        view = await challenge(database, int(typed[1:]), guild_id, now)
        if view.phase is ChallengePhase.DRAFT:
            raise NotFound("challenge.find.gone")
        return view
    views = await current(database, guild_id, now)
    if typed is None:
        fitting = [view for view in views if view.phase in phases] or (views if len(views) == 1 else [])
    else:
        fitting = matching(views, typed)
    if not fitting:
        raise NotFound("challenge.find.none") if typed is None else NotFound("challenge.find.unknown", typed=typed)
    if len(fitting) > 1:
        raise NotFound("challenge.find.several")
    return fitting[0]


def matching(views: Sequence[ChallengeView], typed: str) -> list[ChallengeView]:
    """Return the challenges of exactly that name, else those whose name contains the text."""
    wanted = " ".join(typed.casefold().split())
    exact = [view for view in views if view.name.casefold() == wanted]
    return exact or [view for view in views if wanted in view.name.casefold()]


async def listed(database: Database, guild_id: int, page: int, now: datetime) -> ChallengePage:
    """Return a page of a club's current and past challenges; the last one if a later one was asked for."""
    async with database.read() as session:
        total = await queries.count(session, guild_id, LISTED)
        pages = max(1, -(-total // PAGE))
        page = min(page, pages - 1)
        rows = await queries.of_club(session, guild_id, LISTED, limit=PAGE, offset=page * PAGE)
    return ChallengePage(tuple(view_of(row, now) for row in rows), page, pages, total)
