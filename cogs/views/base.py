"""Persistent components: one kind of button, select and form, sent to whoever handles its id.

A custom id is `area:action:v1:<ids>`. Handlers are methods of cogs marked with `@pressed`; they are found by id after
any restart, so no view is held in memory. Never change what a shipped id means: add `v2` and keep `v1` answering.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias, TypeVar

import discord
from discord import ui

from bot.errors import BadInput

ID_LIMIT = 100
FIELD_LIMIT = 1000
"""Characters that any field of a form takes at most."""
_ID = r"[a-z]+:[a-z]+:v[0-9]+(?::[^:]*)*"
_SHAPE = re.compile(_ID)

_MENUS = (ui.Select, ui.RoleSelect, ui.ChannelSelect)

Handler = Callable[..., Awaitable[None]]
Choice = TypeVar("Choice", bound=Enum)


Component: TypeAlias = ui.Item[Any]
"""A button or select whose id says everything: `bot.client` routes each press by it."""


class Unkept:
    """A view or form that discord.py does not keep, since presses find their handler by id.

    discord.py (2.7.1) stores each view it sends unless the view has finished. An ephemeral one gets a timeout of 15
    minutes and a task that sleeps until then: at 40 commands a second 6,163 views were alive.
    """

    def is_finished(self) -> bool:
        """Always: nothing waits for a press of it."""
        return True


class Card(Unkept, ui.LayoutView):
    """A Components V2 message."""


class Buttons(Unkept, ui.View):
    """Classic components below plain words."""


def identity(area: str, action: str, *ids: object, version: int = 1) -> str:
    """The custom id of a component, its shape and length checked."""
    made = ":".join([area, action, f"v{version}", *(str(i) for i in ids)])
    if not _SHAPE.fullmatch(made) or made.count(":") != len(ids) + 2 or len(made) > ID_LIMIT:
        raise ValueError(f"not a custom id: {made!r}")
    return made


def button(
    label: str,
    custom_id: str,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    *,
    emoji: str | None = None,
    disabled: bool = False,
) -> Component:
    """A persistent button."""
    return ui.Button(label=label[:80], custom_id=custom_id, style=style, emoji=emoji, disabled=disabled)


def select(
    custom_id: str,
    options: Sequence[discord.SelectOption],
    *,
    placeholder: str | None = None,
    least: int = 1,
    most: int = 1,
) -> Component:
    """A persistent string select of at most 25 options."""
    return ui.Select(
        custom_id=custom_id,
        options=list(options),
        placeholder=placeholder and placeholder[:150],
        min_values=least,
        max_values=min(most, len(options)),
    )


def picker(item: ui.RoleSelect[Any] | ui.ChannelSelect[Any] | ui.UserSelect[Any]) -> Component:
    """A persistent select of Discord's own things."""
    return item


def row(*items: Component) -> ui.ActionRow[Any]:
    """Up to five buttons, or one select, side by side."""
    return ui.ActionRow(*items)


def card(*parts: str | ui.Item[Any], colour: discord.Colour | None = None) -> ui.LayoutView:
    """A Components V2 message: one framed card. Text parts are markdown; what members typed is escaped before."""
    view = Card(timeout=None)
    shown = [ui.TextDisplay(part) if isinstance(part, str) else part for part in parts if part]
    view.add_item(ui.Container(*shown, accent_colour=colour))
    return view


def classic(*items: Component) -> ui.View:
    """Buttons below plain words."""
    view = Buttons(timeout=None)
    for item in items:
        view.add_item(item)
    return view


def number_menus(view: ui.LayoutView, page: int) -> ui.LayoutView:
    """Number the menus of a page that shares its message with others.

    What a client shows as chosen it keeps by the component's number, else its place: no page may inherit another's.
    """
    for number, menu in enumerate(one for one in view.walk_children() if isinstance(one, _MENUS)):
        menu.id = 100 * (1 + page) + number
    return view


@dataclass(frozen=True, slots=True)
class Field:
    """One text field of a form."""

    name: str
    label: str
    value: str = ""
    placeholder: str = ""
    required: bool = False
    long: bool = False
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Pick:
    """One menu of a form: of Discord's own things, whose custom id is its name."""

    label: str
    menu: ui.RoleSelect[Any] | ui.ChannelSelect[Any]


