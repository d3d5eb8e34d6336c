"""Fixtures: a club in a simulated Discord with the real client, and access to the texts its members can read."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, cast

import apscheduler.schedulers.base
import discord
import pytest
import pytest_asyncio
import simcord
from simcord import ChannelHandle, GuildHandle, InteractionResult, MemberActor, ResponseMessage

from bot.app import App
from bot.client import Backpedal
from bot.config import Settings
from bot.delivery.pump import Pump
from bot.delivery.rate_limiter import RateLimiter
from bot.domain.members.allowances import Allowance
from bot.i18n import Message, catalogue, translate
from bot.interactions import admission
from bot.languages import DEFAULT
from bot.worker.messages import WorkerRole
from bot.worker.process import Process
from bot.worker.worker import Worker
from cogs import EXTENSIONS
from db.engine import Database
from db.models import Guild, User
from tests.flows.timer_search import search_quickly

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""The start of every flow: a Wednesday, 13:00 in Berlin."""


@dataclass(slots=True)
class Club:
    """A server with one text channel, two members and an organiser.

    Attributes:
        env: the simulation; `env.bot` is the real client, `await env.advance_time(s)` moves the clock.
        app: the app the bot is built from.
        guild: the server.
        channel: its one text channel.
        alice: a member.
        bob: another member.
        olga: a member with the Manage Server permission, so an organiser.
        locales: Discord's language by user; British if not listed.
    """

    env: simcord.Env
    app: App
    guild: GuildHandle
    channel: ChannelHandle
    alice: MemberActor
    bob: MemberActor
    olga: MemberActor
    locales: dict[int, str] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        """The bot's database."""
        return self.app.database

    async def restart(self, **down: float) -> None:
        """Stop the bot and start a new one on the same database, after a downtime such as `restart(hours=1)`."""
        old = self.env.bot
        await self.app.outbox.detach(cast(Backpedal, old))
        self.env.backend.advance_clock(timedelta(**down).total_seconds())  # no job of the bot runs meanwhile
        self.app = replace(self.app, outbox=make_pump())
        await self.env.restart_bot(Backpedal(self.app, self.app.outbox, EXTENSIONS))
        await old.close()

    async def wake(self) -> None:
        """Make the delivery loop look for jobs and messages that a test has stored itself."""
        with self.env._bot_scope():
            self.app.outbox.wake()
        await self.env.settle()

    async def pass_time(self, **span: float) -> None:
        """Advance the clock, as in `pass_time(hours=2)`, running due jobs and sending due messages."""
        left_s = timedelta(**span).total_seconds()
        while left_s > 0:  # in steps, since simcord has one time limit per advance
            step_s = min(left_s, 6 * 3600.0)
            await self.env.advance_time(step_s)
            left_s -= step_s

    def dms(self, actor: MemberActor) -> list[discord.Message]:
        """Return the bot's direct messages to a member, oldest first."""
        return [m for m in self._dm_channel(actor).history() if m.author.id == self.env.backend.bot_user.id]

    def close_dms(self, actor: MemberActor, code: int = 50007) -> None:
        """Make Discord refuse the bot's direct messages to a member with this error code."""
        path = f"/channels/{self._dm_channel(actor).id}/messages"
        self.env.inject_error("POST", path, status=403, code=code, message="Cannot send messages", times=None)

    def open_dms(self, actor: MemberActor) -> None:
        """Let Discord accept direct messages to a member again."""
        path = f"/channels/{self._dm_channel(actor).id}/messages"
        self.env.backend.faults[:] = [fault for fault in self.env.backend.faults if fault["path"] != path]

    def _dm_channel(self, actor: MemberActor) -> ChannelHandle:
        return ChannelHandle(self.env, None, self.env.backend.get_dm_channel(actor.id))

    def words(self, key: str, language: str = DEFAULT) -> str:
        """Return a text of the catalogue as a member reads it, with its commands as mentions."""
        return cast(Backpedal, self.env.bot).mentions.in_text(translate(language, key))

    async def speak(self, language: str, *actors: MemberActor) -> None:
        """Set the language of the club, and of `actors` (all three by default)."""
        async with self.database.write() as session:
            now = self.env.now()
            guild = await session.get(Guild, self.guild.id) or Guild(guild_id=self.guild.id, created_at=now)
            guild.language = language
            session.add(guild)
            for actor in actors or (self.alice, self.bob, self.olga):
                user = await session.get(User, actor.id) or User(user_id=actor.id, created_at=now)
                user.language = language
                session.add(user)


@pytest.fixture
def errors_expected() -> list[str]:
    """Substrings of the ERROR log lines that a test expects; any other ERROR line fails it."""
    return []


