"""Picture drawing in a worker process: the request and its handler."""

from __future__ import annotations

import os
from typing import Any

from bot.worker.messages import Request


class DrawPicture(Request, frozen=True, tag=True):
    """Draw a picture; the PNG comes as the answer's bytes.

    Attributes:
        template: see `bot.charts.picture.Picture.template`.
        scene: see `bot.charts.picture.Picture.scene`.
    """

    template: str
    scene: dict[str, Any]


class Pictures:
    """Handler that draws pictures."""

    requests = (DrawPicture,)

    def __init__(self) -> None:
        os.environ["RAYON_NUM_THREADS"] = "1"  # read when typst starts its threads, which the sandbox then forbids
        from bot.charts.drawing import Drawing

        self._drawing = Drawing()

    def handle(self, request: DrawPicture, _: bytes) -> tuple[Any, bytes]:
        """Draw the requested picture."""
        return None, self._drawing.draw(request.template, request.scene)
