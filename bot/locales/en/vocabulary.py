"""English words as runners type them."""

from __future__ import annotations

from bot.domain.text.words.vocabulary import Part, Vocabulary

_SECOND, _MINUTE, _HOUR, _DAY = 1000, 60_000, 3_600_000, 86_400_000
_COUNTED = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_WEEKDAYS = (
    ("monday", "mon"), ("tuesday", "tues", "tue"), ("wednesday", "weds", "wed"), ("thursday", "thurs", "thur", "thu"),
    ("friday", "fri"), ("saturday", "sat"), ("sunday", "sun"),
)  # fmt: skip
_MONTHS = (
    ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
    ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("october", "oct"), ("november", "nov"),
    ("december", "dec"),
)  # fmt: skip
_DAYS_LONG = "|".join(names[0] for names in _WEEKDAYS)
_DAYS_SHORT = "|".join(name for names in _WEEKDAYS for name in names)
_PARTS = "morning|afternoon|evening|night|lunchtime"
_ORDINALS = (("first", 1, "st"), ("second", 2, "nd"), ("third", 3, "rd"), ("fourth", 4, "th"), ("fifth", 5, "th"))
_TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_ORDINAL_WORDS = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
]  # fmt: skip
_ORDINAL_DAYS = {word: day for day, word in enumerate(_ORDINAL_WORDS, start=1)} | {"thirtieth": 30} | {
    f"{ten}{joint}{word}": tens + day
    for ten, tens in (("twenty", 20), ("thirty", 30)) for joint in (" ", "-")
    for day, word in enumerate(_ORDINAL_WORDS[:9], start=1) if tens + day <= 31
}  # fmt: skip
_WORKDAY = r"(?:week|work|working|business)[ -]?day"
_NUMBERS = (
    {word: count for count, word in enumerate(_COUNTED + _TEENS, start=1)}
    | {
        f"{ten}{joint}{one}": tens + count
        for ten, tens in _TENS.items()
        for joint in (" ", "-")
        for count, one in enumerate(_COUNTED[:9], start=1)
    }
    | _TENS
    | {"sixty": 60, "ninety": 90}
)

