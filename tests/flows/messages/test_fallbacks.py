"""Refused direct messages: the notice posted in a channel instead, and who may open it."""

from __future__ import annotations

import pytest
from discord import Message, PermissionOverwrite, TextChannel

from bot.delivery.message_kinds import DeliveryFailure
from bot.domain.messages.priority import Priority
from bot.services.clubs import memberships
from bot.services.messages import fallbacks
from bot.services.messages.deliveries import OutboundMessage
from db.models import Delivery, Guild, User
from tests.flows.conftest import NOON, Club, assert_language, button_ids, text_of
from tests.flows.messages import letters
from tests.flows.messages.letters import in_channel, letter, said, send, states


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    letters.load_too(monkeypatch)


async def choose_channel(club: Club) -> None:
    async with club.database.write() as session:
        guild = await session.get(Guild, club.guild.id)
        assert guild is not None
        guild.partners_channel_id = club.channel.id


async def meet(club: Club) -> None:
    for actor in (club.alice, club.bob):
        await actor.slash(club.channel, "help")


async def test_a_refused_letter_waits_behind_show_for_its_reader_alone(club: Club) -> None:
    await meet(club)
    await choose_channel(club)
    club.close_dms(club.alice)
    await send(club, letter(club, "secret", club.alice))
    message = club.channel.last_message
    assert message is not None
    assert text_of(message).splitlines() == [f"<@{club.alice.id}>, you have a message.", "Show"]
    assert [user.id for user in message.mentions] == [club.alice.id]
    assert await states(club) == ["closed", "sent"]

    opened = await club.alice.click(message, label="Show")
    assert opened.ephemeral
    assert text_of(opened).startswith("secret\n-# This waited here because")
    assert "Help" in button_ids(opened)
    other = await club.bob.click(message, label="Show")
    assert other.ephemeral
    assert "for someone else" in text_of(other)
    assert "secret" not in text_of(other)


async def test_the_fallback_speaks_the_clubs_language_and_what_is_settled_says_so(club: Club) -> None:
    await club.speak("de")
    await meet(club)
    await choose_channel(club)
    club.close_dms(club.alice)
    await send(club, letter(club, "geheim", club.alice))
    message = club.channel.last_message
    assert message is not None
    assert "du hast eine Nachricht" in message.content
    other = await club.bob.click(message, label="Zeigen")
    async with club.database.write() as session:
        (await session.get_one(Delivery, 1)).payload = {"settled": True}
    late = await club.alice.click(message, label="Zeigen")
    assert "nichts mehr zu tun" in text_of(late)
    assert_language("de", message, other, late)


async def test_closed_direct_messages_are_tried_again_after_a_month_and_success_forgets(club: Club) -> None:
    await meet(club)
    await choose_channel(club)
    club.close_dms(club.alice)
    await send(club, letter(club, "a", club.alice))
    club.open_dms(club.alice)
    await club.restart(days=29)
    await send(club, letter(club, "b", club.alice))
    assert said(club, club.alice) == []
    await club.restart(days=2)
    await send(club, letter(club, "c", club.alice))
    assert said(club, club.alice) == ["c"]
    async with club.database.read() as session:
        assert (await session.get_one(User, club.alice.id)).dm_closed_at is None
    await send(club, letter(club, "d", club.alice))
    assert said(club, club.alice) == ["c", "d"]


async def test_without_a_channel_to_fall_back_to_the_kind_is_told_and_the_next_is_tried(club: Club) -> None:
    await meet(club)
    club.close_dms(club.alice)
    await send(club, letter(club, "a", club.alice))
    assert letters.told == [("failed", "a", DeliveryFailure.CLOSED)]
    club.open_dms(club.alice)
    await send(club, letter(club, "b", club.alice))
    assert said(club, club.alice) == ["b"]


