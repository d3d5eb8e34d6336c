"""An extension that removes the pump's rate limiter, to show the effect of Discord's limits without it."""

from __future__ import annotations

from typing import Any

from bot.delivery.rate_limiter import RateLimiter


async def setup(bot: Any) -> None:
    bot.app.outbox._pace = RateLimiter(per_second=1e9, burst=1_000_000, window=1_000_000)
