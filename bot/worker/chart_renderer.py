"""Drawing charts in a process: the request, and what answers it there."""

from __future__ import annotations

import os
from typing import Any

from bot.charts.weeks import WeekBar, WeeksChart
from bot.worker.messages import Request


class DrawChart(Request, frozen=True, tag=True):
    """Draw a chart; the picture is beside the answer."""

    chart: WeeksChart


class Charts:
    """Draws charts.

    Args:
        directory: where matplotlib keeps its list of fonts, if not where it does by itself.
    """

    requests = (DrawChart,)

    def __init__(self, directory: str | None) -> None:
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        if directory is not None:
            os.environ["MPLCONFIGDIR"] = directory
        from bot.charts.weeks_figure import draw_weeks  # here, since matplotlib reads both variables when imported

        self._draw_weeks = draw_weeks
        draw_weeks(WeeksChart("A", (WeekBar("A", 1, 1),), "A", "A"))  # loads the fonts

    def handle(self, request: DrawChart, _: bytes) -> tuple[Any, bytes]:
        """Answer a request."""
        return None, self._draw_weeks(request.chart)
