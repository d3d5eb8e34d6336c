"""The club's partners card: what partners are for, the rule, and the ways in. Public, in the club's language."""

from __future__ import annotations

import discord
from discord import ui

from bot.interactions.components import button, card, identity, row
from bot.services.members.people import Club
from cogs.outings.outing_letters_view import rule_lines

WAYS = (("find", "call", "new"), ("mine", "call", "mine"), ("when", "avail", "open"))
"""Its buttons: the word on it, and the area and action of its id. Other cogs answer them."""


def partners_card(club: Club) -> ui.LayoutView:
    """The card as the club's settings are."""
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
