"""The question whether two runs of the same time are one, asked once the second of them counts."""

from __future__ import annotations

import logging

from bot.errors import Unavailable
from bot.interactions.replies import Interaction, reply
from bot.services.members.people import Person
from bot.services.runs import overlapping_runs
from bot.services.runs.runs import RunView
from cogs.runs.imports_view import same_or_two

log = logging.getLogger(__name__)


async def ask_if_twice(interaction: Interaction, person: Person, view: RunView) -> None:
    """Ask privately, as a followup, showing both runs; do nothing if no other run overlaps."""
    if view.deleted or not view.content.told:
        return
    try:
        found = await overlapping_runs.twins(interaction.client.app.database, view.run_id, person.user_id)
    except Unavailable as error:
        log.warning("could not look for runs that overlap run %d: %s", view.run_id, error)
        return
    if found is not None:
        await reply(interaction, same_or_two(found, person.reader), private=True)
