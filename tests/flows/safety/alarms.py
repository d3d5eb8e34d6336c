"""Setup for alarm flows: the organisers' channel, contacts, and presses that raise alarms."""

from __future__ import annotations

from typing import Any

import discord
from sqlalchemy import update

from db.models import Guild
from tests.flows.conftest import Club, MemberActor, button_ids, text_of
from tests.flows.outings.on_the_way import BEFORE, agreed, letter


async def organisers_room(club: Club) -> Any:
    """Create the organisers' channel, readable only by them, with their role to mention."""
    role = next(r for r in club.env.bot.get_guild(club.guild.id).roles if r.name == "Organisers")
    overwrites = {
        club.guild.default_role: discord.PermissionOverwrite(view_channel=False),
        role: discord.PermissionOverwrite(view_channel=True),
        club.env.bot.user: discord.PermissionOverwrite(view_channel=True, send_messages=True),
    }
    room = club.guild.create_text_channel("organisers", overwrites=overwrites)
    await club.env.settle()
    await club_sets(club, organisers_channel_id=room.id, organiser_role_id=role.id)
    return room


async def club_sets(club: Club, **values: Any) -> None:
    await club.olga.slash(club.channel, "partner mine")  # creates the rows of the club and the organiser
    async with club.database.write() as session:
        await session.execute(update(Guild).where(Guild.guild_id == club.guild.id).values(**values))


async def contact(club: Club, of: MemberActor, who: MemberActor) -> None:
    await of.slash(club.channel, "partner contact", member=who)
    await club.env.settle()
    asked = next(
        m for m in reversed(club.dms(who)) if "safety contact" in m.content or "Sicherheitskontakt" in m.content
    )
    accept = next(label for label in button_ids(asked) if label in ("I accept", "Ich nehme an"))
    await who.user.click(asked, label=accept)


def newcomer(club: Club, name: str) -> MemberActor:
    return club.guild.add_member(club.env.create_user(name))


def role_of(club: Club) -> int:
    return next(r.id for r in club.env.bot.get_guild(club.guild.id).roles if r.name == "Organisers")


async def german_out(club: Club) -> None:
    await agreed(club, "backward", "Begleiten", when="Fr 18 Uhr")
    await club.pass_time(**BEFORE)
    asked = await club.alice.user.click(letter(club, club.alice, "Es ist so weit"), label="Einchecken")
    assert asked.response is not None
    await club.alice.user.click(asked.response, label="Wir sind alle da")
    await club.env.settle()


async def feel_unsafe(club: Club, who: MemberActor) -> Any:
    menu = await who.user.click(letter(club, who, "You're out with"), label="More")
    assert menu.response is not None
    said = await who.user.click(menu.response, label="I feel unsafe")
    await club.env.settle()
    return said


def the_extension_alone(club: Club, before: list[str]) -> bool:
    """Whether the extension is the only new message to Bob."""
    more = [text_of(m) for m in club.dms(club.bob)][len(before) :]
    return len(more) == 1 and "alice says you need 15 more minutes" in more[0]
