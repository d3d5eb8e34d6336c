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
_TEENS = ["dreizehn", "vierzehn", "fuenfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"]
_TENS = {"zwanzig": 20, "dreissig": 30, "vierzig": 40, "fuenfzig": 50}
_NUMBERS = (
    {word: count for count, word in enumerate(_COUNTED + _TEENS, start=1)}
    | {
        f"{one}und{ten}": tens + count
        for ten, tens in _TENS.items()
        for count, one in enumerate(["ein", *_COUNTED[1:9]], start=1)
    }
    | _TENS
    | {"zwo": 2, "sechzig": 60, "neunzig": 90}
)
_PARTS = "morgen|frueh|vormittag|mittag|nachmittag|abend|nacht"
_SHORT_WEEKDAYS = "|".join(name for names in _WEEKDAYS for name in names)
_LONG_WEEKDAYS = "|".join(name for names in _WEEKDAYS for name in names if len(name) > 2)
_COUNTABLE = rf"(?:(?:{_SHORT_WEEKDAYS}|tage?|woche|monat|jahr|stunde)\b)"


def _inflected(*stems: str) -> frozenset[str]:
    return frozenset(f"{stem}e{ending}" for stem in stems for ending in ("", "n", "r", "s", "m"))


GERMAN = Vocabulary(
    numbers=_NUMBERS
    | dict.fromkeys(("ein", "eine", "einem", "einen", "einer", "ner", "nem"), 1)
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
    relative_days={"heute": 0, "heut": 0, "gestern": -1, "vorgestern": -2, "vorvorgestern": -3}
    | {"morgen": 1, "uebermorgen": 2},
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
    at=dict.fromkeys(("um", "gegen", "ab"), False),
    spoken={"halb": -30, "viertel nach": 15, "viertel vor": -15, "dreiviertel": -15, "viertel": -45},
    past=frozenset({"nach"}),
    to=frozenset({"vor"}),
    fillers=frozenset({"am", "um", "an", "den", "dem", "der", "die", "das", "im", "gegen", "ab", "uhr", "punkt", "in"}),
    rewrites=(
        (r"\bu\.(?= )", "und"),
        (r"(?<!halb )(?<!viertel )(?<!vor )(?<!nach )\bein(?= uhr\b)", "1"),
        (r"\bnull(?= uhr\b)", "0"),
        *((rf"\bum {word}\b", f"um {hour}") for hour, word in enumerate(_COUNTED, start=1)),
        *(
            (rf"(?<!halb )(?<!viertel )(?<!vor )(?<!nach )\b{word}(?= uhr\b)", str(hour))
            for hour, word in enumerate(_COUNTED, start=1)
        ),
        (r"(?<=[a-z])- (?=und )", " "),
        (r"\bheiligabend\b", "24. dezember"),
        (r"\bsilvester\b", "31. dezember"),
        (r"\bneujahr\b", "1. januar"),
        (r"\bletzte nacht\b", "gestern nacht"),
        (r"^naechste[nrs]? (?=(?:monat|jahr)\b|woche(?:$| um\b| [0-9]))", "in 1 "),
        (r"\bheute in (?=[a-z0-9]+ wochen?\b)", "in "),
        (rf"\b({_LONG_WEEKDAYS})(?={_PARTS})", r"\1 "),
        (rf"\b(heute|gestern|vorgestern|am|{_LONG_WEEKDAYS}) morgen\b", r"\1 morgens"),
        (r"\bmorgen morgen\b", "morgen morgens"),
    ),
    recurring=(
        *((rf"\b{word}-?mal\b", f"{n}times ") for n, word in enumerate(_COUNTED[1:], start=2)),
        (r"\b([2-9]|1[0-9]|2[0-4])[ -]?mal\b", r"\1times "),
        (r"(?<=times ) *(?:am|pro|je|jeden?|in der|die|im) +(?=(?:stunde|tag|woche|monat|jahr)\b)", "every "),
        (r"\b(?:immer|jeweils|stets) ", ""),
        (r"\b(?:jede[nrsm]?|alle)\b|\balle(?=[0-9])", "every "),
        (r"\b(?:all)?taeglich\b|\bta?e?gl\.?(?![a-z])", "every day"),
        (r"\bhalbstuendlich\b|\bevery +halben? stunden?\b", "every 30 minutes"),
        (r"\bstuendlich\b", "every hour"),
        (r"\b(?:zweiwoechentlich|14-?taegig|14-?taegl?ich|vierzehntaegig|zweiwoechig)\b", "every 2 weeks"),
        (r"\bwoechentlich\b", "every week"),
        (r"\bzweimonatlich\b", "every 2 months"),
        (r"\bmonatlich\b", "every month"),
        (r"\b(?:vierteljaehrlich|quartalsweise)\b|\bevery +(?:quartal|vierteljahr)\b", "every 3 months"),
        (r"\bhalbjaehrlich\b|\bevery +halben? jahre?\b|\bevery +halbjahr\b", "every 6 months"),
        (r"\b(?:all)?jaehrlich\b", "every year"),
        (r"\bu\.(?= )", "und"),
        (r"(?<=[a-z])- (?=und )", " "),
        (r"\b(?:einmal|1x) (?:pro|am|im|in der|die) (?=stunde|tag|woche|monat|jahr)", "every "),
        (r"\b(?:am |zum )?ende (?:des|every) +monats\b", "last day of the month"),
        (r"\b(?:im|des|pro|eines|in every|every) +monats?\b(?<!every monat)(?<!every  monat)", "of the month"),
        (r"\b(?:am |zum )?monatsersten?\b|\bmonatsanfang\b", "1st of the month"),
        (r"\b(?<!bis )(?<!bis zum )(?:am |zum )?monatsende\b|\bultimo\b", "last day of the month"),
        (r"\berste[nrsm]?\b", "1st"),
        (r"\bzweite[nrsm]?\b", "2nd"),
        (r"\bdritte[nrsm]?\b", "3rd"),
        (r"\bvierte[nrsm]?\b", "4th"),
        (r"\bfuenfte[nrsm]?\b", "5th"),
        (r"\bletzte[nrsm]?\b", "last"),
        (rf"\b([0-9]{{1,2}})\. ?(?={_COUNTABLE}|(?:und|oder) [a-z0-9]+[. ]+{_COUNTABLE})", r"\1th "),
        (r"\bwerktaeglich\b|\bunter der woche\b", "werktags"),
        (r"\b(?:an |am |every )?(?:werk|wochen|arbeits)tag(?:s|e|en)?\b", "every mo-fr"),
        (rf"\b({_LONG_WEEKDAYS})s\b", r"every \1"),
        (rf"\bevery +({_LONG_WEEKDAYS}) ?({_PARTS})s?\b", r"every \1 \2s"),
        (rf"\bevery +({_PARTS})s?\b", r"every day \1s"),
        (r"\bfruehs\b", "frueh"),
        (r"\bmorgens (?=frueh)|\bmorgen(?= frueh)(?<=every day morgen)", ""),
        (r"\b(?:am |an |every )?wochenenden?\b", "every sa-so"),
        (r"\bohne ende\b|\bfuer immer\b|\bunbegrenzt\b|\bunbefristet\b", "endless"),
        (r"\bbis (?:zum |zur |einschliesslich |inklusive |inkl\.? |incl\.? )*", "until "),
        (r"\b(?:beginnend|startend|angefangen)(?: (?:ab|am|mit))?\b|\bab (?:dem )?", "from "),
        (r"\b(?:ausser|nur nicht|nicht)(?: am| an)?\b", "except"),
        (r"\b(?:fuer )?(?:die )?(?:naechsten )?([a-z0-9]+ (?:tage|wochen|monate)) lang\b", r"for \1"),
        (r"\bfuer (?:die )?(?:naechsten )?", "for "),
        (r"\bzwischen\b|\bvon\b", "from"),
        (r"\b(?:einmal|1x) (?=every\b)", ""),
        (r"\bjahresende\b", "end of year"),
        (r"\bmonatsende\b", "end of month"),
        (r"\bende (?:des )?", "end of "),
        (r"\b(januar|februar|april|mai|juni|juli|august|september|oktober|november|dezember)s\b", r"\1"),
    ),
)  # fmt: skip
