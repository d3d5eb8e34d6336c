"""Choosing a time zone by the name of a place, wherever one is asked for."""

from __future__ import annotations

from discord import app_commands

from bot.domain.when import zones
from bot.interactions.replies import Interaction, resolve_person


async def suggest_zones(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Places that may be meant, each with the time there now."""
    person = await resolve_person(interaction)
    found = zones.search(current, person.reader.language, interaction.client.app.clock())
    return [app_commands.Choice(name=place.label, value=place.zone) for place in found]
