"""The driver between SQLAlchemy and SQLite: one call to its thread per statement, and no thread left running."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
import pytest_asyncio
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from bot.domain.boards.metrics import BoardDirection, Metric, board_kind
from bot.domain.boards.spans import WEEK
from bot.domain.runs.runs import Direction, RunContent, Stretch, Surface
from bot.errors import Unavailable
from bot.services.boards.boards import BoardChoice, board
from bot.services.members.people import Person, Seen, meet
from bot.services.runs import run_changes, runs
from db import dialect
from db.dialect import UNREAD
from db.engine import Database
from db.models import Remembered, Revision, Run
from tests.builders.boards import standings_from_scratch, standings_now

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
ALICE, CLUB = 11, 900
FIVE_K = RunContent(
    started_at=NOW,
    zone="UTC",
    ran_on=NOW.date(),
    stretches=(Stretch(Direction.BACKWARD, 5000, 27 * 60_000),),
    surface=Surface.TRACK,
)


@pytest.fixture
def file(migrated_file: Path, tmp_path: Path) -> Path:
    file = tmp_path / "backpedal.db"
    file.write_bytes(migrated_file.read_bytes())
    return file


@pytest_asyncio.fixture
async def sqlite(file: Path) -> AsyncIterator[Database]:
    """Yield a database, and assert that its threads have ended after the test."""
    before = set(threading.enumerate())
    database = Database.open(f"sqlite+aiosqlite:///{file}")
    yield database
    await database.close()
    for thread in set(threading.enumerate()) - before:
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)
            assert not thread.is_alive()


class Visits:
    """Counts calls to the drivers' threads; `on` is called at the start of each, with its number from 1."""

    def __init__(self) -> None:
        self.count = 0
        self.on: Callable[[int], object] = lambda number: None


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> Visits:
    seen, execute = Visits(), aiosqlite.Connection._execute

    async def _execute(self: aiosqlite.Connection, *args: Any, **kwargs: Any) -> Any:
        seen.count += 1
        seen.on(seen.count)
        return await execute(self, *args, **kwargs)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", _execute)
    return seen


async def alice(database: Database) -> Person:
    return await meet(database, Seen(ALICE, "Alice", "en-GB", CLUB, "Club", "en-GB"), NOW)


async def log(database: Database, interaction_id: int) -> run_changes.RunLogged:
    return await run_changes.log_run(database, await alice(database), FIVE_K, interaction_id=interaction_id, now=NOW)


@contextmanager
def locked(file: Path) -> Iterator[sqlite3.Connection]:
    """Lock the file with another connection."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def lock_is_free(file: Path) -> bool:
    """Whether no write transaction is open."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True


async def names(database: Database) -> set[str]:
    async with database.read() as session:
        return set(await session.scalars(select(Remembered.name)))


async def test_a_log_and_a_board_visit_the_thread_once_a_statement(sqlite: Database, visits: Visits) -> None:
    await log(sqlite, 1)
    who, counted = await alice(sqlite), {}

    async def count(name: str, work: Any) -> Any:
        visits.count = 0
        answer = await work
        counted[name] = visits.count
        return answer

    await count("meet", alice(sqlite))
    await count("usual direction", runs.usual_direction(sqlite, ALICE))
    logged = await count("log", run_changes.log_run(sqlite, who, FIVE_K, interaction_id=2, now=NOW))
    await count("keep the card", runs.keep_card(sqlite, logged.view.run_id, 5, 6))
    choice = BoardChoice(board_kind(Metric.DISTANCE, BoardDirection.BACKWARD), WEEK)
    await count("board", board(sqlite, CLUB, ALICE, choice, "UTC", NOW))
    # Statements plus a commit, without the writes that come with the next statement: a log writes run, stretches,
    # revision, standings, best efforts and badges, and reads the member with the windows, the runs of the day, the
    # week, earlier runs and bests, badges, their roles and goals; a board reads windows, the viewer's place, its page.
    assert counted == {"meet": 2, "usual direction": 2, "log": 12, "keep the card": 3, "board": 4}


