"""The card of a rewind and its picture: first who stood behind the runner, then days, places and outstanding runs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import discord
from discord import ui

from bot.charts.rewind_page import Fact, PageFormat, RewindPage, rewind_page
from bot.charts.scale import amount
from bot.charts.unit import length_unit
from bot.domain.boards.spans import BoardSpan, SpanKind, WantedSpan, calendar_span, wanted_by_key
from bot.domain.runs.rewinds import OddRun
from bot.domain.runs.runs import Direction
from bot.domain.when.period_parser import EARLIEST, read_period
from bot.domain.when.periods import Period, shifted, starts_on
from bot.errors import BadInput
from bot.interactions.components import Component, Field, Form, button, card, identity, row, tab
from bot.interactions.pictures import shown
from bot.localizer import PUBLIC_NAME_LIMIT, Localizer, escaped
from bot.services.profile.rewinds import Rewind
from cogs.boards.period_words import span_name
from cogs.records.records_view import event
from cogs.runs.log_form import log_button
from cogs.runs.run_card_view import COLOURS

PERIODS = (Period.YEAR, Period.MONTH)
"""What a rewind can cover."""
SUGGESTED_MONTHS = 12
NAME_LIMIT = 24
"""Characters of a spotter's name."""
PLACES = 3
BESTS = 4
TOLD = (Direction.BACKWARD, Direction.FORWARD)


# ── periods ──


def first_span(today: date) -> BoardSpan:
    """Return what is played at first: this year, in January the year before."""
    return calendar_span(Period.YEAR, today if today.month > 1 else date(today.year - 1, 1, 1))


def read_rewind(typed: str, today: date) -> BoardSpan:
    """Return the month or year that a text or a key names.

    Raises:
        BadInput: it names none, or one that has not begun.
    """
    period: SpanKind | None = None
    day: date | None = None
    if (by_key := wanted_by_key(typed)) is not None:
        period, day = by_key.kind, by_key.starts_on
    elif (read := read_period(typed, today)) is not None:
        period, day = read.period, read.day
    if not isinstance(period, Period) or period not in PERIODS or day is None:
        raise BadInput("rewind.period.unclear", typed=typed)
    span = calendar_span(period, day)
    if span.starts_on > today:
        raise BadInput("board.period.ahead", typed=typed)
    if span.starts_on.year < EARLIEST:
        raise BadInput("board.period.too_early", typed=typed, year=str(EARLIEST))
    return span


def key_of(span: BoardSpan) -> str:
    """Return a month or year as it stands in custom ids."""
    return WantedSpan(span.kind, span.starts_on).key


def suggestions(typed: str, today: date, reader: Localizer) -> list[tuple[str, str]]:
    """Return (name, key) of what was typed, if it is a month or year, of this and last year, and of recent months."""
    spans = []
    with suppress(BadInput):
        spans.append(read_rewind(typed, today))
    spans += [calendar_span(Period.YEAR, date(today.year - back, 1, 1)) for back in (0, 1)]
    month = starts_on(Period.MONTH, today)
    spans += [calendar_span(Period.MONTH, shifted(Period.MONTH, month, -back)) for back in range(SUGGESTED_MONTHS)]
    found = {key_of(span): span_name(span, reader) for span in spans}
    wanted = typed.strip().casefold()
    return [(name, key) for key, name in found.items() if wanted in name.casefold() or key == key_of(spans[0])]


def period_form(reader: Localizer) -> ui.Modal:
    """Return the form for a period in words."""
    field = Field(
        "period", reader.t("rewind.form.label"), placeholder=reader.t("rewind.form.placeholder"), required=True
    )
    return Form(reader.t("rewind.form.title"), identity("rewind", "words"), [field])


# ── the card ──


