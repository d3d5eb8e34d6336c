"""Only `db/dialect.py` distinguishes databases: no other code checks the dialect or names one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.rules.source_code import ROOT, files_in, nodes_of

MAY_ASK = {
    "db/dialect.py",
    "db/sqlite_driver.py",  # the SQLite driver that `db/dialect.py` uses; it checks nothing
    "bot/config.py",
    "bot/database_url.py",  # below db: it validates the configured URL, and lists the asynchronous drivers
}
SOURCES = sorted(
    str(file.relative_to(ROOT))
    for file in files_in("bot", "cogs", "db")
    if "versions" not in file.parts  # landed migrations are not changed
)
NAME = re.compile(r"(sqlite|postgres(ql)?|aiosqlite|asyncpg)(\+\w+)?", re.IGNORECASE)
ASKING = {"get_backend_name", "get_driver_name", "get_dialect", "drivername", "with_variant", "ddl_if", "execute_if"}


def asks(nodes: Iterable[ast.AST]) -> list[str]:
    """Return the code in a syntax tree that checks the dialect or names a database: line and code."""
    return [f"{node.lineno}: {ast.unparse(node)}" for node in _asking(nodes)]


def _asking(nodes: Iterable[ast.AST]) -> Iterator[ast.expr | ast.stmt]:
    for node in nodes:
        if isinstance(node, ast.Attribute):
            of = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if node.attr in ASKING or (node.attr == "name" and "dialect" in of):
                yield node
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if NAME.fullmatch(node.value):
                yield node
        elif isinstance(node, ast.ImportFrom):
            if (node.module or "").startswith("sqlalchemy.dialects") or "dialects" in {a.name for a in node.names}:
                yield node
        elif isinstance(node, ast.Import) and any(a.name.startswith("sqlalchemy.dialects") for a in node.names):
            yield node


def test_nothing_else_asks_which_database_it_is() -> None:
    asking = {file: asks(nodes_of(ROOT / file)) for file in SOURCES if file not in MAY_ASK}
    assert {file: found for file, found in asking.items() if found} == {}


@pytest.mark.parametrize(
    "line",
    [
        "batch = connection.dialect.name == other",
        "naive = dialect.name in ours",
        "kind = make_url(url).get_backend_name()",
        "if url.startswith('sqlite'): pass",
        "Id = BigInteger().with_variant(Integer(), kind)",
        "from sqlalchemy.dialects.postgresql import insert",
        "from sqlalchemy import dialects",
        "import sqlalchemy.dialects.sqlite",
        "databases = {'postgresql+asyncpg': 5432}",
    ],
)
def test_the_rule_sees_every_way_to_ask(line: str) -> None:
    assert len(asks(ast.walk(ast.parse(line)))) == 1


def test_the_rule_lets_words_and_addresses_be() -> None:
    code = "default = 'sqlite+aiosqlite:///data/x.db'\nraise Fault('For PostgreSQL use pg_dump.')"
    assert asks(ast.walk(ast.parse(code))) == []
