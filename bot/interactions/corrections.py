"""Fix it: a refusal shows what was typed, and its button opens the form filled with that.

What a form refuses is kept for every handler marked with `opened_by`. A command calls `keep_typed` before it parses.
If the handler then fails, `bot.interactions.tree` adds the texts and the button to the refusal. The texts are read back
from the refusal itself, so the button also works after a restart.

Two kinds of buttons: one with a handler of its own, which calls `typed_before`; and one made by `fix_form`, which
presses the button that opens the form again, whereupon `open_form` fills the form (`refill`). Its custom id carries
that button's custom id and what was chosen in the form's menus.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import discord
from discord import ui

from bot.domain.text.free_text import TURNING, one_line
from bot.interactions.arguments import entered_in, menus_in
from bot.interactions.components import button, card, identity, row
from bot.localizer import Localizer

_FIRST_ID = 7000
"""Component id of the first typed text; the others follow by their position."""
_FIX = ("fix", "form")
_PART, _MENU, _VALUE = "|", ";", ","
"""What separates the parts of a custom id, the menus, and the values of a menu, within a custom id."""
_SHOWN = re.compile(r"`([^`]*)`\Z")
_BREAK = "⏎"
_KINDS: dict[type[Any], discord.SelectDefaultValueType] = {
    ui.UserSelect: discord.SelectDefaultValueType.user,
    ui.RoleSelect: discord.SelectDefaultValueType.role,
    ui.ChannelSelect: discord.SelectDefaultValueType.channel,
}


@dataclass(frozen=True, slots=True)
class TypedText:
    """What a member typed for one field.

    Attributes:
        label: its name, in their language.
        text: as typed, or None.
    """

    label: str
    text: str | None


@dataclass(frozen=True, slots=True)
class _Correction:
    custom_id: str
    typed: tuple[TypedText, ...]


def keep_typed(interaction: discord.Interaction[Any], custom_id: str, *typed: TypedText) -> None:
    """Keep what was typed in case it is refused.

    Args:
        interaction: the command or form.
        custom_id: of the button Fix it; its handler calls `typed_before`. It carries what is not text, as a choice.
        typed: the texts, always in the same order.
    """
    interaction.extras["correction"] = _Correction(custom_id, typed)


def fix_form(opener_id: str, choices: Sequence[Sequence[str]] = (), *, whole: bool = False) -> str:
    """Return the custom id of a Fix it that opens a form by the button that opens it.

    Args:
        opener_id: custom id of that button.
        choices: the values chosen in each menu of the form, in its order.
        whole: whether every field of the form is known, so that one without a text was left empty.

    Raises:
        ValueError: the opener's id alone is too long for a custom id.
    """
    parts = [opener_id.replace(":", _PART), int(whole)]
    chosen = _MENU.join(_VALUE.join(quote(value, safe="") for value in values) for values in choices)
    try:
        return identity(*_FIX, *parts, chosen)
    except ValueError:  # too long: the menus are left as the form has them
        return identity(*_FIX, *parts, "")


def behind_fix(custom_id: str) -> str:
    """Return the custom id that a press is for: of the button that opens the form, for a Fix it of `fix_form`."""
    return custom_id.split(":")[3].replace(_PART, ":") if _is_fix(custom_id) else custom_id


def keep_form(interaction: discord.Interaction[Any], opener_id: str, labels: Mapping[str, str]) -> None:
    """Keep what was entered in a form in case it is refused.

    Args:
        interaction: the form.
        opener_id: custom id of the button that opens the form.
        labels: its text fields in their order, with the catalogue keys of their labels.
    """
    interaction.extras["form"] = opener_id, labels


def refill(interaction: discord.Interaction[Any], form: ui.Modal) -> None:
    """Fill a form with what was refused, if it is opened by a Fix it of `fix_form`."""
    data: Any = interaction.data or {}
    custom_id = str(data.get("custom_id", ""))
    if not _is_fix(custom_id):
        return
    typed, (whole, chosen) = _kept_in(interaction.message), custom_id.split(":")[4:6]
    fields = [one for one in form.walk_children() if not isinstance(one, ui.Label)]
    texts = [one for one in fields if isinstance(one, ui.TextInput)]
    for number, field in enumerate(texts):
        if number in typed or whole == "1":
            field.default = typed.get(number, "")[: field.max_length] or None
    menus = [one for one in fields if not isinstance(one, ui.TextInput)]
    for menu, values in zip(menus, chosen.split(_MENU), strict=False):
        if values or (chosen and whole == "1"):
            _choose(menu, [unquote(value) for value in values.split(_VALUE) if value])


def typed_before(interaction: discord.Interaction[Any], count: int) -> list[str]:
    """Return the texts of the refusal whose Fix it was pressed, by position; empty ones were not typed."""
    found = [""] * count
    for number, text in _kept_in(interaction.message).items():
        if number < count:
            found[number] = text
    return found


def refusal(interaction: discord.Interaction[Any], words: str, reader: Localizer) -> ui.LayoutView | None:
    """Return the refusal with what was typed and the button Fix it; None if nothing was kept."""
    kept: _Correction | None = interaction.extras.get("correction") or _entered(interaction, reader)
    if kept is None:
        return None
    lines: list[ui.TextDisplay[Any]] = [
        ui.TextDisplay(f"-# {_introducing(one.label)} `{_quoted(one.text)}`", id=_FIRST_ID + number)
        for number, one in enumerate(kept.typed)
        if one.text and _quoted(one.text)
    ]
    fix = button(reader.t("errors.fix.button"), kept.custom_id, discord.ButtonStyle.primary)
    return card(words, *lines, row(fix), colour=discord.Colour(0xF59E0B))


def in_place(interaction: discord.Interaction[Any]) -> bool:
    """Whether a form was opened by Fix it, so that its answer replaces the refusal."""
    return interaction.type is discord.InteractionType.modal_submit and _is_refusal(interaction.message)


def _is_fix(custom_id: str) -> bool:
    return custom_id.startswith(":".join((*_FIX, ""))) and custom_id.count(":") == 5


def _is_refusal(message: discord.Message | None) -> bool:
    found = _parts(message.components if message is not None else ())
    return bool(_kept_in(message)) or any(_is_fix(getattr(part, "custom_id", None) or "") for part in found)


def _entered(interaction: discord.Interaction[Any], reader: Localizer) -> _Correction | None:
    """Return what was entered in a form that `keep_form` was called for; None if its id leaves no room for a Fix it."""
    if "form" not in interaction.extras:
        return None
    opener_id, labels = interaction.extras["form"]
    try:
        fix_form(opener_id)
    except ValueError:  # only a forged id is that long
        return None
    data: Any = interaction.data or {}
    entered = dict(entered_in(data))
    texts = {name: key for name, key in labels.items() if name not in menus_in(data)}
    typed = [TypedText(reader.t(key), "".join(entered.get(name, ()))) for name, key in texts.items()]
    choices = [values for name, values in entered.items() if name not in texts]
    return _Correction(fix_form(opener_id, choices, whole=True), tuple(typed))


def _choose(menu: ui.Item[Any], values: Sequence[str]) -> None:
    """Preselect values in a menu of a form; each exists, unless it was deleted meanwhile."""
    if isinstance(menu, ui.Select | ui.RadioGroup):
        for option in menu.options:
            option.default = option.value in values
    elif isinstance(menu, ui.UserSelect | ui.RoleSelect | ui.ChannelSelect):
        held = {str(one.id): one for one in menu.default_values}
        kind = _KINDS[type(menu)]
        menu.default_values = [
            held.get(value) or discord.SelectDefaultValue(id=int(value), type=kind)
            for value in values
            if value.isascii() and value.isdigit()
        ]


def _introducing(label: str) -> str:
    return label if label.endswith("?") else f"{label}:"


def _quoted(text: str) -> str:
    """Return a text as it stands between backticks: on one line, and without a mention."""
    safe = text.translate(TURNING).replace("`", "'").replace("@", "@\u200b")
    return _BREAK.join(one_line(line) for line in safe.splitlines()).strip(_BREAK)


def _kept_in(message: discord.Message | None) -> dict[int, str]:
    """Return the typed texts that a message of the bot shows, by position."""
    found = {}
    for part in _parts(message.components if message is not None else ()):
        if not isinstance(part, discord.TextDisplay):
            continue
        shown = _SHOWN.search(part.content)
        if part.id is not None and part.id >= _FIRST_ID and shown:
            found[part.id - _FIRST_ID] = shown[1].replace(_BREAK, "\n").replace("@\u200b", "@")
    return found


def _parts(parts: Sequence[Any]) -> list[Any]:
    """Return the components of a message with those inside them."""
    found = []
    for part in parts:
        found += [part, *_parts(getattr(part, "children", ()))]
    return found
