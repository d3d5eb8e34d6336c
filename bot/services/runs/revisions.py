"""Revisions of runs: write a change with its revision, and apply it to the projections.

Used by `run_changes`, `lap_directions` and `imports`, inside their transactions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.review_reasons import ReviewReason
from bot.domain.runs.runs import Direction, Extra, Review, RunContent, Sharing, SpotterState, Stretch, Surface, counts
from bot.errors import NotFound
from bot.services.members.people import Person
from bot.services.projections import run_projections
from bot.services.runs import spotting
from bot.services.runs.holding import RunsBeside, reason_to_hold
from bot.services.runs.runs import RunView, content_of, facts_of, view_of
from db import models
from db.queries.runs import reviews as review_queries
from db.queries.runs import runs as queries


@dataclass(frozen=True, slots=True)
class RunState:
    """State of a run that a revision stores and an undo restores."""

    content: RunContent
    review: Review
    deleted: bool


async def insert_run(
    session: AsyncSession,
    person: Person,
    content: RunContent,
    *,
    interaction_id: int,
    ordinal: int,
    now: datetime,
    source: str,
) -> models.Run | None:
    """Insert a run and its first revision; None if this interaction inserted it before."""
    held_for = await reason_to_hold(session, content, source, person.user_id, person.guild_id)
    review = Review.NONE if held_for is None else Review.HELD
    counted = person.guild_id is not None and counts(content, review, deleted=False)
    values = {
        "interaction_id": interaction_id,
        "ordinal": ordinal,
        "user_id": person.user_id,
        "guild_id": person.guild_id,
        "source": source,
        "review": review.value,
        "held_for": held_for,
        "counted": counted,
        "revision": 1,
        "created_at": now,
        "deleted_at": None,
        **columns_of(content),
    }
    run_id = await queries.insert_run(session, values)
    if run_id is None:
        return None
    await queries.replace_stretches(session, run_id, stretch_rows(content), fresh=True)
    await queries.insert_first_revision(
        session,
        {
            "run_id": run_id,
            "revision": 1,
            "interaction_id": interaction_id,
            "kind": "logged",
            "before": None,
            "undoes": None,
            "changed_at": now,
        },
    )
    run = models.Run(run_id=run_id, **values)
    if content.spotter_state is SpotterState.AGREED:
        await spotting.follow(session, run, None, content, counted_before=False)
    await run_projections.apply(session, None, facts_of(run, content))
    return run


async def owned(session: AsyncSession, run_id: int, user_id: int) -> tuple[models.Run, RunState]:
    """Return a member's own run, locked, and its state; raise `NotFound` if it is somebody else's or does not exist."""
    run = await queries.owned_run(session, run_id, user_id)
    if run is None:
        raise NotFound("runs.not_found")
    stretches = await queries.stretches_of(session, [run_id])
    return run, RunState(content_of(run, stretches[run_id]), Review(run.review), run.deleted_at is not None)


async def made_before(session: AsyncSession, run_id: int, interaction_id: int) -> bool:
    """Whether this interaction has already changed the run."""
    return await queries.revision_of(session, run_id, interaction_id) is not None


async def change(
    session: AsyncSession,
    run: models.Run,
    old: RunState,
    new: RunState,
    kind: str,
    interaction_id: int,
    now: datetime,
    undoes: int | None = None,
) -> RunView:
    """Write a numbered change, apply it to projections and credits, and return the run after it."""
    content = new.content
    review, held_for = await review_after(session, run, old, new)
    counted = run.guild_id is not None and counts(content, review, deleted=new.deleted)
    before = facts_of(run, old.content)
    await queries.insert_revision(
        session,
        {
            "run_id": run.run_id,
            "revision": run.revision + 1,
            "interaction_id": interaction_id,
            "kind": kind,
            "before": kept(old),
            "undoes": undoes,
            "changed_at": now,
        },
    )
    columns = {
        **columns_of(content),
        "review": review.value,
        "held_for": held_for,
        "counted": counted,
        "revision": run.revision + 1,
        "deleted_at": (run.deleted_at or now) if new.deleted else None,
    }
    await queries.update_run(session, run.run_id, columns)
    for name, value in columns.items():
        setattr(run, name, value)
    if content.stretches != old.content.stretches:
        await queries.replace_stretches(session, run.run_id, stretch_rows(content), fresh=False)
    if old.review is not Review.NONE and _figures(content) != _figures(old.content):
        await review_queries.drop_words(session, run.run_id)
    await spotting.follow(session, run, old.content, content, counted_before=before.counted)
    await run_projections.apply(session, before, facts_of(run, content))
    return await view_of(session, run, content, own=True)


async def review_after(
    session: AsyncSession, run: models.Run, old: RunState, new: RunState, others: RunsBeside | None = None
) -> tuple[Review, ReviewReason | None]:
    """Return the review state of a run after a change, and why it is held.

    A decision stands while the figures and the time of the run stay the same.

    Args:
        session: the transaction.
        run: its row before the change.
        old: its state before the change.
        new: its state after the change.
        others: the runner's other runs; None to read them.
    """
    before, after = old.content, new.content
    same, is_back = _figures(before) == _figures(after), old.deleted and not new.deleted
    if same and (old.review is not Review.NONE or (before.sharing is after.sharing and not is_back)):
        return old.review, ReviewReason(run.held_for) if run.held_for is not None else None
    reason = await reason_to_hold(
        session, after, run.source, run.user_id, run.guild_id, run_id=run.run_id, others=others
    )
    return (Review.NONE if reason is None else Review.HELD), reason


def _figures(content: RunContent) -> tuple[Any, ...]:
    return content.stretches, content.started_at, content.ran_on


def columns_of(content: RunContent) -> dict[str, Any]:
    """Return the content as columns of its row."""
    return {
        "started_at": content.started_at,
        "zone": content.zone,
        "ran_on": content.ran_on,
        "distance_m": content.distance_m,
        "duration_ms": content.duration_ms,
        "surface": content.surface.value if content.surface else None,
        "spotter_id": content.spotter_id,
        "spotter_name": content.spotter_name,
        "spotter_state": content.spotter_state.value if content.spotter_state else None,
        "effort": content.effort,
        "note": content.note,
        "sharing": content.sharing.value,
        "extras": sorted(extra.value for extra in content.extras),
        "doubtful": content.doubtful,
    }


def stretch_rows(content: RunContent) -> list[dict[str, object]]:
    """Return the stretches of a run as rows without `run_id` and position."""
    return [
        {
            "direction": stretch.direction.value,
            "distance_m": stretch.distance_m,
            "duration_ms": stretch.duration_ms,
            "estimated": stretch.estimated,
        }
        for stretch in content.stretches
    ]


def kept(state: RunState) -> dict[str, Any]:
    """Return a state as JSON for `revisions.before`."""
    columns = columns_of(state.content)
    return {
        **columns,
        "started_at": state.content.started_at.isoformat(),
        "ran_on": state.content.ran_on.isoformat(),
        "stretches": stretch_rows(state.content),
        "deleted": state.deleted,
    }


def restored(before: dict[str, Any], now: RunState) -> RunState:
    """Return the state that a revision stored. The spotter's answer since then is kept."""
    spotter_state = before["spotter_state"]
    if before["spotter_id"] is not None and before["spotter_id"] == now.content.spotter_id:
        spotter_state = now.content.spotter_state
    content = RunContent(
        started_at=datetime.fromisoformat(before["started_at"]),
        zone=before["zone"],
        ran_on=date.fromisoformat(before["ran_on"]),
        stretches=tuple(
            Stretch(Direction(s["direction"]), s["distance_m"], s["duration_ms"], s["estimated"])
            for s in before["stretches"]
        ),
        surface=Surface(before["surface"]) if before["surface"] else None,
        spotter_id=before["spotter_id"],
        spotter_name=before["spotter_name"],
        spotter_state=SpotterState(spotter_state) if spotter_state else None,
        effort=before["effort"],
        note=before["note"],
        sharing=Sharing(before["sharing"]),
        extras=frozenset(Extra(extra) for extra in before["extras"]),
        doubtful=before.get("doubtful", False),  # absent in revisions from before migration 0014
    )
    return RunState(content, now.review, before["deleted"])
