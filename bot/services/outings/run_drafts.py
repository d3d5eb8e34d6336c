"""The run an outing makes for each who was out: drafted, then logged, changed or thrown away by its runner alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.domain.outings.outing_rules import OutingState, Presence, Role, half_time
from bot.domain.runs.run_measures import is_plausible
from bot.domain.runs.runs import Direction, Review, RunContent, Sharing, SpotterState, Stretch
from bot.domain.runs.world_bests import review_needed
from bot.errors import BadInput, Conflict, NotFound
from bot.services.members.people import Person, club_of
from bot.services.outings.outings import CompanionView, OutingView, read
from bot.services.runs import spotter_questions, spotting
from bot.services.runs.revisions import insert_run
from bot.services.runs.run_changes import Amend
from bot.services.runs.runs import RunView, view_of
from db import models
from db.engine import Database
from db.queries.outings import outings as queries

LEAST = timedelta(minutes=1)
"""A check-out within a minute of the check-in still makes a run of a minute: its runner will correct it."""
OFF_PLAN = 1.5
"""By so much longer or shorter than planned, the planned distance is not what was run and is left out."""
_WAYS = {Role.BACKWARD: Direction.BACKWARD, Role.SPOTTER: Direction.FORWARD}


@dataclass(frozen=True, slots=True)
class Draft:
    """A run as an outing suggests it.

    Attributes:
        outing: it comes from.
        content: direction by role and half, distance as planned, time from check-in to check-out.
        spotted_m: metres faced forward for others.
        spotted_ms: milliseconds of that.
        measured: its times are those of check-in and Home.
    """

    outing: OutingView
    content: RunContent
    spotted_m: int
    spotted_ms: int
    measured: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an outing in which one person has one role, and faces one way.

    Attributes:
        half: 0 or 1.
        role: theirs in it.
        begin: when.
        end: when.
        alone: they run backward in it by role, with nobody left who faces forward: on a road they turned round.
    """

    half: int
    role: Role
    begin: datetime
    end: datetime
    alone: bool = False

    @property
    def direction(self) -> Direction:
        """Which way they faced."""
        return Direction.FORWARD if self.alone else _WAYS[self.role]


def draft_of(outing: OutingView, me: CompanionView, zone: str, now: datetime, sharing: Sharing = Sharing.CLUB) -> Draft:
    """What an outing suggests for one person, as far as it can have happened by `now`.

    Time is from check-in to Home, at most until the planned return: who pressed later had forgotten it. Without both
    (nobody pressed, but it happened; others have said what happened) it is the time planned, and the minutes are
    estimates; so are those of two halves whose change nobody pressed. The distance is the one planned unless the time,
    or anybody's best, says that it was not run. Facing forward counts while somebody ran backward.
    """
    begin, end, measured = _span(outing, me, now)
    exact = measured and outing.swapped_at is not None and begin < outing.swapped_at < end
    change = outing.swapped_at if exact and outing.swapped_at else half_time(begin, _ms(end - begin))
    parts = [_Part(0, me.roles.first, begin, change), _Part(1, me.roles.second, change, end)]
    runs = [split for part in parts for split in _split(outing, me, part)]
    stretches = _stretches(outing, runs, estimated=not measured, guessed=not exact and me.roles.swaps)
    spotter = _spotter(outing, me)
    content = RunContent(
        started_at=begin,
        zone=zone,
        ran_on=begin.astimezone(ZoneInfo(zone)).date(),
        stretches=stretches,
        surface=outing.surface,
        spotter_id=spotter.user_id if spotter else None,
        spotter_name=spotter.name[:120] if spotter else None,
        spotter_state=_word_of(outing, me, spotter),
        sharing=sharing,
    )
    spotted_ms = _ms(sum((_spotted(outing, me, part) for part in parts), timedelta()))
    spotted_m = round((content.distance_m or 0) * spotted_ms / content.duration_ms)
    return Draft(outing, content, spotted_m, spotted_ms, measured)


def _span(outing: OutingView, me: CompanionView, now: datetime) -> tuple[datetime, datetime, bool]:
    """Begin and end of one person's outing, and whether check-in and Home say so."""
    planned = timedelta(milliseconds=outing.planned_ms)
    begin = me.checked_in_at or outing.started_at or outing.starts_at
    said_by_others = outing.state is OutingState.RESOLVED and me.home_at == outing.ended_at
    if me.checked_in_at is not None and me.home_at is not None and not said_by_others:
        latest = max(outing.due_back_at or me.home_at, begin + planned)
        end, measured = min(me.home_at, latest), me.home_at <= latest
    else:
        ended_at = me.home_at or (outing.ended_at if outing.started_at is not None else None)
        end, measured = min(begin + planned, ended_at or now, now), False
    return begin, max(end, begin + LEAST), measured


