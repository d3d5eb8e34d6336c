"""Convert the custom id, choices and fields of an interaction to the arguments of its handler, by its annotations.

A modified client can send any custom id, any choice and any field. Each value is converted before the handler runs;
a value that does not fit the annotation is refused with a message:

- `int`: ASCII digits that fit a 64-bit column; `bool`: 0 or 1; `date`: `2026-11-16`; `datetime`: seconds since 1970;
  an `Enum`: the value of a member; `Literal[...]`: one of its values; `str`: anything.
- `Annotated[int, range(24)]`, or any other collection: additionally one of its elements.
- `Annotated[T, mapping]`: exactly one of the keys, converted to its value.
- `Chosen[T]`: the choice in the menu instead of a part of the id; `Entered[T]`: the form field with the parameter's
  name.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, auto
from types import MappingProxyType, NoneType, SimpleNamespace, UnionType
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from bot.errors import BadInput

T = TypeVar("T")
Parse: TypeAlias = Callable[[str], Any]
"""Convert one text. Raises `ValueError`."""

FIELD_LIMIT = 1000
"""Maximum length of any form field, in characters."""
YEARS = range(2000, 2200)
"""Allowed years of dates and instants; adding weeks stays within the range of Python and the databases."""


class _Source(Enum):
    MENU = auto()
    FORM = auto()


Chosen: TypeAlias = Annotated[T, _Source.MENU]
"""The choice in the used menu: exactly one; at most one for `T | None`; any number for `frozenset[T]`."""
Entered: TypeAlias = Annotated[T, _Source.FORM]
"""A form field or menu named like the parameter, or a dataclass of several; with a default it may be missing."""

PageNumber: TypeAlias = Annotated[int, range(10_000)]
"""A page from 0. The limit keeps page times page size within the range of a database integer."""
Version: TypeAlias = Annotated[int, range(2**31)]
"""A counter that each change increments, in a 32-bit column."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """How many values are accepted, and how they are converted.

    Attributes:
        parse: converts one value.
        least: minimum number of values.
        most: maximum number of values.
        pack: builds the argument from the converted values.
    """

    parse: Parse
    least: int
    most: int
    pack: Callable[[list[Any]], Any]

    def read(self, values: Sequence[str]) -> Any:
        if not self.least <= len(values) <= self.most:
            raise BadInput("settings.choice.unknown")
        try:
            return self.pack([self.parse(value) for value in values])
        except ValueError:
            raise BadInput("settings.choice.unknown") from None


@dataclass(frozen=True, slots=True)
class _Field:
    shape: _Shape
    required: bool


class Arguments:
    """The parameters of one handler, except `self` and `interaction`."""

    def __init__(self, handler: Callable[..., Any], names: Sequence[str]) -> None:
        """Read the annotations.

        Args:
            handler: a function or bound method; its `interaction` and `self` are ignored.
            names: the parameters filled from the parts of the custom id, in order.

        Raises:
            TypeError: an annotation has no converter, or a parameter has no source.
        """
        self._ids: dict[str, Parse] = {}
        self._choice: tuple[str, _Shape] | None = None
        self._fields: dict[str, _Field] = {}
        self._forms: dict[str, tuple[type[Any], dict[str, _Field]]] = {}
        for name, annotation, required in _parameters(handler):
            source = next((one for one in _metadata(annotation) if isinstance(one, _Source)), None)
            if source is None:
                self._ids[name] = parser(annotation)
            elif source is _Source.MENU:
                self._choice = name, _shape(annotation)
            elif hasattr(kind := get_args(annotation)[0], "__dataclass_fields__"):
                self._forms[name] = kind, {field: _Field(_shape(hint), must) for field, hint, must in _parameters(kind)}
            else:
                self._fields[name] = _Field(_shape(annotation), required)
        if tuple(self._ids) != tuple(names):
            raise TypeError(f"{handler.__qualname__} takes {tuple(self._ids)}, its custom id gives {tuple(names)}")

    @property
    def ids(self) -> Mapping[str, Parse]:
        """The converter of each part of the custom id."""
        return MappingProxyType(self._ids)

    @property
    def takes_choice(self) -> bool:
        """Whether the handler takes the choice of a menu."""
        return self._choice is not None

    @property
    def fields(self) -> frozenset[str]:
        """The names of the form fields that the handler takes."""
        return frozenset(self._fields).union(*(inner for _, inner in self._forms.values()))

    def read(self, ids: Sequence[str], data: Mapping[str, Any]) -> dict[str, Any]:
        """Convert the data of an interaction to keyword arguments.

        Args:
            ids: the parts of the custom id after area, action and version; as many as there are names.
            data: the interaction's data.

        Raises:
            BadInput: a value does not fit its annotation, or a field is missing.
        """
        try:
            given = {name: parse(one) for (name, parse), one in zip(self._ids.items(), ids, strict=True)}
        except ValueError:
            raise BadInput("errors.press.unknown") from None
        if self._choice:
            name, shape = self._choice
            given[name] = shape.read([str(value) for value in data.get("values") or ()])
        if self._fields or self._forms:
            entered = dict(entered_in(data))
            given |= _read_fields(self._fields, entered)
            for name, (form, inner) in self._forms.items():
                given[name] = form(**_read_fields(inner, entered))
        return given


def parser(annotation: Any) -> Parse:
    """Return the converter from text to the annotated type.

    Raises:
        TypeError: there is none.
    """
    if get_origin(annotation) is Annotated:
        return _among(get_args(annotation)[0], _metadata(annotation))
    if get_origin(annotation) is Literal:
        return _offered({str(value): value for value in get_args(annotation)})
    if get_origin(annotation) in (Union, UnionType):
        return _first_of([parser(one) for one in get_args(annotation)])
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _offered({str(member.value): member for member in annotation})
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    raise TypeError(f"nothing converts a text to {annotation!r}")


def _among(kind: Any, metadata: Sequence[Any]) -> Parse:
    offered = next((one for one in metadata if isinstance(one, Collection)), None)
    if isinstance(offered, Mapping):
        return _offered(offered)
    parse = parser(kind)
    if offered is None:
        return parse

    def checked(text: str) -> Any:
        value = parse(text)
        if value not in offered:
            raise ValueError(text)
        return value

    return checked


def _offered(values: Mapping[str, Any]) -> Parse:
    def find(text: str) -> Any:
        if text not in values:
            raise ValueError(text)
        return values[text]

    return find


def _first_of(parsers: Sequence[Parse]) -> Parse:
    def try_each(text: str) -> Any:
        for parse in parsers[:-1]:
            try:
                return parse(text)
            except ValueError:
                continue
        return parsers[-1](text)

    return try_each


def _whole(text: str) -> int:
    if not re.fullmatch("[0-9]{1,19}", text) or int(text) >= 2**63:
        raise ValueError(text)
    return int(text)


def _day(text: str) -> date:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return _within_years(date.fromisoformat(text))


def _instant(text: str) -> datetime:
    if not re.fullmatch("[0-9]{1,10}", text):
        raise ValueError(text)
    return _within_years(datetime.fromtimestamp(int(text), UTC))


Moment = TypeVar("Moment", bound=date)


def _within_years(moment: Moment) -> Moment:
    if moment.year not in YEARS:
        raise ValueError(moment)
    return moment


_PLAIN: dict[Any, Parse] = {
    str: str,
    int: _whole,
    bool: _offered({"0": False, "1": True}),
    date: _day,
    datetime: _instant,
}


def _shape(annotation: Any) -> _Shape:
    """Return the shape of a menu or field; a plain type is exactly one value."""
    metadata = [one for one in _metadata(annotation) if not isinstance(one, _Source)]
    kind = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    least, most, pack = 1, 1, _only
    if any(isinstance(one, Mapping) for one in metadata):
        return _Shape(_among(kind, metadata), least, most, pack)
    if get_origin(kind) in (Union, UnionType) and NoneType in get_args(kind):
        least = 0
        kinds = [one for one in get_args(kind) if one is not NoneType]
        kind = kinds[0] if len(kinds) == 1 else Union[tuple(kinds)]  # noqa: UP007 (made at run time)
    if get_origin(kind) in (frozenset, tuple):
        least, most, pack = 0, MOST_CHOICES, get_origin(kind)
        kind = get_args(kind)[0]
    return _Shape(_among(kind, metadata), least, most, pack)


MOST_CHOICES = 25
"""Discord's limit for a menu."""


