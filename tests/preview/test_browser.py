"""The rooms in a real browser."""

from __future__ import annotations

import asyncio

import pytest

from bot.preview.club import ORGANISER, VISITORS
from tests.preview import browser
from tests.preview.toy import ToyBot

pytestmark = pytest.mark.chromium


async def test_what_arrives_is_seen_within_a_second_and_disturbs_nothing(
    chromium: str, index: str, toy: ToyBot
) -> None:
    async with browser.chromium(chromium) as opened:
        page = await opened.new_page(timezone_id="Asia/Tokyo")
        await browser.enter(page, index, "#runs")
        await page.click("#channel-composer-input")
        await page.keyboard.type("half a thou")
        channel = next(one for one in toy.guilds[0].text_channels if one.name == "runs")
        began = asyncio.get_running_loop().time()
        await toy.get_partial_messageable(channel.id).send("good morning from the bot")
        await page.wait_for_selector("#channel-message-list >> text=good morning from the bot")
        assert asyncio.get_running_loop().time() - began < 1.2  # including rendering
        assert await page.input_value("#channel-composer-input") == "half a thou"


async def test_a_room_opens_as_the_one_its_address_names_and_leads_to_the_others(chromium: str, index: str) -> None:
    jonas = VISITORS[1]
    async with browser.chromium(chromium) as opened:
        page = await opened.new_page()
        await browser.enter(page, f"{index}?as={jonas.user_id}", "#leaderboard")
        assert await page.input_value("#viewer-picker") == str(jonas.user_id)
        assert await page.locator("#rooms a[aria-current]").inner_text() == "#leaderboard"
        await page.select_option("#viewer-picker", str(ORGANISER.user_id))
        await page.click("#rooms >> text=#organisers")
        await page.wait_for_selector("#channel-message-list >> text=/club review")
        assert await page.input_value("#viewer-picker") == str(ORGANISER.user_id)


async def test_on_a_phone_the_button_that_sends_a_command_stays_on_the_screen(chromium: str, index: str) -> None:
    async with browser.chromium(chromium) as opened:
        page = await opened.new_page(viewport={"width": 390, "height": 844})
        await browser.enter(page, index, "#runs")
        await page.click("#channel-composer-input")
        await page.keyboard.type("/ping")
        await page.wait_for_selector('.command-popup >> text="/ping"')
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".command-chip")
        button = await page.locator("#send-message").bounding_box()
        assert button is not None
        assert button["x"] + button["width"] <= 390
