"""Chart drawing in a worker process: the request and its handler."""

from __future__ import annotations

import os
from typing import Any

from bot.charts.weeks import WeekBar, WeeksChart
from bot.worker.messages import Request


class DrawChart(Request, frozen=True, tag=True):
    """Draw a chart; the picture comes as the answer's bytes."""

    chart: WeeksChart


class Charts:
    """Handler that draws charts.

    Args:
        directory: matplotlib's configuration directory, which holds its font list; None for matplotlib's default.
    """

    requests = (DrawChart,)

    def __init__(self, directory: str | None) -> None:
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        if directory is not None:
            os.environ["MPLCONFIGDIR"] = directory
        from bot.charts.weeks_figure import draw_weeks  # after setting the variables, which matplotlib reads on import

        self._draw_weeks = draw_weeks
        draw_weeks(WeeksChart("A", (WeekBar("A", 1, 1),), "A", "A"))  # loads the fonts

    def handle(self, request: DrawChart, _: bytes) -> tuple[Any, bytes]:
        """Draw the requested chart."""
        return None, self._draw_weeks(request.chart)
