"""A visitor of the try mode in a real browser."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@asynccontextmanager
async def chromium(path: str) -> AsyncIterator[Browser]:
    """Run the installed browser at `path`."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


async def enter(page: Page, index: str, room: str) -> None:
    """Open a room from the index page."""
    await page.goto(index)
    address = await page.get_attribute(f'a.room[data-room="{room}"]', "href")
    assert address
    await page.goto(address)
    await page.wait_for_selector('#preview-app[aria-busy="false"]')
    await page.wait_for_selector("#channel-composer-input:visible")


async def choose(page: Page, option: str) -> None:
    """Choose an option from the list, and open the list again as long as an update of the page closes it."""
    suggestion = page.locator(f'.command-suggestion[data-value="{option}"]')
    for _ in range(20):
        with contextlib.suppress(PlaywrightTimeout):
            if not await suggestion.is_visible():
                await page.click(".command-ghost", timeout=1_000)
            await suggestion.click(timeout=1_000)
            return


async def run(page: Page, command: str, /, **options: str) -> None:
    """Type a command, fill its options in order and send it."""
    await page.click("#channel-composer-input")
    await page.keyboard.type(f"/{command}")
    await page.wait_for_selector(f'.command-popup >> text="/{command}"')
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".command-chip")
    for option, value in options.items():
        field = f'.command-option-input[data-option="{option}"]'
        if not await page.is_visible(field):
            await choose(page, option)
        await page.click(field)
        await page.keyboard.type(value)
    await page.click("#send-message, .command-send")
