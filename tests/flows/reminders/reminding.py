"""Actions of members on reminders, shared by the flows."""

from __future__ import annotations

from typing import Any

import discord
from sqlalchemy import select

from bot.interactions.components import button, card, row
from db.models import Due, Reminder
from tests.flows.conftest import Club, MemberActor, text_of

SEVEN = "every day 7:00"
ONE = "every day 13:00"
"""Daily, first an hour after the start of a flow."""


async def ask(club: Club, actor: MemberActor, when: str = ONE, what: str = "calf raises", **more: Any) -> str:
    """Create a reminder, for Olga one of the club, and return the text of the answer."""
    command = "remind club" if actor is club.olga else "remind me"
    return text_of(await actor.slash(club.channel, command, when=when, what=what, **more))


async def forged(club: Club, *custom_ids: str) -> discord.Message:
    """Post a card with buttons of these custom ids, as a modified client could press them."""
    with club.env._bot_scope():
        channel: Any = club.env.bot.get_channel(club.channel.id)
        sent: discord.Message = await channel.send(view=card(row(*(button("press", one) for one in custom_ids))))
    return sent


def last(club: Club, actor: MemberActor) -> discord.Message:
    """Return the newest direct message."""
    return club.dms(actor)[-1]


def said(club: Club, actor: MemberActor) -> list[str]:
    """Return the texts of all direct messages."""
    return [message.content for message in club.dms(actor)]


async def rows(club: Club) -> list[tuple[str, str, int]]:
    """Return (what, state, number of due jobs) of every reminder."""
    async with club.database.read() as session:
        found = (await session.scalars(select(Reminder).order_by(Reminder.reminder_id))).all()
        due = (await session.scalars(select(Due.subject_id).where(Due.kind.startswith("remind")))).all()
        return [(row.what, row.state, list(due).count(row.reminder_id)) for row in found]
