from __future__ import annotations

from typing import Any

import discord
import pytest
from sqlalchemy import select

from bot.delivery.message_kinds import RenderContext
from bot.domain.messages.stored_kinds import StoredKind
from bot.services.partners import meeting_points
from cogs.clubs.club_points_view import point_card, points_card, remove_card
from cogs.clubs.club_settings_view import settings_page
from cogs.clubs.club_view import Page, SettingsTrouble
from db.models import Delivery, Member
from tests.flows.clubs.club_pages import allow, bot_role, guild, hidden, page, private_channel, set_guild, settings
from tests.flows.conftest import NOON, Club, assert_language, button_ids, text_of

# ------------------------------------------------------------------ partners


async def test_a_partners_channel_is_chosen_and_the_card_is_on_its_way(club: Club) -> None:
    shown = await page(club, "Partners")
    assert "No partners channel yet" in text_of(shown)
    after = await club.olga.select(shown.response, [club.channel], custom_id="club:partners:v1")
    assert "⚠️" not in text_of(after)
    assert (await guild(club)).partners_channel_id == club.channel.id
    async with club.database.read() as session:
        (row,) = await session.scalars(select(Delivery))
    assert (row.kind, row.occurrence, row.destination, row.channel_id, row.guild_id) == (
        "club.partners", str(club.guild.id), "card", club.channel.id, club.guild.id,
    )  # fmt: skip
    after = await club.olga.select(shown.response, [], custom_id="club:partners:v1")
    assert (await guild(club)).partners_channel_id is None


@pytest.mark.parametrize("language", ["en", "de"])
async def test_the_card_says_what_partners_are_for_in_the_clubs_language(club: Club, language: str) -> None:
    await club.olga.slash(club.channel, "club settings")
    await set_guild(club, language=language, partners_channel_id=club.channel.id, solo_surfaces=["track", "treadmill"])
    kind = club.env.bot.kinds[StoredKind.CLUB_PARTNERS]  # type: ignore[attr-defined]
    outgoing = RenderContext(
        1, kind.name, str(club.guild.id), "card", club.guild.id, 0, club.channel.id, None, None, {}, NOON
    )
    drawn = await kind.draw(club.env.bot, outgoing)
    message = await club.env.bot.get_partial_messageable(club.channel.id).send(view=drawn.layout)
    posted = next(one for one in club.channel.history() if one.id == message.id)
    ids = list(button_ids(posted).values())
    assert ids == ["call:new:v1", "call:mine:v1", "avail:open:v1"]
    assert_language(language, posted)
    assert {"en": "a spotter looks after 2 runners at most", "de": "begleitet höchstens 2 Personen"}[
        language
    ] in text_of(posted)
    assert {"en": "track or treadmill", "de": "Bahn oder Laufband"}[language] in text_of(posted)
    await set_guild(club, partners_channel_id=club.channel.id + 1)
    assert await kind.draw(club.env.bot, outgoing) is None


async def test_a_card_that_moves_is_taken_down_where_it_was(club: Club) -> None:
    shown = await page(club, "Partners")
    card = await club.env.bot.get_partial_messageable(club.channel.id).send("the card")
    await set_guild(club, partners_channel_id=club.channel.id, partners_card_id=card.id)
    other = club.guild.create_text_channel("partners")
    await club.env.settle()
    await club.olga.select(shown.response, [other], custom_id="club:partners:v1")
    assert card.id not in [message.id for message in club.channel.history()]
    assert (await guild(club)).partners_channel_id == other.id
    card = await club.env.bot.get_partial_messageable(other.id).send("the card")
    await set_guild(club, partners_card_id=card.id)
    await club.olga.click((await page(club, "Partners")).response, label="Post it again")
    assert card.id not in [message.id for message in other.history()]


async def test_a_card_whose_channel_is_gone_still_moves(club: Club) -> None:
    gone = club.guild.create_text_channel("partners")
    await page(club, "Partners")
    await set_guild(club, partners_channel_id=gone.id, partners_card_id=1)
    await club.env.bot.get_channel(gone.id).delete()  # type: ignore[union-attr]
    await club.env.settle()
    shown = await page(club, "Partners")
    assert "The channel you chose is gone" in text_of(shown)
    assert "Post it again" not in text_of(shown)
    after = await club.olga.select(shown.response, [club.channel], custom_id="club:partners:v1")
    assert "gone" not in text_of(after)
    assert (await guild(club)).partners_channel_id == club.channel.id


