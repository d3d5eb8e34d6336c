"""Tasks that start at READY, retried until they succeed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.context import BotClient
from bot.errors import Unavailable

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0


async def begin(client: BotClient, what: str, work: Callable[[], Awaitable[object]]) -> None:
    """Run `work` until it succeeds or the bot closes.

    discord.py does not call a listener again: a lock held for 5 s at the first start left the nudges, the digest and
    the daily retention job unscheduled until a restart.

    Args:
        client: the bot.
        what: names the work in the log.
        work: idempotent.
    """
    pause_s = FIRST_PAUSE_S
    while not client.is_closed():
        try:
            await work()
        except Unavailable as error:
            log.warning("%s failed; retrying in %.0f s: %s", what, pause_s, error.key)
        except Exception:  # any failure: what protects people must start
            log.exception("%s failed; retrying", what)
        else:
            return
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
