"""Reminders as values, and who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.when.schedule import Schedule, from_json, is_series, upcoming
from bot.services.members.people import Person
from db import models


class ReminderAudience(StrEnum):
    """Recipients of a reminder."""

    ME = "me"
    CLUB = "club"


@dataclass(frozen=True, slots=True)
class ReminderWanted:
    """Values of a new or edited reminder.

    Attributes:
        what: text as typed.
        schedule: when it is sent.
        others: other readings of an ambiguous schedule.
    """

    what: str
    schedule: Schedule
    others: tuple[Schedule, ...] = ()


@dataclass(frozen=True, slots=True)
class InChannel:
    """Channel of a club's reminder, and the role it pings."""

    channel_id: int
    role_id: int | None


@dataclass(frozen=True, slots=True)
class Keeper:
    """Member who accesses reminders.

    Attributes:
        user_id: Discord user id.
        organises: the current club, if they organise it.
    """

    user_id: int
    organises: int | None = None


@dataclass(frozen=True, slots=True)
class ReminderView:
    """A reminder.

    Attributes:
        reminder_id: id of the reminder.
        user_id: author.
        audience: recipients.
        guild_id: club it belongs to, or was created in.
        channel_id: channel of a club's reminder.
        role_id: role that a club's reminder pings.
        what: text as typed, unescaped.
        schedule: when it is sent.
        readings: all readings of an ambiguous schedule, else none.
        zone: zone of its wall times.
        state: "active", "paused" or "ended".
        trouble: reason why the bot paused it, if it did.
        kept_at: while paused, its next occurrence before the pause.
        revision: number of edits.
        again_at: end of the viewer's snooze, if any; the last occurrence of an ended reminder.
    """

    reminder_id: int
    user_id: int
    audience: ReminderAudience
    guild_id: int | None
    channel_id: int | None
    role_id: int | None
    what: str
    schedule: Schedule
    readings: tuple[Schedule, ...]
    zone: str
    state: str
    trouble: str | None
    kept_at: datetime | None
    revision: int
    again_at: datetime | None = None

    @property
    def series(self) -> bool:
        """Whether it recurs."""
        return is_series(self.schedule)

    @property
    def of_club(self) -> bool:
        """Whether it is sent to a club."""
        return self.audience is ReminderAudience.CLUB

    @property
    def left_again(self) -> datetime | None:
        """End of the snooze of an ended reminder."""
        return self.again_at if self.state == "ended" else None

    def next_times(self, now: datetime, count: int) -> tuple[datetime, ...]:
        """Return its next occurrences."""
        return upcoming(self.schedule, self.zone, now, count)

    def missed(self, now: datetime) -> datetime | None:
        """Return when a paused reminder should have been sent, if it has no further occurrence."""
        if self.state != "paused" or self.next_times(now, 1):
            return None
        return self.kept_at or now


def keeper_of(person: Person) -> Keeper:
    """Return the member as a keeper, with the club if they organise it and are in it."""
    return Keeper(person.user_id, person.guild_id if person.in_guild and person.organiser else None)


def view_of(row: models.Reminder, again_at: datetime | None = None) -> ReminderView:
    """Return a row as a `ReminderView`; `again_at` is the end of the viewer's snooze."""
    return ReminderView(
        row.reminder_id,
        row.user_id,
        ReminderAudience(row.audience),
        row.guild_id,
        row.channel_id,
        row.role_id,
        row.what,
        from_json(row.schedule),
        tuple(from_json(one) for one in row.readings or ()),
        row.zone,
        row.state,
        row.trouble,
        row.kept_at,
        row.revision,
        again_at,
    )
