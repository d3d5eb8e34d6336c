"""An extension that takes the pace off the pump, to see what Discord's limits do to a bot without one."""

from __future__ import annotations

from typing import Any

from bot.delivery.rate_limiter import RateLimiter


async def setup(bot: Any) -> None:
    bot.app.outbox._pace = RateLimiter(per_second=1e9, burst=1_000_000, window=1_000_000)
