"""What a running bot is made of: built once in `bot.__main__`, handed to every cog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import Clock

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.worker import Worker
    from db.engine import Database


@dataclass(frozen=True, slots=True)
class App:
    """The parts every cog may use.

    Attributes:
        settings: what the operator configured.
        database: `database.write()` and `database.read()` open sessions.
        worker: the one process for files, charts and matching.
        clock: the present instant.
    """

    settings: Settings
    database: Database
    worker: Worker
    clock: Clock
