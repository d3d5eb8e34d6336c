"""`python -m bot run` as a separate process, over real sockets, until it is stopped."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.wire import stopping
from tests.wire.acting import Asked
from tests.wire.faults import Trouble
from tests.wire.payloads import Person
from tests.wire.program import forked_program, program
from tests.wire.server import LocalDiscord

ADA = Person("Ada")
RUN = {"distance": "5k", "time": "27:30", "direction": "backward", "surface": "track"}
READY = "ready in 1 clubs"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text('[database]\nurl = "sqlite+aiosqlite:///backpedal.db"\n[data]\ndirectory = "."\n')
    return file


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_an_answer_on_its_way_arrives_before_the_process_ends(
    there: LocalDiscord, config: Path, stop: signal.Signals
) -> None:
    async with forked_program(there.url, config, extensions=stopping.__name__) as bot:
        await bot.says(READY)
        held = there.fail("POST", r"/interactions/.*/callback", Trouble.HOLD)
        asked = await there.slash("log", ADA, **RUN)
        await held.hit.wait()
        bot.process.send_signal(stop)
        await bot.says(stopping.STOPPING)
        held.release.set()
        assert await bot.code() == 0
    assert "5.00 km" in asked.text
    assert whole(config) == 1


async def test_a_command_that_waits_for_the_database_is_finished(there: LocalDiscord, config: Path) -> None:
    async with forked_program(there.url, config, extensions=stopping.__name__) as bot:
        await bot.says(READY)
        await (await there.slash("log", ADA, **RUN)).answer()
        with closing(sqlite3.connect(config.with_name("backpedal.db"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            asked = await there.slash("log", ADA, **RUN)
            # Frames are handled in order: once this is answered, the one before is being handled.
            await (await there.type("log", ADA, "distance", distance="5k")).answer()
            bot.process.send_signal(signal.SIGTERM)
            await bot.says(stopping.STOPPING)
            other.execute("ROLLBACK")
        assert await bot.code() == 0
    assert "5.00 km" in asked.text
    assert whole(config) == 2


async def test_a_killed_process_leaves_whole_runs(there: LocalDiscord, config: Path) -> None:
    async with forked_program(there.url, config) as bot:
        await bot.says(READY)
        asked = [await there.slash("log", Person(f"Runner {number}"), **RUN) for number in range(40)]
        await there.until(lambda: sum(map(shown, asked)) >= 5)
        await bot.end(signal.SIGKILL)
    assert whole(config) >= sum(map(shown, asked)) >= 5


async def test_a_restart_sends_no_commands_and_its_old_cards_answer(there: LocalDiscord, config: Path) -> None:
    async with program(there.url, config) as bot:
        await bot.says(READY)
        logged = await (await there.slash("log", ADA, **RUN)).answer()
        assert await bot.end(signal.SIGTERM) == 0
    assert logged.message is not None
    assert read(config, "SELECT count(*) FROM cards") == 1, "remembered though told to stop at once"
    async with forked_program(there.url, config) as bot:
        await bot.says(READY)
        await (await there.press(logged.message, "Undo", ADA)).answer()
        assert await bot.end(signal.SIGTERM) == 0
    assert there.syncs == 1
    assert read(config, "SELECT count(*) FROM standings") == 0


def shown(one: Asked) -> bool:
    """Whether a command is answered with its card; a deferred answer (type 5) has written nothing yet."""
    return one.answered.is_set() and one.callback is not None and one.callback["type"] == 4


def read(config: Path, query: str) -> Any:
    """Return the single value of a query."""
    with closing(sqlite3.connect(config.with_name("backpedal.db"))) as connection:
        return connection.execute(query).fetchone()[0]


def whole(config: Path) -> int:
    """Return the number of runs; assert that each has its stretch and revision, and that standings are their sums."""
    runs = read(config, "SELECT count(*) FROM runs")
    assert read(config, "PRAGMA integrity_check") == "ok"
    assert [read(config, f"SELECT count(*) FROM {table}") for table in ("stretches", "revisions")] == [runs, runs]
    sums = "SELECT sum(distance_m) FROM standings WHERE direction = 'all' AND period = 'all'"
    assert read(config, sums) == runs * 5000
    return int(runs)
