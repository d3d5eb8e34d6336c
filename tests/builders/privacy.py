"""Every table filled with rows of two people, for tests of export and erasure."""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import Base
from db.engine import Database
from db.models import (
    Availability,
    BadgeCount,
    BadgeRole,
    BestEffort,
    BoardWindow,
    Challenge,
    ChallengePlace,
    Cheer,
    Companion,
    Contact,
    Delivery,
    Due,
    EarnedBadge,
    Guild,
    LiveBoard,
    MeetingPoint,
    Member,
    NoShow,
    NudgeChoice,
    Outing,
    OutingPress,
    Pause,
    Question,
    Recording,
    Remembered,
    Reminder,
    ReminderDone,
    Repair,
    Revision,
    Round,
    RoundPlace,
    Run,
    RunCard,
    RunReview,
    Spotting,
    Standing,
    StretchRow,
    TableImport,
    Tie,
    UnsafeAlarm,
    User,
    WeeklyGoal,
)
from db.personal_data import Beside, JsonContent, OfOwner, OtherPerson, Owner, PeopleInIds, declared

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
ALICE, BOB, CLUB = 711_111_111_111_111_111, 722_222_222_222_222_222, 900
CARL = 733_333_333_333_333_333


async def fill(database: Database) -> None:
    """Write Alice and Bob with a run each, naming each other as spotter, with everything a run can have."""
    async with database.write() as session:
        await session.execute(insert(Guild).values(guild_id=CLUB, name="Krebsgang", owner_id=ALICE, created_at=NOW))
        await session.execute(insert(Remembered).values(name="synced:1", value="abc"))
        for run_id, user_id, name, other, other_name in (
            (1, ALICE, "Alice", BOB, "Bob"),
            (2, BOB, "Bob", ALICE, "Alice"),
        ):
            await session.execute(insert(User).values(user_id=user_id, weight_kg=61.5, created_at=NOW))
            await session.execute(insert(Member).values(guild_id=CLUB, user_id=user_id, display_name=name, seen_at=NOW))
            run = {
                "zone": "Europe/Berlin",
                "distance_m": 5000,
                "duration_ms": 1_650_000,
                "surface": "road",
                "spotter_id": other,
                "spotter_name": other_name,
                "spotter_state": "agreed",
                "effort": 5,
                "note": f"={name.lower()}s secret",
                "sharing": "club",
                "extras": ["note"],
                "doubtful": True,
            }
            await session.execute(
                insert(Run).values(
                    run_id=run_id, interaction_id=run_id, user_id=user_id, guild_id=CLUB, started_at=NOW,
                    ran_on=date(2026, 11, 18), source="fit", counted=True, revision=2, created_at=NOW, **run,
                )
            )  # fmt: skip
            await session.execute(
                insert(StretchRow).values(
                    run_id=run_id, position=0, direction="backward", distance_m=5000, duration_ms=1_650_000
                )
            )
            for revision, before in ((1, None), (2, {**run, "started_at": NOW.isoformat(), "stretches": []})):
                await session.execute(
                    insert(Revision).values(
                        run_id=run_id, revision=revision, interaction_id=run_id * 10 + revision, kind="edited",
                        before=before, changed_at=NOW,
                    )
                )  # fmt: skip
            await session.execute(insert(RunCard).values(message_id=50 + run_id, channel_id=40, run_id=run_id))
            said = {"answer": f"{name.lower()}s secret", "reason": f"why {name.lower()}s secret"}
            await session.execute(insert(RunReview).values(run_id=run_id, asked_at=NOW, answered_at=NOW, **said))
            await session.execute(
                insert(Recording).values(
                    run_id=run_id, user_id=user_id, sha256="f" * 64, filename=f"{name.lower()}.fit", totals={"m": 5000},
                    laps=[{"distance_m": 5000, "duration_ms": 1_650_000}], segments=[[5000, 0, 0, 5000, 1_650_000]],
                    series=zlib.compress(b"[[0,0],[1650,5000]]"),
                )
            )  # fmt: skip
            await session.execute(
                insert(TableImport).values(
                    interaction_id=run_id * 100, first_ordinal=1_000_000, user_id=user_id, sha256="e" * 64,
                    state="done", filename=f"{name.lower()}s secret.csv", head={"lines": 1}, counts={"imported": 1},
                    faults=[], created_at=NOW, changed_at=NOW,
                )
            )  # fmt: skip
            await session.execute(
                insert(Standing).values(
                    guild_id=CLUB, direction="backward", period="all", starts_on=date(1970, 1, 1), user_id=user_id,
                    distance_m=5000, duration_ms=1_650_000, days_out=1, longest_m=5000,
                )
            )  # fmt: skip
            await session.execute(
                insert(BestEffort).values(
                    run_id=run_id, direction="backward", listed_m=5000, user_id=user_id, guild_id=CLUB, counted=True,
                    started_at=NOW, ran_on=date(2026, 11, 18), distance_m=5000, duration_ms=1_650_000,
                    measured="whole", escorted=True,
                )
            )  # fmt: skip
            for scope in (0, CLUB):
                key = {"user_id": user_id, "guild_id": scope}
                await session.execute(
                    insert(BadgeCount).values(
                        **key, last_started_at=NOW, last_run_id=run_id, counts={"days_out": [1, 1]}, rules="x"
                    )
                )
                await session.execute(
                    insert(EarnedBadge).values(**key, badge="first_kilometre", level=1, run_id=run_id, earned_at=NOW)
                )
        for run_id, user_id in ((2, ALICE), (1, BOB)):
            await session.execute(insert(Cheer).values(run_id=run_id, user_id=user_id, cheered_at=NOW))
        await fill_partners(session)
        await fill_rest(session)


