"""A reminder as it leaves the services, and who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.when.schedule import Schedule, from_json, is_series, upcoming
from bot.services.members.people import Person
from db import models


class ReminderAudience(StrEnum):
    """To whom a reminder is said."""

    ME = "me"
    CLUB = "club"


@dataclass(frozen=True, slots=True)
class ReminderWanted:
    """What is to be remembered.

    Attributes:
        what: in the words of whoever asks.
        schedule: when.
        others: the other readings, where the words for "when" have several.
    """

    what: str
    schedule: Schedule
    others: tuple[Schedule, ...] = ()


@dataclass(frozen=True, slots=True)
class InChannel:
    """Where a club's reminder is said, and which role it pings."""

    channel_id: int
    role_id: int | None


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who asks for reminders of theirs.

    Attributes:
        user_id: who.
        organises: the club spoken in, for its organiser.
    """

    user_id: int
    organises: int | None = None


@dataclass(frozen=True, slots=True)
class ReminderView:
    """A reminder.

    Attributes:
        reminder_id: ours.
        user_id: who asked for it.
        audience: to whom it is said.
        guild_id: the club it belongs to, or was asked for in.
        channel_id: of a club's, where it is said.
        role_id: of a club's, whom it pings.
        what: as typed; escape it.
        schedule: when.
        readings: all readings of a "when" that could mean several, else none.
        zone: in which its wall times are meant.
        state: active, paused or ended.
        trouble: why the bot paused it, where it did.
        kept_at: paused: when it would have come next.
        revision: counts edits.
        again_at: when it comes again to whoever looks, who has put it off; of what came once it is all that is left.
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
        """Whether it comes more than once."""
        return is_series(self.schedule)

    @property
    def of_club(self) -> bool:
        """Whether it is said to a club."""
        return self.audience is ReminderAudience.CLUB

    @property
    def left_again(self) -> datetime | None:
        """When one that is over comes once more, having been put off."""
        return self.again_at if self.state == "ended" else None

    def next_times(self, now: datetime, count: int) -> tuple[datetime, ...]:
        """When it comes next."""
        return upcoming(self.schedule, self.zone, now, count)

    def missed(self, now: datetime) -> datetime | None:
        """When it should have come, where it was paused meanwhile and will not come by itself."""
        if self.state != "paused" or self.next_times(now, 1):
            return None
        return self.kept_at or now


def keeper_of(person: Person) -> Keeper:
    """Who speaks, with the club if they organise it and speak there."""
    return Keeper(person.user_id, person.guild_id if person.in_guild and person.organiser else None)


def view_of(row: models.Reminder, again_at: datetime | None = None) -> ReminderView:
    """A row as it leaves, to somebody to whom it comes again at `again_at`."""
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
