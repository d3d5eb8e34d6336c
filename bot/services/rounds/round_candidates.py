"""Candidates of a round, read in one transaction with a fixed number of statements for `rounds.matching`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.outings.outing_rules import Role, Wish, planned_return
from bot.domain.partners.availability import WeekInstants, Window, mask_of, stretches_in, week_of
from bot.domain.rounds.match_scoring import LATELY_WEEKS, Candidate
from bot.domain.rounds.round_calendar import LEAD
from bot.domain.when.moment_parser import at_wall
from bot.services.members.people import reader_of
from bot.services.outings.no_shows import MONTH
from db import models
from db.queries.outings import partner_calls as call_queries
from db.queries.rounds import rounds as queries

UNSEEN = timedelta(hours=1)
"""Time since a member was last seen in the club after which Discord is asked before they are matched."""


@dataclass(frozen=True, slots=True)
class Taking:
    """Candidates, and the members not seen lately, longest ago first."""

    candidates: tuple[Candidate, ...]
    unseen: tuple[int, ...]


def week_in(round_row: models.Round, guild: models.Guild) -> WeekInstants:
    """Return the week that a round is for."""
    return week_of(round_row.monday, reader_of(None, guild).zone)


async def taking_part(session: AsyncSession, round_row: models.Round, guild: models.Guild, now: datetime) -> Taking:
    """Return everybody who takes part in a round: available, not paused, not skipped and still in the club.

    Times when a member is in another outing, or that are too near, are excluded.
    """
    week = week_in(round_row, guild)
    skipped = {
        user for user, state in (await queries.places_of(session, round_row.round_id)).items() if state == "skipped"
    }
    rows = await queries.opted_in(session, guild.guild_id, round_row.monday + timedelta(days=6))
    rows = [row for row in rows if row[0].user_id not in skipped]
    ids = [row[0].user_id for row in rows]
    since = week.start - timedelta(weeks=LATELY_WEEKS)
    busy: dict[int, list[models.Outing]] = defaultdict(list)
    for user_id, outing in await call_queries.live_outings_of(session, ids):
        busy[user_id].append(outing)
    blocked: dict[int, set[int]] = defaultdict(set)
    trusts: dict[int, set[int]] = defaultdict(set)
    for one, other, kind in await queries.ties_among(session, ids):
        if kind == "block":
            blocked[one].add(other)
            blocked[other].add(one)
        else:
            trusts[one].add(other)
    met: dict[int, dict[int, int]] = defaultdict(dict)
    for one, other, at in await queries.met_since(session, guild.guild_id, ids, since):
        met[one][other] = max(0, (week.start - at).days // 7)
    faced = await queries.faced_since(session, guild.guild_id, ids, since)
    missed = await queries.no_shows_since(session, guild.guild_id, ids, (now - MONTH).date())
    candidates = tuple(
        Candidate(
            said.user_id,
            _mask(said, reader_of(user, guild).zone, week, busy[said.user_id], now),
            frozenset(place.casefold() for place in said.places),
            frozenset(Wish(wish) for wish in said.wishes),
            said.forward_s_per_km,
            said.backward_s_per_km,
            frozenset(trusts[said.user_id]),
            faced.get((said.user_id, Role.SPOTTER.value), 0),
            faced.get((said.user_id, Role.BACKWARD.value), 0),
            missed.get(said.user_id, 0),
            frozenset(blocked[said.user_id]),
            met[said.user_id],
        )
        for said, user, _ in rows
    )
    unseen = sorted((row[2], row[0].user_id) for row in rows if row[2] < now - UNSEEN)
    return Taking(candidates, tuple(user_id for _, user_id in unseen))


def _mask(
    said: models.Availability, zone: str, week: WeekInstants, busy: Sequence[models.Outing], now: datetime
) -> int:
    windows = [Window(*window) for window in said.windows]
    free_from = now + LEAD
    if said.paused_until is not None:
        free_from = max(free_from, at_wall(said.paused_until, time(), zone))
    stretches = [
        (max(begins, free_from), ends) for begins, ends in stretches_in(windows, zone, week) if ends > free_from
    ]
    mask = mask_of(stretches, week)
    for outing in busy:
        begins = outing.started_at or outing.starts_at
        ends = outing.due_back_at or planned_return(begins, outing.planned_ms)
        mask &= ~_touched(begins, ends, week)
    return mask


def _touched(begins: datetime, ends: datetime, week: WeekInstants) -> int:
    """Return the slots that a stretch of time touches, even in part."""
    before = mask_of([(week.start, begins)], week) if begins > week.start else 0
    after = mask_of([(ends, week.end)], week) if ends < week.end else 0
    return mask_of([(week.start, week.end)], week) & ~before & ~after
