"""Persistent components: the button, select and form types, and the router from custom ids to handlers.

A custom id is `area:action:v1:<ids>`. Handlers are cog methods marked with `@pressed`; they are found by id, also after
a restart, so no view is kept in memory. Never change the meaning of a shipped id: add `v2` and keep answering `v1`.
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
"""A button or select that is fully described by its custom id; `bot.client` routes each press by it."""


class Unkept:
    """Mixin for views and forms that discord.py does not store, since presses are routed by id.

    discord.py (2.7.1) stores each view it sends unless the view is finished. An ephemeral view gets a timeout of 15
    minutes and a task that sleeps until then: at 40 commands a second 6,163 views were alive.
    """

    def is_finished(self) -> bool:
        """Return True, so that discord.py does not store the view."""
        return True


class Card(Unkept, ui.LayoutView):
    """A Components V2 message."""


class Buttons(Unkept, ui.View):
    """Classic components below plain text."""


def identity(area: str, action: str, *ids: object, version: int = 1) -> str:
    """Return the custom id of a component; raise `ValueError` if its format or length is invalid."""
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


def tab(label: str, custom_id: str, *, chosen: bool) -> Component:
    """A button of a row of which one is chosen. The chosen one also has a tick: a colour is not read out."""
    style = discord.ButtonStyle.primary if chosen else discord.ButtonStyle.secondary
    return button(f"{label} ✓" if chosen else label, custom_id, style)


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
    """Return a persistent select of roles, channels or users, typed as a component."""
    return item


def row(*items: Component) -> ui.ActionRow[Any]:
    """Up to five buttons, or one select, side by side."""
    return ui.ActionRow(*items)


def card(*parts: str | ui.Item[Any], colour: discord.Colour | None = None) -> ui.LayoutView:
    """A Components V2 message of one container. Text parts are markdown; text from members is escaped by the caller."""
    view = Card(timeout=None)
    shown = [ui.TextDisplay(part) if isinstance(part, str) else part for part in parts if part]
    view.add_item(ui.Container(*shown, accent_colour=colour))
    return view


def classic(*items: Component) -> ui.View:
    """Buttons below plain text."""
    view = Buttons(timeout=None)
    for item in items:
        view.add_item(item)
    return view


def number_menus(view: ui.LayoutView, page: int) -> ui.LayoutView:
    """Give the menus of a page that shares its message with other pages distinct component ids.

    A client keeps a menu's choice by the component's id, or else by its position, and would show it on another page.
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
    """One menu, group of radio buttons or upload of a form; its custom id is its name."""

    label: str
    menu: (
        ui.RoleSelect[Any]
        | ui.ChannelSelect[Any]
        | ui.UserSelect[Any]
        | ui.Select[Any]
        | ui.RadioGroup[Any]
        | ui.FileUpload[Any]
    )


class Form(Unkept, ui.Modal):
    """A modal of up to five text fields and menus; its submission is routed by id like a press."""

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
    """Mark a cog's method as the handler of a custom id.

    It is called as `handler(interaction, **arguments)`, each argument converted by its annotation
    (`bot.interactions.arguments`).

    Args:
        area: the first part of the id.
        action: the second part.
        names: the parameters filled from the further parts, in order.
        version: the version of the id.
    """

    def mark(handler: Handler) -> Handler:
        handler.__route__ = (f"{area}:{action}:v{version}", names)  # type: ignore[attr-defined]
        return handler

    return mark


@dataclass(frozen=True, slots=True)
class Opener:
    """The button that opens a form.

    Attributes:
        area: the first part of its custom id.
        action: the second part.
        labels: the form's text fields in their order, with the catalogue keys of their labels.
    """

    area: str
    action: str
    labels: Mapping[str, str]


def opened_by(area: str, action: str, **labels: str) -> Callable[[Handler], Handler]:
    """Mark the handler of a form, below `@pressed`, with the button that opens the form.

    A refusal of the form then shows what was typed, and has Fix it (`bot.interactions.corrections`).

    Args:
        area: the first part of the button's custom id; the further ones must be parts of the form's.
        action: the second part.
        labels: each text field of the form in its order, with the catalogue key of its label.
    """

    def mark(handler: Handler) -> Handler:
        handler.__opener__ = Opener(area, action, labels)  # type: ignore[attr-defined]
        return handler

    return mark


@dataclass(frozen=True, slots=True)
class Route:
    """The handler of a custom id.

    Attributes:
        names: the parameters filled from the id.
        handler: a cog's method.
        arguments: converts its arguments.
        opener: the button that opens the form, if it handles a form that can be refused.
    """

    names: tuple[str, ...]
    handler: Handler
    arguments: Arguments
    opener: Opener | None = None


class Router:
    """Finds the handler of a custom id."""

    def __init__(self) -> None:
        self._routes: dict[str, Route] = {}

    def add(self, cog: object) -> None:
        """Register every method of `cog` marked with `@pressed`.

        Raises:
            TypeError: a parameter has no source or no converter.
            ValueError: an id has two handlers.
        """
        for name in dir(type(cog)):
            marked = getattr(getattr(type(cog), name), "__route__", None)
            if marked is None:
                continue
            prefix, names = marked
            if prefix in self._routes:
                raise ValueError(f"two handlers for {prefix}")
            handler = getattr(cog, name)
            opener = getattr(handler, "__opener__", None)
            self._routes[prefix] = Route(names, handler, Arguments(handler, names), opener)

    @property
    def routes(self) -> Mapping[str, Route]:
        """Every handler by its `area:action:version`."""
        return MappingProxyType(self._routes)

    def find(self, data: Mapping[str, Any]) -> tuple[Handler, dict[str, Any]]:
        """Return the handler of a press or form submission, and its arguments.

        Args:
            data: the interaction's data, which may be forged.

        Raises:
            BadInput: there is no handler, or an argument is invalid.
        """
        route, ids = self.route(str(data.get("custom_id", "")))
        return route.handler, route.arguments.read(ids, data)

    def route(self, custom_id: str) -> tuple[Route, list[str]]:
        """Return the route of a custom id, which may be forged, and the id's parts after area, action and version.

        Raises:
            BadInput: there is no handler.
        """
        area, action, version, *ids = (*custom_id.split(":"), "", "", "")[: max(3, custom_id.count(":") + 1)]
        route = self._routes.get(f"{area}:{action}:{version}")
        if route is None or len(ids) != len(route.names) or len(custom_id) > ID_LIMIT:
            raise BadInput("errors.press.unknown")
        return route, ids

    def opener_id(self, route: Route, ids: Sequence[str]) -> str | None:
        """Return the id of the button that opens the form of a route, if there is one and `ids` are not too long."""
        if route.opener is None:
            return None
        area, action = route.opener.area, route.opener.action
        given = dict(zip(route.names, ids, strict=True))
        try:
            return identity(area, action, *(given[name] for name in self._routes[f"{area}:{action}:v1"].names))
        except ValueError:  # only forged parts are that long
            return None


def offered(kind: type[Choice], value: object) -> Choice:
    """Convert the value of a command option to a member of an enum.

    Raises:
        BadInput: it is not one of its values.
    """
    try:
        return kind(value)
    except ValueError:
        raise BadInput("settings.choice.unknown") from None
