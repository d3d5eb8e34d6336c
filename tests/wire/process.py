"""`python -m bot` connected to a local Discord: `python -m tests.wire.process run --config config.toml`.

The bot has no setting for Discord's address, so the client's two URLs are replaced before the program starts.
`LOCAL_DISCORD` is the server's address; `EXTRA_EXTENSIONS` names cogs to load beside the bot's own; `CLOCK_AHEAD_S` is
the number of seconds by which the bot's clock and timer are ahead of the machine's.
"""

from __future__ import annotations

import os
import runpy
from datetime import UTC, datetime, timedelta, tzinfo

if __name__ == "__main__":
    import apscheduler.schedulers.base
    import yarl
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    import bot.clock
    import cogs

    url = os.environ["LOCAL_DISCORD"]
    Route.BASE = f"{url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url.replace("http", "ws", 1) + "/gateway")
    cogs.EXTENSIONS += tuple(os.environ.get("EXTRA_EXTENSIONS", "").split())
    if ahead := timedelta(seconds=float(os.environ.get("CLOCK_AHEAD_S", 0))):

        class Ahead(datetime):
            """A `datetime` whose current time is ahead of the machine's."""

            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:
                return datetime.now(tz) + ahead

        bot.clock.system_clock = lambda: Ahead.now(UTC)
        apscheduler.schedulers.base.datetime = Ahead
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
