"""Operator alerts on Discord, and what members read about them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot import operator_alerts
from bot.app import App
from bot.client import Backpedal
from bot.config import AlertsSettings
from bot.errors import Unavailable
from cogs import EXTENSIONS
from tests.wire.bots import running
from tests.wire.outside import told
from tests.wire.payloads import Person
from tests.wire.server import LocalDiscord

ADA = Person("Ada")
FULL = "the disk of the database is full"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operator_alerts, "TRIES_AFTER_S", (0.0,))


async def refused(there: LocalDiscord, bot: Backpedal) -> str:
    """Return the text shown to a member whose run cannot be saved."""

    def full(*_: object, **__: object) -> None:
        raise Unavailable("errors.database.full")

    bot.app.database.write = full  # type: ignore[method-assign, assignment]
    return await told(
        there, await there.slash("log", ADA, distance="5k", time="27:30", direction="backward", surface="track")
    )


async def test_members_read_that_the_operator_has_been_told_where_a_channel_has_the_message(
    there: LocalDiscord, app: App
) -> None:
    channel = there.clubs[0].channels["leaderboard"]
    app = replace(app, settings=replace(app.settings, alerts=AlertsSettings(channel=int(channel))))
    async with running(Backpedal(app, app.outbox, EXTENSIONS)) as bot:
        words = await refused(there, bot)
        again = await refused(there, bot)
    assert "The operator has been told" in words
    assert "The operator has been told" in again
    assert [who for who, said in there.said if FULL in said] == ["#leaderboard"]


async def test_or_a_user_of_theirs(there: LocalDiscord, app: App) -> None:
    boss = Person("Boss")
    there.persons[boss.id] = boss
    app = replace(app, settings=replace(app.settings, alerts=AlertsSettings(user=int(boss.id))))
    async with running(Backpedal(app, app.outbox, EXTENSIONS)) as bot:
        words = await refused(there, bot)
    assert "The operator has been told" in words
    assert [who for who, said in there.said if FULL in said] == ["Boss"]


@pytest.mark.parametrize("named", [False, True])
async def test_where_nobody_is_named_or_discord_refuses_they_read_no_such_thing(
    there: LocalDiscord, app: App, named: bool, caplog: pytest.LogCaptureFixture
) -> None:
    channel = int(there.clubs[0].channels["leaderboard"])
    if named:
        there.fail("POST", f"/channels/{channel}/messages", 403, code=50013, times=9)
        app = replace(app, settings=replace(app.settings, alerts=AlertsSettings(channel=channel)))
    async with running(Backpedal(app, app.outbox, EXTENSIONS)) as bot:
        words = await refused(there, bot)
    assert "has been told" not in words
    assert "whoever runs me has to make room" in words
    assert FULL in "".join(record.message for record in caplog.records if record.levelname == "ERROR")
    await asyncio.sleep(0)
