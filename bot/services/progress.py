"""What a person has done so far, by which `/help` says what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.services.people import Person
from db.engine import Database
from db.queries import settings as queries


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
    """

    runs: int
    untold: int
    imported: int
    newest_on: date | None
    club_unset: bool
    held: int


async def progress_of(database: Database, person: Person) -> Progress:
    """What a person has done so far."""
    club_unset, held = False, 0
    async with database.read() as session:
        runs, untold, imported, newest_on = await queries.run_counts(session, person.user_id)
        if person.organiser and person.guild_id is not None:
            guild = await queries.guild_row(session, person.guild_id)
            club_unset = guild is not None and guild.zone is None
            held = await queries.count_held(session, person.guild_id)
    return Progress(runs, untold, imported, newest_on, club_unset, held)
