"""What no file tells of an imported run: which way it was. Asking, ticking laps, and the answer.

Ticked laps are kept with the recording, so that pages, devices and restarts lose none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.activity import Sport
from bot.domain.runs.run_measures import Backward, Way, split
from bot.domain.runs.runs import Direction, Stretch
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
    """A lap as the watch cut it, and whether its runner has ticked it as backward."""

    distance_m: int | None
    duration_ms: int
    backward: bool
    estimated: bool


@dataclass(frozen=True, slots=True)
class LapQuestion:
    """What is asked about an imported run.

    Attributes:
        run_id: ours.
        ran_on: its day.
        distance_m: all of it, or None when only the time is known.
        duration_ms: all of it.
        filename: where it came from.
        laps: two or more, or none: then only all, nothing, or a part can be said.
        waiting: other imported runs of this runner that wait for an answer.
        sport: what the device says it was. `unknown` may have been a run; what is no run can only be kept as a forward
            one, or left out.
        sport_name: what the file calls it: escape it.
        twins: with another run that covers the same time: which of them counts is asked first.
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
        """Whether it was a run, or may have been one."""
        return self.sport in (Sport.RUN, Sport.UNKNOWN)


async def question(database: Database, run_id: int, user_id: int) -> LapQuestion:
    """What to ask about one's own imported run.

    Raises:
        NotFound: not this runner's, deleted, or not imported.
        Conflict: it has been told already.
    """
    async with database.read() as session:
        run = await session.get(models.Run, run_id)
        return await _question(session, run if run is not None and run.user_id == user_id else None)


async def next_question(database: Database, user_id: int) -> LapQuestion:
    """What to ask next: the newest of one's imported runs that wait for an answer.

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
    # An edit may have changed the stretches before the answer: then the laps no longer are the run.
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
    """How many of one's imported runs wait for their directions."""
    async with database.read() as session:
        return await queries.count_untold(session, user_id)


async def tick_laps(database: Database, run_id: int, user_id: int, page: range, ticked: Collection[int]) -> LapQuestion:
    """Keep which laps of a page (numbers from 0) are ticked; the other pages stay as they are.

    Raises:
        NotFound: not this runner's, deleted, or not imported.
        Conflict: it has been told already; nothing was kept.
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
    """All of one's imported run went one way.

    Raises:
        NotFound: not this runner's, or deleted.
        Conflict: it has been told already.
        BadInput: it is no run, and can only be kept as a forward one.
    """

    def decide(asked: LapQuestion) -> tuple[Stretch, ...]:
        if not asked.may_be_backward and direction is not Direction.FORWARD:
            raise BadInput("imports.ask.forward_only")
        return tuple(replace(stretch, direction=direction) for stretch in _parts(asked))

    return await _tell(database, run_id, user_id, decide, interaction_id, now)


async def tell_ticked(database: Database, run_id: int, user_id: int, *, interaction_id: int, now: datetime) -> RunView:
    """The ticked laps went backward, the others forward.

    Raises:
        NotFound: not this runner's, deleted, or without laps.
        Conflict: it has been told already.
        BadInput: it is no run, and can only be kept as a forward one.
    """

    def decide(asked: LapQuestion) -> tuple[Stretch, ...]:
        if not asked.may_be_backward:
            raise BadInput("imports.ask.forward_only")
        return _parts(asked)

    return await _tell(database, run_id, user_id, decide, interaction_id, now)


async def tell_part(
    database: Database, run_id: int, user_id: int, part: Backward, *, interaction_id: int, now: datetime
) -> RunView:
    """A part of a run without laps went backward; nobody measured which, so its minutes are estimated.

    Raises:
        NotFound: not this runner's, or deleted.
        BadInput: more than the run has.
        Conflict: it has been told already.
    """

    def decide(asked: LapQuestion) -> tuple[Stretch, ...]:
        if not asked.may_be_backward:
            raise BadInput("imports.ask.forward_only")
        return tuple(split(Way.MIXED, asked.distance_m, asked.duration_ms, part))

    return await _tell(database, run_id, user_id, decide, interaction_id, now)


def _parts(asked: LapQuestion) -> tuple[Stretch, ...]:
    """The laps as stretches, or the whole run as one (forward, until told otherwise)."""
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
    """Lock the run, read it, and write the stretches `decide` makes of it; from then on it counts."""
    async with database.write() as session:
        run, state = await owned(session, run_id, user_id)
        if await made_before(session, run_id, interaction_id):
            return await view_of(session, run, state.content, own=True)
        asked = await _question(session, run)
        if asked.twins is not None:
            raise Conflict("imports.twins.first")
        told = replace(state, content=replace(state.content, stretches=decide(asked)))
        return await change(session, run, state, told, "told", interaction_id, now)
