"""SIGKILL at each step from due to recorded: nothing is lost, and nothing is shown twice.

The process is the real one. Its leases expire after a minute; the tests expire them in the database instead of waiting.
"""

from __future__ import annotations

import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import system_clock
from bot.domain.messages.priority import Priority
from bot.services.messages import fallbacks, outbox
from bot.services.messages.deliveries import Destination, Job, OutboundMessage, post, schedule_job
from db.engine import Database
from db.models import Guild, User
from tests.wire import letters
from tests.wire.faults import Trouble
from tests.wire.payloads import Person
from tests.wire.program import forked_program
from tests.wire.server import LocalDiscord

ADA = Person("Ada")
SENDS = r"/channels/\d+/messages"
READY = "ready in 1 clubs"


@pytest.fixture
def config(tmp_path: Path, migrated_file: Path) -> Path:
    shutil.copyfile(migrated_file, tmp_path / "backpedal.db")
    file = tmp_path / "config.toml"
    file.write_text('[database]\nurl = "sqlite+aiosqlite:///backpedal.db"\n[data]\ndirectory = "."\n')
    return file


async def write(there: LocalDiscord, config: Path, *rows: Job | OutboundMessage) -> None:
    """Insert jobs and messages into the database of a bot that is not running."""
    there.persons[ADA.id] = ADA
    now = system_clock()
    database = Database.open(f"sqlite+aiosqlite:///{config.with_name('backpedal.db')}")
    async with database.write() as session:
        session.add(Guild(guild_id=int(there.clubs[0].id), created_at=now))
        session.add(User(user_id=int(ADA.id), created_at=now))
        await schedule_job(session, [row for row in rows if isinstance(row, Job)])
        await post(session, [row for row in rows if isinstance(row, OutboundMessage)], now)
    await database.close()


def step(name: str, kind: str = "toy.step") -> Job:
    return Job(kind, name, system_clock(), Priority.SAFETY, user_id=int(ADA.id))


def read(config: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(config.with_name("backpedal.db"))) as connection:
        with connection:
            return connection.execute(statement).fetchall()


def a_minute_passes(config: Path) -> None:
    read(config, "UPDATE deliveries SET next_try_at = created_at WHERE state = 'leased'")


async def start_and_hear(there: LocalDiscord, config: Path, true: Callable[[], object]) -> None:
    """Run the bot until a condition on its messages is true, then stop it cleanly, which finishes pending messages."""
    async with forked_program(there.url, config, extensions=letters.__name__) as bot:
        await bot.says(READY)
        await there.until(true)
        assert await bot.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("where", ["fire", "batch", "draw", "record"])