async def test_an_unread_write_comes_with_the_next_statement_or_the_commit(sqlite: Database, visits: Visits) -> None:
    def write(name: str) -> Any:
        return insert(Remembered.__table__).values(name=name, value="x")  # type: ignore[arg-type]

    async with sqlite.write() as session:
        await session.execute(select(1))
        visits.count = 0
        await session.execute(write("one"), execution_options=UNREAD)
        await session.execute(write("two"), execution_options=UNREAD)
        assert visits.count == 0
        assert set(await session.scalars(select(Remembered.name))) == {"one", "two"}
        assert visits.count == 1
    async with sqlite.write() as session:
        await session.execute(write("three"), execution_options=UNREAD)
    assert await names(sqlite) == {"one", "two", "three"}
    async with sqlite.write() as session:
        await session.execute(write("four"), execution_options=UNREAD)
        await session.rollback()
    async with sqlite.write() as session:
        await session.execute(write("one"), execution_options=UNREAD)  # a duplicate
        with pytest.raises(DBAPIError):
            await session.execute(select(1))
        await session.rollback()
    assert await names(sqlite) == {"one", "two", "three"}


async def test_a_transaction_without_a_statement_visits_nobody(sqlite: Database, visits: Visits) -> None:
    await names(sqlite)
    visits.count = 0
    async with sqlite.read():
        pass
    assert visits.count == 0


COMMIT = 17
"""The call that commits a first log: after its rows, the standings, the best efforts, the zone told, and the week."""


