"""The cards of a run: public, private, and in one line."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ButtonStyle, Colour, ui
from discord.utils import format_dt

from bot.domain.limits import DAY_DISTANCE_M
from bot.domain.runs.energy import cost
from bot.domain.runs.readings import Reading, ReadingKind
from bot.domain.runs.review_reasons import ReviewReason
from bot.domain.runs.runs import Direction, Extra, Review, RunContent, Sharing, SpotterState, Surface, breaks_the_rule
from bot.domain.text.units import Units
from bot.interactions.components import Component, button, card, identity, row
from bot.localizer import Localizer, escaped
from bot.services.members.people import Person
from bot.services.runs.cheers import takes_cheers
from bot.services.runs.runs import RunLine, RunView
from cogs.runs.highlights_view import highlight_lines

COLOURS = {
    "backward": Colour(0x8B5CF6),
    "forward": Colour(0x14B8A6),
    "mixed": Colour(0x6366F1),
    "untold": Colour(0x94A3B8),
}
GONE = Colour(0x64748B)


def way(directions: frozenset[Direction]) -> str:
    """Return the key of a run's direction: backward, forward, mixed or untold."""
    if Direction.UNTOLD in directions:
        return "untold"
    return "mixed" if len(directions) > 1 else next(iter(directions)).value


def line(run: RunLine, reader: Localizer) -> str:
    """Return a line such as `Tue 17 Nov · 5.00 km backward · 27:30`, used to choose a run."""
    direction = reader.t(f"runs.direction.{way(run.directions)}")
    key = "runs.line.run" if run.distance_m is not None else "runs.line.time"
    return reader.t(
        key,
        day=reader.past_day(run.ran_on),
        distance_m=run.distance_m,
        direction=direction,
        duration_ms=run.duration_ms,
    )


def line_of(view: RunView, reader: Localizer) -> str:
    """Return the same line for a `RunView`."""
    content = view.content
    return line(
        RunLine(
            view.run_id,
            content.ran_on,
            content.distance_m,
            content.duration_ms,
            content.directions,
            content.sharing,
            view.review,
        ),
        reader,
    )


def title(content: RunContent, reader: Localizer) -> str:
    """Return a title such as `5.00 km backward in 27:30 ⏪`."""
    kind = way(content.directions)
    key = f"runs.card.{kind}" if content.distance_m is not None else f"runs.card.{kind}_time"
    return reader.t(key, distance_m=content.distance_m, duration_ms=content.duration_ms)


def public_card(view: RunView, reader: Localizer) -> ui.LayoutView:
    """Return the public card of a run, in the club's language and units, with its runner's buttons.

    A deleted or private run leaves a line without figures.
    """
    name = escaped(view.runner, 60)
    if view.deleted:
        return card(f"-# {reader.t('runs.card.taken_back', name=name)}", colour=GONE)
    if not view.content.told:
        return card(f"-# {reader.t('runs.card.not_told', name=name)}", colour=GONE)
    if not view.public:
        return card(f"-# {reader.t('runs.card.made_private', name=name)}", colour=GONE)
    content = view.content
    about = [f"**{name}**", *_about(content, reader)]
    parts = [
        f"### {title(content, reader)}",
        *highlight_lines(view, reader),
        " · ".join(about),
        *divided(content, reader),
        *_cost(content, reader),
        *_shared_extras(view, reader),
    ]
    small = [format_dt(content.started_at, "f"), *week_line(view, reader)]
    parts.append(f"-# {' · '.join(small)}")
    if view.review is Review.HELD:
        parts.append(f"-# {held_words(view, reader)}")
    return card(
        "\n".join(parts), row(*_cheer(view, reader), *_buttons(view, reader)), colour=COLOURS[way(content.directions)]
    )


def private_card(
    view: RunView, reader: Localizer, weight_kg: float | None, *notices: str, helping: Sequence[Component] = ()
) -> ui.LayoutView:
    """Return the card for the runner alone: all data, in the runner's language and units and the run's zone.

    Args:
        view: the run.
        reader: the runner.
        weight_kg: their weight, for kilocalories.
        notices: texts above the run.
        helping: buttons in a row above the usual ones.
    """
    content = view.content
    if view.deleted:
        undo = button(reader.t("runs.button.undo"), identity("run", "undo", view.run_id, view.revision))
        gone = "\n".join([*notices, reader.t("runs.card.deleted", run=line_of(view, reader))])
        return card(gone, row(undo), colour=GONE)
    parts = [
        *notices,
        f"### {title(content, reader)}",
        *highlight_lines(view, reader),
        " · ".join([reader.inside(content.zone).past_moment(content.started_at), *_about(content, reader)]),
        *divided(content, reader),
        *_cost(content, reader),
        *kilocalories(content, reader, weight_kg),
        *_spotter(view, reader),
    ]
    if content.effort is not None:
        parts.append(reader.t("runs.card.effort", count=content.effort))
    if content.note:
        parts.append(reader.t("runs.card.note", note=escaped(content.note)))
    parts += [f"-# {words}" for words in (*week_line(view, reader), *standing(view, reader))]
    rows = [row(*helping)] if helping else []
    rows.append(row(*_buttons(view, reader)))
    return card("\n".join(parts), *rows, colour=COLOURS[way(content.directions)])


