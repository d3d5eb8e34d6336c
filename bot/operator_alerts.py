"""Send ERROR log lines to the operator on Discord."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.discretion import is_sent
from bot.errors import Unavailable

log = logging.getLogger(__name__)

ROOMS = ("bot", "cogs", "db", "asyncio")
"""Loggers whose lines are sent. Not discord.py's own, which report each reconnect."""
PAUSE_S = 3600.0
"""Seconds after a line was sent during which no other line of its kind is sent."""
MOST = 20
"""Lines of all kinds sent in that time at most; further ones are only logged."""
TRIES_AFTER_S = (0.0, 5.0, 60.0, 600.0)
"""Seconds to wait before each attempt to send a line."""
ANSWER_S = 1.0
"""Seconds a member's answer waits at most for a line to be sent."""
EARLY = 20
"""Lines buffered until the bot is connected."""
LONGEST = 1800
"""Characters of a line; Discord accepts 2,000."""

_BROKEN = "the database does not work, and nothing is kept any more (%s); see README, If something breaks"
FAULTS = {
    "errors.database.full": "the disk of the database is full, and nothing is kept any more: make room (%s)",
    "errors.database.broken": _BROKEN,
    "errors.database.unreadable": _BROKEN,
}
"""Log lines for faults that only the operator can fix, by the key of the member's error; filled with the database's
message."""

Send = Callable[[str], Awaitable[bool]]
Kind = tuple[str, str]


@dataclass(slots=True)
class _Alert:
    at: float
    task: asyncio.Task[bool]


class OperatorAlerts(logging.Handler):
    """Sends ERROR log lines, without tracebacks, to the channel and user that `[alerts]` names.

    Lines from the same place in the code are of one kind. `bot.logs` adds this handler to the root logger.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(logging.ERROR)
        self._clock = clock
        self._send: Send | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: deque[logging.LogRecord] = deque(maxlen=EARLY)
        self._sent: dict[Kind, _Alert] = {}

    def attach(self, send: Send) -> None:
        """Start sending, beginning with the buffered lines.

        Args:
            send: sends a message and returns whether Discord accepted it.
        """
        self._send, self._loop = send, asyncio.get_running_loop()
        while self._early:
            self._take(self._early.popleft())

    def detach(self) -> None:
        """Stop sending."""
        self._send = self._loop = None
        for alert in self._sent.values():
            alert.task.cancel()

    def emit(self, record: logging.LogRecord) -> None:
        """Send a line; may be called from any thread."""
        if record.name.split(".")[0] not in ROOMS or not is_sent(record):
            return
        if self._loop is None:
            self._early.append(record)
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._take, record)

    async def told(self, fault: str, *values: object) -> bool:
        """Log a fault that only the operator can fix. Return whether it was sent to them on Discord.

        Args:
            fault: a `logging` format string; logged at ERROR once per `PAUSE_S`, otherwise at WARNING.
            values: its arguments.
        """
        known = self._recent((__name__, fault))
        if known is None:
            log.error(fault, *values)
            self._take(logging.LogRecord(__name__, logging.ERROR, __file__, 0, fault, values, None))
            known = self._recent((__name__, fault))
        else:
            log.warning(fault, *values)
        if known is None:
            return False
        done, _ = await asyncio.wait({known.task}, timeout=ANSWER_S)
        return bool(done) and not known.task.cancelled() and known.task.result()

    async def told_of(self, failure: Unavailable) -> bool | None:
        """Do the same for a full or broken database; return None for any other failure and log nothing."""
        fault = FAULTS.get(failure.key)
        if fault is None:
            return None
        reason = getattr(failure.__cause__, "orig", None) or failure.__cause__
        return await self.told(fault, reason)

    def _recent(self, kind: Kind) -> _Alert | None:
        found = self._sent.get(kind)
        return found if found is not None and self._clock() - found.at < PAUSE_S else None

    def _take(self, record: logging.LogRecord) -> None:
        kind = record.name, str(record.msg)
        if self._send is None or self._recent(kind) is not None:
            return
        now = self._clock()
        self._sent = {known: alert for known, alert in self._sent.items() if now - alert.at < PAUSE_S}
        if len(self._sent) >= MOST:
            return
        error = f" ({record.exc_info[0].__name__})" if record.exc_info and record.exc_info[0] else ""
        more = "\nFurther errors of this hour stand in the log alone." if len(self._sent) == MOST - 1 else ""
        line = self.format(record).replace("`", "'")[:LONGEST]
        words = f"⚠️ Backpedal reports an error:\n```\n{line}{error}\n```{more}"
        self._sent[kind] = _Alert(now, asyncio.get_running_loop().create_task(self._deliver(self._send, words)))

    @staticmethod
    async def _deliver(send: Send, words: str) -> bool:
        for wait_s in TRIES_AFTER_S:
            await asyncio.sleep(wait_s)
            if await send(words):
                return True
        log.warning("operator alert could not be sent on Discord")
        return False
