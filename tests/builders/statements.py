"""The statements that a database executes."""

from __future__ import annotations

from sqlalchemy import event

from db.engine import Database


class RecordedStatements:
    """Record the statements that a database executes inside the block."""

    def __init__(self, database: Database) -> None:
        self.engines = {database.writer.sync_engine, database.reader.sync_engine}
        self.statements: list[str] = []

    def _seen(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.statements.append(statement)

    def __enter__(self) -> list[str]:
        for engine in self.engines:
            event.listen(engine, "before_cursor_execute", self._seen)
        return self.statements

    def __exit__(self, *_: object) -> None:
        for engine in self.engines:
            event.remove(engine, "before_cursor_execute", self._seen)
