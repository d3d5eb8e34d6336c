"""What a person has done so far, by which `/help` says what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.services.members.people import Person
from bot.services.partners import partners_card
from bot.services.partners.partners_card import CardState
from db.engine import Database
from db.queries.profile import settings
from db.queries.runs import runs as queries


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody has come.

    Attributes:
        runs: of this person, from everywhere.
        untold: of these, imported ones whose direction is not told yet.
        imported: of these, those from a file.
        newest_on: the day of the newest run.
        club_unset: this person is an organiser of a club that has set no zone.
        held: runs that wait for this organiser's word.
        card: for an organiser, where the club's partners card is; None for everybody else.
        alerts_unset: this person is an organiser of a club that has set no organisers' channel.
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
    """What a person has done so far."""
    club_unset, held, card, alerts_unset = False, 0, None, False
    async with database.read() as session:
        runs, untold, imported, newest_on = await queries.run_counts(session, person.user_id)
        if person.organiser and person.guild_id is not None:
            guild = await settings.guild_row(session, person.guild_id)
            held = await queries.count_held(session, person.guild_id)
            if guild is not None:
                club_unset = guild.zone is None
                card = await partners_card.state_of(session, guild)
                alerts_unset = guild.organisers_channel_id is None
    return Progress(runs, untold, imported, newest_on, club_unset, held, card, alerts_unset)
