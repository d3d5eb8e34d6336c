"""Draw the weeks chart with matplotlib's object interface. Imported only in the worker: it costs 0.5 s and 50 MB.

pyplot is not used, because it keeps every figure. One figure is reused and cleared for each chart: half the time.
"""

from __future__ import annotations

import io
import logging
import warnings

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.charts.weeks import WeekBar, WeeksChart

SIZE_IN = (5.6, 3.3)
"""Inches; at `DOTS` per inch a picture of 1120 x 660 pixels, whose text is still readable at a phone's width."""
DOTS = 200

GROUND = "#2b2d31"
RULE = "#3f4248"
TEXT = "#dbdee1"
FAINT = "#949ba4"
BACKWARD = "#8b5cf6"
FORWARD = "#14b8a6"
"""The cards' colours for the two directions, on Discord's dark grey."""

BAR = 0.62
"""Width of a bar, as a fraction of a week's width."""

# Characters that the font lacks are drawn as boxes. Not worth a log line.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

_figure = Figure(figsize=SIZE_IN, dpi=DOTS, facecolor=GROUND)
FigureCanvasAgg(_figure)


def draw_weeks(chart: WeeksChart) -> bytes:
    """Draw the weeks.

    Returns:
        A PNG.
    """
    _figure.clear()
    axes = _figure.add_axes((0.075, 0.11, 0.905, 0.72), facecolor=GROUND)
    _scale(axes, chart)
    highest = axes.get_ylim()[1]
    for at, bar in enumerate(chart.bars):
        _bar(axes, at, bar)
        total = bar.backward + bar.forward
        if total > 0:
            newest = at == len(chart.bars) - 1
            axes.text(
                at,
                total + highest * 0.02,
                _number(total, chart.decimal),
                ha="center",
                va="bottom",
                color=TEXT if newest else FAINT,
                fontsize=10,
                fontweight="bold" if newest else "normal",
            )
    _figure.text(0.025, 0.93, _plain(chart.title), color=TEXT, fontsize=15, fontweight="bold", va="center")
    _legend(chart)
    return _png()


def _scale(axes: Axes, chart: WeeksChart) -> None:
    count = len(chart.bars)
    highest = max((bar.backward + bar.forward for bar in chart.bars), default=0.0)
    axes.set_xlim(-0.6, max(count, 1) - 0.4)
    axes.set_ylim(0, (highest or 1.0) * 1.12)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _number(value, chart.decimal)))
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.tick_params(length=0, colors=FAINT, labelsize=9.5)
    # Label every other week, including the newest: all twelve labels would overlap.
    every = 2 if count > 8 else 1
    labels = [_plain(bar.label) if (count - 1 - at) % every == 0 else "" for at, bar in enumerate(chart.bars)]
    axes.set_xticks(range(count), labels, fontsize=9.5 if max(map(len, labels), default=0) <= 6 else 8)
    for label in axes.get_xticklabels()[-1:]:
        label.set_color(TEXT)


def _bar(axes: Axes, at: int, bar: WeekBar) -> None:
    for bottom, height, colour in ((0.0, bar.backward, BACKWARD), (bar.backward, bar.forward, FORWARD)):
        if height > 0:
            axes.add_patch(Rectangle((at - BAR / 2, bottom), BAR, height, facecolor=colour, edgecolor=GROUND, lw=0.8))


def _legend(chart: WeeksChart) -> None:
    legend = _figure.legend(
        [Rectangle((0, 0), 1, 1, facecolor=colour) for colour in (BACKWARD, FORWARD)],
        [_plain(chart.backward), _plain(chart.forward)],
        loc="center right",
        bbox_to_anchor=(0.985, 0.93),
        ncols=2,
        frameon=False,
        fontsize=11,
        labelcolor=TEXT,
        handlelength=0.9,
        handleheight=0.9,
        handletextpad=0.5,
        columnspacing=1.4,
    )
    legend.set_zorder(3)


def _number(value: float, decimal: str) -> str:
    """Format with one decimal below 10, none above."""
    text = f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
    return text.removesuffix(".0").replace(".", decimal)


def _plain(text: str) -> str:
    """Escape `$`: matplotlib parses `$…$` as mathematics, and raises if it is invalid."""
    return text.replace("$", r"\$")


def _png() -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # missing glyphs
        _figure.savefig(out, format="png", facecolor=GROUND)
    return out.getvalue()
