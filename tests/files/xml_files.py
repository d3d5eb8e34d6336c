"""Write GPX and TCX files for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 20, 6, 15, tzinfo=UTC)
STEP = 3 / 111_194.93
"""Degrees of latitude in three metres."""


def stamp(second: float) -> str:
    return (START + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")


def point(second: int, *, timed: bool = True, extra: str = "") -> str:
    time = f"<time>{stamp(second)}</time>" if timed else ""
    return f'<trkpt lat="{52 + second * STEP:.7f}" lon="13.4"><ele>40</ele>{time}{extra}</trkpt>'


def gpx(*segments: Iterable[int], kind: str = "", timed: bool = True) -> bytes:
    """Return a track at 3 m/s; each segment is given by the seconds of its points."""
    inner = "".join(f"<trkseg>{''.join(point(s, timed=timed) for s in segment)}</trkseg>" for segment in segments)
    named = f"<type>{kind}</type>" if kind else ""
    head = '<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
    return f"{head}<trk><name>Run</name>{named}{inner}</trk></gpx>".encode()


def lap(first: int, last: int, *, told: bool = True, counted: bool = True) -> str:
    """Return a lap of 1 Hz points at 3 m/s."""
    totals = (
        f"<TotalTimeSeconds>{last - first}.5</TotalTimeSeconds><DistanceMeters>{(last - first) * 3}</DistanceMeters>"
    )
    points = "".join(
        f"<Trackpoint><Time>{stamp(at)}</Time>"
        + (f"<DistanceMeters>{at * 3}</DistanceMeters>" if counted else "")
        + f"<Position><LatitudeDegrees>{52 + at * STEP:.7f}</LatitudeDegrees>"
        "<LongitudeDegrees>13.4</LongitudeDegrees></Position></Trackpoint>"
        for at in range(first, last + 1)
    )
    return f'<Lap StartTime="{stamp(first)}">{totals if told else ""}<Track>{points}</Track></Lap>'


def tcx(*laps: str, sport: str = "Running") -> bytes:
    head = '<?xml version="1.0"?><TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
    body = f'<Activity Sport="{sport}"><Id>{stamp(0)}</Id>{"".join(laps)}<Creator><Name>x</Name></Creator></Activity>'
    return f"{head}<Activities>{body}</Activities></TrainingCenterDatabase>".encode()
