"""Log 5k in 27:30, backward, through the page at the given address; exit with 0 if the card shows it.

    python tests/preview/log_through_page.py http://127.0.0.1:8765/

Uses Chromium if it is installed, otherwise HTTP, as the page's own script does. For CI, and to check a running try
mode.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

CARD = ("5.00 km", "27:30", "5:30/km")
"""Texts on the card of that run."""


async def main(index: str) -> None:
    """Log the run, in the browser or over HTTP."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    await (in_browser(index, path) if path else over_http(index))


async def in_browser(index: str, path: str) -> None:
    """Log the run as a person does."""
    from tests.preview.browser import chromium, enter, run

    async with chromium(path) as browser:
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        await enter(page, index, "#runs")
        await run(page, "log", distance="5k", time="27:30", direction="backward")
        for text in CARD:
            await page.wait_for_selector(f"#channel-message-list >> text={text}", timeout=10_000)


async def over_http(index: str) -> None:
    """Log the run as the page's script does."""
    import aiohttp

    from tests.preview.visitor import Visitor, links

    async with aiohttp.ClientSession() as http:
        visitor = await Visitor(http, (await links(http, index))["#runs"]).open()
        await visitor.run("log", distance="5k", time="27:30", direction="backward")
        for text in CARD:
            await visitor.wait_for(text, seconds=5)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