async def test_a_card_that_was_deleted_is_said_to_be_gone(club: Club) -> None:
    await page(club, "Partners")
    await set_guild(club, partners_channel_id=club.channel.id)
    shown = await page(club, "Partners")
    assert "is gone, or I couldn't post it" in text_of(shown)
    after = await club.olga.click(shown.response, label="Post it again")
    assert "is gone" not in text_of(after)


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        ({"view_channel": False}, "I need View Channel, Send Messages and Embed Links"),
        ({"send_messages": False}, "I need Send Messages and Embed Links"),
        ({"embed_links": False}, "I need Embed Links"),
    ],
)
async def test_a_partners_channel_the_bot_cannot_use_is_refused(
    club: Club, denied: dict[str, bool], named: str
) -> None:
    channel = club.guild.create_text_channel(
        "partners", overwrites={bot_role(club): discord.PermissionOverwrite(**denied)}
    )
    await club.env.settle()
    shown = await page(club, "Partners")
    after = await club.olga.select(shown.response, [channel], custom_id="club:partners:v1")
    assert named in text_of(after)
    assert (await guild(club)).partners_channel_id is None
    await set_guild(club, partners_channel_id=channel.id)  # chosen while permitted; the permission was removed later
    assert named in text_of(await page(club, "Partners"))


async def test_roles_are_chosen_cleared_and_never_everyone(club: Club) -> None:
    spotters = club.guild.create_role("Spotters")
    carla = club.guild.add_member(club.env.create_user("carla"), roles=[spotters])
    await club.env.settle()
    shown = await page(club, "Partners")
    for column, action in (("spotter_role_id", "spotter"), ("women_role_id", "women")):
        refused = await club.olga.select(shown.response, [club.guild.default_role], custom_id=f"club:{action}:v1")
        assert "⚠️ With @everyone" in text_of(refused)
        assert getattr(await guild(club), column) is None
        await club.olga.select(shown.response, [spotters], custom_id=f"club:{action}:v1")
        assert getattr(await guild(club), column) == spotters.id
    await carla.slash(club.channel, "help")
    async with club.database.read() as session:
        member = await session.get(Member, (club.guild.id, carla.id))
        assert member is not None
        assert member.role_ids == [spotters.id]
    role = club.env.bot.get_guild(club.guild.id).get_role(spotters.id)  # type: ignore[union-attr]
    assert role is not None
    await role.delete()
    await club.env.settle()
    assert text_of(await page(club, "Partners")).count("The role you chose is gone") == 2
    await club.olga.select(shown.response, [], custom_id="club:women:v1")
    assert (await guild(club)).women_role_id is None


async def test_backward_runners_a_spotter(club: Club) -> None:
    shown = await page(club, "Partners")
    await club.olga.select(shown.response, ["3"], custom_id="club:runners:v1")
    assert (await settings(club)).club.backward_per_spotter == 3


# ------------------------------------------------------------------ safety


async def test_an_organisers_channel_is_one_that_not_everybody_reads(club: Club) -> None:
    shown = await page(club, "Safety")
    assert "by DM to the server's owner" in text_of(shown)
    refused = await club.olga.select(shown.response, [club.channel], custom_id="club:alerts:v1")
    assert "Everyone can read" in text_of(refused)
    assert "Take *View Channel* away from @everyone" in text_of(refused)
    assert (await guild(club)).organisers_channel_id is None
    private = await private_channel(club)
    after = await club.olga.select(shown.response, [private], custom_id="club:alerts:v1")
    assert "pings nobody" in text_of(after)
    assert (await guild(club)).organisers_channel_id == private.id
    await club.env.bot.get_channel(private.id).edit(overwrites={})  # type: ignore[union-attr]
    await club.env.settle()
    assert "Everyone can read" in text_of(await page(club, "Safety"))
    await club.env.bot.get_channel(private.id).delete()  # type: ignore[union-attr]
    await club.env.settle()
    assert "The channel you chose is gone" in text_of(await page(club, "Safety"))
    await club.olga.select(shown.response, [], custom_id="club:alerts:v1")
    assert (await guild(club)).organisers_channel_id is None


