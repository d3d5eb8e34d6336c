"""`python -m bot`, as it is, pointed at a local Discord: `python -m tests.wire.process run --config config.toml`.

There is no setting for where Discord is, and none is wanted, so the client's two addresses are replaced before the
program starts. `LOCAL_DISCORD` holds the server's address; `EXTRA_EXTENSIONS` names cogs to load beside the bot's own;
`CLOCK_AHEAD_S` is by how many seconds the bot's clock and its alarm clock are ahead of the machine's.
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
            """A `datetime` whose present is ahead of the machine's."""

            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:
                return datetime.now(tz) + ahead

        bot.clock.system_clock = lambda: Ahead.now(UTC)
        apscheduler.schedulers.base.datetime = Ahead
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
