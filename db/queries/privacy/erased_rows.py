"""Erase a person's rows, and their name in others' rows, as declared by the columns. None of the functions commits.

The statements are built from `Base.metadata` at each call, so that a new table only has to declare its columns
(`db.personal_data`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, String, Table, and_, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import Base
from db.models import Delivery
from db.personal_data import Beside, JsonContent, OtherPerson, Owner, PeopleInIds, columns_declared, sorted_tables

Row: TypeAlias = Mapping[str, Any]

_MESSAGES = Base.metadata.tables["deliveries"]


@dataclass(frozen=True, slots=True)
class FoundMessages:
    """Messages that may name a person: `rows`, and all with an id above `newest`."""

    newest: int
    rows: frozenset[int]


async def clear_names(session: AsyncSession, user_id: int) -> None:
    """Set the columns that name a person in kept rows to NULL, with the columns declared beside them.

    Expires the session's objects.
    """
    await session.flush()
    for table in sorted_tables(Base.metadata):
        for column, named in columns_declared(table, OtherPerson):
            if not named.row_goes:
                with_it = [other.name for other, said in columns_declared(table, Beside) if said.column == column.name]
                nobody = dict.fromkeys((column.name, *with_it))
                await session.execute(update(table).where(column == user_id).values(nobody))
    session.expire_all()


async def delete_rows(session: AsyncSession, user_id: int) -> None:
    """Delete all rows that belong to a person or are declared to go with them, after the rows that depend on these.

    Dependent rows are found by foreign keys with ON DELETE CASCADE: a club's reminder is deleted with its author,
    including its completions by others. Expires the session's objects.
    """
    await session.flush()
    deleted: dict[Table, list[ColumnElement[bool]]] = {}
    for table in sorted_tables(Base.metadata):
        if wanted := [*_own(table, user_id), *_hanging(table, deleted)]:
            deleted[table] = wanted
    for table, conditions in reversed(deleted.items()):
        for condition in conditions:  # one statement per condition, so that each uses an index
            await session.execute(delete(table).where(condition))
    session.expire_all()


def _own(table: Table, user_id: int) -> Iterator[ColumnElement[bool]]:
    for column, _ in columns_declared(table, Owner):
        yield column == user_id
    for column, named in columns_declared(table, OtherPerson):
        if named.row_goes:
            yield column == user_id


def _hanging(table: Table, deleted: Mapping[Table, Sequence[ColumnElement[bool]]]) -> Iterator[ColumnElement[bool]]:
    for key in table.foreign_keys:
        parent = key.column.table
        if key.ondelete == "CASCADE" and isinstance(parent, Table) and parent in deleted:
            yield key.parent.in_(select(key.column).where(or_(*deleted[parent])))


def with_people_in_text() -> Sequence[Table]:
    """Return the tables that name people in JSON or in keys of ids."""
    return [table for table in sorted_tables(Base.metadata) if ids_of(table) or json_of(table)]


def ids_of(table: Table) -> Sequence[str]:
    """Return the columns of a table that are keys of ids joined by colons."""
    return [column.name for column, _ in columns_declared(table, PeopleInIds)]


def json_of(table: Table) -> Mapping[str, JsonContent]:
    """Return the JSON columns of a table that name people, with their declarations."""
    return {column.name: said for column, said in columns_declared(table, JsonContent) if said.people}


async def find_messages(session: AsyncSession, user_id: int) -> FoundMessages:
    """Search all messages for the digits of a person's id."""
    newest = await session.scalar(select(func.max(Delivery.delivery_id))) or 0
    rows = await session.scalars(select(Delivery.delivery_id).where(_mentions(_MESSAGES, user_id)))
    return FoundMessages(newest, frozenset(rows))


async def hold_mentioning(session: AsyncSession, table: Table, user_id: int, found: FoundMessages) -> Sequence[Row]:
    """Lock the rows whose JSON or keys contain the digits of a person's id; return them without other columns.

    Args:
        session: the transaction.
        table: one of `with_people_in_text`.
        user_id: the person.
        found: among messages, only these and newer ones are searched.
    """
    wanted = _mentions(table, user_id)
    if table is _MESSAGES:
        wanted = or_(Delivery.delivery_id.in_(found.rows), (Delivery.delivery_id > found.newest) & wanted)
    columns = [*table.primary_key, *(table.c[name] for name in (*ids_of(table), *json_of(table)))]
    rows = await session.execute(select(*columns).where(wanted).order_by(*table.primary_key).with_for_update())
    return [dict(row._mapping) for row in rows]


def _mentions(table: Table, user_id: int) -> ColumnElement[bool]:
    return or_(
        *(table.c[name].contains(str(user_id)) for name in ids_of(table)),
        *(cast(table.c[name], String).contains(str(user_id)) for name in json_of(table)),
    )


async def delete_row(session: AsyncSession, table: Table, row: Row) -> None:
    """Delete a row found by `hold_mentioning`."""
    await session.execute(delete(table).where(_is(table, row)))


async def write_json(session: AsyncSession, table: Table, row: Row, values: Row) -> None:
    """Update JSON columns of a row found by `hold_mentioning`."""
    await session.execute(update(table).where(_is(table, row)).values(values))


def _is(table: Table, row: Row) -> ColumnElement[bool]:
    return and_(*(column == row[column.name] for column in table.primary_key))
