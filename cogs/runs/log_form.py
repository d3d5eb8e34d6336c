"""The form of `/log`: for the bare command, and behind Fix it filled with what was typed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

import discord
from discord import ui

from bot.domain.runs.run_input import Typed, read_direction
from bot.domain.runs.run_measures import Way
from bot.domain.runs.run_sentence import as_sentence, read_sentence
from bot.domain.runs.runs import Surface
from bot.errors import BadInput
from bot.interactions.components import Component, Field, Form, Pick, button, identity
from bot.interactions.corrections import TypedText, keep_typed
from bot.interactions.replies import Interaction
from bot.localizer import Localizer
from cogs.runs.run_options import manner_of

T = TypeVar("T")

NOTE_LIMIT = 500
NONE = "-"
"""A choice that was not made, in a custom id."""
WAYS: dict[str, Way | None] = {"": None, **{way.value: way for way in Way}}

WayOrNone: TypeAlias = Way | Literal["-"]
SurfaceOrNone: TypeAlias = Surface | Literal["-"]
EffortOrNone: TypeAlias = Annotated[int, range(11)] | Literal["-"]


@dataclass(frozen=True, slots=True)
class LogForm:
    """The values of the form, as entered."""

    run: str
    when: str
    note: str
    direction: Annotated[Way | None, WAYS] = None
    spotter: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class LogChoices:
    """What was chosen, not typed, for a new run; None for what was not chosen."""

    direction: Way | None = None
    surface: Surface | None = None
    spotter_id: int | None = None
    effort: int | None = None

    @property
    def ids(self) -> tuple[str | int, ...]:
        """The choices as parts of a custom id: direction, surface, spotter, effort."""
        effort = NONE if self.effort is None else self.effort
        return self.direction or NONE, self.surface or NONE, self.spotter_id or 0, effort


@dataclass(frozen=True, slots=True)
class LogTexts:
    """What was typed for a new run: the run as one sentence, its start, and a note."""

    run: str = ""
    when: str = ""
    note: str = ""

    @classmethod
    def of(cls, run: str | None, options: Typed, note: str | None, reader: Localizer) -> LogTexts:
        """Return the texts of the command's options as those of the form."""
        parts = (run, as_sentence(replace(options, when=None), manner_of(reader).units))
        return cls(" ".join(part for part in parts if part), options.when or "", note or "")


def made(choice: T | Literal["-"]) -> T | None:
    """Return a choice from a custom id."""
    return None if choice == NONE else choice  # type: ignore[return-value]


def combined(run: str, options: Typed, reader: Localizer, now: datetime) -> Typed:
    """Return the texts of a run from its sentence and the options, which prevail.

    Raises:
        BadInput: the sentence is too long.
    """
    read = read_sentence(run, manner_of(reader), now)
    return Typed(
        options.distance or read.distance,
        options.time or read.time,
        options.pace or read.pace,
        options.direction or read.direction,
        options.backward or read.backward,
        options.when or read.when,
    )


def entered(form: LogForm, reader: Localizer, now: datetime) -> Typed:
    """Return the texts of a run from the form.

    A direction in the sentence prevails over the radio button, which may be the preselected one; a word that is no
    direction does not.

    Raises:
        BadInput: the sentence is too long.
    """
    said = combined(form.run, Typed(when=form.when.strip() or None), reader, now)
    if form.direction is None or said.backward is not None or _is_direction(said.direction, reader):
        return said
    return replace(said, direction=form.direction.value)


def _is_direction(typed: str | None, reader: Localizer) -> bool:
    try:
        return typed is not None and bool(read_direction(typed, manner_of(reader)))
    except BadInput:
        return False


def log_form(reader: Localizer, texts: LogTexts, chosen: LogChoices, *, in_guild: bool) -> Form:
    """Return the form for a new run; a spotter can be picked in a server only."""
    ids = (chosen.surface or NONE, NONE if chosen.effort is None else chosen.effort)
    fields = _fields(reader, texts, chosen, in_guild=in_guild, new=True)
    return Form(reader.t("runs.form.log"), identity("log", "entered", *ids), fields)


def retyped_form(custom_id: str, reader: Localizer, texts: LogTexts, chosen: LogChoices, *, in_guild: bool) -> Form:
    """Return the same form for the change of a run: what is left empty stays."""
    return Form(reader.t("runs.form.title"), custom_id, _fields(reader, texts, chosen, in_guild=in_guild, new=False))


def _fields(reader: Localizer, texts: LogTexts, chosen: LogChoices, *, in_guild: bool, new: bool) -> list[Field | Pick]:
    ways = [
        discord.RadioGroupOption(
            label=reader.t(f"log.form.{way}"),
            value=way.value,
            description=reader.t("log.form.mixed_how") if way is Way.MIXED else None,
            default=way is chosen.direction,
        )
        for way in Way
    ]
    fields: list[Field | Pick] = [
        Field("run", reader.t("log.form.run"), texts.run, reader.t("log.form.run_example"), required=new),
        Pick(reader.t("log.form.way"), ui.RadioGroup(custom_id="direction", options=ways, required=False)),
        Field("when", reader.t("runs.form.when"), texts.when, reader.t("log.form.when_example")),
    ]
    if in_guild:
        named = chosen.spotter_id
        default = [discord.SelectDefaultValue(id=named, type=discord.SelectDefaultValueType.user)] if named else []
        menu: ui.UserSelect[Any] = ui.UserSelect(
            custom_id="spotter", placeholder=reader.t("log.form.nobody"), required=False, default_values=default
        )
        fields.append(Pick(reader.t("log.form.spotter"), menu))
    fields.append(Field("note", reader.t("runs.form.note"), texts.note, long=True, limit=NOTE_LIMIT))
    return fields


def log_button(reader: Localizer, style: discord.ButtonStyle = discord.ButtonStyle.primary) -> Component:
    """Return the button that opens the empty form, for cards that have no run yet."""
    return button(reader.t("runs.form.log"), identity("log", "open"), style)


def keep_attempt(interaction: Interaction, texts: LogTexts, chosen: LogChoices, reader: Localizer) -> None:
    """Keep what was typed and chosen for a new run, for Fix it below a refusal."""
    keep_run(interaction, identity("log", "fix", *chosen.ids), texts, reader)


def keep_run(interaction: Interaction, fix_id: str, texts: LogTexts, reader: Localizer) -> None:
    """Keep what was typed for a run, for a Fix it with this custom id."""
    keep_typed(
        interaction,
        fix_id,
        TypedText(reader.t("log.form.run"), texts.run),
        TypedText(reader.t("runs.form.when"), texts.when),
        TypedText(reader.t("runs.form.note"), texts.note),
    )
