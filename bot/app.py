"""What a running bot is made of: built once in `bot.__main__`, handed to every cog."""

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
    """Sends what services have written to be sent: `bot.delivery`'s pump, as cogs know it."""

    def wake(self) -> None:
        """Look now for what is due or to be sent; called after a transaction that wrote some. Never blocks."""

    def slot(self, priority: int) -> AbstractAsyncContextManager[None]:
        """Wait until a request may be made for which no command waits, such as one asked while a message is drawn."""


@dataclass(frozen=True, slots=True)
class App:
    """The parts every cog may use.

    Attributes:
        settings: what the operator configured.
        database: `database.write()` and `database.read()` open sessions.
        worker: the processes for files, charts and matching.
        clock: the present instant.
        outbox: sends what the bot says by itself.
        lifelines: whom to alarm when the database fails.
        operator: is told of errors on Discord.
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
