"""Writing runs: log a run, and record every later change as a numbered revision.

Each function is one transaction that changes the run, its stretches, the revision and the projections. The interaction
id is a unique key of what is written, so that a repeated interaction changes nothing. Answers of spotters, and of
organisers (`reviews`), are not changes by the runner and get no revision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.runs.runs import Direction, Extra, RunContent, Sharing, SpotterState, breaks_the_rule
from bot.errors import Conflict, NotFound
from bot.services.members.people import Person
from bot.services.projections import run_projections
from bot.services.runs import spotter_questions, spotting
from bot.services.runs.revisions import change, insert_run, made_before, owned, restored
from bot.services.runs.runs import RunView, content_of, facts_of, view_of
from db.engine import Database
from db.queries.members import people as people_queries
from db.queries.runs import runs as queries

Amend = Callable[[RunContent], RunContent]
"""Edit of a run's content: pure, called inside the transaction, may raise `BadInput`."""


@dataclass(frozen=True, slots=True)
class RunLogged:
    """Result of logging a run.

    Attributes:
        view: the run, with the week for its card.
        repeated: this interaction had already logged it; nothing was written.
        zone_assumed: the zone was not chosen by the member, and no card has said so yet.
        rule_broken: backward without a spotter on a surface where the club does not allow it.
    """

    view: RunView
    repeated: bool
    zone_assumed: bool
    rule_broken: bool


async def log_run(
    database: Database,
    person: Person,
    content: RunContent,
    *,
    interaction_id: int,
    now: datetime,
    source: str = "typed",
    channel_id: int | None = None,
) -> RunLogged:
    """Log a run for a member and the current club, and ask the spotter it names, once its direction is known.

    Args:
        database: database to write to.
        person: runner.
        content: content of the run.
        interaction_id: idempotency key of the run.
        now: current time.
        source: source of the run.
        channel_id: channel in a club where it is logged.

    Raises:
        NotFound: another member's run has this interaction id.
        Unavailable: the database is locked or full; nothing was written.
    """
    async with database.write() as session:
        run = await insert_run(
            session, person, content, interaction_id=interaction_id, ordinal=0, now=now, source=source
        )
        repeated = run is None
        if run is None:
            run = await queries.run_of_interaction(session, interaction_id, person.user_id)
            if run is None:
                raise NotFound("runs.not_found")
            stretches = await queries.stretches_of(session, [run.run_id])
            content = content_of(run, stretches[run.run_id])
        tells_zone = person.zone_assumed and not person.zone_told and not repeated
        if tells_zone:
            await people_queries.mark_zone_told(session, person.user_id)
        own = not (person.in_guild and content.sharing is Sharing.CLUB)
        view = await view_of(session, run, content, own=own, runner=person.display_name)
        if not repeated and content.told:
            view = await spotter_questions.ask(session, None, view, now, channel_id)
    return RunLogged(view, repeated, tells_zone, breaks_the_rule(content, person.solo_surfaces))


async def edit_run(
    database: Database,
    run_id: int,
    user_id: int,
    amend: Amend,
    *,
    interaction_id: int,
    now: datetime,
    seen_revision: int | None = None,
    channel_id: int | None = None,
) -> RunView:
    """Edit a member's own run. Asks a newly named spotter, and one who agreed to the previous figures.

    Args:
        database: database to write to.
        run_id: id of the run.
        user_id: runner.
        amend: returns the new content from the current one.
        interaction_id: idempotency key of the change.
        now: current time.
        seen_revision: revision that the member saw; a later one is a conflict.
        channel_id: channel in a club where it is changed.

    Raises:
        NotFound: not this runner's, or deleted.
        Conflict: it was changed since `seen_revision`.
        BadInput: raised by `amend`; nothing was written.
    """
    async with database.write() as session:
        run, state = await owned(session, run_id, user_id)
        if await made_before(session, run_id, interaction_id):
            return await view_of(session, run, state.content, own=True)
        if state.deleted:
            raise NotFound("runs.deleted")
        if seen_revision is not None and seen_revision != run.revision:
            raise Conflict("runs.changed_meanwhile")
        content = _asked_anew(state.content, amend(state.content))
        if content == state.content:
            return await view_of(session, run, content, own=True)
        view = await change(session, run, state, replace(state, content=content), "edited", interaction_id, now)
        before = state.content if state.content.told else None  # nobody is asked about a run of unknown direction
        return await spotter_questions.ask(session, before, view, now, channel_id)


