"""German as runners type it; umlauts written out, as `plain` makes them of either spelling."""

from __future__ import annotations

from bot.domain.words.vocabulary import Part, Vocabulary

_SECOND, _MINUTE, _HOUR, _DAY = 1000, 60_000, 3_600_000, 86_400_000
_COUNTED = ["eins", "zwei", "drei", "vier", "fuenf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwoelf"]
_WEEKDAYS = (
    ("montag", "mo"), ("dienstag", "di"), ("mittwoch", "mi"), ("donnerstag", "do"), ("freitag", "fr"),
    ("samstag", "sonnabend", "sa"), ("sonntag", "so"),
)  # fmt: skip
_MONTHS = (
    ("januar", "jaenner", "jan"), ("februar", "feber", "feb"), ("maerz", "mrz", "maer"), ("april", "apr"), ("mai",),
    ("juni", "jun"), ("juli", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("oktober", "okt"),
    ("november", "nov"), ("dezember", "dez"),
)  # fmt: skip
_PARTS = "morgen|frueh|vormittag|mittag|nachmittag|abend|nacht"
_LONG_WEEKDAYS = "|".join(name for names in _WEEKDAYS for name in names if len(name) > 2)


def _inflected(*stems: str) -> frozenset[str]:
    return frozenset(f"{stem}e{ending}" for stem in stems for ending in ("", "n", "r", "s", "m"))


GERMAN = Vocabulary(
    numbers={word: count for count, word in enumerate(_COUNTED, start=1)}
    | {"zwo": 2, "fuenfzehn": 15, "zwanzig": 20, "fuenfundzwanzig": 25, "dreissig": 30, "fuenfundvierzig": 45}
    | dict.fromkeys(("ein", "eine", "einem", "einen", "einer"), 1)
    | dict.fromkeys(("halbe", "halben", "eine halbe", "einer halben"), 0.5)
    | dict.fromkeys(("anderthalb", "eineinhalb"), 1.5)
    | {"dreiviertel": 0.75, "zweieinhalb": 2.5},
    metres=dict.fromkeys(("km", "kilometer", "kilometern"), 1000.0)
    | dict.fromkeys(("m", "meter", "metern"), 1.0)
    | dict.fromkeys(("mi", "meile", "meilen"), 1609.344),
    courses=dict.fromkeys(("halbmarathon", "halb-marathon", "halber marathon", "ein halbmarathon", "halber"), 21_097)
    | dict.fromkeys(("marathon", "ganzer marathon", "ein marathon"), 42_195)
    | dict.fromkeys(("meile", "eine meile"), 1609)
    | dict.fromkeys(("halbe meile", "eine halbe meile"), 805),
    milliseconds=dict.fromkeys(("s", "sek", "sek.", "sekunde", "sekunden"), _SECOND)
    | dict.fromkeys(("min", "min.", "minute", "minuten"), _MINUTE)
    | dict.fromkeys(("h", "std", "std.", "stdn", "stunde", "stunden"), _HOUR)
    | {"viertelstunde": 15 * _MINUTE, "dreiviertelstunde": 45 * _MINUTE}
    | dict.fromkeys(("tag", "tage", "tagen"), _DAY),
    days=dict.fromkeys(("tag", "tage", "tagen"), 1) | dict.fromkeys(("woche", "wochen"), 7),
    months=dict.fromkeys(("monat", "monate", "monaten"), 1) | dict.fromkeys(("jahr", "jahre", "jahren"), 12),
    times=frozenset({"x", "mal"}),
    per=frozenset({"pro", "je", "auf", "auf den", "in der"}),
    plus=frozenset({"und", "plus"}),
    about=frozenset({"~", "ca", "ca.", "circa", "etwa", "ungefaehr", "rund"}),
    now=frozenset({"jetzt", "gerade", "gerade eben", "eben", "soeben"}),
    ago_before=frozenset({"vor"}),
    ago_after=frozenset(),
    ahead_before=frozenset({"in"}),
    ahead_after=frozenset(),
    relative_days={"heute": 0, "gestern": -1, "vorgestern": -2, "vorvorgestern": -3, "morgen": 1, "uebermorgen": 2},
    weekdays={name: day for day, names in enumerate(_WEEKDAYS) for name in names},
    month_names={name: month for month, names in enumerate(_MONTHS, start=1) for name in names},
    last=_inflected("letzt", "vergangen", "vorig"),
    next=_inflected("naechst", "kommend"),
    this=_inflected("dies"),
    week=frozenset({"woche"}),
    parts=dict.fromkeys(("frueh", "morgens", "vormittag", "vormittags"), Part.MORNING)
    | dict.fromkeys(("mittag", "mittags"), Part.NOON)
    | dict.fromkeys(("nachmittag", "nachmittags"), Part.AFTERNOON)
    | dict.fromkeys(("abend", "abends"), Part.EVENING)
    | dict.fromkeys(("nacht", "nachts"), Part.NIGHT),
    noon=frozenset({"12 uhr mittags"}),
    midnight=frozenset({"mitternacht"}),
    spoken={"halb": -30, "viertel nach": 15, "viertel vor": -15, "dreiviertel": -15, "viertel": -45},
    past=frozenset({"nach"}),
    to=frozenset({"vor"}),
    fillers=frozenset({"am", "um", "an", "den", "dem", "der", "die", "das", "im", "gegen", "ab", "uhr", "punkt", "in"}),
    rewrites=(
        (r"\bletzte nacht\b", "gestern nacht"),
        (rf"\b({_LONG_WEEKDAYS})(?={_PARTS})", r"\1 "),
        (rf"\b(heute|gestern|vorgestern|am|{_LONG_WEEKDAYS}) morgen\b", r"\1 morgens"),
        (r"\bmorgen morgen\b", "morgen morgens"),
    ),
)  # fmt: skip
