"""A year of plausible runs for the demo club, up to today; the result is the same all day."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.runs.runs import Direction, Extra, Review, RunContent, Sharing, SpotterState, Stretch, Surface
from bot.preview.club import ORGANISER, PEOPLE, VISITORS, DemoPerson

DAYS = 364
ALONE = (Surface.TRACK, Surface.TRACK, Surface.TRACK, Surface.TREADMILL)
TOGETHER = (Surface.PATH, Surface.PATH, Surface.ROAD, Surface.GRASS, Surface.TRACK)
ANYWHERE = (Surface.ROAD, Surface.ROAD, Surface.PATH, Surface.TRAIL, Surface.TRACK)
STARTS = (time(6, 20), time(7, 5), time(12, 15), time(17, 40), time(18, 30), time(19, 10))
WEEKEND_STARTS = (time(8, 15), time(9, 30), time(10, 0), time(16, 20))

NOTES = {
    None: (
        "Calves know about it.", "Hips stayed level this time.", "Wind from behind, which is to say in my face.",
        "Looked over the right shoulder far too often.", "First lap without a wobble!", "Easy does it.",
        "Spotted a heron. It was not impressed.",
    ),
    "de": (
        "Die Waden wissen Bescheid.", "Endlich eine Runde ohne Schlenker!", "Locker geblieben.",
        "Zu oft über die rechte Schulter geschaut.", "Rückenwind, also Gegenwind.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoRun:
    """A run of the demo club."""

    user_id: int
    content: RunContent
    review: Review


def demo_runs(now: datetime) -> list[DemoRun]:
    """Return everybody's runs of the last year, oldest first.

    Args:
        now: current instant, aware. The runs depend only on its date, except that none ends after it.
    """
    runs = [run for person in PEOPLE for run in _year(person, now)]
    runs += _held(now)
    runs = [run for run in runs if run.content.started_at + timedelta(milliseconds=run.content.duration_ms) < now]
    return sorted(runs, key=lambda run: run.content.started_at)


def _year(person: DemoPerson, now: datetime) -> Iterator[DemoRun]:
    today = now.astimezone(ZoneInfo(person.zone)).date()
    chance = random.Random(f"{person.user_id} {today}")
    joined = today - timedelta(days=min(DAYS, person.weeks * 7))
    holiday = joined + timedelta(days=chance.randrange(30, 300))
    for back in range((today - joined).days, -1, -1):
        day = today - timedelta(days=back)
        if holiday <= day < holiday + timedelta(days=12):
            continue
        likely = person.weekly / 7 * (1.45 if day.weekday() >= 5 else 0.82)
        # Visitors always ran yesterday, so that their first card has earlier runs in its week.
        if chance.random() < likely or (back == 1 and person in VISITORS):
            yield DemoRun(person.user_id, _run(person, day, back, chance), Review.NONE)


def _run(person: DemoPerson, day: date, back: int, chance: random.Random) -> RunContent:
    practice = 1 - 0.09 * (1 - back / DAYS)  # a year of practice improves the backward pace by about 9 %
    form = chance.gauss(1, 0.035)
    forward_pace = person.pace_s_per_km * max(form, 0.9)
    backward_pace = forward_pace * max(person.factor * practice, 1.15)
    drawn = chance.random()
    surface: Surface | None
    stretches: tuple[Stretch, ...]
    spotter, spotter_state = None, None
    if drawn < person.backward:
        stretches = (_stretch(Direction.BACKWARD, _metres(chance, 2600, 600, 9000), backward_pace),)
        surface = chance.choice(ALONE)
        if chance.random() < 0.42:
            spotter = chance.choice([other for other in PEOPLE if other is not person])
            lately = back < 4 and chance.random() < 0.5
            declined = chance.random() < 0.05
            spotter_state = SpotterState.DECLINED if declined else SpotterState.ASKED if lately else SpotterState.AGREED
            surface = chance.choice(TOGETHER)
    elif drawn < person.backward + 0.09:
        warm, turned = _metres(chance, 2000, 800, 4000), _metres(chance, 1200, 400, 3000)
        stretches = (
            _stretch(Direction.FORWARD, warm, forward_pace * 1.05),
            _stretch(Direction.BACKWARD, turned, backward_pace),
            _stretch(Direction.FORWARD, _metres(chance, 1200, 400, 3000), forward_pace * 1.08),
        )
        surface = Surface.TRACK
    else:
        stretches = (_stretch(Direction.FORWARD, _metres(chance, 7200, 2500, 24000), forward_pace),)
        surface = chance.choice(ANYWHERE)
    notes = NOTES.get(person.language, NOTES[None])
    start = chance.choice(WEEKEND_STARTS if day.weekday() >= 5 else STARTS)
    at = datetime.combine(day, start, ZoneInfo(person.zone)) + timedelta(minutes=chance.randrange(-14, 15))
    return RunContent(
        started_at=at.astimezone(ZoneInfo("UTC")),
        zone=person.zone,
        ran_on=day,
        stretches=stretches,
        surface=surface,
        spotter_id=spotter.user_id if spotter else None,
        spotter_name=spotter.name if spotter else None,
        spotter_state=spotter_state,
        effort=chance.choice((None, 2, 3, 3, 4, 5, 6, 7)),
        note=chance.choice(notes) if chance.random() < 0.18 else None,
        sharing=Sharing.ME if chance.random() < 0.03 else Sharing.CLUB,
        extras=frozenset({Extra.NOTE}) if chance.random() < 0.5 else frozenset(),
    )


def _metres(chance: random.Random, usual: int, least: int, most: int) -> int:
    metres = min(max(chance.lognormvariate(0, 0.45) * usual, least), most)
    return round(metres / 100) * 100 if chance.random() < 0.6 else round(metres / 10) * 10


def _stretch(direction: Direction, distance_m: int, pace_s_per_km: float) -> Stretch:
    return Stretch(direction, distance_m, round(distance_m * pace_s_per_km / 1000) * 1000)


def _held(now: datetime) -> Iterator[DemoRun]:
    """Yield runs faster than the world best, as typing errors make them, for `/club review`."""
    slips = ((PEOPLE[20], 5000, 14 * 60 + 30), (PEOPLE[33], 1000, 182), (PEOPLE[17], 10_000, 37 * 60 + 5))
    assert ORGANISER not in [person for person, _, _ in slips]
    for days, (person, distance_m, seconds) in enumerate(slips, start=1):
        chance = random.Random(f"held {person.user_id} {now.date()}")
        day = now.astimezone(ZoneInfo(person.zone)).date() - timedelta(days=days)
        content = _run(person, day, days, chance)
        stretches = (Stretch(Direction.BACKWARD, distance_m, seconds * 1000),)
        content = replace(content, stretches=stretches, surface=Surface.TRACK, sharing=Sharing.CLUB)
        yield DemoRun(person.user_id, content, Review.HELD)
