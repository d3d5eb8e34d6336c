"""Partner data of the demo club: meeting points, availability, trust, past outings and an open call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.outings.outing_rules import (
    DEFAULT_BACKWARD_PER_SPOTTER,
    OutingState,
    Presence,
    Role,
    Wish,
    planned_ms,
    planned_return,
)
from bot.domain.runs.runs import SpotterState, Surface
from bot.preview.club import CALLER, CHANNEL_IDS, FIRST_INTERACTION, GUILD_ID, ORGANISER, PEOPLE, VISITORS, DemoPerson
from bot.preview.history import DemoRun

Row = dict[str, Any]

POINTS: tuple[Row, ...] = (
    {"point_id": 1, "name": "Stadium, main gate", "surface": "track", "detail": "By the bike stands left of the gate"},
    {"point_id": 2, "name": "River path, boathouse", "surface": "path", "detail": "On the steps by the water"},
    {"point_id": 3, "name": "Meadow, old oak", "surface": "grass", "detail": "The bench behind the oak"},
)
PAST_OUTINGS = 2
CALL_ID = PAST_OUTINGS + 1
"""Id of the open outing."""
CALL_M = 3000

_EVENINGS = ([0, 1080, 1230], [1, 1065, 1200], [2, 1080, 1230], [3, 1050, 1200], [4, 1020, 1140])
_MORNINGS = ([5, 540, 720], [6, 570, 750])
_WISHES = (["backward", "swap"], ["spotter"], ["backward", "spotter", "swap"])


def meeting_points() -> list[Row]:
    """Return the club's meeting points."""
    return [{"guild_id": GUILD_ID, **point} for point in POINTS]


def availabilities(now: datetime) -> list[Row]:
    """Return the availability of twelve members in or near the club's zone; visitors have none yet."""
    near = [person for person in PEOPLE if person.zone.startswith("Europe/") and person not in (*VISITORS, ORGANISER)]
    return [_availability(number, person, now) for number, person in enumerate(near[:12])]


def _availability(number: int, person: DemoPerson, now: datetime) -> Row:
    return {
        "guild_id": GUILD_ID,
        "user_id": person.user_id,
        "windows": sorted([_EVENINGS[number % 5], _EVENINGS[(number + 2) % 5], _MORNINGS[number % 2]]),
        "places": [POINTS[number % 3]["name"]] if number % 4 else [],
        "wishes": _WISHES[number % 3],
        "forward_s_per_km": float(person.pace_s_per_km),
        "backward_s_per_km": round(person.pace_s_per_km * person.factor, 1),
        "changed_at": now,
    }


def ties(now: datetime) -> list[Row]:
    """Return whom the visitors and the caller trust."""
    nell, jonas, sam = VISITORS
    pairs = ((nell, jonas), (jonas, nell), (sam, nell), (nell, CALLER), (CALLER, nell), (CALLER, jonas))
    return [
        {"user_id": one.user_id, "other_id": other.user_id, "kind": "trust", "other_name": other.name, "since": now}
        for one, other in pairs
    ]


def contacts(now: datetime) -> list[Row]:
    """Return the safety contacts of the visitors, the caller and the organiser; all have accepted."""
    nell, jonas, sam = VISITORS
    return [
        {
            "user_id": one.user_id, "contact_id": other.user_id, "contact_name": other.name, "position": 1,
            "state": "accepted", "guild_id": GUILD_ID, "asked_at": now,
        }
        for one, other in ((nell, sam), (jonas, ORGANISER), (sam, jonas), (CALLER, jonas), (ORGANISER, nell))
    ]  # fmt: skip


def outings(runs: Sequence[DemoRun], now: datetime) -> tuple[list[Row], list[Row]]:
    """Return outings and their participants: some past ones, derived from the club's runs, and an open one.

    Args:
        runs: the club's runs, oldest first; the first has the id 1.
        now: current instant, aware.
    """
    past = [*_spotted(runs)][-PAST_OUTINGS:]
    rows, companions = [], []
    for outing_id, (run_id, run) in enumerate(past, 1):
        outing, people = _past(outing_id, run_id, run)
        rows.append(outing)
        companions += people
    rows.append(_call(now))
    companions.append(_companion(CALL_ID, CALLER.user_id, Wish.BACKWARD, now))
    return rows, companions


