"""Draw pictures as the worker does, and look at their pixels."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image

from bot.charts.drawing import Drawing
from bot.charts.picture import Picture


@cache
def drawing() -> Drawing:
    return Drawing()


def png(picture: Picture) -> bytes:
    return drawing().draw(picture.template, picture.scene())


def image(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(png(picture))).convert("RGB")


def pixels(image: Image.Image, colour: str) -> int:
    """Count the pixels of a colour."""
    wanted, data = bytes.fromhex(colour.removeprefix("#")), image.tobytes()
    return sum(data[at : at + 3] == wanted for at in range(0, len(data), 3))
