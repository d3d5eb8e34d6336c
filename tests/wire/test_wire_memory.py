"""Memory after answered interactions: the bot keeps nothing of them."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable

import pytest
from discord.ui.view import BaseView

from bot.client import Backpedal
from bot.interactions import responses
from tests.wire.acting import Asked
from tests.wire.payloads import Person
from tests.wire.server import LocalDiscord

MANY = 20
Ask = Callable[[LocalDiscord, Person], Awaitable[Asked]]


async def _settings(there: LocalDiscord, person: Person) -> Asked:
    return await there.slash("settings", person)


async def _log(there: LocalDiscord, person: Person) -> Asked:
    return await there.slash("log", person, distance="5k", time="27:30", direction="backward", surface="track")


async def _opened(there: LocalDiscord, person: Person) -> Asked:
    """Open a form and abandon it."""
    logged = await (await _log(there, person)).answer()
    assert logged.message is not None
    return await there.press(logged.message, "run:edit", person)


async def _edited(there: LocalDiscord, person: Person) -> Asked:
    """Open a form and submit it."""
    form = await (await _opened(there, person)).answer()
    return await there.submit(form, person, distance="6k")


async def _turned(there: LocalDiscord, person: Person) -> Asked:
    """Open a private page and redraw it through its menu."""
    listed = await (await there.slash("settings", person)).answer()
    assert listed.message is not None
    return await there.press(listed.message, "settings:language", person, values=["en"])


async def _until(true: Callable[[], object]) -> None:
    """Let the event loop run until a condition is true; the end of a task sends nothing to wait for."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 (there is no event for the end of a task)
            await asyncio.sleep(0)


def _views() -> int:
    gc.collect()
    return sum(isinstance(one, BaseView) for one in gc.get_objects())


@pytest.mark.parametrize("ask", [_settings, _log, _opened, _edited, _turned])
@pytest.mark.usefixtures("unlimited", "patient")
async def test_no_view_and_no_task_stays_behind_an_answer(there: LocalDiscord, bot: Backpedal, ask: Ask) -> None:
    person = Person("Ada")
    await (await ask(there, person)).answer()
    await _until(lambda: not bot._in_hand)
    tasks, views = len(asyncio.all_tasks()), _views()
    for _ in range(MANY):
        await (await ask(there, person)).answer()
    await _until(lambda: not bot._in_hand and len(asyncio.all_tasks()) <= tasks)
    assert _views() <= views
    store = bot._connection._view_store
    assert not store._views
    assert not store._modals
    assert not store._synced_message_views


async def test_what_is_remembered_of_deliveries_is_bounded_by_number(
    there: LocalDiscord, bot: Backpedal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "REMEMBERED", 3)
    for number in range(5):
        await (await there.slash("help", Person(f"Runner {number}"))).answer()
    known = responses._deliveries[bot]
    assert len(known) == 3
    assert list(known) == sorted(known), "the oldest go first"