async def test_who_has_no_server_in_common_is_not_called_in_the_channel_and_hears_again_once_back(club: Club) -> None:
    await meet(club)
    await choose_channel(club)
    club.close_dms(club.alice, code=50278)
    await send(club, letter(club, "a", club.alice))
    await club.pass_time(seconds=10)
    assert club.channel.last_message is None or "you have a message" not in text_of(club.channel.last_message)
    assert letters.told == [("failed", "a", DeliveryFailure.CLOSED)]
    club.open_dms(club.alice)
    await send(club, letter(club, "b", club.alice))
    assert said(club, club.alice) == ["b"], "nothing was closed"


async def test_who_is_known_to_have_left_is_not_called_in_the_channel(club: Club) -> None:
    await meet(club)
    await choose_channel(club)
    club.close_dms(club.alice)
    await send(club, letter(club, "a", club.alice))
    assert await states(club) == ["closed", "sent"]
    await memberships.leave(club.database, club.guild.id, club.alice.id, NOON)
    await send(club, letter(club, "b", club.alice))
    await club.pass_time(seconds=10)
    assert await states(club) == ["closed", "sent", "failed"]
    assert letters.told[-1] == ("failed", "b", DeliveryFailure.CLOSED)


async def test_a_kind_without_fallback_is_told(club: Club) -> None:
    await meet(club)
    await choose_channel(club)
    club.close_dms(club.alice)
    await send(club, letter(club, "news", club.alice, "toy.news"))
    assert letters.told == [("failed", "news", DeliveryFailure.CLOSED)]
    assert await states(club) == ["failed"]


async def test_a_fallback_whose_channel_is_gone_tells_the_kind_of_the_letter(club: Club) -> None:
    await meet(club)
    await choose_channel(club)
    club.close_dms(club.alice)
    club.env.inject_error("POST", f"/channels/{club.channel.id}/messages", status=404, code=10003, times=None)
    await send(club, letter(club, "a", club.alice))
    assert letters.told == [("failed", "a", DeliveryFailure.CLOSED)]
    assert await states(club) == ["closed", "failed"]


async def test_a_letter_may_name_the_channel_of_its_fallback(club: Club) -> None:
    await meet(club)
    await choose_channel(club)
    other = club.guild.create_text_channel("quiet")
    await club.env.settle()
    club.close_dms(club.alice)
    await send(club, letter(club, "a", club.alice, channel_id=other.id))
    assert [message.content for message in other.history()] == [f"<@{club.alice.id}>, you have a message."]
    assert await in_channel(club) == []


async def test_opening_too_fast_means_later_not_closed(club: Club) -> None:
    await meet(club)
    await choose_channel(club)
    club.env.inject_error("POST", "/users/@me/channels", status=403, code=40003, times=1)
    await send(club, letter(club, "a", club.alice))
    await send(club, letter(club, "b", club.bob))
    await club.pass_time(seconds=59)
    assert (said(club, club.alice), said(club, club.bob)) == ([], [])
    await club.pass_time(seconds=2)
    assert (said(club, club.alice), said(club, club.bob)) == (["a"], ["b"])
    assert await in_channel(club) == []


# -- several at once ---------------------------------------------------------------------------------------------


async def refuse_both(club: Club, *sent: OutboundMessage) -> Message:
    await meet(club)
    await choose_channel(club)
    for actor in (club.alice, club.bob):
        club.close_dms(actor)
    await send(club, *sent)
    assert await in_channel(club) == [], "a reminder can wait for others a moment"
    await club.pass_time(seconds=3)
    (message,) = club.channel.history()
    return message


async def test_who_is_refused_together_is_named_in_one_message_and_each_opens_the_own(club: Club) -> None:
    message = await refuse_both(
        club,
        letter(club, "hers", club.alice, priority=Priority.ASKED),
        letter(club, "his", club.bob, priority=Priority.ASKED),
        letter(club, "hers too", club.alice, priority=Priority.ASKED),
    )
    assert message.content == f"<@{club.alice.id}> and <@{club.bob.id}>, you each have a message."
    assert {user.id for user in message.mentions} == {club.alice.id, club.bob.id}
    assert await states(club) == ["closed", "closed", "closed", "sent"]
    for actor, own in ((club.alice, ["hers", "hers too"]), (club.bob, ["his"])):
        opened = await actor.click(message, label="Show")
        shown = [part.content or "" for part in (opened.response, *opened.followups) if part is not None]
        assert [words.splitlines()[0] for words in shown] == own
        assert shown[-1].endswith("I'll try again with the next message.")
        assert all(part.ephemeral for part in (opened.response, *opened.followups) if part is not None)
    other = await club.olga.click(message, label="Show")
    assert "for someone else" in text_of(other)