class Form(Unkept, ui.Modal):
    """A modal of up to five text fields and menus, whose submission is routed by id like a press."""

    def __init__(self, title: str, custom_id: str, fields: Iterable[Field | Pick]) -> None:
        super().__init__(title=title[:45], custom_id=custom_id, timeout=None)
        for field in fields:
            if isinstance(field, Pick):
                self.add_item(ui.Label(text=field.label[:45], component=field.menu))
                continue
            self.add_item(
                ui.Label(
                    text=field.label[:45],
                    component=ui.TextInput(
                        custom_id=field.name,
                        default=field.value[: field.limit] or None,
                        placeholder=field.placeholder[:100] or None,
                        required=field.required,
                        max_length=field.limit,
                        style=discord.TextStyle.long if field.long else discord.TextStyle.short,
                    ),
                )
            )


def pressed(area: str, action: str, *names: str, version: int = 1) -> Callable[[Handler], Handler]:
    """Mark a cog's method as the handler of an id.

    It is called as `handler(interaction, **ids)`, each id an int where it is all digits. Selects leave their choice
    in `values_of(interaction)`, forms in `fields_of(interaction)`.
    """

    def mark(handler: Handler) -> Handler:
        handler.__route__ = (f"{area}:{action}:v{version}", names)  # type: ignore[attr-defined]
        return handler

    return mark


class Router:
    """Finds the handler of a custom id."""

    def __init__(self) -> None:
        self._routes: dict[str, tuple[tuple[str, ...], Handler]] = {}

    def add(self, cog: object) -> None:
        """Take in every method of `cog` marked with `@pressed`.

        Raises:
            ValueError: two handlers for one id.
        """
        for name in dir(type(cog)):
            route = getattr(getattr(type(cog), name), "__route__", None)
            if route is None:
                continue
            prefix, names = route
            if prefix in self._routes:
                raise ValueError(f"two handlers for {prefix}")
            self._routes[prefix] = (names, getattr(cog, name))

    @property
    def prefixes(self) -> frozenset[str]:
        """Every id that has a handler, without its own part."""
        return frozenset(self._routes)

    def find(self, custom_id: str) -> tuple[Handler, dict[str, int | str]] | None:
        """The handler of an id and the ids in it, or None for an id that is not ours."""
        area, action, version, *ids = (*custom_id.split(":"), "", "", "")[: max(3, custom_id.count(":") + 1)]
        found = self._routes.get(f"{area}:{action}:{version}")
        if found is None or len(ids) != len(found[0]):
            return None
        return found[1], {
            name: int(value) if value.isdecimal() and len(value) < 20 and int(value) < 2**63 else value
            for name, value in zip(found[0], ids, strict=True)
        }


def values_of(interaction: discord.Interaction) -> list[str]:
    """What was chosen in a select."""
    data: Any = interaction.data or {}
    return list(data.get("values", ()))


def chosen(interaction: discord.Interaction) -> str:
    """The one thing chosen in a menu, which anybody can have written.

    Raises:
        BadInput: none, or several.
    """
    values = values_of(interaction)
    if len(values) != 1:
        raise BadInput("settings.choice.unknown")
    return values[0]


def chosen_number(interaction: discord.Interaction) -> int:
    """The one number chosen in a menu, an id or an amount; whether it is one that was offered the service knows.

    Raises:
        BadInput: none, several, or no number.
    """
    value = chosen(interaction)
    if not re.fullmatch("[0-9]{1,19}", value) or int(value) >= 2**63:
        raise BadInput("settings.choice.unknown")
    return int(value)


def offered(kind: type[Choice], value: object) -> Choice:
    """What a menu or id names, as one of those there are.

    Raises:
        BadInput: none of them.
    """
    try:
        return kind(value)
    except ValueError:
        raise BadInput("settings.choice.unknown") from None


def fields_of(interaction: discord.Interaction) -> dict[str, str]:
    """What was typed into a form, by the names of its fields.

    Raises:
        BadInput: longer than any field takes, which Discord's own clients do not send.
    """
    fields = {inner["custom_id"]: inner.get("value") or "" for inner in _submitted(interaction)}
    if any(len(value) > FIELD_LIMIT for value in fields.values()):
        raise BadInput("entry.text.too_long", limit=FIELD_LIMIT)
    return fields


def picked_in(interaction: discord.Interaction, name: str) -> list[str] | None:
    """What was chosen in a form's menu; None where the form has no such menu."""
    return next(
        (list(inner.get("values") or ()) for inner in _submitted(interaction) if inner["custom_id"] == name), None
    )


def _submitted(interaction: discord.Interaction) -> Iterator[dict[str, Any]]:
    data: Any = interaction.data or {}
    for part in data.get("components", ()):
        yield from [part["component"]] if "component" in part else part.get("components", ())
