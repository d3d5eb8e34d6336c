"""Which lines of the log nobody is sent: whoever runs the bot may be the one a quiet alarm is about."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.domain.messages.stored_kinds import KEPT_FROM_RECIPIENTS, StoredKind

QUIET = frozenset(
    {*KEPT_FROM_RECIPIENTS, StoredKind.ALERT_UNHEARD, "alert.onit", "alert.word", "alert.closed"},
)
"""Kinds of messages and steps, and buttons as `area.action`, of quiet alarms."""


def marked(name: str) -> Mapping[str, bool]:
    """What a line about a kind, or about a custom id, is given as `extra`: it is not sent where that is quiet."""
    return {"discreet": ".".join(name.split(":")[:2]) in QUIET}


def is_sent(record: logging.LogRecord) -> bool:
    """Whether a line may be sent to the operator; it stands in the log all the same."""
    return not getattr(record, "discreet", False)