def _only(values: list[Any]) -> Any:
    return values[0] if values else None


def _metadata(annotation: Any) -> Sequence[Any]:
    return get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()


def _parameters(taker: Callable[..., Any]) -> Iterator[tuple[str, Any, bool]]:
    """Yield the name, the annotation and whether it is required of each parameter of a handler or form."""
    parameters = [
        one for one in inspect.signature(taker).parameters.values() if one.name not in ("self", "interaction")
    ]
    # Exclude `interaction`: its annotation uses names imported for type checking only.
    annotations = SimpleNamespace(__annotations__={one.name: one.annotation for one in parameters})
    hints = get_type_hints(annotations, vars(sys.modules[taker.__module__]), include_extras=True)
    for one in parameters:
        yield one.name, hints[one.name], one.default is one.empty


def entered_in(data: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield the values of a submitted form's text fields and menus, by name."""
    for part in data.get("components", ()):
        for inner in [part["component"]] if "component" in part else part.get("components", ()):
            if "custom_id" in inner:
                values = inner["values"] if "values" in inner else [inner.get("value") or ""]
                yield inner["custom_id"], [str(value) for value in values or ()]


def menus_in(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of a submitted form's menus, in which any number may be chosen."""
    parts = [part["component"] for part in data.get("components", ()) if "component" in part]
    return frozenset(part["custom_id"] for part in parts if "values" in part)


def _read_fields(wanted: Mapping[str, _Field], entered: Mapping[str, list[str]]) -> dict[str, Any]:
    given = {}
    for name, field in wanted.items():
        if name in entered:
            if any(len(text) > FIELD_LIMIT for text in entered[name]):
                raise BadInput("entry.text.too_long", limit=FIELD_LIMIT)
            given[name] = field.shape.read(entered[name])
        elif field.required:
            raise BadInput("errors.press.form")
    return given
