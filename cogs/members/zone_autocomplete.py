"""Autocomplete of time zones by place name."""

from __future__ import annotations

from discord import app_commands

from bot.domain.when import zones
from bot.interactions.replies import Interaction, resolve_person


async def suggest_zones(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest matching places, each with its local time."""
    person = await resolve_person(interaction)
    reader = person.reader
    found = zones.search(current, reader.language, interaction.client.app.clock())
    return [
        app_commands.Choice(name=f"{place.named} · {reader.hour(place.local.time())}", value=place.zone)
        for place in found
    ]
