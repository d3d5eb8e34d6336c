"""The pump: does what is due, and sends what is written, until nothing is left; then sleeps until the next moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.client import Backpedal


class Pump:
    """Claims, sends and records. Built before the client, which attaches itself when it is ready."""

    def __init__(self) -> None:
        self._client: Backpedal | None = None

    def attach(self, client: Backpedal) -> None:
        """Send through this client, and by the kinds its cogs declare; what was missed is done first."""
        self._client = client

    def poke(self) -> None:
        """Look now for what is due or to be sent. Never blocks."""
