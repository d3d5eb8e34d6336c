"""Options of `/log`, `/runs edit` and the run form: parsing, autocomplete, and pre-filled values."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from discord import app_commands

from bot.domain.runs import run_input as domain
from bot.domain.runs.run_input import Manner, RunEntry, Typed
from bot.domain.runs.run_measures import Way
from bot.domain.runs.run_search import read_clues
from bot.domain.runs.run_sentence import read_sentence
from bot.domain.runs.runs import Direction, RunContent, Surface
from bot.domain.text.free_text import if_any
from bot.domain.text.units import parse_distance, parse_pace
from bot.errors import MemberError, NotFound, SeveralFaults
from bot.interactions.components import Field, Form, identity
from bot.interactions.replies import Interaction, resolve_person
from bot.interactions.tree import localized, localized_choice
from bot.localizer import Localizer, unmarked
from bot.services.runs import runs
from bot.services.runs.runs import RunLine, RunView
from cogs.runs.run_card_view import form_units, line, way

CHOICE_LIMIT = 100
OFFERED = 25
"""Maximum number of choices; the newest runs first."""
DIRECTIONS = [app_commands.Choice(name=localized_choice(f"runs.direction.{way}"), value=way.value) for way in Way]
SURFACES = [
    app_commands.Choice(name=localized_choice(f"runs.surface.{surface}"), value=surface.value) for surface in Surface
]
TOLD_DIRECTIONS = [
    app_commands.Choice(name=localized_choice(f"runs.direction.{direction}"), value=direction.value)
    for direction in (Direction.BACKWARD, Direction.FORWARD, Direction.UNTOLD)
]

Told = app_commands.Range[str, 1, CHOICE_LIMIT]
"""A distance, time, pace, share or moment as typed, or words to find a run by."""

RUN_OPTIONS = {
    "distance": localized("runs.commands.distance"),
    "time": localized("runs.commands.time"),
    "pace": localized("runs.commands.pace"),
    "direction": localized("runs.commands.direction"),
    "backward": localized("runs.commands.backward"),
    "when": localized("runs.commands.when"),
    "surface": localized("runs.commands.surface"),
    "spotter": localized("runs.commands.spotter"),
    "effort": localized("runs.commands.effort"),
    "note": localized("runs.commands.note"),
}
"""The options that describe a run, for `/log` and `/runs edit`."""


def manner_of(reader: Localizer) -> Manner:
    """Return how to parse what this reader types: units, language and zone."""
    return Manner(form_units(reader), reader.language, reader.zone)


def read_entry(typed: Typed, reader: Localizer, now: datetime) -> RunEntry:
    """Parse a new run. Raises `BadInput`."""
    return domain.read_entry(typed, manner_of(reader), now)


async def suggest_entry(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest what was parsed so far (`5.00 km · 27:30 · 5:30/km`), or the reason why it is invalid."""
    if not current.strip():
        return []
    person = await resolve_person(interaction)
    reader, now = person.reader, interaction.client.app.clock()
    given = {
        name: str(value)
        for name in ("distance", "time", "pace", "direction", "backward")
        if (value := getattr(interaction.namespace, name, None))
    }
    try:
        words = _understood(Typed(**given), reader, now)
    except MemberError as error:
        for fault in _faults(error):
            if current == given.get("time") and {"low_ms", "high_ms"} <= fault.params.keys():
                both = [reader.show(name, fault.params[name]) for name in ("high_ms", "low_ms")]
                return [plain_choice(str(one), str(one)) for one in both]
        words = reader.error(_faults(error)[0])
    return [plain_choice(words, current)]


def _faults(error: MemberError) -> Sequence[MemberError]:
    return error.faults if isinstance(error, SeveralFaults) else [error]


