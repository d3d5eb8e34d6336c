"""Blocking and trusting others: one's own lists, which nobody else ever sees.

A block works both ways: neither comes to an outing the other is in, and they are never matched. Whoever is kept out of
a free place reads what anybody reads who may not join; every other press reads the same with a block and without.
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
"""Lines on a page of a list."""


@dataclass(frozen=True, slots=True)
class Tied:
    """Somebody on one's list. `name` is as typed when put there: escape it."""

    user_id: int
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class TiePage:
    """A page of one's own list; `page` counts from 0."""

    ties: tuple[Tied, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """What blocking came to.

    Attributes:
        again: the block was there already.
        untrusted: one had trusted that person, and no longer does.
        together: outings to come that one is in, or waits for, and the other is in; nothing was changed in them.
        out: the two are out together now.
    """

    again: bool
    untrusted: bool
    together: tuple[OutingView, ...]
    out: bool


async def block(database: Database, user_id: int, other_id: int, name: str, now: datetime) -> Blocked:
    """Block somebody. Nothing is told or changed elsewhere.

    Raises:
        Unavailable: the database is locked.
    """
    async with database.write() as session:
        # Outings are locked before people. The second call below adds those joined before the person was locked.
        await outing_queries.hold_outings(session, user_id, [*BEFORE, *OUT])
        await people_queries.hold(session, [user_id])
        again = await queries.has_tie(session, user_id, other_id, TieKind.BLOCK)
        await queries.write_tie(
            session, user_id=user_id, other_id=other_id, kind=TieKind.BLOCK.value, other_name=name[:120], since=now
        )
        untrusted = await queries.drop_tie(session, user_id, other_id, TieKind.TRUST) is not None
        # Held, so that whoever joins at this moment is seen here, or sees the block there.
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
    """Trust somebody; answers whether that is new.

    Raises:
        Conflict: one has blocked that person.
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
    """Take somebody off one's list; answers the name that stood there.

    Raises:
        NotFound: that person is not on it.
    """
    async with database.write() as session:
        name = await queries.drop_tie(session, user_id, other_id, kind)
    if name is None:
        raise NotFound(f"ties.{kind.value}.unknown")
    return name


async def find_ties(database: Database, user_id: int, kind: TieKind, words: str, limit: int) -> tuple[Tied, ...]:
    """Those on one's own list whose names have some words, the newest first."""
    async with database.read() as session:
        return _tied(await queries.ties_of(session, user_id, kind, words=words, limit=limit))


async def tie_page(database: Database, user_id: int, kind: TieKind, page: int = 0) -> TiePage:
    """A page of one's own list, the newest first; a page beyond the end is the last one."""
    async with database.read() as session:
        total = await queries.count_ties(session, user_id, kind)
        pages = max(1, -(-total // PAGE))
        page = min(max(page, 0), pages - 1)
        found = await queries.ties_of(session, user_id, kind, limit=PAGE, offset=page * PAGE)
    return TiePage(_tied(found), page, pages, total)


def _tied(ties: Sequence[Tie]) -> tuple[Tied, ...]:
    return tuple(Tied(tie.other_id, tie.other_name, tie.since) for tie in ties)
