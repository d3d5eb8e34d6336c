"""The run an outing makes for each who was out: drafted, then logged, changed or thrown away by its runner alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.outings import Role
from bot.domain.records import review_needed
from bot.domain.runs import Direction, Review, RunContent, Sharing, SpotterState, Stretch
from bot.errors import Conflict, NotFound
from bot.services import spotter_questions, spotting
from bot.services.changes import Amend
from bot.services.course import halves
from bot.services.outings import CompanionView, OutingView, read
from bot.services.people import Person, club_of
from bot.services.revisions import insert_run
from bot.services.runs import RunView, view_of
from db import models
from db.engine import Database
from db.queries import outings as queries

LEAST_MS = 60_000
"""A check-out within a minute of the check-in still makes a run of a minute: its runner will correct it."""
_WAYS = {Role.BACKWARD: Direction.BACKWARD, Role.SPOTTER: Direction.FORWARD}


@dataclass(frozen=True, slots=True)
class Draft:
    """A run as an outing suggests it.

    Attributes:
        outing: it comes from.
        content: direction by role and half, distance as planned, time from check-in to check-out.
        spotted_m: metres faced forward for others.
        spotted_ms: milliseconds of that.
    """

    outing: OutingView
    content: RunContent
    spotted_m: int
    spotted_ms: int


def draft_of(outing: OutingView, me: CompanionView, zone: str, sharing: Sharing = Sharing.CLUB) -> Draft:
    """What an outing suggests for one person.

    Without check-in and check-out (nobody pressed, but it happened) the planned time is taken, and the minutes are
    estimates; so are those of two halves whose change nobody pressed.
    """
    measured = halves(outing, me)
    if measured is None:
        start = outing.starts_at
        ended = start + timedelta(milliseconds=outing.planned_ms)
        change, exact = start + (ended - start) / 2, False
    else:
        start, change, ended, exact = measured
    ended = max(ended, start + timedelta(milliseconds=LEAST_MS))
    whole_ms = _ms(ended - start)
    first_ms = min(max(_ms(change - start), 1000), whole_ms - 1000)
    first_m = None if outing.distance_m is None else round(outing.distance_m * first_ms / whole_ms)
    second_m = None if outing.distance_m is None or first_m is None else outing.distance_m - first_m
    parts = ((first_m or None, first_ms), (second_m or None, whole_ms - first_ms))
    if me.roles.swaps:
        # Where each half ended on the way was measured by nobody, nor was an unpressed change of roles.
        stretches = tuple(
            Stretch(_WAYS[me.roles.at(half)], *parts[half], estimated=not exact or outing.distance_m is not None)
            for half in (0, 1)
        )
    else:
        stretches = (Stretch(_WAYS[me.roles.first], outing.distance_m, whole_ms, estimated=measured is None),)
    spotter = _spotter(outing, me)
    content = RunContent(
        started_at=start,
        zone=zone,
        ran_on=start.astimezone(ZoneInfo(zone)).date(),
        stretches=stretches,
        surface=outing.surface,
        spotter_id=spotter.user_id if spotter else None,
        spotter_name=spotter.name[:120] if spotter else None,
        spotter_state=_word_of(spotter),
        sharing=sharing,
    )
    spotted = [
        parts[half]
        for half in (0, 1)
        if me.roles.at(half) is Role.SPOTTER
        and any(c.roles.at(half) is Role.BACKWARD for c in outing.inside if c.user_id != me.user_id)
    ]
    return Draft(outing, content, sum(metres or 0 for metres, _ in spotted), sum(ms for _, ms in spotted))


async def own_draft(database: Database, outing_id: int, person: Person) -> Draft:
    """The run drafted for somebody.

    Raises:
        NotFound: none is.
        Conflict: it was logged or thrown away.
    """
    async with database.read() as session:
        outing = await read(session, outing_id)
    return draft_of(outing, _open_draft(outing, person.user_id), person.reader.zone, person.sharing)


async def log_draft(
    database: Database,
    outing_id: int,
    person: Person,
    *,
    interaction_id: int,
    now: datetime,
    amend: Amend | None = None,
) -> RunView:
    """Log the drafted run, as it is or as `amend` makes it; it counts for the outing's club.

    Raises:
        NotFound: none is drafted.
        Conflict: it was logged or thrown away.
        BadInput: from `amend`.
    """
    async with database.write() as session:
        outing = await read(session, outing_id, hold=True)
        draft = draft_of(outing, _open_draft(outing, person.user_id), person.reader.zone, person.sharing)
        content = amend(draft.content) if amend else draft.content
        guild = await session.get(models.Guild, outing.guild_id)
        runner = replace(person, club=club_of(guild))
        review = Review.HELD if review_needed(content.stretches) else Review.NONE
        run = await insert_run(
            session, runner, content, review, interaction_id=interaction_id, ordinal=0, now=now, source="outing"
        )
        if run is None:
            raise Conflict("course.draft.logged")
        await queries.set_companion(session, outing_id, person.user_id, draft="logged", run_id=run.run_id)
        if draft.spotted_ms:
            spotted = draft.spotted_m, draft.spotted_ms
            if content.stretches != draft.content.stretches:
                spotted = spotting.faced_forward(content)
            await spotting.credit(session, run.run_id, person.user_id, outing.guild_id, content.ran_on, *spotted)
        return await spotter_questions.ask(session, None, await view_of(session, run, content, own=True), now)


async def throw_draft(database: Database, outing_id: int, user_id: int) -> None:
    """Throw the drafted run away; again changes nothing.

    Raises:
        NotFound: none was drafted.
        Conflict: it was logged.
    """
    async with database.write() as session:
        outing = await read(session, outing_id, hold=True)
        me = outing.who(user_id)
        if me is not None and me.draft == "thrown":
            return
        _open_draft(outing, user_id)
        await queries.set_companion(session, outing_id, user_id, draft="thrown")


def _open_draft(outing: OutingView, user_id: int) -> CompanionView:
    me = outing.who(user_id)
    if me is None or me.draft is None:
        raise NotFound("course.draft.none")
    if me.draft != "offered":
        raise Conflict(f"course.draft.{me.draft}")
    return me


def _spotter(outing: OutingView, me: CompanionView) -> CompanionView | None:
    """Who faced forward while this person ran backward; the first of several. Nobody who says he was not there."""
    for half in (0, 1):
        if me.roles.at(half) is not Role.BACKWARD:
            continue
        for other in outing.inside:
            there = other.user_id != me.user_id and other.happened not in ("no", "no_show", "absent")
            if there and other.roles.at(half) is Role.SPOTTER:
                return other
    return None


def _word_of(spotter: CompanionView | None) -> SpotterState | None:
    """Whoever has agreed to the outing, and was checked in or says that it happened, agrees; anybody else is asked."""
    if spotter is None:
        return None
    there = spotter.checked_in_at is not None or spotter.happened == "yes"
    return SpotterState.AGREED if spotter.confirmed and there else SpotterState.ASKED


def _ms(length: timedelta) -> int:
    """In whole seconds: when somebody pressed a button says no tenths of a run."""
    return round(length / timedelta(seconds=1)) * 1000
