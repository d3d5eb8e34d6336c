"""The best known marks, and whether a stretch is faster than them.

There is no official registry of backward running and the lists disagree, so a mark is the fastest of all lists: best
found, not ratified. The marks change every year; each has its date and source. Runs are compared with the fastest of
all, men's or women's (`BACKWARD`, `FORWARD`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.runs.runs import Direction, Stretch


@dataclass(frozen=True, slots=True)
class Mark:
    """A best mark.

    Attributes:
        distance_m: metres.
        duration_ms: milliseconds.
        who: name, empty if the source names nobody.
        when: date: year, month or day, as known.
        source: address or title of the source.
        place: where it was run, or empty if unknown.
    """

    distance_m: int
    duration_ms: int
    who: str
    when: str
    source: str
    place: str = ""


_BOLOGNA = "https://www.bolognatoday.it/sport/retrorunning-campionato-mondiale-2018.html"
_PIETRASANTA = "https://sportividentro.it/modules/news/article.php?storyid=389"
_AUGSBURG = "https://www.sport-in-augsburg.de/augsburger-wm-titel-im-rueckwaertslaufen/7539/"
_WORLD = "World Athletics list of world records, as copied in 2025"

BACKWARD: tuple[Mark, ...] = (
    Mark(
        100,
        13_170,
        "Christian López Rodríguez",
        "2022-06-05",
        "http://recordholders.org/fr/list/backwards-running.html",
        "Cabañas de la Sagra",
    ),
    Mark(200, 30_230, "Fleury Contreras Urbano", "2018-07-14", _BOLOGNA, "Bologna"),  # 30.33 in another report
    Mark(400, 68_340, "Daniel Yoder", "2018-07", _BOLOGNA, "Bologna"),  # 1:08.55 in another report
    Mark(800, 151_300, "Thomas Dold", "2008-09", _PIETRASANTA, "Pietrasanta"),
    Mark(
        1000,
        198_430,
        "Thomas Dold",
        "2014-07-18",
        "https://www.sports-insider.de/thomas-dold-neuer-weltrekord-im-rueckwaertslaufen-interview-10423/",
        "Linz",
    ),
    Mark(1500, 301_020, "Thomas Dold", "2009-09", "http://www.sport1.de/de/mehrsport/newspage_153761.html", "Trier"),
    Mark(
        1609,
        330_000,
        "Aaron Yoder",
        "2020-09-04",
        "http://www.bringbackthemile.com/news/detail/aaron_yoder_smashes_world_record_for_backwards_mile",
        "Lindsborg",
    ),
    Mark(3000, 660_560, "Thomas Dold", "2018-07", _BOLOGNA, "Bologna"),
    Mark(
        5000,
        1_147_130,
        "Thomas Dold",
        "2018",
        "https://www.saechsische.de/rueckwaerts-zum-weltrekord-3941151.html",
        "Dresden",
    ),
    Mark(
        10_000,
        2_330_010,
        "Thomas Dold",
        "2016-07-15",
        "http://www.thomasdold.com/de/news/203-weltmeister-ueber-10-000m-in-weltrekordzeit",
        "Essen",
    ),
    Mark(
        21_097,
        5_749_000,
        "Achim Aretz",
        "2011-05-28",
        "http://www.achim-aretz.de/Der-Weltrekord-im-Halbmarathon.htm",
        "Koblenz",
    ),
    Mark(
        42_195,
        12_324_000,
        "Guillaume de Lustrac",
        "2023-04-23",
        "https://france3-regions.francetvinfo.fr/auvergne-rhone-alpes/isere/lors-de-la-course-j-ai-pose-le-cerveau-"
        "rencontre-avec-le-recordman-du-monde-du-marathon-en-marche-arriere-2760194.html",
        "Drôme",
    ),
    Mark(
        100_000,
        44_436_000,
        "Markus Jürgens",
        "2019-05-04",
        "http://knein-world.de/der-weltrekord-ist-geschafft",
        "Wuppertal",
    ),
)
"""The fastest backward marks found, all of them men's, in ascending order of distance."""

BACKWARD_WOMEN: tuple[Mark, ...] = (
    Mark(
        100,
        17_800,
        "Simone Kühn",
        "2006-06",
        "http://www.funsporting.de/News/WM_Rueckwaertslaufen_5333/wm_rueckwaertslaufen_5333.html",
        "Rotkreuz",
    ),
    Mark(200, 37_940, "Melanie Albrecht", "2012-08", _AUGSBURG, "Lleida"),
    Mark(400, 89_000, "", "2012", _AUGSBURG),  # quoted in 2012 as the record; its holder is not named
    Mark(800, 230_000, "Marga Dolfi", "2008", _PIETRASANTA, "Pietrasanta"),
    Mark(1000, 260_000, "Stefania Zambello", "2003", "https://taz.de/!806783", "Augsburg"),
    Mark(1500, 486_000, "Marga Dolfi", "2008", _PIETRASANTA, "Pietrasanta"),
    Mark(5000, 1_451_600, "Kerstin Metzler", "2008", _PIETRASANTA, "Pietrasanta"),
    Mark(10_000, 3_113_200, "Kerstin Metzler", "2008", _PIETRASANTA, "Pietrasanta"),
    Mark(
        21_097,
        8_163_000,
        "Shantelle Gaston-Hird",
        "2019-10-13",
        "https://www.guinnessworldrecords.com/world-records/fastest-half-marathon-running-backwards-%28female%29",
        "Manchester",
    ),
    Mark(
        42_195,
        15_966_000,
        "Kathryn Clewley",
        "2017-11-05",
        "http://alternativerecords.co.uk/recorddetails.asp?recid=302&page=cat",
        "Hamilton",
    ),
)
"""The fastest backward marks of women found; none over a mile and 3000 m. Several are old and probably beaten."""

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


def mark_over(direction: Direction, distance_m: int) -> Mark | None:
    """Return the mark over exactly this distance, or None."""
    marks = BACKWARD if direction is Direction.BACKWARD else FORWARD
    return next((mark for mark in marks if mark.distance_m == distance_m), None)


def beyond_best(stretch: Stretch) -> Mark | None:
    """Return the mark whose average speed this stretch exceeds, or None. A stretch without a distance has no speed."""
    if stretch.distance_m is None:
        return None
    mark = best_for(stretch.direction, stretch.distance_m)
    if mark is not None and stretch.duration_ms * mark.distance_m < mark.duration_ms * stretch.distance_m:
        return mark
    return None
