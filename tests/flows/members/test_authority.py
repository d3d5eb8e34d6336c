"""Removed members and former organisers, acting from outside the server: no private data, no effect."""

from __future__ import annotations

from copy import copy
from typing import Any

import discord
import pytest
from simcord import MemberActor
from sqlalchemy import select, update

from bot.i18n import translate
from db.models import Member, User
from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.outings.calling import card_of, club_sets, find, newcomer, press, state
from tests.flows.outings.on_the_way import copy_to, last, letter, out
from tests.flows.rounds.round_cards import newest, outings, set_up
from tests.flows.rounds.round_cards import press as answered
from tests.rules.button_requirements import buttons_requiring

ASKING = "/guilds/*/members/*"
NOT_OPEN = translate("en", "partners.not_open")
CLOSED = translate("en", "errors.standing.unknown")
SPOT = "gate 4, by the oak"


def kick(club: Club, actor: MemberActor) -> None:
    """Kick a member; the bot is not notified, since it has no members intent."""
    club.guild.remove_member(actor.user)


def discord_is_silent(club: Club) -> None:
    club.env.inject_error("GET", ASKING, status=500, code=0, times=None)


def discord_tells_again(club: Club) -> None:
    club.env.backend.faults.clear()


async def demote(club: Club) -> None:
    """Remove all roles from Olga."""
    with club.env._bot_scope():
        guild = club.env.bot.get_guild(club.guild.id)
        assert guild is not None
        member = await guild.fetch_member(club.olga.id)
        await member.remove_roles(*[role for role in member.roles if not role.is_default()])
    await club.env.settle()


async def whole_club_knows_olga(club: Club) -> None:
    await club.olga.slash(club.channel, "partner mine")


async def feel_unsafe(club: Club) -> Any:
    menu = await club.alice.user.click(letter(club, club.alice, "You're out with"), label="More")
    assert menu.response is not None
    said = await club.alice.user.click(menu.response, label="I feel unsafe")
    await club.env.settle()
    return said


# ── alarms ──


async def test_an_organiser_who_was_put_out_gets_no_alarm_and_the_presser_learns_it(club: Club) -> None:
    await whole_club_knows_olga(club)
    await out(club)
    await club_sets(club, owner_id=club.olga.id)
    before = len(club.dms(club.olga))
    kick(club, club.olga)
    await feel_unsafe(club)
    assert len(club.dms(club.olga)) == before
    assert "I couldn't tell the club" in last(club, club.alice).content


async def test_an_organiser_no_more_gets_no_alarm(club: Club) -> None:
    await whole_club_knows_olga(club)
    await out(club)
    await demote(club)
    await feel_unsafe(club)
    assert club.dms(club.olga) == []
    async with club.database.read() as session:
        assert not await session.scalar(select(Member.organiser).where(Member.user_id == club.olga.id))


@pytest.mark.parametrize("german", [False, True])
async def test_an_alarm_discord_cannot_vouch_for_says_who_and_not_where_and_show_opens_it_in_the_club(
    club: Club, german: bool
) -> None:
    await whole_club_knows_olga(club)
    if german:
        async with club.database.write() as session:
            await session.execute(update(User).where(User.user_id == club.olga.id).values(language="de"))
    await out(club)
    discord_is_silent(club)
    menu = await club.alice.user.click(letter(club, club.alice, "You're out with"), label="More")
    assert menu.response is not None
    await club.alice.user.click(menu.response, label="Need help")
    await club.env.settle()
    alarm = last(club, club.olga)
    assert "alice" in alarm.content
    assert SPOT not in text_of(alarm)
    assert "Stadium" not in text_of(alarm)
    if german:
        assert_language("de", alarm)
    show = next(found for label, found in button_ids(alarm).items() if found.startswith("delivery:show"))
    refused = await club.olga.user.click(alarm, custom_id=show)
    assert SPOT not in text_of(refused)
    assert text_of(refused) == translate("de" if german else "en", "errors.standing.unknown")
    discord_tells_again(club)
    assert SPOT in text_of(await club.olga.user.click(alarm, custom_id=show))
    kick(club, club.olga)
    assert SPOT not in text_of(await club.olga.user.click(alarm, custom_id=show))


async def test_a_channel_that_is_not_in_the_cache_counts_as_read_by_all(club: Club) -> None:
    await whole_club_knows_olga(club)
    room = club.guild.create_text_channel("office", overwrites={club.guild.default_role: hidden()})
    await club.env.settle()
    await club_sets(club, organisers_channel_id=room.id)
    await out(club)
    guild = club.env.bot.get_guild(club.guild.id)
    assert guild is not None
    guild._channels.pop(room.id)
    await feel_unsafe(club)
    assert room.history() == []
    assert "alice feels unsafe" in last(club, club.olga).content


