"""Progress of a member, from which `/help` suggests the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.services.members.people import Person
from bot.services.partners import partners_card
from bot.services.partners.partners_card import CardState
from db.engine import Database
from db.queries.profile import settings
from db.queries.runs import reviews
from db.queries.runs import runs as queries


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a member.

    Attributes:
        runs: number of their runs, in all clubs and none.
        untold: imported runs without a direction.
        imported: runs from a file.
        newest_on: day of the newest run.
        club_unset: whether they are an organiser of a club without a zone.
        held: runs that wait for their review as an organiser.
        card: for an organiser, the state of the club's partners card; else None.
        alerts_unset: whether they are an organiser of a club without an organisers' channel.
    """

    runs: int
    untold: int
    imported: int
    newest_on: date | None
    club_unset: bool
    held: int
    card: CardState | None
    alerts_unset: bool


async def progress_of(database: Database, person: Person) -> Progress:
    """Return the progress of a member."""
    club_unset, held, card, alerts_unset = False, 0, None, False
    async with database.read() as session:
        runs, untold, imported, newest_on = await queries.run_counts(session, person.user_id)
        if person.organiser and person.guild_id is not None:
            guild = await settings.guild_row(session, person.guild_id)
            held = await reviews.count_held(session, person.guild_id)
            if guild is not None:
                club_unset = guild.zone is None
                card = await partners_card.state_of(session, guild)
                alerts_unset = guild.organisers_channel_id is None
    return Progress(runs, untold, imported, newest_on, club_unset, held, card, alerts_unset)