def rewind_card(
    found: Rewind,
    reader: Localizer,
    shape: PageFormat,
    today: date,
    *,
    file: discord.File | None,
    can_share: bool,
) -> ui.LayoutView:
    """Return a member's own rewind, for them alone.

    Args:
        found: the rewind.
        reader: their localizer.
        shape: the picture's format.
        today: date in their zone.
        file: the picture, sent along; None if it cannot be drawn.
        can_share: whether it can be posted where it is shown.
    """
    key = key_of(found.span)
    if found.empty:
        other = button(reader.t("rewind.button.other"), identity("rewind", "ask"))
        words = reader.t("rewind.card.empty", span=span_name(found.span, reader))
        return card(words, row(log_button(reader), other), colour=COLOURS["untold"])
    formats = [
        tab(reader.t(f"rewind.format.{one.value}"), identity("rewind", "shape", key, one.value), chosen=one is shape)
        for one in PageFormat
    ]
    steps = [
        button(reader.t("rewind.button.other"), identity("rewind", "ask")),
        button(reader.t("rewind.button.me"), identity("me", "show")),
    ]
    if can_share:
        share = identity("rewind", "share", key, shape.value)
        steps.insert(0, button(reader.t("rewind.button.share"), share, discord.ButtonStyle.primary))
    return card(
        "\n".join([f"-# {_title(found, reader, today)}", *_lead(found, reader)]),
        shown(file) if file else reader.t("rewind.card.no_picture"),
        "\n".join(_lines(found, reader)),
        row(*formats),
        row(*steps),
        reader.t("rewind.card.private" if can_share else "rewind.card.private_alone"),
        colour=COLOURS["backward"],
    )


def shared_card(
    found: Rewind, reader: Localizer, today: date, *, file: discord.File | None, name: str, owner_id: int
) -> ui.LayoutView:
    """Return a rewind that its owner shares with a club, in the club's language."""
    who = escaped(name, PUBLIC_NAME_LIMIT)
    buttons: list[Component] = [
        button(reader.t("rewind.button.mine"), identity("rewind", "show", key_of(found.span))),
        button(reader.t("rewind.button.back"), identity("rewind", "back", owner_id)),
    ]
    head = reader.t("rewind.card.public", name=who, title=_title(found, reader, today))
    return card(
        "\n".join([head, *_lead(found, reader, who)]),
        shown(file) if file else "",
        "\n".join(_lines(found, reader)),
        row(*buttons),
        colour=COLOURS["backward"],
    )


def _title(found: Rewind, reader: Localizer, today: date) -> str:
    key = "heading" if found.span.ends_on < today else "heading_so_far"
    return reader.t(f"rewind.picture.{key}", span=span_name(found.span, reader))


def _lead(found: Rewind, reader: Localizer, name: str | None = None) -> list[str]:
    """Return who stood behind the runner, the biggest thing on the card, with those who agreed by name.

    Args:
        found: the rewind.
        reader: localizer of whoever reads it.
        name: the runner's, escaped, for others; None for the runner.
    """
    whom, told = ("", {}) if name is None else ("_them", {"name": name})
    if not found.figures.behind:
        if found.figures.days:
            return [f"## {reader.t('rewind.card.days', count=found.figures.days)}"]
        return [f"## {reader.t(f'rewind.card.faced{whom}', count=found.faced_forward, **told)}"]
    lines = [f"## {reader.t(f'rewind.card.behind{whom}', count=found.figures.behind, **told)}"]
    named = [
        reader.t("rewind.card.named", name=escaped(name, NAME_LIMIT), count=times) for name, times in found.spotters
    ]
    others = found.figures.behind - sum(times for _, times in found.spotters)
    if named and others:
        named.append(reader.t("rewind.card.others", count=others))
    return [*lines, reader.both(named)] if named else lines