async def suggest_sentence(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest what was understood of a whole run, with its direction and start, or the reason why it is invalid."""
    if not current.strip():
        return []
    person = await resolve_person(interaction)
    reader, now = person.reader, interaction.client.app.clock()
    typed = read_sentence(current, manner_of(reader), now)
    try:
        words = _understood(typed, reader, now)
    except MemberError as error:
        return [plain_choice(reader.error(_faults(error)[0]), current)]
    parts = [words]
    if typed.direction or typed.backward:
        told = domain.read_direction(typed.direction, manner_of(reader))[0] if typed.direction else Way.MIXED
        parts.append(reader.t(f"runs.direction.{told}"))
    if typed.when:
        parts.append(reader.moment(domain.read_start(typed.when, 0, manner_of(reader), now)[0]))
    return [plain_choice(" · ".join(parts), current)]


async def suggest_when(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest the parsed start (`Tue 17 Nov 18:30`), each of several readings, or the reason why it is invalid."""
    if not current.strip():
        return []
    person = await resolve_person(interaction)
    return suggested(current, person.reader, domain.starts_meant, interaction.client.app.clock())


def suggested(
    typed: str, reader: Localizer, read: Callable[[str, Manner, datetime], list[datetime]], now: datetime
) -> list[app_commands.Choice[str]]:
    """Return a choice per reading of a moment, or the reason why there is none; several readings have full dates."""
    try:
        starts = read(typed, manner_of(reader), now)
    except MemberError as error:
        return [plain_choice(reader.error(error), typed)]
    if len(starts) == 1:
        return [plain_choice(reader.moment(starts[0]), typed)]
    return [plain_choice(reader.moment(at), f"{at.astimezone(ZoneInfo(reader.zone)):%Y-%m-%d %H:%M}") for at in starts]


async def suggest_run(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest the user's own runs; the value is the run's id, which only its runner can use."""
    person = await resolve_person(interaction)
    found = await _found(interaction, person.reader, current, OFFERED)
    return [plain_choice(line(run, person.reader), f"#{run.run_id}") for run in found]


async def chosen_run(interaction: Interaction, reader: Localizer, typed: str) -> int:
    """Return the id of the run chosen in autocomplete, or of the only one that matches the text.

    Raises:
        NotFound: none or several match. Ownership is checked where the run is read or changed.
    """
    if re.fullmatch("#[0-9]{1,18}", typed):
        return int(typed[1:])
    fitting = await _found(interaction, reader, typed, 2)
    if len(fitting) != 1:
        raise NotFound("runs.choose", typed=typed)
    return fitting[0].run_id


async def _found(interaction: Interaction, reader: Localizer, typed: str, limit: int) -> tuple[RunLine, ...]:
    """Return the newest runs that match the text."""
    ways = {way: reader.t(f"runs.direction.{way}") for way in ("backward", "forward", "mixed", "untold")}
    clues = read_clues(typed, reader.units, ways)
    if clues is None:
        return ()
    return await runs.find_runs(interaction.client.app.database, interaction.user.id, clues, limit)


def edit_form(view: RunView, reader: Localizer) -> Form:
    """Return the form to edit a run, filled with its values."""
    return _form(view.content, identity("run", "amend", view.run_id, view.revision), reader)


def draft_form(content: RunContent, outing_id: int, reader: Localizer) -> Form:
    """Return the form to edit the run that an outing has drafted."""
    return _form(content, identity("outing", "amend", outing_id), reader)


def doubted_form(content: RunContent, outing_id: int, planned_m: int | None, title: str, reader: Localizer) -> Form:
    """Return the same form for a draft that cannot be true, filled with the planned distance, under another title."""
    filled = _filled(content, reader)
    if planned_m:
        filled["distance"] = Localizer(reader.language, form_units(reader), reader.zone).distance(planned_m)
    return _fields(title, identity("outing", "amend", outing_id), filled, reader)


def log_form(usual: Direction | None, custom_id: str, reader: Localizer, meant: str = "") -> Form:
    """Return the form for a new run, filled with the values that the sentence `meant` mentions, else the usual ones."""
    named = domain.mentioned(meant, manner_of(reader))
    direction = named.direction or usual
    filled = {
        "distance": named.distance or "",
        "time": named.time or "",
        "direction": reader.t(f"runs.direction.{direction}") if direction else "",
        "when": reader.t("runs.form.now"),
    }
    return _fields(reader.t("runs.form.log"), custom_id, defaultdict(str, filled), reader)


@dataclass(frozen=True, slots=True)
class RunForm:
    """The values of the run form, as typed."""

    distance: str
    time: str
    direction: str
    when: str
    note: str

    def measures(self) -> dict[str, str]:
        """Return the fields except the note, by name, without empty ones."""
        typed = {"distance": self.distance, "time": self.time, "direction": self.direction, "when": self.when}
        return {name: text.strip() for name, text in typed.items() if text.strip()}


def typed_from_form(form: RunForm, usual: Direction | None) -> Typed:
    """Return the typed values of the form for a new run."""
    given = form.measures()
    typed = Typed(**given)
    return typed if typed.direction else typed.facing(usual)


def _form(content: RunContent, custom_id: str, reader: Localizer) -> Form:
    return _fields(reader.t("runs.form.title"), custom_id, _filled(content, reader), reader)


def _fields(title: str, custom_id: str, filled: Mapping[str, str], reader: Localizer) -> Form:
    return Form(
        title,
        custom_id,
        [
            Field("distance", reader.t("runs.form.distance"), filled["distance"]),
            Field("time", reader.t("runs.form.time"), filled["time"]),
            Field("direction", reader.t("runs.form.direction"), filled["direction"]),
            Field("when", reader.t("runs.form.when"), filled["when"]),
            Field("note", reader.t("runs.form.note"), filled["note"], long=True, limit=500),
        ],
    )


def amendment_from_form(
    form: RunForm, content: RunContent, reader: Localizer, now: datetime
) -> Callable[[RunContent], RunContent]:
    """Return the change made in the form. Fields left as pre-filled change nothing, so that rounding has no effect."""
    filled = _filled(content, reader)
    given = {name: text for name, text in form.measures().items() if text != filled[name]}
    amend = domain.amendment(Typed(**given), manner_of(reader), now)
    note = if_any(form.note)

    def amend_with_note(content: RunContent) -> RunContent:
        return domain.with_note(amend(content), note)

    return amend_with_note


def _filled(content: RunContent, reader: Localizer) -> dict[str, str]:
    one_unit = Localizer(reader.language, form_units(reader), reader.zone)
    told = way(content.directions)
    direction = "" if told == "untold" else reader.t(f"runs.direction.{told}")
    if told == "mixed":
        backward = [s for s in content.stretches if s.direction is Direction.BACKWARD]
        metres = sum(s.distance_m or 0 for s in backward)
        share = (
            one_unit.distance(metres)
            if metres
            else f"{round(100 * sum(s.duration_ms for s in backward) / content.duration_ms)} %"
        )
        direction = f"{direction} {share}"
    return {
        "distance": one_unit.distance(content.distance_m) if content.distance_m else "",
        "time": one_unit.duration(content.duration_ms),
        "direction": direction,
        "when": f"{content.started_at.astimezone(ZoneInfo(content.zone)):%Y-%m-%d %H:%M}",
        "note": content.note or "",
    }


def _understood(typed: Typed, reader: Localizer, now: datetime) -> str:
    """Return the parsed parts; a distance or pace alone is valid while the user is typing."""
    manner = manner_of(reader)
    if typed.distance and not typed.time and not typed.pace:
        return reader.distance(parse_distance(typed.distance, manner.units, manner.language))
    if typed.pace and not typed.time and not typed.distance:
        return reader.pace(parse_pace(typed.pace, manner.units, manner.language))
    if typed.backward and not typed.time:
        return reader.t("runs.direction.mixed")
    entry = domain.read_entry(typed, manner, now)
    duration_ms = sum(s.duration_ms for s in entry.stretches)
    distance_m = sum(s.distance_m or 0 for s in entry.stretches)
    parts = [reader.distance(distance_m)] if distance_m else []
    parts.append(reader.duration(duration_ms))
    if distance_m:
        parts.append(reader.pace(duration_ms / distance_m))  # ms per m is s per km
    return " · ".join(parts)


def plain_choice(words: str, value: str) -> app_commands.Choice[str]:
    """Return an autocomplete choice, cut to Discord's limit."""
    words = unmarked(words)
    shown = words if len(words) <= CHOICE_LIMIT else words[: CHOICE_LIMIT - 1] + "…"
    return app_commands.Choice(name=shown, value=value[:CHOICE_LIMIT])
