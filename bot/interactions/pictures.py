"""Pictures in answers. A picture that cannot be drawn is left out: it never fails the command."""

from __future__ import annotations

import io
import logging

import discord
from discord import ui

from bot.app import App
from bot.charts.picture import Picture
from bot.errors import Unavailable

log = logging.getLogger(__name__)


async def drawn(app: App, picture: Picture, member: int) -> discord.File | None:
    """Draw a picture.

    Args:
        app: the bot's parts.
        picture: what to draw.
        member: id of the member whose turn is used; the club's id for a picture of the club.

    Returns:
        The file with its alternative text, or None if it cannot be drawn.
    """
    try:
        png = await app.worker.draw(picture, member)
    except Unavailable as error:
        log.warning("could not draw %s: %s", picture.filename, error)
        return None
    except Exception:  # a bug in a picture; the figures of the answer are right without it
        log.exception("could not draw %s", picture.filename)
        return None
    return discord.File(io.BytesIO(png), filename=picture.filename, description=picture.alt)


def shown(*files: discord.File) -> ui.MediaGallery[ui.LayoutView]:
    """Return the component that shows files of the same message in its card, with their alternative texts."""
    return ui.MediaGallery(
        *(discord.MediaGalleryItem(f"attachment://{file.filename}", description=file.description) for file in files)
    )