async def test_an_organisers_channel_the_bot_cannot_write_in_is_refused(club: Club) -> None:
    olga = {club.olga: discord.PermissionOverwrite(view_channel=True)}
    bot = {bot_role(club): discord.PermissionOverwrite(view_channel=True, send_messages=False)}
    unseen = club.guild.create_text_channel("unseen", overwrites={**hidden(club), **olga})
    silent = club.guild.create_text_channel("silent", overwrites={**hidden(club), **olga, **bot})
    await club.env.settle()
    shown = await page(club, "Safety")
    refused = await club.olga.select(shown.response, [unseen], custom_id="club:alerts:v1")
    assert "I need View Channel and Send Messages" in text_of(refused)
    refused = await club.olga.select(shown.response, [silent], custom_id="club:alerts:v1")
    assert "I need Send Messages" in text_of(refused)
    assert (await guild(club)).organisers_channel_id is None


async def test_the_organisers_role_must_be_able_to_read_and_be_pinged_there(club: Club) -> None:
    captains = club.guild.create_role("Captains")
    await club.env.settle()
    await club.olga.slash(club.channel, "club settings")
    await set_guild(club, organiser_role_id=captains.id)
    unread, read = await private_channel(club, name="unread"), await private_channel(club, captains)
    shown = await page(club, "Safety")
    refused = await club.olga.select(shown.response, [unread], custom_id="club:alerts:v1")
    assert f"<@&{captains.id}> can't read <#{unread.id}>" in text_of(refused)
    allow(club, bot_role(club), mention_everyone=False)
    refused = await club.olga.select(shown.response, [read], custom_id="club:alerts:v1")
    assert f"I can't ping <@&{captains.id}> in <#{read.id}>" in text_of(refused)
    assert (await guild(club)).organisers_channel_id is None
    role = club.env.bot.get_guild(club.guild.id).get_role(captains.id)  # type: ignore[union-attr]
    assert role is not None
    await role.edit(mentionable=True)
    await club.env.settle()
    after = await club.olga.select(shown.response, [read], custom_id="club:alerts:v1")
    assert f"An alert pings <@&{captains.id}>" in text_of(after)
    await role.edit(mentionable=False)
    await club.env.settle()
    assert "I can't ping" in text_of(await page(club, "Safety"))
    allow(club, bot_role(club), mention_everyone=True)
    assert "An alert pings" in text_of(await page(club, "Safety"))


async def test_grace_and_emergency_number(club: Club) -> None:
    shown = await page(club, "Safety")
    assert "Grace: 15 min (default)" in text_of(shown)
    assert "Your local emergency number" in text_of(shown)
    await club.olga.select(shown.response, ["60"], custom_id="club:grace:v1")
    form = await club.olga.click(shown.response, label="Change")
    after = await club.olga.submit_modal(form, {"number": "112 *or* @everyone 110"})
    assert "112 \\*or\\* @\u200beveryone 110" in text_of(after)
    held = (await settings(club)).club
    assert (held.grace_min, held.emergency_number) == (60, "112 *or* @everyone 110")
    form = await club.olga.click(shown.response, label="Change")
    after = await club.olga.submit_modal(form, {"number": "no idea"})
    assert "I can't read “no idea” as a number" in text_of(after)
    form = await club.olga.click(shown.response, label="Change")
    await club.olga.submit_modal(form, {"number": ""})
    assert (await settings(club)).club.emergency_number is None


# ------------------------------------------------------------------ the weekly round


async def test_the_weekly_round_is_turned_on_and_set(club: Club) -> None:
    shown = await page(club, "Weekly round")
    assert "The weekly round is off" in text_of(shown)
    assert "Matched on Thursday at 18:00, UTC time. 24 hours before" in text_of(shown)
    await club.olga.select(shown.response, ["6"], custom_id="club:when:v1:weekday")
    await club.olga.select(shown.response, ["0"], custom_id="club:when:v1:hour")
    after = await club.olga.select(shown.response, ["48"], custom_id="club:when:v1:notice")
    assert "Matched on Sunday at 00:00, UTC time. 48 hours before" in text_of(after)
    refused = await club.olga.click(shown.response, label="Turn on")
    assert "Choose a partners channel first" in text_of(refused)
    await set_guild(club, partners_channel_id=club.channel.id, partners_card_id=1)
    after = await club.olga.click(shown.response, label="Turn on")
    assert "The weekly round is on" in text_of(after)
    held = (await settings(club)).round
    assert (held.on, held.weekday, held.hour, held.notice_h) == (True, 6, 0, 48)
    await club.olga.click(shown.response, label="Turn off")
    assert not (await settings(club)).round.on


# ------------------------------------------------------------------ presses by others