async def fill_rest(session: AsyncSession) -> None:
    """A row of each person's in every table that is empty still, made from what its columns declare."""
    for table in Base.metadata.sorted_tables:
        if (await session.execute(select(table).limit(1))).first() is None:
            for number, (who, other) in enumerate(((ALICE, BOB), (BOB, ALICE)), 1):
                row = {column.name: await _value(session, column, number, who, other) for column in table.columns}
                await session.execute(insert(table).values(row))


async def _value(session: AsyncSession, column: Column[Any], number: int, who: int, other: int) -> Any:
    said, names = declared(column), {ALICE: "Alice", BOB: "Bob"}
    if isinstance(said, Owner):
        return who
    if isinstance(said, OtherPerson):
        return other
    if isinstance(said, Beside):
        return names[other]
    if isinstance(said, JsonContent):
        return {"user_ids": [who, other]} if said.people else {"kind": "in"}
    if isinstance(said, PeopleInIds):
        return f"{number}:{who}"
    for key in column.foreign_keys:
        there = (await session.scalars(select(key.column).order_by(key.column).limit(2))).all()
        return there[min(number, len(there)) - 1]
    values = {int: number, float: 1.5, bool: True, bytes: b"0", datetime: NOW, date: NOW.date()}
    if column.type.python_type is str:
        return f"{names[who].lower()}s secret" if isinstance(said, OfOwner) else "x"
    return values[column.type.python_type]


async def fill_partners(session: AsyncSession) -> None:
    """Write what links the two: outings, ties, contacts, a round, messages; and the same for Bob and Carl."""
    season = {"guild_id": CLUB, "kind": "season", "ends_on": date(2026, 5, 31), "name": "Spring"}
    await session.execute(insert(BoardWindow).values(window_id=1, starts_on=date(2026, 3, 1), **season))
    await session.execute(
        insert(Challenge).values(
            challenge_id=1, guild_id=CLUB, author_id=ALICE, state="open", name="Spring 1000", kind="goal",
            metric="distance", direction="backward", amount=1_000_000, starts_on=date(2026, 11, 1),
            ends_on=date(2026, 11, 30), zone="UTC", ended_at=NOW, teams=2, channel_id=40, created_at=NOW,
        )
    )  # fmt: skip
    await session.execute(
        insert(LiveBoard).values(guild_id=CLUB, channel_id=40, message_id=41, state="gone", shown="", redraw_at=NOW)
    )
    await session.execute(insert(BadgeRole).values(guild_id=CLUB, badge="dawn", role_id=1))
    await session.execute(insert(MeetingPoint).values(point_id=1, guild_id=CLUB, name="Track"))
    both = {"user_ids": [ALICE, BOB], "of": [{"user_id": ALICE}, {"user_id": BOB}]}
    await session.execute(
        insert(Round).values(
            round_id=1, guild_id=CLUB, monday=date(2026, 11, 16), state="drawn", seed=1, proposal={"outings": [both]},
            announced_at=NOW, match_at=NOW,
        )
    )  # fmt: skip
    for number, user_id, name, other, other_name in ((1, ALICE, "Alice", BOB, "Bob"), (2, BOB, "Bob", ALICE, "Alice")):
        await session.execute(
            insert(Outing).values(
                outing_id=number, interaction_id=number, guild_id=CLUB, caller_id=user_id, state="resolved",
                starts_at=NOW, zone="UTC", place="Track", detail="by the north gate", backward_per_spotter=2, places=2,
                pace_s_per_km=480, planned_ms=1_650_000, channel_id=40, message_id=60 + number, ended_at=NOW,
                resolved_by=user_id, resolution=f"{name.lower()}s secret", created_at=NOW,
            )
        )  # fmt: skip
        for who in (ALICE, BOB):
            await session.execute(insert(Companion).values(**place(number, who)))
        await session.execute(
            insert(UnsafeAlarm).values(
                outing_id=number, user_id=user_id, raised_at=NOW, taken_by_user_id=user_id, taken_at=NOW,
                closed_by_user_id=user_id, closed_at=NOW, resolution=f"{name.lower()}s secret",
            )
        )  # fmt: skip
        await session.execute(insert(OutingPress).values(interaction_id=number, outing_id=number, pressed_at=NOW))
        for contact_id, contact_name in ((other, other_name), (CARL, "Carl")):
            tie = {"user_id": user_id, "other_id": contact_id, "other_name": contact_name, "since": NOW}
            await session.execute(insert(Tie).values(**tie, kind="block"))
            asked = {"author_id": user_id, "user_id": contact_id, "kind": "contact.ask", "asked_at": NOW}
            await session.execute(insert(Question).values(**asked))
            await session.execute(
                insert(Contact).values(
                    user_id=user_id, contact_id=contact_id, contact_name=contact_name, position=1, state="accepted",
                    asked_at=NOW,
                )
            )  # fmt: skip
            await session.execute(
                insert(Spotting).values(
                    run_id=number, user_id=user_id if contact_id == CARL else other, guild_id=CLUB,
                    ran_on=date(2026, 11, 18), distance_m=5000, duration_ms=1_650_000,
                )
            )  # fmt: skip
        monday = date(2026, 11, 16)
        for private in (
            insert(WeeklyGoal).values(user_id=user_id, since_on=monday, runs=2, counts="backward"),
            insert(Pause).values(user_id=user_id, from_on=monday, until_on=date(2026, 11, 18), why="injury"),
            insert(Repair).values(user_id=user_id, month_on=date(2026, 11, 1), monday=monday),
            insert(NudgeChoice).values(user_id=user_id, kind="nudge.week", wanted=False),
        ):
            await session.execute(private)
        await session.execute(
            insert(ChallengePlace).values(challenge_id=1, user_id=user_id, amount=5000, joined_at=NOW)
        )
        await session.execute(insert(Availability).values(guild_id=CLUB, user_id=user_id, changed_at=NOW))
        await session.execute(insert(RoundPlace).values(round_id=1, user_id=user_id, state="asked"))
        await fill_reminder(session, number, user_id, name, other)
        await session.execute(insert(NoShow).values(outing_id=number, user_id=user_id, missed_on=date(2026, 11, 18)))
        await session.execute(
            insert(Due).values(
                kind="outing.evening", occurrence=f"{number}:{user_id}", priority=1, fire_at=NOW, meant_at=NOW,
                user_id=user_id, payload={}, attempts=0,
            )
        )  # fmt: skip
        for to, payload, part in (
            (user_id, {}, "1"),
            (CARL, {"about_user_id": user_id}, "2"),
            (CARL, {}, f"3:{user_id}"),
            (CARL, {"left": user_id, "user_ids": [ALICE, BOB, CARL]}, "4"),
        ):
            await session.execute(insert(Delivery).values(**letter(f"{number}:{part}", to, payload)))


