"""Declarations of personal data: what a column or table holds of a person, as the value of its `info=`.

`/privacy export` and `/privacy erase` derive their statements from these (`db.queries.privacy`).
`tests/rules/test_personal_data.py` fails for a table or column that could name a person and declares nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Column, Table

_KEY = "personal_data"

Info: TypeAlias = dict[Any, Any]
"""What SQLAlchemy takes as `info=`."""


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
    """The row belongs to this person: exported to them, deleted when they are erased.

    Args:
        exported: whether the id itself is exported.
        listed_by: columns by which the rows are sorted in the export; the primary key by default.
    """
    return {_KEY: Owner(exported, tuple(listed_by))}


def named(*, row_goes: bool = False, row_exported: bool = False, told: Collection[str] = (), told_as: str = "") -> Info:
    """Somebody other than the owner; their id is in nobody's export.

    Args:
        row_goes: whether the row is deleted when they are erased; else the column, which must be nullable, becomes
            NULL, and with it the columns declared `beside` it.
        row_exported: whether the row is in their export like one of their own.
        told: columns of somebody else's row that are in their export, in
        told_as: a section of this name, sorted by those columns.
    """
    return {_KEY: OtherPerson(row_goes, row_exported, tuple(told), told_as)}


def beside(column: str, *, exported: bool = True) -> Info:
    """A name, word or answer of the person in another column, which `named` declares: cleared together with it.

    Args:
        column: names the person.
        exported: whether the owner of the row takes it along.
    """
    return {_KEY: Beside(column, exported)}


def of_owner() -> Info:
    """Text, or other content, of the row's owner: exported and deleted with the row."""
    return {_KEY: OfOwner()}


def people_in_json(*, row_goes: bool = False, keys: Mapping[str, tuple[str, ...]] | None = None) -> Info:
    """JSON that names people; those erased are taken out of it.

    Args:
        row_goes: whether the row is deleted where its JSON as a whole is about an erased person.
        keys: the keys of an object that name a person, each with the keys that become null together with it; by
            default people are found by the convention of `bot.domain.messages.payload_redaction`.
    """
    return {_KEY: JsonContent(True, row_goes, keys or {})}


def nobody_in_json(*, large: bool = False) -> Info:
    """JSON that names no person.

    Args:
        large: whether it may take milliseconds to read; the export then reads it in a thread.
    """
    return {_KEY: JsonContent(False, large=large)}


def people_in_ids() -> Info:
    """A key of ids between colons: in no export; the row is deleted when one of the people in it is erased."""
    return {_KEY: PeopleInIds()}


def kept_back() -> Info:
    """In no export: a state of the program, or what others alone have said or done."""
    return {_KEY: KeptBack()}


def impersonal() -> Info:
    """A table that holds nothing of any person, or a column whose type or name only looks as if it did."""
    return {_KEY: Impersonal()}


def kinds_of_author(kinds: Collection[str]) -> Info:
    """The kind of a message; those of some kinds are in the export of their author, not of the recipient (`owner`)."""
    return {_KEY: KindsOfAuthor(frozenset(kinds))}


def follows(*, takes_part: bool = False) -> Info:
    """The row is a part of the one this foreign key points at, and exported within it; a part has no parts.

    Args:
        takes_part: whether the owner of the part also finds the row pointed at, which is `shared`, in their export.
    """
    return {_KEY: Follows(takes_part)}


def exported_with(*columns: str) -> Info:
    """Columns of the row this foreign key points at that are exported with the row."""
    return {_KEY: ExportedWith(columns)}


def shared(*, exported: Collection[str] = (), listed_by: Collection[str] = ()) -> Info:
    """A table whose rows belong to nobody alone, and are kept when somebody who is in them is erased.

    Args:
        exported: columns that each of those who take part takes along. A new column is in no export.
        listed_by: columns by which the rows are sorted in the export; the primary key by default.
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
    """What a column or table declares."""
    found: Declaration | None = where.info.get(_KEY)
    return found


def columns_declared(table: Table, kind: type[_Kind]) -> Iterator[tuple[Column[Any], _Kind]]:
    """The columns of a table with a declaration of some kind, each with it."""
    for column in table.columns:
        found = declared(column)
        if isinstance(found, kind):
            yield column, found


def exported_columns(table: Table) -> tuple[str, ...]:
    """The names of the columns that are exported of a row of one's own, or of one that one takes part in."""
    of_table = declared(table)
    if isinstance(of_table, Shared):
        return of_table.exported
    return tuple(column.name for column in table.columns if _exported(declared(column)))


def _exported(declaration: Declaration | None) -> bool:
    if isinstance(declaration, Owner | Beside):
        return declaration.exported
    return not isinstance(declaration, OtherPerson | PeopleInIds | KeptBack)