@pytest.fixture(autouse=True)
def no_error_is_logged(errors_expected: list[str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    logged = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    unexpected = [line for line in logged if not any(part in line for part in errors_expected)]
    assert not unexpected, f"logged at ERROR: {unexpected}"


@pytest.fixture(scope="session")
def kept_processes() -> Iterator[dict[WorkerRole, Process]]:
    """Worker processes reused between tests, since starting one takes half a second."""
    kept: dict[WorkerRole, Process] = {}
    yield kept
    for process in kept.values():
        process.close()


@pytest_asyncio.fixture
async def worker(kept_processes: dict[WorkerRole, Process]) -> AsyncIterator[Worker]:
    """The worker; its processes start with the first file or chart of the session."""
    worker = Worker()
    for role, lane in worker.lanes.items():
        lane.process = kept_processes.pop(role, None)
    yield worker
    for role, lane in worker.lanes.items():
        if lane.process is not None:
            kept_processes[role], lane.process = lane.process, None
    await worker.close()


def make_pump(sweep: timedelta = timedelta(days=7)) -> Pump:
    """Return a pump without pacing, which has its own tests, and by default with a weekly sweep."""
    return Pump(RateLimiter(per_second=1e6, burst=1000, window=1000), sweep)


@pytest.fixture
def courier() -> Pump:
    """The pump of the bot; tests of the sweep override it with a shorter interval."""
    return make_pump()


search_quickly()


class VirtualNow(datetime):
    """The clock used by APScheduler."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return discord.utils.utcnow().astimezone(tz)


@pytest.fixture(autouse=True)
def alarms_follow_the_virtual_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", VirtualNow)


@pytest.fixture(autouse=True)
def tests_press_faster_than_thumbs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lift the admission limits: they count real seconds, in which a flow makes a hundred requests."""
    for name in ("ORDINARY", "TYPING", "URGENT"):
        monkeypatch.setattr(admission, name, Allowance(burst=1e9, per_s=1e9))


@pytest_asyncio.fixture
async def app(database: Database, worker: Worker, courier: Pump) -> App:
    return App(Settings(), database, worker, clock=discord.utils.utcnow, outbox=courier)


@pytest_asyncio.fixture
async def env(app: App) -> AsyncIterator[simcord.Env]:
    async with simulated(app) as env:
        yield env


@asynccontextmanager
async def simulated(
    app: App, at: datetime = NOON, prepare: Callable[[simcord.Env], None] = lambda env: None
) -> AsyncIterator[simcord.Env]:
    """Run the client in its own simulated Discord.

    Args:
        app: the app the client is built from.
        at: the instant at which the simulation starts.
        prepare: fills the simulated Discord before the client starts.
    """
    # Failures are asserted on the log: simcord would also count errors that a member is told about.
    env = simcord.Env(Backpedal(app, app.outbox, EXTENSIONS), settle_timeout=10, check_errors=False)
    env.backend.clock._epoch = at
    settle = env._settle_internal

    async def quick(**options: Any) -> Any:
        # Instead of 50 ms per press. Polling costs CPU: every 4 ms it took a quarter of a flow's time.
        return await settle(**{"idle": 0.01, **options})

    env._settle_internal = quick  # type: ignore[method-assign]
    schedule_timer = env._schedule_timer

    def schedule(record: Any, *others: Any) -> None:
        # Timers fire only when the test advances the clock; else a press shortly before one would wait for it.
        if record.label != "AsyncIOScheduler.wakeup":
            schedule_timer(record, *others)

    env._schedule_timer = schedule  # type: ignore[method-assign]
    prepare(env)
    await env.start()
    try:
        yield env
    finally:
        await env.shutdown()
        await env.bot.close()


@pytest_asyncio.fixture
async def club(env: simcord.Env, app: App) -> Club:
    return await make_club(env, app)


async def make_club(env: simcord.Env, app: App) -> Club:
    """Create the club in the simulated Discord."""
    guild = env.create_guild("Krebsgang")
    organisers = guild.create_role("Organisers", permissions=discord.Permissions(manage_guild=True))
    alice, bob = (guild.add_member(env.create_user(name)) for name in ("alice", "bob"))
    olga = guild.add_member(env.create_user("olga"), roles=[organisers])
    channel = guild.create_text_channel("runs")
    await env.settle()
    club = Club(env, app, guild, channel, alice, bob, olga)
    emit = env.backend.emit

    def emit_in_a_locale(event: str, payload: Mapping[str, Any]) -> None:
        if event == "INTERACTION_CREATE":
            user = payload["member"]["user"] if "member" in payload else payload["user"]
            payload = {**payload, "locale": club.locales.get(int(user["id"]), "en-GB")}
            if "guild_locale" in payload:
                payload["guild_locale"] = "en-GB"
        emit(event, payload)

    env.backend.emit = emit_in_a_locale  # type: ignore[method-assign]  # simcord knows only en-US
    return club


# ------------------------------------------------------------------ readable text

_SHOWN = ("content", "title", "text", "label", "placeholder", "description", "name")

Readable = InteractionResult | ResponseMessage | discord.Message | dict[str, Any] | list[Any]


def texts_of(shown: Readable) -> list[str]:
    """Return every text a member can read, in order: sentences, labels of buttons and fields, choices.

    Args:
        shown: the answer to a command or press (its card, follow-ups and form), a message, a form, or the choices
            of an autocomplete.
    """
    if isinstance(shown, InteractionResult):
        parts: list[Any] = [part for part in (shown.response, *shown.followups) if part is not None]
        found = [text for part in parts for text in texts_of(part)]
        return found + (texts_of(shown.modal) if shown.modal else [])
    if isinstance(shown, ResponseMessage):
        return ([shown.content] if shown.content else []) + _walk(shown.components)
    if isinstance(shown, discord.Message):
        said = ([shown.content] if shown.content else []) + [text for one in shown.embeds for text in _framed(one)]
        return said + _walk([part.to_dict() for part in shown.components])
    return _walk(shown)


def text_of(shown: Readable) -> str:
    """Return every text a member can read, one per line."""
    return "\n".join(texts_of(shown))


def _framed(embed: discord.Embed) -> list[str]:
    """Return the texts of an embed; a column reads `heading: values`."""
    columns = [f"{field.name}: {', '.join(str(field.value).splitlines())}" for field in embed.fields]
    return [text for text in (embed.title, embed.description, *columns, embed.footer.text) if text]


def _walk(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for item in node for text in _walk(item)]
    if not isinstance(node, dict):
        return []
    own = [node[key] for key in _SHOWN if isinstance(node.get(key), str) and node[key]]
    return own + [text for value in node.values() for text in _walk(value)]


def button_ids(shown: InteractionResult | ResponseMessage | discord.Message) -> dict[str, str]:
    """Return the buttons of a message as a mapping from label to custom id."""
    message = shown.response if isinstance(shown, InteractionResult) else shown
    assert message is not None
    tree = message.components
    plain = tree if isinstance(message, ResponseMessage) else [part.to_dict() for part in tree]
    found: dict[str, str] = {}

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == 2 and "custom_id" in node:
                found[node.get("label", "")] = node["custom_id"]
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(plain)
    return found


# ------------------------------------------------------------------ no English in another language

_PLACEHOLDER = re.compile(r"\{[^}]*\}|`/[^`]+`")
"""What differs between a text of the catalogue and a text that is read: values, and commands, which are mentions."""


def _sentences(message: Message) -> list[str]:
    return [message] if isinstance(message, str) else list(message.values())


class _English(NamedTuple):
    """An English text that differs from that of another language.

    Attributes:
        name: its key and its text.
        literal: its longest part without a placeholder, for a fast first search.
        pattern: the whole text.
        whole: whether it must match a whole text, such as a button's label, since it is short ("Zone", "Undo").
    """

    name: str
    literal: str
    pattern: re.Pattern[str]
    whole: bool


@cache
def _english(language: str) -> list[_English]:
    """Return the English texts that differ from those of `language`."""
    found = []
    for key, message in catalogue(DEFAULT).items():
        ours = _sentences(catalogue(language)[key])
        for sentence in _sentences(message):
            words = re.findall(r"[A-Za-z]{2,}", _PLACEHOLDER.sub(" ", sentence))
            if not words or sentence in ours:
                continue
            value = ".+?" if " " in sentence else r"\S+?"  # else `{day}rd` matches "wie in Discord"
            parts = _PLACEHOLDER.split(sentence)
            pattern = re.compile(value.join(map(re.escape, parts)))
            if not any(pattern.search(other) for other in ours):
                whole = len(words) < 2 or sum(map(len, words)) < 8
                found.append(_English(f"{key}: {sentence}", max(parts, key=len), pattern, whole))
    return found


def assert_language(language: str, *shown: Readable) -> None:
    """Assert that no English catalogue text that differs from its translation can be read in what is `shown`."""
    for piece in {text for each in shown for text in texts_of(each)}:
        for english in _english(language):
            if english.literal not in piece:
                continue
            hit = english.pattern.fullmatch(piece) if english.whole else english.pattern.search(piece)
            assert not hit, f"English where {language} is read: {english.name!r} in {piece!r}"
