"""Queries for the export of a person's data, as declared by the columns. None of them commits.

The statements are built from `Base.metadata` at each call, so that a new table only has to declare its columns
(`db.personal_data`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, Select, Table, Text, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import KEPT_FROM_RECIPIENTS
from db.base import Base
from db.models import Delivery, Guild, Run
from db.personal_data import (
    ExportedWith,
    Follows,
    JsonContent,
    KindsOfAuthor,
    OtherPerson,
    Owner,
    Shared,
    columns_declared,
    declared,
    sorted_tables,
)

Rows: TypeAlias = Select[*tuple[Any, ...]]

AT_ONCE = 250
"""Rows converted to plain values before the event loop runs other tasks, which takes about 2 ms."""


async def in_portions(session: AsyncSession, statement: Rows) -> AsyncIterator[Sequence[dict[str, Any]]]:
    """Yield rows as plain values in portions, between which the event loop runs other tasks."""
    connection = await session.connection()  # a session would convert all rows at once
    for some in (await connection.execute(statement)).partitions(AT_ONCE):
        yield [dict(row._mapping) for row in some]
        await asyncio.sleep(0)


def rows_about(user_id: int) -> Iterator[tuple[Table, Rows]]:
    """Yield (table, statement) for the tables with rows in a person's export; for dependent rows use `parts_of`.

    These are the person's own rows, rows that name them and are declared to be exported, and shared rows in which they
    take part.
    """
    for table in sorted_tables(Base.metadata):
        if not any(columns_declared(table, Follows)) and (wanted := [*_read_by(table, user_id)]):
            statement = _columns(table).where(or_(*wanted)).order_by(*_order(table))
            for column, said in columns_declared(table, KindsOfAuthor):
                statement = statement.where(column.not_in(said.kinds))
            yield table, statement


def parts_of(table: Table, rows: Sequence[Mapping[str, Any]], user_id: int) -> Iterator[tuple[Table, str, str, Rows]]:
    """Yield (table, foreign key, referenced key, statement) for the rows that follow some rows of `rows_about`.

    Args:
        table: of the rows.
        rows: at most `AT_ONCE`.
        user_id: the person; of parts with an owner, only their own are selected.
    """
    for part, column, key, _ in following(table):
        mine = [own == user_id for own, _ in columns_declared(part, Owner)]
        those = column.in_([row[key.name] for row in rows])
        yield part, column.name, key.name, _columns(part).where(those, *mine).order_by(*_order(part))


def following(table: Table) -> Sequence[tuple[Table, Column[Any], Column[Any], Follows]]:
    """Return (part, foreign key, referenced key, declaration) of the tables whose rows follow those of a table."""
    return _following(table, tuple(Base.metadata.tables.values()))


@lru_cache(maxsize=256)  # asked for every row of an export
def _following(table: Table, _all: tuple[Table, ...]) -> tuple[tuple[Table, Column[Any], Column[Any], Follows], ...]:
    return tuple(
        (part, column, key.column, said)
        for part in sorted_tables(Base.metadata)
        for column, said in columns_declared(part, Follows)
        for key in column.foreign_keys
        if key.column.table is table
    )


def rows_told(user_id: int) -> Iterator[tuple[str, Rows]]:
    """Yield (section, statement) for the columns of others' rows that are exported to a person they name."""
    for table in sorted_tables(Base.metadata):
        for column, said in columns_declared(table, OtherPerson):
            if said.told:
                told = [table.c[name] for name in said.told]
                yield said.told_as, select(*told).where(column == user_id).order_by(*told)


def quiet_alarms_of(user_id: int) -> tuple[Table, Rows]:
    """Return a statement that selects a person's quiet alarms, one message per recipient: `kinds_of_author`."""
    table = Base.metadata.tables[Delivery.__tablename__]
    pressed = Delivery.payload["about_user_id"].as_string() == str(user_id)
    return table, _columns(table).where(Delivery.kind.in_(KEPT_FROM_RECIPIENTS), pressed).order_by(*_order(table))


def _columns(table: Table) -> Rows:
    """Return a SELECT of all columns, columns exported with the row from other tables, and large JSON as text."""
    large = {column.name for column, said in columns_declared(table, JsonContent) if said.large}
    columns = [cast(c, Text).label(c.name) if c.name in large else c for c in table.columns]
    statement: Rows = select(*columns)
    for column, said in columns_declared(table, ExportedWith):
        (key,) = column.foreign_keys
        other = key.column.table
        statement = statement.add_columns(*(other.c[name] for name in said.columns)).join(other, column == key.column)
    return statement


def _read_by(table: Table, user_id: int) -> Iterator[ColumnElement[bool]]:
    for column, _ in columns_declared(table, Owner):
        yield column == user_id
    for column, named in columns_declared(table, OtherPerson):
        if named.row_exported:
            yield column == user_id
    for part, column, key, follows in following(table):
        if follows.takes_part:
            mine = [own == user_id for own, _ in columns_declared(part, Owner)]
            yield key.in_(select(column).where(*mine))


def _order(table: Table) -> Sequence[ColumnElement[Any]]:
    of_table = declared(table)
    owned = [said.listed_by for _, said in columns_declared(table, Owner)]
    names = of_table.listed_by if isinstance(of_table, Shared) else next(iter(owned), ())
    return [table.c[name] for name in names] or list(table.primary_key)


async def spotters_named_by(session: AsyncSession, user_id: int) -> Sequence[tuple[int | None, int]]:
    """Return distinct (club, spotter) pairs of the spotters named by a person's runs."""
    found = select(Run.guild_id, Run.spotter_id).where(Run.user_id == user_id, Run.spotter_id.is_not(None))
    rows = await session.execute(found.distinct().order_by(Run.guild_id, Run.spotter_id))
    return [(guild_id, spotter_id) for guild_id, spotter_id in rows if spotter_id is not None]


async def club_names(session: AsyncSession, guild_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of clubs."""
    rows = await session.execute(select(Guild.guild_id, Guild.name).where(Guild.guild_id.in_(guild_ids)))
    return {row.guild_id: row.name for row in rows}