def hidden() -> discord.PermissionOverwrite:
    return discord.PermissionOverwrite(view_channel=False)


async def test_a_demoted_organiser_ends_no_watch_from_another_server(club: Club) -> None:
    await whole_club_knows_olga(club)
    await out(club)
    bonn = club.env.create_guild("Bonn")
    elsewhere = bonn.add_member(club.olga.user)
    channel = bonn.create_text_channel("runs")
    await club.env.settle()
    await elsewhere.slash(channel, "settings")
    await demote(club)
    form = await elsewhere.click(await copied(club, channel), custom_id="alert:resolve:v1:1")
    said = await elsewhere.submit_modal(form, {"word": "all fine"})
    assert text_of(said) == NOT_OPEN
    assert (await state(club))[0] == "under_way"


async def copied(club: Club, channel: Any) -> discord.Message:
    """Post a forged button in a channel of the member's own server."""
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Resolved", custom_id="alert:resolve:v1:1"))
    with club.env._bot_scope():
        there: Any = club.env.bot.get_channel(channel.id)
        sent: discord.Message = await there.send("x", view=view)
    return sent


# ── rounds ──


async def test_a_round_is_neither_shown_to_nor_confirmed_by_who_was_put_out(club: Club) -> None:
    await set_up(club)
    await club.pass_time(hours=30)
    (preview,) = club.dms(club.olga)
    kick(club, club.olga)
    said = await answered(club, club.olga, preview, "Confirm")
    assert text_of(said) == club.words("errors.organiser.only")
    assert await outings(club) == []
    assert (await newest(club)).state == "drawn"


async def test_a_preview_is_not_sent_to_who_organises_no_more(club: Club) -> None:
    await set_up(club)
    await demote(club)
    await club.pass_time(hours=30)
    assert club.dms(club.olga) == []


async def test_a_round_stays_closed_while_discord_does_not_tell(club: Club) -> None:
    await set_up(club)
    await club.pass_time(hours=30)
    (preview,) = club.dms(club.olga)
    discord_is_silent(club)
    assert text_of(await answered(club, club.olga, preview, "Confirm")) == CLOSED
    assert text_of(await club.olga.user.slash("partner round")) == CLOSED
    discord_tells_again(club)
    await answered(club, club.olga, preview, "Confirm")
    assert len(await outings(club)) == 1


# ── upcoming outings ──


async def test_who_was_put_out_joins_nothing_by_direct_message_and_reads_no_place(club: Club) -> None:
    card = await find(club, club.alice)
    await club.bob.slash(club.channel, "partner mine")
    copy = await copy_to(club, club.bob, card)
    kick(club, club.bob)
    for label in ("Spotter", "More"):
        said = await press(club, club.bob, copy, label)
        assert SPOT not in said
        assert said == NOT_OPEN, label
    assert [one for one, _, _ in (await state(club))[1]] == [club.alice.id]


async def test_who_is_in_and_was_put_out_is_taken_out_and_told_no_place(club: Club) -> None:
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Spotter")
    kick(club, club.bob)
    mine = text_of(await club.bob.user.slash("partner mine"))
    assert SPOT not in mine
    assert "Stadium" not in mine
    assert ((await state(club))[0], (await state(club))[1][1][2]) == ("open", "left")


async def test_while_discord_does_not_tell_no_place_is_said_and_leaving_works(club: Club) -> None:
    card = await find(club, club.alice)
    copy = await copy_to(club, club.bob, card)
    await press(club, club.bob, card, "Spotter")
    discord_is_silent(club)
    mine = text_of(await club.bob.user.slash("partner mine"))
    assert "Stadium" in mine
    assert SPOT not in mine
    assert await press(club, club.bob, copy, "More") == CLOSED
    assert CLOSED not in await press(club, club.bob, last(club, club.bob), "Can't come")
    assert (await state(club))[1][1][2] == "left"


async def test_a_reminder_discord_cannot_vouch_for_comes_without_the_spot(club: Club) -> None:
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Spotter")
    discord_is_silent(club)
    await club.pass_time(hours=31)
    evening = next(m for m in club.dms(club.bob) if "Stadium" in m.content and "Tomorrow" in m.content)
    assert SPOT not in evening.content


async def test_who_is_out_keeps_the_menu_with_need_help_whatever_discord_says(club: Club) -> None:
    await out(club)
    kick(club, club.alice)
    menu = await club.alice.user.click(letter(club, club.alice, "You're out with"), label="More")
    assert "Need help" in text_of(menu)
    home = await club.alice.user.click(letter(club, club.alice, "You're out with"), label="Home")
    assert NOT_OPEN not in text_of(home)


