"""Draw of a round: its input, its stored result, the organisers' decision, and the outings created from it.

A draw is stored as a proposal with member ids until it is confirmed; then it becomes outings. Blocks, skips and pauses
in between count: confirming checks again who takes part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import Wish
from bot.domain.partners.availability import WeekInstants, slot_start
from bot.domain.rounds.match_scoring import Candidate
from bot.domain.rounds.matching import Draw
from bot.domain.rounds.round_calendar import ANSWER
from bot.errors import Conflict, NotAllowed, NotFound
from bot.localizer import Localizer
from bot.services.members import ranks
from bot.services.members.people import club_of
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.rounds import rounds
from bot.services.rounds.round_candidates import taking_part, week_in
from bot.services.rounds.round_outings import settle_round
from db import models
from db.engine import Database
from db.queries.partners.meeting_points import points_of
from db.queries.profile import settings as settings_queries
from db.queries.rounds import rounds as queries
from db.queries.runs import runs as run_queries


@dataclass(frozen=True, slots=True)
class Hat:
    """Input of a draw."""

    round_id: int
    guild_id: int
    candidates: tuple[Candidate, ...]
    unseen: tuple[int, ...]
    backward_per_spotter: int
    seed: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """A drawn outing: (user id, name, wish) of its members; names as last seen, unescaped."""

    partners: tuple[tuple[int, str, Wish], ...]
    starts_at: datetime
    place: str | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round as shown to its organisers.

    Attributes:
        round_id: id of the round.
        guild_id: id of the club.
        reader: localizer of the club.
        monday: Monday of the week it is for.
        match_at: time of the draw.
        state: "announced", "drawing", "drawn", "confirmed" or "cancelled".
        seed: seed of the draw; differs for each draw.
        asked: members asked who have not skipped.
        outings: drawn outings, soonest first.
        left: name and what would help, for each member without a match.
        confirms_at: time of automatic confirmation.
    """

    round_id: int
    guild_id: int
    reader: Localizer
    monday: date
    match_at: datetime
    state: str
    seed: int
    asked: int
    outings: tuple[Proposed, ...]
    left: tuple[tuple[str, str], ...]
    confirms_at: datetime | None


async def hat(database: Database, round_id: int, now: datetime, *, trial: bool = False) -> Hat | None:
    """Return the input of a round's draw, or None unless it is to be drawn (or announced, for a `trial`)."""
    async with database.read() as session:
        row = await queries.round_row(session, round_id)
        if row is None or row.state != ("announced" if trial else "drawing"):
            return None
        guild = await settings_queries.guild_row(session, row.guild_id)
        club = club_of(guild)
        assert guild is not None
        assert club is not None
        taking = await taking_part(session, row, guild, now)
    return Hat(round_id, guild.guild_id, taking.candidates, taking.unseen, club.backward_per_spotter, row.seed)


async def members_left(database: Database, guild_id: int, user_ids: Sequence[int], now: datetime) -> None:
    """Record members found to be no longer in a club."""
    async with database.write() as session:
        for user_id in sorted(user_ids):
            await ranks.set_left(session, guild_id, user_id, now)


async def drawn(database: Database, hat: Hat, draw: Draw, now: datetime) -> None:
    """Store the result of a draw unless it was redrawn meanwhile, and show it to the organisers; end it if empty."""
    async with database.write() as session:
        row = await queries.round_row(session, hat.round_id, hold=True)
        if row is None or (row.state, row.seed) != ("drawing", hat.seed):
            return
        guild = await settings_queries.guild_row(session, row.guild_id)
        assert guild is not None
        proposal = {"confirms_at": (now + ANSWER).isoformat(), **_proposal(draw, week_in(row, guild))}
        await queries.move_round(session, row.round_id, ["drawing"], state="drawn", proposal=proposal)
        if not draw.outings:
            held = await queries.round_row(session, row.round_id, hold=True)
            assert held is not None
            await settle_round(session, held, guild, now)
            return
        confirms = Job(
            StoredKind.ROUND_PREVIEW, str(row.round_id), now + ANSWER, Priority.ASKED, subject_id=row.round_id
        )
        await schedule_job(session, [confirms])
        await rounds.show(session, row, guild, now)


