"""Read GPX files: tracks of timed points. Each `trk` is an activity; each `trkseg` starts after a recording pause."""

from __future__ import annotations

from datetime import datetime

from bot.domain.runs.activity import Activity, Source
from bot.files.building import ACTIVITIES, ToldActivity, build
from bot.files.clocks import Place
from bot.files.refused import Refused, too_large
from bot.files.sports import sport_of, surface_of
from bot.files.times import offset_of
from bot.files.track import Track
from bot.files.unread import Texts
from bot.files.xml import Elements, stream


def read(data: bytes) -> tuple[list[Activity | Refused], bool]:
    """Read a GPX file.

    Returns:
        Its activities, or the refusal of one of them; and whether the file is complete.

    Raises:
        Refused: it cannot be read, or holds no track.
    """
    tracks = _Tracks()
    whole = stream(data, tracks)
    if "trk" in tracks.path:
        tracks.finish()
    if not tracks.found:
        raise Refused("no_activity")
    return tracks.found, whole


class _Tracks(Elements):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Activity | Refused] = []
        self._begin()

    def _begin(self) -> None:
        self._track = Track()
        self._texts = Texts()
        self._points = 0
        self._sport = ""
        self._zone: datetime | None = None

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "trk":
            self._begin()
        elif name == "trkseg":
            self._track.piece(paused=True)
        elif name == "trkpt":
            self._points += 1
            self._time: datetime | None = None
            self._metres: float | None = None
            lat, lon = (self._texts.number(attributes.get(name), "places") for name in ("lat", "lon"))
            self._place: Place | None = (lat, lon) if lat is not None and lon is not None else None

    def closed(self, name: str, text: str) -> None:
        if name == "time" and self.parent == "trkpt":
            self._time = self._texts.when(text)
        elif name == "distance" and "trkpt" in self.path:
            self._metres = self._texts.number(text, "distances")
        elif name == "trkpt":
            if self._time is not None:
                self._zone = self._zone or self._time
                self._track.add(self._time.timestamp(), self._metres, self._place)
        elif name == "type" and self.parent == "trk":
            self._sport = text
        elif name == "trk":
            self.finish()

    def finish(self) -> None:
        """End the current track."""
        if not self._points:
            return
        if len(self.found) >= ACTIVITIES:
            raise too_large("too_many_points")
        try:
            self.found.append(self._activity())
        except Refused as refused:
            self.found.append(refused)

    def _activity(self) -> Activity:
        told = ToldActivity(
            Source.GPX,
            sport_of(self._sport),
            utc_offset_s=offset_of(self._zone),
            surface=surface_of(self._sport),
            sport_name=self._sport,
            unread=self._texts.unread,
        )
        return build(told, self._track.walked())
