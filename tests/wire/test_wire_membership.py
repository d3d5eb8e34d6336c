"""Verification of membership over real sockets: whatever the network does, there is an answer in time."""

from __future__ import annotations

import asyncio
import time

import pytest
from discord.http import Route

from bot.client import Backpedal
from bot.domain.messages.priority import Priority
from bot.membership import NOT_THERE, PATIENCE_S, notice, still_member, verify
from tests.wire.faults import Limits, Trouble
from tests.wire.payloads import Person
from tests.wire.server import LocalDiscord

ADA = Person("Ada")
ASKING = r"/guilds/.*/members/.*"


async def ask(there: LocalDiscord, bot: Backpedal) -> bool | None:
    there.persons[ADA.id] = ADA
    return await still_member(bot, int(there.clubs[0].id), int(ADA.id))


async def test_who_is_there_and_who_has_left(there: LocalDiscord, bot: Backpedal) -> None:
    assert await ask(there, bot) is True
    there.gone.add(ADA.id)
    assert await ask(there, bot) is False
    assert await still_member(bot, 123, int(ADA.id)) is None, "a club the bot is not in is not asked"
    assert len([entry for entry in there.log if "/members/" in entry.path]) == 2


@pytest.mark.parametrize("what", [403, 500, Trouble.RESET, Trouble.LOST, Trouble.HOLD])
async def test_where_discord_fails_or_is_silent_it_is_not_known_and_nobody_waits(
    there: LocalDiscord, bot: Backpedal, what: Trouble | int
) -> None:
    """discord.py alone would retry for 25 s after a 500."""
    there.gone.add(ADA.id)
    there.fail("GET", ASKING, what, times=9)
    began = time.monotonic()
    assert await ask(there, bot) is None
    assert time.monotonic() - began < PATIENCE_S + 0.9


async def test_a_server_that_hangs_up_says_nothing(
    there: LocalDiscord, bot: Backpedal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with monkeypatch.context() as patched:
            patched.setattr(Route, "BASE", f"http://127.0.0.1:{port}")
            assert await ask(there, bot) is None


async def test_those_who_are_asked_about_while_messages_are_drawn_are_within_the_pace(
    there: LocalDiscord, bot: Backpedal
) -> None:
    there.persons[ADA.id] = ADA
    there.limits = Limits()
    asked = [notice(bot, int(there.clubs[0].id), int(ADA.id), Priority.ASKED) for _ in range(70)]
    assert await asyncio.gather(*asked) == [True] * 70
    assert [entry for entry in there.log if entry.status == 429] == []


async def test_what_an_alarm_learns_of_its_reader_is_written_before_what_others_log(
    there: LocalDiscord, bot: Backpedal, caplog: pytest.LogCaptureFixture
) -> None:
    """In the ordinary queue, an alarm would wait for every other write to the database."""
    there.gone.add(ADA.id)
    end = asyncio.Event()
    alarm = verify(bot, int(there.clubs[0].id), int(ADA.id), Priority.SAFETY)
    alarmed = asyncio.create_task(alarm)

    async def log_a_run(until: asyncio.Future[object]) -> None:
        async with bot.app.database.write():
            await until

    first = asyncio.create_task(log_a_run(asyncio.ensure_future(end.wait())))
    others = [asyncio.create_task(log_a_run(asyncio.ensure_future(asyncio.wait({alarmed})))) for _ in range(3)]
    waiting = bot.app.database._engines.writing._waiting
    async with asyncio.timeout(5):
        while len(waiting) <= len(others):  # noqa: ASYNC110  # the queue has no event
            await asyncio.sleep(0)
    end.set()
    assert await alarmed == NOT_THERE
    await asyncio.gather(first, *others)
    assert "could not be stored" not in caplog.text
