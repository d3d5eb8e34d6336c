"""An aiosqlite driver for SQLAlchemy with one call to the driver's thread per statement.

A call costs a queue, a wake-up of the thread and one of the event loop, with two waits for the interpreter's lock,
which is more than most statements cost. SQLAlchemy's adapter makes three or four per statement (cursor, execute,
fetchall, close), and more for BEGIN, COMMIT and the rollback when the connection returns to its pool: 49 for one /log,
here 12. BEGIN is sent with the first statement, and a write whose result nobody reads with the next one (`later`).

So rows cannot be streamed, and a BEGIN that finds the database locked fails with the first statement. The result of a
cancelled call is unknown: SQLAlchemy closes the connection, and the close, which waits for its turn in the thread, ends
the transaction.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.util import await_only

T = TypeVar("T")


class Cursor:
    """The result of one statement, as in PEP 249; no state of it is left in the thread."""

    __slots__ = ("_connection", "_rows", "arraysize", "description", "lastrowid", "rowcount")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: deque[Any] = deque()
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    def execute(self, operation: str, parameters: Any = None) -> None:
        """Execute a statement and fetch all its rows."""
        self._visit(lambda cursor: cursor.execute(operation, parameters or ()))

    def executemany(self, operation: str, seq_of_parameters: Any) -> None:
        """Execute a statement once per set of parameters."""
        self._visit(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    def later(self, operation: str, parameters: Any, *, many: bool) -> None:
        """Execute a statement before the next call of the connection, which raises its error; it has no result."""
        execute = sqlite3.Connection.executemany if many else sqlite3.Connection.execute
        self._connection.later(lambda raw: execute(raw, operation, parameters or ()))

    def _visit(self, work: Callable[[sqlite3.Cursor], object]) -> None:
        def visit(raw: sqlite3.Connection) -> tuple[Sequence[Any], Any, int, int | None]:
            cursor = raw.cursor()
            try:
                work(cursor)
                rows = cursor.fetchall() if cursor.description else ()
                return rows, cursor.description, cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()

        rows, self.description, self.rowcount, self.lastrowid = self._connection.visit(visit)
        self._rows = deque(rows)

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return at most `size` next rows."""
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        """Return the remaining rows."""
        rows = list(self._rows)
        self._rows.clear()
        return rows

    def close(self) -> None:
        """Discard the rows."""
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """Do nothing: SQLAlchemy calls this before it reads rows, which are already fetched."""


class Connection(AsyncAdapt_aiosqlite_connection):
    """A connection with explicit transactions; it must be opened with isolation_level None."""

    __slots__ = ("_begin", "_in_transaction", "_later")

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._begin: tuple[str, ...] = ()
        self._later: list[Callable[[sqlite3.Connection], object]] = []
        self._in_transaction = False

    def cursor(self, server_side: bool = False) -> Any:
        """Return a cursor for one statement."""
        return Cursor(self)

    def begin(self, *statements: str) -> None:
        """Send `statements`, the last of which is a BEGIN, with the next call."""
        self._begin = statements

    def later(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Call `work` in the driver's thread with the next call; a rollback drops it."""
        self._later.append(work)

    def visit(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Call `work` in the driver's thread, after a pending BEGIN and what is to be called before.

        Raises:
            sqlite3.Error: from `work`, or from what comes before it, in which case `work` was not called.
        """
        begin, self._begin = self._begin, ()
        later, self._later = self._later, []
        if begin:
            self._in_transaction = True  # already now: the thread begins it even if this call is cancelled
        raw = self._connection

        def visit() -> T:
            for statement in begin:
                raw._conn.execute(statement)
            for earlier in later:
                earlier(raw._conn)
            return work(raw._conn)

        try:
            done: T = await_only(raw._execute(visit))
        except Exception as error:
            self._handle_exception(error)
        return done

    def commit(self) -> None:
        """Commit; do nothing if nothing was executed."""
        if self._later:
            self.visit(lambda raw: None)
        self._end(super().commit)

    def rollback(self) -> None:
        """Roll back; do nothing if nothing was executed or everything was committed."""
        self._end(super().rollback)

    def _end(self, how: Callable[[], None]) -> None:
        self._begin, self._later = (), []
        if self._in_transaction:
            how()
            self._in_transaction = False


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """The `module` argument of `create_async_engine`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> Connection:
        """Open a connection in a thread of its own."""
        return Connection(self, super().connect(*arg, **kw)._connection)