async def test_a_member_who_gets_at_a_card_changes_nothing(club: Club) -> None:
    await page(club, "Partners")
    await set_guild(club, partners_channel_id=club.channel.id, partners_card_id=1)
    point = await meeting_points.add(club.database, club.guild.id, "Stadium", "track", "secret bench", NOON)
    held = await settings(club)
    reader = held.club.reader
    views = [settings_page(name, held, SettingsTrouble(), reader, NOON) for name in Page]
    views += [points_card(held.club, [point], reader), point_card(point, reader), remove_card(point, reader)]
    channel = club.env.bot.get_partial_messageable(club.channel.id)
    pressed = set()
    for view in views:
        message = await channel.send(view=view)
        for item in view.walk_children():
            inner: Any = item
            custom_id = getattr(inner, "custom_id", None)
            if custom_id is None or custom_id in pressed:
                continue
            pressed.add(custom_id)
            if isinstance(inner, discord.ui.Button):
                answer = await club.alice.click(message, custom_id=custom_id)
            else:
                values: dict[str, list[Any]] = {
                    "club:partners:v1": [club.channel], "club:alerts:v1": [club.channel],
                    "club:role:v1": [club.guild.default_role], "club:spotter:v1": [club.guild.default_role],
                    "club:women:v1": [club.guild.default_role], "club:digest:v1": [club.channel],
                }  # fmt: skip
                chosen = values.get(custom_id) or [inner.options[-1].value]
                answer = await club.alice.select(message, chosen, custom_id=custom_id)
            assert answer.modal is None, custom_id
            assert answer.response is not None, custom_id
            assert answer.response.ephemeral, custom_id
            assert "for organisers" in text_of(answer), custom_id
            assert "secret" not in text_of(answer)
    assert len(pressed) > 25
    assert await settings(club) == held
    assert await meeting_points.meeting_points(club.database, club.guild.id) == (point,)


async def test_who_is_no_organiser_any_more_cannot_send_a_form_opened_before(club: Club) -> None:
    captains = club.guild.create_role("Captains")
    carla = club.guild.add_member(club.env.create_user("carla"), roles=[captains])
    await club.env.settle()
    await club.olga.slash(club.channel, "club settings")
    await set_guild(club, organiser_role_id=captains.id)
    card = await carla.slash(club.channel, "club settings")
    await carla.click(card.response, label="Partners")
    await carla.click(card.response, label="Meeting points")
    form = await carla.click(card.response, label="Add")
    await set_guild(club, organiser_role_id=None)
    refused = await carla.submit_modal(form, {"name": "Mine", "surface": ["any"], "detail": ""})
    assert "for organisers" in text_of(refused)
    assert await meeting_points.meeting_points(club.database, club.guild.id) == ()


async def test_pages_go_on_after_a_restart(club: Club) -> None:
    shown = await page(club, "Safety")
    await club.restart()
    assert "The weekly round is off" in text_of(await club.olga.click(shown.response, label="Weekly round"))


async def test_german_organisers_read_german(club: Club) -> None:
    await club.speak("de")
    german = [await page(club, "Begleitung")]
    shown = german[0].response
    german.append(await club.olga.select(shown, [club.guild.default_role], custom_id="club:spotter:v1"))
    german.append(await club.olga.select(shown, [club.channel], custom_id="club:partners:v1"))
    german.append(await club.olga.click(shown, label="Treffpunkte"))
    form = await club.olga.click(shown, label="Hinzufügen")
    german.append(form)
    german.append(await club.olga.submit_modal(form, {"name": "Stadion", "surface": ["track"], "detail": "Bank"}))
    (point,) = await meeting_points.meeting_points(club.database, club.guild.id)
    german.append(await club.olga.select(shown, [str(point.point_id)], custom_id="club:chosen:v1"))
    german.append(await club.olga.click(shown, label="Bearbeiten"))
    german.append(await club.olga.click(shown, label="Entfernen"))
    german.append(await club.olga.click(shown, label="Entfernen"))
    german.append(await club.olga.click(shown, label="Zurück"))
    german.append(await club.olga.click(shown, label="Sicherheit"))
    german.append(await club.olga.select(shown, [club.channel], custom_id="club:alerts:v1"))
    form = await club.olga.click(shown, label="Ändern")
    german.append(form)
    german.append(await club.olga.submit_modal(form, {"number": "weiß nicht"}))
    german.append(await club.olga.click(shown, label="Wochenrunde"))
    german.append(await club.olga.click(shown, label="Einschalten"))
    assert_language("de", *german)
