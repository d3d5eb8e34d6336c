"""German words as runners type them; umlauts are written out, as `plain` converts both spellings."""

from __future__ import annotations

from bot.domain.text.words.vocabulary import Part, Vocabulary

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
_ORDINAL_STEMS = [
    "erst", "zweit", "dritt", "viert", "fuenft", "sechst", "siebt", "acht", "neunt", "zehnt", "elft", "zwoelft",
    "dreizehnt", "vierzehnt", "fuenfzehnt", "sechzehnt", "siebzehnt", "achtzehnt", "neunzehnt", "zwanzigst",
]  # fmt: skip
_ORDINAL_DAYS = {f"{stem}e{ending}": day for ending in ("", "n", "r") for day, stem in enumerate(
    [*_ORDINAL_STEMS, *(f"{one}undzwanzigst" for one in ["ein", *_COUNTED[1:9]]), "dreissigst", "einunddreissigst"],
    start=1,
)}  # fmt: skip
_PARTS = "morgen|frueh|vormittag|mittag|nachmittag|abend|nacht"
_SHORT_WEEKDAYS = "|".join(name for names in _WEEKDAYS for name in names)
_LONG_MONTHS = "|".join(name for names in _MONTHS for name in names if len(name) > 3)
_LONG_WEEKDAYS = "|".join(name for names in _WEEKDAYS for name in names if len(name) > 2)
_COUNTABLE = rf"(?:(?:{_SHORT_WEEKDAYS}|tage?|woche|monat|jahr|stunde)\b)"


def _inflected(*stems: str) -> frozenset[str]:
    return frozenset(f"{stem}e{ending}" for stem in stems for ending in ("", "n", "r", "s", "m"))


