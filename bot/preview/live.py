"""simcord made live: its clock is the machine's, and what the bot does by itself goes on between presses.

simcord is made for tests: its time stands still until a test moves it, and an action returns when everything the bot
is doing has come to rest. Here a timer fires when it is due, and an action waits only for what it started itself, so
that a press just before a reminder is due is answered at once. This file leans on private parts of simcord 3.2.1,
which is why that version is pinned exactly; `tests/preview` notices when one of them moves.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import simcord
from simcord import _dpy_internals
from simcord._clock import Clock as SimulatedClock

MESSAGES_KEPT = 100
"""Messages kept a channel: drawing a page costs about 1 ms for each."""
LOG_KEPT = 500
"""Entries kept of simcord's record of everything that happened, which otherwise grows without end."""
PATIENCE_S = 30.0
"""How long an action may work before the page says that it did not end."""
QUANTUM_S = 0.01
"""How often a waiting action looks whether it is done; simcord's 50 ms is felt in autocomplete."""


class MachineClock(SimulatedClock):
    """The present, which nobody advances; never runs backward when the machine's clock is set back."""

    def __init__(self) -> None:
        self._epoch = datetime.now(UTC)
        self._latest = 0.0

    @property
    def elapsed(self) -> float:  # type: ignore[override]  # an attribute in simcord
        """Seconds since the start."""
        self._latest = max(self._latest, time.time() - self._epoch.timestamp())
        return self._latest

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return self._epoch + timedelta(seconds=self.elapsed)

    def advance(self, seconds: float) -> None:
        """Time passes by itself."""


class Journal(deque[Any]):
    """The newest entries of a record, and how many there have ever been."""

    def __init__(self) -> None:
        super().__init__(maxlen=LOG_KEPT)
        self.ever = 0

    def append(self, entry: Any) -> None:
        """Add an entry, dropping the oldest when full."""
        super().append(entry)
        self.ever += 1


class LiveEnv(simcord.Env):
    """An `Env` that lives in real time."""

    def __init__(self, bot: discord.Client, name: str = "Backpedal") -> None:
        super().__init__(bot, check_errors=False, settle_timeout=PATIENCE_S)
        self.backend.clock = MachineClock()
        self.backend.bot_user.name = name
        # Otherwise the same at every start, and a bot that remembers what it synced to this application would not sync.
        self.backend.application_id = self.backend.snowflake()
        self.journal = Journal()
        self.backend.transcript = self.journal  # type: ignore[assignment]
        self.backend.http_requests = Journal()  # type: ignore[assignment]
        self._before: set[asyncio.Task[Any]] = set()

    def prune(self) -> None:
        """Forget the oldest messages of every channel, and the errors that were logged anyway."""
        for messages in self.backend.messages.values():
            for message_id in sorted(messages)[:-MESSAGES_KEPT]:
                del messages[message_id]
        self._errors.clear()
        self._error_ids.clear()

    async def _settle_internal(self, **options: Any) -> None:
        if not self._operating_on_a_ready_bot():
            # Bringing the bot to READY. Its long-lived tasks never come to rest, so only its word counts.
            await asyncio.wait_for(self.bot.wait_until_ready(), PATIENCE_S)
            return
        await super()._settle_internal(**{"idle": QUANTUM_S, **options})

    def _operating_on_a_ready_bot(self) -> bool:
        return self.bot.is_ready() and self._operation_label != "start"

    def _begin_operation(self, label: str) -> None:
        super()._begin_operation(label)
        if self._operation_depth == 1:
            self._before = {task for task in self._work.tasks if not task.done()}

    def _settlement_state(self) -> Any:
        """What an action waits for: nothing that was under way before it began."""
        tasks = {task: record for task, record in self._work.tasks.items() if task not in self._before}
        share: Any = _Share(self._work, tasks)
        return replace(super()._settlement_state(), work=share)

    def _schedule_timer(
        self, record: Any, callback: Any, args: tuple[Any, ...], schedule_context: contextvars.Context | None
    ) -> None:
        """Fire a timer when it is due.

        `record.real_handle` stays None, by which simcord takes it for one that only a test could reach, and no
        action waits for it.
        """
        assert self._runtime is not None
        call_at = self._runtime.call_at

        def arm() -> None:
            wait_s = max(record.when - self._virtual_time, 0.001)
            call_at(_dpy_internals.real_monotonic() + wait_s, fire, context=contextvars.Context())

        def fire() -> None:
            if record.handle is None or record.handle.cancelled():
                return
            if not any(one is record for one in self._work.callbacks):
                return  # an action that was waiting has run it already
            if record.when > self._virtual_time:
                arm()
                return
            record.handle._run()

        arm()


class _Share:
    """simcord's bookkeeping of work, showing a part of the tasks."""

    def __init__(self, work: Any, tasks: dict[Any, Any]) -> None:
        self._work = work
        self.tasks = tasks

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)

    @property
    def callbacks(self) -> Any:
        return self._work.callbacks

    @callbacks.setter
    def callbacks(self, live: Any) -> None:
        self._work.callbacks = live
