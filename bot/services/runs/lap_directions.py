"""Directions of imported runs: ask which laps were backward, and store the answer.

Ticked laps are stored with the recording, so that changes of page, device or process lose none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.activity import Sport
from bot.domain.runs.run_measures import Backward, Way, split
from bot.domain.runs.runs import Direction, Stretch
from bot.domain.runs.world_bests import beyond_best
from bot.errors import BadInput, Conflict, NotFound
from bot.services.runs.overlapping_runs import Twins, twins_of
from bot.services.runs.revisions import change, made_before, owned
from bot.services.runs.runs import RunView, view_of
from db import models
from db.engine import Database
from db.queries.runs import imports as queries
from db.queries.runs import runs as run_queries


@dataclass(frozen=True, slots=True)
class UntoldLap:
    """A lap as recorded, and whether the runner has ticked it as backward."""

    distance_m: int | None
    duration_ms: int
    backward: bool
    estimated: bool


@dataclass(frozen=True, slots=True)
class LapQuestion:
    """Question about an imported run.

    Attributes:
        run_id: id of the run.
        ran_on: its day.
        distance_m: total metres, or None if only the time is known.
        duration_ms: total milliseconds.
        filename: file it came from.
        laps: two or more laps, or none: then the answer is all, nothing or a part.
        waiting: other imported runs of this runner that wait for an answer.
        sport: sport by the device. `unknown` may be a run; any other sport can only be kept as a forward run or left
            out.
        sport_name: sport by the file, unescaped.
        twins: overlapping run, for which the member must first choose which one counts.
    """

    run_id: int
    ran_on: date
    distance_m: int | None
    duration_ms: int
    filename: str
    laps: tuple[UntoldLap, ...]
    waiting: int
    sport: str = "run"
    sport_name: str = ""
    twins: Twins | None = None

    @property
    def may_be_backward(self) -> bool:
        """Whether it is a run, or may be one."""
        return self.sport in (Sport.RUN, Sport.UNKNOWN)

    @property
    def too_quick(self) -> bool:
        """Whether it is faster than anybody has run that far, so that it may be a ride recorded as a run."""
        return beyond_best(Stretch(Direction.FORWARD, self.distance_m, self.duration_ms)) is not None


async def question(database: Database, run_id: int, user_id: int) -> LapQuestion:
    """Return the question about a member's own imported run.

    Raises:
        NotFound: not this runner's, deleted, or not imported.
        Conflict: already answered.
    """
    async with database.read() as session:
        run = await session.get(models.Run, run_id)
        return await _question(session, run if run is not None and run.user_id == user_id else None)


async def next_question(database: Database, user_id: int) -> LapQuestion:
    """Return the question about the newest of a member's imported runs that wait for an answer.

    Raises:
        NotFound: none waits.
    """
    async with database.read() as session:
        run_id = await queries.newest_untold(session, user_id)
        if run_id is None:
            raise NotFound("imports.gone.none")
        return await _question(session, await session.get(models.Run, run_id))


async def _question(session: AsyncSession, run: models.Run | None) -> LapQuestion:
    recorded = await queries.recorded(session, run.run_id) if run is not None else None
    if run is None or recorded is None or run.deleted_at is not None:
        raise NotFound("runs.not_found")
    stretches = (await run_queries.stretches_of(session, [run.run_id]))[run.run_id]
    if all(stretch.direction != Direction.UNTOLD for stretch in stretches):
        raise Conflict("runs.told_already")
    filename, laps, totals = recorded
    # If the stretches were edited before the answer, the laps no longer match the run.
    ticks = [bool(lap.get("backward")) for lap in laps] if len(laps) == len(stretches) > 1 else []
    return LapQuestion(
        run.run_id,
        run.ran_on,
        run.distance_m,
        run.duration_ms,
        filename,
        tuple(
            UntoldLap(stretch.distance_m, stretch.duration_ms, tick, stretch.estimated)
            for stretch, tick in zip(stretches, ticks, strict=False)
        ),
        await queries.count_untold(session, run.user_id) - 1,
        totals.get("sport", Sport.RUN.value),
        totals.get("sport_name", ""),
        await twins_of(session, run),
    )


async def count_waiting(database: Database, user_id: int) -> int:
    """Return how many of a member's imported runs wait for an answer."""
    async with database.read() as session:
        return await queries.count_untold(session, user_id)


