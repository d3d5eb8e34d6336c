"""What projections of runs are told of a change: the facts of one run, credit, member or person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from bot.domain.runs.runs import Review, RunContent


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run as a change leaves it.

    Attributes:
        run_id: ours.
        user_id: its runner.
        guild_id: the club it belongs to, None for a run of no club.
        source: where it came from, see `Run.source`.
        content: what it holds.
        review: whether an organiser must agree to it.
        counted: whether it counts on the club's boards.
        deleted: whether its runner has deleted it.
    """

    run_id: int
    user_id: int
    guild_id: int | None
    source: str
    content: RunContent
    review: Review
    counted: bool
    deleted: bool


@dataclass(frozen=True, slots=True)
class CreditFacts:
    """A spotter's credit for facing forward on a run that counts on the club's boards.

    Attributes:
        run_id: the run.
        user_id: the spotter.
        guild_id: the club of the run.
        ran_on: local date of the run.
        distance_m: metres faced forward.
        duration_ms: milliseconds of it.
    """

    run_id: int
    user_id: int
    guild_id: int
    ran_on: date
    distance_m: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A membership; nothing follows it when the club's data is deleted.

    Attributes:
        guild_id: the club.
        user_id: the member.
        ranked: present, and not hidden by own choice.
    """

    guild_id: int
    user_id: int
    ranked: bool


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person; nothing follows it when they are erased. Their own runs and credits are not told one by one then."""

    user_id: int


Facts: TypeAlias = RunFacts | CreditFacts | MemberFacts | PersonFacts


@dataclass(frozen=True, slots=True)
class MemberKey:
    """Whose rows are rebuilt: of a person in a club and of the person alone; with no club the latter only."""

    user_id: int
    guild_id: int | None
