"""Emergency roster: whom to tell about each outing under way, kept in memory in case the database cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.outings.outing_rules import OUT
from bot.services.members.people import Club, club_of
from bot.services.outings.outings import OutingView, read
from db import models
from db.engine import Database
from db.queries.members import organisers as organiser_queries
from db.queries.outings import outings as outing_queries
from db.queries.safety import alerts as queries

MOST = 1000
"""Outings kept; each takes a few kilobytes."""


@dataclass(frozen=True, slots=True)
class Lifeline:
    """Data that an alarm about an outing needs.

    Attributes:
        outing: last known state.
        club: channel, roles and emergency number of its club.
        organiser_ids: the owner and the known organisers.
        contact_ids: for each member in the outing, the contacts who have accepted, in order.
    """

    outing: OutingView
    club: Club
    organiser_ids: tuple[int, ...]
    contact_ids: Mapping[int, tuple[int, ...]]


class Lifelines:
    """Lifelines of the outings under way, updated at each start and check-in; the newest `MOST` are kept."""

    def __init__(self) -> None:
        self._known: dict[int, Lifeline] = {}

    async def learn(self, database: Database, outing_id: int) -> Lifeline:
        """Read the lifeline of an outing and keep it.

        Raises:
            NotFound: the outing does not exist.
            Unavailable: the database cannot be read.
        """
        async with database.read() as session:
            return await self._learn(session, outing_id)

    async def learn_all(self, database: Database) -> None:
        """Read the lifelines of all outings under way."""
        states = [state.value for state in OUT]
        async with database.read() as session:
            for outing_id in await outing_queries.newest_in(session, states, MOST):
                await self._learn(session, outing_id)

    def known(self) -> tuple[int, ...]:
        """Return the outings with a lifeline, oldest first."""
        return tuple(self._known)

    def forget(self, outing_id: int) -> None:
        """Drop the lifeline of an outing that has ended."""
        self._known.pop(outing_id, None)

    def recall(self, outing_id: int) -> Lifeline | None:
        """Return the last known lifeline of an outing, or None."""
        return self._known.get(outing_id)

    def of_club(self, guild_id: int) -> Lifeline | None:
        """Return the last known lifeline of any outing of a club, or None."""
        return next((one for one in reversed(self._known.values()) if one.club.guild_id == guild_id), None)

    async def _learn(self, session: AsyncSession, outing_id: int) -> Lifeline:
        outing = await read(session, outing_id)
        guild = await session.get(models.Guild, outing.guild_id)
        club = club_of(guild)
        assert guild is not None
        assert club is not None
        organisers = await organiser_queries.owner_and_organisers(session, outing.guild_id)
        contacts = await queries.accepted_contacts(session, [c.user_id for c in outing.inside])
        learned = Lifeline(outing, club, tuple(organisers), _by_owner(contacts))
        self._known.pop(outing_id, None)
        self._known[outing_id] = learned
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return learned


def _by_owner(contacts: Sequence[models.Contact]) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for contact in contacts:
        found[contact.user_id] = (*found.get(contact.user_id, ()), contact.contact_id)
    return found