async def test_who_was_put_out_calls_for_nobody_and_sees_neither_places_nor_boards(club: Club) -> None:
    await club_sets(club, partners_channel_id=club.channel.id)
    await club.bob.slash(club.channel, "partner mine")
    kick(club, club.bob)
    await club.env.advance_time(600)
    assert await club.bob.user.autocomplete("partner find", "place", "") == []
    said = await club.bob.user.slash("partner find", place="Stadium", when="fri 18:00", role="spotter", minutes=30)
    assert club.words("partners.refused.no_club") in text_of(said)
    assert club.words("board.home.none") in text_of(await club.bob.user.slash("leaderboard"))


async def test_a_role_that_was_taken_away_no_longer_opens_a_call_by_direct_message(club: Club) -> None:
    women = club.guild.create_role("women")
    await club.env.settle()
    await club.alice.slash(club.channel, "partner mine")
    await club_sets(club, women_role_id=women.id)
    wanda = newcomer(club, "wanda", women)
    await club.env.settle()
    await wanda.slash(club.channel, "partner mine")
    await find(club, club.alice, who="women")
    copy = await copy_to(club, wanda, card_of(club))
    assert "Stadium" in text_of(await wanda.user.click(copy, label="Show"))
    with club.env._bot_scope():
        guild = club.env.bot.get_guild(club.guild.id)
        assert guild is not None
        await (await guild.fetch_member(wanda.id)).remove_roles(discord.Object(women.id))
    await club.env.settle()
    assert text_of(await wanda.user.click(copy, label="Show")) == NOT_OPEN


async def test_no_button_of_an_outing_opens_for_who_was_put_out(club: Club) -> None:
    """Forge every button that requires membership, with the ids of this outing."""
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Spotter")
    asked = last(club, club.bob)
    kick(club, club.bob)
    more = {"join": "spotter", "wait": "spotter", "amend": "1"}
    no_form = translate("en", "errors.press.form")  # the answer to a press where a form is required
    for prefix in buttons_requiring("member"):
        action = prefix.split(":")[1]
        custom_id = ":".join([prefix, "v1", "1", *([more[action]] if action in more else [])])
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="x", custom_id=custom_id))
        with club.env._bot_scope():
            channel: Any = club.env.bot.get_partial_messageable(asked.channel.id)
            forged = await channel.send("x", view=view)
        said = text_of(await club.bob.user.click(forged, custom_id=custom_id))
        assert said in (NOT_OPEN, translate("en", "partners.said.kept"), *([no_form] if action == "amend" else [])), (
            custom_id
        )


async def test_an_alarm_reaches_the_new_owner_of_a_server_who_has_never_used_the_bot(club: Club) -> None:
    await club.alice.slash(club.channel, "partner mine")
    vera = newcomer(club, "vera")
    await club.env.settle()
    with club.env._bot_scope():
        guild = club.env.bot.get_guild(club.guild.id)
        assert guild is not None
        before = copy(guild)
        guild.owner_id = vera.id
        club.env.bot.dispatch("guild_update", before, guild)
    await club.env.settle()
    await out(club)
    await feel_unsafe(club)
    assert any("alice feels unsafe" in m.content for m in club.dms(vera))


async def test_a_place_is_not_offered_to_whose_role_was_taken_away(club: Club) -> None:
    women = club.guild.create_role("women")
    await club.env.settle()
    await club.alice.slash(club.channel, "partner mine")
    await club_sets(club, women_role_id=women.id, backward_per_spotter=1)
    vera, wanda = (newcomer(club, name, women) for name in ("vera", "wanda"))
    await club.env.settle()
    card = await find(club, club.alice, who="women")
    shown = await vera.click(card, label="Show")
    await press(club, vera, shown.response, "Spotter")
    await wanda.slash(club.channel, "partner mine")
    mine = await wanda.click(card, label="Show")
    await press(club, wanda, mine.response, "Come along")
    queue = await wanda.click(mine.response, label="Come along")
    assert queue.response is not None
    waits = next(found for found in button_ids(queue).values() if found.startswith("call:wait") and "spotter" in found)
    await wanda.click(queue.response, custom_id=waits)
    assert (await state(club))[1][-1] == (wanda.id, "spotter", "waiting")
    with club.env._bot_scope():
        guild = club.env.bot.get_guild(club.guild.id)
        assert guild is not None
        await (await guild.fetch_member(wanda.id)).remove_roles(discord.Object(women.id))
    await club.env.settle()
    await press(club, vera, last(club, vera), "Can't come")
    await club.env.settle()
    assert (await state(club))[1][-1][0] == wanda.id
    assert club.dms(wanda) == []
