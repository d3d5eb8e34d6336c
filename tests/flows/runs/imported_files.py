"""Files that members import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from simcord import InteractionResult

from tests.flows.conftest import Club

START = datetime(2026, 11, 17, 6, 15, tzinfo=UTC)


def tcx(laps: Sequence[int], *, start: datetime = START, sport: str = "Running", s_per_km: float = 330) -> bytes:
    """Return a TCX file with laps of these lengths in metres at an even pace."""
    written, at = [], start
    for metres in laps:
        seconds = metres * s_per_km / 1000
        points = []
        for share in (0, 1):
            when = at + timedelta(seconds=seconds * share)
            points.append(f"<Trackpoint><Time>{when:%Y-%m-%dT%H:%M:%SZ}</Time></Trackpoint>")
        written.append(
            f'<Lap StartTime="{at:%Y-%m-%dT%H:%M:%SZ}"><TotalTimeSeconds>{seconds}</TotalTimeSeconds>'
            f"<DistanceMeters>{metres}</DistanceMeters><Track>{''.join(points)}</Track></Lap>"
        )
        at += timedelta(seconds=seconds)
    return (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="{sport}"><Id>{start:%Y-%m-%dT%H:%M:%SZ}</Id>{"".join(written)}</Activity>'
        "</Activities></TrainingCenterDatabase>"
    ).encode()


def track(speeds: Iterable[float], *, start: datetime = START, laps: Sequence[int] = (0,)) -> bytes:
    """Return a TCX file with a point a second, run at these speeds in metres per second.

    Args:
        speeds: of each second.
        start: instant of the first point.
        laps: seconds at which laps begin, the first at 0.
    """
    metres = [0.0, *accumulate(speeds)]
    written = []
    for first, last in zip(laps, [*laps[1:], len(metres) - 1], strict=True):
        points = "".join(
            f"<Trackpoint><Time>{start + timedelta(seconds=at):%Y-%m-%dT%H:%M:%SZ}</Time>"
            f"<DistanceMeters>{metres[at]:.2f}</DistanceMeters></Trackpoint>"
            for at in range(first, last + 1)
        )
        written.append(
            f'<Lap StartTime="{start + timedelta(seconds=first):%Y-%m-%dT%H:%M:%SZ}"><TotalTimeSeconds>{last - first}'
            f"</TotalTimeSeconds><DistanceMeters>{metres[last] - metres[first]:.2f}</DistanceMeters>"
            f"<Track>{points}</Track></Lap>"
        )
    return (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Running"><Id>{start:%Y-%m-%dT%H:%M:%SZ}</Id>{"".join(written)}</Activity>'
        "</Activities></TrainingCenterDatabase>"
    ).encode()


async def bring(club: Club, *files: tuple[str, bytes], actor: Any = None) -> InteractionResult:
    names = ("file", "file2", "file3", "file4", "file5")
    return await (actor or club.alice).slash(club.channel, "runs import", **dict(zip(names, files, strict=False)))