def _proposal(draw: Draw, week: WeekInstants) -> dict[str, Any]:
    """Return a draw in its stored form."""
    return {
        "outings": [
            {
                "partners": [[p.user_id, p.wish.value] for p in one.partners],
                "starts_at": slot_start(week, one.slot).isoformat(),
                "slot": one.slot,
                "place": one.place,
                "pace_s_per_km": one.pace_s_per_km,
                "why": [reason.code for reason in one.why],
            }
            for one in draw.outings
        ],
        "left": [[user_id, help_.value] for user_id, help_ in draw.left],
    }


async def tried(database: Database, hat: Hat, draw: Draw) -> RoundView:
    """Return how a round that is not drawn yet would come out now; stores nothing."""
    async with database.read() as session:
        row = await queries.round_row(session, hat.round_id)
        guild = await settings_queries.guild_row(session, hat.guild_id)
        if row is None or guild is None:
            raise NotFound("rounds.gone")
        return await _view(session, row, _proposal(draw, week_in(row, guild)))


@dataclass(frozen=True, slots=True)
class Ahead:
    """Input of a trial draw of the next round, and its row, which may not be stored yet."""

    hat: Hat
    row: models.Round


async def ahead(database: Database, guild_id: int, organiser_id: int, now: datetime) -> Ahead:
    """Return the input of a trial draw of a club's next round, announced or not, also while rounds are off.

    Raises:
        NotAllowed: not an organiser of the club.
    """
    async with database.read() as session:
        await _check_organiser(session, guild_id, organiser_id)
        guild = await settings_queries.guild_row(session, guild_id)
        club = club_of(guild)
        assert guild is not None
        assert club is not None
        row = await queries.newest_round(session, guild_id, ("announced",))
        if row is None:
            newest_row = await queries.newest_round(session, guild_id, (*queries.PENDING, "confirmed", "cancelled"))
            occasion = rounds.occasion_of(guild, newest_row.monday if newest_row is not None else None, now)
            row = models.Round(
                round_id=0,
                guild_id=guild_id,
                monday=occasion.monday,
                match_at=occasion.match_at,
                state="announced",
                seed=1,
            )
        taking = await taking_part(session, row, guild, now)
    return Ahead(Hat(row.round_id, guild_id, taking.candidates, (), club.backward_per_spotter, row.seed), row)


async def tried_ahead(database: Database, found: Ahead, draw: Draw) -> RoundView:
    """Return how the next round would come out now; stores nothing. `asked` counts who would be asked."""
    async with database.read() as session:
        guild = await settings_queries.guild_row(session, found.hat.guild_id)
        if guild is None:
            raise NotFound("rounds.gone")
        view = await _view(session, found.row, _proposal(draw, week_in(found.row, guild)))
    return view if found.row.round_id else replace(view, asked=len(found.hat.candidates))


async def newest(database: Database, guild_id: int, organiser_id: int) -> RoundView:
    """Return the club's newest round, for an organiser.

    Raises:
        NotAllowed: not an organiser of the club.
        NotFound: there is none yet; the message says when the first is, if one is planned.
    """
    async with database.read() as session:
        await _check_organiser(session, guild_id, organiser_id)
        row = await queries.newest_round(session, guild_id, (*queries.PENDING, "confirmed"))
        if row is None:
            planned = await queries.planned_payload(session, guild_id, StoredKind.ROUND_NOTICE)
            if planned is not None:
                raise NotFound("rounds.planned", at=datetime.fromisoformat(planned["match_at"]))
            raise NotFound("rounds.none")
        return await _view(session, row)


async def seen(database: Database, round_id: int, organiser_id: int | None = None) -> RoundView:
    """Return a round, for an organiser or for the organisers' channel.

    Raises:
        NotAllowed: not an organiser of the club.
        NotFound: it does not exist.
    """
    async with database.read() as session:
        row = await queries.round_row(session, round_id)
        if row is None:
            raise NotFound("rounds.gone")
        if organiser_id is not None:
            await _check_organiser(session, row.guild_id, organiser_id)
        return await _view(session, row)


