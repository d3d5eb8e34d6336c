"""A member's safety contacts: the question to one, the list of one's own, and that one is lost."""

from __future__ import annotations

import discord
from discord import ButtonStyle, ui

from bot.interactions.components import button, card, classic, identity, row, select
from bot.localizer import Localizer, escaped
from bot.services.safety.contacts import Contacts


def contact_asked(name: str, user_id: int, reader: Localizer) -> tuple[str, ui.View]:
    """Return the question whether somebody accepts being a contact."""
    return reader.t("alerts.contact.ask", name=escaped(name, 60)), classic(
        button(reader.t("alerts.button.accept"), identity("contact", "accept", user_id), ButtonStyle.success),
        button(reader.t("alerts.button.decline"), identity("contact", "decline", user_id)),
    )


def contact_gone(name: str | None, left: int, reader: Localizer) -> str:
    """Return the message that a contact has withdrawn (unnamed if erased), and how many remain."""
    who = reader.t(
        "alerts.contact.lost_somebody" if name is None else "alerts.contact.lost", name=escaped(name or "", 60)
    )
    return f"{who} {reader.t('alerts.contact.lost_left', count=left) if left else reader.t('alerts.contact.lost_all')}"


def contacts_card(contacts: Contacts, reader: Localizer, notice: str = "") -> ui.LayoutView:
    """Return the card of one's own contacts in order, and of whom one is a contact."""
    lines = [
        reader.t(
            f"alerts.contact.line_{'blocked' if c.blocked else c.state}", position=c.position, name=escaped(c.name, 60)
        )
        for c in contacts.mine
    ]
    parts: list[str | ui.Item[ui.LayoutView]] = [
        reader.t("alerts.contact.title"),
        notice,
        reader.t("alerts.contact.intro"),
        "\n".join(lines) or reader.t("alerts.contact.none"),
    ]
    if contacts.mine:
        options = [discord.SelectOption(label=c.name[:100] or "?", value=str(c.user_id)) for c in contacts.mine]
        parts.append(row(select(identity("contact", "drop"), options, placeholder=reader.t("alerts.contact.remove"))))
    if contacts.of:
        names = reader.both([escaped(name, 60) for _, name in contacts.of])
        options = [discord.SelectOption(label=name[:100] or "?", value=str(one)) for one, name in contacts.of]
        parts.append(reader.t("alerts.contact.of", names=names))
        menu = select(identity("contact", "withdraw"), options, placeholder=reader.t("alerts.contact.withdraw"))
        parts.append(row(menu))
    return card(*parts)
