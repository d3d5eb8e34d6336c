"""The channels a visitor can open: one simcord preview each, over one simulated Discord.

simcord shows one channel and updates it only on request. Here every channel has its own page on its own port, all pages
are rendered again after every event, and actions from all of them take turns.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import simcord
from aiohttp import web
from simcord.backend.errors import SetupError
from simcord.builders import ChannelHandle
from simcord.preview import Preview, _require_preview_runtime
from simcord.preview._server import PreviewServer

from bot.errors import StartupError
from bot.preview.live import LiveEnv

SKIPPED = timedelta(minutes=30)
"""How far one press moves the clock of the try mode."""
LOOK_EVERY_S = 0.2
"""Interval in seconds of checks for new events; the pages poll every 0.5 s."""
WATCHED_S = 5.0
"""Seconds without a poll after which a page is not rendered again until it polls."""

STATIC = Path(__file__).with_name("static")

Viewer = simcord.MemberActor | simcord.UserHandle


@dataclass(frozen=True, slots=True)
class Room:
    """A channel as shown on the index page and in the list of channels.

    Attributes:
        name: `#runs`, or the name of the person for direct messages.
        port: port of its page on this machine.
        viewers: ids of the members who may view it; the first is the default.
        direct: whether it is a direct channel with the bot.
    """

    name: str
    port: int
    viewers: tuple[int, ...]
    direct: bool


class RoomPreview(Preview):
    """One channel's page."""

    def __init__(self, house: House, channel: ChannelHandle, viewers: Sequence[Viewer], port: int) -> None:
        super().__init__(
            house.env, channel, tuple(viewers), layout="channel", display="responsive", width=960, height=720,
            locale=house.env.locale, timezone="UTC", presentation_time=None, assets=None, port=port,
        )  # fmt: skip
        self.house = house
        self.capability = house.token
        self._server = RoomServer(self, port)
        self._drawn: dict[str, int] = {}

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with self.house.turn:
            page = self._pages.get(context_id or "")
            if page is not None and "published_revision" in body:
                # The page may have been rendered again since; the pressed component is found by its id anyway.
                body = {**body, "published_revision": page.revision}
            return await super()._action(context_id, body)

    def draw(self) -> None:
        """Render again the pages being viewed, if there were events since they were last rendered."""
        count = self.house.env.journal.ever
        self._drawn = {page_id: drawn for page_id, drawn in self._drawn.items() if page_id in self._pages}
        for page in tuple(self._pages.values()):
            if page is self._python or page is self._action_page or self._drawn.get(page.id) == count:
                continue
            if time.monotonic() - page.last_activity > WATCHED_S:
                continue
            self._advance_presentation_time()
            self._publish(page, reason="refresh")
            self._drawn[page.id] = count


class RoomServer(PreviewServer):
    """simcord's page with a list of channels beside it, opened as the viewer in its address.

    The address ends in `#<token>.<viewer id>`; the browser does not send the part after the #.
    """

    _STATIC_FILES: ClassVar[dict[str, str]] = {
        **PreviewServer._STATIC_FILES,
        "/room.js": str(STATIC / "room.js"),
        "/room.css": str(STATIC / "room.css"),
        "/icon.svg": str(STATIC / "icon.svg"),
    }
    _STATIC_CONTENT_TYPES: ClassVar[dict[str, str]] = {
        **PreviewServer._STATIC_CONTENT_TYPES,
        str(STATIC / "room.css"): "text/css",
        str(STATIC / "icon.svg"): "image/svg+xml",
    }

    preview: RoomPreview

    async def _index(self, request: web.Request) -> web.Response:
        page: web.Response = await super()._index(request)
        house = json.dumps(self.preview.house.shown(self.port or 0)).replace("<", "\\u003c")
        added = (
            f'<script type="application/json" id="house">{house}</script>'
            '<link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/room.css">'
            '<script src="/room.js"></script></head>'
        )
        page.text = (page.text or "").replace("</head>", added, 1)
        return page

    def _authorized(self, request: web.Request, *, context: str | None = None) -> bool:
        token, _, viewer = request.headers.get("X-Simcord-Capability", "").partition(".")
        if not hmac.compare_digest(token.encode(), self.preview.house.token.encode()):
            return False
        if viewer and not any(str(one.id) == viewer for one in self.preview.viewers):
            return False
        headers = request.headers.copy()
        headers["X-Simcord-Capability"] = token
        return super()._authorized(request.clone(headers=headers), context=context)

    async def _action(self, request: web.Request) -> web.StreamResponse:
        if "X-Skip" not in request.headers:
            answer: web.StreamResponse = await super()._action(request)
            return answer
        if not self._authorized(request):
            raise web.HTTPUnauthorized
        if not await self.preview.house.advance():
            raise web.HTTPNotFound
        return web.json_response({}, headers=self._SECURITY_HEADERS)

    async def _pages(self, request: web.Request) -> web.Response:
        if not self._authorized(request):
            raise web.HTTPUnauthorized
        # Without a valid zone from the browser, the last one, or UTC, stays in use.
        with contextlib.suppress(ZoneInfoNotFoundError, ValueError, OSError):
            self.preview.timezone = ZoneInfo(request.headers.get("X-Zone", "")).key
        viewer = request.headers["X-Simcord-Capability"].partition(".")[2]
        env, shown_to = self.preview.house.env, int(viewer or self.preview.viewers[0].id)
        self.preview.locale = env.locales.get(shown_to, env.locale)
        # Otherwise relative times such as "in 2 hours" count from when this room was last rendered.
        self.preview._advance_presentation_time()
        try:
            page = self.preview._open_page(viewer or None, None)
        except (SetupError, simcord.BackendError):
            raise web.HTTPBadRequest from None
        return web.json_response(self.preview._page_payload(page), headers=self._SECURITY_HEADERS)


