"""Discord's JSON, as far as the client reads it: ids, users, guilds, messages and command options."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

EPOCH_MS = 1_420_070_400_000
EPHEMERAL = 64
LOADING = 128
EVERYTHING = str((1 << 50) - 1)
MEMBER_RIGHTS = str(1 << 10 | 1 << 11 | 1 << 31)  # view, send, use commands
MANAGE_GUILD = 1 << 5
SUBCOMMANDS = (1, 2)

_count = itertools.count()


def snowflake() -> str:
    """Return a new id that contains the current time, as Discord's do."""
    return str((int(time.time() * 1000) - EPOCH_MS) << 22 | next(_count) % (1 << 22))


APPLICATION = snowflake()
BOT: Json = {"id": APPLICATION, "username": "Backpedal", "discriminator": "0000", "avatar": None, "bot": True}
EVERYONE_PERMISSIONS = "2147486720"


@dataclass(frozen=True)
class Person:
    """A user of the bot, with the locale of their Discord client."""

    name: str = "Ada"
    locale: str = "en-GB"
    organiser: bool = False
    roles: tuple[str, ...] = ()
    id: str = field(default_factory=snowflake)

    @property
    def user(self) -> Json:
        return {"id": self.id, "username": self.name.lower(), "global_name": self.name, "discriminator": "0",
                "avatar": None}  # fmt: skip

    @property
    def member(self) -> Json:
        rights = int(MEMBER_RIGHTS) | (MANAGE_GUILD if self.organiser else 0)
        return {"user": self.user, "nick": None, "roles": list(self.roles), "joined_at": "2024-01-01T00:00:00+00:00",
                "deaf": False, "mute": False, "flags": 0, "avatar": None, "permissions": str(rights)}  # fmt: skip