def _spotted(runs: Sequence[DemoRun]) -> Iterator[tuple[int, DemoRun]]:
    """Yield backward runs with a confirmed spotter in which a visitor was the runner or the spotter."""
    visitors = {person.user_id for person in VISITORS}
    for run_id, run in enumerate(runs, 1):
        content = run.content
        if content.spotter_state is SpotterState.AGREED and visitors & {run.user_id, content.spotter_id}:
            yield run_id, run


def _past(outing_id: int, run_id: int, run: DemoRun) -> tuple[Row, list[Row]]:
    content = run.content
    assert content.spotter_id is not None
    point = next((point for point in POINTS if point["surface"] == content.surface), POINTS[1])
    took = timedelta(milliseconds=content.duration_ms)
    metres = content.distance_m or CALL_M
    outing = _outing(outing_id, run.user_id, content.started_at, content.zone, point) | {
        "state": OutingState.HOME.value,
        "distance_m": metres,
        "pace_s_per_km": content.duration_ms / metres,
        "planned_ms": content.duration_ms,
        "started_at": content.started_at,
        "due_back_at": planned_return(content.started_at, content.duration_ms),
        "ended_at": content.started_at + took,
        "created_at": content.started_at - timedelta(days=1),
    }
    there = {"checked_in_at": content.started_at, "home_at": content.started_at + took}
    called = content.started_at - timedelta(days=1)
    runner = _companion(outing_id, run.user_id, Wish.BACKWARD, called) | there | {"draft": "logged", "run_id": run_id}
    spotter = _companion(outing_id, content.spotter_id, Wish.SPOTTER, called) | there | {"draft": "thrown"}
    return outing, [spotter, runner]


def _call(now: datetime) -> Row:
    """Return the open outing: tomorrow at 18:30 in the caller's zone."""
    zone = ZoneInfo(CALLER.zone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    pace = round(CALLER.pace_s_per_km * CALLER.factor, 1)
    starts_at = datetime.combine(tomorrow, time(18, 30), zone).astimezone(ZoneInfo("UTC"))
    return _outing(CALL_ID, CALLER.user_id, starts_at, CALLER.zone, POINTS[1]) | {
        "distance_m": CALL_M,
        "pace_s_per_km": pace,
        "planned_ms": planned_ms(CALL_M, pace),
        "created_at": now,
    }


def _outing(outing_id: int, caller_id: int, starts_at: datetime, zone: str, point: Row) -> Row:
    """Return an open call with every column set, because rows inserted together must name the same columns."""
    return {
        "outing_id": outing_id,
        "interaction_id": FIRST_INTERACTION + outing_id,
        "ordinal": 0,
        "round_id": None,
        "guild_id": GUILD_ID,
        "caller_id": caller_id,
        "state": OutingState.OPEN.value,
        "terms": 1,
        "starts_at": starts_at,
        "zone": zone,
        "place": point["name"],
        "detail": point["detail"],
        "point_id": point["point_id"],
        "surface": Surface(point["surface"]).value,
        "solo": point["surface"] == Surface.TRACK,
        "backward_per_spotter": DEFAULT_BACKWARD_PER_SPOTTER,
        "places": 1 + DEFAULT_BACKWARD_PER_SPOTTER,
        "audience": "everyone",
        "audience_role_id": None,
        "channel_id": CHANNEL_IDS["partners"],
        "message_id": None,
        "started_at": None,
        "due_back_at": None,
        "swapped_at": None,
        "extended_min": 0,
        "rung": -1,
        "ended_at": None,
        "resolved_by": None,
        "resolution": None,
    }


def _companion(outing_id: int, user_id: int, wish: Wish, since: datetime) -> Row:
    role = (Role.SPOTTER if wish is Wish.SPOTTER else Role.BACKWARD).value
    return {
        "outing_id": outing_id,
        "user_id": user_id,
        "wish": wish.value,
        "first_role": role,
        "second_role": role,
        "presence": Presence.IN.value,
        "since": since,
        "offered_until": None,
        "confirmed_terms": 1,
        "checked_in_at": None,
        "home_at": None,
        "happened": None,
        "draft": None,
        "run_id": None,
    }