@pytest.mark.parametrize("moment", range(1, COMMIT + 1))
async def test_cancelled_at_any_visit_a_log_is_whole_or_not_there(
    sqlite: Database, file: Path, visits: Visits, moment: int
) -> None:
    who = await alice(sqlite)
    async with sqlite.write() as session:
        await session.execute(select(1))  # so that opening a connection is not counted
    visits.count = 0
    task = asyncio.create_task(run_changes.log_run(sqlite, who, FIVE_K, interaction_id=1, now=NOW))
    visits.on = lambda number: task.cancel() if number == moment else None
    (outcome,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(outcome, asyncio.CancelledError)
    assert visits.count >= moment
    assert lock_is_free(file)
    written = moment == COMMIT  # a commit in progress is not cancelled
    async with sqlite.read() as session:
        assert await session.scalar(select(func.count()).select_from(Run)) == written
        assert await session.scalar(select(func.count()).select_from(Revision)) == written
        assert await standings_now(session) == await standings_from_scratch(session)
    assert (await log(sqlite, 1)).repeated is written


async def test_cancelled_while_it_waits_for_a_lock_it_never_takes_it(
    sqlite: Database, file: Path, visits: Visits
) -> None:
    await names(sqlite)

    async def write() -> None:
        async with sqlite.write() as session:
            await session.execute(insert(Remembered).values(name="late", value="x"))

    with locked(file) as other:
        task = asyncio.create_task(write())
        under_way = asyncio.Event()
        visits.on = lambda _: under_way.set()
        await under_way.wait()
        task.cancel()
        other.execute("ROLLBACK")  # the thread has been waiting for this
        with pytest.raises(asyncio.CancelledError):
            await task
    assert lock_is_free(file)
    assert await names(sqlite) == set()


async def test_cancelled_between_two_statements_nothing_is_written(sqlite: Database, file: Path) -> None:
    under_way = asyncio.Event()

    async def write() -> None:
        async with sqlite.write() as session:
            await session.execute(insert(Remembered).values(name="half", value="x"))
            under_way.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await under_way.wait()
    assert not lock_is_free(file)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert lock_is_free(file)
    assert await names(sqlite) == set()


@pytest.mark.parametrize("kind", ["read", "write"])
async def test_closing_waits_for_a_transaction_and_leaves_no_connection(sqlite: Database, kind: str) -> None:
    under_way, ended = asyncio.Event(), asyncio.Event()

    async def transaction() -> None:
        async with getattr(sqlite, kind)() as session:
            await session.execute(select(1))
            under_way.set()
            await ended.wait()

    task = asyncio.create_task(transaction())
    await under_way.wait()
    closing = asyncio.create_task(sqlite.close())
    done, _ = await asyncio.wait({closing}, timeout=0.05)
    assert not done
    ended.set()
    await asyncio.gather(task, closing)  # the fixture checks that the connection's thread has ended


async def test_a_database_that_is_closed_opens_no_connection_again(
    sqlite: Database, visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite._engines.writing, "_wait_s", 0.01)
    await sqlite.close()
    with pytest.raises(Unavailable):
        async with sqlite.write() as session:
            await session.execute(select(1))
    assert visits.count == 0


async def test_a_lock_held_elsewhere_is_told_and_nothing_is_written(
    sqlite: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "LOCK_WAIT_S", 0.01)
    impatient = Database.open(f"sqlite+aiosqlite:///{file}")
    await names(sqlite)
    try:
        async with impatient.write() as session:
            await session.execute(insert(Remembered).values(name="before", value="x"))
        with locked(file):
            with pytest.raises(Unavailable) as told:
                async with impatient.write() as session:
                    await session.execute(insert(Remembered).values(name="meanwhile", value="x"))
            assert told.value.key == "errors.database.busy"
            assert await names(impatient) == {"before"}, "who reads waits for nobody"
        async with impatient.write() as session:
            await session.execute(insert(Remembered).values(name="after", value="x"))
    finally:
        await impatient.close()
    assert await names(sqlite) == {"before", "after"}


@pytest.mark.parametrize("fault", ["INSERT INTO remembered (name, value) VALUES ('kept', '')", "SELECT nonsense"])
async def test_an_exception_rolls_back_and_the_connection_serves_on(sqlite: Database, file: Path, fault: str) -> None:
    used: list[object] = []

    async def write(name: str, then: str = "SELECT 1") -> None:
        async with sqlite.write() as session:
            used.append((await (await session.connection()).get_raw_connection()).driver_connection)
            await session.execute(insert(Remembered).values(name=name, value="x"))
            await session.execute(text(then))

    await write("kept")
    with pytest.raises(DBAPIError):
        await write("lost", fault)
    assert lock_is_free(file)
    await write("after")
    assert used[0] is used[1] is used[2]
    assert await names(sqlite) == {"kept", "after"}


async def test_statements_answer_as_the_database_does(sqlite: Database) -> None:
    async with sqlite.write() as session:
        rows = [{"name": name, "value": name.upper()} for name in "abc"]
        await session.execute(insert(Remembered.__table__), rows)
        returned = await session.execute(
            text("UPDATE remembered SET value = 'x' WHERE name > 'a' RETURNING name, value")
        )
        assert sorted(returned.all()) == [("b", "x"), ("c", "x")]
        assert list(returned.keys()) == ["name", "value"]
        changed = await session.execute(text("UPDATE remembered SET value = 'y' WHERE name < :before"), {"before": "c"})
        assert changed.rowcount == 2
        found = await session.execute(select(Remembered.name, Remembered.value).order_by(Remembered.name))
        assert found.fetchone() == ("a", "y")
        assert found.fetchmany(1) == [("b", "y")]
        assert found.fetchall() == [("c", "x")]


@pytest.mark.parametrize(
    ("writes", "settings"),
    [
        (True, {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 1, "query_only": 0}),
        (True, {"cache_size": -20480, "wal_autocheckpoint": 16000, "secure_delete": 2}),
        (False, {"foreign_keys": 1, "journal_mode": "wal", "query_only": 1}),
    ],
)
async def test_connections_are_set_up(sqlite: Database, writes: bool, settings: dict[str, object]) -> None:
    async with sqlite.write() as session:
        await session.execute(select(1))
    async with sqlite.write() if writes else sqlite.read() as session:
        found = {name: await session.scalar(text(f"PRAGMA {name}")) for name in settings}
    assert found == settings


async def test_a_reader_sees_one_moment_and_cannot_write(sqlite: Database) -> None:
    async with sqlite.read() as session:
        assert await session.scalar(select(func.count()).select_from(Remembered)) == 0
        async with sqlite.write() as writing:
            await writing.execute(insert(Remembered).values(name="new", value="x"))
        assert await session.scalar(select(func.count()).select_from(Remembered)) == 0
    assert await names(sqlite) == {"new"}
    with pytest.raises(DBAPIError, match="readonly"):
        async with sqlite.read() as session:
            await session.execute(insert(Remembered).values(name="newer", value="x"))
