"""Resolve texts with two readings, such as `3/4`, `in 1:30`, `so um 7`, `weekend 9am`, so that both are offered."""

from __future__ import annotations

import re

from bot.domain.text.words import TWOFOLD, WORDS, any_of, with_halves
from bot.languages import day_first

MOST = 4
"""Most readings of one text."""
_MONTHS = {month: name for name, month in WORDS.month_names.items() if len(name) > 2}
_HOUR_WORDS = any_of(word for word, count in WORDS.numbers.items() if count in range(1, 13))
_SLASHED = re.compile(
    r"(?<![0-9/])([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{2}(?:[0-9]{2})?))?" rf"(?![0-9/]|\s{_HOUR_WORDS}(?![a-z]))"
)
_AFTER_AT = re.compile(rf"{any_of(WORDS.at)}\s$")
_MONTH_FIRST_ZONES = ("America/", "US/")


def alternatives(words: str, *, zone: str, language: str) -> tuple[list[str], bool]:
    """Return the possible readings of a plain text, most likely first, and whether to sort by nearness instead.

    Args:
        words: as `plain` makes them.
        zone: IANA name; in the Americas the month comes first in `3/4`.
        language: the member's; in some languages the day always comes first.
    """
    texts, by_nearness = both_orders(with_halves(words), zone=zone, language=language), False
    for pattern, replacements, nearest in TWOFOLD:
        if pattern.search(texts[0]):
            texts = [pattern.sub(one, text) for one in replacements for text in texts][:MOST]
            by_nearness = by_nearness or nearest
    return [" ".join(text.split()) for text in texts], by_nearness


def both_orders(words: str, *, zone: str, language: str) -> list[str]:
    """Return a text for each possible order of day and month: `3/4` is 3 April or 4 March."""
    found = _SLASHED.search(words)
    if found is None or _AFTER_AT.search(words[: found.start()]):
        return [words]
    first, second = int(found[1]), int(found[2])
    if first == second or not (1 <= first <= 12 and 1 <= second <= 12):
        return [words]
    year = "" if found[3] is None else f" {found[3]}" if len(found[3]) == 4 else f" '{found[3]}"
    orders = [
        f"{words[: found.start()]}{day} {_MONTHS[month]}{year}{words[found.end() :]}"
        for day, month in ((first, second), (second, first))
    ]
    if not day_first(language) and zone.startswith(_MONTH_FIRST_ZONES):
        orders.reverse()
    return orders
