"""Where the log goes and how a line looks; set up once, by `bot.__main__`."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bot.config import LoggingSettings, Secret
from bot.errors import StartupError

_AT_LEAST = {
    logging.WARNING: ("alembic.runtime.plugins", "apscheduler"),
    # At "debug" these write every request and event whole: tokens of interactions, and what members wrote.
    logging.INFO: ("discord.http", "discord.gateway", "discord.webhook"),
}
"""The least severe that is written of what these libraries log, whatever is set."""


def _utc(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


class _Text(logging.Formatter):
    """`2026-11-24 06:30:00Z info bot.client: ready in 3 clubs`, and a traceback below when there is one."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line."""
        return f"{_utc(record):%Y-%m-%d %H:%M:%SZ} {record.levelname.lower()} {record.name}: {record.message}"


class _Json(logging.Formatter):
    """One JSON object a line: at, level, logger, message, and error with the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The object."""
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
    """What happened, without a traceback: its lines are for the log alone."""

    def format(self, record: logging.LogRecord) -> str:
        """The message."""
        return record.getMessage()


class _Discreet(logging.Formatter):
    """Whatever another formatter writes, with stars in place of what must not be shown."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[Secret]) -> None:
        super().__init__()
        self._inner = inner
        # What is shorter than a token can be is a word of the log as well.
        self._secrets = [secret.reveal() for secret in secrets if len(secret.reveal()) >= 8]

    def format(self, record: logging.LogRecord) -> str:
        """The line, without secrets even in a traceback or in what a library logs."""
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


def configure(settings: LoggingSettings, secrets: Sequence[Secret] = (), alerts: logging.Handler | None = None) -> None:
    """Send everything logged in this process to standard error, or to the file that is set.

    Args:
        settings: where, how and how much.
        secrets: stars stand in their place.
        alerts: is given the bare message of each line, too, without its traceback.

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
    """Not that voice is unsupported, at each start: nothing here speaks."""
    return "voice will NOT be supported" not in record.getMessage()
