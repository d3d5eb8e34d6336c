"""A local Discord: the part of its REST API and gateway that the bot uses, over real sockets.

It records what it accepted (`log`), injects faults (`fail`), and enforces Discord's rate limits if wanted (`limits`).
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from tests.wire.acting import Acting, Asked
from tests.wire.faults import Fault, Limits, Trouble, answer, cut, refusal, reset, too_many
from tests.wire.gateway import Gateway
from tests.wire.payloads import APPLICATION, BOT, EPHEMERAL, LOADING, Club, Json, Person, message, revised, snowflake

API = "/api/v10"
NONCE_LIMIT, NONCE_MEMORY_S = 25, 300.0
REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9


@dataclass
class Logged:
    """A request and its outcome."""

    method: str
    path: str
    status: int = 0
    body: Any = None
    files: dict[str, bytes] = field(default_factory=dict)
    at: float = field(default_factory=time.monotonic)


ENTRY = web.RequestKey("ENTRY", Logged)


class LocalDiscord(Acting):
    """The server. `async with LocalDiscord() as there:` starts it on a free port.

    Attributes:
        log: every request in order; those with a status below 300 were accepted.
        syncs: how often the whole set of commands was sent.
        limits: rate limits to enforce, or None.
        closed_dms: ids of users whose direct messages are closed.
        gone: ids of members who left and of deleted channels.
    """

    def __init__(self, *clubs: Club) -> None:
        self.clubs = list(clubs) or [Club()]
        self.gateway = Gateway(lambda: self.gateway_url, self.clubs)
        self.log: list[Logged] = []
        self.commands: list[Json] = []
        self.syncs = 0
        self.limits: Limits | None = None
        self.closed_dms: set[str] = set()
        self.gone: set[str] = set()
        self.persons: dict[str, Person] = {}
        self.messages: dict[str, Json] = {}
        self.asked: dict[str, Asked] = {}
        self.files: dict[str, bytes] = {}
        self.port = 0
        self._dms: dict[str, str] = {}  # channel to user
        self._dm_of: dict[str, str] = {}  # user to channel
        self._nonces: dict[tuple[str, str], tuple[float, Json]] = {}
        self._faults: list[Fault] = []
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None

    # -- start and stop --------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gateway"

    async def __aenter__(self) -> LocalDiscord:
        app = web.Application(middlewares=[self._gate], client_max_size=100 << 20)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/cdn/{name}", self._cdn)
        for method, path, handler in self._routes():
            app.router.add_route(method, API + path, handler)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        return self

    async def __aexit__(self, *_: object) -> None:
        for fault in self._faults:
            fault.release.set()
        await self.gateway.drop(1001)
        if self._runner is not None:
            await self._runner.cleanup()

    def _routes(self) -> list[tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]]:
        commands = "/applications/{app}/commands"
        original = "/webhooks/{app}/{token}/messages/{message}"
        message = "/channels/{channel}/messages/{message}"
        return [
            ("GET", "/gateway/bot", self._where), ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", commands, self._get_commands), ("PUT", commands, self._put_commands),
            ("POST", "/interactions/{interaction}/{token}/callback", self._callback),
            ("POST", "/webhooks/{app}/{token}", self._follow_up),
            ("GET", original, self._get_message), ("PATCH", original, self._edit_message),
            ("DELETE", original, self._delete_message),
            ("POST", "/channels/{channel}/messages", self._send_message),
            ("GET", message, self._get_message), ("PATCH", message, self._edit_message),
            ("DELETE", message, self._delete_message), ("GET", "/channels/{channel}", self._get_channel),
            ("POST", "/users/@me/channels", self._open_dm), ("GET", "/guilds/{guild}/members/{user}", self._member),
        ]  # fmt: skip

    # -- faults and the log ----------------------------------------------------------------------------------

    def fail(
        self, method: str, path: str, what: Trouble | int, *, times: int = 1, code: int = 0, retry_after_s: float = 0.02
    ) -> Fault:
        """Make the next requests fail whose path (below the API's base) matches fully."""
        self._faults.append(Fault(method, re.compile(path), what, times, code, retry_after_s))
        return self._faults[-1]

    def mend(self, fault: Fault) -> None:
        """Remove a fault."""
        self._faults.remove(fault)

    def direct(self, person_id: str) -> str:
        """Return somebody's direct channel; open it if necessary."""
        channel = self._dm_of.setdefault(person_id, snowflake())
        self._dms[channel] = person_id
        return channel

    @property
    def said(self) -> list[tuple[str, str]]:
        """Return (recipient or channel, text) of the messages in all channels, oldest first."""
        whose = {channel: self.persons[p].name if p in self.persons else p for channel, p in self._dms.items()}
        named = {number: f"#{name}" for club in self.clubs for name, number in club.channels.items()}
        return [
            ({**whose, **named}.get(made["channel_id"], made["channel_id"]), made["content"])
            for made in self.messages.values()
        ]

    @property
    def accepted(self) -> list[Logged]:
        """Return the accepted writes, whether or not the bot got the answer."""
        return [entry for entry in self.log if entry.status < 300 and entry.method != "GET"]

    async def until(self, true: Callable[[], object], timeout_s: float = 10) -> None:
        """Wait until a condition on the accepted requests is true."""
        async with asyncio.timeout(timeout_s):
            while not true():
                await self._changed.wait()

    @web.middleware
    async def _gate(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if not request.path.startswith(API):
            return await handler(request)
        path = request.path.removeprefix(API)
        entry = request[ENTRY] = Logged(request.method, path)
        fault = next((f for f in self._faults if f.method == entry.method and f.path.fullmatch(path)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times == 0:
                self._faults.remove(fault)
            if fault.what is not Trouble.MUTE:
                fault.hit.set()
        response = await self._respond(request, handler, entry, fault)
        entry.status = 0 if fault and fault.what is Trouble.RESET else response.status
        self.log.append(entry)
        self._changed.set()
        self._changed = asyncio.Event()
        if fault and fault.what is Trouble.LOST:
            reset(request)
        if fault and fault.what is Trouble.CUT:
            cut(request)
        if fault and fault.what is Trouble.MUTE:
            fault.hit.set()
            await fault.release.wait()
        return refusal(500) if fault and fault.what is Trouble.DENIED else response

    async def _respond(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
        entry: Logged,
        fault: Fault | None,
    ) -> web.StreamResponse:
        if fault and fault.what is Trouble.HOLD:
            await fault.release.wait()
        elif fault and fault.what is Trouble.RESET:
            reset(request)
            return web.Response(status=499)
        elif fault and fault.what == 429:
            return too_many(fault.retry_after_s, everywhere=False)
        elif fault and isinstance(fault.what, int):
            return refusal(fault.what, fault.code)
        headers: dict[str, str] = {}
        if self.limits is not None:
            refused, headers = self.limits.check(entry.method, entry.path)
            if refused is not None:
                return refused
        entry.body, entry.files = await _read(request)
        response = await handler(request)
        response.headers.update(headers)
        return response

    # -- the bot's own account -------------------------------------------------------------------------------

    async def _where(self, request: web.Request) -> web.Response:
        start = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return answer({"url": self.gateway_url, "shards": 1, "session_start_limit": start})

    async def _me(self, request: web.Request) -> web.Response:
        return answer(BOT)

    async def _application(self, request: web.Request) -> web.Response:
        return answer(
            {"id": APPLICATION, "name": "Backpedal", "icon": None, "description": "", "bot_public": True,
             "bot_require_code_grant": False, "verify_key": "", "flags": 0, "owner": Person("Owner").user,
             "team": None, "summary": ""}
        )  # fmt: skip

    async def _get_commands(self, request: web.Request) -> web.Response:
        return answer(self.commands)

    async def _put_commands(self, request: web.Request) -> web.Response:
        self.syncs += 1
        given = {"application_id": APPLICATION, "version": "1", "default_member_permissions": None, "description": ""}
        self.commands = [{**given, **c, "id": snowflake()} for c in request[ENTRY].body]
        return answer(self.commands)

    # -- answers to interactions -----------------------------------------------------------------------------

    async def _callback(self, request: web.Request) -> web.Response:
        asked = self.asked.get(request.match_info["token"])
        if asked is None or asked.id != request.match_info["interaction"]:
            return refusal(404, 10062, "Unknown interaction")
        if asked.callback is not None:
            return refusal(400, 40060, "Interaction has already been acknowledged.")
        body = request[ENTRY].body
        kind, data = body["type"], body.get("data") or {}
        if kind == CHOICES and any(len(c["name"]) > 100 for c in data["choices"]) | (len(data["choices"]) > 25):
            return refusal(400, 50035, "at most 25 choices of 100 characters")
        asked.answered_at = request[ENTRY].at
        asked.callback = body
        if kind == REPLY:
            asked.message = self._keep(asked.channel_id, data, request)
        elif kind == UPDATE and asked.source is not None:
            asked.message = self._keep(asked.channel_id, data, request, old=asked.source)
        elif kind == DEFER:
            thinking = {"flags": data.get("flags", 0) & EPHEMERAL | LOADING}
            asked.message = self._keep(asked.channel_id, thinking, request)
        elif kind == DEFER_UPDATE:
            asked.message = asked.source
        told: Json = {"interaction": {
            "id": asked.id, "type": asked.payload["type"], "response_message_loading": kind == DEFER,
            "response_message_id": asked.message["id"] if asked.message else None,
            "response_message_ephemeral": bool(data.get("flags", 0) & EPHEMERAL)}}  # fmt: skip
        if asked.message and kind in (REPLY, UPDATE):
            told["resource"] = {"type": kind, "message": asked.message}
        asked.answered.set()
        if request.query.get("with_response") in ("1", "true"):
            return answer(told)
        return web.Response(status=204)

    async def _follow_up(self, request: web.Request) -> web.Response:
        asked = self.asked.get(request.match_info["token"])
        if asked is None or asked.callback is None:
            return refusal(404, 10015, "Unknown Webhook")
        body = request[ENTRY].body
        if asked.thinking:
            # The first follow-up replaces "thinking…".
            made = asked.message = self._keep(asked.channel_id, body, request, old=asked.message)
        else:
            made = self._keep(asked.channel_id, body, request)
        asked.followups.append(made)
        return answer(made)

    def _keep(self, channel_id: str, body: Json, request: web.Request, old: Json | None = None) -> Json:
        """Create or edit a message, with its files on the CDN."""
        named = {str(a.get("id")): a for a in body.get("attachments") or ()}
        uploaded = []
        for field_name, content in request[ENTRY].files.items():
            about = named.get(field_name.removeprefix("files[").rstrip("]"), {})
            uploaded.append(self.attachment(about.get("filename", field_name), content))
        if old:
            # An edit keeps a message ephemeral, and ends "thinking…".
            body = body | {"flags": body.get("flags", old["flags"]) & ~(EPHEMERAL | LOADING) | old["flags"] & EPHEMERAL}
        made = revised(old, body, uploaded) if old else message(channel_id, body, uploaded)
        self.messages[made["id"]] = made
        return made

    # -- messages, channels, members -------------------------------------------------------------------------

    async def _send_message(self, request: web.Request) -> web.Response:
        channel, body = request.match_info["channel"], request[ENTRY].body
        if channel in self.gone:
            return refusal(404, 10003, "Unknown Channel")
        if self._dms.get(channel) in self.closed_dms:
            return refusal(403, 50007, "Cannot send messages to this user")
        nonce = str(body.get("nonce") or "")
        if len(nonce) > NONCE_LIMIT:
            return refusal(400, 50035, "nonce: Must be 25 or fewer in length.")
        author, now = request.headers.get("Authorization", ""), time.monotonic()
        if nonce and body.get("enforce_nonce"):
            made_at, made = self._nonces.get((author, nonce), (-NONCE_MEMORY_S, {}))
            if now - made_at < NONCE_MEMORY_S:
                request[ENTRY].path += "#repeated"
                return answer(made)
        made = self._keep(channel, body, request)
        if nonce:
            self._nonces[author, nonce] = now, made
        return answer(made)

    def _find(self, request: web.Request) -> tuple[Asked | None, Json | None]:
        asked = self.asked.get(request.match_info.get("token", ""))
        wanted = request.match_info["message"]
        if wanted == "@original":
            return asked, asked.message if asked else None
        return asked, self.messages.get(wanted)

    async def _get_message(self, request: web.Request) -> web.Response:
        _, found = self._find(request)
        return answer(found) if found else refusal(404, 10008, "Unknown Message")

    async def _edit_message(self, request: web.Request) -> web.Response:
        asked, found = self._find(request)
        if found is None:
            return refusal(404, 10008, "Unknown Message")
        channel = asked.channel_id if asked else request.match_info["channel"]
        made = self._keep(channel, request[ENTRY].body, request, old=found)
        if asked and found is asked.message:
            asked.message = made
        return answer(made)

    async def _delete_message(self, request: web.Request) -> web.Response:
        asked, found = self._find(request)
        if found is None:
            return refusal(404, 10008, "Unknown Message")
        del self.messages[found["id"]]
        if asked and found is asked.message:
            asked.message = None
        return web.Response(status=204)

    async def _get_channel(self, request: web.Request) -> web.Response:
        wanted = request.match_info["channel"]
        for club in self.clubs:
            for name, channel_id in club.channels.items():
                if channel_id == wanted and wanted not in self.gone:
                    return answer(club.channel(name))
        return refusal(404, 10003, "Unknown Channel")

    async def _open_dm(self, request: web.Request) -> web.Response:
        person = str(request[ENTRY].body["recipient_id"])
        channel = self.direct(person)
        recipient = self.persons.get(person, Person(id=person)).user
        return answer({"id": channel, "type": 1, "last_message_id": None, "recipients": [recipient]})

    async def _member(self, request: web.Request) -> web.Response:
        person = self.persons.get(request.match_info["user"])
        if person is None or person.id in self.gone:
            return refusal(404, 10007, "Unknown Member")
        return answer(person.member)

    # -- files -----------------------------------------------------------------------------------------------

    def attachment(self, filename: str, content: bytes) -> Json:
        """Store a file on the CDN, and return its JSON, which is an option value for `slash`."""
        number = snowflake()
        self.files[f"{number}-{filename}"] = content
        url = f"{self.url}/cdn/{number}-{filename}"
        return {"id": number, "filename": filename, "size": len(content), "url": url, "proxy_url": url,
                "content_type": "application/octet-stream"}  # fmt: skip

    async def _cdn(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["name"])
        return web.Response(body=content) if content is not None else web.Response(status=404)


async def _read(request: web.Request) -> tuple[Any, dict[str, bytes]]:
    """Return the JSON body, and the uploaded files by field name."""
    if not request.can_read_body:
        return {}, {}
    if not request.content_type.startswith("multipart/"):
        return orjson.loads(await request.read()), {}
    form = await request.post()
    files = {name: value.file.read() for name, value in form.items() if isinstance(value, web.FileField)}
    return orjson.loads(str(form.get("payload_json", "{}"))), files