async def _view(session: AsyncSession, row: models.Round, trial: dict[str, Any] | None = None) -> RoundView:
    proposal = trial or row.proposal or {"outings": [], "left": []}
    ids = [user_id for one in proposal["outings"] for user_id, _ in one["partners"]]
    ids += [user_id for user_id, _ in proposal["left"]]
    names = await run_queries.display_names(session, row.guild_id, ids)
    points = {point.name.casefold(): point.name for point in await points_of(session, row.guild_id)}
    club = club_of(await settings_queries.guild_row(session, row.guild_id))
    assert club is not None
    places = await queries.places_of(session, row.round_id)
    return RoundView(
        row.round_id,
        row.guild_id,
        club.reader,
        row.monday,
        row.match_at,
        row.state,
        row.seed,
        sum(state != "skipped" for state in places.values()),
        tuple(
            Proposed(
                tuple((user_id, names.get(user_id, "?"), Wish(wish)) for user_id, wish in one["partners"]),
                datetime.fromisoformat(one["starts_at"]),
                one["place"] and points.get(one["place"], one["place"]),
                tuple(one["why"]),
            )
            for one in proposal["outings"]
        ),
        tuple((names.get(user_id, "?"), help_) for user_id, help_ in proposal["left"]),
        datetime.fromisoformat(proposal["confirms_at"]) if "confirms_at" in proposal else None,
    )


# ── organisers' decision ──


async def redraw_round(database: Database, round_id: int, organiser_id: int, seed: int, now: datetime) -> None:
    """Draw a round again with another seed, unless it was redrawn since it was shown.

    Raises:
        NotAllowed: not an organiser of the club.
        NotFound: the round does not exist.
        Conflict: it is confirmed or cancelled.
    """
    async with database.write() as session:
        row = await _held(session, round_id, organiser_id)
        if (row.state, row.seed) == ("drawn", seed):
            await rounds.to_draw(session, row, now)


async def confirm(database: Database, round_id: int, organiser_id: int, seed: int, now: datetime) -> bool:
    """Confirm a draw and create its outings.

    Returns:
        False if it was redrawn since it was shown; nothing is confirmed then.

    Raises:
        NotAllowed: not an organiser of the club.
        NotFound: the round does not exist.
        Conflict: it is confirmed or cancelled.
    """
    async with database.write() as session:
        row = await _held(session, round_id, organiser_id)
        if (row.state, row.seed) != ("drawn", seed):
            return False
        guild = await settings_queries.guild_row(session, row.guild_id)
        assert guild is not None
        await settle_round(session, row, guild, now)
        return True


async def matched_in(database: Database, round_id: int) -> tuple[int, tuple[int, ...]]:
    """Return the club of a round, and the members matched in its draw while that is not confirmed."""
    async with database.read() as session:
        row = await queries.round_row(session, round_id)
        proposal = row.proposal if row is not None and row.state == "drawn" else None
        found = [user_id for one in (proposal or {"outings": []})["outings"] for user_id, _ in one["partners"]]
        return (row.guild_id if row is not None else 0), tuple(found)


async def settle(database: Database, round_id: int, now: datetime) -> None:
    """Confirm a draw that no organiser has decided on, in a new transaction."""
    async with database.write() as session:
        await confirm_by_itself(session, round_id, now)


async def confirm_by_itself(session: AsyncSession, round_id: int, now: datetime) -> None:
    """Confirm a draw that no organiser has decided on, and create its outings."""
    row = await queries.round_row(session, round_id, hold=True)
    if row is not None and row.state == "drawn":
        guild = await settings_queries.guild_row(session, row.guild_id)
        assert guild is not None
        await settle_round(session, row, guild, now)


async def _held(session: AsyncSession, round_id: int, organiser_id: int) -> models.Round:
    row = await queries.round_row(session, round_id, hold=True)
    if row is None:
        raise NotFound("rounds.gone")
    await _check_organiser(session, row.guild_id, organiser_id)
    if row.state not in queries.PENDING:
        raise Conflict("rounds.over")
    return row


async def _check_organiser(session: AsyncSession, guild_id: int, user_id: int) -> None:
    """Check that a member was an organiser when last seen; a command in the club updates that first."""
    member = await session.get(models.Member, (guild_id, user_id))
    if member is None or not member.organiser or member.left_at is not None:
        raise NotAllowed("errors.organiser.only")
