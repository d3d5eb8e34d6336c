"""Run drafts: the run that an outing suggests to each member who was out, to log, change or discard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.domain.outings.outing_rules import OutingState, Presence, Role, half_time
from bot.domain.runs.review_reasons import review_reason
from bot.domain.runs.run_measures import is_plausible
from bot.domain.runs.runs import Direction, RunContent, Sharing, SpotterState, Stretch
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
"""Shortest drafted run, when check-out follows check-in within a minute; the runner can correct it."""
OFF_PLAN = 1.5
"""Ratio of actual to planned time, either way, above which the planned distance is left out."""
_WAYS = {Role.BACKWARD: Direction.BACKWARD, Role.SPOTTER: Direction.FORWARD}


@dataclass(frozen=True, slots=True)
class Draft:
    """A run suggested by an outing.

    Attributes:
        outing: outing it comes from.
        content: direction by role and half, planned distance, time from check-in to check-out.
        spotted_m: metres run as a spotter.
        spotted_ms: milliseconds run as a spotter.
        measured: whether the times are those of check-in and Home.
        doubted: whether the planned distance was left out because nobody runs it in that time.
    """

    outing: OutingView
    content: RunContent
    spotted_m: int
    spotted_ms: int
    measured: bool
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an outing in which one member has one role and one direction.

    Attributes:
        half: 0 or 1.
        role: role in that half.
        begin: start.
        end: end.
        alone: the role is backward but no spotter is left, so that they turned to run forward.
    """

    half: int
    role: Role
    begin: datetime
    end: datetime
    alone: bool = False

    @property
    def direction(self) -> Direction:
        """Direction in which the member ran."""
        return Direction.FORWARD if self.alone else _WAYS[self.role]


def draft_of(outing: OutingView, me: CompanionView, zone: str, now: datetime, sharing: Sharing = Sharing.CLUB) -> Draft:
    """Return the run that an outing suggests for one member, up to `now`.

    The time runs from check-in to Home, at most until the planned return: whoever pressed later had forgotten. Without
    both presses (the outing took place without the bot, or others reported what happened) it is the planned time,
    marked as estimated; so are two halves whose swap nobody pressed. The distance is the planned one unless the time or
    a world best contradicts it. Time as a spotter counts only while somebody ran backward.
    """
    begin, end, measured = _span(outing, me, now)
    exact = measured and outing.swapped_at is not None and begin < outing.swapped_at < end
    change = outing.swapped_at if exact and outing.swapped_at else half_time(begin, _ms(end - begin))
    parts = [_Part(0, me.roles.first, begin, change), _Part(1, me.roles.second, change, end)]
    runs = [split for part in parts for split in _split(outing, me, part)]
    stretches, doubted = _stretches(outing, runs, estimated=not measured, guessed=not exact and me.roles.swaps)
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
    return Draft(outing, content, spotted_m, spotted_ms, measured, doubted)


def _span(outing: OutingView, me: CompanionView, now: datetime) -> tuple[datetime, datetime, bool]:
    """Return start and end for one member, and whether both come from check-in and Home."""
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
    """Split a backward part at the moment when the last spotter was gone."""
    if part.role is not Role.BACKWARD or outing.solo or me.checked_in_at is None:
        return [part]
    spotters = [c for c in _others(outing, me) if c.roles.at(part.half) is Role.SPOTTER]
    if not spotters:
        return [part]  # spotter's data erased since
    covered = max((_until(c) for c in spotters if _was_there(outing, c)), default=part.begin)
    covered = min(max(covered, part.begin), part.end)
    if part.end - covered < LEAST:
        return [part]
    left = replace(part, begin=covered, alone=True)
    return [left] if covered - part.begin < LEAST else [replace(part, end=covered), left]


def _spotted(outing: OutingView, me: CompanionView, part: _Part) -> timedelta:
    """Return how long this member was a spotter for somebody running backward in this part."""
    if part.role is not Role.SPOTTER or not _was_there(outing, me):
        return timedelta()
    runners = [c for c in _others(outing, me) if c.roles.at(part.half) is Role.BACKWARD and _was_there(outing, c)]
    until = max((_until(c) for c in runners), default=part.begin)
    return max(min(until, part.end) - part.begin, timedelta())


def _others(outing: OutingView, me: CompanionView) -> list[CompanionView]:
    """Return the other members who were in, and those who were checked in without being there."""
    others = [c for c in outing.companions if c.user_id != me.user_id]
    return [c for c in others if c.presence is Presence.IN or (c.presence is Presence.LEFT and c.happened == "no")]