@dataclass
class Club:
    """A guild with its text channels, by name."""

    name: str = "Track Tuesdays"
    locale: str = "en-US"
    id: str = field(default_factory=snowflake)
    channels: dict[str, str] = field(default_factory=lambda: {"runs": snowflake(), "leaderboard": snowflake()})

    def payload(self) -> Json:
        """Return the GUILD_CREATE payload; the bot is the only member listed, as without the members intent."""
        everyone = {"id": self.id, "name": "@everyone", "color": 0, "hoist": False, "position": 0, "managed": False,
                    "mentionable": False, "permissions": EVERYONE_PERMISSIONS, "flags": 0,
                    "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}}  # fmt: skip
        me = {"user": BOT, "nick": None, "roles": [], "joined_at": "2024-01-01T00:00:00+00:00", "deaf": False,
              "mute": False, "flags": 0}  # fmt: skip
        return {
            "id": self.id, "name": self.name, "icon": None, "owner_id": "1", "afk_timeout": 300,
            "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0,
            "roles": [everyone], "emojis": [], "stickers": [], "features": [], "mfa_level": 0,
            "system_channel_id": None, "system_channel_flags": 0, "rules_channel_id": None, "premium_tier": 0,
            "preferred_locale": self.locale, "nsfw_level": 0, "member_count": 40, "large": False,
            "unavailable": False, "joined_at": "2024-01-01T00:00:00+00:00", "members": [me], "threads": [],
            "presences": [], "voice_states": [], "stage_instances": [], "guild_scheduled_events": [],
            "soundboard_sounds": [], "channels": [self.channel(name) for name in self.channels],
        }  # fmt: skip

    def channel(self, name: str) -> Json:
        return {"id": self.channels[name], "type": 0, "guild_id": self.id, "name": name, "position": 0,
                "permission_overwrites": [], "nsfw": False, "topic": None, "rate_limit_per_user": 0, "flags": 0,
                "parent_id": None, "last_message_id": None}  # fmt: skip


def message(channel_id: str, body: Mapping[str, Any], attachments: list[Json]) -> Json:
    """Return the message Discord creates from a request body."""
    made = {
        "id": snowflake(), "channel_id": channel_id, "author": BOT, "content": "", "type": 0, "tts": False,
        "timestamp": datetime.now(UTC).isoformat(), "edited_timestamp": None, "mention_everyone": False,
        "mentions": [], "mention_roles": [], "attachments": attachments, "embeds": [], "pinned": False,
        "components": [], "flags": 0,
    }  # fmt: skip
    return revised(made, body, attachments)


def revised(made: Json, body: Mapping[str, Any], attachments: list[Json]) -> Json:
    """Return a message after an edit; components get the ids and URLs that Discord assigns."""
    shown = {name: body[name] for name in ("content", "embeds", "components", "flags", "nonce") if name in body}
    made = made | {name: value or type(made.get(name, ""))() for name, value in shown.items()}
    if "attachments" in body or attachments:
        kept = {str(kept.get("id")) for kept in body.get("attachments") or ()}
        made["attachments"] = [a for a in made["attachments"] if a["id"] in kept and a not in attachments]
        made["attachments"] += attachments
    addresses = {f"attachment://{a['filename']}": a["url"] for a in made["attachments"]}
    for number, part in enumerate(parts(made["components"]), start=1):
        part.setdefault("id", number)
        for media in [part.get("media"), part.get("file"), *(item["media"] for item in part.get("items", ()))]:
            if media:
                media["url"] = addresses.get(media["url"], media["url"])
    return made


def parts(components: list[Json]) -> Iterator[Json]:
    """Yield every component, at any depth."""
    for part in components:
        yield part
        yield from parts(part.get("components", []))
        for inner in ("accessory", "component"):
            if inner in part:
                yield from parts([part[inner]])


def text_of(message: Mapping[str, Any]) -> str:
    """Return all text of a message, also in embeds, except that of its buttons."""
    shown = [part["content"] for part in parts(message["components"]) if part["type"] == 10]
    framed = [text for embed in message.get("embeds", []) for text in embed_texts(embed)]
    return "\n".join([message["content"], *shown, *framed]).strip()


def embed_texts(embed: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of an embed in the order in which a client shows them."""
    yield from (embed[part] for part in ("title", "description") if part in embed)
    for one in embed.get("fields", []):
        yield from (one["name"], one["value"])
    if footer := embed.get("footer"):
        yield footer["text"]


def component(message: Mapping[str, Any], wanted: str) -> Json:
    """Return the button or select of a message with this label or custom id prefix."""
    found = [part for part in parts(message["components"]) if "custom_id" in part]
    for part in found:
        if part.get("label") == wanted or part["custom_id"].startswith(wanted):
            return part
    raise LookupError(f"no {wanted!r} among {[(p.get('label'), p['custom_id']) for p in found]}")


def command_data(commands: list[Json], path: str, typed: Mapping[str, Any], focused: str | None = None) -> Json:
    """Return the `data` of a command's interaction.

    Args:
        commands: the commands the bot has synced.
        path: full name as typed, such as `runs list`.
        typed: option names to values: text, numbers, a `Person`, or an attachment's JSON.
        focused: the option being typed, for autocomplete.

    Raises:
        LookupError: no such command or option, or a required one is missing; Discord would not send it.
    """
    name, *below = path.split()
    command = next((c for c in commands if c["name"] == name and c.get("type", 1) == 1), None)
    if command is None:
        raise LookupError(f"no command {path!r} among {[c['name'] for c in commands]}")
    data: Json = {"id": command["id"], "name": name, "type": 1, "options": []}
    resolved: Json = {"users": {}, "members": {}, "attachments": {}}
    level, declared = data, command
    for name in below:
        declared = next(o for o in declared["options"] if o["name"] == name and o["type"] in SUBCOMMANDS)
        level["options"].append({"name": name, "type": declared["type"], "options": []})
        level = level["options"][0]
    known = {option["name"]: option for option in declared.get("options", ())}
    missing = {name for name, option in known.items() if option.get("required")} - set(typed)
    if set(typed) - set(known) or (missing and focused is None):
        raise LookupError(f"/{path} takes {sorted(known)}, given {sorted(typed)}, missing {sorted(missing)}")
    for name, value in typed.items():
        if isinstance(value, Person):
            resolved["users"][value.id] = value.user
            resolved["members"][value.id] = {k: v for k, v in value.member.items() if k != "user"}
            value = value.id
        elif isinstance(value, dict):
            resolved["attachments"][value["id"]] = value
            value = value["id"]
        option = {"name": name, "type": known[name]["type"], "value": value}
        level["options"].append(option | ({"focused": True} if name == focused else {}))
    return data | {"resolved": resolved}