async def test_several_in_german_without_what_is_settled_and_with_what_cannot_be_drawn(
    club: Club, errors_expected: list[str]
) -> None:
    errors_expected.append("could not render toy.letter 2; announcing it as waiting")
    await club.speak("de")
    carla = club.guild.add_member(club.env.create_user("carla"))
    async with club.database.write() as session:  # so that they are refused before they are rendered
        session.add(User(user_id=carla.id, created_at=NOON, language="de", dm_closed_at=NOON))
        (await session.get_one(User, club.bob.id)).dm_closed_at = NOON
    message = await refuse_both(
        club,
        letter(club, "ihrs", club.alice, priority=Priority.ASKED),
        letter(club, "seins", club.bob, priority=Priority.ASKED, payload={"breaks": True}),
        letter(club, "weg", carla, priority=Priority.ASKED, payload={"settled": True}),
    )
    assert message.content == f"<@{club.alice.id}> und <@{club.bob.id}>, ihr habt jeweils eine Nachricht."
    opened = await club.alice.click(message, label="Zeigen")
    assert "Direktnachrichten einschalten" in text_of(opened)
    late = await carla.click(message, label="Zeigen")
    assert "nichts mehr zu tun" in text_of(late)
    assert_language("de", message, opened, late)


async def test_one_who_takes_direct_messages_again_is_not_told_how(club: Club) -> None:
    message = await refuse_both(club, letter(club, "hers", club.alice, priority=Priority.ASKED))
    async with club.database.write() as session:
        (await session.get_one(User, club.alice.id)).dm_closed_at = None
    assert "Privacy Settings" not in text_of(await club.alice.click(message, label="Show"))


async def test_where_the_channel_is_gone_the_kind_of_each_is_told_and_one_at_fault_harms_its_own(
    club: Club, errors_expected: list[str]
) -> None:
    errors_expected.append("the failure handler of delivery.waits")
    await meet(club)
    await choose_channel(club)
    club.env.inject_error("POST", f"/channels/{club.channel.id}/messages", status=404, code=10003, times=None)
    for actor in (club.alice, club.bob):
        club.close_dms(actor)
    await send(
        club,
        letter(club, "good", club.alice, priority=Priority.ASKED),
        letter(club, "bad", club.bob, priority=Priority.ASKED, payload={"failed_breaks": True}),
    )
    await club.pass_time(seconds=4)
    both = [("failed", "bad", DeliveryFailure.CLOSED), ("failed", "good", DeliveryFailure.CLOSED)]
    assert sorted(letters.told[:2]) == sorted(letters.told[2:]) == both  # in one transaction, then one by one
    assert await states(club) == ["closed", "closed", "dropped", "failed", "failed"]


# -- an existing notice ------------------------------------------------------------------------------------------


async def test_who_is_named_already_is_not_called_again_that_day_and_the_notice_is_edited(club: Club) -> None:
    message = await refuse_both(club, letter(club, "one", club.alice, priority=Priority.ASKED))
    for number in range(30):
        await club.pass_time(minutes=1)
        await send(club, letter(club, f"more {number}", club.alice, priority=Priority.ASKED))
        await club.pass_time(seconds=4)
    (notice,) = club.channel.history()
    assert notice.id == message.id
    assert notice.content.startswith(f"<@{club.alice.id}>, you have a message.\n-# The newest came <t:")
    opened = await club.alice.click(notice, label="Show")
    shown = [part.content or "" for part in (opened.response, *opened.followups) if part is not None]
    assert [words.splitlines()[0] for words in shown] == [f"more {number}" for number in range(25, 30)]
    await club.pass_time(days=1)
    club.close_dms(club.alice)
    await send(club, letter(club, "next day", club.alice, priority=Priority.ASKED))
    await club.pass_time(seconds=4)
    assert len(club.channel.history()) == 2


