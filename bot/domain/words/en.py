"""English as runners type it."""

from __future__ import annotations

from bot.domain.words.vocabulary import Part, Vocabulary

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

ENGLISH = Vocabulary(
    numbers={word: count for count, word in enumerate(_COUNTED, start=1)}
    | {"fifteen": 15, "twenty": 20, "twenty five": 25, "thirty": 30, "forty five": 45}
    | {"a": 1, "an": 1, "half a": 0.5, "half an": 0.5, "a couple of": 2},
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
    days=dict.fromkeys(("d", "day", "days"), 1) | dict.fromkeys(("week", "weeks", "wk", "wks"), 7) | {"fortnight": 14},
    months=dict.fromkeys(("month", "months"), 1) | dict.fromkeys(("year", "years"), 12),
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
        "today": 0, "yesterday": -1, "day before yesterday": -2, "tomorrow": 1, "tmrw": 1, "day after tomorrow": 2,
    },
    weekdays={name: day for day, names in enumerate(_WEEKDAYS) for name in names},
    month_names={name: month for month, names in enumerate(_MONTHS, start=1) for name in names},
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
    spoken={"half past": 30, "half": 30, "quarter past": 15, "quarter to": -15}
    | {"a quarter past": 15, "a quarter to": -15},
    past=frozenset({"past", "after"}),
    to=frozenset({"to", "before"}),
    fillers=frozenset({"at", "on", "the", "in", "of", "o'clock", ",", "around", "about", "early", "late"}),
    rewrites=(
        (r"\btonight\b", "today evening"),
        (r"\blast night\b", "yesterday night"),
        (r"\blast (?=morning\b|afternoon\b|evening\b)", "yesterday "),
        (r"\bthis (?=morning\b|afternoon\b|evening\b|lunchtime\b)", "today "),
        (r"\bearlier today\b", "today"),
    ),
)  # fmt: skip
