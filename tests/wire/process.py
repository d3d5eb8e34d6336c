"""`python -m bot`, as it is, pointed at a local Discord: `python -m tests.wire.process run --config config.toml`.

There is no setting for where Discord is, and none is wanted, so the client's two addresses are replaced before the
program starts. `LOCAL_DISCORD` holds the server's address; `EXTRA_EXTENSIONS` names cogs to load beside the bot's own.
"""

from __future__ import annotations

import os
import runpy

if __name__ == "__main__":
    import yarl
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    import cogs

    url = os.environ["LOCAL_DISCORD"]
    Route.BASE = f"{url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url.replace("http", "ws", 1) + "/gateway")
    cogs.EXTENSIONS += tuple(os.environ.get("EXTRA_EXTENSIONS", "").split())
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
