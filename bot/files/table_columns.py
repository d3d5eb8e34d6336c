"""Find out which column of a table holds what: by its heading in English or German, checked against its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from statistics import median
from unicodedata import combining, normalize

from bot.domain.runs.activity import Sport
from bot.domain.runs.tables import (
    ColumnOption,
    ColumnRole,
    DateReading,
    DistanceReading,
    DurationReading,
    Matching,
    Service,
    SportWord,
    TableHead,
    TableHints,
)
from bot.files.refused import Refused
from bot.files.sports import sport_of
from bot.files.table import Table
from bot.files.table_values import clock, decimal_comma, distance_m, duration_ms, is_missing, moment, number

SAMPLED = 400
"""Lines from which the columns are guessed, spread over the table."""
MOST_OPTIONS = 24
"""Columns offered for something; a menu takes 25 options."""
ENOUGH = 0.5
"""Share of the filled cells that must be readable."""
NAME_CHARACTERS, EXAMPLE_CHARACTERS, WORD_CHARACTERS = 60, 40, 60

_DATES = """
    activity date|aktivitatsdatum|start date|startdatum|date|datum|start time|startzeit|date time|datetime|started at|
    start|beginn|begin|timestamp|zeitstempel|time|zeit|zeitpunkt|workout date|trainingsdatum|day|tag|ran on
"""
_CLOCKS = "start time|startzeit|uhrzeit|time of day|tageszeit|start|beginn|begin|time|zeit"
_DURATIONS = """
    moving time|bewegungszeit|time|zeit|duration|dauer|timer time|zeit in bewegung|running time|laufzeit|
    workout time|trainingszeit|total time|gesamtzeit|s|seconds|sekunden|sec|sek|minutes|minuten|min|hours|stunden|
    elapsed time|verstrichene zeit|elapsedtime|elapsed
"""
_DISTANCES = """
    distance|distanz|strecke|total distance|gesamtdistanz|gesamtstrecke|entfernung|lange|length|km|kilometer|
    kilometers|kilometres|miles|meilen|mi|meter|meters|metres
"""
_SPORTS = """
    activity type|aktivitatsart|aktivitatstyp|sport|sportart|sport type|activity|aktivitat|workout type|trainingsart|
    type|typ|art|discipline|disziplin|sportid
