"""Where a person stands in the database: reading all of it, and erasing all of it. Nothing here commits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Text, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import KEPT_FROM_RECIPIENTS
from db.base import Base
from db.models import (
    Availability,
    Companion,
    Contact,
    Delivery,
    Due,
    Guild,
    Member,
    NoShow,
    NudgeChoice,
    Outing,
    Pause,
    Question,
    Recording,
    Reminder,
    ReminderDone,
    Repair,
    Revision,
    Round,
    RoundPlace,
    Run,
    RunCard,
    Spotting,
    Standing,
    StretchRow,
    Tie,
    UnsafeAlarm,
    User,
    WeeklyGoal,
)

Rows = Select[*tuple[Any, ...]]

AT_ONCE = 250
"""Rows made into plain values before others are served: some 2 ms."""


WITH_PARTS = {"runs": "run_id", "outings": "outing_id"}
"""Tables to whose rows rows of other tables belong, and the column that says to which."""
PARTS_OF_A_RUN = ("stretches", "revisions", "cards", "recordings")
UNREAD = frozenset({"totals", "laps"})
"""JSON of recordings that is left as text: a file can have a thousand laps, which are not read on the event loop."""


def _all(table: type[Base]) -> Select[Any]:
    return select(*table.__table__.c)


async def in_portions(session: AsyncSession, statement: Rows) -> AsyncIterator[Sequence[dict[str, Any]]]:
    """The rows in plain values, some at a time: between two portions the event loop serves others."""
    connection = await session.connection()  # a session makes values of all rows at once
    for some in (await connection.execute(statement)).partitions(AT_ONCE):
        yield [dict(row._mapping) for row in some]
        await asyncio.sleep(0)


def rows_about(user_id: int) -> Mapping[str, Rows]:
    """What reads every row that is this person's own, by table; `parts_of` reads what belongs to those."""
    own_outings = select(Companion.outing_id).where(Companion.user_id == user_id)
    return {
        "users": _all(User).where(User.user_id == user_id),
        "members": _all(Member).where(Member.user_id == user_id),
        "standings": _all(Standing).where(Standing.user_id == user_id),
        "runs": _all(Run).where(Run.user_id == user_id).order_by(Run.started_at, Run.run_id),
        "spottings": _all(Spotting).where(Spotting.user_id == user_id).order_by(Spotting.ran_on, Spotting.run_id),
        "outings": _all(Outing)
        .where(or_(Outing.caller_id == user_id, Outing.outing_id.in_(own_outings)))
        .order_by(Outing.starts_at, Outing.outing_id),
        "unsafe_alarms": _all(UnsafeAlarm)
        .where(or_(UnsafeAlarm.user_id == user_id, UnsafeAlarm.closed_by_user_id == user_id))
        .order_by(UnsafeAlarm.alarm_id),
        "ties": _all(Tie).where(Tie.user_id == user_id).order_by(Tie.kind, Tie.since),
        "contacts": _all(Contact).where(Contact.user_id == user_id).order_by(Contact.position),
        "questions": _all(Question).where(Question.author_id == user_id).order_by(Question.question_id),
        "weekly_goals": _all(WeeklyGoal).where(WeeklyGoal.user_id == user_id).order_by(WeeklyGoal.since_on),
        "pauses": _all(Pause).where(Pause.user_id == user_id).order_by(Pause.from_on),
        "repairs": _all(Repair).where(Repair.user_id == user_id).order_by(Repair.month_on),
        "nudge_choices": _all(NudgeChoice).where(NudgeChoice.user_id == user_id).order_by(NudgeChoice.kind),
        "availabilities": _all(Availability).where(Availability.user_id == user_id),
        "round_places": select(*RoundPlace.__table__.c, Round.monday)
        .join(Round, Round.round_id == RoundPlace.round_id)
        .where(RoundPlace.user_id == user_id)
        .order_by(RoundPlace.round_id),
        "reminders": _all(Reminder).where(Reminder.user_id == user_id).order_by(Reminder.reminder_id),
        "reminders_done": _all(ReminderDone)
        .where(ReminderDone.user_id == user_id)
        .order_by(ReminderDone.reminder_id, ReminderDone.occurs_at),
        "due": _all(Due).where(Due.user_id == user_id).order_by(Due.fire_at, Due.due_id),
        "deliveries": _all(Delivery)
        .where(Delivery.user_id == user_id, Delivery.kind.not_in(KEPT_FROM_RECIPIENTS))
        .order_by(Delivery.delivery_id),
        "quiet_alarms": _quiet_alarms_of(user_id),
        "asked": _asked_as_contact(user_id),
        "spotted": _spotted_by(user_id),
    }


