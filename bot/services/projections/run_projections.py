"""The list of run projections, and the two functions that keep all of them current.

A projection is a table derived from runs. Every change of a run calls `apply` in its transaction; a bulk change calls
`rebuild` for each member it touched. A new projection needs one entry in `PROJECTIONS` and nothing else:
`tests/services/projections/test_run_projections.py` then verifies that its `apply` and `rebuild` agree.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from bot.domain.runs.run_facts import Facts, MemberKey
from bot.services.projections import badge_counts, best_efforts, standings
from db.models import BadgeCount, BestEffort, EarnedBadge, Standing
from db.queries.clubs import memberships

Apply: TypeAlias = Callable[[AsyncSession, Facts | None, Facts | None], Awaitable[None]]
Rebuild: TypeAlias = Callable[[AsyncSession, MemberKey], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Projection:
    """A table derived from runs.

    Attributes:
        table: table that holds nothing but the projection; one of its columns is `user_id`.
        apply: called in the transaction of each change, after its rows are written, with the facts of one run, credit,
            member or person before and after; None if there was or is none. Ignores facts it does not need. The
            deletion of a member or person is applied before their rows are deleted, because the table may refer to
            them.
        rebuild: writes the member's rows from the runs; the result equals that of all `apply` calls.
        beside: a second table that both functions write.
    """

    table: type[DeclarativeBase]
    apply: Apply
    rebuild: Rebuild
    beside: type[DeclarativeBase] | None = None

    @property
    def tables(self) -> tuple[type[DeclarativeBase], ...]:
        """The tables it writes."""
        return (self.table,) if self.beside is None else (self.table, self.beside)


PROJECTIONS: tuple[Projection, ...] = (  # standings read best efforts
    Projection(BestEffort, best_efforts.apply, best_efforts.rebuild),
    Projection(Standing, standings.apply, standings.rebuild),
    Projection(EarnedBadge, badge_counts.apply, badge_counts.rebuild, BadgeCount),
)


async def apply(session: AsyncSession, before: Facts | None, after: Facts | None) -> None:
    """Apply one change to every projection; does nothing if the facts are equal.

    Args:
        session: transaction in which the change is written.
        before: facts before the change, None for something new.
        after: facts of the same run, credit, member or person after the change, None for something deleted.
    """
    if before == after:
        return
    for projection in PROJECTIONS:
        await projection.apply(session, before, after)


async def rebuild(session: AsyncSession, member: MemberKey) -> None:
    """Rebuild a member's rows of every projection from the runs. Takes up to a second for thousands of runs."""
    await session.flush()
    for projection in PROJECTIONS:
        await projection.rebuild(session, member)


async def rebuild_club(session: AsyncSession, guild_id: int) -> None:
    """Rebuild the rows of all members of a club. Takes seconds for a large club: never call it while a member waits."""
    for user_id in await memberships.members_of(session, guild_id):
        await rebuild(session, MemberKey(user_id, guild_id))