def facing_question(
    view: RunView, reader: Localizer, *notices: str, corrections: Sequence[Component] = ()
) -> ui.LayoutView:
    """Return the question which way a typed run went, asked when the runner has no usual direction yet."""
    content = view.content
    size = [reader.distance(content.distance_m)] if content.distance_m else []
    size.append(reader.duration(content.duration_ms))
    words = [*notices, f"### {reader.t('log.ask.title')}", " · ".join([*size, *_about(content, reader)])]
    ways = [
        button(reader.t(f"log.ask.{direction}"), identity("run", "face", view.run_id, direction), style)
        for direction, style in ((Direction.BACKWARD, ButtonStyle.primary), (Direction.FORWARD, ButtonStyle.primary))
    ]
    both = button(reader.t("log.ask.mixed"), identity("run", "edit", view.run_id))
    hint = reader.t("log.ask.hint")
    return card("\n".join(words), row(*ways, both, *corrections), f"-# {hint}", colour=COLOURS["untold"])


def reading_words(reading: Reading, reader: Localizer) -> str:
    """Return how a text that can mean two things was read."""
    key = f"log.reading.{reading.kind}"
    if reading.kind is ReadingKind.TIME:
        return reader.t(key, typed=reading.typed, duration_ms=reading.value)
    if reading.kind is ReadingKind.MILES:
        return reader.t(key, typed=reading.typed, distance_m=reading.value)
    return reader.t(key, typed=reading.typed, pace_s_per_km=reading.value)


def reading_button(view: RunView, reading: Reading, reader: Localizer) -> Component:
    """Return the button that gives a run the other meaning of a text."""
    return button(
        reader.t(f"log.reading.not_{reading.kind}"),
        identity("run", "reread", view.run_id, view.revision, *(reading.other or (0, 0, 0))),
        ButtonStyle.primary,
    )


def spotter_button(run_id: int, reader: Localizer) -> Component:
    """Return the button that opens the form for spotter and surface."""
    return button(reader.t("log.button.spotter"), identity("run", "spotted", run_id), ButtonStyle.primary)


def held_words(view: RunView, reader: Localizer) -> str:
    """Return why a run waits for an organiser."""
    reason = view.held_for or ReviewReason.OUTPACED
    return reader.t(f"runs.card.held_{reason.value}", limit_m=DAY_DISTANCE_M)


def standing(view: RunView, reader: Localizer) -> list[str]:
    """Return why a run is on no board, or sets no personal best, if so."""
    said = []
    if view.content.sharing is Sharing.ME:
        said.append(reader.t("runs.card.only_me"))
    elif view.guild_id is None:
        said.append(reader.t("runs.card.no_club"))
    if not view.content.told:
        said.append(reader.t("runs.card.untold_hint"))
    if view.review is Review.HELD:
        said.append(held_words(view, reader))
    elif view.rejected_for:
        said.append(reader.t("runs.card.rejected_for", reason=escaped(view.rejected_for, 300)))
    elif view.review is not Review.NONE:
        said.append(reader.t(f"runs.card.{view.review.value}"))
    if view.content.doubtful:
        said.append(reader.t("runs.card.doubtful"))
    return said


def kilocalories(content: RunContent, reader: Localizer, weight_kg: float | None) -> list[str]:
    """Return the range of kilocalories, for the runner alone, since it reveals the weight."""
    spent = cost(content.stretches, weight_kg)
    if spent is None or spent.kcal_low is None or spent.kcal_high is None:
        return []
    return [reader.t("runs.card.kilocalories", low=round(spent.kcal_low), high=round(spent.kcal_high))]


def week_line(view: RunView, reader: Localizer) -> list[str]:
    """Return a line such as `Week: 12.30 km backward · 5.00 km forward`, or nothing."""
    backward_m, backward_ms = view.week.sums.get(Direction.BACKWARD, (0, 0))
    forward_m, forward_ms = view.week.sums.get(Direction.FORWARD, (0, 0))
    if backward_m and forward_m:
        return [reader.t("runs.card.week_both", backward_m=backward_m, forward_m=forward_m)]
    if backward_m:
        return [reader.t("runs.card.week_backward", backward_m=backward_m)]
    if forward_m:
        return [reader.t("runs.card.week_forward", forward_m=forward_m)]
    if backward_ms or forward_ms:
        return [reader.t("runs.card.week_time", duration_ms=backward_ms + forward_ms)]
    return []