async def test_killed_inside_a_transaction_or_between_two(
    there: LocalDiscord, config: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    kind = "toy.many" if where == "batch" else "toy.step"
    await write(there, config, step("first", kind), step("second", kind))
    monkeypatch.setenv("HANG", where)
    async with forked_program(there.url, config, extensions=letters.__name__) as bot:
        await bot.says(f"{letters.HANGING} {where}")
        await bot.end(signal.SIGKILL)
    assert [words for _, words in there.said] == (["first"] if where == "record" else [])
    monkeypatch.delenv("HANG")
    a_minute_passes(config)
    await start_and_hear(there, config, lambda: len(there.said) == 2)
    assert there.said == [("Ada", "first"), ("Ada", "second")]
    assert read(config, "SELECT state FROM deliveries") == [("sent",), ("sent",)]
    of_the_start = "('nudge.tick', 'delivery.purge', 'club.forget', 'badge.count')"
    assert read(config, f"SELECT * FROM due WHERE kind NOT IN {of_the_start}") == []


@pytest.mark.parametrize("what", [Trouble.HOLD, Trouble.MUTE])
async def test_killed_while_a_request_is_on_its_way(there: LocalDiscord, config: Path, what: Trouble) -> None:
    await write(there, config, step("first"), step("second"))
    on_its_way = there.fail("POST", SENDS, what)
    async with forked_program(there.url, config, extensions=letters.__name__) as bot:
        await on_its_way.hit.wait()
        await bot.end(signal.SIGKILL)
    assert [words for _, words in there.said] == (["first"] if what is Trouble.MUTE else [])
    on_its_way.release.set()
    a_minute_passes(config)
    await start_and_hear(there, config, lambda: len(there.said) == 2)
    assert there.said == [("Ada", "first"), ("Ada", "second")]


async def test_killed_after_it_was_recorded_nothing_is_said_again(
    there: LocalDiscord, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(there, config, step("first"), step("second"))
    monkeypatch.setenv("HANG", "draw second")
    async with forked_program(there.url, config, extensions=letters.__name__) as bot:
        await bot.says(f"{letters.HANGING} draw")
        await bot.end(signal.SIGKILL)
    assert read(config, "SELECT state FROM deliveries ORDER BY delivery_id") == [("sent",), ("leased",)]
    monkeypatch.delenv("HANG")
    a_minute_passes(config)
    await start_and_hear(there, config, lambda: len(there.said) == 2)
    assert there.said == [("Ada", "first"), ("Ada", "second")]
    assert not [entry for entry in there.log if entry.path.endswith("#repeated")]


async def test_killed_between_a_refusal_and_its_fallback(there: LocalDiscord, config: Path) -> None:
    runs = there.clubs[0].channels["runs"]
    letter = OutboundMessage(
        "toy.letter", "1", Priority.SAFETY, Destination.DM, due_at=system_clock(), user_id=int(ADA.id),
        channel_id=int(runs), guild_id=int(there.clubs[0].id), payload={"says": "secret"},
    )  # fmt: skip
    await write(there, config, letter)
    there.closed_dms.add(ADA.id)
    fallback = there.fail("POST", f"/channels/{runs}/messages", Trouble.MUTE)
    async with forked_program(there.url, config, extensions=letters.__name__) as bot:
        await fallback.hit.wait()
        await bot.end(signal.SIGKILL)
    fallback.release.set()
    a_minute_passes(config)
    await start_and_hear(there, config, lambda: there.log[-1].path.endswith("#repeated"))
    assert there.said == [("#runs", f"<@{ADA.id}>, you have a message.")]
    assert read(config, "SELECT state FROM deliveries ORDER BY delivery_id") == [("closed",), ("sent",)]


async def test_killed_while_a_message_for_several_is_on_its_way_it_is_sent_again_as_it_was(
    there: LocalDiscord, config: Path
) -> None:
    runs, bob = there.clubs[0].channels["runs"], Person("Bob")
    direct = OutboundMessage(
        "toy.letter", "1", Priority.SAFETY, Destination.DM, due_at=system_clock(), channel_id=int(runs),
        payload={"says": "secret"},
    )  # fmt: skip
    await write(there, config, *(replace(direct, user_id=int(person.id)) for person in (ADA, bob)))
    database, now = Database.open(f"sqlite+aiosqlite:///{config.with_name('backpedal.db')}"), system_clock()
    async with database.write() as session:
        for one in await outbox.claim(session, ["toy.letter"], now, now + timedelta(minutes=1), 2):
            await fallbacks.fall_back(session, one, now)
    await database.close()
    on_its_way = there.fail("POST", SENDS, Trouble.MUTE)
    async with forked_program(there.url, config, extensions=letters.__name__) as bot:
        await on_its_way.hit.wait()
        await bot.end(signal.SIGKILL)
    on_its_way.release.set()
    a_minute_passes(config)
    await start_and_hear(there, config, lambda: there.log[-1].path.endswith("#repeated"))
    assert there.said == [("#runs", f"<@{ADA.id}> and <@{bob.id}>, you each have a message.")]
    assert read(config, "SELECT state FROM deliveries ORDER BY delivery_id") == [("closed",), ("closed",), ("sent",)]
