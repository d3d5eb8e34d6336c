"""Days and times parsed at four times of day: `when/*_ahead.txt` for reminders, `when/*_back.txt` for runs.

A line is the typed text, ` = ` and its meaning on Tuesday 24 November 2026 at 7:10, 15:03 and 23:40 and on Wednesday at
0:30 in Berlin, separated by ` ; ` if they differ. A series is given by its next two times. ` | ` precedes another
reading, ` ~` marks a default hour, `!` precedes the key of an error.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.when.moment_parser import Facing, moments_meant
from bot.domain.when.reminder_when import read_when
from bot.domain.when.schedule import upcoming
from bot.errors import BadInput
from bot.languages import LANGUAGES

BERLIN = "Europe/Berlin"
NOWS = [
    datetime(2026, 11, 24, 6, 10, tzinfo=UTC),
    datetime(2026, 11, 24, 14, 3, tzinfo=UTC),
    datetime(2026, 11, 24, 22, 40, tzinfo=UTC),
    datetime(2026, 11, 24, 23, 30, tzinfo=UTC),
]


def rows(name: str) -> dict[str, list[str]]:
    """Return each typed text with its expected meaning at each of `NOWS`."""
    found: dict[str, list[str]] = {}
    for line in (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        typed, _, answer = line.partition(" = ")
        answers = answer.split(" ; ")
        assert typed not in found, f"{typed} stands twice"
        assert len(answers) in (1, len(NOWS)), typed
        found[typed] = answers * (len(NOWS) // len(answers))
    return found


def shown(at: datetime) -> str:
    local = at.astimezone(ZoneInfo(BERLIN))
    return f"{local:%m-%d %H:%M}" if local.year == 2026 else f"{local:%Y-%m-%d %H:%M}"


def ahead(typed: str, language: str, now: datetime) -> str:
    """Return the next times of a reminder, in the format of the table."""
    try:
        asked = read_when(typed, now=now, zone=BERLIN, language=language)
    except BadInput as refused:
        return f"! {refused.key.removeprefix('remind_when.')}"
    readings = (asked.schedule, *asked.others)
    times = [", ".join(map(shown, upcoming(one, BERLIN, now, 2))) for one in readings]
    return " | ".join(times) + (" ~" if asked.hour_assumed else "")


def back(typed: str, language: str, now: datetime) -> str:
    """Return the start times of a run, in the format of the table."""
    try:
        moments = moments_meant(typed, now=now, zone=BERLIN, language=language, facing=Facing.PAST)
    except BadInput as refused:
        return f"! {refused.key.removeprefix('entry.moment.')}"
    return " | ".join(shown(one.at) + ("" if one.timed else " ~") for one in moments)


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_looking_ahead(language: str) -> None:
    table = rows(f"{language}_ahead")
    assert {typed: [ahead(typed, language, now) for now in NOWS] for typed in table} == table


@pytest.mark.parametrize("language", LANGUAGES)
def test_looking_back(language: str) -> None:
    table = rows(f"{language}_back")
    assert {typed: [back(typed, language, now) for now in NOWS] for typed in table} == table
