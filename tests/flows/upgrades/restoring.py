"""Restoring the state of an earlier version: its database, and the messages that members still see in Discord."""

from __future__ import annotations

import copy
import gzip
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import discord
import simcord
from simcord import ChannelHandle, GuildHandle, MemberActor, ResponseMessage, UserHandle
from simcord.backend import serializers
from simcord.backend.models import Message, Overwrite
from simcord.enums import OverwriteType
from sqlalchemy import select

from bot.app import App
from db.models import Companion, Contact, Reminder, Run, Tie, UnsafeAlarm
from tests.flows.conftest import Club, simulated

DATA = Path(__file__).parent / "data"
BUTTON, STRING, USER, ROLE, CHANNEL = 2, 3, 5, 6, 8
"""Discord's component types that can be pressed or selected from."""
EPHEMERAL, NEW_LAYOUT = 1 << 6, 1 << 15
"""Message flags: visible to the presser only; consisting of components only."""

Shown: TypeAlias = dict[str, Any]
"""A message of the earlier version: id, channel_id, content, flags, components, and `reader` if it was an answer."""
Part: TypeAlias = dict[str, Any]
"""A button or menu as a Discord component."""


@cache
def left() -> dict[str, Any]:
    """Return the members, channels and messages that the earlier version left; see `README.md`."""
    found: dict[str, Any] = json.loads(gzip.decompress((DATA / "version_before.json.gz").read_bytes()))
    return found


def write_database(file: Path) -> None:
    """Write the database of the earlier version, at its revision."""
    connection = sqlite3.connect(file)
    connection.executescript(gzip.decompress((DATA / "version_before.sql.gz").read_bytes()).decode())
    connection.close()


@dataclass(slots=True)
class Restored:
    """The current bot in the club of the earlier version.

    Attributes:
        club: the club, with the earlier alice, bob and olga.
        members: all of them, by name.
        stranger: a member who joined later and takes part in nothing.
        organisers: the organisers' role.
    """

    club: Club
    members: dict[str, MemberActor]
    stranger: MemberActor
    organisers: Any

    def reader(self, message: Shown) -> MemberActor:
        """Return a member who can see a message: the DM's owner, the presser, an organiser, or anyone."""
        dms = {channel_id: int(user_id) for user_id, channel_id in left()["dms"].items()}
        wanted = dms.get(message["channel_id"], message.get("reader") if message["flags"] & EPHEMERAL else None)
        found = next((actor for actor in self.members.values() if actor.id == wanted), None)
        in_room = message["channel_id"] == left()["channels"]["organisers"]
        return found or (self.club.olga if in_room else self.club.alice)

    def seen_by(self, actor: MemberActor, message: Shown, part: Part) -> ResponseMessage:
        """Return the message if it still has this part, otherwise a copy of its earlier content."""
        there = self.club.env.backend.messages.get(message["channel_id"], {}).get(message["id"])
        if there is not None and any(part["custom_id"] == one["custom_id"] for one in parts(there.components)):
            return ResponseMessage(self.club.env, there)
        return self.copy(message)

    def copy(self, message: Shown) -> ResponseMessage:
        """Post a copy of a message in the public channel, where everyone can press it."""
        backend = self.club.env.backend
        made = Message(
            id=backend.snowflake(), channel_id=self.club.channel.id, author_id=backend.bot_user.id,
            content=message["content"], timestamp=backend.now_iso(), flags=message["flags"] & ~EPHEMERAL,
            components=copy.deepcopy(message["components"]),
        )  # fmt: skip
        backend.messages.setdefault(made.channel_id, {})[made.id] = made
        return ResponseMessage(self.club.env, made)

    async def press(self, actor: MemberActor, message: ResponseMessage, part: Part) -> simcord.InteractionResult:
        """Press a button, or choose the first option of a menu."""
        in_a_dm = message.channel_id in left()["dms"].values()
        presser: MemberActor | UserHandle = actor.user if in_a_dm else actor
        if part["type"] == BUTTON:
            return await presser.click(message, custom_id=part["custom_id"])
        values: dict[int, list[Any]] = {
            STRING: [option["value"] for option in part.get("options", [])][:1],
            USER: [self.members["bob"]],
            ROLE: [self.organisers],
            CHANNEL: [self.club.channel],
        }
        return await presser.select(message, values[part["type"]], custom_id=part["custom_id"])

    async def press_old(self, name: str, custom_id: str) -> simcord.InteractionResult:
        """Press the newest button with this custom id that the member can see."""
        actor = self.members[name]
        public = {self.club.channel.id, left()["channels"]["organisers"]}
        for message in [*reversed(left()["messages"]), *others()]:
            seen = self.reader(message).id == actor.id or message["channel_id"] in public
            part = next((one for one in parts(message["components"]) if one["custom_id"] == custom_id), None)
            if seen and part is not None:
                return await self.press(actor, self.seen_by(actor, message, part), part)
        raise AssertionError(f"{name} was never shown {custom_id}")

    async def kept_of_members(self) -> dict[str, list[Any]]:
        """Return the stored rows of companions, runs, reminders, contacts, alarms and ties."""
        async with self.club.database.read() as session:
            return {
                table.__tablename__: [tuple(row) for row in (await session.execute(select(table.__table__))).all()]
                for table in (Companion, Run, Reminder, Contact, UnsafeAlarm, Tie)
            }


