"""The badges of `badges.toml`, checked when they are read."""

from __future__ import annotations

import hashlib
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from bot.domain.badges.checkers import CHECKERS, Checker, RunFilter

FILE = Path(__file__).with_name("badges.toml")
VERSION = 1
"""Of the checkers; a new one makes everybody's badges be counted anew."""


class BadgeGroup(StrEnum):
    """What a badge is for. The value is stored in custom ids."""

    UP = "up"
    CARE = "care"
    FUN = "fun"
    FAR = "far"


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge.

    Attributes:
        key: stored, and the end of the keys of its texts.
        group: what it is for.
        checker: what it counts.
        levels: how much each level needs, ascending, in the checker's unit.
        secret: whether it is hidden from who has not earned it.
    """

    key: str
    group: BadgeGroup
    checker: Checker
    levels: tuple[int, ...]
    secret: bool = False

    def level(self, reached: int) -> int:
        """Return the level of what was reached; 0 for none."""
        return bisect_right(self.levels, reached)

    def next_goal(self, reached: int) -> int | None:
        """Return how much the next level needs, or None after the last."""
        return next((least for least in self.levels if least > reached), None)


@cache
def badges() -> Mapping[str, Badge]:
    """Return every badge by its key, in the order in which they are shown."""
    return {key: badge(key, table) for key, table in tomllib.loads(FILE.read_text(encoding="utf-8")).items()}


@cache
def fingerprint() -> str:
    """Return what changes when any badge counts otherwise."""
    return hashlib.sha256(f"{VERSION}".encode() + FILE.read_bytes()).hexdigest()[:16]


def badge(key: str, table: Mapping[str, Any]) -> Badge:
    """Return the badge that a table of the file describes.

    Raises:
        KeyError: no such checker, or something is missing.
        TypeError: the checker takes no such parameter.
        ValueError: no such group, or levels that do not ascend.
    """
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
    kind, group, levels = CHECKERS[given.pop("checker")], BadgeGroup(given.pop("group")), given.pop("levels")
    secret = given.pop("secret", False)
    if not levels or list(levels) != sorted({*levels}) or levels[0] < 1:
        raise ValueError(f"{key}: levels ascend from 1")
    conditions = {field.name for field in fields(RunFilter) if field.init}
    own = {name: value for name, value in given.items() if name not in conditions}
    where = RunFilter(**{name: value for name, value in given.items() if name in conditions})
    return Badge(key, group, kind(where=where, **own), levels, secret)
