"""The live board: posted and pinned, redrawn once a minute as it changes, gone, asked about, and posted again."""

from __future__ import annotations

import discord
import pytest
from simcord import ChannelHandle
from sqlalchemy import select

from bot.services.boards.live_boards import LivePlace, LiveState, place_of
from db.models import LiveBoard
from tests.flows.clubs.club_pages import boards, bot_role, private_channel, set_guild
from tests.flows.conftest import Club, assert_language, button_ids, text_of


def live(channel: ChannelHandle) -> list[discord.Message]:
    return [one for one in channel.history() if any(":0:" in i for i in button_ids(one).values())]


async def log(club: Club, distance: str) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance=distance, time="40:00")


async def place(club: Club) -> LivePlace:
    return await place_of(club.database, club.guild.id)


async def choose(club: Club, *channel: ChannelHandle, label: str = "Leaderboards") -> str:
    after = await club.olga.select((await boards(club, label)).response, list(channel), custom_id="club:live:v1")
    await club.env.settle()
    return text_of(after)


async def test_a_live_board_follows_moves_goes_missing_and_comes_back(club: Club) -> None:
    wall, other = (club.guild.create_text_channel(name) for name in ("wall", "other"))
    await club.env.settle()
    await boards(club)
    await set_guild(club, first_board="distance_backward")
    await log(club, "5k")
    await choose(club, wall)
    (message,) = live(wall)
    assert "🥇 · alice — **5.00 km**" in text_of(message)
    assert message.pinned
    drawn = len(club.env.backend.transcript)

    def edits() -> int:
        return sum(f"PATCH /channels/{wall.id}/messages" in str(line) for line in club.env.backend.transcript[drawn:])

    for kilometres in ("1k", "2k"):
        await log(club, kilometres)
    assert edits() == 0, "a minute has not passed"
    await club.pass_time(minutes=1)
    (message,) = live(wall)
    assert "alice — **8.00 km**" in text_of(message)
    assert edits() == 1
    await club.alice.slash(club.channel, "log", direction="forward", distance="5k", time="30:00")
    await club.pass_time(minutes=2)
    assert edits() == 1, "what it shows has not changed"
    mine = await club.bob.click(message, label="My place")
    assert mine.response is not None
    assert mine.response.ephemeral
    assert "**You:** nothing yet" in text_of(mine)
    await club.restart()
    await log(club, "1k")
    await club.wake()
    (message,) = live(wall)
    assert "alice — **9.00 km**" in text_of(message)
    await club.pass_time(minutes=2)
    hiding = await club.alice.slash(club.channel, "settings")
    for label, shown in (("Hide me", False), ("Show me", True)):
        await club.alice.click(hiding.response, label=label)
        assert ("alice" in text_of(live(wall)[0])) is shown, "at once, if the last redrawing was long ago"
        await club.pass_time(minutes=2)
    await choose(club, other)
    assert live(wall) == []
    (message,) = live(other)
    await club.env.bot.get_partial_messageable(other.id).get_partial_message(message.id).delete()
    for kilometres in ("1k", "2k"):
        await log(club, kilometres)
        await club.pass_time(minutes=2)
    (asked,) = club.dms(club.olga)
    assert "is gone. Shall I post it again?" in asked.content
    assert live(other) == []
    await club.olga.user.click(asked, label="Post it again")
    await club.env.settle()
    (message,) = live(other)
    assert "alice — **12.00 km**" in text_of(message)
    await club.pass_time(days=6)
    (message,) = live(other)
    assert "Nobody's on it yet this week" in text_of(message)
    await choose(club)
    assert live(other) == []
    assert await place(club) == LivePlace()


@pytest.mark.parametrize(
    ("language", "label", "again"), [("en", "Leaderboards", "again"), ("de", "Bestenlisten", "neu")]
)
async def test_a_channel_that_is_closed_or_gone_gets_a_clear_answer(
    club: Club, language: str, label: str, again: str
) -> None:
    await club.speak(language)
    silent = {bot_role(club): discord.PermissionOverwrite(send_messages=False)}
    closed, wall = (
        club.guild.create_text_channel("closed", overwrites=silent),
        club.guild.create_text_channel("wall"),
    )
    desk = await private_channel(club, name="desk")
    await set_guild(club, organisers_channel_id=desk.id)
    assert "⚠️" in await choose(club, closed, label=label)
    assert await place(club) == LivePlace()
    await choose(club, wall, label=label)
    (message,) = live(wall)
    await club.env.bot.get_channel(wall.id).delete()  # type: ignore[union-attr]
    await log(club, "5k")
    await club.pass_time(minutes=2)
    assert (await place(club)).state is LiveState.GONE
    told = desk.history()[-1]
    card = await boards(club, label)
    assert_language(language, message, told, card)
    refused = await club.olga.click(card.response, label=club.words("board.live.again", language))
    assert again in text_of(refused).lower()
    async with club.database.read() as session:
        (row,) = await session.scalars(select(LiveBoard))
    assert row.message_id is None
