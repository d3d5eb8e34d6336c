"""The privacy policy, the export and the erasure."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.domain.text.words.plain import plain
from bot.i18n import translate
from bot.interactions.components import Field, Form, button, card, identity, row
from bot.languages import LANGUAGES
from bot.localizer import Localizer

WORDS = frozenset(plain(translate(language, "privacy.erase.word")) for language in LANGUAGES)
"""The confirmation words of all languages, normalised by `plain`."""


def policy_card(reader: Localizer, gone_club_days: int) -> ui.LayoutView:
    """Return the policy: four points, then what is kept, who sees it and for how long, also in a club that left."""
    names = ("kept", "seen", "partners", "nudges", "time", "left", "removed", "gone")
    parts = (
        reader.t("privacy.policy.removed", count=gone_club_days)
        if part == "removed"
        else reader.t(f"privacy.policy.{part}")
        for part in names
    )
    return card(
        reader.t("privacy.policy.title"),
        reader.t("privacy.short.four"),
        ui.Separator(),
        "\n\n".join(parts),
        row(
            button(reader.t("privacy.button.export"), identity("privacy", "export")),
            button(reader.t("privacy.button.erase"), identity("privacy", "ask"), discord.ButtonStyle.danger),
        ),
    )


def export_card(reader: Localizer, names: Sequence[str]) -> ui.LayoutView:
    """Return the card of the exported files, named as attached."""
    return card(reader.t("privacy.export.done"), *(ui.File(f"attachment://{name}") for name in names))


def erase_card(reader: Localizer) -> ui.LayoutView:
    """Return the explanation of erasing, with the export offered first."""
    return card(
        reader.t("privacy.erase.title"),
        reader.t("privacy.erase.what"),
        row(
            button(reader.t("privacy.button.export"), identity("privacy", "export")),
            button(reader.t("privacy.button.erase_now"), identity("privacy", "ask"), discord.ButtonStyle.danger),
        ),
        colour=discord.Colour.red(),
    )


def erase_form(reader: Localizer) -> Form:
    """Return the form for the confirmation word."""
    word = reader.t("privacy.erase.word")
    field = Field("word", reader.t("privacy.erase.label", word=word), required=True, limit=20)
    return Form(reader.t("privacy.erase.form"), identity("privacy", "erase"), [field])


def erased_card(reader: Localizer, runs: int) -> ui.LayoutView:
    """Return the confirmation of the erasure, the last card to this person."""
    words = reader.t("privacy.erase.done_runs", count=runs) if runs else reader.t("privacy.erase.done")
    return card(words)
