"""Count a member's badges: a fold over their events in order, which can go on where it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from bot.domain.badges.badge_definitions import badges
from bot.domain.badges.badge_events import BadgeEvent, order_of
from bot.domain.badges.checkers import Counts

AllCounts: TypeAlias = Mapping[str, Counts]
"""The counts of every badge that has any, by its key."""


@dataclass(frozen=True, slots=True)
class EarnedLevel:
    """A level of a badge, and the run that reached it."""

    badge: str
    level: int
    run_id: int
    earned_at: datetime


@dataclass(frozen=True, slots=True)
class Tallied:
    """The result of counting.

    Attributes:
        counts: of every badge.
        earned: levels reached by these events, in order.
        last: (start, run) of the last event; None without events.
    """

    counts: AllCounts
    earned: tuple[EarnedLevel, ...]
    last: tuple[datetime, int] | None


def tally(events: Iterable[BadgeEvent], counts: AllCounts | None = None) -> Tallied:
    """Count events, all of which come after those already counted.

    Args:
        events: in any order.
        counts: the counts so far; without them from the beginning, which also tells who is a new partner.
    """
    ordered = sorted(events, key=order_of)
    known = counts or {}
    now = {key: tuple(known.get(key, badge.checker.start)) for key, badge in badges().items()}
    at = {key: badge.level(badge.checker.reached(now[key])) for key, badge in badges().items()}
    checkers = [(key, badge, badge.checker, badge.checker.step) for key, badge in badges().items()]
    earned: list[EarnedLevel] = []
    for event in ordered if counts is not None else _with_first_partners(ordered):
        for key, badge, checker, step in checkers:
            after = step(now[key], event)
            if after == now[key]:
                continue
            now[key] = after
            level = badge.level(checker.reached(after))
            while at[key] < level:
                at[key] += 1
                earned.append(EarnedLevel(key, at[key], event.run_id, event.started_at))
    now = {key: one for key, one in now.items() if one != badges()[key].checker.start}
    return Tallied(now, tuple(earned), (ordered[-1].started_at, ordered[-1].run_id) if ordered else None)


def _with_first_partners(events: Iterable[BadgeEvent]) -> Iterator[BadgeEvent]:
    """Mark the first event with each partner."""
    known: set[int] = set()
    for event in events:
        who = event.partner.user_id if event.partner else None
        yield event if who is None or who in known else replace(event, first_with=True)
        if who is not None:
            known.add(who)