class House:
    """All rooms over one `LiveEnv`.

    Attributes:
        title: title of the pages.
        token: secret in the addresses of the rooms; new for every start.
        turn: lock held by the running action, because simcord refuses two at once.
        rooms: in the order of opening.
    """

    def __init__(
        self, env: LiveEnv, title: str, token: str, skip: Callable[[timedelta], Awaitable[None]] | None = None
    ) -> None:
        self.env = env
        self.title = title
        self.token = token
        self.index_port = 0
        self.turn = asyncio.Lock()
        self.rooms: list[Room] = []
        self.names: dict[int, str] = {}
        self.words: dict[int, dict[str, str]] = {}
        self._skip = skip
        self._previews: list[RoomPreview] = []
        self._watch: asyncio.Task[None] | None = None

    async def open(self, channel: ChannelHandle, viewers: Sequence[Viewer], name: str, port: int) -> Room:
        """Open a channel to its viewers on a port of this machine (0: any that is free).

        Raises:
            StartupError: the port is taken.
        """
        _require_preview_runtime()
        preview = RoomPreview(self, channel, viewers, port)
        # simcord allows one preview; clearing the attribute lets another be entered.
        self.env._preview = None
        try:
            await preview.__aenter__()
        except SetupError as error:
            raise StartupError(f"port {port} is taken: {error}") from error
        assert preview._python is not None
        preview._python.target_id = preview._python.window_end_id = None  # new pages start at the newest message
        self._previews.append(preview)
        self.env._preview = self  # type: ignore[assignment]
        bound = preview._server.port or port
        room = Room(name, bound, tuple(one.id for one in viewers), direct=channel.guild is None)
        self.rooms.append(room)
        if self._watch is None:
            self._watch = asyncio.create_task(self._keep_drawn())
        return room

    async def close(self) -> None:
        """Close every room."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        for preview in self._previews:
            await preview.close()
        self.env._preview = None

    def shown(self, port: int) -> dict[str, Any]:
        """Return the data for the list of channels beside a page; it has no secrets, which are in the address."""
        rooms = [
            {"name": r.name, "port": r.port, "direct": r.direct, "viewers": [str(v) for v in r.viewers]}
            for r in self.rooms
        ]
        names = {str(viewer): name for viewer, name in self.names.items()}
        words = {str(viewer): texts for viewer, texts in self.words.items()}
        return {
            "title": self.title, "index": self.index_port, "here": port, "rooms": rooms, "names": names,
            "words": words, "skips": self._skip is not None,
        }  # fmt: skip

    async def advance(self) -> bool:
        """Move the clock of the try mode forward by `SKIPPED`. Return whether it can be moved."""
        if self._skip is None:
            return False
        async with self.turn:
            with self.env._bot_scope():
                await self._skip(SKIPPED)
        self.env.journal.ever += 1  # pages show the new time
        return True

    # Attributes that simcord expects of its preview.
    _closed = True

    def _mark_action_dispatched(self) -> None:
        for preview in self._previews:
            preview._mark_action_dispatched()

    async def _keep_drawn(self) -> None:
        seen = -1
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            count = self.env.journal.ever
            if count != seen and not self.turn.locked():
                self.env.prune()
                seen = count
            for preview in self._previews:
                preview.draw()