async def test_a_notice_that_was_deleted_is_posted_anew(club: Club) -> None:
    message = await refuse_both(club, letter(club, "one", club.alice, priority=Priority.ASKED))
    await message.delete()
    await send(club, letter(club, "two", club.alice, priority=Priority.ASKED))
    await club.pass_time(seconds=4)
    assert letters.told == [("failed", "two", DeliveryFailure.CLOSED)]
    await send(club, letter(club, "three", club.alice, priority=Priority.ASKED))
    await club.pass_time(seconds=4)
    (notice,) = club.channel.history()
    assert notice.id != message.id
    assert notice.content == f"<@{club.alice.id}>, you have a message."


async def test_what_is_about_safety_calls_again_after_a_while_and_not_without_end(club: Club) -> None:
    await meet(club)
    await choose_channel(club)
    club.close_dms(club.alice)
    for number in range(20):
        await send(club, letter(club, f"alarm {number}", club.alice, priority=Priority.SAFETY))
        await club.pass_time(minutes=6)
    assert len(club.channel.history()) == fallbacks.MOST_ALARMS_A_DAY
    await send(club, letter(club, "dinner", club.bob, priority=Priority.SAFETY))


@pytest.mark.parametrize("who", ["alice", "bot"])
async def test_nobody_is_named_where_they_or_the_bot_may_not_write(club: Club, who: str) -> None:
    await meet(club)
    barred = club.alice if who == "alice" else club.env.bot.user
    with club.env._bot_scope():
        channel = club.env.bot.get_channel(club.channel.id)
        assert isinstance(channel, TextChannel)
        target = await channel.guild.fetch_member(barred.id)
        await channel.set_permissions(target, send_messages=False)
    await club.env.settle()
    await choose_channel(club)
    club.close_dms(club.alice)
    await send(club, letter(club, "a", club.alice))
    await club.pass_time(seconds=4)
    assert await in_channel(club) == []
    assert letters.told == [("failed", "a", DeliveryFailure.CLOSED)]


async def test_a_letter_whose_channel_is_closed_to_its_reader_waits_where_partners_are_sought(club: Club) -> None:
    await meet(club)
    await choose_channel(club)
    other = club.guild.create_text_channel("news", overwrites={club.guild.default_role: readonly()})
    await club.env.settle()
    club.close_dms(club.alice)
    await send(club, letter(club, "a", club.alice, channel_id=other.id))
    assert other.history() == []
    assert await in_channel(club) == [f"<@{club.alice.id}>, you have a message."]


def readonly() -> PermissionOverwrite:
    return PermissionOverwrite(send_messages=False)


@pytest.mark.parametrize("german", [False, True])
async def test_a_club_turns_it_off(club: Club, german: bool) -> None:
    if german:
        await club.speak("de")
    await meet(club)
    await choose_channel(club)
    card = await club.olga.slash(club.channel, "club settings")
    assert card.response is not None
    page = await club.olga.click(card.response, custom_id="club:page:v1:safety")
    assert page.response is not None
    off = await club.olga.click(page.response, label="Ausschalten" if german else "Turn off")
    assert ("Kein Kanal nennt jemanden" if german else "no channel names anyone") in text_of(off)
    if german:
        assert_language("de", page, off)
    before = len(club.channel.history())
    club.close_dms(club.alice)
    await send(club, letter(club, "a", club.alice))
    await club.pass_time(seconds=4)
    assert len(club.channel.history()) == before
    assert letters.told == [("failed", "a", DeliveryFailure.CLOSED)]


async def test_show_has_direct_messages_tried_again_at_once(club: Club) -> None:
    message = await refuse_both(club, letter(club, "one", club.alice, priority=Priority.ASKED))
    club.open_dms(club.alice)
    await send(club, letter(club, "two", club.alice, priority=Priority.ASKED))
    assert said(club, club.alice) == [], "not before somebody has looked"
    await club.alice.click(message, label="Show")
    await send(club, letter(club, "three", club.alice, priority=Priority.ASKED))
    assert said(club, club.alice) == ["three"]