"""
_WORDS = {
    role: {word.strip(): rank for rank, word in enumerate(words.split("|"))}
    for role, words in (
        (ColumnRole.DATE, _DATES),
        (ColumnRole.CLOCK, _CLOCKS),
        (ColumnRole.DURATION, _DURATIONS),
        (ColumnRole.DISTANCE, _DISTANCES),
        (ColumnRole.SPORT, _SPORTS),
    )
}
"""Headings without accents, the surest first."""
_UNITS = {
    "km": DistanceReading.KM, "kilometer": DistanceReading.KM, "kilometers": DistanceReading.KM,
    "kilometres": DistanceReading.KM, "mi": DistanceReading.MI, "miles": DistanceReading.MI,
    "meilen": DistanceReading.MI, "m": DistanceReading.M, "meter": DistanceReading.M, "meters": DistanceReading.M,
    "metres": DistanceReading.M,
}  # fmt: skip
_TIME_UNITS = {
    **dict.fromkeys(("s", "sec", "sek", "seconds", "sekunden"), DurationReading.SECONDS),
    **dict.fromkeys(("min", "minutes", "minuten", "mins"), DurationReading.MINUTES),
}
_OFFSETS = frozenset({"timezoneoffset", "timezone offset", "utc offset"})
PLAUSIBLE_M_PER_S = (0.9, 6.5)
"""Speeds of runs, from 18:30/km, backward with breaks, to the fastest: by them, a unit is told from another."""


def service_of(columns: Sequence[str]) -> Service:
    """Return who made a table, by its headings."""
    names = {plain(column) for column in columns}
    if {"ran on", "started at", "zone", "backward m", "untold m"} <= names:
        return Service.OWN
    if {"activity id", "activity date"} <= names or {"aktivitats id", "aktivitatsdatum"} <= names:
        return Service.STRAVA
    if {"activity type", "favorite", "title"} <= names or {"aktivitatstyp", "favorit", "titel"} <= names:
        return Service.GARMIN
    if {"sportid", "s", "time"} <= names:
        return Service.RUNALYZE
    if {"sport", "start time", "total distance km", "duration"} <= names:
        return Service.POLAR
    return Service.OTHER


def plain(heading: str) -> str:
    """Return a heading in lower case, without accents and signs: `Distanz (km)` becomes `distanz km`."""
    bare = "".join(c for c in normalize("NFKD", heading.casefold()) if not combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


def head_of(table: Table, hints: TableHints, chosen: Matching | None = None) -> TableHead:
    """Return what a table is about.

    Args:
        table: the table.
        hints: what its cells may leave open.
        chosen: the runner's choice, which replaces the guess.

    Raises:
        Refused: it has no lines, no dates or no running times.
    """
    if not table.lines:
        raise Refused("no_lines")
    columns = _Columns(table, hints)
    guess = columns.with_signs(chosen or columns.guess())
    options = {role: columns.options(role, guess) for role in ColumnRole}
    if guess.service is not Service.OWN and not (options[ColumnRole.DATE] and options[ColumnRole.DURATION]):
        raise Refused("no_run_table")
    unknown, has_runs = _sports(table, guess)
    return TableHead(
        lines=len(table.lines),
        columns=tuple(name[:NAME_CHARACTERS] for name in table.columns),
        examples=tuple(columns.example(at) for at in range(len(table.columns))),
        guess=guess,
        options=options,
        unknown_sports=unknown,
        has_runs=has_runs,
    )


def _sports(table: Table, matching: Matching) -> tuple[tuple[SportWord, ...], bool]:
    """Return the unknown words in the column of sports, and whether some line is known to be a run."""
    if matching.sport is None:
        return (), True
    at = matching.sport
    words = Counter(line.cells[at][:WORD_CHARACTERS] for line in table.lines if at < len(line.cells))
    unknown = [SportWord(word, n) for word, n in words.most_common() if named(word) is Sport.UNKNOWN]
    return tuple(unknown[:MOST_OPTIONS]), any(named(word) is Sport.RUN for word in words)


def named(word: str) -> Sport:
    """Return the sport that a cell names. A number is known only to the service."""
    return Sport.UNKNOWN if word.strip().isdecimal() else sport_of(word)


class _Columns:
    """The columns of a table with some of their cells."""

    def __init__(self, table: Table, hints: TableHints) -> None:
        self._names = [plain(column) for column in table.columns]
        self._service = service_of(table.columns)
        self._miles, self._month_first = hints.miles, hints.month_first
        self._fitting: dict[tuple[ColumnRole, int], bool] = {}
        rows = [line.cells for line in table.lines if line.fault is None]
        self._rows = rows[:: max(1, len(rows) // SAMPLED)]
        self._cells = [
            [row[at] for row in self._rows if at < len(row) and not is_missing(row[at])]
            for at in range(len(self._names))
        ]

    def example(self, at: int) -> str:
        """Return a cell of a column, shortened."""
        cell = next(iter(self._cells[at]), "")
        return "".join(c for c in cell if c.isprintable())[:EXAMPLE_CHARACTERS]

    def guess(self) -> Matching:
        """Return which column seems to hold what."""
        made = Matching(service=self._service)
        if self._service is Service.OWN:
            return made
        date = self._best(ColumnRole.DATE)
        if date is not None:
            made = replace(made, date=date, date_as=self._date_reading(date))
        sport = self._best(ColumnRole.SPORT, besides={date})
        made = replace(made, sport=sport, offset=next((at for at, n in enumerate(self._names) if n in _OFFSETS), None))
        if date is not None and not self._has_clock(date):
            made = replace(made, clock=self._best(ColumnRole.CLOCK, besides={date, sport}))
        duration = self._best(ColumnRole.DURATION, besides={date, sport, made.clock})
        if duration is None and made.clock is not None:  # the only column of times holds running times
            made, duration = replace(made, clock=None), self._best(ColumnRole.DURATION, besides={date, sport})
        if duration is None:
            return made
        distance, distance_as, duration_as = self._measures(duration, sport)
        return replace(made, duration=duration, duration_as=duration_as, distance=distance, distance_as=distance_as)

    def with_signs(self, matching: Matching) -> Matching:
        """Return a matching with the decimal signs of its columns."""
        distance, duration = (
            decimal_comma(self._cells[at]) if at is not None else None for at in (matching.distance, matching.duration)
        )
        return replace(matching, distance_comma=distance, duration_comma=duration)

    def options(self, role: ColumnRole, guess: Matching) -> tuple[ColumnOption, ...]:
        """Return the columns that can hold something, the guessed one first."""
        fitting = sorted(
            (at for at in range(len(self._names)) if self._fits(role, at)),
            key=lambda at: (at != getattr(guess, role.value), self._rank(role, at), at),
        )
        options = [ColumnOption(at, reading) for at in fitting for reading in self._readings(role, at, guess)]
        return tuple(options[:MOST_OPTIONS])

    def _readings(self, role: ColumnRole, at: int, guess: Matching) -> Sequence[str]:
        """Return in which ways a column can be read, the guessed one first."""
        match role:
            case ColumnRole.DATE:
                first = guess.date_as if at == guess.date else self._date_reading(at)
                return self._date_readings(at, first)
            case ColumnRole.DURATION:
                first_as = guess.duration_as if at == guess.duration else None
                return _first(first_as, self._duration_readings(at))
            case ColumnRole.DISTANCE:
                unit = self._told_unit(at)
                first_unit = guess.distance_as if at == guess.distance else None
                return [unit] if unit is not None else _first(first_unit, list(DistanceReading))
            case _:
                return [""]

    def _best(self, role: ColumnRole, besides: Iterable[int | None] = ()) -> int | None:
        left = set(besides)
        ranked = [
            (self._rank(role, at), at)
            for at in range(len(self._names))
            if at not in left and self._rank(role, at) < len(_WORDS[role]) and self._fits(role, at)
        ]
        return min(ranked)[1] if ranked else None

    def _rank(self, role: ColumnRole, at: int) -> int:
        """Return the place of a column's heading in the list of headings; a unit behind it does not count."""
        words, name = _WORDS[role], self._names[at]
        if self._service is Service.GARMIN and role is ColumnRole.DURATION and name in ("time", "zeit"):
            return -1  # the watch's own running time, which Garmin's files have too
        bare, _, unit = name.rpartition(" ")
        return words.get(name, words.get(bare, len(words)) if unit in _UNITS or unit in _TIME_UNITS else len(words))

    def _fits(self, role: ColumnRole, at: int) -> bool:
        if (role, at) not in self._fitting:
            self._fitting[role, at] = self._can_be(role, at)
        return self._fitting[role, at]

    def _can_be(self, role: ColumnRole, at: int) -> bool:
        """Whether most cells of a column can be read as this."""
        match role:
            case ColumnRole.DATE:
                return self._share(at, lambda cell: moment(cell, DateReading.LOCAL))
            case ColumnRole.CLOCK:
                return self._share(at, clock)
            case ColumnRole.DURATION:
                return self._share(at, lambda cell: duration_ms(cell, DurationReading.SECONDS)) and any(
                    duration_ms(cell, DurationReading.SECONDS) for cell in self._cells[at]
                )
            case ColumnRole.DISTANCE:
                return self._share(at, lambda cell: distance_m(cell, DistanceReading.M))
            case ColumnRole.SPORT:
                words = set(self._cells[at])
                return 0 < len(words) <= max(60, len(self._cells[at]) // 5)

    def _share(self, at: int, read: Callable[[str], object]) -> bool:
        cells = self._cells[at]
        return bool(cells) and sum(read(cell) is not None for cell in cells) >= ENOUGH * len(cells)

    def _has_clock(self, at: int) -> bool:
        found = [moment(cell, DateReading.LOCAL) for cell in self._cells[at]]
        return any(one is not None and one.clock is not None for one in found)

    def _date_reading(self, at: int) -> DateReading:
        # Strava's export has UTC; everybody else writes the runner's local time, or names the zone in the cell.
        utc = self._service is Service.STRAVA
        month_first = self._month_first_in(at)
        if month_first is None:
            month_first = self._month_first
        if month_first:
            return DateReading.UTC_MONTH_FIRST if utc else DateReading.LOCAL_MONTH_FIRST
        return DateReading.UTC if utc else DateReading.LOCAL

    def _month_first_in(self, at: int) -> bool | None:
        """Return the order of day and month that the cells show, or None; False where they have no such order."""
        slashed = [cell.split("/") for cell in self._cells[at] if cell.count("/") >= 2 and cell[:4].count("/")]
        pairs = [(int(one[0]), int(one[1])) for one in slashed if one[0].isdecimal() and one[1].isdecimal()]
        if not pairs:
            return False
        if any(first > 12 for first, _ in pairs):
            return False
        return True if any(second > 12 for _, second in pairs) else None

    def _date_readings(self, at: int, first: DateReading) -> Sequence[str]:
        orders = [True, False] if self._month_first_in(at) is None else [first.month_first]
        zones = [True, False] if self._has_clock(at) and not self._names_zone(at) else [first.utc]
        found = [one for one in DateReading if one.month_first in orders and one.utc in zones]
        return _first(first, found)

    def _names_zone(self, at: int) -> bool:
        found = [moment(cell, DateReading.LOCAL) for cell in self._cells[at]]
        return all(one is None or one.zone is not None for one in found)

    def _told_unit(self, at: int) -> DistanceReading | None:
        """Return the unit in a distance's heading, or in its cells."""
        unit = self._names[at].rpartition(" ")[2]
        if unit in _UNITS:
            return _UNITS[unit]
        cells = self._cells[at]
        return DistanceReading.KM if cells and all(cell[-1:].isalpha() for cell in cells) else None

    def _duration_readings(self, at: int) -> list[DurationReading]:
        cells = self._cells[at]
        told = _TIME_UNITS.get(self._names[at].rpartition(" ")[2])
        if all(number(cell) is not None for cell in cells):
            return [told] if told else [DurationReading.SECONDS, DurationReading.MINUTES]
        if all(cell.count(":") != 1 for cell in cells):
            return [DurationReading.MINUTES_SECONDS]
        return [DurationReading.MINUTES_SECONDS, DurationReading.HOURS_MINUTES]

    def _measures(self, duration: int, sport: int | None) -> tuple[int | None, DistanceReading, DurationReading]:
        """Return the distance, its unit and the reading of the time that together make the most plausible speeds."""
        times = self._duration_readings(duration)
        tried: list[tuple[tuple[bool, int, int, int], tuple[int | None, DistanceReading, DurationReading]]] = []
        for at in range(len(self._names)):
            rank = self._rank(ColumnRole.DISTANCE, at)
            if at == duration or rank == len(_WORDS[ColumnRole.DISTANCE]) or not self._fits(ColumnRole.DISTANCE, at):
                continue
            told = self._told_unit(at)
            units = [told] if told is not None else list(DistanceReading)
            if told is None and self._miles:
                units = [DistanceReading.MI, DistanceReading.KM, DistanceReading.M]
            exact = max((len(cell) for cell in self._cells[at]), default=0)
            for unit_rank, unit in enumerate(units):
                for time_rank, reading in enumerate(times):
                    plausible = self._plausible(at, unit, duration, reading, sport)
                    # Metres leave no doubt about the unit, so they win over the same column in kilometres or miles.
                    order = (not plausible, rank, time_rank, unit_rank if unit is not DistanceReading.M else -exact)
                    tried.append((order, (at, unit, reading)))
        return min(tried)[1] if tried else (None, DistanceReading.KM, times[0])

    def _plausible(
        self, distance: int, unit: DistanceReading, duration: int, reading: DurationReading, sport: int | None
    ) -> bool:
        commas = decimal_comma(self._cells[distance]), decimal_comma(self._cells[duration])
        rows = [row for row in self._rows if max(distance, duration, sport or 0) < len(row)]
        runs = [row for row in rows if sport is not None and named(row[sport]) is Sport.RUN]
        speeds = []
        for row in runs or rows:
            metres = distance_m(row[distance], unit, commas[0])
            ms = duration_ms(row[duration], reading, commas[1])
            if metres and ms:
                speeds.append(metres * 1000 / ms)
        return bool(speeds) and PLAUSIBLE_M_PER_S[0] <= median(speeds) <= PLAUSIBLE_M_PER_S[1]


def _first(first: str | None, others: Iterable[str]) -> list[str]:
    return [*([first] if first is not None else []), *(one for one in others if one != first)]
