"""What is never logged, whatever the log level."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import LEVELS, LoggingSettings
from bot.logs import configure

LIBRARIES = ("discord.http", "discord.gateway", "discord.webhook.async_")


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []  # `configure` closes existing handlers
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    configured = [*LIBRARIES, "discord.webhook", "alembic.runtime.plugins", "apscheduler"]
    for name in configured:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.mark.usefixtures("logging_as_it_was")
def test_requests_and_events_are_not_logged_even_at_debug(tmp_path: Path) -> None:
    file = tmp_path / "bot.log"
    configure(LoggingSettings("debug", "text", file))
    for name in LIBRARIES:
        logging.getLogger(name).debug("POST /interactions/1/token/callback with a private note")
    logging.getLogger("bot.test").debug("of our own")
    (line,) = file.read_text(encoding="utf-8").splitlines()
    assert line.endswith("debug bot.test: of our own")


@pytest.mark.usefixtures("logging_as_it_was")
@pytest.mark.parametrize("level", LEVELS)
def test_a_library_says_nothing_below_what_is_set(level: str, tmp_path: Path) -> None:
    configure(LoggingSettings(level, "text", tmp_path / "bot.log"))
    for name in ("discord.http", "discord.gateway", "apscheduler"):
        assert logging.getLogger(name).getEffectiveLevel() >= getattr(logging, level.upper())
