"""Erasure of everything stored about one member. The export is in `exports.py`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.runs.run_facts import CreditFacts, PersonFacts
from bot.services.privacy import erasure
from bot.services.projections import run_projections
from bot.services.runs.runs import PublicCard, content_of, facts_of
from bot.services.safety import contacts
from db.engine import Database
from db.queries.privacy import erased_rows
from db.queries.privacy import erasure as queries
from db.queries.runs import runs as run_queries
from db.queries.runs import spotting


@dataclass(frozen=True, slots=True)
class Erased:
    """Result of an erasure, and what Discord still shows.

    Attributes:
        runs: number of erased runs.
        cards: public messages that showed them, for the caller to delete.
        redraw: others' runs that named the member as spotter; their public cards must be updated.
    """

    runs: int
    cards: tuple[PublicCard, ...]
    redraw: tuple[int, ...]


async def erase(database: Database, user_id: int, now: datetime) -> Erased:
    """Erase a member from every table and board. This cannot be undone.

    Raises:
        Conflict: they are in an outing that is under way; nothing was erased.
    """
    found = await erasure.find_messages(database, user_id)
    async with database.write() as session:
        runs = await queries.hold_runs(session, user_id)
        cards = [PublicCard(card.channel_id, card.message_id) for card in await queries.cards_about(session, user_id)]
        named = await queries.runs_naming(session, user_id)
        stretches = await run_queries.stretches_of(session, [run.run_id for run in named])
        with_spotter = [facts_of(run, content_of(run, stretches[run.run_id])) for run in named]
        redraw = [run.run_id for run in named]
        await erasure.leave_outings(session, user_id, now)
        await erased_rows.clear_names(session, user_id)
        await erasure.stop_reminders(session, user_id)
        await erasure.forget_in_text(session, user_id, found)
        await contacts.withdraw_everywhere(session, user_id, now)
        others = [CreditFacts(*row) for row in await spotting.credits_given_by(session, user_id)]
        await run_projections.apply(session, PersonFacts(user_id), None)
        await erased_rows.delete_rows(session, user_id)
        for given in others:
            await run_projections.apply(session, given, None)
        for before in with_spotter:
            nobody = replace(before.content, spotter_id=None, spotter_name=None, spotter_state=None)
            await run_projections.apply(session, before, replace(before, content=nobody))
    return Erased(runs, tuple(cards), tuple(redraw))
