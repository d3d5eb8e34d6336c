"""Log lines that are not sent to the operator: a quiet alarm may be about the operator."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.domain.messages.stored_kinds import KEPT_FROM_RECIPIENTS, StoredKind

QUIET = frozenset(
    {*KEPT_FROM_RECIPIENTS, StoredKind.ALERT_UNHEARD, "alert.onit", "alert.word", "alert.closed"},
)
"""Kinds of messages and jobs, and buttons as `area.action`, of quiet alarms."""


def marked(name: str) -> Mapping[str, bool]:
    """Return the logging `extra` for a line about a kind or custom id; it marks lines about quiet alarms."""
    return {"discreet": ".".join(name.split(":")[:2]) in QUIET}


def is_sent(record: logging.LogRecord) -> bool:
    """Whether a log line may be sent to the operator; it is logged in any case."""
    return not getattr(record, "discreet", False)
