"""Outings in every state, for rules about their texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import discord

from bot.domain.outings.outing_rules import BEFORE, Audience, OutingState, Presence, Role, Roles, Wish
from bot.domain.runs.runs import Surface
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.members.people import Club
from bot.services.outings.outings import CompanionView, OutingView
from cogs.outings.outing_card_view import FramedCard

ADA, BEN, CEM = 1001, 1002, 1003
NAMES = {ADA: "Ada", BEN: "Ben", CEM: "Cem"}
AT = datetime(2026, 11, 20, 18, tzinfo=UTC)
READERS = [Localizer(language) for language in LANGUAGES]
PLACE = "Stadium"
CLUB = Club(900, "Krebsgang", Localizer(), frozenset({Surface.TRACK}), None, emergency_number="112")


@dataclass(frozen=True)
class Case:
    """An outing, and the facts about it."""

    outing: OutingView
    name: str
    asks: int | None = None  # who asked for help


def companion(user_id: int, wish: Wish, **changed: Any) -> CompanionView:
    role = Role.SPOTTER if wish is Wish.SPOTTER else Role.BACKWARD
    later = Role.SPOTTER if wish is Wish.SWAP else role
    made = CompanionView(
        user_id=user_id, name=NAMES[user_id], wish=wish, roles=Roles(role, later), presence=Presence.IN,
        since=AT - timedelta(days=1), offered_until=None, confirmed=False, checked_in_at=None, home_at=None,
        happened=None, draft=None, run_id=None,
    )  # fmt: skip
    return replace(made, **changed)


def outing(state: OutingState, *companions: CompanionView, **changed: Any) -> OutingView:
    begun = state not in BEFORE
    made = OutingView(
        outing_id=7, guild_id=900, round_id=None, caller_id=ADA, state=state, terms=1, starts_at=AT, zone="UTC",
        place=PLACE, detail="gate 3", point_id=None, surface=Surface.TRACK, solo=False, backward_per_spotter=2,
        places=3, distance_m=3000, pace_s_per_km=480.0, planned_ms=1_440_000, audience=Audience.EVERYONE,
        audience_role_id=None, channel_id=5, message_id=6, started_at=AT if begun else None,
        due_back_at=AT + timedelta(hours=1) if begun else None, swapped_at=None, eyes_lost_at=None, extended_min=0,
        escalation_step=-1, help_at=None, ended_at=None, resolution=None, companions=companions,
    )  # fmt: skip
    return replace(made, **changed)


def before() -> Iterator[Case]:
    """Yield outings before the start: who has confirmed, who has left, whether there is a spotter."""
    for state, solo, confirmed, third in product(
        (OutingState.OPEN, OutingState.FILLED, OutingState.CONFIRMED), (False, True), range(3), ("none", "in", "left")
    ):
        wishes = (Wish.BACKWARD, Wish.BACKWARD if solo else Wish.SPOTTER, Wish.BACKWARD)
        count = 3 if third == "in" else 2
        agreed = {OutingState.OPEN: 0, OutingState.FILLED: min(confirmed, count - 1), OutingState.CONFIRMED: count}
        people = [
            companion(user_id, wish, confirmed=number < agreed[state])
            for number, (user_id, wish) in enumerate(zip(NAMES, wishes, strict=True))
        ][: 2 if third == "none" else 3]
        if third == "left":
            people[2] = replace(people[2], presence=Presence.LEFT, confirmed=False)
        if state is OutingState.OPEN:
            people = [people[0], *(replace(one, presence=Presence.LEFT) for one in people[1:])]
        yield Case(outing(state, *people, solo=solo), f"{state} solo={solo} confirmed={confirmed} third={third}")


def under_way() -> Iterator[Case]:
    """Yield outings under way: who is home or absent, whether help was asked for, extensions, who is spotter."""
    for state, solo, home, absent, asks, extended in product(
        (OutingState.UNDER_WAY, OutingState.OVERDUE), (False, True), ((), (ADA,), (BEN,)), (False, True),
        (None, ADA, BEN), (0, 30, 60),
    ):  # fmt: skip
        if asks is not None and state is OutingState.UNDER_WAY:
            continue  # impossible: a call for help makes the outing overdue
        people = [
            companion(
                user_id, Wish.SPOTTER if user_id == BEN and not solo else Wish.BACKWARD, confirmed=True,
                checked_in_at=AT, home_at=AT + timedelta(minutes=50) if user_id in home else None,
            )
            for user_id in (ADA, BEN)
        ]  # fmt: skip
        if absent:
            people.append(companion(CEM, Wish.SPOTTER, presence=Presence.LEFT, happened="absent"))
        changed = {"solo": solo, "extended_min": extended, "help_at": AT if asks else None,
                   "escalation_step": 1 if state is OutingState.OVERDUE else -1}  # fmt: skip
        name = f"{state} solo={solo} home={home} absent={absent} asks={asks} extended={extended}"
        yield Case(outing(state, *people, **changed), name, asks)


CASES = [*before(), *under_way()]


def words_of(card: FramedCard) -> str:
    """Return everything that a public card says."""
    words, details, _ = card
    if details is None:
        return words
    columns = [f"{field.name}: {', '.join(str(field.value).splitlines())}" for field in details.fields]
    return "\n".join([words, details.description or "", *columns, details.footer.text or ""])


def pressable(view: discord.ui.View | discord.ui.LayoutView | None) -> set[str]:
    """Return the custom id prefixes of the components."""
    items = view.walk_children() if view else ()
    ids = [item.custom_id or "" for item in items if isinstance(item, discord.ui.Button)]
    return {":".join(custom_id.split(":")[:2]) for custom_id in ids}
