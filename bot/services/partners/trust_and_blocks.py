"""Blocks and trust: a member's own lists, which nobody else sees.

A block works both ways: neither can join an outing that the other is in, and they are never matched. A blocked member
who tries to take a free place gets the same answer as anybody who may not join; all other answers are the same with and
without a block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.outings.outing_rules import BEFORE, OUT, Presence
from bot.domain.partners.tie_kinds import TieKind
from bot.errors import Conflict, NotFound
from bot.services.outings.outings import OutingView, read
from db.engine import Database
from db.models import Tie
from db.queries.members import people as people_queries
from db.queries.partners import trust_and_blocks as queries
from db.queries.privacy import erasure as outing_queries

PAGE = 20
"""Entries on a page of a list."""


@dataclass(frozen=True, slots=True)
class Tied:
    """A member on a list. `name` is as typed when added, unescaped."""

    user_id: int
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class TiePage:
    """A page of a list; `page` counts from 0."""

    ties: tuple[Tied, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """Result of blocking a member.

    Attributes:
        again: the block existed before.
        untrusted: the member was trusted, and no longer is.
        together: future outings that the blocking member is in, or waits for, and the other is in; they are unchanged.
        out: the two are out together now.
    """

    again: bool
    untrusted: bool
    together: tuple[OutingView, ...]
    out: bool


async def block(database: Database, user_id: int, other_id: int, name: str, now: datetime) -> Blocked:
    """Block a member. Nobody is told, and nothing else changes.

    Raises:
        Unavailable: the database is locked.
    """
    async with database.write() as session:
        # Lock outings before people. The second call below adds outings joined before the person was locked.
        await outing_queries.hold_outings(session, user_id, [*BEFORE, *OUT])
        await people_queries.hold(session, [user_id])
        again = await queries.has_tie(session, user_id, other_id, TieKind.BLOCK)
        await queries.write_tie(
            session, user_id=user_id, other_id=other_id, kind=TieKind.BLOCK.value, other_name=name[:120], since=now
        )
        untrusted = await queries.drop_tie(session, user_id, other_id, TieKind.TRUST) is not None
        # Locked, so that a concurrent join is seen here, or sees the block there.
        held = await outing_queries.hold_outings(session, user_id, [*BEFORE, *OUT])
        found = [await read(session, outing_id) for outing_id, _, presence in held if presence != Presence.LEFT]
    shared = [outing for outing in found if any(c.user_id == other_id for c in outing.inside)]
    return Blocked(
        again=again,
        untrusted=untrusted,
        together=tuple(outing for outing in shared if outing.state in BEFORE),
        out=any({user_id, other_id} <= {c.user_id for c in outing.out} for outing in shared),
    )


async def trust(database: Database, user_id: int, other_id: int, name: str, now: datetime) -> bool:
    """Trust a member; return whether that is new.

    Raises:
        Conflict: the member is blocked.
    """
    async with database.write() as session:
        await people_queries.hold(session, [user_id])
        if await queries.has_tie(session, user_id, other_id, TieKind.BLOCK):
            raise Conflict("ties.trust.blocked")
        new = not await queries.has_tie(session, user_id, other_id, TieKind.TRUST)
        await queries.write_tie(
            session, user_id=user_id, other_id=other_id, kind=TieKind.TRUST.value, other_name=name[:120], since=now
        )
    return new


async def untie(database: Database, user_id: int, other_id: int, kind: TieKind) -> str:
    """Remove a member from a list, and return the name stored there.

    Raises:
        NotFound: not on the list.
    """
    async with database.write() as session:
        name = await queries.drop_tie(session, user_id, other_id, kind)
    if name is None:
        raise NotFound(f"ties.{kind.value}.unknown")
    return name


async def find_ties(database: Database, user_id: int, kind: TieKind, words: str, limit: int) -> tuple[Tied, ...]:
    """Return list entries whose names contain some words, newest first."""
    async with database.read() as session:
        return _tied(await queries.ties_of(session, user_id, kind, words=words, limit=limit))


async def tie_page(database: Database, user_id: int, kind: TieKind, page: int = 0) -> TiePage:
    """Return a page of a list, newest first; a page beyond the end is the last one."""
    async with database.read() as session:
        total = await queries.count_ties(session, user_id, kind)
        pages = max(1, -(-total // PAGE))
        page = min(max(page, 0), pages - 1)
        found = await queries.ties_of(session, user_id, kind, limit=PAGE, offset=page * PAGE)
    return TiePage(_tied(found), page, pages, total)


def _tied(ties: Sequence[Tie]) -> tuple[Tied, ...]:
    return tuple(Tied(tie.other_id, tie.other_name, tie.since) for tie in ties)