def parts(node: Any) -> Iterator[Part]:
    """Yield every enabled button and menu of a message's components."""
    if isinstance(node, dict):
        if "custom_id" in node and not node.get("disabled"):
            yield node
        for value in node.values():
            yield from parts(value)
    elif isinstance(node, list):
        for item in node:
            yield from parts(item)


def others() -> list[Shown]:
    """Return one message for each form of custom id that is in none of `left()["messages"]`."""
    found = []
    for kind, custom_id, options, in_layout in left()["others"]:
        part: Part = {"type": kind, "custom_id": custom_id}
        part |= (
            {"style": 2, "label": "x"} if kind == BUTTON else {"options": [{"label": o, "value": o} for o in options]}
        )
        words, flags = ("", NEW_LAYOUT) if in_layout else ("x", 0)
        rows = [{"type": 1, "components": [part]}]
        found.append({"id": 0, "channel_id": 0, "content": words, "flags": flags, "components": rows})
    return found


@asynccontextmanager
async def restored(app: App) -> AsyncIterator[Restored]:
    """Run the current bot, started at the instant at which the earlier version stopped."""
    found: list[Any] = []
    async with simulated(app, datetime.fromisoformat(left()["now"]), lambda env: found.append(_prepare(env))) as env:
        guild, members, channel, role = found[0]
        stranger = guild.add_member(env.create_user("mallory"))
        await env.settle()
        club = Club(env, app, guild, channel, members["alice"], members["bob"], members["olga"])
        yield Restored(club, members, stranger, role)


def _prepare(env: simcord.Env) -> tuple[GuildHandle, dict[str, MemberActor], ChannelHandle, Any]:
    """Recreate the server, its members and the bot's messages under their old ids."""
    was, backend = left(), env.backend

    def under(wanted: int, make: Any) -> Any:
        backend.snowflake = lambda: backend.reserve_id(wanted)  # type: ignore[method-assign]
        try:
            return make()
        finally:
            del backend.snowflake  # type: ignore[method-assign]

    owner = under(was["owner"], lambda: env.create_user("owner"))
    guild = env.create_guild("Krebsgang", id=was["guild"], owner=owner)
    organisers_may = discord.Permissions(manage_guild=True)
    role = under(was["roles"]["Organisers"], lambda: guild.create_role("Organisers", permissions=organisers_may))
    members: dict[str, MemberActor] = {}
    for name, user_id in was["members"].items():
        user = under(user_id, lambda name=name: env.create_user(name))
        members[name] = guild.add_member(user, roles=[role] if name == "olga" else [])
    channel = under(was["channels"]["runs"], lambda: guild.create_text_channel("runs"))
    hidden, seen = discord.PermissionOverwrite(view_channel=False), discord.PermissionOverwrite(view_channel=True)
    only_them: dict[Any, discord.PermissionOverwrite] = {guild.default_role: hidden, role: seen}
    room = under(was["channels"]["organisers"], lambda: guild.create_text_channel("organisers", overwrites=only_them))
    may = discord.Permissions(view_channel=True, send_messages=True).value
    backend.channels[room.id].overwrites.append(Overwrite(backend.bot_user.id, OverwriteType.MEMBER, may, 0))
    for user_id, channel_id in was["dms"].items():
        under(channel_id, lambda user_id=user_id: backend.get_dm_channel(int(user_id)))
    for message in was["messages"]:
        reader = message.get("reader")
        backend.messages.setdefault(message["channel_id"], {})[message["id"]] = Message(
            id=backend.reserve_id(message["id"]), channel_id=message["channel_id"], author_id=backend.bot_user.id,
            content=message["content"], timestamp=message["timestamp"], type=message["type"], flags=message["flags"],
            components=message["components"],
            interaction_metadata=None if reader is None else {
                "id": str(message["id"]), "type": 3, "authorizing_integration_owners": {},
                "user": dict(serializers.user_payload(backend.get_user(reader))),
            },
        )  # fmt: skip
    return guild, members, channel, role
