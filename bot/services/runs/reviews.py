"""Reviews of held runs: what organisers see, their question to the runner and the answer, and their decision.

The question and the decision reach the runner as direct messages. They come from the organisers: who of them asked or
decided is not stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.runs.review_reasons import CountedRun, ReviewReason, at_once_with, day_total_m
from bot.domain.runs.runs import Direction, Review, Surface, counts
from bot.domain.text.free_text import one_line
from bot.errors import BadInput, Conflict, NotFound
from bot.services.messages.deliveries import Destination, OutboundMessage, post
from bot.services.projections import run_projections
from bot.services.runs import spotting
from bot.services.runs.holding import RunsBeside, counted_run
from bot.services.runs.runs import RunView, content_of, facts_of, held_for, view_of
from db import models
from db.engine import Database
from db.queries.runs import reviews as queries
from db.queries.runs import runs as run_queries

WORDS_LIMIT = 300
"""Characters of an answer, and of the reason of a rejection."""


@dataclass(frozen=True, slots=True)
class HeldRun:
    """A held run, as far as it is shared with the club.

    Attributes:
        run_id: id of the run.
        revision: number of its newest change.
        user_id: runner.
        runner: their name as last seen in the club, unescaped.
        ran_on: local day.
        surface: or None if unknown.
        parts: (direction, metres, milliseconds) of each stretch.
        number: its number among the waiting runs, from 1.
        count: number of waiting runs.
        reason: why it is held.
        day_m: metres of its day with the runner's other runs that count.
        other: another run that was under way at the same time and counts, or None.
        asked: whether the runner was asked about it.
        answered: whether they answered.
        answer: their words, unescaped; None if they said only that it is right.
    """

    run_id: int
    revision: int
    user_id: int
    runner: str
    ran_on: date
    surface: Surface | None
    parts: tuple[tuple[Direction, int | None, int], ...]
    number: int
    count: int
    reason: ReviewReason
    day_m: int = 0
    other: CountedRun | None = None
    asked: bool = False
    answered: bool = False
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class ReviewMessage:
    """What a message to the runner shows: the run, and its club's name, unescaped."""

    view: RunView
    club: str


async def held_run(database: Database, guild_id: int, after: int = 0) -> HeldRun | None:
    """Return the club's next run after id `after` that waits for an organiser, or None."""
    async with database.read() as session:
        run, number = await queries.held_run(session, guild_id, after)
        if run is None:
            return None
        count = await queries.count_held(session, guild_id)
        stretches = await run_queries.stretches_of(session, [run.run_id])
        names = await run_queries.display_names(session, guild_id, [run.user_id])
        said = await queries.words_of(session, run.run_id)
        content = content_of(run, stretches[run.run_id])
        mine = counted_run(content, run.source)
        others = await RunsBeside.around(session, run.user_id, guild_id, [run.ran_on])
        beside = others.beside(run.ran_on, run.run_id)
    return HeldRun(
        run.run_id,
        run.revision,
        run.user_id,
        names.get(run.user_id, "?"),
        run.ran_on,
        content.surface,
        tuple((one.direction, one.distance_m, one.duration_ms) for one in content.stretches),
        number,
        count,
        held_for(run, content) or ReviewReason.OUTPACED,
        day_total_m(mine, beside),
        at_once_with(mine, beside),
        said is not None and said.asked_at is not None,
        said is not None and said.answered_at is not None,
        None if said is None else said.answer,
    )


async def ask(database: Database, run_id: int, guild_id: int, *, seen_revision: int, now: datetime) -> None:
    """Ask the runner about a held run, once for its figures; the caller has checked that an organiser does.

    Raises:
        NotFound: no such run in this club.
        Conflict: already asked or decided, no review needed any more, or changed since `seen_revision`.
    """
    async with database.write() as session:
        run = await _held(session, run_id, guild_id, seen_revision)
        said = await queries.words_of(session, run_id)
        if said is not None and said.asked_at is not None:
            raise Conflict("club.review.asked_already")
        await queries.put_words(session, run_id, asked_at=now)
        await _tell(session, run, StoredKind.REVIEW_ASK, now)


