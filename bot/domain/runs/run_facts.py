"""The facts of a change that run projections receive: one run, credit, member or person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from bot.domain.runs.runs import Review, RunContent


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run after a change.

    Attributes:
        run_id: primary key.
        user_id: the runner.
        guild_id: the club of the run, or None.
        source: where the run came from, see `Run.source`.
        content: the run's content.
        review: whether an organiser must approve it.
        counted: whether it counts on the club's boards.
        deleted: whether the runner has deleted it.
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
        duration_ms: milliseconds faced forward.
    """

    run_id: int
    user_id: int
    guild_id: int
    ran_on: date
    distance_m: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A membership. When the club's data is deleted, the change has no new facts.

    Attributes:
        guild_id: the club.
        user_id: the member.
        ranked: whether the member is in the club and has not hidden themselves from its boards.
    """

    guild_id: int
    user_id: int
    ranked: bool


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person. When they are erased, the change has no new facts, and none are applied for each run or credit."""

    user_id: int


Facts: TypeAlias = RunFacts | CreditFacts | MemberFacts | PersonFacts


@dataclass(frozen=True, slots=True)
class MemberKey:
    """Whose rows are rebuilt: a person's rows in a club and those without a club; without a club only the latter."""

    user_id: int
    guild_id: int | None
