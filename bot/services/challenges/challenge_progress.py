"""The progress of a challenge: summed from the runs when it is looked at, or its stored final result.

One statement of index ranges reads what the participants ran. So there is nothing to keep in step: edits, undos,
reviews, erasures and members who leave or return move progress at once, and logging a run costs nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.leaderboard import ranks
from bot.domain.boards.metrics import BoardDirection, Metric
from bot.domain.challenges.challenge_rules import ChallengeKind, ChallengePhase
from bot.domain.challenges.challenge_scores import (
    ChallengeScore,
    DayAmount,
    TimedEffort,
    handicap_scores,
    order,
    scores,
    totals,
)
from bot.domain.challenges.challenge_teams import TeamScore, team_scores
from bot.domain.runs.runs import Direction
from bot.services.challenges.challenges import ChallengeView, found, view_of
from db import models
from db.engine import Database
from db.queries.challenges import challenge_progress as progress_queries
from db.queries.challenges import challenges as queries

NOTHING = ChallengeScore()


@dataclass(frozen=True, slots=True)
class ChallengeRow:
    """A participant.

    Attributes:
        user_id: their id.
        name: as typed, unescaped.
        score: their score.
        rank: with ties; None without a score, and for the hidden.
        hidden: whether they have hidden themselves from the club's boards: only they see their row.
        goal: their own goal, in a challenge of personal goals.
        team_id: their team, if they have one.
    """

    user_id: int
    name: str
    score: ChallengeScore
    rank: int | None = None
    hidden: bool = False
    goal: int | None = None
    team_id: int | None = None


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team; its captain is the member who joined the challenge first and is not hidden.

    Attributes:
        team_id: its id.
        number: from 1.
        name: as typed, unescaped; None if it has none.
        score: None for a team that is too small.
        rank: with ties; None without a score.
        members: in the order of joining.
    """

    team_id: int
    number: int
    name: str | None
    score: TeamScore | None = None
    rank: int | None = None
    members: tuple[ChallengeRow, ...] = ()

    @property
    def captain(self) -> ChallengeRow | None:
        """The captain, if the team has a member who can be named."""
        return next((one for one in self.members if not one.hidden), None)

    def is_led_by(self, user_id: int) -> bool:
        """Whether a member is its captain."""
        return self.captain is not None and self.captain.user_id == user_id


@dataclass(frozen=True, slots=True)
class ChallengeProgress:
    """A challenge and how it stands.

    Attributes:
        view: the challenge.
        rows: the participants, best first.
        total: the sum of all, those who are hidden included.
        late: how much of it came after the end.
        totals: the sum at the end of each day so far; empty once the result is final.
        own_totals: the same of the viewer alone.
        mine: the viewer's row, if they take part.
        teams: best first.
    """

    view: ChallengeView
    rows: tuple[ChallengeRow, ...]
    total: int
    late: int
    totals: tuple[int, ...] = ()
    own_totals: tuple[int, ...] = ()
    mine: ChallengeRow | None = None
    teams: tuple[TeamRow, ...] = ()

    @property
    def shown(self) -> tuple[ChallengeRow, ...]:
        """The rows that everyone sees."""
        return tuple(row for row in self.rows if not row.hidden)

    @property
    def reached(self) -> int:
        """How many have reached their goal."""
        return sum(row.score.reached_on is not None for row in self.rows)

    @property
    def done(self) -> bool:
        """Whether the club has reached its goal."""
        amount = self.view.terms.goal.amount
        return self.view.terms.kind is ChallengeKind.GOAL and amount is not None and self.total >= amount


async def progress(
    database: Database, challenge_id: int, guild_id: int, viewer_id: int | None, now: datetime
) -> ChallengeProgress:
    """Return how a challenge of a club stands.

    Raises:
        NotFound: the club has no such challenge.
    """
    async with database.read() as session:
        view = await found(session, challenge_id, guild_id, now)
        return await progress_in(session, view, viewer_id)


async def progress_of_row(session: AsyncSession, row: models.Challenge, now: datetime) -> ChallengeProgress:
    """Return how a stored challenge stands."""
    return await progress_in(session, view_of(row, now), None)


async def progress_in(session: AsyncSession, view: ChallengeView, viewer_id: int | None) -> ChallengeProgress:
    """Run `progress` for a challenge within a session."""
    places = await queries.places(session, view.challenge_id, view.guild_id)
    here = [row for row in places if row[3] is None] if view.phase is not ChallengePhase.FINAL else list(places)
    goals = {row[0].user_id: row[0].amount for row in here if row[0].amount is not None}
    days: list[DayAmount] = []
    if view.phase is ChallengePhase.FINAL:
        held = {row[0].user_id: _stored(row[0]) for row in here}
    elif view.terms.kind is ChallengeKind.HANDICAP:
        held = handicap_scores(await _efforts(session, view), view.terms.starts_on)
    else:
        days = await _days(session, view)
        held = scores(days, view.terms, goals)
    rows = _ranked(
        [
            ChallengeRow(
                place.user_id,
                name or "?",
                held.get(place.user_id, NOTHING),
                hidden=bool(hidden),
                goal=goals.get(place.user_id),
                team_id=place.team_id,
            )
            for place, name, hidden, _ in here
        ],
        view,
    )
    own = [day for day in days if day.user_id == viewer_id]
    begun = days and view.today >= view.terms.starts_on
    return ChallengeProgress(
        view,
        rows,
        sum(row.score.value for row in rows),
        sum(row.score.late for row in rows),
        tuple(totals(days, view.terms, view.today)) if begun else (),
        tuple(totals(own, view.terms, view.today)) if begun and own else (),
        next((row for row in rows if row.user_id == viewer_id), None),
        await _teams(session, view, rows, [place.user_id for place, *_ in here]),
    )