def parts_of(table: str, ids: Sequence[int], user_id: int) -> Mapping[str, Rows]:
    """What reads the rows that belong to some of a person's own rows, by table.

    Args:
        table: one of `WITH_PARTS`.
        ids: some of the person's own; at most `AT_ONCE`.
        user_id: of an outing, only what is this person's own belongs to it.
    """
    if table == "outings":
        return {
            part.__tablename__: _all(part).where(part.user_id == user_id, part.outing_id.in_(ids))
            for part in (Companion, NoShow)
        }
    return {
        "stretches": _all(StretchRow).where(StretchRow.run_id.in_(ids)).order_by(StretchRow.run_id,
        StretchRow.position), "revisions": _all(Revision).where(Revision.run_id.in_(ids)).order_by(Revision.run_id,
        Revision.revision), "cards": _all(RunCard).where(RunCard.run_id.in_(ids)), "recordings": select(
            *(cast(column, Text).label(column.name) if column.name in UNREAD else column
              for column in Recording.__table__.c)
        ).where(Recording.run_id.in_(ids)),
    }  # fmt: skip


async def spotters_named_by(session: AsyncSession, user_id: int) -> Sequence[tuple[int | None, int]]:
    """(club, spotter), each once, of those whom this person's runs name."""
    found = select(Run.guild_id, Run.spotter_id).where(Run.user_id == user_id, Run.spotter_id.is_not(None))
    rows = await session.execute(found.distinct().order_by(Run.guild_id, Run.spotter_id))
    return [(guild_id, spotter_id) for guild_id, spotter_id in rows if spotter_id is not None]


async def club_names(session: AsyncSession, guild_ids: Sequence[int]) -> dict[int, str]:
    """The names of clubs."""
    rows = await session.execute(select(Guild.guild_id, Guild.name).where(Guild.guild_id.in_(guild_ids)))
    return {row.guild_id: row.name for row in rows}


def _spotted_by(user_id: int) -> Select[date, str | None]:
    """What reads others' runs that name this person as spotter."""
    return select(Run.ran_on, Run.spotter_state).where(Run.spotter_id == user_id).order_by(Run.ran_on, Run.run_id)


def _asked_as_contact(user_id: int) -> Select[str, datetime]:
    """What reads what others have asked this person to be: their safety contact."""
    return select(Contact.state, Contact.asked_at).where(Contact.contact_id == user_id).order_by(Contact.asked_at)


def _quiet_alarms_of(user_id: int) -> Select[Any]:
    """What reads the quiet alarms this person pressed, one row for each who was told."""
    pressed = Delivery.payload["about_user_id"].as_string() == str(user_id)
    return _all(Delivery).where(Delivery.kind.in_(KEPT_FROM_RECIPIENTS), pressed).order_by(Delivery.delivery_id)


async def hold_runs(session: AsyncSession, user_id: int) -> int:
    """Hold a person's runs, and others' that name this person, before anything that hangs on them.

    Returns:
        How many are the person's own.
    """
    held = await session.scalars(
        select(Run.user_id)
        .where(or_(Run.user_id == user_id, Run.spotter_id == user_id))
        .order_by(Run.run_id)
        .with_for_update()
    )
    return held.all().count(user_id)


async def cards_about(session: AsyncSession, user_id: int) -> Sequence[RunCard]:
    """The public messages that show this person's runs."""
    rows = await session.scalars(select(RunCard).join(Run, Run.run_id == RunCard.run_id).where(Run.user_id == user_id))
    return rows.all()


async def runs_naming(session: AsyncSession, user_id: int) -> Sequence[Run]:
    """Others' runs that name this person as spotter."""
    return (await session.scalars(select(Run).where(Run.spotter_id == user_id, Run.user_id != user_id))).all()