VOCABULARY = Vocabulary(
    numbers=_NUMBERS
    | {"a": 1, "an": 1, "half a": 0.5, "half an": 0.5, "a half": 0.5, "a couple of": 2},
    metres=dict.fromkeys(("k", "km", "kms", "kilometre", "kilometres", "kilometer", "kilometers"), 1000.0)
    | dict.fromkeys(("m", "mtr", "metre", "metres", "meter", "meters"), 1.0)
    | dict.fromkeys(("mi", "mile", "miles"), 1609.344)
    | dict.fromkeys(("yd", "yds", "yard", "yards"), 0.9144),
    courses=dict.fromkeys(("half", "half marathon", "half-marathon", "halfmarathon", "hm", "a half marathon"), 21_097)
    | dict.fromkeys(("marathon", "full", "full marathon", "a marathon"), 42_195)
    | dict.fromkeys(("mile", "a mile", "one mile"), 1609)
    | dict.fromkeys(("half mile", "half a mile"), 805),
    milliseconds=dict.fromkeys(("s", "sec", "secs", "second", "seconds", '"', "''"), _SECOND)
    | dict.fromkeys(("m", "min", "mins", "minute", "minutes", "'"), _MINUTE)
    | dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), _HOUR)
    | dict.fromkeys(("d", "day", "days"), _DAY),
    days=dict.fromkeys(("d", "day", "days"), 1) | dict.fromkeys(("w", "week", "weeks", "wk", "wks"), 7)
    | dict.fromkeys(("fortnight", "fortnights"), 14),
    months=dict.fromkeys(("month", "months"), 1) | dict.fromkeys(("year", "years", "yr", "yrs"), 12)
    | dict.fromkeys(("half year", "half years"), 6),
    times=frozenset({"x", "times"}),
    per=frozenset({"per", "a"}),
    plus=frozenset({"and", "plus"}),
    about=frozenset({"~", "about", "around", "approx", "approx.", "roughly"}),
    now=frozenset({"now", "just now", "right now"}),
    ago_before=frozenset(),
    ago_after=frozenset({"ago"}),
    ahead_before=frozenset({"in"}),
    ahead_after=frozenset({"from now", "later"}),
    relative_days={
        "today": 0, "yesterday": -1, "day before yesterday": -2, "tomorrow": 1, "day after tomorrow": 2,
    } | dict.fromkeys(("tmrw", "tmr", "tomorow", "tommorow", "tommorrow"), 1),
    weekdays={name: day for day, names in enumerate(_WEEKDAYS) for name in names},
    month_names={name: month for month, names in enumerate(_MONTHS, start=1) for name in names},
    ordinals=_ORDINAL_DAYS,
    hour_sign=frozenset(),
    before_day=frozenset({"on", "the"}),
    from_hour=frozenset({"from", "after", "since"}),
    to_hour=frozenset({"before", "until", "till", "to"}),
    day_groups=dict.fromkeys(("weekends", "weekend"), (5, 6))
    | dict.fromkeys(("weekdays", "weekday", "workdays"), tuple(range(5)))
    | dict.fromkeys(("daily", "every day", "everyday", "all week"), tuple(range(7)))
    | {"mwf": (0, 2, 4), "tth": (1, 3), "tuth": (1, 3)},
    whole_day=frozenset({"all day", "any time", "anytime"}),
    hours=frozenset({"h", "hr", "hrs", "hour", "hours"}),
    beyond=frozenset({"from", "on", "after"}),
    after_next=frozenset({"afternext"}),
    workday=frozenset(
        f"{word}{joint}day" for word in ("week", "work", "working", "business") for joint in ("", " ", "-")
    ),
    same_hour=frozenset({"same time", "the same time", "at the same time", "this time", "at this time", "same hour"}),
    halves=(
        *((rf"\b{word} and a half\b", f"{count}.5") for count, word in enumerate(_COUNTED, start=1)),
        (r"\b([0-9]{1,3}) and a half\b", r"\1.5"),
        (r"\b(?:an?|one|1) (minute|hour|day|week|month|year) and a half\b", r"1.5 \1s"),
    ),
    twofold=(
        (r"^in ([0-9]{1,2}):([0-5][0-9])$", (r"in \1h\2", r"in \1m\2s"), False),
        (r"^([0-9]{1,2}):([0-5][0-9]) ago$", (r"\1h\2 ago", r"\1m\2s ago"), False),
        (r"^in ([0-9]+) ?mo$", (r"in \1 months", r"mo at \1"), False),
        (r"\b(?:by |at )?(?:the )?(?:eow|end of (?:the |this )?week)\b", ("friday evening", "sunday evening"), True),
        (
            r"^(?!.*\b(?:every|each|except|but|next|last)\b)(.*?)\b(?:on |at |over )?(?:the |this )?week-?end\b",
            (r"\1saturday", r"\1sunday"), True,
        ),
        (r"\b(?:the )?next week-?end\b", ("next saturday", "saturday in 1 week"), False),
        (r"\b(?:the )?last week-?end\b", ("last saturday", "last sunday"), True),
    ),
    last=frozenset({"last", "past", "previous"}),
    next=frozenset({"next", "coming"}),
    this=frozenset({"this"}),
    week=frozenset({"week", "week's"}),
    parts={
        "morning": Part.MORNING, "lunchtime": Part.NOON, "afternoon": Part.AFTERNOON, "evening": Part.EVENING,
        "night": Part.NIGHT,
    },
    noon=frozenset({"noon", "midday"}),
    midnight=frozenset({"midnight"}),
    at={"at": True, "by": True},
    spoken={"half past": 30, "half": 30, "quarter past": 15, "quarter to": -15}
    | {"a quarter past": 15, "a quarter to": -15},
    past=frozenset({"past", "after"}),
    to=frozenset({"to", "before"}),
    fillers=frozenset({"at", "on", "the", "in", "of", "o'clock", ",", "around", "about", "early", "late", "sharp"}),
    rewrites=(
        (r"@ ?(?=[0-9])", "at "),
        (r"^next (?=(?:month|year)\b|week(?:$| at\b| [0-9]))", "in 1 "),
        (r"\b(?:christmas|xmas) eve\b", "24 december"),
        (r"\b(?:christmas|xmas)(?: day)?\b", "25 december"),
        (r"\bnew year'?s eve\b", "31 december"),
        (r"\bnew year'?s(?: day)?\b", "1 january"),
        (r"^(?:by |at )?(?:the )?(?:eod|end of (?:the |this )?day)$", "today evening"),
        (r"\b(?:by |at )?(?:the )?(?:eod|end of (?:the |this )?day)\b", "evening"),
        (r"\b(?:by |at |on )?(?:the )?(?:eom|end of (?:the |this )?month)\b", "end of month"),
        (r"\b(?:by |at |on )?(?:the )?(?:eoy|end of (?:the |this )?year)\b", "end of year"),
        (r"^(?:on )?(?:the )?([0-9]{1,2})(?:st|nd|rd|th) (?:of )?next month\b", r"in 1 month on the \1th"),
        (rf"\b(?:the )?week after next (?:on )?({_DAYS_SHORT})\b", r"afternext week \1"),
        (rf"\b({_DAYS_SHORT}) (?:of |in )?(?:the )?week after next\b", r"\1 afternext week"),
        (r"^(?:the )?week after next\b", "in 2 weeks"),
        (r"^(?:the )?month after next\b", "in 2 months"),
        (rf"\b({_DAYS_LONG}|today|tomorrow) (week|fortnight)\b", r"\1 in 1 \2"),
        (r"\bhalloween\b", "31 october"),
        (r"\bvalentine'?s(?: day)?\b", "14 february"),
        (r"\bboxing day\b", "26 december"),
        (r"\btonight\b", "today evening"),
        *((rf"\bat {word}\b", f"at {hour}") for hour, word in enumerate(_COUNTED, start=1)),
        *(
            (rf"(?<!half )(?<!past )(?<!to )\b{word}(?= o'clock\b)", str(hour))
            for hour, word in enumerate(_COUNTED, start=1)
        ),
        (r"\blast night\b", "yesterday night"),
        (r"\blast (?=morning\b|afternoon\b|evening\b)", "yesterday "),
        (r"\bthis (?=morning\b|afternoon\b|evening\b|lunchtime\b)", "today "),
        (r"\bearlier today\b", "today"),
        (r"\b(an?|one|two|[0-9]+) (weeks?|days?) (?:from )?today\b", r"in \1 \2"),
    ),
    recurring=(
        (r"\btwice\b", "2times "),
        (r"\bthrice\b", "3times "),
        *((rf"\b{word} ?(?:x|times)\b", f"{n}times ") for n, word in enumerate(_COUNTED[1:], start=2)),
        (r"\b([2-9]|[1-9][0-9]) ?(?:x|times)\b", r"\1times "),
        (r"\bm/?w/?f\b", "every mon,wed,fri"),
        (r"\bt(?:u)?/?th\b", "every tue,thu"),
        (r"\bm-f\b|\bmtwt(?:h)?f\b", "every mon-fri"),
        (r"\balways (?:on |at )?(?=[a-z])", "every "),
        (r"\bevery +(?:month (?:on |at )?(?:the )?)?end of (?:the |every )?month\b", "last day of the month"),
        (r"\b(?:the )?end of (?:every|each) month\b", "last day of the month"),
        (rf"\b(first|second|third|fourth|fifth|last|[1-5](?:st|nd|rd|th)) {_WORKDAY}\b", r"\1 workday"),
        (r"(?<=times ) *(?:a|an|per|each|every) +(?=(?:hour|day|week|month|year)\b)", "every "),
        (r"\b(?:each|evry|evey|everry|ev)\b|\bevery(?=[0-9])", "every "),
        (r"\beveryday\b|\bdaily\b", "every day"),
        (r"\bhourly\b", "every hour"),
        (r"\bbi-?weekly\b|\bfortnightly\b|\bevery fortnight\b", "every 2 weeks"),
        (r"\bweekly\b", "every week"),
        (r"\bmonthly\b", "every month"),
        (r"\bquarterly\b|\bevery quarter\b(?! of)", "every 3 months"),
        (r"\b(?:yearly|annually)\b", "every year"),
        (r"\bonce an? (?=hour|day|week|month|year)", "every "),
        (r"\bevery second$", "every 1 seconds"),
        (r"\bevery half (?:an )?hour\b", "every 30 minutes"),
        (r"\b(?:first|1st) of (?:the|every) (?=month)", "1st of the "),
        *((rf"\b{word}\b", f"{n}{ending}") for word, n, ending in _ORDINALS),
        (r"\b(?:of|in) (?:the |every |a )?month\b|\bper month\b", "of the month"),
        (rf"\b({_DAYS_LONG})'?s\b", r"every \1"),
        (rf"\b({_DAYS_LONG}|(?:week|work)[ -]?days?|week[ -]?ends?) ({_PARTS})s\b", r"every \1 \2"),
        (rf"\bevery ({_PARTS})s?\b|(?<!every )\b({_PARTS})s\b", r"every day \1\2"),
        (r"\bnightly\b", "every day night"),
        (rf"\b(?:on )?{_WORKDAY}s\b|\bevery +{_WORKDAY}\b|(?<=except )(?:on )?{_WORKDAY}\b", "every mon-fri"),
        (r"\b(?:on |at )?(?:the )?week[ -]?ends\b|\bevery +week[ -]?end\b", "every sat-sun"),
        (r"(?<=except )(?:on )?(?:the )?week[ -]?end\b", "every sat-sun"),
        (r"^(.*\bevery\b.*?)\b(?:on |at )?(?:the )?week[ -]?end\b", r"\1every sat-sun"),
        (r"\b(?:'?til|till|up to|up until|(?:ending|ends?)(?: on)?(?= [0-9a-z]))\b(?! of\b)", "until"),
        (r"\b(?:starting|beginning|commencing|as)(?: (?:on|at|from|of))?\b", "from"),
        (r"\b(?:excluding|but not|not on|apart from|other than|besides)(?: on)?\b", "except"),
        (rf"\b(?:but|bar|save|minus|without)(?= (?:on |every )*(?:{_DAYS_SHORT})\b)", "except"),
        (r"\b(?<!until )for ?ever\b|\bwithout (?:an )?end\b|\bindefinitely\b", "endless"),
        (r"\bfor (?:the )?(?:next )?", "for "),
        (r"\b(?:once|1x) (?=every\b)", ""),
    ),
    backward=frozenset({"backwards", "backward", "back", "retro", "reverse"}),
    forward=frozenset({"forwards", "forward"}),
    mixed=frozenset({"mixed", "both ways", "both"}),
    vague_ways=frozenset({"back", "reverse"}),
    takes=frozenset({"in", "for", "under", "sub", "goal"}),
    percent=frozenset({"percent", "per cent"}),
    half_share=frozenset({"half", "half of it"}),
    kilograms=dict.fromkeys(("kg", "kilo", "kilos", "kilogram", "kilograms"), 1.0)
    | dict.fromkeys(("lb", "lbs", "pound", "pounds"), 0.45359237) | dict.fromkeys(("st", "stone"), 14 * 0.45359237),
    speeds=dict.fromkeys(("km/h", "kmh", "kph"), 1000 / 3600) | {"mph": 1609.344 / 3600},
    and_words=frozenset({"and"}),
    then=frozenset({"then"}),
    span_before=frozenset({"from", "between"}),
    span_to=frozenset({"to", "until", "till"}),
    until=frozenset({"until", "till", "til", "up to"}),
    lasting=frozenset({"for"}),
    within=frozenset({"of", "in", "of the", "in the", "the"}),
    window_fillers=frozenset({"in", "every", "each", "at", "also"}),
    number_one=frozenset({"one"}),
    month_words=frozenset({"month"}),
    year_words=frozenset({"year"}),
    quarters=frozenset({"quarter", "quarters", "q"}),
    calendar_week=frozenset({"week", "wk", "w", "week of the year"}),
    before_last=frozenset({"before last"}),
    all_time=frozenset({"all time", "alltime", "all", "ever", "overall", "all-time", "forever", "since ever"}),
    seasons=frozenset({"season"}),
    zone_nouns=frozenset({"time"}),
    own_zone=frozenset({"my", "local", "our"}),
    same_zone=frozenset({"same", "this"}),
    cities=dict.fromkeys(("Munich", "Cologne", "Nuremberg"), "Europe/Berlin")
    | dict.fromkeys(("England", "Scotland", "Wales", "UK", "Great Britain"), "Europe/London")
    | {"Geneva": "Europe/Zurich", "Milan": "Europe/Rome", "Turin": "Europe/Rome", "The Hague": "Europe/Amsterdam"}
    | dict.fromkeys(("Saint Petersburg", "St Petersburg"), "Europe/Moscow"),
)  # fmt: skip
