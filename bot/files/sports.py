"""Names of sports and surfaces as devices and sites write them, in several languages."""

from __future__ import annotations

from unicodedata import combining, normalize

from bot.domain.runs.activity import Sport
from bot.domain.runs.runs import Surface

_OTHER = """
    ski langlauf skat eislauf schlittschuh rollschuh inline rowing ruder aviron canott roei paddl kayak kajak canoe kanu
    surf sail segel yoga pilates strength kraft weight muscul climb kletter escalad boulder golf tennis padel badminton
    soccer football fussball basketball volleyball handball hockey rugby box martial danc tanz ellipt crosstrainer
    horse reiten equit snow diving tauch fishing angeln hunt driving motor flying hang_glid meditat jump
"""
_RUN = """
    run jog treadmill footing sprint marathon
    lauf rennen course corr cors carrera podism hardlop loopband trail
    lob loping lopning loep hlaup bieg beh futas juoks jooks begim skries trcanje trcat alerg kosu
    бег біг бяг трч τρεξ
"""
_WALK = """
    walk hik gehen spazier wander marche rando camin sender cammin escursion wandel promen gatur vandr vaell kavel
    spacer chodz chuz pesi turist setal gyalog hodanje hoja mers yuruy ходьб прогул разход περπατ πεζοπ
"""
_RIDE = """
    bik cycl ride radf radel fahrrad rennrad radtour velo cicl bici fiets wielr cykel cykl sykl rower kolo kerekpar
    pyora rattasoit dviraci вело κολο ποδηλ bisikl spinning mtb
"""
_SWIM = "swim schwimm nata nuot zwem svom simning plyw plav pliv uszas uint ujum inot плав κολυμ yuzme"
_PARTS = {
    part: sport
    for sport, parts in (
        (Sport.OTHER, _OTHER),
        (Sport.RUN, _RUN),
        (Sport.WALK, _WALK),
        (Sport.RIDE, _RIDE),
        (Sport.SWIM, _SWIM),
    )
    for part in parts.split()
}
"""Parts of the words used by FIT, Garmin, Strava, Polar, Suunto, Coros and their users, without accents, in English,
German and neighbouring languages. The first match counts, so that Langlauf (skiing) is not read as Lauf (run)."""
_WORDS = {"tek": Sport.RUN, "rad": Sport.RIDE, "e bike": Sport.RIDE, "gang": Sport.WALK}
"""Words too short to match inside other words."""
_STRAVA = {"9": Sport.RUN, "10": Sport.WALK, "4": Sport.WALK, "1": Sport.RIDE, "16": Sport.SWIM}
"""Sport numbers in Strava's older exports."""
_GROUNDS = {
    "treadmill": Surface.TREADMILL,
    "laufband": Surface.TREADMILL,
    "loopband": Surface.TREADMILL,
    "tapis": Surface.TREADMILL,
    "indoor": Surface.INDOOR,
    "halle": Surface.INDOOR,
    "track": Surface.TRACK,
    "trail": Surface.TRAIL,
    "gelande": Surface.TRAIL,
    "street": Surface.ROAD,
    "strass": Surface.ROAD,
}
_LETTERS = str.maketrans("øłđıæœ", "oldiao")


def sport_of(text: str) -> Sport:
    """Return the sport a text names: a run if it is empty, unknown if no word matches."""
    words = _plain(text)
    if not words:
        return Sport.RUN
    told = _STRAVA.get(words) or _WORDS.get(words)
    return told or next((sport for part, sport in _PARTS.items() if part in words), Sport.UNKNOWN)


def surface_of(text: str) -> Surface | None:
    """Return the surface a text implies, or None."""
    words = _plain(text)
    return next((surface for part, surface in _GROUNDS.items() if part in words), None)


def _plain(text: str) -> str:
    """Return lower-case text without accents."""
    bare = "".join(c for c in normalize("NFKD", text.casefold()) if not combining(c))
    return bare.translate(_LETTERS).strip()
