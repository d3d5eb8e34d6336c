"""Declarations of personal data in a column or table, as the value of its `info=`.

`/privacy export` and `/privacy erase` derive their statements from them (`db.queries.privacy`).
`tests/rules/test_personal_data.py` fails for a table or column that could name a person without a declaration.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Column, MetaData, Table

_KEY = "personal_data"

Info: TypeAlias = dict[Any, Any]
"""The type of SQLAlchemy's `info=`."""


@dataclass(frozen=True, slots=True)
class Owner:
    """See `owner`."""

    exported: bool
    listed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherPerson:
    """See `named`."""

    row_goes: bool
    row_exported: bool
    told: tuple[str, ...]
    told_as: str


@dataclass(frozen=True, slots=True)
class Beside:
    """See `beside`."""

    column: str
    exported: bool


@dataclass(frozen=True, slots=True)
class JsonContent:
    """See `people_in_json` and `nobody_in_json`."""

    people: bool
    row_goes: bool = False
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    large: bool = False


@dataclass(frozen=True, slots=True)
class PeopleInIds:
    """See `people_in_ids`."""


@dataclass(frozen=True, slots=True)
class OfOwner:
    """See `of_owner`."""


@dataclass(frozen=True, slots=True)
class KeptBack:
    """See `kept_back`."""


@dataclass(frozen=True, slots=True)
class Impersonal:
    """See `impersonal`."""


@dataclass(frozen=True, slots=True)
class KindsOfAuthor:
    """See `kinds_of_author`."""

    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Follows:
    """See `follows`."""

    takes_part: bool


@dataclass(frozen=True, slots=True)
class ExportedWith:
    """See `exported_with`."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """See `shared`."""

    exported: tuple[str, ...]
    listed_by: tuple[str, ...]


def owner(*, exported: bool = True, listed_by: Collection[str] = ()) -> Info:
    """Declare that the row belongs to this person: exported to them, and deleted when they are erased.

    Args:
        exported: whether the id itself is exported.
        listed_by: columns by which the export is sorted; the primary key by default.
    """
    return {_KEY: Owner(exported, tuple(listed_by))}


def named(*, row_goes: bool = False, row_exported: bool = False, told: Collection[str] = (), told_as: str = "") -> Info:
    """Declare the id of a person other than the owner, which is never exported.

    Args:
        row_goes: whether the row is deleted when they are erased; otherwise the column, which must be nullable,
            becomes NULL together with the columns declared `beside` it.
        row_exported: whether the row is exported to them like one of their own.
        told: columns of another owner's row that are exported to them.
        told_as: name of the export's section for these columns, which is sorted by them.
    """
    return {_KEY: OtherPerson(row_goes, row_exported, tuple(told), told_as)}


def beside(column: str, *, exported: bool = True) -> Info:
    """Declare a name, text or answer of the person in another, `named` column, with which it is cleared.

    Args:
        column: the column with the person's id.
        exported: whether it is exported to the owner of the row.
    """
    return {_KEY: Beside(column, exported)}


def of_owner() -> Info:
    """Declare content of the row's owner, which is exported and deleted with the row."""
    return {_KEY: OfOwner()}


def people_in_json(*, row_goes: bool = False, keys: Mapping[str, tuple[str, ...]] | None = None) -> Info:
    """Declare JSON that names people; erased people are removed from it.

    Args:
        row_goes: whether the row is deleted if its JSON as a whole is about an erased person.
        keys: keys of an object that name a person, each with the keys that become null with it; by default people are
            found by the convention of `bot.domain.messages.payload_redaction`.
    """
    return {_KEY: JsonContent(True, row_goes, keys or {})}


def nobody_in_json(*, large: bool = False) -> Info:
    """Declare JSON that names no person.

    Args:
        large: whether decoding may take milliseconds; the export then does it in a thread.
    """
    return {_KEY: JsonContent(False, large=large)}


def people_in_ids() -> Info:
    """Declare a key of ids joined by colons: never exported; the row is deleted when one of the people is erased."""
    return {_KEY: PeopleInIds()}


def kept_back() -> Info:
    """Declare internal state, or words and acts of other people only, which is never exported."""
    return {_KEY: KeptBack()}


def impersonal() -> Info:
    """Declare a table without personal data, or a column that only looks personal by type or name."""
    return {_KEY: Impersonal()}


def kinds_of_author(kinds: Collection[str]) -> Info:
    """Declare a message's kind; messages of these kinds are exported to their author, not their recipient (`owner`)."""
    return {_KEY: KindsOfAuthor(frozenset(kinds))}


def follows(*, takes_part: bool = False) -> Info:
    """Declare a foreign key to the row of which this row is a part, and within which it is exported. Parts do not nest.

    Args:
        takes_part: whether the `shared` row it refers to is also exported to the owner of this row.
    """
    return {_KEY: Follows(takes_part)}


def exported_with(*columns: str) -> Info:
    """Declare columns of the row a foreign key refers to that are exported with this row."""
    return {_KEY: ExportedWith(columns)}


def shared(*, exported: Collection[str] = (), listed_by: Collection[str] = ()) -> Info:
    """Declare a table whose rows have no single owner, and are kept when a participant is erased.

    Args:
        exported: columns exported to each participant. A new column is not exported by default.
        listed_by: columns by which the export is sorted; the primary key by default.
    """
    return {_KEY: Shared(tuple(exported), tuple(listed_by))}


Declaration: TypeAlias = (
    Owner
    | OtherPerson
    | Beside
    | JsonContent
    | PeopleInIds
    | OfOwner
    | KeptBack
    | Impersonal
    | KindsOfAuthor
    | Follows
    | ExportedWith
    | Shared
)
_Kind = TypeVar("_Kind", bound=Declaration)


def declared(where: Column[Any] | Table) -> Declaration | None:
    """Return the declaration of a column or table, or None."""
    found: Declaration | None = where.info.get(_KEY)
    return found


def sorted_tables(metadata: MetaData) -> tuple[Table, ...]:
    """Return the tables, each after those it refers to; sorted once, since that takes 10,000 lines of Python."""
    return _sorted(metadata, tuple(metadata.tables.values()))


@lru_cache(maxsize=4)
def _sorted(metadata: MetaData, _tables: tuple[Table, ...]) -> tuple[Table, ...]:
    return tuple(metadata.sorted_tables)


def columns_declared(table: Table, kind: type[_Kind]) -> Iterator[tuple[Column[Any], _Kind]]:
    """Yield the columns of a table with a declaration of this type, each with its declaration."""
    for column, found in _declared_columns(table):
        if isinstance(found, kind):
            yield column, found


@lru_cache(maxsize=256)  # asked for every row of an export
def _declared_columns(table: Table) -> tuple[tuple[Column[Any], Declaration], ...]:
    return tuple((column, found) for column in table.columns if (found := declared(column)) is not None)


@lru_cache(maxsize=256)
def exported_columns(table: Table) -> tuple[str, ...]:
    """Return the names of the columns exported from a person's own or shared rows."""
    of_table = declared(table)
    if isinstance(of_table, Shared):
        return of_table.exported
    return tuple(column.name for column in table.columns if _exported(declared(column)))


def _exported(declaration: Declaration | None) -> bool:
    if isinstance(declaration, Owner | Beside):
        return declaration.exported
    return not isinstance(declaration, OtherPerson | PeopleInIds | KeptBack)
