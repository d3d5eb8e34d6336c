"""The gateway: HELLO, IDENTIFY, RESUME, heartbeats, and disconnects on demand."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from tests.wire.payloads import APPLICATION, BOT, Club, Json, snowflake

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11


@dataclass
class Session:
    """The frames sent to a bot since it identified, kept to be replayed after RESUME."""

    id: str = field(default_factory=snowflake)
    frames: list[bytes] = field(default_factory=list)


class Gateway:
    """The gateway of one bot. Only the newest session gets events, as with one bot process at a time.

    Attributes:
        seen: the op codes received, in order, including heartbeats.
        heartbeat_ms: the interval sent in HELLO.
    """

    def __init__(self, url: Callable[[], str], clubs: list[Club]) -> None:
        self._url = url
        self._clubs = clubs
        self.heartbeat_ms = 41_250
        self.seen: list[int] = []
        self._session: Session | None = None
        self._send: Callable[[bytes], Any] | None = None
        self._socket: web.WebSocketResponse | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._joined = asyncio.Event()
        self._forgetful = False

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until either side closes it."""
        await self._open.wait()
        socket = web.WebSocketResponse(compress=False, max_msg_size=0)
        await socket.prepare(request)
        if request.query.get("compress") == "zlib-stream":
            stream = zlib.compressobj()

            async def send(frame: bytes) -> None:
                await socket.send_bytes(stream.compress(frame) + stream.flush(zlib.Z_SYNC_FLUSH))
        else:

            async def send(frame: bytes) -> None:
                await socket.send_str(frame.decode())

        with contextlib.suppress(ConnectionError):
            await send(_frame(HELLO, {"heartbeat_interval": self.heartbeat_ms}))
            async for received in socket:
                if received.type is aiohttp.WSMsgType.TEXT:
                    await self._receive(socket, send, orjson.loads(received.data))
        if self._socket is socket:
            self._socket = self._send = None
            self._joined.clear()
        return socket

    async def _receive(self, socket: web.WebSocketResponse, send: Callable[[bytes], Any], said: Json) -> None:
        self.seen.append(said["op"])
        if said["op"] == HEARTBEAT:
            await send(_frame(ACK, None))
        elif said["op"] == IDENTIFY:
            self._session, self._socket, self._send = Session(), socket, send
            await self.dispatch("READY", self._ready())
            for club in self._clubs:
                await self.dispatch("GUILD_CREATE", club.payload())
            self._joined.set()
        elif said["op"] == RESUME:
            session = self._session
            if self._forgetful or session is None or said["d"]["session_id"] != session.id:
                self._forgetful = False
                await send(_frame(INVALID_SESSION, False))
                return
            seen = said["d"]["seq"]
            while seen < len(session.frames):  # more may be added while these are sent
                await send(session.frames[seen])
                seen += 1
            self._socket, self._send = socket, send
            await self.dispatch("RESUMED", {})
            self._joined.set()

    def _ready(self) -> Json:
        assert self._session is not None
        return {
            "v": 10, "user": BOT, "session_id": self._session.id, "resume_gateway_url": self._url(),
            "guilds": [{"id": club.id, "unavailable": True} for club in self._clubs],
            "application": {"id": APPLICATION, "flags": 0},
        }  # fmt: skip

    async def dispatch(self, event: str, data: object) -> None:
        """Send an event; during an outage it is kept and sent after RESUME."""
        assert self._session is not None, "no bot has identified"
        frame = _frame(DISPATCH, data, event, len(self._session.frames) + 1)
        self._session.frames.append(frame)
        if self._send is not None:
            with contextlib.suppress(ConnectionError):
                await self._send(frame)

    async def joined(self, timeout_s: float = 10) -> None:
        """Wait until a bot is connected and has received its clubs, or has resumed."""
        async with asyncio.timeout(timeout_s):
            await self._joined.wait()

    async def drop(self, code: int = 4000) -> None:
        """Close the connection; the bot may reconnect at once."""
        socket, self._socket, self._send = self._socket, None, None
        self._joined.clear()
        if socket is not None:
            await socket.close(code=code)

    @contextlib.asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """Allow no connection inside the block; afterwards, wait until the bot is back."""
        self._open.clear()
        await self.drop()
        yield
        self._open.set()
        await self.joined()

    def forget(self) -> None:
        """Answer the next RESUME with an invalid session."""
        self._forgetful = True


def _frame(op: int, data: object, event: str | None = None, sequence: int | None = None) -> bytes:
    return orjson.dumps({"op": op, "d": data, "t": event, "s": sequence})
