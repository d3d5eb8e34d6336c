"""The people of the demo club: where they live and how they run. All invented."""

from __future__ import annotations

from dataclasses import dataclass

CLUB = "Moonwalk Running Club"
CLUB_ZONE = "Europe/Berlin"

FIRST_ID = 1_100_000_000_000_000_000
"""First Discord id of the club and its people. Ids are the same at every start, so that a kept database matches."""
STEP = (1 << 22) + 1
"""Distance between two ids: simcord picks an avatar's colour by the bits above the 22nd."""

FIRST_INTERACTION = 1 << 40
"""First interaction id of the demo data: below every real Discord id and above those of rounds."""

GUILD_ID = FIRST_ID
ROLE_ID = FIRST_ID + STEP


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A member of the demo club.

    Attributes:
        user_id: Discord user id.
        name: display name.
        zone: IANA name of the time zone.
        language: language in the settings, None for Discord's.
        units: units in the settings, None for the club's.
        pace_s_per_km: easy forward pace.
        factor: ratio of backward to forward pace a year ago; it shrinks with practice.
        weekly: runs in a usual week.
        backward: share of runs that are backward.
        weeks: weeks since they joined the club.
        hidden: whether they have chosen not to appear on leaderboards.
    """

    user_id: int
    name: str
    zone: str
    language: str | None
    units: str | None
    pace_s_per_km: int
    factor: float
    weekly: float
    backward: float
    weeks: int = 52
    hidden: bool = False

    @property
    def locale(self) -> str:
        """The language of their Discord."""
        if self.language is not None:
            return self.language
        return "en-US" if self.units == "imperial" and self.zone.startswith("America/") else "en-GB"


_BERLIN, _LONDON, _NEW_YORK, _SYDNEY = "Europe/Berlin", "Europe/London", "America/New_York", "Australia/Sydney"
_VIENNA, _ZURICH, _MADRID, _MILAN = "Europe/Vienna", "Europe/Zurich", "Europe/Madrid", "Europe/Rome"
_DENVER, _TOKYO, _KOLKATA, _AUCKLAND = "America/Denver", "Asia/Tokyo", "Asia/Kolkata", "Pacific/Auckland"

# name, zone, language, units, easy pace s/km, backward factor, runs a week, share backward, weeks in the club
_PEOPLE: tuple[tuple[str, str, str | None, str | None, int, float, float, float, int], ...] = (
    ("Nell Ashdown", _LONDON, None, None, 288, 1.31, 3.4, 0.62, 52),
    ("Jonas Petersen", _BERLIN, "de", None, 318, 1.45, 3.8, 0.70, 52),
    ("Sam Rivera", _NEW_YORK, None, "imperial", 372, 1.66, 2.2, 0.55, 9),
    ("Maren Voss", _BERLIN, None, None, 330, 1.48, 3.0, 0.58, 52),
    ("Torsten Weber", _BERLIN, "de", None, 262, 1.24, 5.2, 0.74, 52),
    ("Arne Brandt", _BERLIN, "de", None, 301, 1.30, 4.1, 0.66, 52),
    ("Isabella Conti", _MILAN, None, None, 309, 1.34, 4.0, 0.60, 52),
    ("Rosa Lindqvist", "Europe/Stockholm", None, None, 336, 1.50, 3.1, 0.48, 44),
    ("Farid Haddad", "Europe/Paris", None, None, 322, 1.42, 3.3, 0.57, 52),
    ("Lena Hofstätter", _VIENNA, "de", None, 354, 1.55, 2.7, 0.52, 38),
    ("Urs Zbinden", _ZURICH, "de", None, 340, 1.49, 2.9, 0.64, 52),
    ("Priya Raman", _KOLKATA, None, None, 365, 1.58, 2.6, 0.50, 41),
    ("Kenji Mori", _TOKYO, None, None, 296, 1.33, 4.4, 0.61, 52),
    ("Moana Tāwhiri", _AUCKLAND, None, None, 358, 1.51, 2.8, 0.55, 30),
    ("Bruce Callahan", _SYDNEY, None, None, 347, 1.47, 3.0, 0.69, 52),
    ("Dakota Whitehorse", _DENVER, None, "imperial", 328, 1.44, 3.6, 0.58, 48),
    ("Grace Adeyemi", _LONDON, None, None, 333, 1.46, 3.2, 0.45, 52),
    ("Owen Pritchard", "Europe/London", None, None, 381, 1.61, 1.9, 0.72, 26),
    ("Katrin Bauer", _BERLIN, "de", None, 369, 1.60, 2.1, 0.66, 35),
    ("Mehmet Yıldız", _BERLIN, "de", None, 315, 1.41, 3.5, 0.53, 52),
    ("Anneliese Kühn", _BERLIN, "de", None, 412, 1.57, 1.8, 0.80, 52),
    ("Carlos Benítez", _MADRID, None, None, 311, 1.39, 3.7, 0.59, 47),
    ("Aoife Brennan", "Europe/Dublin", None, None, 350, 1.53, 2.5, 0.56, 29),
    ("Noah Feldman", _NEW_YORK, None, "imperial", 338, 1.48, 2.9, 0.51, 52),
    ("Tasha Monroe", "America/Chicago", None, "imperial", 377, 1.63, 2.0, 0.60, 18),
    ("Luca Moretti", _MILAN, None, None, 288, 1.31, 4.3, 0.55, 52),
    ("Sofie Jensen", "Europe/Copenhagen", None, None, 343, 1.50, 2.8, 0.61, 40),
    ("Piet van Dijk", "Europe/Amsterdam", None, None, 326, 1.43, 3.4, 0.57, 52),
    ("Emma Tremblay", "America/Toronto", None, None, 339, 1.46, 3.0, 0.54, 33),
    ("Zanele Dube", "Africa/Johannesburg", None, None, 331, 1.45, 3.3, 0.63, 45),
    ("Hana Novák", "Europe/Prague", None, None, 348, 1.52, 2.6, 0.58, 22),
    ("Mateus Rocha", "America/Sao_Paulo", None, None, 319, 1.40, 3.5, 0.56, 52),
    ("Ingrid Solheim", "Europe/Oslo", None, None, 356, 1.54, 2.4, 0.49, 28),
    ("Walter Krämer", _BERLIN, "de", None, 428, 1.50, 2.3, 0.85, 52),
    ("Chloe Nguyen", _SYDNEY, None, None, 361, 1.59, 2.2, 0.52, 15),
    ("Gareth Lloyd", _LONDON, None, "imperial", 374, 1.56, 2.0, 0.67, 37),
    ("Yara Cohen", "Asia/Jerusalem", None, None, 327, 1.42, 3.2, 0.60, 50),
    ("Jakub Wójcik", "Europe/Warsaw", None, None, 313, 1.38, 3.6, 0.58, 52),
    ("Birgit Sommer", _VIENNA, "de", None, 390, 1.64, 1.7, 0.71, 12),
    ("Ricky Malone", "America/Los_Angeles", None, "imperial", 305, 1.37, 3.9, 0.50, 52),
)
_HIDDEN = {"Ingrid Solheim"}

PEOPLE: tuple[DemoPerson, ...] = tuple(
    DemoPerson(FIRST_ID + (number + 2) * STEP, *row, hidden=row[0] in _HIDDEN) for number, row in enumerate(_PEOPLE)
)
"""All forty members that the bot knows."""

VISITORS: tuple[DemoPerson, ...] = PEOPLE[:3]
"""Members of the club a visitor can act as; the first is the default."""
ORGANISER: DemoPerson = PEOPLE[3]
NEWCOMER = DemoPerson(FIRST_ID + 400 * STEP, "Robin Marsh", _LONDON, None, None, 360, 1.6, 0, 0.0, weeks=0)
"""Somebody who has just joined the server: the bot has never met them, so the database has nothing of them."""
ACTORS: tuple[DemoPerson, ...] = (*VISITORS, NEWCOMER, ORGANISER)
"""Everybody a visitor can act as, the organiser last."""

CHANNEL_IDS: dict[str, int] = {
    name: FIRST_ID + (200 + number) * STEP
    for number, name in enumerate(("runs", "partners", "leaderboard", "organisers"))
}
"""The channels of the server by name, in order."""
SPOTTER_ROLE_ID = FIRST_ID + 300 * STEP
SPOTTERS: tuple[DemoPerson, ...] = (*PEOPLE[:2], *PEOPLE[4:7], PEOPLE[19])
"""Certified spotters."""
CALLER: DemoPerson = PEOPLE[5]
"""The member whose call for a partner is open when the try mode starts."""
