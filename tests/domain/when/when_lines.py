"""Typed reminder times, read from the `*.txt` tables."""

from __future__ import annotations

from pathlib import Path

from bot.languages import LANGUAGES


def typed_lines(language: str) -> list[tuple[str, str, str]]:
    """Return (typed text, sign, rest of the line) for each line."""
    found = []
    for line in (Path(__file__).parent / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        sign = "=" if " = " in line else "!"
        typed, _, answer = line.rpartition(f" {sign} ")
        found.append((typed, sign, answer))
    return found


LINES = [(language, *line) for language in LANGUAGES for line in typed_lines(language)]
