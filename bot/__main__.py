"""Command line and composition root: the only module that builds the parts of a running bot.

Heavy imports stay inside functions, so that `--help` is instant.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from bot import config, logs
from bot.clock import system_clock
from bot.errors import StartupError, Unavailable
from bot.operator_alerts import OperatorAlerts
from bot.zone_data import newest

if TYPE_CHECKING:
    from bot.client import Backpedal

log = logging.getLogger(__name__)

DEFAULT_CONFIG = Path("config.toml")
DISCORD_WAIT_S = 5.0
"""Seconds that `check` waits for Discord."""
PROGRESS_S = 2.0
"""Seconds between two lines of `rebuild` about its progress."""
REFUSED = (
    "Discord refused the token. Copy it anew from the developer portal (Bot, Reset Token) into [discord] token or"
    " DISCORD_TOKEN."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Return the exit code: 0 success, 1 failure (explained on standard error), 2 usage error."""
    options = parser().parse_args(arguments)
    newest()  # before any zone is looked up
    os.umask(0o077)  # files about members are readable by the bot's own user only
    work: Callable[[argparse.Namespace], Awaitable[None]] = options.work
    try:
        asyncio.run(_awaited(work(options)))
    except StartupError as error:
        for fault in error.faults:
            print(f"backpedal: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the commands and their options."""
    whole = argparse.ArgumentParser(prog="python -m bot", description="Backpedal, the running-club coach for Discord.")
    commands = whole.add_subparsers(title="commands", required=True, metavar="command")

    def command(name: str, work: Callable[..., Awaitable[None]], what: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
        made.add_argument(
            "--config", type=Path, metavar="FILE",
            help="settings (default: config.toml when it is there); config.example.toml explains them",
        )  # fmt: skip
        made.set_defaults(work=work)
        return made

    command("run", _run, "bring the database up to date and run the bot on Discord until SIGTERM or SIGINT")
    preview = command("try", _try, "run the bot in a simulated Discord in the browser, with a demo club; no token")
    preview.add_argument("--data", type=Path, metavar="DIR", help="keep the club's database there (default: forget it)")
    preview.add_argument("--port", type=int, metavar="N", help="the page's port; its rooms are on those that follow")
    command("check", _check, "look at the settings, the database, the cogs and the token without starting")
    command("migrate", _migrate, "bring the database up to date, after a copy when it is an SQLite file")
    command("sync", _sync, "send Discord the commands, changed or not")
    backup = command("backup", _backup, "copy the SQLite database, while the bot may be running")
    backup.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="where to (default: below the data directory)"
    )
    rebuild = command("rebuild", _rebuild, "compute boards, bests and the like again from the runs, while the bot runs")
    rebuild.add_argument("--guild", type=int, metavar="ID", help="only what concerns this server")
    rebuild.add_argument("--member", type=int, metavar="ID", help="only this person")
    rebuild.add_argument("--after", type=int, metavar="ID", default=0, help="continue after this person")
    rebuild.add_argument("--check", action="store_true", help="only compare; exit code 1 if anything differs")
    return whole


async def _awaited(work: Awaitable[None]) -> None:
    await work


def _settings(
    options: argparse.Namespace, *, needs_token: bool = False, alerts: logging.Handler | None = None
) -> config.Settings:
    path: Path | None = options.config
    if path is None and DEFAULT_CONFIG.exists():
        path = DEFAULT_CONFIG
    settings = config.load(path, os.environ, needs_token=needs_token)
    logs.configure(settings.logging, settings.secrets, alerts)
    if warning := config.exposed(path):
        log.warning("%s", warning)
    return settings


@contextlib.asynccontextmanager
async def _bot(settings: config.Settings, operator: OperatorAlerts | None = None) -> AsyncIterator[Backpedal]:
    """Build the client and the parts below it; close the parts in reverse order."""
    from bot.app import App
    from bot.client import Backpedal
    from bot.delivery.pump import Pump
    from bot.worker.worker import Worker
    from cogs import EXTENSIONS
    from db.engine import Database

    database, worker, pump = Database.open(settings.database.url), Worker(), Pump()
    try:
        app = App(settings, database, worker, system_clock, pump, operator=operator or OperatorAlerts())
        yield Backpedal(app, pump, EXTENSIONS)
    finally:
        await worker.close()
        await database.close()


@contextlib.contextmanager
def _discord_in_words() -> Iterator[None]:
    """Turn discord.py's startup failures into a `StartupError` with one sentence for the operator."""
    import aiohttp
    import discord

    try:
        yield
    except discord.LoginFailure as error:
        raise StartupError(REFUSED) from error
    except (aiohttp.ClientError, OSError, discord.DiscordServerError, discord.GatewayNotFound) as error:
        raise StartupError(f"Discord cannot be reached: {str(error) or type(error).__name__}.") from error


async def _run(options: argparse.Namespace) -> None:
    operator = OperatorAlerts()
    settings = _settings(options, needs_token=True, alerts=operator)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await _up_to_date(settings)
    log.info("time zones: %s", newest())

    async with _bot(settings, operator) as bot:
        saying = asyncio.create_task(bot.app.worker.say_wall())
        with _discord_in_words():
            await _until(stop, bot, settings.discord.token.reveal())
        saying.cancel()
    log.info("stopped")


async def _until(stop: asyncio.Event, bot: Backpedal, token: str) -> None:
    """Run the bot until `stop` is set or it ends by itself; answer pending interactions before closing."""
    running = asyncio.create_task(bot.start(token))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    ended_by_itself = running.done()
    stopping.cancel()
    await bot.close()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    if ended_by_itself:
        running.result()


async def _try(options: argparse.Namespace) -> None:
    settings = config.load(options.config, {})
    logs.configure(replace(settings.logging, level="warning"))
    try:
        from bot.preview.serve import serve
        from cogs import EXTENSIONS
    except ModuleNotFoundError as error:
        raise StartupError(f"The try mode needs the package {error.name}: start it with `make try`.") from error
    await serve(settings, EXTENSIONS, options.data, options.port, sys.stdout)


async def _check(options: argparse.Namespace) -> None:
    from bot.database_url import shown
    from bot.worker.worker import described
    from cogs import EXTENSIONS
    from db import upkeep

    settings = _settings(options, needs_token=True)
    print(f"settings  read; token set; database {shown(settings.database.url)}")
    faults: list[str] = []
    if wrong := config.token_fault(settings.discord.token):
        faults.append(wrong)
    told = [f"{name} {number}" for name, number in vars(settings.alerts).items() if number]
    print(f"alerts    errors are told to {' and '.join(told) or 'nobody: name a channel or user under [alerts]'}")
    print(f"zones     {newest()}")
    try:
        found = await upkeep.condition(settings.database.url)
        await upkeep.check_whole(settings.database.url)
        upkeep.check_writable(settings.database.url)
        if found.state is upkeep.DatabaseState.NEWER:
            raise StartupError(upkeep.newer(found))
        does = {"current": "up to date", "empty": "empty; made at the next run", "behind": "updated at the next run"}
        print(f"database  revision {found.found or 'none'} of {found.wanted}: {does[found.state]}")
    except StartupError as error:
        faults += error.faults
    try:
        async with _bot(settings) as bot, bot:
            await bot.load_everything()
            print(f"cogs      {len(EXTENSIONS)} loaded, {len(bot.tree.get_commands())} commands")
            print(f"worker    {described(await bot.app.worker.wall())}")
            if not wrong:
                print(f"discord   {await _taken_by_discord(bot, settings.discord.token)}")
    except StartupError as error:
        faults += error.faults
    except Unavailable:
        faults.append("the worker does not start: files could not be read, and charts not be drawn; the log says why")
    if faults:
        raise StartupError(faults)


async def _taken_by_discord(bot: Backpedal, token: config.Secret) -> str:
    """Return whose token it is, or that Discord cannot be reached.

    Raises:
        StartupError: Discord refuses the token.
    """
    import aiohttp
    import discord

    try:
        async with asyncio.timeout(DISCORD_WAIT_S):
            user = await bot.http.static_login(token.reveal())
    except discord.LoginFailure as error:
        raise StartupError(REFUSED) from error
    except (aiohttp.ClientError, OSError, discord.HTTPException) as error:
        return f"cannot be reached, so the token was not tried: {str(error) or type(error).__name__}"
    return f"takes the token, of the bot {user['username']}"


async def _migrate(options: argparse.Namespace) -> None:
    await _up_to_date(_settings(options))


async def _up_to_date(settings: config.Settings) -> None:
    from db import upkeep

    upkeep.keep_private(settings.database.url)
    update = await upkeep.bring_up_to_date(settings.database.url, copies=settings.data.copies, now=system_clock())
    if update.copy:
        log.info("copy of the database before the update: %s", update.copy)


async def _sync(options: argparse.Namespace) -> None:
    settings = _settings(options, needs_token=True)
    await _up_to_date(settings)

    async with _bot(settings) as bot, bot:
        with _discord_in_words():
            await bot.login(settings.discord.token.reveal())
            await bot.sync_if_changed(force=True)
        print(f"{len(bot.tree.get_commands())} commands sent to Discord")


async def _backup(options: argparse.Namespace) -> None:
    from db import upkeep

    settings = _settings(options)
    made = await upkeep.backup(settings.database.url, options.file, now=system_clock(), copies=settings.data.copies)
    print(made)


async def _rebuild(options: argparse.Namespace) -> None:
    from bot.services.projections.rebuilding import rebuild_people
    from db import upkeep
    from db.engine import Database

    settings = _settings(options)
    found = await upkeep.condition(settings.database.url)
    if found.state is not upkeep.DatabaseState.CURRENT:
        raise StartupError(
            f"The database is at revision {found.found or 'none'}, not {found.wanted}: migrate it first."
        )
    database = Database.open(settings.database.url)
    number, differing, last, told_at = 0, 0, options.after, float("-inf")
    try:
        async for person in rebuild_people(
            database, guild_id=options.guild, user_id=options.member, after=options.after, keep=not options.check
        ):
            number, last = number + 1, person.user_id
            differing += bool(person.differences)
            for one in person.differences:
                print(f"{last}  {one.table}: {one.missing} rows missing, {one.surplus} rows too many")
            if monotonic() - told_at >= PROGRESS_S:
                print(f"{number} done, the last one is {last}", flush=True)
                told_at = monotonic()
    except Unavailable as error:
        raise StartupError(f"Stopped ({error.key}). Continue with --after {last}.") from error
    except asyncio.CancelledError:
        print(f"stopped; continue with --after {last}")
        raise
    finally:
        await database.close()
    if not number:
        raise StartupError("There is nobody with this id in the database.")
    print(f"{number} people {'compared' if options.check else 'rebuilt'}; the rows of {differing} differed")
    if options.check and differing:
        raise StartupError("Some rows are not what the runs give: `python -m bot rebuild` corrects them.")


if __name__ == "__main__":
    sys.exit(main())
