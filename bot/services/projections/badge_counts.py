"""Badges: what members have reached, own and in each club, and the levels they earned. See `run_projections`.

A new run that comes after all that were counted is one step of each checker. Any other change, and every change that
concerns partners, counts the member's events from the beginning, so that the result never depends on the order of
changes.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.badges.badge_counting import EarnedLevel, Tallied, tally
from bot.domain.badges.badge_definitions import badges, fingerprint
from bot.domain.badges.badge_events import (
    BadgeEvent,
    BadgeRun,
    BadgeSpotting,
    RunPartner,
    confirmed,
    event_of,
    minute_of,
)
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.runs.run_facts import CreditFacts, Facts, MemberFacts, MemberKey, PersonFacts, RunFacts
from bot.domain.runs.runs import Extra, Review, SpotterState, Surface
from bot.domain.text.words.plain import spelt_out
from bot.i18n import translate
from bot.languages import LANGUAGES
from db.models.badges import OWN
from db.queries.badges import badge_roles as role_queries
from db.queries.badges import badges as queries
from db.queries.messages import jobs

ROLES_DUE: dict[str, Any] = {
    "kind": StoredKind.BADGE_ROLES,
    "occurrence": StoredKind.BADGE_ROLES,
    "priority": int(Priority.NUDGE),
    "fire_at": datetime(1970, 1, 1, tzinfo=UTC),
    "subject_id": None,
    "user_id": None,
    "payload": {},
}
"""The job that gives and takes roles, due at once: a projection knows no current time."""


async def apply(session: AsyncSession, before: Facts | None, after: Facts | None) -> None:
    """Update the badges of those whom one change concerns."""
    match after or before:
        case RunFacts() as run:
            await _move_run(session, run, before, after)
            await _move_partner(session, before, after)
        case CreditFacts(guild_id=guild_id, user_id=user_id):
            await recount(session, user_id, {guild_id})
        case MemberFacts(guild_id=guild_id, user_id=user_id) if after is None:
            await queries.drop_member(session, user_id, guild_id)
        case PersonFacts(user_id=user_id) if after is None:
            for spotter_id, guild_id in await queries.spotters_named_by(session, user_id):
                await recount(session, spotter_id, {guild_id}, without=user_id)
            await queries.drop_user(session, user_id)


async def rebuild(session: AsyncSession, member: MemberKey) -> None:
    """Count a member's own badges and those in a club from the runs and spotter credits."""
    await recount(session, member.user_id, set() if member.guild_id is None else {member.guild_id})


async def recount(session: AsyncSession, user_id: int, guild_ids: Collection[int], *, without: int = 0) -> None:
    """Count a person's own badges, and those in some clubs, from the beginning.

    Args:
        session: write transaction in which the runs are already changed.
        user_id: whose; nothing happens if the bot does not know them.
        guild_ids: the clubs.
        without: a person whose runs are about to be deleted.
    """
    await session.flush()
    if not await queries.hold_user(session, user_id):
        return
    runs = await queries.own_runs(session, user_id)
    others = await queries.spotted(session, user_id, without)
    found = await asyncio.to_thread(_tallied, runs, others, {OWN, *guild_ids}, user_id)  # 10 µs a run and badge
    await _replace(session, user_id, found)


def _tallied(
    runs: Sequence[queries.OwnRunRow], others: Sequence[queries.SpottedRow], scopes: Collection[int], user_id: int
) -> dict[int, Tallied]:
    """Count a person's runs, and those on which they faced forward, own and as each club sees them."""
    found: dict[int, Tallied] = {}
    for scope in scopes:
        events: list[BadgeEvent] = [
            _run_event(row, shown=scope != OWN)
            for row in runs
            if scope == OWN or (row.counted and row.guild_id == scope)
        ]
        events += (_spotting_event(row, user_id) for row in others if scope in (OWN, row.guild_id))
        found[scope] = tally(events)
    return found


def _run_event(row: queries.OwnRunRow, *, shown: bool) -> BadgeRun:
    """Return a stored run; `shown` to a club, which does not see every detail."""
    agreed = row.spotter_id is not None and row.spotter_state == SpotterState.AGREED
    extras = frozenset(row.extras)
    return BadgeRun(
        row.run_id,
        row.started_at,
        row.ran_on,
        minute_of(row.started_at, row.zone),
        row.backward_m,
        row.backward_ms,
        row.forward_m,
        row.forward_ms,
        Surface(row.surface) if row.surface else None,
        None if shown and Extra.EFFORT not in extras else row.effort,
        frozenset() if shown and Extra.NOTE not in extras else tags(row.note),
        row.doubtful,
        RunPartner(row.spotter_id, row.met_at) if agreed and row.spotter_id is not None else None,
    )


def _spotting_event(row: queries.SpottedRow, user_id: int) -> BadgeSpotting:
    partner = None if row.runner_id == user_id else RunPartner(row.runner_id, row.met_at)
    return BadgeSpotting(row.run_id, row.started_at, row.duration_ms, partner)


def tags(note: str | None) -> frozenset[str]:
    """Return the names of the lists of words (`badges.words` of every language) of which a note has one."""
    if not note:
        return frozenset()
    plain = spelt_out(note.casefold())
    return frozenset(name for name, pattern in _patterns() if pattern.search(plain))


