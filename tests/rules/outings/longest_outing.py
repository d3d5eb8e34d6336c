"""An outing in which every text and list is as long as it can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.outings.outing_rules import Audience, OutingState, Presence, Role, Roles, Wish
from bot.domain.runs.runs import Surface
from bot.services.outings.outings import CompanionView, OutingView

NASTY = "*_~`|>#[]()-:<@everyone\u202e\n" * 40
LONGEST_ID = 2**63 - 1
AT = datetime(2026, 11, 20, 17, tzinfo=UTC)


def companion(number: int, wish: Wish, presence: Presence = Presence.IN) -> CompanionView:
    roles = Roles(Role.BACKWARD, Role.BACKWARD)
    until = AT if presence is Presence.OFFERED else None
    return CompanionView(
        LONGEST_ID - number, NASTY[:120], wish, roles, presence, AT, until, False, None, None, None, None, None
    )


def worst(state: OutingState = OutingState.OPEN, **changed: object) -> OutingView:
    wishes = [Wish.BACKWARD, Wish.SPOTTER, Wish.SWAP, Wish.BACKWARD]
    companions = [companion(number, wish) for number, wish in enumerate(wishes)]
    companions += [companion(number, Wish.SPOTTER, Presence.WAITING) for number in range(10, 60)]
    companions.append(companion(70, Wish.SPOTTER, Presence.OFFERED))
    outing = OutingView(
        outing_id=LONGEST_ID, guild_id=1, round_id=None, caller_id=LONGEST_ID, state=state, terms=10**6, starts_at=AT,
        zone="UTC", place=NASTY[:80], detail=NASTY[:200], point_id=None, surface=Surface.TREADMILL, solo=False,
        backward_per_spotter=3, places=4, distance_m=499_999, pace_s_per_km=3599, planned_ms=6 * 3_600_000,
        audience=Audience.EVERYONE, audience_role_id=None, channel_id=LONGEST_ID, message_id=None, started_at=None,
        due_back_at=None, swapped_at=None, eyes_lost_at=None, extended_min=0, escalation_step=-1, help_at=None,
        ended_at=None, resolution=None,
        companions=tuple(companions),
    )  # fmt: skip
    return replace(outing, **changed)  # type: ignore[arg-type]
