"""The cards of `/records`: two lines a distance, so that each reads at a phone's width."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import discord
from babel.dates import format_skeleton
from discord import ui

from bot.domain.runs.personal_bests import LISTED_M, Measured
from bot.domain.runs.retro_grades import level_of, retro_grade, retro_index
from bot.domain.runs.runs import Direction
from bot.domain.runs.world_bests import BACKWARD, BACKWARD_WOMEN, Mark, mark_over
from bot.interactions.components import button, card, identity, row, tab
from bot.languages import locale_of
from bot.localizer import Localizer, escaped
from bot.services.records.club_records import ClubRecord
from bot.services.records.personal_bests import Best, Bests
from cogs.runs.log_form import log_button
from cogs.runs.run_card_view import COLOURS

NAME_LIMIT = 24
"""Characters of a holder's name, so that a line fits a phone's width; Discord allows 32."""
TENTHS_UNTIL_MS = 600_000
"""Durations from here on are shown in whole seconds (`bot.domain.text.units.format_duration`)."""
EVENTS = {1609: "mile", 21_097: "half", 42_195: "marathon"}


class RecordPage(StrEnum):
    """A page of `/records`. Its value is stored in custom ids and never changes."""

    MINE_BACKWARD = "mine_backward"
    MINE_FORWARD = "mine_forward"
    CLUB_BACKWARD = "club_backward"
    CLUB_FORWARD = "club_forward"
    WORLD_MEN = "world_men"
    WORLD_WOMEN = "world_women"

    @property
    def group(self) -> str:
        """Whose records: mine, club or world."""
        return self.value.partition("_")[0]

    @property
    def side(self) -> str:
        """Which of the two pages of its group."""
        return self.value.partition("_")[2]

    @property
    def direction(self) -> Direction:
        """The direction of its times."""
        return Direction.FORWARD if self.side == "forward" else Direction.BACKWARD


FIRST = {"mine": RecordPage.MINE_BACKWARD, "club": RecordPage.CLUB_BACKWARD, "world": RecordPage.WORLD_MEN}
"""The page with which each group begins."""
MARKS = {RecordPage.WORLD_MEN: BACKWARD, RecordPage.WORLD_WOMEN: BACKWARD_WOMEN}


def mine_card(bests: Bests, page: RecordPage, reader: Localizer, owner_id: int) -> ui.LayoutView:
    """Return one's own bests in a direction, each with its retro grade or with what a longer one proves."""
    found = bests[page.direction]
    notes = [_index(bests, reader)] if page.direction is Direction.BACKWARD else []
    if found:
        notes.append(f"-# {reader.t('records.note.mine')}")
        if page.direction is Direction.BACKWARD:
            notes.append(f"-# {reader.t('records.note.grade')}")
    lines = [_best(best, page.direction, reader) for best in found] or [reader.t("records.card.mine_none")]
    return _card(page, [f"### {reader.t(f'records.title.{page}')}"], lines, notes, reader, owner_id, empty=not found)


def club_card(
    records: Sequence[ClubRecord], page: RecordPage, reader: Localizer, owner_id: int, *, club: str
) -> ui.LayoutView:
    """Return a club's records in a direction."""
    head = [f"### {reader.t(f'records.title.{page}')}", f"-# {escaped(club, 60)}"]
    lines = [
        _two(
            reader.t(
                "records.card.of",
                event=event(record.listed_m, reader),
                duration_ms=record.duration_ms,
                name=escaped(record.display_name, NAME_LIMIT),
            ),
            _how(record.ran_on, record.measured, record.escorted, page.direction, reader),
        )
        for record in records
    ] or [reader.t("records.card.club_none")]
    notes = [f"-# {reader.t('records.note.club')}"] if records else []
    return _card(page, head, lines, notes, reader, owner_id, empty=not records)


def world_card(page: RecordPage, reader: Localizer, owner_id: int) -> ui.LayoutView:
    """Return the best backward marks found, with date, place and source."""
    marks = MARKS[page]
    lines = [
        _two(
            reader.t(
                "records.card.of",
                event=event(mark.distance_m, reader),
                duration_ms=exact(mark.duration_ms, reader),
                name=escaped(mark.who, 60) if mark.who else reader.t("records.card.unnamed"),
            ),
            " · ".join([*filter(None, (mark.place, _when(mark, reader))), _source(mark, reader)]),
        )
        for mark in marks
    ]
    notes = [f"-# {reader.t('records.note.world')}"]
    known = {mark.distance_m for mark in marks}
    missing = [event(listed, reader) for listed in LISTED_M if listed not in known]
    if missing:
        notes.append(f"-# {reader.t('records.note.missing', events=reader.both(missing))}")
    head = [f"### {reader.t(f'records.title.{page}')}", f"**{reader.t('records.card.not_ratified')}**"]
    return _card(page, head, lines, notes, reader, owner_id, empty=False)


