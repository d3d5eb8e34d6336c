"""The simulated Discord runs in real time: messages the bot starts appear, and no action waits for a timer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import aiohttp
import pytest

from tests.preview.toy import ToyBot
from tests.preview.visitor import Visitor, links

KINDS = ("loop", "sleep", "apscheduler")


@pytest.mark.parametrize("kind", KINDS)
async def test_what_the_bot_sends_by_itself_appears_within_a_second(visitor: Visitor, kind: str) -> None:
    await visitor.run("remind", seconds="0.6", kind=kind)
    assert f"says {kind}" not in visitor.text
    assert await visitor.wait_for(f"it is time, says {kind}", seconds=5) < 0.6 + 1.0


@pytest.mark.parametrize("kind", KINDS)
async def test_a_press_five_seconds_before_a_timer_is_due_is_answered_at_once(visitor: Visitor, kind: str) -> None:
    await visitor.run("remind", seconds="5", kind=kind)
    began = asyncio.get_running_loop().time()
    await visitor.run("ping")
    assert asyncio.get_running_loop().time() - began < 1.0
    assert "pong" in visitor.text
    assert f"says {kind}" not in visitor.text


async def test_a_time_limit_inside_a_command_holds(visitor: Visitor) -> None:
    await visitor.run("slow", seconds="0.6")
    assert "after the time limit" in visitor.text


async def test_two_rooms_see_the_same_and_take_turns(http: aiohttp.ClientSession, index: str) -> None:
    rooms = await links(http, index)
    here, there, alone = [await Visitor(http, rooms[name]).open() for name in ("#runs", "#runs", "#partners")]
    await asyncio.gather(
        *(each.run("remind", seconds="0.3", kind="sleep") for each in (here, there, alone)),
    )
    await here.wait_for("it is time", 5)
    await there.wait_for("it is time", 5)
    await alone.wait_for("it is time", 5)
    assert "will do" in here.text
    await asyncio.gather(*(each.run("ping") for each in (here, there, alone)))
    assert all("pong" in each.text for each in (here, there, alone))


async def test_today_is_today(visitor: Visitor) -> None:
    newest = visitor.state["messages"][visitor.state["timeline"][-1]]
    age = datetime.now(UTC) - datetime.fromisoformat(newest["timestamp"])
    assert abs(age.total_seconds()) < 60


async def test_a_room_opened_late_counts_how_long_it_is_from_now(http: aiohttp.ClientSession, index: str) -> None:
    address = (await links(http, index))["#partners"]
    before = datetime.now(UTC)
    late = await Visitor(http, address).open()
    assert datetime.fromisoformat(late.state["profile"]["presentationTime"]) >= before


async def test_old_messages_are_forgotten_and_the_record_stays_short(visitor: Visitor, toy: ToyBot) -> None:
    channel = toy.get_partial_messageable(int(visitor.state["channel"]["id"]))
    for number in range(130):
        await channel.send(f"message {number}")
    await visitor.wait_for("message 129", 5)
    backend = toy.http.backend  # simcord's
    assert len(backend.messages[channel.id]) == 100
    assert len(backend.transcript) <= 500


async def test_nothing_is_drawn_while_nothing_happens(visitor: Visitor) -> None:
    await visitor.wait_for("Welcome", 2)
    await asyncio.sleep(0.5)
    await visitor.look()
    drawn = visitor.state["publishedRevision"]
    await asyncio.sleep(1.0)
    await visitor.look()
    assert visitor.state["publishedRevision"] == drawn
