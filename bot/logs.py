"""Logging setup: destination and line formats. Called once, by `bot.__main__`."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bot.config import LoggingSettings, Secret
from bot.errors import StartupError

_AT_LEAST = {
    logging.WARNING: ("alembic", "apscheduler"),
    # At DEBUG these log whole requests and events: interaction tokens and texts of members.
    logging.INFO: ("discord.http", "discord.gateway", "discord.webhook"),
}
"""Lowest level logged for these libraries, whatever level is configured."""


def _utc(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


class _Text(logging.Formatter):
    """`2026-11-24 06:30:00Z info bot.client: ready in 3 clubs`, followed by a traceback if there is one."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return f"{_utc(record):%Y-%m-%d %H:%M:%SZ} {record.levelname.lower()} {record.name}: {record.message}"


class _Json(logging.Formatter):
    """One JSON object per line: at, level, logger, message, and error with the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object as JSON."""
        line = {
            "at": f"{_utc(record):%Y-%m-%dT%H:%M:%S.%fZ}",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class _Message(logging.Formatter):
    """The message without its traceback, for Discord."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message."""
        return record.getMessage()


class _Discreet(logging.Formatter):
    """The output of another formatter, with stars in place of secrets."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[Secret]) -> None:
        super().__init__()
        self._inner = inner
        # A shorter secret could be an ordinary word of a log line, and no token is that short.
        self._secrets = [secret.reveal() for secret in secrets if len(secret.reveal()) >= 8]

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with secrets removed from tracebacks and library messages too."""
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


def configure(settings: LoggingSettings, secrets: Sequence[Secret] = (), alerts: logging.Handler | None = None) -> None:
    """Send everything logged in this process to standard error or to the configured file.

    Args:
        settings: destination, format and level.
        secrets: values replaced by stars.
        alerts: a second handler, which gets each message without its traceback.

    Raises:
        StartupError: the file cannot be written.
    """
    try:
        handler: logging.Handler = (
            logging.FileHandler(settings.file, encoding="utf-8") if settings.file else logging.StreamHandler()
        )
    except OSError as error:
        raise StartupError(f"[logging] file {settings.file} cannot be written: {error.strerror}.") from error
    handler.setFormatter(_Discreet(_Json() if settings.format == "json" else _Text(), secrets))
    handlers = [handler]
    if alerts is not None:
        alerts.setFormatter(_Discreet(_Message(), secrets))
        handlers.append(alerts)
    logging.basicConfig(level=settings.level.upper(), handlers=handlers, force=True)
    logging.captureWarnings(True)
    logging.getLogger("discord.client").addFilter(_says_something)
    for least, names in _AT_LEAST.items():
        for name in names:
            logging.getLogger(name).setLevel(max(least, logging.getLogger().level))


def _says_something(record: logging.LogRecord) -> bool:
    """Filter out discord.py's warning at each start that voice is unsupported; the bot uses no voice."""
    return "voice will NOT be supported" not in record.getMessage()
