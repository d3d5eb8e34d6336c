"""Persistent components: one kind of button, select and form, sent to whoever handles its id.

A custom id is `area:action:v1:<ids>`. Handlers are methods of cogs marked with `@pressed`; they are found by id after
any restart, so no view is held in memory. Never change what a shipped id means: add `v2` and keep `v1` answering.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

import discord
from discord import ui

from bot.errors import BadInput
from bot.interactions.arguments import Arguments

ID_LIMIT = 100
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

    It is called as `handler(interaction, **arguments)`, each converted as its annotation says
    (`bot.interactions.arguments`).

    Args:
        area: the first part of the id.
        action: its second part.
        names: the parameters that the further parts are for, in order.
        version: which meaning of the id this is.
    """

    def mark(handler: Handler) -> Handler:
        handler.__route__ = (f"{area}:{action}:v{version}", names)  # type: ignore[attr-defined]
        return handler

    return mark


@dataclass(frozen=True, slots=True)
class Route:
    """The handler of an id.

    Attributes:
        names: the parameters that the id gives.
        handler: a cog's method.
        arguments: what it takes.
    """

    names: tuple[str, ...]
    handler: Handler
    arguments: Arguments


class Router:
    """Finds the handler of a custom id."""

    def __init__(self) -> None:
        self._routes: dict[str, Route] = {}

    def add(self, cog: object) -> None:
        """Take in every method of `cog` marked with `@pressed`.

        Raises:
            TypeError: a parameter that nothing gives, or nothing converts to.
            ValueError: two handlers for one id.
        """
        for name in dir(type(cog)):
            marked = getattr(getattr(type(cog), name), "__route__", None)
            if marked is None:
                continue
            prefix, names = marked
            if prefix in self._routes:
                raise ValueError(f"two handlers for {prefix}")
            handler = getattr(cog, name)
            self._routes[prefix] = Route(names, handler, Arguments(handler, names))

    @property
    def routes(self) -> Mapping[str, Route]:
        """Every handler by its id without the parts that are its own."""
        return MappingProxyType(self._routes)

    def find(self, data: Mapping[str, Any]) -> tuple[Handler, dict[str, Any]]:
        """The handler of a press or form, and its arguments.

        Args:
            data: the interaction's data, which anybody can have written.

        Raises:
            BadInput: no handler, or an argument that it does not take.
        """
        custom_id = str(data.get("custom_id", ""))
        area, action, version, *ids = (*custom_id.split(":"), "", "", "")[: max(3, custom_id.count(":") + 1)]
        route = self._routes.get(f"{area}:{action}:{version}")
        if route is None or len(ids) != len(route.names) or len(custom_id) > ID_LIMIT:
            raise BadInput("errors.press.unknown")
        return route.handler, route.arguments.read(ids, data)


def offered(kind: type[Choice], value: object) -> Choice:
    """What an option of a command names, as one of those there are.

    Raises:
        BadInput: none of them.
    """
    try:
        return kind(value)
    except ValueError:
        raise BadInput("settings.choice.unknown") from None
