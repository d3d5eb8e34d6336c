"""The best known marks, and whether a stretch is faster than them.

There is no official registry of backward running and the lists disagree, so each distance has the fastest mark of all
lists, men's or women's. The marks change every year; each has its date and source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.runs.runs import Direction, Stretch


@dataclass(frozen=True, slots=True)
class Mark:
    """A best mark: metres, milliseconds, name, date (year, month or day, as known), source."""

    distance_m: int
    duration_ms: int
    who: str
    when: str
    source: str


_BOLOGNA = "https://www.bolognatoday.it/sport/retrorunning-campionato-mondiale-2018.html"
_WORLD = "World Athletics list of world records, as copied in 2025"
_ARETZ = "http://www.achim-aretz.de/Der-Weltrekord-im-Halbmarathon.htm"
_LUSTRAC = "France 3 Auvergne-Rhône-Alpes, 2023: recordman du monde du marathon en marche arrière"

BACKWARD: tuple[Mark, ...] = (
    Mark(
        100,
        13_170,
        "Christian López Rodríguez",
        "2022-06-05",
        "http://recordholders.org/fr/list/backwards-running.html",
    ),
    Mark(200, 30_230, "Fleury Contreras Urbano", "2018-07-14", _BOLOGNA),  # 30.33 in another report
    Mark(400, 68_340, "Daniel Yoder", "2018-07", _BOLOGNA),
    Mark(800, 151_300, "Thomas Dold", "2008-09", "https://sportividentro.it/modules/news/article.php?storyid=389"),
    Mark(1000, 198_430, "Thomas Dold", "2014-07-18", "sports-insider.de, 2014: neuer Weltrekord im Rückwärtslaufen"),
    Mark(1500, 301_020, "Thomas Dold", "2009-09", "http://www.sport1.de/de/mehrsport/newspage_153761.html"),
    Mark(1609, 330_000, "Aaron Yoder", "2020-09-04", "Bring Back the Mile: Aaron Yoder smashes world record"),
    Mark(3000, 660_560, "Thomas Dold", "2018-07", _BOLOGNA),
    Mark(5000, 1_147_130, "Thomas Dold", "2018", "https://www.saechsische.de/rueckwaerts-zum-weltrekord-3941151.html"),
    Mark(10_000, 2_330_010, "Thomas Dold", "2016-07-15", "thomasdold.com: Weltmeister über 10.000 m in Weltrekordzeit"),
    Mark(21_097, 5_749_000, "Achim Aretz", "2011-05-28", _ARETZ),
    Mark(42_195, 12_324_000, "Guillaume de Lustrac", "2023-04-23", _LUSTRAC),
    Mark(100_000, 44_436_000, "Markus Jürgens", "2019-05-04", "http://knein-world.de/der-weltrekord-ist-geschafft"),
)
"""In ascending order of distance."""

FORWARD: tuple[Mark, ...] = (
    Mark(100, 9_580, "Usain Bolt", "2009", _WORLD),
    Mark(200, 19_190, "Usain Bolt", "2009", _WORLD),
    Mark(400, 43_030, "Wayde van Niekerk", "2016", _WORLD),
    Mark(800, 100_910, "David Rudisha", "2012", _WORLD),
    Mark(1000, 131_960, "Noah Ngeny", "1999", _WORLD),
    Mark(1500, 206_000, "Hicham El Guerrouj", "1998", _WORLD),
    Mark(1609, 223_130, "Hicham El Guerrouj", "1999", _WORLD),
    Mark(3000, 437_550, "Jakob Ingebrigtsen", "2024", "https://revistaatletismo.com/?p=61866"),
    Mark(5000, 755_360, "Joshua Cheptegei", "2020", _WORLD),
    Mark(10_000, 1_571_000, "Joshua Cheptegei", "2020", _WORLD),
    Mark(
        21_097, 3_440_000, "Jacob Kiplimo", "2026-03-08", "https://www.independent.co.ug/kiplimo-shatters-world-record/"
    ),
    Mark(42_195, 7_170_000, "Sabastian Sawe", "2026-04-26", "GB News, 2026: Who is Sabastian Sawe"),
    Mark(100_000, 21_935_000, "Aleksandr Sorokin", "2023", _WORLD),
)
"""In ascending order of distance."""


def best_for(direction: Direction, distance_m: int) -> Mark | None:
    """Return the mark against which a stretch of this length is compared, or None for an unknown direction.

    This is the mark of the longest listed distance not above the stretch's own. Below 100 m, where no mark is listed,
    the 100 m mark applies: nobody exceeds its average speed over less from a standing start.
    """
    if direction is Direction.UNTOLD:
        return None
    marks = BACKWARD if direction is Direction.BACKWARD else FORWARD
    return max((m for m in marks if m.distance_m <= distance_m), key=lambda m: m.distance_m, default=marks[0])


def beyond_best(stretch: Stretch) -> Mark | None:
    """Return the mark whose average speed this stretch exceeds, or None. A stretch without a distance has no speed."""
    if stretch.distance_m is None:
        return None
    mark = best_for(stretch.direction, stretch.distance_m)
    if mark is not None and stretch.duration_ms * mark.distance_m < mark.duration_ms * stretch.distance_m:
        return mark
    return None


def review_needed(stretches: Iterable[Stretch]) -> bool:
    """Whether a run is kept off its club's boards until an organiser approves it."""
    return any(beyond_best(stretch) for stretch in stretches)
