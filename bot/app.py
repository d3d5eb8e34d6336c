"""The parts of a running bot: built once in `bot.__main__`, passed to every cog."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bot.clock import Clock
from bot.operator_alerts import OperatorAlerts
from bot.services.safety.emergency_roster import Lifelines
from bot.zone_data import ZoneData, newest

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.worker.worker import Worker
    from db.engine import Database


class Outbox(Protocol):
    """The delivery pump as cogs see it: sends the messages that services have stored."""

    def wake(self) -> None:
        """Look now for due jobs and unsent messages; call it after a transaction that stored some. Never blocks."""

    def slot(self, priority: int) -> AbstractAsyncContextManager[None]:
        """Hold a rate-limit slot for a request that answers no interaction, such as a look-up for a message."""


@dataclass(frozen=True, slots=True)
class App:
    """The parts every cog may use.

    Attributes:
        settings: the operator's configuration.
        database: `database.write()` and `database.read()` open sessions.
        worker: the processes for files, charts and matching.
        clock: returns the current instant.
        outbox: sends the messages the bot starts itself.
        lifelines: whom to alarm when the database fails.
        operator: reports errors to the operator on Discord.
        zone_data: the time zone data in use.
    """

    settings: Settings
    database: Database
    worker: Worker
    clock: Clock
    outbox: Outbox
    lifelines: Lifelines = field(default_factory=Lifelines)
    operator: OperatorAlerts = field(default_factory=OperatorAlerts)
    zone_data: ZoneData = field(default_factory=newest)