def event(listed_m: int, reader: Localizer) -> str:
    """Return a listed distance as runners call it, in any units: `400 m`, `5 km`, `1 mile`, `Half marathon`."""
    if listed_m in EVENTS:
        return reader.t(f"records.event.{EVENTS[listed_m]}")
    if listed_m % 1000:
        return f"{reader.number(listed_m)} m"
    return f"{reader.number(listed_m // 1000)} km"


def exact(duration_ms: int, reader: Localizer) -> str:
    """Return a record's time with the hundredths it has: `13.17`, `19:07.13`, `1:35:49`, `19:07,13`."""
    minutes, ms = divmod(duration_ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = reader.hundredths(ms / 1000) if ms % 1000 else str(ms // 1000)
    if not hours and not minutes:
        return seconds
    seconds = seconds if ms >= 10_000 else f"0{seconds}"
    return f"{hours}:{minutes:02d}:{seconds}" if hours else f"{minutes}:{seconds}"


def _card(
    page: RecordPage,
    head: Sequence[str],
    lines: Sequence[str],
    notes: Sequence[str],
    reader: Localizer,
    owner_id: int,
    *,
    empty: bool,
) -> ui.LayoutView:
    groups = [
        tab(
            reader.t(f"records.group.{group}"),
            identity("records", "show", owner_id, first if group != page.group else page),
            chosen=group == page.group,
        )
        for group, first in FIRST.items()
    ]
    sides = [
        tab(reader.t(f"records.side.{each.side}"), identity("records", "turn", owner_id, each), chosen=each is page)
        for each in RecordPage
        if each.group == page.group
    ]
    style = discord.ButtonStyle.primary if empty else discord.ButtonStyle.secondary
    steps = [log_button(reader, style), button(reader.t("board.button.me"), identity("me", "show"))]
    return card(
        "\n".join(head),
        "\n".join(lines),
        "\n".join(notes),
        row(*groups),
        row(*sides),
        row(*steps),
        colour=COLOURS[page.direction.value],
    )


def _two(line: str, small: str) -> str:
    return f"{line}\n-# {small}"


def _best(best: Best, direction: Direction, reader: Localizer) -> str:
    """Return a best with its grade, or with a word where a longer one was run faster."""
    name, slower = event(best.listed_m, reader), best.outpaced
    how = _how(best.ran_on, best.measured, best.escorted, direction, reader)
    if slower is None:
        mark = mark_over(direction, best.listed_m) if direction is Direction.BACKWARD else None
        key = "records.card.best_graded" if mark else "records.card.best"
        percent = round(retro_grade(mark, best.duration_ms), 1) if mark else None
        return _two(reader.t(key, event=name, duration_ms=best.duration_ms, percent=percent), how)
    longer = event(slower.by_m, reader)
    if slower.proven_ms is not None:
        shown_ms = 1000 if slower.proven_ms >= TENTHS_UNTIL_MS else 100
        at_most_ms = -(-slower.proven_ms // shown_ms) * shown_ms  # never rounded down to what is not proven
        line = reader.t("records.card.best_proven", event=name, duration_ms=at_most_ms)
        return _two(line, reader.t("records.card.inside", longer=longer))
    line = reader.t("records.card.best_slower", event=name, duration_ms=best.duration_ms)
    return _two(line, reader.t("records.card.longer_faster", longer=longer))


def _how(ran_on: date, measured: Measured, escorted: bool, direction: Direction, reader: Localizer) -> str:
    """Return day, how it was measured, and that a spotter was there."""
    said = [reader.full_day(ran_on), reader.t(f"records.measured.{measured}")]
    if direction is Direction.BACKWARD and escorted:
        said.append(reader.t("records.card.escorted"))
    return " · ".join(said)


def _index(bests: Bests, reader: Localizer) -> str:
    """Return the retro index over the longest distance with a best in both directions, or nothing.

    Bests slower than the average of a longer one are left out: the longest tells most about what one can run.
    """
    backward, forward = (
        {best.listed_m: best.duration_ms for best in bests[direction] if best.outpaced is None}
        for direction in (Direction.BACKWARD, Direction.FORWARD)
    )
    both = backward.keys() & forward.keys()
    if not both:
        return ""
    listed = max(both)
    index = retro_index(forward[listed], backward[listed])
    line = reader.t(
        "records.card.index",
        index=reader.hundredths(index),
        event=event(listed, reader),
        level=reader.t(f"records.level.{level_of(index)}"),
    )
    small = reader.t("records.note.index", forward_ms=forward[listed], backward_ms=backward[listed])
    return _two(line, small)


def _when(mark: Mark, reader: Localizer) -> str:
    """Return the day, month or year of a mark, as known."""
    year, *rest = map(int, mark.when.split("-"))
    if len(rest) == 2:
        return reader.full_day(date(year, *rest))
    if rest:
        return format_skeleton("yMMM", date(year, rest[0], 1), locale=locale_of(reader.language))
    return str(year)


def _source(mark: Mark, reader: Localizer) -> str:
    return f"[{reader.t('records.card.source')}]({mark.source})"
