"""simcord in real time: its clock is the machine's, and the bot keeps working between actions.

simcord is made for tests: its time stands still until a test moves it, and an action returns when all work of the bot
has finished. Here a timer fires when it is due, and an action waits only for the work it started, so that a press just
before a reminder is due is answered at once. This module uses private parts of simcord 3.2.1, so that version is pinned
exactly; `tests/preview` fails when one of them changes.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import simcord
from simcord import _dpy_internals
from simcord._clock import Clock as SimulatedClock

from bot.clock import Clock, system_clock

MESSAGES_KEPT = 100
"""Messages kept per channel: rendering a page takes about 1 ms for each."""
LOG_KEPT = 500
"""Entries kept of simcord's event records, which otherwise grow without limit."""
PATIENCE_S = 30.0
"""Seconds an action may take before the page reports that it did not finish."""
QUANTUM_S = 0.01
"""Interval in seconds at which a waiting action is checked; simcord's 50 ms makes autocomplete noticeably slow."""


class MachineClock(SimulatedClock):
    """The machine's clock; it stands still, rather than run backward, when that is set back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._epoch = datetime.now(UTC)
        self._latest = 0.0

    @property
    def elapsed(self) -> float:  # type: ignore[override]  # an attribute in simcord
        """Seconds since the start."""
        self._latest = max(self._latest, time.time() - self._epoch.timestamp())
        return self._latest

    def now(self) -> datetime:
        """Return the current instant, aware UTC, with what the try mode's clock has skipped."""
        return self._epoch + timedelta(seconds=self.elapsed) + (self._clock() - datetime.now(UTC))

    def advance(self, seconds: float) -> None:
        """Do nothing: real time passes by itself."""


class Journal(deque[Any]):
    """The newest entries of a record, and the total count ever added."""

    def __init__(self) -> None:
        super().__init__(maxlen=LOG_KEPT)
        self.ever = 0

    def append(self, entry: Any) -> None:
        """Add an entry, dropping the oldest if full."""
        super().append(entry)
        self.ever += 1


class LiveEnv(simcord.Env):
    """An `Env` that runs in real time.

    Attributes:
        locale: Discord's language of the club, and of everybody not in `locales`; simcord has only American English.
        locales: Discord's language by user.
        journal: the newest events.
    """

    def __init__(
        self, bot: discord.Client, name: str = "Backpedal", clock: Clock = system_clock, locale: str = "en-GB"
    ) -> None:
        super().__init__(bot, check_errors=False, settle_timeout=PATIENCE_S)
        self.backend.clock = MachineClock(clock)
        self.backend.bot_user.name = name
        # simcord's id is the same at every start, and a bot with a kept database would not sync its commands again.
        self.backend.application_id = self.backend.snowflake()
        self.locale = locale
        self.locales: dict[int, str] = {}
        self._emit = self.backend.emit
        self.backend.emit = self._emit_in_a_locale  # type: ignore[method-assign]
        self.journal = Journal()
        self.backend.transcript = self.journal  # type: ignore[assignment]
        self.backend.http_requests = Journal()  # type: ignore[assignment]
        self._before: set[asyncio.Task[Any]] = set()

    def prune(self) -> None:
        """Remove the oldest messages of every channel, and recorded errors, which are logged anyway."""
        for messages in self.backend.messages.values():
            for message_id in sorted(messages)[:-MESSAGES_KEPT]:
                del messages[message_id]
        self._errors.clear()
        self._error_ids.clear()

    def date(self, channel_id: int, message_id: int, at: float) -> None:
        """Change when a message was posted, to a POSIX timestamp."""
        self.backend.messages[channel_id][message_id].timestamp = datetime.fromtimestamp(at, UTC).isoformat()

    def _emit_in_a_locale(self, event: str, payload: Mapping[str, Any]) -> None:
        if event == "INTERACTION_CREATE":
            user = payload["member"]["user"] if "member" in payload else payload["user"]
            payload = {**payload, "locale": self.locales.get(int(user["id"]), self.locale)}
            if "guild_locale" in payload:
                payload["guild_locale"] = self.locale
        self._emit(event, payload)

    async def _settle_internal(self, **options: Any) -> None:
        if not self._operating_on_a_ready_bot():
            # While starting: the bot's long-lived tasks never finish, so wait for READY instead.
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
        """Return the work an action waits for, without tasks that ran before it began."""
        tasks = {task: record for task, record in self._work.tasks.items() if task not in self._before}
        share: Any = _Share(self._work, tasks)
        return replace(super()._settlement_state(), work=share)

    def _schedule_timer(
        self, record: Any, callback: Any, args: tuple[Any, ...], schedule_context: contextvars.Context | None
    ) -> None:
        """Fire a timer when it is due.

        `record.real_handle` stays None, so that simcord treats it as a timer that only a test can advance, and no
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
                return  # a waiting action has run it already
            if record.when > self._virtual_time:
                arm()
                return
            record.handle._run()

        arm()


class _Share:
    """A view of simcord's work records with only some of the tasks."""

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
