"""Asking a runner whether two runs that cover the same time are one, when the second of them counts already."""

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
    """Show both privately, behind the answer to what made the run count; nothing where no other covers its time."""
    if view.deleted or not view.content.told:
        return
    try:
        found = await overlapping_runs.twins(interaction.client.app.database, view.run_id, person.user_id)
    except Unavailable as error:
        log.warning("nobody could be asked whether run %d is there twice: %s", view.run_id, error)
        return
    if found is not None:
        await reply(interaction, same_or_two(found, person.reader), private=True)