async def tick_laps(database: Database, run_id: int, user_id: int, page: range, ticked: Collection[int]) -> LapQuestion:
    """Store which laps of a page (numbers from 0) are ticked; other pages are unchanged.

    Raises:
        NotFound: not this runner's, deleted, or not imported.
        Conflict: already answered; nothing was stored.
    """
    async with database.write() as session:
        run = await run_queries.owned_run(session, run_id, user_id)
        recorded = await queries.recorded(session, run_id)
        if run is None or recorded is None:
            raise NotFound("runs.not_found")
        laps = [
            {**lap, "backward": number in ticked} if number in page else lap for number, lap in enumerate(recorded[1])
        ]
        await queries.keep_laps(session, run_id, laps)
        return await _question(session, run)


async def tell_all(
    database: Database, run_id: int, user_id: int, direction: Direction, *, interaction_id: int, now: datetime
) -> RunView:
    """Set one direction for all of an imported run.

    Raises:
        NotFound: not this runner's, or deleted.
        Conflict: already answered.
        BadInput: it is another sport, which can only be kept as a forward run.
    """

    def decide(asked: LapQuestion) -> tuple[Stretch, ...]:
        if not asked.may_be_backward and direction is not Direction.FORWARD:
            raise BadInput("imports.ask.forward_only")
        return tuple(replace(stretch, direction=direction) for stretch in _parts(asked))

    return await _tell(database, run_id, user_id, decide, interaction_id, now)


async def tell_ticked(database: Database, run_id: int, user_id: int, *, interaction_id: int, now: datetime) -> RunView:
    """Set ticked laps to backward, all others to forward.

    Raises:
        NotFound: not this runner's, deleted, or without laps.
        Conflict: already answered.
        BadInput: it is another sport, which can only be kept as a forward run.
    """

    def decide(asked: LapQuestion) -> tuple[Stretch, ...]:
        if not asked.may_be_backward:
            raise BadInput("imports.ask.forward_only")
        return _parts(asked)

    return await _tell(database, run_id, user_id, decide, interaction_id, now)


async def tell_part(
    database: Database, run_id: int, user_id: int, part: Backward, *, interaction_id: int, now: datetime
) -> RunView:
    """Set a part of a run without laps to backward; nobody measured which part, so that its minutes are estimated.

    Raises:
        NotFound: not this runner's, or deleted.
        BadInput: more than the run has, or it is another sport.
        Conflict: already answered.
    """

    def decide(asked: LapQuestion) -> tuple[Stretch, ...]:
        if not asked.may_be_backward:
            raise BadInput("imports.ask.forward_only")
        return tuple(split(Way.MIXED, asked.distance_m, asked.duration_ms, part))

    return await _tell(database, run_id, user_id, decide, interaction_id, now)


def _parts(asked: LapQuestion) -> tuple[Stretch, ...]:
    """Return the laps as stretches, or the whole run as one forward stretch."""
    if not asked.laps:
        return (Stretch(Direction.FORWARD, asked.distance_m, asked.duration_ms),)
    return tuple(
        Stretch(
            Direction.BACKWARD if lap.backward else Direction.FORWARD, lap.distance_m, lap.duration_ms, lap.estimated
        )
        for lap in asked.laps
    )


async def _tell(
    database: Database,
    run_id: int,
    user_id: int,
    decide: Callable[[LapQuestion], tuple[Stretch, ...]],
    interaction_id: int,
    now: datetime,
) -> RunView:
    """Lock the run, read the question and write the stretches that `decide` returns; the run counts from then on."""
    async with database.write() as session:
        run, state = await owned(session, run_id, user_id)
        if await made_before(session, run_id, interaction_id):
            return await view_of(session, run, state.content, own=True)
        asked = await _question(session, run)
        if asked.twins is not None:
            raise Conflict("imports.twins.first")
        told = replace(state, content=replace(state.content, stretches=decide(asked)))
        return await change(session, run, state, told, "told", interaction_id, now)
