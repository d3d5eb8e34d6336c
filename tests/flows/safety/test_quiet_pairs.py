"""I feel unsafe combined with every other button of an outing: nothing visible differs from an Extend.

Each flow runs in two separate clubs, once with the quiet alarm and once with Extend and 15 minutes. Compared are all
requests to channels the partner can read, including edits, with their order and time; the answers to the partner; and
the presser's screen and messages.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest
from sqlalchemy import update

from bot.app import App
from bot.config import Settings
from bot.worker.worker import Worker
from db.engine import Database
from db.models import Guild
from tests.flows.conftest import Club, MemberActor, button_ids, make_club, make_pump, simulated, text_of
from tests.flows.outings.calling import find, newcomer, press
from tests.flows.outings.on_the_way import BEFORE, letter
from tests.flows.safety.alarms import contact

SNOWFLAKE = re.compile(r"\d{15,20}")
BOTH = ["quiet", "extend"]
ON_IT = re.compile(r"is on it\*\*, since .*\n.*feels unsafe")


class Watched(list[Any]):
    """Requests to Discord, each with its time."""

    def __init__(self, env: Any) -> None:
        super().__init__()
        self.env = env

    def append(self, entry: Any) -> None:
        super().append((self.env.now(), *entry))


@dataclass
class Scene:
    """A club with Alice and a partner out, and an organiser who is not."""

    club: Club
    partner: MemberActor
    organiser: MemberActor
    room: Any
    asked: Any = None
    """The question how much longer, which alice opened at the start."""


async def alarm_or_extend(scene: Scene, how: str, screen: list[str]) -> None:
    """Press the alarm or Extend as Alice, add the menu and the answer to `screen`, and let the organiser take it."""
    club = scene.club
    menu = await club.alice.user.click(letter(club, club.alice, "You're out with"), label="More")
    assert menu.response is not None
    if how == "quiet":
        answer = await club.alice.user.click(menu.response, label="I feel unsafe")
    else:
        # After a call for help nothing offers Extend; the question that she opened before it is refused.
        asked = scene.asked
        if "Extend" in button_ids(menu.response):
            asked = (await club.alice.user.click(menu.response, label="Extend")).response
        answer = await club.alice.user.click(asked, label="15 more minutes")
    screen += [text_of(menu), text_of(answer)]
    await club.env.settle()
    heard = [m for m in [*scene.room.history(), *club.dms(scene.organiser)] if "feels unsafe" in text_of(m)]
    for alarm in heard[:1]:
        alone = isinstance(alarm.channel, discord.DMChannel)
        await (scene.organiser.user if alone else scene.organiser).click(alarm, label="I'm on it")


Others = Callable[[Scene], Awaitable[object]]


async def home_both(scene: Scene) -> None:
    club, partner = scene.club, scene.partner
    await club.alice.user.click(letter(club, club.alice, "You're out with"), label="Both home")
    await club.pass_time(minutes=1)
    await partner.user.click(letter(club, partner, "Are you home?"), label="Home")


async def partner_first(scene: Scene) -> None:
    club, partner = scene.club, scene.partner
    await partner.user.click(letter(club, partner, "You're out with"), label="Home")
    await club.pass_time(minutes=5)
    await club.alice.user.click(letter(club, club.alice, "You're out."), label="Home")


async def helped(scene: Scene) -> None:
    club, partner = scene.club, scene.partner
    menu = await partner.user.click(letter(club, partner, "You're out with"), label="More")
    assert menu.response is not None
    await partner.user.click(menu.response, label="Need help")


async def help_and_resolved(scene: Scene) -> None:
    """Let an organiser resolve the call for help with a text about the partner."""
    await helped(scene)
    await scene.club.env.settle()
    alarm = next(m for m in reversed(scene.room.history()) if "Resolved" in text_of(m))
    form = await scene.organiser.click(alarm, label="Resolved")
    await scene.organiser.submit_modal(form, {"word": "He scared her"})


async def looks(scene: Scene) -> list[str]:
    """Open everything that the partner can open, and return the texts."""
    club, partner = scene.club, scene.partner
    menu = await partner.user.click(letter(club, partner, "You're out with"), label="More")
    mine = await partner.slash(club.channel, "partner mine")
    exported = await partner.slash(club.channel, "privacy export")
    assert exported.response is not None
    files = [(await file.read()).decode() for file in exported.response.attachments]
    ask = await partner.user.click(letter(club, partner, "You're out with"), label="Extend")
    return [text_of(menu), text_of(mine), *files, text_of(ask)]


async def nobody_comes(scene: Scene) -> None:
    await scene.club.pass_time(hours=2)


OTHERS: dict[str, Others] = {
    "looks": looks,
    "home, both": home_both,
    "home, the partner first": partner_first,
    "help, and resolved with a word": help_and_resolved,
    "help": helped,
    "nobody comes home": nobody_comes,
}
ALARM_FIRST, ALARM_LAST = True, False
PAIRS = [
    *((other, ALARM_FIRST, "a member") for other in OTHERS),
    # An organiser reads the organisers' channel as well, where help is called and resolved.
    *((other, ALARM_FIRST, "an organiser") for other in ("looks", "help, and resolved with a word")),
    # Flows after which Alice is still out, so that the alarm can also be pressed afterwards.
    ("looks", ALARM_LAST, "an organiser"),
    ("help", ALARM_LAST, "a member"),
]


async def played(
    how: str, other: str, partner_organises: bool, first: bool, file: Path, worker: Worker
) -> dict[str, Any]:
    """Run one flow from the call to an hour after the presses, and return all visible effects without Discord ids."""
    database = Database.open(f"sqlite+aiosqlite:///{file}")
    app = App(Settings(), database, worker, clock=discord.utils.utcnow, outbox=make_pump())
    screen: list[str] = []
    try:
        async with simulated(app) as env:
            club = await make_club(env, app)
            partner = club.olga if partner_organises else club.bob
            captains = club.guild.create_role("Captains", permissions=discord.Permissions(manage_guild=True))
            vera = newcomer(club, "vera", captains)
            scene = Scene(club, partner, vera if partner_organises else club.olga, await room_of(club, captains))
            room = scene.room
            dora = newcomer(club, "dora")
            await env.settle()
            await vera.slash(club.channel, "partner mine")
            await contact(club, club.alice, dora)
            await out_with(club, partner)
            scene.asked = (
                await club.alice.user.click(letter(club, club.alice, "You're out with"), label="Extend")
            ).response
            env.backend.transcript = watched = Watched(env)
            order = [lambda: alarm_or_extend(scene, how, screen), lambda: OTHERS[other](scene)]
            answers = []
            for step in order if first else reversed(order):
                answers.append(await step())  # type: ignore[operator]
                await club.pass_time(minutes=2)
            await club.pass_time(hours=1)
            alarmed = [m.content for m in (*room.history(), *club.dms(scene.organiser))]
            reads = [club.channel.id, club._dm_channel(partner).id, club._dm_channel(club.alice).id]
            if partner_organises:
                reads.append(room.id)
            # Different places are written to at the same time, and so are different messages of one place edited: in
            # which order is the machine's business.
            requests = [
                sorted(
                    [(at, name.split()[0], plain(body)) for at, kind, name, body in watched
                     if kind == "HTTP" and f"/channels/{one}/messages" in name],
                    key=in_its_order,
                )
                for one in reads
            ]  # fmt: skip
            said = {
                actor.name: [(m.created_at, m.edited_at, text_of(m)) for m in club.dms(actor)]
                for actor in (club.alice, partner)
            }
            return {
                "screen": screen, "answers": plain(answers), "requests": requests, "said": plain(said),
                "alarm": [one for one in alarmed if ON_IT.search(one)],
            }  # fmt: skip
    finally:
        await database.close()


def in_its_order(request: tuple[Any, str, Any]) -> tuple[Any, bool, str]:
    """Messages in the order of their sending, then the edits of the same instant."""
    at, method, body = request
    return at, method != "POST", "" if method == "POST" else repr(body)


def plain(node: Any) -> Any:
    """Return the value without Discord ids and the nonce, which only the sender sees."""
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items() if key != "nonce"}
    if isinstance(node, list | tuple):
        return [plain(item) for item in node]
    return SNOWFLAKE.sub("N", node) if isinstance(node, str) else node


async def room_of(club: Club, captains: Any) -> Any:
    """Create the organisers' channel; the Captains role belongs to an organiser outside the outing."""
    roles = {role.name: role for role in club.env.bot.get_guild(club.guild.id).roles}  # type: ignore[union-attr]
    overwrites = {
        club.guild.default_role: discord.PermissionOverwrite(view_channel=False),
        roles["Organisers"]: discord.PermissionOverwrite(view_channel=True),
        captains: discord.PermissionOverwrite(view_channel=True),
        club.env.bot.user: discord.PermissionOverwrite(view_channel=True, send_messages=True),
    }
    room = club.guild.create_text_channel("organisers", overwrites=overwrites)
    await club.env.settle()
    await club.olga.slash(club.channel, "partner mine")
    async with club.database.write() as session:
        values = {"organisers_channel_id": room.id, "organiser_role_id": roles["Organisers"].id}
        await session.execute(update(Guild).where(Guild.guild_id == club.guild.id).values(**values))
    return room


async def out_with(club: Club, partner: MemberActor) -> None:
    card = await find(club, club.alice)
    await press(club, partner, card, "Spotter")
    await club.pass_time(**BEFORE)
    asked = await club.alice.user.click(letter(club, club.alice, "It's time"), label="Check in")
    assert asked.response is not None
    await club.alice.user.click(asked.response, label="We're all here")
    await club.env.settle()


@pytest.mark.parametrize(("other", "first", "partner"), PAIRS)
async def test_nothing_that_can_be_read_tells_the_alarm_from_an_extension(
    other: str, first: bool, partner: str, migrated_file: Path, tmp_path: Path, worker: Worker
) -> None:
    seen = {}
    for how in BOTH:
        file = tmp_path / f"{how}.db"
        shutil.copyfile(migrated_file, file)
        seen[how] = await played(how, other, partner == "an organiser", first, file, worker)
    assert seen["extend"].pop("alarm") == []
    assert seen["quiet"].pop("alarm"), "it was heard, and one is on it"
    assert seen["quiet"]["requests"][0]
    for part, extended in seen["extend"].items():
        assert seen["quiet"][part] == extended, part