def rule(content: RunContent, reader: Localizer, solo_surfaces: frozenset[Surface]) -> str:
    """Return the safety rule; if no surface was given, with a hint how to give one where running alone is allowed."""
    if content.surface is not None or not solo_surfaces:
        return reader.t("runs.say.rule")
    allowed = sorted(reader.t(f"runs.surface.{surface.value}") for surface in solo_surfaces)
    return reader.t("runs.say.rule_untold", surfaces=reader.either(allowed))


def edit_notices(before: RunView, after: RunView, person: Person) -> list[str]:
    """Return the result of an edit, with the safety rule if the edit broke it."""
    reader, solo = person.reader, person.solo_surfaces
    said = [reader.t("runs.edit.done" if after.revision != before.revision else "runs.edit.nothing")]
    if breaks_the_rule(after.content, solo) and not breaks_the_rule(before.content, solo):
        said.append(rule(after.content, reader, solo))
    return said


def _about(content: RunContent, reader: Localizer) -> list[str]:
    """Return pace and surface."""
    said = []
    if content.distance_m:
        said.append(reader.pace(content.duration_ms / content.distance_m))
    if content.surface:
        said.append(reader.t(f"runs.surface.{content.surface.value}"))
    return said


def divided(content: RunContent, reader: Localizer) -> list[str]:
    """Return the parts of a mixed run."""
    if way(content.directions) != "mixed":
        return []
    metres = dict.fromkeys(Direction, 0)
    ms = dict.fromkeys(Direction, 0)
    for stretch in content.stretches:
        metres[stretch.direction] += stretch.distance_m or 0
        ms[stretch.direction] += stretch.duration_ms
    if not content.distance_m:
        key = "runs.card.parts_time"
    elif any(stretch.estimated for stretch in content.stretches):
        key = "runs.card.parts_estimated"
    else:
        key = "runs.card.parts"
    return [
        reader.t(
            key,
            backward_m=metres[Direction.BACKWARD],
            forward_m=metres[Direction.FORWARD],
            backward_ms=ms[Direction.BACKWARD],
            forward_ms=ms[Direction.FORWARD],
        )
    ]


def _cost(content: RunContent, reader: Localizer) -> list[str]:
    """Return the energy cost relative to the same run forward; the ratio only."""
    spent = cost(content.stretches, None)
    if spent is None:
        return []
    percents = {
        "percent": round((spent.ratio - 1) * 100),
        "low": round((spent.ratio_low - 1) * 100),
        "high": round((spent.ratio_high - 1) * 100),
    }
    return [reader.t("runs.card.cost", **percents)]


def _spotter(view: RunView, reader: Localizer) -> list[str]:
    keys = {
        SpotterState.ASKED: "runs.card.spotter_asked",
        SpotterState.AGREED: "runs.card.with_spotter",
        SpotterState.DECLINED: "runs.card.spotter_declined",
    }
    if view.spotter is None or view.content.spotter_state is None:
        return []
    return [reader.t(keys[view.content.spotter_state], name=escaped(view.spotter, 60))]


def _shared_extras(view: RunView, reader: Localizer) -> list[str]:
    """Return the parts that the runner chose to show, and a spotter who has confirmed."""
    content, said = view.content, []
    agreed = content.spotter_state is SpotterState.AGREED
    if agreed or (Extra.SPOTTER in content.extras and content.spotter_state is SpotterState.ASKED):
        said += _spotter(view, reader)
    if Extra.EFFORT in content.extras and content.effort is not None:
        said.append(reader.t("runs.card.effort", count=content.effort))
    if Extra.NOTE in content.extras and content.note:
        said.append(reader.t("runs.card.note", note=escaped(content.note)))
    return said


def _cheer(view: RunView, reader: Localizer) -> list[Component]:
    """Return the button for everyone but the runner, with the number of cheers."""
    if not takes_cheers(view):
        return []
    label = reader.t("cheers.button.some", count=view.cheers) if view.cheers else reader.t("cheers.button.none")
    return [button(label, identity("run", "cheer", view.run_id), emoji="👏")]


def _buttons(view: RunView, reader: Localizer) -> list[Component]:
    first = []
    flip = []
    if view.content.told:
        flip.append(button(reader.t("log.button.flip"), identity("run", "flip", view.run_id, view.revision)))
    if not view.content.told:
        area, action = ("run", "facing") if view.source == "typed" else ("import", "ask")
        first.append(button(reader.t("imports.ask.open"), identity(area, action, view.run_id), ButtonStyle.primary))
    return [
        *first,
        button(reader.t("runs.button.undo"), identity("run", "undo", view.run_id, view.revision)),
        button(reader.t("runs.button.edit"), identity("run", "edit", view.run_id)),
        *flip,
        button(reader.t("runs.button.share"), identity("run", "share", view.run_id)),
    ]


def form_units(reader: Localizer) -> Units:
    """Return the units for filling a form: a single system, so that the values parse back."""
    return Units.METRIC if reader.units is Units.BOTH else reader.units
