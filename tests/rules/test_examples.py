"""Every example that a refusal or an empty field gives is accepted by what it is an example for, at any time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.challenges.challenge_rules import ChallengeKind, read_goal
from bot.domain.outings.call_terms import read_length, read_start
from bot.domain.partners.window_parser import parse_windows
from bot.domain.runs import run_input
from bot.domain.runs.run_input import Manner
from bot.domain.runs.run_measures import parse_backward
from bot.domain.runs.run_sentence import read_sentence
from bot.domain.text.units import Units, parse_distance, parse_duration, parse_pace
from bot.domain.text.weight import parse_weight
from bot.domain.when.periods import today_in
from bot.domain.when.reminder_when import read_when
from bot.errors import BadInput
from bot.i18n import catalogue
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.nudges.nudge_settings import read_back_on
from cogs.progress.rewind_view import read_rewind


@dataclass(frozen=True)
class Asked:
    """Who types an example, and when."""

    language: str
    zone: str
    now: datetime

    @property
    def manner(self) -> Manner:
        return Manner(Units.METRIC, self.language, self.zone)

    @property
    def reader(self) -> Localizer:
        return Localizer(self.language, Units.METRIC, self.zone)


Read = Callable[[str, Asked], object]


def log_start(text: str, by: Asked) -> object:
    return run_input.read_start(text, 0, by.manner, by.now)


def logged(text: str, by: Asked) -> object:
    return run_input.read_entry(read_sentence(text, by.manner, by.now), by.manner, by.now)


def call_start(text: str, by: Asked) -> object:
    return read_start(text, by.manner, by.now)


def reminder(text: str, by: Asked) -> object:
    return read_when(text, now=by.now, zone=by.zone, language=by.language)


PURPOSES: dict[str, tuple[Read, str]] = {
    "the distance of a run": (lambda text, by: parse_distance(text, Units.METRIC, by.language), r"entry\.distance\..*"),
    "the time of a run": (lambda text, by: parse_duration(text, by.language), r"entry\.duration\..*"),
    "a pace": (lambda text, by: parse_pace(text, Units.METRIC, by.language), r"entry\.pace\..*"),
    "how much was backward": (
        lambda text, by: parse_backward(text, Units.METRIC, by.language),
        r"rules\.backward\..*|imports\.share\.placeholder",
    ),
    "a direction": (lambda text, by: run_input.read_direction(text, by.manner), r"runs\.entry\.direction"),
    "a whole run": (logged, r"log\.form\.run_example"),
    "the start of a run": (log_start, r"entry\.moment\.(?!past).*|log\.form\.when_example"),
    "a moment ahead": (reminder, r"entry\.moment\.past(_day)?"),
    "the start of an outing": (
        call_start, r"partners\.starts\..*|partners\.refused\.no_hour|partners\.form\.when_example"
    ),
    "the length of an outing": (
        lambda text, by: read_length(text, by.manner), r"partners\.form\.length_example|partners\.refused\.no_length"
    ),
    "times in a week": (
        lambda text, by: parse_windows(text, by.language), r"avail\.when\.(?!no_such_hour|backwards).*"
    ),
    "hours of a day": (
        lambda text, by: parse_windows(f"{'mo' if by.language == 'de' else 'mon'} {text}", by.language),
        r"avail\.when\.(no_such_hour|backwards)",
    ),
    "the end of a pause": (
        lambda text, by: read_back_on(text, by.reader, by.now),
        r"nudges\.pause\.(unclear|placeholder)|avail\.form\.until_example",
    ),
    "a reminder": (reminder, r"remind_when\..*|remind\.refused\.never|remind\.example\..*|remind\.form\.when_example"),
    "the goal of a challenge": (
        lambda text, by: read_goal(text, ChallengeKind.GOAL, Units.METRIC, by.language),
        r"challenge\.refused\.(goal|other_metric)|challenge\.form\.goal_example",
    ),
    "the distance of handicap points": (
        lambda text, by: read_goal(text, ChallengeKind.HANDICAP, Units.METRIC, by.language),
        r"challenge\.refused\.listed|challenge\.form\.listed_example",
    ),
    "a month or a year": (
        lambda text, by: read_rewind(text, today_in(by.zone, by.now)),
        r"rewind\.(period\.unclear|form\.placeholder)",
    ),
    "a weight": (lambda text, _: parse_weight(text, Units.METRIC), r"settings\.weight\.(unclear|placeholder)"),
}  # fmt: skip
"""What reads a text, and the keys of the texts with examples for it."""
WHOLE = re.compile(r"(.*_example|.*\.placeholder|remind\.example\..*)\Z")
"""Texts that are nothing but examples, separated by commas or dots; others have them in backticks."""
INSTANTS = [
    "2026-11-24 12:00", "2026-11-24 00:05", "2026-11-24 03:30",
    "2026-11-27 06:59", "2026-11-27 07:00", "2026-11-27 18:00",
    "2026-11-27 18:30", "2026-11-29 09:00", "2026-11-29 23:58",
    "2026-12-31 23:59", "2028-02-29 23:30", "2026-11-24 06:30",
    "2026-03-29 01:30", "2026-03-28 23:50", "2026-10-25 02:15",
    "2026-10-25 03:15", "2026-06-01 00:30", "2026-06-01 23:30",
    "2026-12-24 08:59", "2026-12-24 09:00", "2026-01-31 21:00",
    "2026-12-01 12:00", "2026-12-03 12:00", "2026-11-20 01:00",
]  # fmt: skip
"""Wall times, among them nights, the nights in which clocks change in Europe, and the days that examples name."""
ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Auckland")


def examples(key: str, text: str) -> list[str]:
    if WHOLE.match(key):
        return re.split(r", (?!sa|we)| · | oder | or ", text)
    return [found for found in re.findall("`([^`]+)`", text) if not found.startswith("/")]


def given(pattern: str, language: str) -> Iterator[tuple[str, str]]:
    for key, text in catalogue(language).items():
        if isinstance(text, str) and re.fullmatch(pattern, key):
            yield from ((key, example) for example in examples(key, text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_example_is_accepted_for_what_it_is_an_example_of(purpose: str, language: str) -> None:
    read, pattern = PURPOSES[purpose]
    shown = list(given(pattern, language))
    assert shown
    refused = {}
    for zone in ZONES:
        for wall in INSTANTS:
            by = Asked(language, zone, datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC))
            for key, example in shown:
                try:
                    read(example, by)
                except BadInput as error:
                    refused[key, example] = f"{error.key} at {wall} in {zone}"
    assert refused == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_with_an_example_has_it_in_backticks(language: str) -> None:
    patterns = [pattern for _, pattern in PURPOSES.values()]
    bare = [
        key
        for key, text in catalogue(language).items()
        if isinstance(text, str)
        and any(re.fullmatch(pattern, key) for pattern in patterns)
        and not WHOLE.match(key)
        and re.search(r"\b(Try|Schreib zum Beispiel)\b(?!.*`)", text)
    ]
    assert bare == []
