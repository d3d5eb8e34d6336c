"""Members who left a club, and members found to be there still.

Nobody tells us of a leave: it is learned by asking Discord (`cogs.membership`), and an interaction in the club, which
`people.meet` sees, takes it back.
"""

from __future__ import annotations

from datetime import datetime

from bot.domain.outings import BEFORE, Presence
from bot.services import standings
from bot.services.joining import drop
from bot.services.outings import read, redraw
from db.engine import Database
from db.queries import membership as queries
from db.queries import outings as outing_queries


async def leave(database: Database, guild_id: int, user_id: int, now: datetime) -> None:
    """A person is no longer in a club: off its boards, out of its outings, and home is the club last seen in, or none.

    Runs stay where they are, and count there again when the person comes back. Somebody the club never had is left
    as they are.

    Args:
        database: where.
        guild_id: the club.
        user_id: the person.
        now: when it was learned; the first time stands.

    Raises:
        Unavailable: the database is locked or full; nothing was written.
    """
    async with database.write() as session:
        # The person before the membership, as in `people.remember`: two that held one each would wait for each other.
        await queries.move_home(session, user_id, guild_id, await queries.next_club(session, user_id, guild_id))
        await standings.set_left(session, guild_id, user_id, now)
        for outing_id in await queries.places_in(session, guild_id, user_id, BEFORE):
            outing = await read(session, outing_id, hold=True)
            me = outing.who(user_id)
            if outing.state in BEFORE and me is not None and me.presence is Presence.IN:
                await drop(session, outing, user_id, now, event=f"gone:{user_id}:{now.timestamp():.0f}")
            else:
                await outing_queries.set_companion(session, outing_id, user_id, presence=Presence.LEFT.value)
                await redraw(session, await read(session, outing_id), now)


async def confirm(database: Database, guild_id: int, user_id: int, now: datetime) -> None:
    """A person known in a club is there: not asked again for a while, and on its boards if we thought them gone.

    Raises:
        Unavailable: the database is locked or full; nothing was written.
    """
    async with database.write() as session:
        await standings.set_left(session, guild_id, user_id, None)
        await queries.mark_seen(session, guild_id, user_id, now)


async def left_since_last_run(database: Database, user_id: int) -> str | None:
    """The club a person was last found to have left, by name, until they log a run after that."""
    async with database.read() as session:
        return await queries.left_since_last_run(session, user_id)
