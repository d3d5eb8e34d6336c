"""`python -m bot try`: the bot in a simulated Discord in the browser, with a demo club."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from bot.app import App
from bot.client import Backpedal
from bot.clock import system_clock
from bot.config import DatabaseSettings, DataSettings, Settings
from bot.preview.live import LiveEnv
from bot.preview.seed import seed, week
from bot.preview.stage import DEFAULT_PORT, check_ports, running
from bot.preview.time_travel import FollowingPump, MovableClock
from bot.preview.week import post_week
from bot.worker.worker import Worker
from db.engine import Database
from db.upkeep import bring_up_to_date


async def serve(
    settings: Settings,
    extensions: Sequence[str],
    data: Path | None,
    port: int | None,
    out: TextIO,
    language: str | None = None,
) -> None:
    """Run the try mode until SIGINT or SIGTERM.

    Args:
        settings: the operator's settings; the database and its folder are replaced.
        extensions: module names of the cogs to load.
        data: folder in which the club's database is kept; None for a temporary one.
        port: port of the page; rooms use the following ones. 0 for any free ports, None for the default.
        out: stream for the address.
        language: language of the club and of everybody in it; None for English, and for each member their own.

    Raises:
        StartupError: a port is taken, the folder cannot be written, a cog cannot be loaded.
    """
    port = DEFAULT_PORT if port is None else port
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows loops take no handlers: there Ctrl+C cancels the task
            loop.add_signal_handler(number, stop.set)
    check_ports(port)
    with _folder(data) as folder:
        url = f"sqlite+aiosqlite:///{folder / 'backpedal.db'}"
        settings = replace(settings, data=replace(settings.data, directory=folder), database=DatabaseSettings(url))
        await bring_up_to_date(url, copies=DataSettings.copies, now=system_clock())
        clock = MovableClock()
        database, worker, pump = Database.open(url), Worker(), FollowingPump(clock)
        try:
            app = App(settings, database, worker, clock, pump)
            fresh = await seed(database, clock(), language)
            bot = Backpedal(app, pump, extensions)

            async def opening(env: LiveEnv) -> None:
                await post_week(app, bot, env, await week(database, clock()))

            async with running(
                bot, port, clock=clock, skip=pump.advance, opening=opening, language=language
            ) as address:
                out.write(f"Backpedal is running. Open {address}\n")
                if data is not None:
                    out.write(f"The club is {'new' if fresh else 'as it was'}, and kept in {folder}.\n")
                out.write("Ctrl+C stops it.\n")
                out.flush()
                await stop.wait()
            out.write(f"\nStopped. {_kept(data)}\n")
        finally:
            await worker.close()
            await database.close()


def _kept(data: Path | None) -> str:
    """Return the sentence about what is left of the club."""
    if data is not None:
        return f"The club is kept in {data.resolve()}."
    return 'The club and all you did in it are deleted. To keep them next time: make try ARGS="--data my-club"'


@contextlib.contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="backpedal-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
