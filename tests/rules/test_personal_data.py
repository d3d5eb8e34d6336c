"""Each table and column that could name a person declares what `/privacy` does with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from sqlalchemy import JSON, Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table

from db import models
from db.base import Base, Snowflake
from db.personal_data import (
    Beside,
    ExportedWith,
    Follows,
    Impersonal,
    JsonContent,
    OtherPerson,
    Owner,
    PeopleInIds,
    Shared,
    beside,
    columns_declared,
    declared,
    exported_columns,
    follows,
    impersonal,
    named,
    nobody_in_json,
    of_owner,
    owner,
    shared,
)

NAMES_SOMEBODY = (
    "user", "spotter", "member", "runner", "author", "owner", "display_name", "caller", "resolved_by", "resolution",
    "contact", "other",
)  # fmt: skip
"""A column with one of these in its name is assumed to name a person."""
OF_DISCORD = ("guild_id", "channel_id", "message_id", "role_id", "interaction_id")
"""Suffixes of columns with Discord ids that are not ids of people."""
LONG = 64
"""A text column that may be longer is assumed to hold a name or a member's text."""


def could_name(column: Column[object]) -> bool:
    """Whether a column may hold somebody's id, name or text."""
    if any(word in column.name for word in NAMES_SOMEBODY):
        return True
    if column.foreign_keys:
        return any(isinstance(declared(key.column), Owner) for key in column.foreign_keys)
    if isinstance(column.type, Snowflake):
        return not column.name.endswith(OF_DISCORD)
    if isinstance(column.type, String):  # includes Text
        return column.type.length is None or column.type.length > LONG
    return isinstance(column.type, JSON | LargeBinary)


def row_goes(column: Column[object]) -> bool:
    """Whether a row is deleted when the person named in this column is erased."""
    said = declared(column)
    named = isinstance(said, OtherPerson | JsonContent) and said.row_goes
    return named or isinstance(said, Owner | PeopleInIds)


def undeclared(tables: Iterable[Table]) -> list[str]:
    """Return the tables, and columns as "table.column", that could name a person but declare nothing."""
    return [name for table in tables for name in _undeclared(table)]


def _undeclared(table: Table) -> Iterator[str]:
    said = declared(table)
    if said is None and not any(isinstance(declared(column), Owner | Follows) for column in table.columns):
        yield table.name
    if isinstance(said, Impersonal):
        said_otherwise = [column for column in table.columns if declared(column)]
        yield from (f"{table.name}.{column.name}" for column in said_otherwise)
        return
    for column in table.columns:
        if could_name(column) and declared(column) is None:
            yield f"{table.name}.{column.name}"


def test_each_table_and_column_that_could_name_a_person_declares_it() -> None:
    assert len(Base.metadata.tables) == len(models.__all__)
    assert undeclared(Base.metadata.sorted_tables) == []


def people() -> Table:
    return Table("people", MetaData(), Column("user_id", Snowflake, primary_key=True, info=owner()))


@pytest.mark.parametrize(
    "column",
    [
        Column("whose", ForeignKey("people.user_id")),
        Column("coach", Snowflake),
        Column("settings", JSON),
        Column("words", String(100)),
        Column("diary", String),
        Column("file", LargeBinary),
        Column("member_since", Integer),
    ],
    ids=lambda column: str(column.name),
)
def test_a_table_that_names_a_person_and_says_nothing_fails(column: Column[object]) -> None:
    known = people()
    table = Table("scratch", known.metadata, Column("scratch_id", Integer, primary_key=True), column)
    assert undeclared([known, table]) == ["scratch", f"scratch.{column.name}"]


def test_a_table_that_says_all_of_it_passes() -> None:
    known = people()
    table = Table(
        "scratch",
        known.metadata,
        Column("scratch_id", Integer, primary_key=True),
        Column("whose", ForeignKey("people.user_id"), info=owner()),
        Column("coach", Snowflake, info=named()),
        Column("coach_name", String(100), info=beside("coach")),
        Column("settings", JSON, info=nobody_in_json()),
        Column("diary", String, info=of_owner()),
        Column("guild_id", Snowflake),
        Column("state", String(8)),
    )
    part = Table("part", known.metadata, Column("scratch_id", ForeignKey("scratch.scratch_id"), info=follows()))
    both = Table("both", known.metadata, Column("host_id", Snowflake, info=named()), info=shared())
    process = Table("process", known.metadata, Column("diary", String), info=impersonal())
    assert undeclared([known, table, part, both, process]) == []


def test_an_impersonal_table_declares_no_personal_column() -> None:
    table = Table("scratch", MetaData(), Column("whose", Snowflake, info=owner()), info=impersonal())
    assert undeclared([table]) == ["scratch.whose"]


def test_declarations_refer_to_columns_that_there_are() -> None:
    for table in Base.metadata.sorted_tables:
        said = declared(table)
        if isinstance(said, Shared):
            assert {*said.exported, *said.listed_by} <= set(table.columns.keys()), table.name
        for column, owned in columns_declared(table, Owner):
            assert set(owned.listed_by) <= set(table.columns.keys()), column
        for column, other in columns_declared(table, Beside):
            assert isinstance(declared(table.columns[other.column]), OtherPerson), column
        for column, along in columns_declared(table, ExportedWith):
            (key,) = column.foreign_keys
            assert set(along.columns) <= set(key.column.table.columns.keys()), column
        for column, part in columns_declared(table, Follows):
            (key,) = column.foreign_keys
            assert not any(columns_declared(key.column.table, Follows)), column
            assert not part.takes_part or isinstance(declared(key.column.table), Shared), column


def test_what_is_cleared_may_be_null_and_what_is_told_has_a_section() -> None:
    for table in Base.metadata.sorted_tables:
        for column, said in columns_declared(table, OtherPerson):
            assert said.row_goes or column.nullable, column
            assert bool(said.told) == bool(said.told_as), column
            assert set(said.told) <= set(table.columns.keys()), column
            with_it = [other for other, known in columns_declared(table, Beside) if known.column == column.name]
            assert said.row_goes or all(other.nullable for other in with_it), column


def test_rows_that_are_deleted_leave_no_row_pointing_at_them() -> None:
    """For a foreign key to an erasable row, the referring row is deleted too, or the database clears the key."""
    erased = {table.name for table in Base.metadata.sorted_tables if any(map(row_goes, table.columns))}
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name in erased:
                assert key.ondelete in ("CASCADE", "SET NULL") or row_goes(key.parent), key.parent


def test_ids_of_others_are_in_no_export() -> None:
    for table in Base.metadata.sorted_tables:
        others = {column.name for column, _ in columns_declared(table, OtherPerson)}
        assert not others & set(exported_columns(table)), table.name
