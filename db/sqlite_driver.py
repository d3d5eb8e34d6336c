"""aiosqlite for SQLAlchemy with one visit to the driver's thread a statement, and BEGIN riding with the first.

A visit costs a queue, a wake-up of the thread and one of the event loop, with two waits for the interpreter's lock:
more than most of our statements. SQLAlchemy's own adapter makes three or four a statement (cursor, execute, fetchall,
close), and more for BEGIN, COMMIT and a rollback when the connection goes back to its pool: 49 for one /log, here 14.

So there is no reading row by row, and a BEGIN that finds the database locked fails with the first statement. What a
cancelled visit leaves behind nobody knows: SQLAlchemy closes the connection, the closing waits its turn in the thread,
and takes the transaction with it.
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
    """What one statement came to, as PEP 249 has it; nothing of it is left in the thread."""

    __slots__ = ("_connection", "_rows", "arraysize", "description", "lastrowid", "rowcount")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: deque[Any] = deque()
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    def execute(self, operation: str, parameters: Any = None) -> None:
        """Execute a statement and read all its rows."""
        self._visit(lambda cursor: cursor.execute(operation, parameters or ()))

    def executemany(self, operation: str, seq_of_parameters: Any) -> None:
        """Execute a statement once for each of several parameters."""
        self._visit(lambda cursor: cursor.executemany(operation, seq_of_parameters))

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
        """The next row, or None."""
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows, at most `size`."""
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        rows = list(self._rows)
        self._rows.clear()
        return rows

    def close(self) -> None:
        """Forget the rows."""
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """SQLAlchemy asks this before it reads rows outside the thread: none is there any more."""


class Connection(AsyncAdapt_aiosqlite_connection):
    """A connection that is told when to begin; it must be opened with isolation_level None."""

    __slots__ = ("_begin", "_in_transaction")

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._begin: tuple[str, ...] = ()
        self._in_transaction = False

    def cursor(self, server_side: bool = False) -> Any:
        """For one statement."""
        return Cursor(self)

    def begin(self, *statements: str) -> None:
        """Execute `statements`, of which the last is a BEGIN, in the visit of the next one."""
        self._begin = statements

    def visit(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Call `work` in the driver's thread, after the BEGIN that was asked for.

        Raises:
            sqlite3.Error: from `work`, or from BEGIN: then `work` was not called.
        """
        begin, self._begin = self._begin, ()
        if begin:
            self._in_transaction = True  # from now on: cancelled or not, the thread will begin it
        raw = self._connection

        def visit() -> T:
            for statement in begin:
                raw._conn.execute(statement)
            return work(raw._conn)

        try:
            done: T = await_only(raw._execute(visit))
        except Exception as error:
            self._handle_exception(error)
        return done

    def commit(self) -> None:
        """Commit; nothing where nothing was executed."""
        self._end(super().commit)

    def rollback(self) -> None:
        """Roll back; nothing where nothing was executed, or all was committed."""
        self._end(super().rollback)

    def _end(self, how: Callable[[], None]) -> None:
        self._begin = ()
        if self._in_transaction:
            how()
            self._in_transaction = False


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """What `create_async_engine` takes as `module`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> Connection:
        """Open a connection, in a thread of its own."""
        return Connection(self, super().connect(*arg, **kw)._connection)