async def answer(database: Database, run_id: int, user_id: int, words: str | None, now: datetime) -> None:
    """Store the runner's answer, which replaces an earlier one.

    Args:
        database: database to write to.
        run_id: id of the run.
        user_id: its runner.
        words: the answer; None if the run is right as it is.
        now: current time.

    Raises:
        BadInput: the words are empty.
        NotFound: nobody asks about a run of theirs with this id any more.
    """
    if words is not None and not (words := one_line(words)[:WORDS_LIMIT]):
        raise BadInput("review.answer.empty")
    async with database.write() as session:
        run = await run_queries.owned_run(session, run_id, user_id)
        open_ = run is not None and run.review == Review.HELD and run.deleted_at is None
        if not open_ or not await queries.answer(session, run_id, answered_at=now, answer=words):
            raise NotFound("review.answer.settled")


async def decide(
    database: Database,
    run_id: int,
    guild_id: int,
    *,
    agree: bool,
    seen_revision: int,
    now: datetime,
    reason: str = "",
) -> RunView:
    """Record an organiser's decision on a held run of the club, and tell the runner.

    Args:
        database: database to write to.
        run_id: id of the run.
        guild_id: club whose organiser decides, as the caller has checked.
        agree: whether it may count on the boards.
        seen_revision: revision that the organiser saw.
        now: current time.
        reason: of a rejection, for the runner.

    Raises:
        BadInput: a rejection without a reason.
        NotFound: no such run in this club.
        Conflict: already decided, no review needed any more, or changed since `seen_revision`.
    """
    reason = one_line(reason)[:WORDS_LIMIT]
    if not agree and not reason:
        raise BadInput("club.review.no_reason")
    async with database.write() as session:
        run = await _held(session, run_id, guild_id, seen_revision)
        stretches = await run_queries.stretches_of(session, [run_id])
        content = content_of(run, stretches[run_id])
        before = facts_of(run, content)
        review = Review.AGREED if agree else Review.REJECTED
        counted = counts(content, review, deleted=False)
        await run_queries.update_run(session, run_id, {"review": review.value, "counted": counted})
        run.review, run.counted = review.value, counted
        if not agree:
            await queries.put_words(session, run_id, reason=reason)
        await spotting.follow(session, run, content, content, counted_before=False)
        await run_projections.apply(session, before, facts_of(run, content))
        await _tell(session, run, StoredKind.REVIEW_DECIDED, now)
        return await view_of(session, run, content, own=False)


async def message(database: Database, run_id: int) -> ReviewMessage | None:
    """Return what a message about a review shows; None for a run that was deleted or is in no club."""
    async with database.read() as session:
        run = await session.get(models.Run, run_id)
        if run is None or run.deleted_at is not None or run.guild_id is None:
            return None
        stretches = await run_queries.stretches_of(session, [run_id])
        view = await view_of(session, run, content_of(run, stretches[run_id]), own=True)
        guild = await session.get(models.Guild, run.guild_id)
        return ReviewMessage(view, guild.name if guild is not None else "")


async def _held(session: AsyncSession, run_id: int, guild_id: int, seen_revision: int) -> models.Run:
    run = await run_queries.run_of_club(session, run_id, guild_id)
    if run is None:
        raise NotFound("runs.not_found")
    if run.review != Review.HELD.value:
        raise Conflict("club.review.decided")
    if run.revision != seen_revision:
        raise Conflict("runs.review.changed")
    return run


async def _tell(session: AsyncSession, run: models.Run, kind: StoredKind, now: datetime) -> None:
    letter = OutboundMessage(
        kind,
        f"{run.run_id}:{run.revision}",
        Priority.ASKED,
        Destination.DM,
        due_at=now,
        user_id=run.user_id,
        guild_id=run.guild_id,
        subject_id=run.run_id,
    )
    await post(session, [letter], now)
