"""Teams of a challenge: choose one, draw those who have none, and name one's own."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.challenges.challenge_rules import JOINABLE, TEAM_NAME_LIMIT, ChallengePhase
from bot.domain.challenges.challenge_teams import SMALLEST_TEAM, draw
from bot.domain.text.free_text import is_blank
from bot.errors import BadInput, Conflict, NotAllowed, NotFound
from bot.services.challenges import challenge_cards
from bot.services.challenges.challenge_progress import progress_in
from bot.services.challenges.challenges import ChallengeView, found
from db.engine import Database
from db.queries.challenges import challenge_progress as progress_queries
from db.queries.challenges import challenges as queries

LAST_MONTH = timedelta(days=30)
"""Days before the draw whose running decides how strong somebody is."""


async def choose(
    database: Database, challenge_id: int, guild_id: int, user_id: int, team_id: int, now: datetime
) -> ChallengeView:
    """Put a participant into a team. Teams can be changed until the challenge begins.

    Raises:
        NotFound: there is no such challenge or team, or the member does not take part.
        Conflict: the challenge is over, or has begun and the member has a team.
    """
    async with database.write() as session:
        view = await _open(session, challenge_id, guild_id, now)
        if team_id not in {team.team_id for team in await queries.teams(session, challenge_id)}:
            raise NotFound("challenge.find.gone")
        place = await queries.place(session, challenge_id, user_id)
        if place is None:
            raise NotFound("challenge.refused.not_in", typed=view.name)
        if place.team_id not in (None, team_id) and view.phase is not ChallengePhase.AHEAD:
            raise Conflict("challenge.refused.team_kept")
        place.team_id = team_id
        await session.flush()
        await challenge_cards.redraw(session, challenge_id, now)
        return view


async def draw_teams(database: Database, challenge_id: int, guild_id: int, now: datetime) -> int:
    """Put those without a team into one, balanced by what they ran last month; return how many.

    The same challenge and people are drawn alike, so that a second press shuffles nobody.

    Raises:
        NotFound: there is no such challenge, or it has no teams.
        Conflict: it is over.
        BadInput: too few take part for so many teams.
    """
    async with database.write() as session:
        view = await _open(session, challenge_id, guild_id, now)
        teams = await queries.teams(session, challenge_id)
        places = [
            place for place, _, _, left_at in await queries.places(session, challenge_id, guild_id) if not left_at
        ]
        if not teams:
            raise NotFound("challenge.find.gone")
        if len(places) < SMALLEST_TEAM * len(teams):
            raise BadInput("challenge.refused.too_few", count=len(places), least=SMALLEST_TEAM * len(teams))
        strength = await progress_queries.strengths(
            session, challenge_id, guild_id, view.today - LAST_MONTH, view.today
        )
        held: dict[int, list[int]] = {team.team_id: [] for team in teams}
        waiting = {}
        for place in places:
            if place.team_id is None:
                waiting[place.user_id] = strength[place.user_id]
            else:
                held[place.team_id].append(strength[place.user_id])
        dealt = draw(waiting, held, seed=challenge_id)
        for place in places:
            place.team_id = dealt.get(place.user_id, place.team_id)
        await session.flush()
        await challenge_cards.redraw(session, challenge_id, now)
        return len(dealt)


async def name_team(
    database: Database, challenge_id: int, guild_id: int, user_id: int, name: str, now: datetime
) -> None:
    """Name the team whose captain a member is.

    Raises:
        NotFound: there is no such challenge.
        NotAllowed: the member is no captain in it.
        BadInput: no name, one that is too long, or that of another team.
    """
    name = " ".join(name.split())
    if is_blank(name) or len(name) > TEAM_NAME_LIMIT:
        raise BadInput("challenge.refused.team_name", limit=TEAM_NAME_LIMIT)
    async with database.write() as session:
        view = await _open(session, challenge_id, guild_id, now)
        teams = (await progress_in(session, view, user_id)).teams
        own = next((team for team in teams if team.is_led_by(user_id)), None)
        if own is None:
            raise NotAllowed("challenge.refused.no_captain")
        if any(team.name and team.name.casefold() == name.casefold() for team in teams if team is not own):
            raise BadInput("challenge.refused.team_twice", typed=name)
        await queries.name_team(session, own.team_id, name)
        await challenge_cards.redraw(session, challenge_id, now)


async def _open(session: AsyncSession, challenge_id: int, guild_id: int, now: datetime) -> ChallengeView:
    """Return a challenge of a club that is not over, locked."""
    view = await found(session, challenge_id, guild_id, now, hold=True)
    if view.phase is ChallengePhase.DRAFT:
        raise NotFound("challenge.find.gone")
    if view.phase not in JOINABLE:
        raise Conflict("challenge.refused.over", typed=view.name)
    return view