def _stored(place: models.ChallengePlace) -> ChallengeScore:
    if place.final is None:
        return NOTHING
    return ChallengeScore(place.final, place.final_late or 0, place.reached_on, scored=True)


async def _days(session: AsyncSession, view: ChallengeView) -> list[DayAmount]:
    terms = view.terms
    rows = await progress_queries.daily_sums(
        session,
        view.challenge_id,
        view.guild_id,
        terms.starts_on,
        terms.ends_on,
        view.ended_at,
        direction=_direction(terms.direction),
        files=terms.files,
    )
    metric = terms.goal.metric
    return [
        DayAmount(
            user_id,
            ran_on,
            1 if metric is Metric.DAYS else int(metres if metric is Metric.DISTANCE else ms),
            bool(late),
        )
        for user_id, ran_on, late, metres, ms in rows
    ]


async def _efforts(session: AsyncSession, view: ChallengeView) -> list[TimedEffort]:
    terms = view.terms
    rows = await progress_queries.timed_efforts(
        session,
        view.challenge_id,
        view.guild_id,
        terms.ends_on,
        view.ended_at,
        direction=_direction(terms.direction),
        listed_m=terms.goal.listed_m or 0,
        files=terms.files,
    )
    return [
        TimedEffort(user_id, ran_on, ms, bool(late), Direction(direction))
        for user_id, ran_on, ms, late, direction in rows
    ]


def _direction(direction: BoardDirection) -> str | None:
    return None if direction is BoardDirection.ALL else direction.value


def _ranked(rows: Sequence[ChallengeRow], view: ChallengeView) -> tuple[ChallengeRow, ...]:
    """Return the rows best first, those with a score ranked; of equals who joined first."""
    keys = {row.user_id: order(row.score, view.terms.kind) for row in rows}
    ordered = sorted(rows, key=lambda row: keys[row.user_id])
    places = [row for row in ordered if row.score.scored and not row.hidden]
    distinct = sorted({keys[row.user_id] for row in places})
    found = ranks([-distinct.index(keys[row.user_id]) for row in places])
    rank_of = {row.user_id: rank for row, rank in zip(places, found, strict=True)}
    return tuple(replace(row, rank=rank_of.get(row.user_id)) for row in ordered)


async def _teams(
    session: AsyncSession, view: ChallengeView, rows: Sequence[ChallengeRow], joined: Sequence[int]
) -> tuple[TeamRow, ...]:
    if not view.terms.teams:
        return ()
    by_id: Mapping[int, ChallengeRow] = {row.user_id: row for row in rows}
    stored = await queries.teams(session, view.challenge_id)
    members = {
        team.team_id: tuple(by_id[user_id] for user_id in joined if by_id[user_id].team_id == team.team_id)
        for team in stored
    }
    held = team_scores({team_id: [row.score.value for row in of_one] for team_id, of_one in members.items()})
    teams = sorted(stored, key=lambda team: (-held[team.team_id].value if team.team_id in held else 1, team.number))
    teams.sort(key=lambda team: team.team_id not in held)
    found = ranks([held[team.team_id].value for team in teams if team.team_id in held])
    return tuple(
        TeamRow(
            team.team_id,
            team.number,
            team.name,
            held.get(team.team_id),
            found[number] if number < len(found) else None,
            members[team.team_id],
        )
        for number, team in enumerate(teams)
    )


async def with_results(database: Database, views: Sequence[ChallengeView]) -> list[ChallengeProgress]:
    """Return challenges with their final results, read in one statement; those that are not final have no rows."""
    final = [view.challenge_id for view in views if view.phase is ChallengePhase.FINAL]
    async with database.read() as session:
        stored = await queries.results(session, final)
    return [_result(view, [row for row in stored if row[0].challenge_id == view.challenge_id]) for view in views]


def _result(
    view: ChallengeView, places: Sequence[Row[models.ChallengePlace, str | None, bool | None]]
) -> ChallengeProgress:
    rows = [
        ChallengeRow(place.user_id, name or "?", _stored(place), hidden=bool(hidden)) for place, name, hidden in places
    ]
    return ChallengeProgress(
        view,
        _ranked(rows, view),
        sum(row.score.value for row in rows),
        sum(row.score.late for row in rows),
    )
