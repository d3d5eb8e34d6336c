"""What is done at once, and what only as fast as its messages can be sent."""

from __future__ import annotations

from typing import Any

from bot.clock import system_clock
from bot.delivery.dropped import Dropped
from bot.delivery.firing import Firing
from bot.delivery.kinds import Kind
from bot.domain.delivery import Priority
from bot.services.outbox import MUCH


async def fire(*_: object) -> None:
    """Nothing."""


def test_many_of_a_kind_wait_for_a_backlog_as_urgent_as_they_and_nothing_else_does() -> None:
    nothing: Any = None
    kinds = {
        name: Kind(name, priority, **{how: fire})
        for priority in Priority
        for how in ("fire", "fire_all")
        for name in [f"{priority.name} {how}"]
    }
    firing = Firing(kinds, nothing, system_clock, Dropped())
    assert firing.kinds() == set(kinds) == firing.kinds((0, 0, MUCH - 1))
    assert set(kinds) - firing.kinds((0, 0, MUCH)) == {"NUDGE fire_all"}
    assert set(kinds) - firing.kinds((0, MUCH, MUCH)) == {"ASKED fire_all", "NUDGE fire_all"}
    assert set(kinds) - firing.kinds((MUCH, MUCH, MUCH)) == {"ASKED fire_all", "NUDGE fire_all"}
