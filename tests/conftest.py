"""Fixtures for every test, and selection of the tests that this machine can run.

Tests marked `postgresql` run if TEST_DATABASE_URL names a PostgreSQL server (asyncpg) that allows creating databases;
those marked `chromium` if a Chromium is installed; those marked `seccomp`, which make system calls by number, on Linux
on x86_64. Otherwise they are not collected, and the header says so.
"""

from __future__ import annotations

import asyncio
import gc
import os
import platform
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import orjson
import pytest
import pytest_asyncio
from discord import app_commands
from sqlalchemy import Engine, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.when import reminder_when
from bot.interactions import components
from bot.zone_data import newest
from db import dialect
from db.engine import Database
from db.upkeep import upgrade

POSTGRESQL = os.environ.get("TEST_DATABASE_URL", "")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SECCOMP = (platform.system(), platform.machine()) == ("Linux", "x86_64")
HERE = {"postgresql": bool(POSTGRESQL), "chromium": CHROMIUM is not None, "seccomp": SECCOMP}
WAITING = {"wire", "preview", "worker", "process"}
"""Folders whose tests mostly wait for processes or timers."""

_numbers = count(1)

# With the whole suite in memory, a garbage collection every 700 objects takes a tenth of the time and frees nothing.
gc.set_threshold(100_000, 50, 100)

# No deadline per example: on a busy machine a limit of milliseconds fails by chance. Benchmarks measure time.
hypothesis.settings.register_profile("busy", deadline=None)
hypothesis.settings.load_profile("busy")


def _compile_once() -> None:
    """Make all SQLite engines of a process share one dialect and its compiled statements.

    Each test has its own engine; compiling the statements again for each took a quarter of the suite's time.
    """
    make: Callable[..., AsyncEngine] = dialect._sqlite
    first: list[Engine] = []

    def engine(*arguments: Any) -> AsyncEngine:
        made = make(*arguments)
        first.append(made.sync_engine)
        made.sync_engine.dialect = first[0].dialect
        made.sync_engine._compiled_cache = first[0]._compiled_cache
        del first[1:]
        return made

    dialect._sqlite = engine


def _translate_once() -> None:
    """Translate each command once per process, because every start translates hundreds of texts into 30 languages."""
    for kind in (app_commands.Command, app_commands.Group):
        translate, done = kind.get_translated_payload, dict[tuple[str, str], bytes]()

        async def translated(
            command: Any, tree: Any, translator: Any, translate: Any = translate, done: Any = done
        ) -> dict[str, Any]:
            key = command.qualified_name, type(translator).__name__, orjson.dumps(command.to_dict(tree))
            if key not in done:
                done[key] = orjson.dumps(await translate(command, tree, translator))
            payload: dict[str, Any] = orjson.loads(done[key])
            return payload

        kind.get_translated_payload = translated  # type: ignore[assignment, method-assign]


def _inspect_once() -> None:
    """Inspect handlers and compile patterns once per process, not at every start of a client."""
    read = cache(components.Arguments)
    components.Arguments = lambda handler, names: read(  # type: ignore[assignment, misc]
        getattr(handler, "__func__", handler), tuple(names)
    )
    reminder_when.warm = cache(reminder_when.warm)


newest()
_compile_once()
_translate_once()
_inspect_once()


def pytest_report_header() -> list[str]:
    return [
        "database: SQLite" + (f" and {make_url(POSTGRESQL).render_as_string()}" if POSTGRESQL else "")
        + ("" if POSTGRESQL else "; PostgreSQL is not tested: TEST_DATABASE_URL is not set"),
        f"browser: {CHROMIUM}" if CHROMIUM else "browser: none; the page is tested over HTTP alone",
    ]  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop the tests that this machine cannot run, and run the slow ones first.

    A slow test that started last would run alone; one that waits leaves the cores to the other processes.
    """
    absent = {name for name, here in HERE.items() if not here}
    items[:] = [item for item in items if not any(item.get_closest_marker(name) for name in absent)]
    items.sort(key=lambda item: (WAITING.isdisjoint(item.path.parts), item.get_closest_marker("long") is None))


def pytest_runtest_logfinish() -> None:
    """Forget finished tasks: they are seldom collected here, and every event loop iterates over all when it closes."""
    for name in ("_all_tasks", "_scheduled_tasks"):  # Python 3.11 and 3.12; later versions do this themselves
        tasks = getattr(asyncio.tasks, name, None)
        for task in [task for task in tasks or () if task.done()]:
            tasks.discard(task)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the installed browser; a test that requests it is marked `chromium`."""
    assert CHROMIUM
    return CHROMIUM


def aside(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine on a separate event loop, from a fixture that outlives a test's loop."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work())
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


async def on_server(statement: str) -> None:
    """Run a statement that creates or drops a database."""
    url = make_url(POSTGRESQL).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def postgresql_url(name: str) -> str:
    """Return the URL of another database on the test server."""
    return make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file at the newest revision, to be copied, not used."""
    file = tmp_path_factory.mktemp("migrated") / "template.db"
    aside(lambda: upgrade(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_postgresql() -> Iterator[str]:
    """Yield the name of a PostgreSQL database at the newest revision, to be used as a template."""
    name = f"backpedal_test_{os.getpid()}"

    async def make() -> None:
        await on_server(f"CREATE DATABASE {name}")
        await upgrade(postgresql_url(name))

    aside(make)
    yield name
    aside(lambda: on_server(f"DROP DATABASE {name}"))


@pytest_asyncio.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Yield the URL of a database without tables, on each dialect this run tests."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
        return
    name = f"backpedal_empty_{os.getpid()}_{next(_numbers)}"
    await on_server(f"CREATE DATABASE {name}")
    yield postgresql_url(name)
    await on_server(f"DROP DATABASE {name}")


@pytest_asyncio.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Yield the URL of a fresh database at the newest revision, on each dialect this run tests."""
    if request.param == "sqlite":
        file = tmp_path / "backpedal.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), file)
        yield f"sqlite+aiosqlite:///{file}"
        return
    template = request.getfixturevalue("migrated_postgresql")
    name = f"{template}_{next(_numbers)}"
    await on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield postgresql_url(name)
    await on_server(f"DROP DATABASE {name}")


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Yield a fresh, empty database at the newest revision, on each dialect this run tests."""
    database = Database.open(database_url)
    yield database
    await database.close()
