"""The demo club's server in the simulated Discord: people, channels, permissions."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import discord
from PIL import Image, ImageDraw, ImageFont
from simcord import ChannelHandle, GuildHandle, MemberActor, RoleHandle, UserHandle
from simcord.backend.cdn import CDN_BASE
from simcord.backend.models import User

from bot.i18n import translate
from bot.languages import DEFAULT
from bot.preview.club import (
    ACTORS,
    CHANNEL_IDS,
    CLUB,
    GUILD_ID,
    NEWCOMER,
    ORGANISER,
    PEOPLE,
    ROLE_ID,
    SPOTTER_ROLE_ID,
    SPOTTERS,
    DemoPerson,
)
from bot.preview.live import LiveEnv
from bot.preview.rooms import House, Viewer

COLOURS = (
    ((255, 143, 107), (226, 73, 111)),
    ((81, 167, 255), (91, 91, 240)),
    ((255, 195, 91), (224, 122, 47)),
    ((203, 146, 255), (138, 79, 214)),
    ((53, 214, 180), (23, 138, 156)),
)
"""Avatars of the members a visitor can act as; `static/index.css` has the same ones."""
WORDS = ("channels", "direct", "others", "skip", "skip_hint", "badge")
"""Texts of the rooms outside the messages, in the language of the person a visitor acts as."""
BRAND = ((124, 92, 255), (35, 196, 167))


@dataclass(frozen=True, slots=True)
class World:
    """The server.

    Attributes:
        guild: the club.
        members: the members a visitor can act as, the organiser last.
        channels: the channels by name.
    """

    guild: GuildHandle
    members: tuple[MemberActor, ...]
    channels: dict[str, ChannelHandle]


def build(env: LiveEnv, language: str = DEFAULT) -> World:
    """Create the club's server, with its roles and topics in a language. Call this before the bot starts."""
    guild = env.create_guild(CLUB, id=GUILD_ID)
    with _numbered(env, ROLE_ID):
        organisers = guild.create_role(
            translate(language, "try.role.organisers"),
            permissions=discord.Permissions(manage_guild=True),
            color=discord.Colour.teal().value,
            mentionable=True,
        )
    with _numbered(env, SPOTTER_ROLE_ID):
        spotters = guild.create_role(
            translate(language, "try.role.spotters"), color=discord.Colour.gold().value, mentionable=True
        )
    members = {
        person: _join(env, guild, person, [organisers] * (person is ORGANISER) + [spotters] * (person in SPOTTERS))
        for person in (*PEOPLE, NEWCOMER)
    }
    for number, person in enumerate(ACTORS):
        _give_face(env, person.user_id, "".join(word[0] for word in person.name.split()), COLOURS[number])
    _give_face(env, env.backend.bot_user.id, "◀", BRAND)
    hidden: Any = {
        guild.default_role: discord.PermissionOverwrite(view_channel=False),
        organisers: discord.PermissionOverwrite(view_channel=True),
        UserHandle(env, env.backend.bot_user): discord.PermissionOverwrite(view_channel=True),
    }
    channels = {}
    for name, channel_id in CHANNEL_IDS.items():
        topic = translate(language, f"try.room.{name}").replace("`", "")
        overwrites = hidden if name == "organisers" else None
        with _numbered(env, channel_id):
            channels[name] = guild.create_text_channel(name, topic=topic, overwrites=overwrites)
    return World(guild, tuple(members[person] for person in ACTORS), channels)


async def welcome(world: World, language: str = DEFAULT) -> None:
    """Post a first message by the organiser in every channel."""
    for name, channel in world.channels.items():
        await world.members[-1].send(channel, translate(language, f"try.welcome.{name}"))


async def open_rooms(house: House, world: World, first_port: int, language: str | None = None) -> None:
    """Open every channel, and the direct messages of every member a visitor can act as.

    Args:
        house: the house to open them in.
        world: the server.
        first_port: port of the first room, followed by the others; 0 for any free ports.
        language: of the pages; None for that of the person one acts as.

    Raises:
        StartupError: a port is taken.
    """
    ports = iter(range(first_port, first_port + 9)) if first_port else iter([0] * 9)
    for person in ACTORS:
        read = language or person.language or DEFAULT
        house.names[person.user_id] = person.name
        house.words[person.user_id] = {word: translate(read, f"try.rooms.{word}") for word in WORDS}
    for name, channel in world.channels.items():
        viewers: tuple[Viewer, ...] = world.members[-1:] if name == "organisers" else world.members
        await house.open(channel, viewers, f"#{name}", next(ports))
    for member, person in zip(world.members, ACTORS, strict=True):
        user = UserHandle(house.env, house.env.backend.get_user(member.id))
        await house.open(user.dm_channel, (user,), person.name, next(ports))


@contextlib.contextmanager
def _numbered(env: LiveEnv, wanted: int) -> Iterator[None]:
    """Give the object created inside the block this id, so that it is the same at every start."""
    backend: Any = env.backend
    backend.snowflake = lambda: backend.reserve_id(wanted)
    try:
        yield
    finally:
        del backend.snowflake


def _join(env: LiveEnv, guild: GuildHandle, person: DemoPerson, roles: list[RoleHandle]) -> MemberActor:
    backend = env.backend
    backend.users[person.user_id] = User(
        id=backend.reserve_id(person.user_id), name=person.name.split()[0].lower(), global_name=person.name
    )
    user = UserHandle(env, backend.users[person.user_id])
    return guild.add_member(user, roles=roles)


def _give_face(env: LiveEnv, user_id: int, sign: str, colours: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    """Draw an avatar for somebody: a sign on a gradient."""
    size = 96
    start, end = (Image.new("RGB", (size, size), colour) for colour in colours)
    face = Image.composite(end, start, Image.linear_gradient("L").resize((size, size)))
    draw = ImageDraw.Draw(face)
    if sign == "◀":
        for left in (20, 46):
            draw.polygon([(left + 26, 26), (left + 26, 70), (left, 48)], fill="white")
    else:
        draw.text((size / 2, size / 2), sign, "white", ImageFont.load_default(38), anchor="mm")
    png = io.BytesIO()
    face.save(png, "PNG")
    env.backend.users[user_id].avatar = "face"
    env.backend.cdn._blobs[f"{CDN_BASE}/avatars/{user_id}/face.png"] = png.getvalue()