def turned(content: RunContent) -> RunContent:
    """Return a run with every stretch in the other direction; one of unknown direction stays."""
    other = {Direction.BACKWARD: Direction.FORWARD, Direction.FORWARD: Direction.BACKWARD}
    stretches = tuple(replace(one, direction=other.get(one.direction, one.direction)) for one in content.stretches)
    return replace(content, stretches=stretches)


def facing(direction: Direction) -> Amend:
    """Return the edit that sets the direction of a whole run of unknown direction.

    The edit raises `Conflict` if the direction is known.
    """

    def amend(content: RunContent) -> RunContent:
        if content.told:
            raise Conflict("runs.told_already")
        return replace(content, stretches=tuple(replace(one, direction=direction) for one in content.stretches))

    return amend


def _asked_anew(before: RunContent, after: RunContent) -> RunContent:
    """Reset a spotter's agreement to a question when the figures or the time of the run changed."""
    same = (before.stretches, before.started_at) == (after.stretches, after.started_at)
    if same or after.spotter_state is not SpotterState.AGREED:
        return after
    return replace(after, spotter_state=SpotterState.ASKED)


async def share_run(
    database: Database,
    run_id: int,
    user_id: int,
    *,
    sharing: Sharing | None,
    extras: frozenset[Extra] | None,
    interaction_id: int,
    now: datetime,
) -> RunView:
    """Set who sees a member's own run, and which extras; None keeps a setting.

    Raises:
        NotFound: not this runner's, or deleted.
    """

    def amend(content: RunContent) -> RunContent:
        return replace(
            content,
            sharing=content.sharing if sharing is None else sharing,
            extras=content.extras if extras is None else extras,
        )

    return await edit_run(database, run_id, user_id, amend, interaction_id=interaction_id, now=now)


async def delete_run(database: Database, run_id: int, user_id: int, *, interaction_id: int, now: datetime) -> RunView:
    """Delete a member's own run; this can be undone.

    Raises:
        NotFound: not this runner's, or already deleted.
    """
    async with database.write() as session:
        run, state = await owned(session, run_id, user_id)
        if await made_before(session, run_id, interaction_id):
            return await view_of(session, run, state.content, own=True)
        if state.deleted:
            raise NotFound("runs.deleted")
        return await change(session, run, state, replace(state, deleted=True), "deleted", interaction_id, now)


async def undo_change(
    database: Database, run_id: int, user_id: int, revision: int, *, interaction_id: int, now: datetime
) -> RunView:
    """Undo the change `revision`, if it is the newest.

    Raises:
        NotFound: not this runner's.
        Conflict: already undone, or another change came after it; nothing was changed.
    """
    async with database.write() as session:
        run, state = await owned(session, run_id, user_id)
        if await made_before(session, run_id, interaction_id):
            return await view_of(session, run, state.content, own=True)
        newest = await queries.revision_row(session, run_id, run.revision)
        target = await queries.revision_row(session, run_id, revision)
        if newest is None or target is None:
            raise NotFound("runs.not_found")
        if newest.undoes is not None and revision in (newest.revision, newest.undoes):
            raise Conflict("runs.undo.already")
        if newest.revision != revision:
            raise Conflict(f"runs.undo.after_{newest.kind}", when=newest.changed_at)
        earlier = replace(state, deleted=True) if target.before is None else restored(target.before, state)
        return await change(session, run, state, earlier, "undone", interaction_id, now, undoes=revision)


async def answer_spotter(database: Database, run_id: int, spotter_id: int, *, agreed: bool) -> RunView:
    """Record whether the named spotter agrees. They may change their answer.

    Raises:
        NotFound: the run was deleted, or names another spotter now.
    """
    async with database.write() as session:
        run = await queries.run_of_spotter(session, run_id, spotter_id)
        if run is None:
            raise NotFound("runs.spotter.gone")
        stretches = await queries.stretches_of(session, [run_id])
        before = facts_of(run, content_of(run, stretches[run_id]))
        state = SpotterState.AGREED if agreed else SpotterState.DECLINED
        await queries.update_run(session, run_id, {"spotter_state": state.value})
        run.spotter_state = state.value
        content = content_of(run, stretches[run_id])
        await spotting.follow(session, run, content, content, counted_before=run.counted)
        await run_projections.apply(session, before, facts_of(run, content))
        return await view_of(session, run, content, own=False)
