"""A page of a rewind, to be shared: one figure in large, some in small, and its months or weeks, the last one first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from bot.charts.picture import Picture
from bot.charts.scale import amount
from bot.charts.unit import length_unit
from bot.localizer import Localizer


class PageFormat(StrEnum):
    """The shape of a page."""

    SQUARE = "square"  # 1:1
    PORTRAIT = "portrait"  # 4:5
    STORY = "story"  # 9:16

    @property
    def height_px(self) -> int:
        """Height of a page, which is 1080 pixels wide."""
        return {PageFormat.SQUARE: 1080, PageFormat.PORTRAIT: 1350, PageFormat.STORY: 1920}[self]

    @property
    def facts(self) -> int:
        """Number of figures in small that fit."""
        return {PageFormat.SQUARE: 2, PageFormat.PORTRAIT: 4, PageFormat.STORY: 6}[self]


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure and what it counts, such as `41` and `times someone faced forward for you`."""

    figure: str
    words: str


@dataclass(frozen=True, slots=True)
class RewindMonth:
    """A month or week, in the reader's unit.

    Attributes:
        name: such as `Dec`, or the first day of a week.
        backward: distance backward.
        forward: distance forward.
    """

    name: str
    backward: float
    forward: float


@dataclass(frozen=True, slots=True)
class RewindPage(Picture):
    """A page of a rewind.

    Attributes:
        format: its shape.
        heading: such as `2026, played backward`.
        lead: the figure in large.
        facts: figures in small; those beyond `format.facts` are left out.
        months: latest first; empty for none.
        unit: of the months.
        backward: legend of the months' backward part.
        forward: likewise.
        decimal: the reader's decimal separator.
    """

    template: ClassVar[str] = "rewind_page"

    format: PageFormat
    heading: str
    lead: Fact
    facts: tuple[Fact, ...]
    months: tuple[RewindMonth, ...]
    unit: str
    backward: str
    forward: str
    decimal: str = "."

    @property
    def filename(self) -> str:
        """Name of its file, which differs between the formats, so that one message can have all of them."""
        return f"rewind-{self.format.value}.png"

    def scene(self) -> dict[str, Any]:
        """Return the months as fractions of the largest."""
        most = max((month.backward + month.forward for month in self.months), default=0.0) or 1.0
        return {
            "height": self.format.height_px,
            "heading": self.heading,
            "lead": {"figure": self.lead.figure, "words": self.lead.words},
            "facts": [{"figure": fact.figure, "words": fact.words} for fact in self.facts[: self.format.facts]],
            "months": [
                {
                    "name": month.name,
                    "backward": month.backward / most,
                    "forward": month.forward / most,
                    "total": amount(total, self.decimal) if total else "",
                }
                for month in self.months
                for total in [month.backward + month.forward]
            ],
            "unit": self.unit,
            "backward": self.backward,
            "forward": self.forward,
        }


def rewind_page(
    page_format: PageFormat,
    heading: str,
    lead: Fact,
    facts: Sequence[Fact],
    months: Sequence[tuple[date, int, int]],
    reader: Localizer,
    *,
    weeks: bool = False,
) -> RewindPage:
    """Return a page.

    Args:
        page_format: its shape.
        heading: from the catalogue, with the period.
        lead: the figure in large, its words from the catalogue.
        facts: figures in small, the most important first.
        months: (first day, metres backward, metres forward), latest first; at most twelve, empty for none.
        reader: whose language and units.
        weeks: whether `months` are weeks.
    """
    unit = length_unit(reader)
    shown = [lead, *facts[: page_format.facts]]
    told = [reader.t("charts.rewind.fact", figure=fact.figure, words=fact.words) for fact in shown]
    parts = [heading, *told]
    if months:
        month, backward_m, forward_m = max(months, key=lambda one: one[1] + one[2])
        most_m = backward_m + forward_m
        if weeks:
            parts.append(reader.t("charts.rewind.most_week", day=reader.short_day(month), most_m=most_m))
        else:
            parts.append(reader.t("charts.rewind.most", month=reader.full_month(month), most_m=most_m))
    return RewindPage(
        alt=". ".join(part.removesuffix(".") for part in parts) + ".",
        format=page_format,
        heading=heading,
        lead=lead,
        facts=tuple(facts),
        months=tuple(
            RewindMonth(reader.short_day(on) if weeks else reader.month(on), unit.of(backward_m), unit.of(forward_m))
            for on, backward_m, forward_m in months
        ),
        unit=unit.name,
        backward=reader.t("charts.backward"),
        forward=reader.t("charts.forward"),
        decimal=reader.decimal,
    )
