from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, inspect, text

from bot.errors import StartupError
from db.base import Base
from db.dialect import sqlite_file
from db.engine import Database
from db.models import Remembered
from db.upkeep import MIGRATIONS, DatabaseState, bring_up_to_date, condition, downgrade, revisions, upgrade

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, Base.metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_migrations_go_up_equal_the_models_and_come_down(empty_url: str) -> None:
    await upgrade(empty_url)

    database = Database.open(empty_url)
    async with database.writer.connect() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(tables) == set(Base.metadata.tables)
    await database.close()

    await downgrade(empty_url)

    database = Database.open(empty_url)
    async with database.writer.connect() as connection:
        assert await connection.run_sync(tables) == set()
    await database.close()


async def test_every_check_of_the_models_is_in_the_database(database: Database) -> None:
    """Autogenerate does not compare them, and SQLite copies a table to add one: none may be lost."""

    def checks(connection: Connection) -> dict[str, set[str]]:
        found = inspect(connection)
        return {name: {str(one["name"]) for one in found.get_check_constraints(name)} for name in Base.metadata.tables}

    async with database.writer.connect() as connection:
        there = await connection.run_sync(checks)
    wanted = {
        name: {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}
        for name, table in Base.metadata.tables.items()
    }
    assert {name: names - there[name] for name, names in wanted.items() if names - there[name]} == {}


def test_the_revisions_read_from_file_names_are_alembics_own() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert [script.revision for script in scripts.walk_revisions()] == list(reversed(revisions()))
    assert scripts.get_current_head() == revisions()[-1]


def test_migrations_import_neither_models_nor_rules() -> None:
    for file in (MIGRATIONS / "versions").glob("*.py"):
        source = file.read_text(encoding="utf-8")
        assert "import bot" not in source, file.name
        assert "from bot" not in source, file.name
        assert "db.models" not in source, file.name


async def test_an_empty_database_is_made_without_a_copy(empty_url: str) -> None:
    assert (await condition(empty_url)).state is DatabaseState.EMPTY

    update = await bring_up_to_date(empty_url, copies=5, now=NOW)

    assert update.copy is None
    assert (await condition(empty_url)).state is DatabaseState.CURRENT
    assert (await bring_up_to_date(empty_url, copies=5, now=NOW)).before.state is DatabaseState.CURRENT


async def set_revision(database: Database, revision: str) -> None:
    async with database.writer.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


async def test_a_database_newer_than_the_code_is_left_alone(database: Database, database_url: str) -> None:
    await set_revision(database, "9999")

    with pytest.raises(StartupError, match=r"revision 9999.*later version"):
        await bring_up_to_date(database_url, copies=5, now=NOW)

    assert (await condition(database_url)).found == "9999"


async def test_a_database_of_something_else_is_refused(empty_url: str) -> None:
    database = Database.open(empty_url)
    async with database.writer.begin() as connection:
        await connection.execute(text("CREATE TABLE parking (lot INTEGER)"))
    await database.close()

    with pytest.raises(StartupError, match="something else"):
        await bring_up_to_date(empty_url, copies=5, now=NOW)


@pytest.fixture
def two_revisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the migrations with another one, which fails half-way if the file `break` exists."""
    import shutil

    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    last = revisions()[-1]
    following = f"{int(last) + 1:04d}"
    (folder / "versions" / f"{following}_more.py").write_text(
        "from pathlib import Path\nimport sqlalchemy as sa\nfrom alembic import op\n"
        f"revision, down_revision = {following!r}, {last!r}\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('users') as batch:\n"
        "        batch.add_column(sa.Column('shoe', sa.String(8)))\n"
        "    op.create_table('shoes', sa.Column('name', sa.String(8)))\n"
        f"    assert not Path({str(tmp_path / 'break')!r}).exists()\n"
        "def downgrade():\n    pass\n"
    )
    monkeypatch.setattr("db.upkeep.MIGRATIONS", folder)
    return tmp_path


async def test_a_file_is_copied_before_it_is_updated_and_five_copies_are_kept(
    database: Database, database_url: str, two_revisions: Path
) -> None:
    file = sqlite_file(database_url)
    async with database.write() as session:
        session.add(Remembered(name="before", value="kept"))
    await database.close()

    if file is not None:
        (file.parent / "copies").mkdir()
        for day in range(1, 8):
            (file.parent / "copies" / f"before-0001-202611{day:02d}T000000Z.db").touch()
        (file.parent / "copies" / "mine.db").touch()

    update = await bring_up_to_date(database_url, copies=5, now=NOW)

    assert update.before.state is DatabaseState.BEHIND
    assert (await condition(database_url)).state is DatabaseState.CURRENT
    if file is None:
        assert update.copy is None
        return
    assert update.copy is not None
    kept = sorted(path.name for path in update.copy.parent.iterdir())
    assert kept[-1] == "mine.db"
    assert kept[:-1] == [f"before-0001-2026110{day}T000000Z.db" for day in (4, 5, 6, 7)] + [update.copy.name]
    copied = Database.open(f"sqlite+aiosqlite:///{update.copy}")
    async with copied.read() as session:
        remembered = await session.get(Remembered, "before")
        assert remembered is not None
    await copied.close()


async def test_a_migration_that_fails_half_way_leaves_nothing_behind(
    database: Database, database_url: str, two_revisions: Path
) -> None:
    (two_revisions / "break").touch()
    before = await condition(database_url)

    with pytest.raises(AssertionError):
        await bring_up_to_date(database_url, copies=5, now=NOW)

    assert await condition(database_url) == before
    async with database.writer.connect() as connection:
        assert await connection.run_sync(tables) == set(Base.metadata.tables)
