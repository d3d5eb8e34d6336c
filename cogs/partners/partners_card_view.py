"""The club's public partners card: purpose, rule and buttons, in the club's language."""

from __future__ import annotations

import discord
from discord import ui

from bot.interactions.components import button, card, identity, row
from bot.services.members.people import Club
from cogs.outings.outing_letters_view import rule_lines

WAYS = (("find", "call", "new"), ("mine", "call", "mine"), ("when", "avail", "open"))
"""The card's buttons: key of the label, area and action of the custom id. Other cogs handle them."""


def partners_card(club: Club) -> ui.LayoutView:
    """Return the card with the club's current settings."""
    reader = club.reader
    buttons = [
        button(
            reader.t(f"club.find.{name}"),
            identity(area, action),
            discord.ButtonStyle.secondary if number else discord.ButtonStyle.primary,
        )
        for number, (name, area, action) in enumerate(WAYS)
    ]
    return card(
        reader.t("club.find.title"),
        reader.t("club.find.about"),
        ui.Separator(),
        *rule_lines(club, reader),
        row(*buttons),
    )
