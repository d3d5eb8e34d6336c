"""Run a bot in the demo club's server, open in the browser."""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import discord

from bot.clock import Clock, system_clock
from bot.errors import StartupError
from bot.languages import DEFAULT
from bot.preview import world as worlds
from bot.preview.club import ACTORS
from bot.preview.live import LiveEnv
from bot.preview.page import IndexPage
from bot.preview.rooms import House

DEFAULT_PORT = 8765
ROOMS = 9
"""Number of rooms: four channels, and the direct messages of five people."""

Skip = Callable[[timedelta], Awaitable[None]]
Open = Callable[[LiveEnv], Awaitable[None]]


@contextlib.asynccontextmanager
async def running(
    bot: discord.Client,
    port: int,
    *,
    clock: Clock = system_clock,
    skip: Skip | None = None,
    opening: Open | None = None,
    language: str | None = None,
) -> AsyncIterator[str]:
    """Run a bot in the demo club, and yield the address of the index page.

    Args:
        bot: a client that is not started; closed at the end.
        port: port of the page, 0 for any free ports.
        clock: the clock that the bot uses.
        skip: moves that clock forward; without it the pages have no button for that.
        opening: called when the bot is ready and before the rooms open.
        language: of the server and of everybody's Discord; None for English, and for each person's own.
    """
    env = LiveEnv(bot, clock=clock) if language is None else LiveEnv(bot, clock=clock, locale=language)
    env.locales = {} if language else {person.user_id: person.locale for person in ACTORS}
    house = House(env, "Backpedal", secrets.token_urlsafe(24), skip)
    index = IndexPage(house, ACTORS)
    world = worlds.build(env, language or DEFAULT)
    try:
        await env.start()
        if opening is not None:
            await opening(env)
        await worlds.welcome(world, language or DEFAULT)
        address = await index.open(port)
        await worlds.open_rooms(house, world, port + 1 if port else 0, language)
        yield address
    finally:
        await index.close()
        await house.close()
        await bot.close()
        await env.shutdown()


def check_ports(port: int) -> None:
    """Check all ports before anything is created.

    Raises:
        StartupError: a port is taken or invalid.
    """
    if not port:
        return
    last = port + ROOMS
    if not 0 < port <= last <= 65535:
        raise StartupError(f"--port {port} cannot be: the try mode needs ten ports, {port} to {last}.")
    for number in range(port, last + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError as error:
                raise StartupError(
                    f"port {number} is taken ({error.strerror}); the try mode needs {port} to {last}."
                    f' Stop what uses it, or choose others: make try ARGS="--port {last + 1}"'
                ) from error