def _was_there(outing: OutingView, companion: CompanionView) -> bool:
    """Whether a member was checked in, or says that an outing not started with the bot took place."""
    if outing.started_at is not None:
        return companion.checked_in_at is not None
    return companion.happened == "yes"


def _until(companion: CompanionView) -> datetime:
    """Return until when a member was out, as far as known."""
    return companion.home_at or datetime.max.replace(tzinfo=UTC)


def _stretches(
    outing: OutingView, parts: Sequence[_Part], *, estimated: bool, guessed: bool
) -> tuple[tuple[Stretch, ...], bool]:
    """Return one stretch for each change of direction, with its share of the planned distance if that fits.

    Also return whether the distance is left out because nobody runs it in that time.

    Args:
        outing: outing it comes from.
        parts: parts in order.
        estimated: the times are the planned ones.
        guessed: the roles were swapped at an unknown time.
    """
    told = [(way, list(same)) for way, same in groupby(parts, key=lambda part: part.direction)]
    ends = [_ms(same[-1].end - parts[0].begin) for _, same in told]
    whole_ms = ends[-1]
    several = len(told) > 1
    split = any(part.alone for part in parts)

    def made(distance_m: int | None) -> tuple[Stretch, ...]:
        # Nobody measured the distance at which each part ended.
        unsure = estimated or (several and (guessed or split or distance_m is not None))
        found, past_ms, past_m = [], 0, 0
        for (way, _), end_ms in zip(told, ends, strict=True):
            end_m = 0 if distance_m is None else round(distance_m * end_ms / whole_ms)
            found.append(Stretch(way, end_m - past_m or None, end_ms - past_ms, estimated=unsure))
            past_ms, past_m = end_ms, end_m
        return tuple(found)

    planned = made(outing.distance_m)
    off = max(whole_ms / outing.planned_ms, outing.planned_ms / whole_ms)
    possible = is_plausible(outing.distance_m, whole_ms) and review_reason(planned) is None
    return (planned if possible and off <= OFF_PLAN else made(None)), not possible


async def own_draft(database: Database, outing_id: int, person: Person, now: datetime) -> Draft:
    """Return the draft of a member.

    Args:
        database: database to read.
        outing_id: id of the outing.
        person: member whose draft it is.
        now: current time.

    Raises:
        NotFound: there is no draft.
        Conflict: it was logged or discarded.
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
    """Log the draft, changed by `amend` if given; the run counts for the outing's club.

    Raises:
        NotFound: there is no draft.
        Conflict: it was logged or discarded.
        BadInput: raised by `amend`, or distance and time are implausible.
    """
    async with database.write() as session:
        outing = await read(session, outing_id, hold=True)
        draft = draft_of(outing, _open_draft(outing, person.user_id), person.reader.zone, now, person.sharing)
        content = amend(draft.content) if amend else draft.content
        if not is_plausible(content.distance_m, content.duration_ms):
            raise BadInput("course.draft.implausible")
        guild = await session.get(models.Guild, outing.guild_id)
        runner = replace(person, club=club_of(guild))
        run = await insert_run(
            session, runner, content, interaction_id=interaction_id, ordinal=0, now=now, source="outing"
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
    """Discard the draft; doing so again has no effect.

    Raises:
        NotFound: there was no draft.
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
    """Return the first spotter of the outing while this member ran backward, except those who say they were absent."""
    for half in (0, 1):
        if me.roles.at(half) is not Role.BACKWARD:
            continue
        for other in outing.inside:
            there = other.user_id != me.user_id and other.happened not in ("no", "no_show", "absent")
            if there and other.roles.at(half) is Role.SPOTTER:
                return other
    return None


def _word_of(outing: OutingView, me: CompanionView, spotter: CompanionView | None) -> SpotterState | None:
    """Return whether the spotter has agreed to be named, or is to be asked.

    A spotter who was checked in together with the runner, or also says that the outing took place, has agreed. If the
    runner was left out at check-in and later says that they were there, the spotter is asked.
    """
    if spotter is None:
        return None
    agrees = spotter.confirmed and _was_there(outing, spotter) and _was_there(outing, me)
    return SpotterState.AGREED if agrees else SpotterState.ASKED


def _ms(length: timedelta) -> int:
    """Return milliseconds in whole seconds: the times of presses are no more precise."""
    return round(length / timedelta(seconds=1)) * 1000