def _split(outing: OutingView, me: CompanionView, part: _Part) -> list[_Part]:
    """A part in two where somebody ran backward until nobody faced forward any more."""
    if part.role is not Role.BACKWARD or outing.solo or me.checked_in_at is None:
        return [part]
    spotters = [c for c in _others(outing, me) if c.roles.at(part.half) is Role.SPOTTER]
    if not spotters:
        return [part]  # erased since
    covered = max((_until(c) for c in spotters if _was_there(outing, c)), default=part.begin)
    covered = min(max(covered, part.begin), part.end)
    if part.end - covered < LEAST:
        return [part]
    left = replace(part, begin=covered, alone=True)
    return [left] if covered - part.begin < LEAST else [replace(part, end=covered), left]


def _spotted(outing: OutingView, me: CompanionView, part: _Part) -> timedelta:
    """How long of a part this person faced forward for somebody who ran backward."""
    if part.role is not Role.SPOTTER or not _was_there(outing, me):
        return timedelta()
    runners = [c for c in _others(outing, me) if c.roles.at(part.half) is Role.BACKWARD and _was_there(outing, c)]
    until = max((_until(c) for c in runners), default=part.begin)
    return max(min(until, part.end) - part.begin, timedelta())


def _others(outing: OutingView, me: CompanionView) -> list[CompanionView]:
    """Who else was in it, and who was checked in without being there."""
    others = [c for c in outing.companions if c.user_id != me.user_id]
    return [c for c in others if c.presence is Presence.IN or (c.presence is Presence.LEFT and c.happened == "no")]


def _was_there(outing: OutingView, companion: CompanionView) -> bool:
    """Whether somebody was checked in, or of an outing that nobody began with the bot says that it happened."""
    if outing.started_at is not None:
        return companion.checked_in_at is not None
    return companion.happened == "yes"


def _until(companion: CompanionView) -> datetime:
    """Until when somebody was out, as far as is known."""
    return companion.home_at or datetime.max.replace(tzinfo=UTC)


def _stretches(outing: OutingView, parts: Sequence[_Part], *, estimated: bool, guessed: bool) -> tuple[Stretch, ...]:
    """One stretch for each way faced in turn, with its share of the planned distance where that can be.

    Args:
        outing: it comes from.
        parts: in order.
        estimated: the times are those planned.
        guessed: the roles changed, nobody knows when.
    """
    told = [(way, list(same)) for way, same in groupby(parts, key=lambda part: part.direction)]
    ends = [_ms(same[-1].end - parts[0].begin) for _, same in told]
    whole_ms = ends[-1]
    several = len(told) > 1
    split = any(part.alone for part in parts)

    def made(distance_m: int | None) -> tuple[Stretch, ...]:
        # Where each part ended on the way was measured by nobody.
        unsure = estimated or (several and (guessed or split or distance_m is not None))
        found, past_ms, past_m = [], 0, 0
        for (way, _), end_ms in zip(told, ends, strict=True):
            end_m = 0 if distance_m is None else round(distance_m * end_ms / whole_ms)
            found.append(Stretch(way, end_m - past_m or None, end_ms - past_ms, estimated=unsure))
            past_ms, past_m = end_ms, end_m
        return tuple(found)

    planned = made(outing.distance_m)
    off = max(whole_ms / outing.planned_ms, outing.planned_ms / whole_ms)
    fits = off <= OFF_PLAN and is_plausible(outing.distance_m, whole_ms) and not review_needed(planned)
    return planned if fits else made(None)


async def own_draft(database: Database, outing_id: int, person: Person, now: datetime) -> Draft:
    """The run drafted for somebody.

    Args:
        database: where.
        outing_id: which outing's.
        person: whose.
        now: the present.

    Raises:
        NotFound: none is.
        Conflict: it was logged or thrown away.
    """
    async with database.read() as session:
        outing = await read(session, outing_id)
    return draft_of(outing, _open_draft(outing, person.user_id), person.reader.zone, now, person.sharing)


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
        draft = draft_of(outing, _open_draft(outing, person.user_id), person.reader.zone, now, person.sharing)
        content = amend(draft.content) if amend else draft.content
        if not is_plausible(content.distance_m, content.duration_ms):
            raise BadInput("course.draft.implausible")
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
                spotted = await spotting.faced_forward(session, run.run_id, content)
            await spotting.credit(session, run, *spotted)
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
    """Who faced forward while this person ran backward; the first of several. Nobody who says they were not there."""
    for half in (0, 1):
        if me.roles.at(half) is not Role.BACKWARD:
            continue
        for other in outing.inside:
            there = other.user_id != me.user_id and other.happened not in ("no", "no_show", "absent")
            if there and other.roles.at(half) is Role.SPOTTER:
                return other
    return None


def _word_of(outing: OutingView, me: CompanionView, spotter: CompanionView | None) -> SpotterState | None:
    """Whoever was checked in together, or says as well that it happened, agrees; anybody else is asked.

    Who was left out when the others checked in, and says that they were there, says it alone.
    """
    if spotter is None:
        return None
    agrees = spotter.confirmed and _was_there(outing, spotter) and _was_there(outing, me)
    return SpotterState.AGREED if agrees else SpotterState.ASKED


def _ms(length: timedelta) -> int:
    """In whole seconds: when somebody pressed a button says no tenths of a run."""
    return round(length / timedelta(seconds=1)) * 1000
