"""Fix it: a refusal shows what was typed, and its button opens the form filled with that.

A handler calls `keep_typed` before it parses; if it then fails, `bot.interactions.tree` adds the texts and the button
to the refusal. The texts are read back from the refusal itself, so the button also works after a restart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.domain.text.free_text import TURNING, one_line
from bot.interactions.components import button, card, row
from bot.localizer import Localizer

_FIRST_ID = 7000
"""Component id of the first typed text; the others follow by their position."""
_SHOWN = re.compile(r"`([^`]*)`\Z")
_BREAK = "⏎"


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


def forget_typed(interaction: discord.Interaction[Any]) -> None:
    """Forget what was kept, once it was accepted and something else can still be refused."""
    interaction.extras.pop("correction", None)


def typed_before(interaction: discord.Interaction[Any], count: int) -> list[str]:
    """Return the texts of the refusal whose Fix it was pressed, by position; empty ones were not typed."""
    found = [""] * count
    for number, text in _kept_in(interaction.message).items():
        if number < count:
            found[number] = text
    return found


def refusal(interaction: discord.Interaction[Any], words: str, reader: Localizer) -> ui.LayoutView | None:
    """Return the refusal with what was typed and the button Fix it; None if nothing was kept."""
    kept: _Correction | None = interaction.extras.get("correction")
    if kept is None:
        return None
    lines: list[ui.TextDisplay[Any]] = [
        ui.TextDisplay(f"-# {one.label}: `{_quoted(one.text)}`", id=_FIRST_ID + number)
        for number, one in enumerate(kept.typed)
        if one.text and _quoted(one.text)
    ]
    fix = button(reader.t("errors.fix.button"), kept.custom_id, discord.ButtonStyle.primary)
    return card(words, *lines, row(fix), colour=discord.Colour(0xF59E0B))


def in_place(interaction: discord.Interaction[Any]) -> bool:
    """Whether a form was opened by Fix it, so that its answer replaces the refusal."""
    return interaction.type is discord.InteractionType.modal_submit and bool(_kept_in(interaction.message))


def _quoted(text: str) -> str:
    """Return a text as it stands between backticks: on one line, and without a mention."""
    safe = text.translate(TURNING).replace("`", "'").replace("@", "@\u200b")
    return _BREAK.join(one_line(line) for line in safe.splitlines()).strip(_BREAK)


def _kept_in(message: discord.Message | None) -> dict[int, str]:
    """Return the typed texts that a message of the bot shows, by position."""
    found = {}
    for part in _texts(message.components if message is not None else ()):
        shown = _SHOWN.search(part.content)
        if part.id is not None and part.id >= _FIRST_ID and shown:
            found[part.id - _FIRST_ID] = shown[1].replace(_BREAK, "\n").replace("@\u200b", "@")
    return found


def _texts(parts: Sequence[Any]) -> list[discord.TextDisplay]:
    found = []
    for part in parts:
        if isinstance(part, discord.TextDisplay):
            found.append(part)
        found += _texts(getattr(part, "children", ()))
    return found