@cache
def _patterns() -> Sequence[tuple[str, re.Pattern[str]]]:
    found = []
    for name in sorted({one.checker.where.note for one in badges().values()} - {None}, key=str):
        texts = [translate(language, f"badges.words.{name}") for language in LANGUAGES]
        words = [re.escape(spelt_out(word.strip().casefold())) for text in texts for word in text.split(",")]
        found.append((str(name), re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")))
    return found


# ── one changed run ──


async def _move_run(session: AsyncSession, run: RunFacts, before: Facts | None, after: Facts | None) -> None:
    """Update the runner's badges: one step for each later run, else count anew."""
    scopes = {OWN} if run.guild_id is None else {OWN, run.guild_id}
    had, has = ({scope: _seen(facts, scope) for scope in scopes} for facts in (before, after))
    changed = {scope for scope in scopes if had[scope] != has[scope]}
    if not changed:
        return
    known = await queries.counts_of(session, run.user_id, held=True)
    added: dict[int, Tallied] = {}
    for scope in changed:
        event, row = has[scope], known.get(scope)
        later = (
            had[scope] is None
            and event is not None
            and event.partner is None
            and row is not None
            and row.rules == fingerprint()
            and (event.started_at, event.run_id) > (row.last_started_at, row.last_run_id)
        )
        if not later or event is None or row is None:
            await recount(session, run.user_id, scopes - {OWN})
            return
        added[scope] = tally([event], {key: tuple(counts) for key, counts in row.counts.items()})
    await queries.put_counts(session, [_counts_row(run.user_id, scope, one) for scope, one in added.items()])
    earned = [_earned_row(run.user_id, scope, level) for scope, one in added.items() for level in one.earned]
    if earned:
        await queries.put_earned(session, earned)
    for scope, one in added.items():
        await _follow_roles(
            session, run.user_id, scope, {level.badge for level in one.earned if level.level == 1}, set()
        )


def _seen(run: Facts | None, scope: int) -> BadgeRun | None:
    """Return a run as it counts for badges, own or in a club; None if it does not."""
    if not isinstance(run, RunFacts) or run.deleted or run.review not in (Review.NONE, Review.AGREED):
        return None
    if scope != OWN and not (run.counted and run.guild_id == scope):
        return None
    content, own = run.content, scope == OWN
    event = event_of(
        run.run_id,
        content,
        tags(content.note) if own or Extra.NOTE in content.extras else frozenset(),
        content.effort if own or Extra.EFFORT in content.extras else None,
    )
    if event is None or not confirmed(content) or content.spotter_id is None:
        return event
    return replace(event, partner=RunPartner(content.spotter_id, None))


async def _move_partner(session: AsyncSession, before: Facts | None, after: Facts | None) -> None:
    """Count the badges of the spotters whom a run from an outing named, or names now."""
    had, has = _named(before), _named(after)
    if had == has:
        return
    for spotter_id, guild_id in sorted({one[:2] for one in (had, has) if one is not None}):
        await recount(session, spotter_id, {guild_id})


def _named(run: Facts | None) -> tuple[int, int, Any] | None:
    """Return the spotter, the club and the start of a run from an outing that counts."""
    if not isinstance(run, RunFacts) or run.source != "outing" or not run.counted or run.guild_id is None:
        return None
    if not confirmed(run.content) or run.content.spotter_id is None:
        return None
    return run.content.spotter_id, run.guild_id, run.content.started_at


# ── rows ──


async def _replace(session: AsyncSession, user_id: int, found: dict[int, Tallied]) -> None:
    """Replace a person's counts and levels by those counted anew."""
    stored = {
        (row.guild_id, row.badge, row.level): (row.run_id, row.earned_at)
        for row in await queries.earned_by(session, user_id, found)
    }
    now = {
        (scope, one.badge, one.level): (one.run_id, one.earned_at)
        for scope, tallied in found.items()
        for one in tallied.earned
    }
    if gone := stored.keys() - now.keys():
        await queries.drop_earned(session, user_id, gone)
    if moved := [key for key, value in now.items() if stored.get(key) != value]:
        rows = [_earned_row(user_id, scope, EarnedLevel(badge, level, *now[scope, badge, level]))
                for scope, badge, level in moved]  # fmt: skip
        await queries.put_earned(session, rows)
    for scope in found:
        had, has = ({badge for where, badge, level in keys if (where, level) == (scope, 1)} for keys in (stored, now))
        await _follow_roles(session, user_id, scope, has - had, had - has)
    if empty := [scope for scope, tallied in found.items() if tallied.last is None]:
        await queries.drop_counts(session, user_id, empty)
    if rows := [_counts_row(user_id, scope, tallied) for scope, tallied in found.items() if tallied.last is not None]:
        await queries.put_counts(session, rows)


async def _follow_roles(session: AsyncSession, user_id: int, scope: int, gained: set[str], lost: set[str]) -> None:
    """Have the roles given and taken that a club has for badges which a member gained or lost."""
    if scope == OWN or not (gained or lost):
        return
    roles = await role_queries.roles_of(session, scope)
    for badge in sorted(gained & roles.keys()):
        await role_queries.give(session, scope, badge, roles[badge], [user_id])
    if gone := lost & roles.keys():
        await role_queries.take(session, scope, gone, user_id)
    if roles.keys() & (gained | lost):
        await jobs.upsert_due(session, [ROLES_DUE])


def _counts_row(user_id: int, scope: int, tallied: Tallied) -> dict[str, Any]:
    assert tallied.last is not None
    return {
        "user_id": user_id,
        "guild_id": scope,
        "last_started_at": tallied.last[0],
        "last_run_id": tallied.last[1],
        "counts": {key: list(counts) for key, counts in sorted(tallied.counts.items())},
        "rules": fingerprint(),
    }


def _earned_row(user_id: int, scope: int, level: EarnedLevel) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "guild_id": scope,
        "badge": level.badge,
        "level": level.level,
        "run_id": level.run_id,
        "earned_at": level.earned_at,
    }
