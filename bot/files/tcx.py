"""Read TCX files: activities of laps of points. Time and distance come from the laps."""

from __future__ import annotations

from datetime import datetime

from bot.domain.runs.activity import Activity, Source
from bot.files.building import ACTIVITIES, LAPS, ToldActivity, ToldLap, build
from bot.files.refused import Refused, too_large
from bot.files.sports import sport_of
from bot.files.times import offset_of
from bot.files.track import Track
from bot.files.unread import Texts
from bot.files.xml import Elements, stream


def read(data: bytes) -> tuple[list[Activity | Refused], bool]:
    """Read a TCX file.

    Returns:
        Its activities, or the refusal of one of them; and whether the file is complete.

    Raises:
        Refused: it cannot be read, or holds no activity, such as a course.
    """
    activities = _Activities()
    whole = stream(data, activities)
    if "Activity" in activities.path:
        activities.finish(cut_short=True)
    if not activities.found:
        raise Refused("no_activity")
    return activities.found, whole


class _Activities(Elements):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Activity | Refused] = []

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Activity":
            self._sport = attributes.get("Sport", "")
            self._track = Track()
            self._texts = Texts()
            self._laps: list[ToldLap] = []
            self._begun: datetime | None = None
        elif name == "Lap":
            if "Activity" in self.path:
                self._track.piece(paused=False)
                self._lap_start = self._texts.when(attributes.get("StartTime", ""))
            self._lap_s: float | None = None
            self._lap_m: float | None = None
        elif name == "Trackpoint":
            self._time: datetime | None = None
            self._metres: float | None = None
            self._lat: float | None = None
            self._lon: float | None = None

    def closed(self, name: str, text: str) -> None:
        if "Activity" not in self.path:
            return
        inside = self.parent
        if inside == "Trackpoint":
            if name == "Time":
                self._time = self._texts.when(text)
            elif name == "DistanceMeters":
                self._metres = self._texts.number(text, "distances")
        elif inside == "Position":
            if name == "LatitudeDegrees":
                self._lat = self._texts.number(text, "places")
            elif name == "LongitudeDegrees":
                self._lon = self._texts.number(text, "places")
        elif inside == "Lap":
            if name == "TotalTimeSeconds":
                self._lap_s = self._texts.number(text, "times")
            elif name == "DistanceMeters":
                self._lap_m = self._texts.number(text, "distances")
        elif name == "Id" and inside == "Activity":
            self._begun = self._texts.when(text)
        if name == "Trackpoint" and self._time is not None:
            place = (self._lat, self._lon) if self._lat is not None and self._lon is not None else None
            self._track.add(self._time.timestamp(), self._metres, place)
        elif name == "Lap":
            self._lap()
        elif name == "Activity":
            self.finish()

    def _lap(self) -> None:
        start_s = self._lap_start.timestamp() if self._lap_start else None
        if len(self._laps) >= LAPS:
            raise too_large("too_many_points")
        self._laps.append(ToldLap(start_s, self._lap_s, self._lap_m))

    def finish(self, *, cut_short: bool = False) -> None:
        """End the current activity; a lap that is cut short gets its values from its points."""
        if cut_short and "Lap" in self.path:
            self._lap()
        if len(self.found) >= ACTIVITIES:
            raise too_large("too_many_points")
        try:
            self.found.append(self._activity())
        except Refused as refused:
            self.found.append(refused)

    def _activity(self) -> Activity:
        laps = self._laps
        if all(lap.start_s is not None for lap in laps):
            laps = sorted(laps, key=lambda lap: lap.start_s or 0.0)
        begun = (laps[0].start_s if laps else None) or (self._begun.timestamp() if self._begun else None)
        told = ToldActivity(
            Source.TCX,
            sport_of(self._sport),
            start_s=begun,
            laps=laps,
            utc_offset_s=offset_of(self._begun),
            sport_name=self._sport,
            unread=self._texts.unread,
        )
        return build(told, self._track.walked())
