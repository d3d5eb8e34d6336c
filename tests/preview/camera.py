"""A camera for the try mode: a browser, and a visitor who presses what it photographs."""

from __future__ import annotations

import io
from pathlib import Path

import aiohttp
from PIL import Image
from playwright.async_api import Locator, Page

from bot.preview.club import VISITORS, DemoPerson
from tests.preview.visitor import Visitor, links

WIDTHS = (390, 1280)
COLOURS = 96
"""Colours of a picture: fewer than 100 keep the cards true, and the files small."""
SCALE = 2
"""Pixels of a picture for one of the page."""
HEIGHT = 1800
"""Height of the window: the tallest card fits."""


class Camera:
    """A browser and a visitor in one room, as one person.

    Args:
        page: the browser's page.
        http: for the visitor, who presses what the page is to show.
        index: address of the try mode.
        folder: where the pictures of this language go.
    """

    def __init__(self, page: Page, http: aiohttp.ClientSession, index: str, folder: Path) -> None:
        self.page = page
        self.http = http
        self.index = index
        self.folder = folder
        self.taken = 0

    async def enter(self, room: str, person: DemoPerson = VISITORS[0]) -> Visitor:
        """Open a room as somebody, in the browser and over HTTP; a person's name is the room of their messages."""
        address = (await links(self.http, self.index))[room].rpartition(".")[0]
        address = f"{address}.{person.user_id}"
        await self.page.goto("about:blank")
        await self.page.goto(address)
        await self.page.wait_for_selector('#preview-app[aria-busy="false"]')
        return await Visitor(self.http, address).open()

    async def messages(self, name: str, count: int = 1) -> None:
        """Photograph the newest messages, the newest as `name` and those before it as `name-2`, …"""
        await self.page.wait_for_timeout(1500)  # the page polls every half second, and pictures load
        for width in WIDTHS:
            await self._resize(width)
            shown = self.page.locator("#channel-message-list [data-message-id]")
            found = await shown.count()
            for back in range(min(count, found)):
                suffix = f"-{back + 1}" if back else ""
                await self._keep(await self._still(shown.nth(found - 1 - back)), f"{name}{suffix}", width)

    async def whole(self, name: str) -> None:
        """Photograph the window, as high as a phone."""
        await self.page.wait_for_timeout(1500)
        for width in WIDTHS:
            await self._resize(width, 844)
            await self._keep(await self.page.screenshot(), name, width)

    async def form(self, visitor: Visitor, custom_id: str, name: str) -> None:
        """Press a button that opens a form, photograph the form, and close it."""
        await visitor.look()
        key = visitor.control(custom_id)
        assert key is not None, f"no button {custom_id}"
        await self._resize(WIDTHS[-1])
        await self.page.click(f'[data-control-key="{key}"]')
        await self.opened(name)

    async def opened(self, name: str) -> None:
        """Photograph the form that is open, and close it."""
        form = self.page.locator(".modal-dialog")
        await form.wait_for(timeout=10_000)
        for width in WIDTHS:
            await self._resize(width)
            await self._keep(await self._still(form), name, width)
        await self.page.click(".modal-close")

    async def _still(self, shown: Locator) -> bytes:
        """Photograph an element where it is; Playwright's own picture is cut wrong when the page is drawn meanwhile."""
        for _ in range(10):
            await shown.scroll_into_view_if_needed()
            before = await shown.bounding_box()
            png = await self.page.screenshot()
            if before is not None and before == await shown.bounding_box():
                break
        assert before is not None
        with Image.open(io.BytesIO(png)) as picture:
            left, top = before["x"] * SCALE, max(before["y"], 0) * SCALE
            right, bottom = left + before["width"] * SCALE, (before["y"] + before["height"]) * SCALE
            cut = picture.crop((round(left), round(top), round(right), round(min(bottom, picture.height))))
            made = io.BytesIO()
            cut.save(made, "PNG")
        return made.getvalue()

    async def _resize(self, width: int, height: int = HEIGHT) -> None:
        await self.page.set_viewport_size({"width": width, "height": height})
        await self.page.evaluate(
            "{ const t = document.getElementById('channel-timeline'); t.scrollTop = t.scrollHeight; }"
        )
        await self.page.wait_for_timeout(300)

    async def _keep(self, png: bytes, name: str, width: int) -> None:
        file = self.folder / str(width) / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(io.BytesIO(png)) as picture:
            picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
        self.taken += 1
