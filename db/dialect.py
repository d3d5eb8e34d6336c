"""Engines, and all differences between SQLite and PostgreSQL; no other module checks the dialect.

`tests/rules/test_one_dialect.py` enforces this. SQLite has a write engine with one connection whose transactions begin
IMMEDIATE, and a read engine with four `query_only` connections. SQLAlchemy's default transactions on aiosqlite lost 723
of 960 read-then-write updates, and deferred ones raised 767 "database is locked"; IMMEDIATE had 0 and 0. With one
shared pool, readers waited 294-337 ms behind writers, with two 19-38 ms. PostgreSQL has one pool and its own row locks.
A `db.queue` is in front of each pool.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Date, Dialect, Integer, event, make_url
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from db.queue import ConnectionQueue
from db.sqlite_driver import Driver

POOL_WAIT_S = 1.4
"""Longest wait for a free connection, in seconds."""
LOCK_WAIT_S = 1.5
"""Longest wait for a lock, in seconds. With `POOL_WAIT_S` it is below Discord's 3 s limit for a response."""
READERS = 4
CONNECTIONS = 10
"""Connections to PostgreSQL."""
UNREAD = {"unread": True}
"""Execution options of a write whose result nobody reads. SQLite executes it together with the next statement, which
saves a call to the driver's thread; that statement then raises its error."""
_DURABLE = "durable"
"""Execution option of transactions whose commit is synced to disk."""

_READING = ("PRAGMA foreign_keys=ON", "PRAGMA query_only=ON")
_WRITING = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA journal_mode=WAL",
    # A run touches some sixty pages of a large database, mostly in the boards' indexes. With the default 2 MB of cache,
    # logging one took 8.4 ms at a million runs, with 64 MB 5.1 ms.
    "PRAGMA cache_size=-20480",
    "PRAGMA wal_autocheckpoint=16000",  # 64 MB, in case `db.checkpoints` cannot keep up
    "PRAGMA secure_delete=FAST",  # erased data is overwritten if that costs no additional I/O
)


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines and queues of a database. `writer` and `reader`, `writing` and `reading` may be the same.

    Attributes:
        writer: for transactions that may write.
        reader: for read-only transactions.
        writing: the queue for the writer's connections.
        reading: the queue for the reader's connections.
    """

    writer: AsyncEngine
    reader: AsyncEngine
    writing: ConnectionQueue
    reading: ConnectionQueue


def engines(url: str) -> Engines:
    """Return the engines for a URL without connecting."""
    if make_url(url).get_backend_name() == "sqlite":
        writer, reader = _sqlite(url, 1, "BEGIN IMMEDIATE", _WRITING), _sqlite(url, READERS, "BEGIN", _READING)
        return Engines(writer, reader, ConnectionQueue(1, POOL_WAIT_S), ConnectionQueue(READERS, POOL_WAIT_S))
    engine = create_async_engine(
        url, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=POOL_WAIT_S, pool_pre_ping=True, json_serializer=_json,
        hide_parameters=True,  # else an error would log the parameters, which are members' texts
        connect_args={"server_settings": {"lock_timeout": f"{int(LOCK_WAIT_S * 1000)}", "timezone": "UTC"}},
    )  # fmt: skip
    queue = ConnectionQueue(CONNECTIONS, POOL_WAIT_S)
    return Engines(engine, engine, queue, queue)


def durable(engine: AsyncEngine) -> AsyncEngine:
    """Return the same engine and pool for transactions whose commit is synced to disk."""
    return engine.execution_options(**{_DURABLE: True})


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _sqlite(url: str, connections: int, begin: str, settings: tuple[str, ...]) -> AsyncEngine:
    engine = create_async_engine(
        url,
        module=Driver(),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        json_serializer=_json,
        hide_parameters=True,
        connect_args={"timeout": LOCK_WAIT_S, "isolation_level": None},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for setting in settings:
            connection.execute(setting)

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        if settings is _READING:
            driver.begin(begin)
            return
        # The setting cannot change within a transaction. FULL syncs the write-ahead log at the commit, including all
        # earlier commits; NORMAL syncs it at the next checkpoint, so that a power cut can lose the latest commits.
        full = connection.get_execution_options().get(_DURABLE, False)
        driver.begin(f"PRAGMA synchronous={'FULL' if full else 'NORMAL'}", begin)

    for how in ("do_execute", "do_executemany"):
        event.listen(engine.sync_engine, how, _later)
    return engine


def _later(cursor: Any, operation: str, parameters: Any, context: Any) -> bool:
    """Leave a write that is `UNREAD` to the next statement; return whether it is one."""
    if not context.execution_options.get("unread", False):
        return False
    cursor.later(operation, parameters, many=context.executemany)
    return True


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite URL, or None for in-memory and other databases."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def upsert(session: AsyncSession, table: type[Any]) -> Any:
    """Return an INSERT that supports ON CONFLICT in the session's dialect."""
    return _insert(session.get_bind().dialect.name)(table)


class InsertOnConflict:
    """An INSERT with ON CONFLICT, built once per dialect, because building it costs as much as executing it.

    `make` receives a table's INSERT without values; the values are passed as execution parameters.
    """

    def __init__(self, table: type[Any], make: Callable[[Any], Any]) -> None:
        self._table, self._make = table.__table__, make
        self._made: dict[str, Any] = {}

    def on(self, session: AsyncSession) -> Any:
        """Return the statement in the session's dialect."""
        name = session.get_bind().dialect.name
        if name not in self._made:
            self._made[name] = self._make(_insert(name)(self._table))
        return self._made[name]


def _insert(dialect: str) -> Callable[[Any], Any]:
    return postgresql_insert if dialect == "postgresql" else sqlite_insert


def locks_rows(session: AsyncSession) -> bool:
    """Whether rows are locked one by one; on SQLite the write transaction locks everything."""
    return session.get_bind().dialect.name != "sqlite"


def counted_up() -> BigInteger:
    """Return the type of an autoincrement key; SQLite requires INTEGER."""
    return BigInteger().with_variant(Integer(), "sqlite")


def keeps_zones(dialect: Dialect) -> bool:
    """Whether the database stores instants with their zone; SQLite stores text, in UTC."""
    return dialect.name != "sqlite"


def makes_tables_anew(dialect: Dialect) -> bool:
    """Whether altering a table means copying it to a new one, as in SQLite."""
    return dialect.name == "sqlite"


class week_of(FunctionElement[date]):
    """The Monday of a date's ISO week, as an SQL function."""

    type = Date()
    inherit_cache = True


@compiles(week_of, "sqlite")
def _week_in_sqlite(element: week_of, compiler: Any, **how: Any) -> str:
    return f"date({compiler.process(element.clauses, **how)}, 'weekday 0', '-6 days')"


@compiles(week_of, "postgresql")
def _week_in_postgresql(element: week_of, compiler: Any, **how: Any) -> str:
    return f"CAST(date_trunc('week', {compiler.process(element.clauses, **how)}) AS DATE)"
