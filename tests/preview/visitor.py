"""A visitor of the try mode over HTTP, with the requests of the page's own script."""

from __future__ import annotations

import asyncio
import html
import json
import re
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp

POLL_S = 0.5
"""Seconds between two polls of simcord's page."""


async def links(http: aiohttp.ClientSession, index: str) -> dict[str, str]:
    """Return the rooms that the index page links to, name to address."""
    async with http.get(index) as answer:
        assert answer.status == 200, answer.status
        text = await answer.text()
    found = re.findall(r'<a class="room" href="([^"]+)"[^>]* data-room="([^"]+)"', text)
    return {html.unescape(name): html.unescape(address) for address, name in found}


class Visitor:
    """An open page of a room."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        parts = urlsplit(address)
        self.http = http
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.headers = {"X-Simcord-Capability": parts.fragment}
        self.state: dict[str, Any] = {}
        self.sequence = 0

    async def open(self) -> Visitor:
        """Open the page."""
        self.state = await self._ask("POST", "/api/pages", json={})
        self.headers["X-Simcord-Context"] = self.state["context"]["id"]
        return self

    async def _ask(self, method: str, path: str, **options: Any) -> Any:
        async with self.http.request(method, self.base + path, headers=self.headers, **options) as answer:
            text = await answer.text()
            assert answer.status == 200, (path, answer.status, text)
            return json.loads(text)

    async def advance(self) -> None:
        """Press the button that moves the clock forward by half an hour."""
        headers = {"X-Skip": "1", "X-Simcord-Capability": self.headers["X-Simcord-Capability"]}
        async with self.http.post(f"{self.base}/api/action", headers=headers) as answer:
            assert answer.status == 200, answer.status

    async def look(self) -> str:
        """Load the page, and return all its text."""
        self.state = await self._ask("GET", "/api/state")
        return self.text

    @property
    def text(self) -> str:
        """Return all text of the page as last loaded."""
        shown = [self.state["messages"][message] for message in self.state["timeline"]]
        return json.dumps([shown, self.state.get("modal")], ensure_ascii=False)

    async def wait_for(self, text: str, seconds: float) -> float:
        """Poll as often as the page does until `text` appears, and return the seconds that took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while text not in await self.look():
            assert loop.time() - began < seconds, f"{text!r} did not come within {seconds} s"
            await asyncio.sleep(POLL_S)
        return loop.time() - began

    async def run(self, invocation: str, files: dict[str, tuple[str, bytes]] | None = None, **options: Any) -> Any:
        """Run a command as the page's command picker does, and return the receipt."""
        catalogue = await self._ask("GET", "/api/commands")
        entry = next(entry for entry in catalogue["entries"] if entry["invocation"] == invocation)
        body = {
            "command_id": entry["commandId"],
            "path": entry["path"],
            "schema_fingerprint": entry["schemaFingerprint"],
            "options": {**options, **{name: {"upload": place} for place, name in enumerate(files or {})}},
        }
        return await self.act("run_command", body, files)

    async def press(self, label: str) -> Any:
        """Press the newest button with this label."""
        return await self._press(lambda node: node.get("label") == label and "control_key" in node, label)

    async def tap(self, custom_id: str) -> Any:
        """Press the newest button whose custom id begins with `custom_id`, whatever its label."""
        return await self._press(lambda node: _begins(node, custom_id), custom_id)

    def control(self, custom_id: str) -> str | None:
        """Return the page's key of the newest button or menu whose custom id begins with `custom_id`."""
        for message in reversed(self.state["timeline"]):
            node = _find(self.state["messages"][message], lambda node: _begins(node, custom_id))
            if node is not None:
                return str(node["control_key"])
        return None

    async def _press(self, wanted: Callable[[dict[str, Any]], bool], named: str) -> Any:
        for message in reversed(self.state["timeline"]):
            button = _find(self.state["messages"][message], wanted)
            if button is not None:
                return await self.act("click", {"target_id": message, "control_key": button["control_key"]})
        raise AssertionError(f"no button {named!r}")

    async def act(self, kind: str, body: dict[str, Any], files: dict[str, tuple[str, bytes]] | None = None) -> Any:
        """Do something on the page, load it again, and return the receipt."""
        self.sequence += 1
        whole = {
            "protocol_version": 3,
            "sequence": self.sequence,
            "request_id": uuid.uuid4().hex,
            "generation": self.state["context"]["generation"],
            "bot_generation": self.state["botGeneration"],
            "published_revision": self.state["publishedRevision"],
            "kind": kind,
            **body,
        }
        if files:
            form = aiohttp.FormData()
            form.add_field("payload", json.dumps(whole))
            for name, (filename, content) in files.items():
                form.add_field(f"file:{name}", content, filename=filename, content_type="application/octet-stream")
            receipt = await self._ask("POST", "/api/action", data=form)
        else:
            receipt = await self._ask("POST", "/api/action", json=whole)
        assert not receipt["rejected"], receipt["diagnostics"]
        await self.look()
        return receipt


def _begins(node: dict[str, Any], custom_id: str) -> bool:
    return "control_key" in node and str(node.get("custom_id")).startswith(custom_id) and not node.get("disabled")


def _find(node: Any, wanted: Any) -> Any:
    if isinstance(node, dict):
        if wanted(node):
            return node
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            found = _find(one, wanted)
            if found is not None:
                return found
    return None
