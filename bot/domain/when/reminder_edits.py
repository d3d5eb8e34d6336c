"""Parse an edit of a reminder's time: whatever the text does not name keeps its old value.

With `every mon 18:00` as the old value, `every tue` keeps 18:00, `19:00` keeps Mondays, and `until 1 june` changes only
the end.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.domain.text.words.plain import plain
from bot.domain.when.moment_parser import Facing, Moment, read_hour, take_apart
from bot.domain.when.parse_state import ParseState, weeks_on
from bot.domain.when.recurrence_parser import canonical, take_series
from bot.domain.when.reminder_when import ReminderWhen, read_when
from bot.domain.when.schedule import Calendar, Daily, Hours, In, Interval, Once, Schedule, Weekly, next_after
from bot.domain.when.series import Series
from bot.errors import BadInput


@dataclass(frozen=True, slots=True)
class _Edit:
    """The text of an edit, and the schedule it replaces."""

    text: str
    before: Schedule
    now: datetime
    zone: str
    language: str

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def read(self, text: str) -> ReminderWhen:
        """Parse a text on its own. Raises `BadInput`."""
        return read_when(text, now=self.now, zone=self.zone, language=self.language)

    def comes(self, schedule: Schedule) -> bool:
        """Whether a schedule has an occurrence after now."""
        return next_after(schedule, self.zone, self.now) is not None


def read_edit(
    text: str, before: Schedule, *, now: datetime, zone: str, language: str, keeps_end: bool = True
) -> ReminderWhen:
    """Parse an edit of a reminder's time.

    Args:
        text: as typed.
        before: the current schedule.
        now: aware.
        zone: IANA name of the zone of its wall times.
        language: of the author.
        keeps_end: whether a last day that is not named stays; False where the member edited the whole text.

    Raises:
        BadInput: as `read_when`.
    """
    edit = _Edit(text, before, now, zone, language)
    if changed := _other_end(edit):
        return ReminderWhen(changed)
    words = canonical(plain(text))
    told = ParseState(words, text, language, edit.today, past=False)
    with suppress(BadInput):
        series = take_series(told)
        if series is not None:
            return _other_series(edit, edit.read(text), series, told, keeps_end=keeps_end)
    once = _told_once(edit)
    if (once is None or once.day is None) and (hours := _other_hours(edit)):
        return hours
    asked = edit.read(text)
    return _other_day(edit, asked, once) if once is not None and asked.hour_assumed else asked


def _told_once(edit: _Edit) -> ParseState | None:
    """Return the day and hour of a text, or None for an instant or an unreadable text."""
    with suppress(BadInput):
        told = take_apart(edit.text, now=edit.now, zone=edit.zone, language=edit.language, facing=Facing.FUTURE)
        return None if isinstance(told, Moment) else told
    return None


def _other_end(edit: _Edit) -> Schedule | None:
    """Return the series with another last day if the text names nothing else: `until 1 june`, `for 3 weeks`."""
    before = edit.before
    if isinstance(before, In | Once) or not re.match(r"(?:until|for|endless)\b", canonical(plain(edit.text))):
        return None
    with suppress(BadInput):
        read = edit.read(f"every day {edit.text}").schedule
        if isinstance(read, Daily):
            changed = replace(before, until=read.until)
            return changed if edit.comes(changed) else None
    return None


def _other_series(
    edit: _Edit, asked: ReminderWhen, series: Series, told: ParseState, *, keeps_end: bool
) -> ReminderWhen:
    hours = _kept_hours(edit, told) if asked.hour_assumed else ()
    found = []
    for read in (asked.schedule, *asked.others):
        kept = read
        if hours and isinstance(kept, Calendar):
            kept = replace(kept, hours=hours)
        if keeps_end and not series.endless and series.lasts is None:
            kept = _with_end_of(edit.before, kept)
        kept = _in_step(kept, series, edit.before)
        found.append(kept if edit.comes(kept) else read)
    first, *others = dict.fromkeys(found)
    return ReminderWhen(first, tuple(others), asked.hour_assumed and not hours)


def _kept_hours(edit: _Edit, told: ParseState) -> Hours:
    """Return the old hours; none if the text names a part of the day in which one of them is not."""
    rest = replace(told, day=told.today)
    read_hour(rest)
    hours = _hours_of(edit)
    if rest.part is None or all(rest.part.begins <= hour.hour < rest.part.ends for hour in hours):
        return hours
    return ()


def _hours_of(edit: _Edit) -> Hours:
    before = edit.before
    if isinstance(before, In):
        local = before.at.astimezone(ZoneInfo(edit.zone))
        return (time(local.hour, local.minute),)
    if isinstance(before, Once):
        return (before.hour,)
    return () if isinstance(before, Interval) else before.hours


def _with_end_of(before: Schedule, schedule: Schedule) -> Schedule:
    """Return a series with the last day of another, if it has none."""
    if isinstance(before, In | Once) or isinstance(schedule, In | Once) or schedule.until is not None:
        return schedule
    return replace(schedule, until=before.until)


def _in_step(schedule: Schedule, series: Series, before: Schedule) -> Schedule:
    """Return a series with the old anchor if only hours and end are new.

    Every other Saturday at nine instead of eight stays on the same Saturdays, unless the text names a beginning.
    """
    if not isinstance(schedule, Calendar) or type(schedule) is not type(before) or series.since is not None:
        return schedule
    assert isinstance(before, Calendar)
    same = replace(before, anchor=schedule.anchor, hours=schedule.hours, until=schedule.until) == schedule
    return replace(schedule, anchor=before.anchor) if same else schedule


def _other_hours(edit: _Edit) -> ReminderWhen | None:
    """Return the old days at the new hours, or None if the text names a day."""
    before = edit.before
    try:
        asked = edit.read(f"every day {edit.text}")
    except BadInput:
        return None
    found: list[Schedule] = []
    for read in (asked.schedule, *asked.others):
        if not isinstance(read, Daily) or read.every != 1 or read.until is not None:
            return None
        if isinstance(before, Calendar):
            found.append(replace(before, hours=read.hours))
        elif isinstance(before, In | Once) and len(read.hours) == 1:
            found.append(Once(_day_of(edit), read.hours[0]))
    coming = [one for one in dict.fromkeys(found) if edit.comes(one)]
    return ReminderWhen(coming[0], tuple(coming[1:]), asked.hour_assumed) if coming else None


def _day_of(edit: _Edit) -> date:
    before = edit.before
    assert isinstance(before, In | Once)
    return before.on if isinstance(before, Once) else before.at.astimezone(ZoneInfo(edit.zone)).date()


def _other_day(edit: _Edit, asked: ReminderWhen, told: ParseState) -> ReminderWhen:
    """Return the new day at the old hour; a bare weekday stays weekly if the reminder was weekly."""
    hours = _hours_of(edit)
    if not hours or told.part is not None:
        return asked
    found: list[Schedule] = []
    if isinstance(edit.before, Weekly) and told.step is weeks_on and told.day is not None:
        found.append(replace(edit.before, weekdays=(told.day.weekday(),)))
    for read in (asked.schedule, *asked.others):
        if isinstance(read, Once):
            found += [Once(read.on, hour) for hour in hours]
    coming = [one for one in dict.fromkeys(found) if edit.comes(one)]
    return ReminderWhen(coming[0], tuple(coming[1:]) if isinstance(edit.before, Weekly) else ()) if coming else asked