VOCABULARY = Vocabulary(
    numbers=_NUMBERS
    | dict.fromkeys(("ein", "eine", "einem", "einen", "einer", "ner", "nem"), 1)
    | dict.fromkeys(("halbe", "halben", "eine halbe", "einer halben"), 0.5)
    | dict.fromkeys(("ein halbes", "einem halben", "einen halben"), 0.5)
    | {f"{one}einhalb": count + 0.5 for count, one in enumerate(["ein", *_COUNTED[1:]], start=1)}
    | {"anderthalb": 1.5, "dreiviertel": 0.75},
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
    months=dict.fromkeys(("monat", "monate", "monaten"), 1) | dict.fromkeys(("jahr", "jahre", "jahren"), 12)
    | {"halbjahr": 6} | dict.fromkeys(("vierteljahr", "quartal", "quartalen"), 3) | {"dreivierteljahr": 9},
    times=frozenset({"x", "mal"}),
    per=frozenset({"pro", "je", "auf", "auf den", "in der"}),
    plus=frozenset({"und", "plus", "sowie"}),
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
    ordinals=_ORDINAL_DAYS,
    hour_sign=frozenset({"uhr"}),
    before_day=frozenset({"am", "an", "den", "dem", "zum"}),
    from_hour=frozenset({"ab", "nach"}),
    to_hour=frozenset({"bis", "vor"}),
    day_groups=dict.fromkeys(("wochenende", "wochenenden", "wochenends", "we"), (5, 6))
    | dict.fromkeys(("werktags", "wochentags", "unter der woche"), tuple(range(5)))
    | dict.fromkeys(("taeglich", "jeden tag"), tuple(range(7)))
    | {"momifr": (0, 2, 4), "dido": (1, 3)},
    whole_day=frozenset({"ganztags", "den ganzen tag", "jederzeit"}),
    hours=frozenset({"std", "std.", "stdn", "stunde", "stunden"}),
    beyond=frozenset({"nach", "ab"}),
    after_next=_inflected("uebernaechst"),
    workday=frozenset({"werktag", "arbeitstag", "wochentag"}),
    same_hour=frozenset(
        f"{joint}{word} {noun}"
        for joint, word in (
            ("um ", "diese"), ("um ", "dieselbe"), ("um die ", "gleiche"), ("um die ", "selbe"), ("zur ", "selben"),
            ("zur ", "gleichen"), ("", "selbe"), ("", "gleiche"), ("zu ", "dieser"),
        )
        for noun in ("zeit", "uhrzeit", "stunde")
    ),
    halves=(),
    twofold=(
        (r"^vor ([0-9]{1,2}):([0-5][0-9])$", (r"vor \1h\2", r"vor \1m\2s"), False),
        (r"^so um\b", ("sonntag um", "um"), False),
        (r"^so (?=(?:gegen|ca|circa|etwa|ungefaehr)\b)", ("", "sonntag "), False),
        (r"\b(heute|morgen) in (?:8|acht) tagen\b", (r"\1 in 7 tagen", r"\1 in 8 tagen"), False),
        (r"^in acht tagen\b", ("in 8 tagen", "in 7 tagen"), False),
        (r"\b(?:zum |bis )?ende der woche\b", ("freitag abend", "sonntag abend"), True),
        (r"\b(?:an )?weihnachten\b", ("25. dezember", "24. dezember"), False),
        (
            r"^(?!.*\b(?:jede[nrs]?|alle|[a-z]*stuendlich|ausser|immer|naechste[ns]|letzte[ns]|nicht)\b)"
            r"(.*?)\b(?:am |dieses )?wochenende\b",
            (r"\1samstag", r"\1sonntag"), True,
        ),
        (r"\b(?:am )?naechste[ns] wochenende\b", ("naechsten samstag", "samstag in 1 woche"), False),
        (r"\b(?:am )?letzte[ns] wochenende\b", ("letzten samstag", "letzten sonntag"), True),
    ),
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
        (r"\b(?:am |zum )?(?:ende (?:des|dieses) monats|monatsende|monatsletzte[nrs]?|ultimo)\b", "end of month"),
        (r"\b(?:am |zum )?(?:ende (?:des|dieses) jahres|jahresende)\b", "end of year"),
        (r"\bende (?:des )?naechsten monats\b", "end of naechsten month"),
        (rf"\bende ({_LONG_MONTHS})\b", r"end of \1"),
        (r"\b(?:am |zum )?monatserste[nr]?\b|\b(?:am |zum )?monatsanfang\b", "am 1."),
        (r"\b(um|gegen) 3/4 (?=[0-9])", r"\1 dreiviertel "),
        (r"\b(um|gegen) 1/2 (?=[0-9])", r"\1 halb "),
        (r"\b(um|gegen) 1/4 (?=[0-9])", r"\1 viertel "),
        (rf"\b3/4 (?={'|'.join(_COUNTED)})", "dreiviertel "),
        (r"^(?:am |den )?([0-9]{1,2}\.|[a-z]+ten) naechsten monats\b", r"in 1 monat am \1"),
        (r"^uebernaechste[nrsm]? (?=(?:monat|jahr)\b|woche(?:$| um\b| [0-9]))", "in 2 "),
        (r"\bheiligabend\b", "24. dezember"),
        (r"\b(?:erster |1\. )?weihnachtsfeiertag\b", "25. dezember"),
        (r"\b(?:am )?nikolaus(?:tag)?\b", "6. dezember"),
        (r"\btag der arbeit\b", "1. mai"),
        (r"\bsilvester\b", "31. dezember"),
        (r"\bneujahr\b", "1. januar"),
        (rf"\b(?:in der )?nacht (?:von [a-z]+ )?(?:auf|zum) (?:den )?({_SHORT_WEEKDAYS})\b", r"\1 morgens"),
        (r"\bletzte nacht\b", "gestern nacht"),
        (r"^naechste[nrs]? (?=(?:monat|jahr)\b|woche(?:$| um\b| [0-9]))", "in 1 "),
        (r"\bheute in (?=[a-z0-9]+ wochen?\b)", "in "),
        (rf"\b({_LONG_WEEKDAYS})(?={_PARTS})", r"\1 "),
        (rf"\b(heute|gestern|vorgestern|am|{_LONG_WEEKDAYS}) morgen\b", r"\1 morgens"),
        (r"\bmorgen morgen\b", "morgen morgens"),
    ),
    recurring=(
        *((rf"\b{word}-?mal\b", f"{n}times ") for n, word in enumerate(_COUNTED[1:], start=2)),
        (r"\bnoch (?=[0-9]+(?:times|[ -]?mal))", "for "),
        (r"\b([2-9]|[1-9][0-9])[ -]?mal\b", r"\1times "),
        (r"(?<=times ) *(?:am|pro|je|jeden?|in der|die|im) +(?=(?:stunde|tag|woche|monat|jahr)\b)", "every "),
        (
            rf"\b(?:immer|jeweils|stets) (?:am |an |zum )?(?={_SHORT_WEEKDAYS}|wochenend|letzten|erste|monat|werktag)",
            "every ",
        ),
        (r"\b(?:immer|jeweils|stets) (?=um\b|[0-9])", "every tag "),
        (r"\b(?:immer|jeweils|stets) ", ""),
        (r"\bmo-?mi-?fr\b", "every mo,mi,fr"),
        (r"\bdido\b", "every di,do"),
        (r"\b(?:jede[nrsm]?|alle)\b|\balle(?=[0-9])", "every "),
        (r"\bhalbstuendlich\b|\bevery +halben? stunden?\b", "every 30 minutes"),
        (r"\bstuendlich\b", "every hour"),
        (r"\b(?:zweiwoechentlich|14-?taegig|14-?taegl?ich|vierzehntaegig|zweiwoechig)\b", "every 2 weeks"),
        (r"\b([2-9]|1[0-9]|[23][0-9])-?(?:taegig|taegl?ich)\b", r"every \1 tage"),
        (r"\b(?:all)?taeglich\b|\bta?e?gl\.?(?![a-z])", "every day"),
        (r"\bwoechentlich\b", "every week"),
        (r"\bzweimonatlich\b", "every 2 months"),
        (r"\bmonatlich\b", "every month"),
        (r"\b(?:vierteljaehrlich|quartalsweise)\b|\bevery +(?:quartal|vierteljahr)\b", "every 3 months"),
        (r"\bhalbjaehrlich\b|\bevery +halben? jahre?\b|\bevery +halbjahr\b", "every 6 months"),
        (r"\b(?:all)?jaehrlich\b", "every year"),
        (r"\bu\.(?= )", "und"),
        (r"(?<=[a-z])- (?=und )", " "),
        (r"\b(?:einmal|1x) (?:pro|am|im|in der|die) (?=stunde|tag|woche|monat|jahr)", "every "),
        (r"\bevery +(?:monat )?(?:am |zum )?(?:monatsende|monatsletzte[nrs]?|ende (?:des|every) +monats)\b",
            "last day of the month"),
        (r"\b(?:am |zum )?ende every +monats\b", "last day of the month"),
        (r"\bevery +monatserste[nr]?\b", "1st of the month"),
        (r"\b(?:im|des|pro|eines|in every|every) +monats?\b(?<!every monat)(?<!every  monat)", "of the month"),
        (r"\berste[nrsm]?\b", "1st"),
        (r"\bzweite[nrsm]?\b", "2nd"),
        (r"\bdritte[nrsm]?\b", "3rd"),
        (r"\bvierte[nrsm]?\b", "4th"),
        (r"\bfuenfte[nrsm]?\b", "5th"),
        (r"\bletzte[nrsm]?\b", "last"),
        (rf"\b([0-9]{{1,2}})\. ?(?={_COUNTABLE}|(?:und|oder) [a-z0-9]+[. ]+{_COUNTABLE})", r"\1th "),
        (r"\bwerktaeglich\b|\bunter der woche\b", "werktags"),
        (r"(?<=(?:st|nd|rd|th|st) )(?:werk|wochen|arbeits)tag\b", "workday"),
        (r"\b(?:an |every )?(?:werk|wochen|arbeits)tag(?:s|en)\b", "every mo-fr"),
        (r"\bevery +(?:werk|wochen|arbeits)tage?\b", "every mo-fr"),
        (rf"\bnur (?:am )?({_LONG_WEEKDAYS})s? nicht\b", r"except \1"),
        (rf"\b({_LONG_WEEKDAYS})s ?(?:bis|-) ?({_LONG_WEEKDAYS})s?\b", r"every \1-\2"),
        (rf"\b({_LONG_WEEKDAYS})({_PARTS})s\b", r"every \1 \2s"),
        (rf"\b({_LONG_WEEKDAYS})s\b", r"every \1"),
        (rf"\bevery +({_LONG_WEEKDAYS}) ?({_PARTS})s?\b", r"every \1 \2s"),
        (rf"\bevery +({_PARTS})s?\b", r"every day \1s"),
        (rf"^((?:{_PARTS})s)\b(?!.*\b(?:every|{_SHORT_WEEKDAYS}|heute|morgen|uebermorgen)\b)", r"every day \1"),
        (r"\bfruehs\b", "frueh"),
        (r"\bmorgens (?=frueh)|\bmorgen(?= frueh)(?<=every day morgen)", ""),
        (r"\b(?:ausser|nur nicht|nicht|bis auf)(?: am| an)?\b", "except"),
        (rf"\bohne (?={_SHORT_WEEKDAYS})", "except "),
        (r"^(.*\bevery\b.*?)(?<!except )\b(?:am )?wochenende\b", r"\1every sa-so"),
        (r"\b(?:an )?(?:wochenenden|wochenends)\b|\bevery +wochenende\b", "every sa-so"),
        (r"(?<=except )(?:am |an )?wochenende\b", "every sa-so"),
        (r"\bohne ende\b|\bfuer immer\b|\bunbegrenzt\b|\bunbefristet\b", "endless"),
        (r"\bbis (?:zum |zur |einschliesslich |inklusive |inkl\.? |incl\.? )*", "until "),
        (r"\b(?:beginnend|startend|angefangen)(?: (?:ab|am|mit))?\b|\bab (?:dem )?", "from "),
        (r"\b(?:fuer )?(?:die )?(?:naechsten )?([a-z0-9]+ (?:tage|wochen|monate)) lang\b", r"for \1"),
        (r"\bfuer (?:die )?(?:naechsten )?", "for "),
        (r"\bzwischen\b|\bvon\b", "from"),
        (r"\b(?:einmal|1x) (?=every\b)", ""),
        (r"\bjahresende\b", "end of year"),
        (r"\bmonatsende\b", "end of month"),
        (r"\bende (?:des )?", "end of "),
        (r"\b(januar|februar|april|mai|juni|juli|august|september|oktober|november|dezember)s\b", r"\1"),
    ),
    backward=frozenset({"rueckwaerts", "rw"}),
    forward=frozenset({"vorwaerts", "vw"}),
    mixed=frozenset({"gemischt", "beides"}),
    takes=frozenset({"unter", "fuer", "ziel"}),
    percent=frozenset({"prozent"}),
    half_share=frozenset({"halb", "haelfte", "die haelfte"}),
    kilograms=dict.fromkeys(("kg", "kilo", "kilos", "kilogramm"), 1.0) | {"pfund": 0.5},
    speeds={"stundenkilometer": 1000 / 3600},
    own_amounts=frozenset({"viertelstunde", "dreiviertelstunde"}),
    and_words=frozenset({"und"}),
    then=frozenset({"dann"}),
    span_before=frozenset({"von", "zwischen"}),
    span_to=frozenset({"bis"}),
    until=frozenset({"bis", "bis zum"}),
    lasting=frozenset({"fuer"}),
    within=frozenset({"in", "der", "in der"}),
    window_fillers=frozenset({"um", "im", "jeden", "jede", "jedes", "immer", "auch"}),
    window_parts={"morgen": Part.MORNING},
    number_one=frozenset({"eins"}),
    before_moved=frozenset({"halb", "viertel", "vor", "nach"}),
    half_to=frozenset({"halb"}),
    named_hours=frozenset({"mittag"}),
    month_words=frozenset({"monat", "monats"}),
    year_words=frozenset({"jahr", "jahrs", "jahre", "jahres"}),
    quarters=frozenset({"quartal", "quartale", "quartalen", "quartals", "vierteljahr", "q"}),
    calendar_week=frozenset({"kw", "kalenderwoche", "woche"}),
    before_last=_inflected("vorletzt", "vorvorig"),
    all_time=frozenset({"gesamt", "insgesamt", "alles", "immer", "seit immer", "seit beginn", "jemals", "ewig"}),
    seasons=frozenset({"saison"}),
    zone_nouns=frozenset({"zeit"}),
    own_zone=frozenset({"meine", "meiner", "nach meiner", "lokale"}),
    same_zone=frozenset({"diese", "selbe", "gleiche"}),
    zone_endings=frozenset({"er"}),
    zone_aliases={"MEZ": "CET", "MESZ": "CEST", "OEZ": "EET", "OESZ": "EEST"},
    cities=dict.fromkeys(("Schottland", "Grossbritannien"), "Europe/London")
    | dict.fromkeys(("Mailand", "Neapel", "Florenz", "Bozen"), "Europe/Rome")
    | {"Genf": "Europe/Zurich", "Straßburg": "Europe/Paris", "Den Haag": "Europe/Amsterdam"}
    | {"Sankt Petersburg": "Europe/Moscow", "Kapstadt": "Africa/Johannesburg", "Peking": "Asia/Shanghai"},
)  # fmt: skip
