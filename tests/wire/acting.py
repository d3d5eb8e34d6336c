"""Actions of members: commands, presses, forms and typing, sent to the bot as INTERACTION_CREATE."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.wire.payloads import (
    APPLICATION,
    EVERYTHING,
    LOADING,
    Club,
    Json,
    Person,
    command_data,
    component,
    parts,
    snowflake,
    text_of,
)  # fmt: skip

if TYPE_CHECKING:
    from tests.wire.gateway import Gateway

COMMAND, PRESS, TYPING, SUBMIT = 2, 3, 4, 5
V2_LABEL, V2_TEXT = 18, 4


@dataclass
class Asked:
    """An interaction and the bot's answer.

    Attributes:
        callback: the first answer as the bot sent it; None until one was accepted.
        message: the answer as a message, updated by later edits; None for choices and forms.
        source: the message whose component was pressed.
        sent_at, answered_at: `time.monotonic()`; `answered_at` is when the answer's request arrived.
    """

    payload: Json
    source: Json | None = None
    callback: Json | None = None
    message: Json | None = None
    followups: list[Json] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    sent_at: float = 0.0
    answered_at: float = 0.0

    @property
    def id(self) -> str:
        return str(self.payload["id"])

    @property
    def channel_id(self) -> str:
        return str(self.payload["channel"]["id"])

    @property
    def thinking(self) -> bool:
        """Whether the member still sees "thinking…"."""
        return self.message is not None and bool(self.message["flags"] & LOADING)

    @property
    def text(self) -> str:
        """The text of the answer."""
        return text_of(self.message) if self.message else ""

    async def answer(self, timeout_s: float = 10) -> Asked:
        """Wait until an answer is accepted."""
        async with asyncio.timeout(timeout_s):
            await self.answered.wait()
        return self


class Acting:
    """The members' side of the server. Each call sends a frame and returns at once; `await asked.answer()` to wait."""

    gateway: Gateway
    clubs: list[Club]
    commands: list[Json]
    persons: dict[str, Person]
    asked: dict[str, Asked]

    async def slash(
        self, path: str, /, by: Person, *, club: Club | None = None, interaction_id: str | None = None, **typed: Any
    ) -> Asked:
        """Use a command, as `slash("runs list", ada, direction="backward")`."""
        data = command_data(self.commands, path, typed)
        return await self._ask(COMMAND, data, by, club, interaction_id)

    async def type(self, path: str, /, by: Person, focused: str, *, club: Club | None = None, **typed: Any) -> Asked:
        """Type into the option `focused`; the choices are in `asked.callback["data"]["choices"]`."""
        data = command_data(self.commands, path, typed, focused)
        return await self._ask(TYPING, data, by, club, None)

    async def press(
        self, message: Json, wanted: str, /, by: Person, *, values: list[str] | None = None,
        club: Club | None = None, interaction_id: str | None = None,
    ) -> Asked:  # fmt: skip
        """Press a button by its label or the start of its custom id, or choose in a select."""
        pressed = component(message, wanted)
        data = {"component_type": pressed["type"], "custom_id": pressed["custom_id"], "id": pressed["id"]}
        if values is not None:
            data |= {"values": values, "resolved": {}}
        return await self._ask(PRESS, data, by, club, interaction_id, source=message)

    async def submit(self, asked: Asked, /, by: Person, *, interaction_id: str | None = None, **typed: str) -> Asked:
        """Submit the form that answered `asked`; fields not named keep their values."""
        assert asked.callback is not None
        form = asked.callback["data"]
        fields = [part for part in parts(form["components"]) if part["type"] == V2_TEXT]
        data = {"custom_id": form["custom_id"], "components": [
            {"type": V2_LABEL, "id": number, "component": {
                "type": V2_TEXT, "id": 100 + number, "custom_id": part["custom_id"],
                "value": typed.get(part["custom_id"], part.get("value") or "")}}
            for number, part in enumerate(fields, start=1)]}  # fmt: skip
        club = next((c for c in self.clubs if c.id == asked.payload.get("guild_id")), None)
        return await self._ask(SUBMIT, data, by, club, interaction_id, source=asked.source)

    async def forge(self, kind: int, data: Json, /, by: Person, *, source: Json | None = None) -> Asked:
        """Send a component press (3) or form (5) that no message of the bot offers."""
        return await self._ask(kind, data, by, None, None, source=source)

    async def again(self, asked: Asked) -> None:
        """Deliver the same interaction again."""
        await self.gateway.dispatch("INTERACTION_CREATE", asked.payload)

    async def _ask(
        self, kind: int, data: Json, by: Person, club: Club | None, interaction_id: str | None,
        source: Json | None = None,
    ) -> Asked:  # fmt: skip
        club = club or self.clubs[0]
        self.persons[by.id] = by
        number = interaction_id or snowflake()
        payload = {
            "id": number, "application_id": APPLICATION, "type": kind, "token": f"token-{snowflake()}", "version": 1,
            "data": data, "guild_id": club.id, "guild": {"id": club.id, "locale": club.locale, "features": []},
            "guild_locale": club.locale, "channel": club.channel("runs"), "channel_id": club.channels["runs"],
            "member": by.member, "locale": by.locale, "app_permissions": EVERYTHING, "entitlements": [],
            "authorizing_integration_owners": {"0": club.id}, "context": 0, "attachment_size_limit": 10 << 20,
        }  # fmt: skip
        if source is not None:
            payload["message"] = source
        asked = self.asked[payload["token"]] = Asked(payload, source, sent_at=time.monotonic())
        await self.gateway.dispatch("INTERACTION_CREATE", payload)
        return asked