async def fill_reminder(session: AsyncSession, number: int, user_id: int, name: str, other: int) -> None:
    """Write a member's own reminder, of which both have done occurrences and which the other has snoozed."""
    await session.execute(
        insert(Reminder).values(
            reminder_id=number, interaction_id=number, user_id=user_id, audience="club", guild_id=CLUB, channel_id=40,
            what=f"{name.lower()}s secret", schedule={"kind": "in", "at": NOW.isoformat()}, zone="UTC", state="ended",
            created_at=NOW,
        )
    )  # fmt: skip
    for who in (user_id, other):
        await session.execute(insert(ReminderDone).values(reminder_id=number, occurs_at=NOW, user_id=who, done_at=NOW))
    for kind, occurrence, who in (("remind", str(number), user_id), ("remind.again", f"{number}:7:{other}", other)):
        await session.execute(
            insert(Due).values(
                kind=kind, occurrence=occurrence, priority=1, fire_at=NOW, meant_at=NOW, subject_id=number,
                user_id=who, payload={}, attempts=0,
            )
        )  # fmt: skip


def place(outing_id: int, user_id: int, **values: Any) -> dict[str, Any]:
    """Return the row of a place in an outing."""
    return {
        "outing_id": outing_id, "user_id": user_id, "wish": "spotter", "first_role": "spotter",
        "second_role": "spotter", "presence": "in", "since": NOW, **values,
    }  # fmt: skip


def letter(occurrence: str, to: int, payload: dict[str, Any], kind: str = "outing.card") -> dict[str, Any]:
    """Return the row of an unsent message."""
    return {
        "kind": kind, "occurrence": occurrence, "priority": 1, "destination": "dm", "user_id": to, "channel_id": 0,
        "payload": payload, "state": "waiting", "next_try_at": NOW, "attempts": 0, "due_at": NOW, "created_at": NOW,
    }  # fmt: skip


async def dump(database: Database) -> dict[str, list[str]]:
    """Return every row of every table as text."""
    found: dict[str, list[str]] = {}
    async with database.read() as session:
        for table in Base.metadata.sorted_tables:
            rows = (await session.execute(select(table))).all()
            found[table.name] = [" ".join(map(repr, row)) for row in rows]
    return found
