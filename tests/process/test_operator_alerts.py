"""Log lines that are sent to the operator on Discord."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from bot import operator_alerts
from bot.config import LoggingSettings, Secret
from bot.discretion import marked
from bot.logs import configure
from bot.operator_alerts import MOST, PAUSE_S, OperatorAlerts

log = logging.getLogger("bot.toy")


class Discord:
    def __init__(self) -> None:
        self.got: list[str] = []
        self.refuses = 0

    async def send(self, words: str) -> bool:
        if self.refuses:
            self.refuses -= 1
            return False
        self.got.append(words)
        return True


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before, level
    logging.captureWarnings(False)


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
async def alerts(now: list[float], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OperatorAlerts]:
    monkeypatch.setattr(operator_alerts, "TRIES_AFTER_S", (0.0, 0.0))
    alerts = OperatorAlerts(lambda: now[0])
    configure(LoggingSettings(), [Secret("a-very-secret-token")], alerts)
    yield alerts
    alerts.detach()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_an_error_is_sent_without_its_traceback_and_without_secrets(alerts: OperatorAlerts) -> None:
    discord = Discord()
    alerts.attach(discord.send)
    try:
        raise ValueError("a private note")
    except ValueError:
        log.exception("run %d with a-very-secret-token could not be kept", 7)
    log.warning("only a warning")
    logging.getLogger("discord.client").error("Attempting a reconnect")
    await settle()
    (words,) = discord.got
    assert "run 7 with *** could not be kept (ValueError)" in words
    assert "private" not in words


async def test_nothing_of_a_quiet_alarm_is_sent(alerts: OperatorAlerts) -> None:
    discord = Discord()
    alerts.attach(discord.send)
    log.error("%s %d could not be drawn", "alert.unsafe", 7, extra=marked("alert.unsafe"))
    for action in ("unsafe", "unheard", "onit", "word", "closed"):
        custom_id = f"alert:{action}:v1:5:6"
        log.error("reference %s: %s failed", action, custom_id, extra=marked(custom_id))
    await settle()
    assert discord.got == []


async def test_what_is_quiet_is_told_by_its_mark_and_not_by_its_words(alerts: OperatorAlerts) -> None:
    discord = Discord()
    alerts.attach(discord.send)
    log.error("the disk of %s is unsafe", "/var/quiet", extra=marked("outing.card"))
    await settle()
    assert len(discord.got) == 1


async def test_one_of_a_kind_an_hour_and_no_more_than_the_most(alerts: OperatorAlerts, now: list[float]) -> None:
    discord = Discord()
    alerts.attach(discord.send)
    for number in range(5):
        log.error("fault %d", number)
    await settle()
    assert len(discord.got) == 1
    now[0] += PAUSE_S
    log.error("fault %d", 9)
    for number in range(MOST + 5):
        log.error(f"another kind, number {number}")
    await settle()
    assert len(discord.got) == 1 + MOST
    assert "fault 9" in discord.got[1]
    assert "in the log alone" in discord.got[-1]


async def test_what_is_logged_before_the_bot_is_connected_is_sent_then(alerts: OperatorAlerts) -> None:
    discord = Discord()
    log.error("too early")
    alerts.attach(discord.send)
    await settle()
    assert "too early" in discord.got[0]


async def test_the_operator_has_been_told_only_where_discord_took_it(
    alerts: OperatorAlerts, now: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    assert not await alerts.told("the disk is full"), "nobody is named in [alerts]"
    discord = Discord()
    alerts.attach(discord.send)
    assert await alerts.told("the disk is full")
    assert await alerts.told("the disk is full")
    assert len(discord.got) == 1
    discord.refuses = 2
    assert not await alerts.told("the disk is slow")
    now[0] += PAUSE_S
    assert await alerts.told("the disk is slow")


async def test_a_line_that_discord_refused_is_sent_again(alerts: OperatorAlerts) -> None:
    discord = Discord()
    discord.refuses = 1
    alerts.attach(discord.send)
    assert await alerts.told("the disk is full")
