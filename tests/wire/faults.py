"""Injected faults: failures of the next requests on a route, and Discord's rate limits."""

from __future__ import annotations

import asyncio
import math
import re
import socket
import struct
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import orjson
from aiohttp import web


class Trouble(StrEnum):
    """Faults of the connection."""

    RESET = "reset"
    """The connection is reset before the request is read: nothing is accepted."""
    LOST = "lost"
    """The request is accepted, then the connection is reset: the client gets no answer."""
    CUT = "cut"
    """The request is accepted, then the connection is closed without an answer."""
    DENIED = "denied"
    """The request is accepted, and answered with a 500: the client retries it."""
    HOLD = "hold"
    """The request waits until `release` is set, and is accepted only then."""
    MUTE = "mute"
    """The request is accepted; its answer waits until `release` is set."""


@dataclass
class Fault:
    """The fault of the next `times` requests whose path matches; a number is an HTTP status to refuse them with.

    `code` is Discord's error code for such a status. `hit` is set when a request arrives, for MUTE when it is accepted.
    """

    method: str
    path: re.Pattern[str]
    what: Trouble | int
    times: int = 1
    code: int = 0
    retry_after_s: float = 0.02
    hit: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return JSON with exactly the content type that the client expects."""
    return web.Response(
        body=orjson.dumps(body), status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )


def refusal(status: int, code: int = 0, words: str = "refused on purpose") -> web.Response:
    """Return an error in Discord's format."""
    return answer({"message": words, "code": code}, status)


def too_many(retry_after_s: float, *, everywhere: bool, headers: dict[str, str] | None = None) -> web.Response:
    """Return a 429. Without the header `Via`, the client treats it as a ban by Cloudflare."""
    body = {"message": "You are being rate limited.", "retry_after": retry_after_s, "global": everywhere}
    said = {"Via": "1.1 local", "Retry-After": str(math.ceil(retry_after_s))}
    if everywhere:
        said["X-RateLimit-Global"] = "true"
    return answer(body, 429, said | (headers or {}))


def cut(request: web.BaseRequest) -> None:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.close()


def reset(request: web.BaseRequest) -> None:
    """Reset the connection with RST, as a router that lost its state does."""
    transport = request.transport
    if transport is not None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


class Limits:
    """Rate limits: 50 requests a second for everything but interactions, and 5 messages in 5 s per channel."""

    EXEMPT = re.compile(r"/(interactions|webhooks)/")
    SENDS = re.compile(r"/channels/(\d+)/messages")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._everywhere: deque[float] = deque()
        self._channels: defaultdict[str, deque[float]] = defaultdict(deque)

    def check(self, method: str, path: str) -> tuple[web.Response | None, dict[str, str]]:
        """Return the refusal, if any, and the headers with the remaining requests of the channel's bucket."""
        if self.EXEMPT.match(path):
            return None, {}
        now = self.clock()
        wait_s = _full(self._everywhere, now, 50, 1.0)
        if wait_s:
            return too_many(wait_s, everywhere=True), {}
        sends = self.SENDS.fullmatch(path) if method == "POST" else None
        if sends is None:
            self._everywhere.append(now)
            return None, {}
        channel = self._channels[sends[1]]
        wait_s = _full(channel, now, 5, 5.0)
        if not wait_s:
            self._everywhere.append(now)
            channel.append(now)
        left_s = channel[0] + 5.0 - now
        headers = {
            "X-RateLimit-Bucket": "messages", "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": str(5 - len(channel)), "X-RateLimit-Reset-After": f"{left_s:.3f}",
            "X-RateLimit-Reset": f"{time.time() + left_s:.3f}",
        }  # fmt: skip
        return (too_many(wait_s, everywhere=False, headers=headers) if wait_s else None), headers


def _full(window: deque[float], now: float, most: int, span_s: float) -> float:
    """Return the seconds until the window has room, 0 if it has."""
    while window and window[0] <= now - span_s:
        window.popleft()
    return window[0] + span_s - now if len(window) >= most else 0.0
