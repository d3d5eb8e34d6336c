"""A member with years of data in a large club: 10,000 runs, and the maximum of everything else the bot allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert

from bot.domain.when.schedule import Daily, to_json
from bot.services.projections.run_projections import rebuild_club
from db.engine import Database
from db.models import (
    Availability,
    Companion,
    Contact,
    Delivery,
    Due,
    Guild,
    MeetingPoint,
    Member,
    NoShow,
    Outing,
    Pause,
    Recording,
    Reminder,
    ReminderDone,
    Repair,
    Revision,
    Run,
    Spotting,
    StretchRow,
    Tie,
    User,
    WeeklyGoal,
)
from tests.wire.payloads import Club, Person

OTHERS = 300
PAST = 2_000
"""Number of past outings, ties, messages and occurrences done."""
FIRST_OTHER = 5_000_000


async def crowd(database: Database, person: Person, club: Club, runs: int = 10_000) -> None:
    """Insert all rows, among them `runs` runs of one person."""
    me, guild_id, now = int(person.id), int(club.id), datetime.now(UTC).replace(microsecond=0)
    tables: Mapping[Any, Iterator[dict[str, Any]]] = {
        Guild: iter([{"guild_id": guild_id, "name": club.name, "created_at": now}]),
        User: ({"user_id": user_id, "created_at": now} for user_id in (me, *_others())),
        Member: (
            {"guild_id": guild_id, "user_id": user_id, "display_name": f"Runner {user_id}", "seen_at": now}
            for user_id in (me, *_others())
        ),
        Run: (
            _run(n, me if n <= runs else FIRST_OTHER + n % OTHERS, guild_id, now, held=n > runs)
            for n in range(1, runs + PAST)
        ),
        StretchRow: _stretches(runs + PAST),
        Revision: (
            {"run_id": n, "revision": 1, "interaction_id": n, "kind": "logged", "changed_at": now}
            for n in range(1, runs + PAST)
        ),
        Recording: (
            {"run_id": n, "user_id": me, "sha256": f"{n:064}", "filename": f"{n}.fit", "totals": {}, "laps": []}
            for n in range(1, PAST)
        ),
        Spotting: (
            {"run_id": runs + n, "user_id": me, "guild_id": guild_id, "ran_on": _day(n, now), "distance_m": 5000,
             "duration_ms": 1_800_000} for n in range(1, PAST)
        ),
        MeetingPoint: (
            {"guild_id": guild_id, "name": f"Point {n}", "surface": "track", "detail": "d" * 200} for n in range(25)
        ),
        Outing: (_outing(n, me, guild_id, now) for n in range(1, PAST)),
        Companion: (
            _companion(n, user_id, now) for n in range(1, PAST) for user_id in (me, FIRST_OTHER + n % OTHERS)
        ),
        NoShow: ({"outing_id": n, "user_id": me, "missed_on": _day(n, now)} for n in range(1, PAST, 7)),
        Tie: (
            {"user_id": me, "other_id": FIRST_OTHER + n, "kind": kind, "other_name": f"Runner {n}", "since": now}
            for kind in ("block", "trust") for n in range(PAST)
        ),
        Contact: (
            {"user_id": FIRST_OTHER + n, "contact_id": me, "contact_name": person.name, "position": 1,
             "state": "accepted", "guild_id": guild_id, "asked_at": now} for n in range(OTHERS)
        ),
        Availability: (
            {"guild_id": guild_id, "user_id": user_id, "windows": [[n % 7, 360, 480] for n in range(40)],
             "places": [], "wishes": ["backward", "spotter"], "changed_at": now} for user_id in (me, *_others())
        ),
        Reminder: (
            {"reminder_id": n, "interaction_id": n, "user_id": me, "audience": "me", "guild_id": guild_id,
             "what": "w" * 200, "schedule": to_json(Daily(1, tuple(time(hour) for hour in range(24)), now.date())),
             "zone": "Europe/Berlin", "state": "active", "created_at": now} for n in range(1, 51)
        ),
        ReminderDone: (
            {"reminder_id": 1 + n % 50, "occurs_at": now - timedelta(hours=n), "user_id": me, "done_at": now}
            for n in range(PAST)
        ),
        Due: (
            {"kind": "remind", "occurrence": f"{n}", "priority": 1, "fire_at": now + timedelta(days=30),
             "meant_at": now + timedelta(days=30), "subject_id": n, "user_id": me} for n in range(1, 51)
        ),
        Delivery: (
            {"kind": "reminder", "occurrence": f"past {n}", "priority": 1, "destination": "dm", "user_id": me,
             "state": "sent", "due_at": now, "next_try_at": now, "created_at": now, "sent_at": now}
            for n in range(PAST)
        ),
        WeeklyGoal: ({"user_id": me, "since_on": _monday(n, now), "runs": 3, "counts": "all"} for n in range(300)),
        Pause: (
            {"user_id": me, "from_on": _monday(n, now), "until_on": _monday(n, now) + timedelta(days=3),
             "why": "holiday"} for n in range(1, 300, 2)
        ),
        Repair: (
            {"user_id": me, "month_on": (now.date().replace(day=1) - timedelta(days=30 * n)).replace(day=1),
             "monday": _monday(4 * n, now)} for n in range(1, 60, 2)
        ),
    }  # fmt: skip
    async with database.write() as session:
        for table, rows in tables.items():
            await session.execute(insert(table), list(rows))
        await rebuild_club(session, guild_id)


def _others() -> range:
    return range(FIRST_OTHER, FIRST_OTHER + OTHERS)


def _day(number: int, now: datetime) -> Any:
    return (now - timedelta(days=number % 3000)).date()


def _monday(weeks: int, now: datetime) -> Any:
    return now.date() - timedelta(days=now.weekday() + 7 * weeks)


def _run(number: int, user_id: int, guild_id: int, now: datetime, *, held: bool) -> dict[str, Any]:
    """Return a run: three a day, of three to nine kilometres; runs of others are held for review."""
    at = now - timedelta(hours=8 * number)
    return {
        "run_id": number, "interaction_id": number, "user_id": user_id, "guild_id": guild_id, "started_at": at,
        "zone": "UTC", "ran_on": at.date(), "distance_m": 3000 + number % 6000, "duration_ms": 1_000_000 + number,
        "surface": "track", "sharing": "club", "extras": [], "source": "typed", "note": "n" * 500,
        "review": "held" if held else "none", "counted": not held, "created_at": at,
    }  # fmt: skip


def _stretches(end: int) -> Iterator[dict[str, Any]]:
    for number in range(1, end):
        for position, direction in enumerate(("backward", "forward")):
            yield {"run_id": number, "position": position, "direction": direction,
                   "distance_m": 1500 + number % 3000, "duration_ms": 500_000 + number // 2}  # fmt: skip


def _outing(number: int, me: int, guild_id: int, now: datetime) -> dict[str, Any]:
    at = now - timedelta(days=number)
    return {
        "outing_id": number, "interaction_id": number, "guild_id": guild_id, "caller_id": me, "state": "home",
        "starts_at": at, "zone": "UTC", "place": "Stadium", "surface": "track", "backward_per_spotter": 1,
        "places": 2, "pace_s_per_km": 400.0, "planned_ms": 3_600_000, "channel_id": 1, "ended_at": at,
        "created_at": at,
    }  # fmt: skip


def _companion(number: int, user_id: int, now: datetime) -> dict[str, Any]:
    role = "backward" if user_id < FIRST_OTHER else "spotter"
    at = now - timedelta(days=number)
    return {
        "outing_id": number, "user_id": user_id, "wish": role, "first_role": role, "second_role": role,
        "presence": "in", "since": at, "checked_in_at": at, "home_at": at, "happened": "yes", "draft": "thrown",
    }  # fmt: skip
