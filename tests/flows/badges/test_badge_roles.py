"""Roles for badges: chosen by organisers, given with the badge, taken with it, refused where they may not be given."""

from __future__ import annotations

from typing import Any

import discord

from tests.flows.conftest import Club, MemberActor, assert_language, button_ids, text_of
from tests.flows.reminders.reminding import forged


async def choose(club: Club, role: Any, badge: str = "first_kilometre") -> str:
    """Choose a role for a badge as an organiser; return what the card says."""
    settings = (await club.olga.slash(club.channel, "club settings")).response
    for prefix in ("club:boards:", "club:badges:"):
        custom_id = next(one for one in button_ids(settings).values() if one.startswith(prefix))
        await club.olga.click(settings, custom_id=custom_id)
    await club.olga.select(settings, [badge], custom_id="club:badge:v1")
    answer = await club.olga.select(settings, [role] if role else [], custom_id=f"club:badgerole:v1:{badge}")
    return text_of(answer)


def has(club: Club, who: MemberActor, role: Any) -> bool:
    return role.id in club.env.backend.guilds[club.guild.id].members[who.id].role_ids


async def test_a_role_comes_and_goes_with_its_badge(club: Club) -> None:
    role, other = club.guild.create_role("Retro"), club.guild.create_role("Moonwalk")
    await club.bob.slash(club.channel, "log", run="1k 6:30 backward yesterday")
    assert f"- **First kilometre backward**: <@&{role.id}>" in await choose(club, role)
    assert has(club, club.bob, role), "who had the badge before gets it too"
    assert not has(club, club.alice, role)
    await club.alice.slash(club.channel, "log", run="1k 6:30 backward today 5am")
    assert has(club, club.alice, role)
    await choose(club, role, "dawn")
    await choose(club, None, "dawn")
    assert has(club, club.alice, role), "still for the other badge"
    card = next(one for one in club.channel.history() if "Dawn patrol" in text_of(one))
    await club.alice.click(card, label="Undo")
    assert not has(club, club.alice, role)
    await choose(club, other)
    assert (has(club, club.bob, role), has(club, club.bob, other)) == (False, True), "another role, for the same badge"
    await club.restart()
    await choose(club, None)
    assert not has(club, club.bob, other)


async def test_a_role_that_may_not_be_given_is_refused(club: Club) -> None:
    powerful = club.guild.create_role("Mods", permissions=discord.Permissions(kick_members=True))
    above = club.guild.create_role("Board")
    guild = club.env.bot.get_guild(club.guild.id)
    assert guild is not None
    known = guild.get_role(above.id)
    assert known is not None
    known.position = 99
    organisers = club.guild.roles["Organisers"]
    for role, said in ((powerful, "moderate or manage"), (above, "is above mine"), (organisers, "moderate or manage")):
        seen = await choose(club, role)
        assert said in seen
        assert "No roles yet" in seen
    copy = await forged(club, "club:badges:v1", "club:badgerole:v1:dawn", "club:badgerole:v1:backward_distance")
    for who, custom_id, said in (
        (club.alice, "club:badges:v1", "organisers"),
        (club.alice, "club:badgerole:v1:dawn", "organisers"),
        (club.olga, "club:badgerole:v1:backward_distance", "button"),
    ):
        answer = await who.click(copy, custom_id=custom_id)
        assert answer.ephemeral
        assert said in text_of(answer)


async def test_german(club: Club) -> None:
    await club.speak("de")
    settings = await club.olga.slash(club.channel, "club settings")
    for prefix in ("club:boards:", "club:badges:"):
        custom_id = next(one for one in button_ids(settings).values() if one.startswith(prefix))
        shown = await club.olga.click(settings.response, custom_id=custom_id)
    assert_language("de", shown, await club.olga.select(settings.response, ["dawn"], custom_id="club:badge:v1"))