def _lines(found: Rewind, reader: Localizer) -> list[str]:
    figures = found.figures
    lines = []
    if figures.runs:
        lines.append(f"{reader.t('rewind.card.out', count=figures.days)} · {_sums(found, reader)}")
    if figures.surfaces:
        places = [
            reader.t("rewind.card.place", surface=surface, count=count) for surface, count in figures.surfaces[:PLACES]
        ]
        lines.append(reader.t("rewind.card.places", places=" · ".join(places)))
    if figures.longest:
        longest = [
            reader.t(f"rewind.card.longest_{direction.value}", distance_m=metres, day=reader.short_day(on))
            for direction in TOLD
            if direction in figures.longest
            for metres, on in [figures.longest[direction]]
        ]
        lines.append(reader.t("rewind.card.longest", runs=" · ".join(longest)))
    bests = [
        reader.t(
            f"rewind.card.best_{direction.value}", event=event(best.listed_m, reader), duration_ms=best.duration_ms
        )
        for direction in TOLD
        for best in found.bests.get(direction, ())[-BESTS // 2 :]
    ]
    if bests:
        lines.append(reader.t("rewind.card.bests", bests=" · ".join(bests)))
    if figures.odd is not None:
        lines.append(reader.t("rewind.card.oddest", run=_odd(figures.odd, reader)))
    if found.faced_forward and figures.runs:
        lines.append(reader.t("rewind.card.also_faced", count=found.faced_forward))
    return lines


def _sums(found: Rewind, reader: Localizer) -> str:
    backward_m, forward_m = (found.figures.sums[direction][0] for direction in TOLD)
    if backward_m and forward_m:
        return reader.t("rewind.card.sums", backward_m=backward_m, forward_m=forward_m)
    if not backward_m and not forward_m:
        return reader.duration(sum(ms for _, ms in found.figures.sums.values()))
    key = "backward" if backward_m else "forward"
    return reader.t(f"rewind.card.sum_{key}", **{f"{key}_m": backward_m or forward_m})


def _odd(odd: OddRun, reader: Localizer) -> str:
    run = odd.run
    told: dict[str, Any] = {
        "duration_ms": run.duration_ms,
        "day": reader.short_day(run.ran_on),
        "hour": run.began,
        "distance_m": run.distance_m,
        "surface": run.surface,
    }
    return reader.t(f"rewind.odd.{odd.oddity.value}", **told)


# ── the picture ──


def page_of(found: Rewind, reader: Localizer, shape: PageFormat, today: date) -> RewindPage:
    """Return the picture, in which nobody is named."""
    figures = found.figures
    if figures.behind:
        lead = ("behind", figures.behind)
    elif figures.days:
        lead = ("days", figures.days)
    else:
        lead = ("faced", found.faced_forward)
    facts = [_fact(*lead, reader)]
    if lead[0] == "behind" and figures.days:
        facts.append(_fact("days", figures.days, reader))
    facts += _distances(found, reader)
    if lead[0] != "faced" and found.faced_forward:
        facts.append(_fact("faced", found.faced_forward, reader))
    if figures.surfaces:
        surface, count = figures.surfaces[0]
        words = reader.t("rewind.picture.surface", surface=surface)
        facts.append(Fact(f"{round(100 * count / figures.runs)} %", words))
    parts: Sequence[tuple[date, int, int]] = figures.parts if any(part[1] or part[2] for part in figures.parts) else ()
    weeks = found.span.kind is Period.MONTH
    return rewind_page(shape, _title(found, reader, today), facts[0], facts[1:], parts, reader, weeks=weeks)


def _fact(name: str, count: int, reader: Localizer) -> Fact:
    return Fact(
        reader.number(count), reader.t(f"rewind.picture.{name}" if count != 1 else f"rewind.picture.{name}_one")
    )


def _distances(found: Rewind, reader: Localizer) -> list[Fact]:
    unit = length_unit(reader)
    told = {direction.value: found.figures.sums[direction][0] for direction in TOLD}
    told["longest"] = found.figures.longest.get(Direction.BACKWARD, (0, found.span.starts_on))[0]
    return [
        Fact(amount(unit.of(metres), reader.decimal), reader.t(f"rewind.picture.{name}", unit=unit.name))
        for name, metres in told.items()
        if metres
    ]
