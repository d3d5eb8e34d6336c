"""The discord.py client: intents, loading of cogs, command sync, routing of interactions, shutdown."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import hashlib
import importlib
import json
import logging
import time
from collections.abc import Sequence
from typing import Any

import discord
from discord.ext import commands

from bot.app import App
from bot.command_mentions import CommandMentions
from bot.context import BotClient
from bot.delivery.message_kinds import Kind
from bot.delivery.pump import Pump
from bot.errors import StartupError, Unavailable
from bot.interactions.admission import Admission, Verdict
from bot.interactions.components import Router
from bot.interactions.corrections import behind_fix, keep_form
from bot.interactions.nudge_kinds import Nudge, kind_of
from bot.interactions.responses import LOST
from bot.interactions.startup_tasks import begin
from bot.interactions.tree import (
    CatalogueTranslator,
    Tree,
    list_command_of,
    reader_in,
    respond_to_error,
    say_privately,
)
from bot.services.messages import app_state
from bot.services.zones import zone_updates

log = logging.getLogger(__name__)

GRACE_S = 2.5
"""How long `close` waits for pending interactions; members waiting for longer work (a file) are told to try again."""


TIDY_S = 30.0
"""Interval between two removals of expired rate limits."""


def tidy_seldom(http: Any) -> None:
    """Make discord.py's HTTP client remove expired rate limits every half minute instead of on each new one.

    It keeps one per channel and per interaction for five minutes and, from 256 on, scans all of them whenever one is
    added (2.7.1). After thousands of direct messages that scan takes most of the bot's CPU time.
    """
    tidy, next_at = http._try_clear_expired_ratelimits, 0.0

    def seldom() -> None:
        nonlocal next_at
        now = time.monotonic()
        if now >= next_at:
            next_at = now + TIDY_S
            tidy()

    http._try_clear_expired_ratelimits = seldom


class Backpedal(BotClient):
    """The bot. No privileged intent: it reads no messages and keeps no member list.

    Args:
        app: the parts that cogs use.
        pump: sends through this client from READY until it closes; cogs know it as `app.outbox`.
        extensions: dotted names of the cogs' modules, loaded in this order by `setup_hook`.
    """

    def __init__(self, app: App, pump: Pump, extensions: Sequence[str]) -> None:
        intents = discord.Intents(guilds=True)
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents,
            tree_cls=Tree,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            guild_ready_timeout=0.3,
            chunk_guilds_at_startup=False,
        )
        tidy_seldom(self.http)
        self.app = app
        self.mentions = CommandMentions()
        self._pump = pump
        self.extensions_to_load = tuple(extensions)
        self.router = Router()
        self.admission = Admission()
        self._refused: dict[int, int] = {}  # interaction id to the seconds its member is asked to wait
        self._admit_first()
        self.kinds: dict[str, Kind] = {}
        self.nudges: dict[str, Nudge] = {}
        self._in_hand: dict[asyncio.Task[Any], discord.Interaction[BotClient]] = {}
        self._closing = False
        self._attached = False
        self._following: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """Load every cog or refuse to start; then sync the commands if they changed."""
        await self.load_everything()
        await self._follow_the_zones()
        try:
            await self.sync_if_changed()
        except Unavailable as error:  # a database that is locked for some seconds must not prevent the start
            log.warning("command sync postponed until the next start: %s", error.key)

    async def _follow_the_zones(self) -> None:
        """Reschedule jobs set by local time whose zone data has changed, before any of them is due."""

        async def follow() -> None:
            await zone_updates.follow(self.app.database, self.app.zone_data.version, self.app.clock())
            self.app.outbox.wake()

        try:
            await follow()
        except Unavailable as error:
            log.warning("rescheduling for new time zone data postponed: %s", error.key)
            self._following = asyncio.create_task(begin(self, "following the time zone data", follow))

    async def load_everything(self) -> None:
        """Load every extension.

        Raises:
            StartupError: with a line for each that failed; the bot does not start with some of its commands missing.
        """
        faults = []
        await self.tree.set_translator(CatalogueTranslator())
        for extension in self.extensions_to_load:
            # Not `load_extension`: it supports reloading and executes every module again at each start.
            try:
                await importlib.import_module(extension).setup(self)
            except Exception as error:
                log.error("%s could not be loaded", extension, exc_info=error)
                faults.append(f"{extension} could not be loaded: {error}")
        if faults:
            raise StartupError(faults)

    async def add_cog(self, cog: commands.Cog, /, **options: Any) -> None:
        """Add a cog, its component handlers, and the message kinds it declares in `kinds` and `nudges`.

        Raises:
            ValueError: two kinds have the same name.
        """
        self.router.add(cog)
        nudges: tuple[Nudge, ...] = getattr(cog, "nudges", ())
        for kind in (*getattr(cog, "kinds", ()), *map(kind_of, nudges)):
            if kind.name in self.kinds:
                raise ValueError(f"two kinds of message named {kind.name}")
            self.kinds[kind.name] = kind
        self.nudges |= {nudge.name: nudge for nudge in nudges}
        await super().add_cog(cog, **options)

    async def sync_if_changed(self, *, force: bool = False) -> bool:
        """Send Discord the commands if they differ from those last sent. Return whether they were sent."""
        translator = self.tree.translator
        payload = []
        for command in self.tree.get_commands():
            payload.append(
                await command.get_translated_payload(self.tree, translator)
                if translator
                else command.to_dict(self.tree)
            )
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()
        name, ids_name = f"synced:{self.application_id}", f"commands:{self.application_id}"
        known_ids = await app_state.recall(self.app.database, ids_name)
        if not force and known_ids is not None and await app_state.recall(self.app.database, name) == digest:
            self._mention_commands(json.loads(known_ids))
            return False
        # Not `tree.sync()`, which would translate everything into thirty languages again.
        assert self.application_id is not None
        made = await self.http.bulk_upsert_global_commands(self.application_id, payload=payload)
        ids = {one["name"]: int(one["id"]) for one in made if one["type"] == discord.AppCommandType.chat_input.value}
        self._mention_commands(ids)
        await app_state.remember(self.app.database, ids_name, json.dumps(ids))
        await app_state.remember(self.app.database, name, digest)
        log.info("%d commands synced", len(payload))
        return True

    def _mention_commands(self, ids: dict[str, int]) -> None:
        runnable = (one for one in self.tree.walk_commands() if isinstance(one, discord.app_commands.Command))
        self.mentions.learn(ids, [one.qualified_name for one in runnable])

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Dispatch an event, unless the client is closed: it has no event loop then."""
        if not self.is_closed():
            super().dispatch(event_name, *args, **kwargs)

    async def on_ready(self) -> None:
        """Attach the pump, and freeze loaded objects once: READY repeats per session, and would freeze garbage too."""
        if not self._attached:
            gc.freeze()
        if not self._closing:
            self._pump.attach(self, self.kinds)
            self._attached = True
            await self._reach_the_operator()
        log.info("ready in %d clubs", len(self.guilds))

    async def _reach_the_operator(self) -> None:
        """Start sending ERROR log lines to the targets of `[alerts]`; log a target that cannot be reached."""
        alerts = self.app.settings.alerts
        if not alerts.channel and not alerts.user:
            return
        try:
            if alerts.channel:
                channel = self.get_channel(alerts.channel) or await self.fetch_channel(alerts.channel)
                if isinstance(channel, discord.abc.GuildChannel):
                    allowed = channel.permissions_for(channel.guild.me)
                    if not (allowed.view_channel and allowed.send_messages):
                        log.error("[alerts] channel %d: no permission to write there", alerts.channel)
            if alerts.user:
                await self.create_dm(discord.Object(alerts.user))
        except LOST as error:
            log.error("[alerts] channel or user cannot be reached: %s", error)
        self.app.operator.attach(self._tell_operator)

    async def _tell_operator(self, words: str) -> bool:
        """Send the operator a message, to the channel and the user. Return whether Discord accepted at least one."""
        alerts, taken = self.app.settings.alerts, False
        for number in filter(None, (alerts.channel, alerts.user)):
            try:
                if number == alerts.user:
                    channel: discord.abc.Messageable = await self.create_dm(discord.Object(number))
                else:
                    channel = self.get_partial_messageable(number)
                await channel.send(words)
                taken = True
            except LOST as error:
                log.warning("operator alert could not be sent: %s", error)
        return taken

    async def on_interaction(self, interaction: discord.Interaction[BotClient]) -> None:
        """Route component presses and forms by custom id; the command tree handles commands."""
        if interaction.type not in (discord.InteractionType.component, discord.InteractionType.modal_submit):
            return
        if not await self.admits(interaction):
            return
        task = asyncio.current_task()
        if task is not None:
            self.hold(task, interaction)
        try:
            await self._route(interaction)
        except Exception as error:
            await respond_to_error(interaction, error)

    def _admit_first(self) -> None:
        """Drop or mark gateway interactions of members who send too many.

        The client has no hook before an interaction object is built and its tasks run, so this replaces an entry of
        discord.py's private parser table (2.7.1).
        """
        parse = self._connection.parsers["INTERACTION_CREATE"]

        def admit(data: Any) -> None:
            verdict, wait_s = self.admission.judge(data)
            if verdict is Verdict.IGNORED:
                return
            if verdict is Verdict.TOLD:
                self._refused[int(data["id"])] = wait_s
            parse(data)

        self._connection.parsers["INTERACTION_CREATE"] = admit

    async def admits(self, interaction: discord.Interaction[BotClient]) -> bool:
        """Whether to handle an interaction. A member who sends too many is told to wait, and False is returned."""
        wait_s = self._refused.pop(interaction.id, None)
        if wait_s is None:
            return True
        with contextlib.suppress(discord.HTTPException):
            await say_privately(interaction, reader_in(interaction).t("errors.too_often", count=wait_s))
        return False

    async def _route(self, interaction: discord.Interaction[BotClient]) -> None:
        data: Any = interaction.data or {}
        custom_id = behind_fix(str(data.get("custom_id", "")))
        route, ids = self.router.route(custom_id)
        opener_id = self.router.opener_id(route, ids)
        if route.opener is not None and opener_id is not None:
            keep_form(interaction, opener_id, route.opener.labels)
        await route.handler(interaction, **route.arguments.read(ids, data))

    def hold(self, task: asyncio.Task[Any], interaction: discord.Interaction[BotClient]) -> None:
        """Count an interaction as pending until the task that answers it ends."""
        self._in_hand[task] = interaction
        task.add_done_callback(lambda ended: self._in_hand.pop(ended, None))

    def _others_in_hand(self) -> set[asyncio.Task[Any]]:
        return set(self._in_hand) - {asyncio.current_task()}

    async def close(self) -> None:
        """Answer pending interactions, finish messages being sent, then disconnect."""
        if self._closing:
            return
        self._closing = True
        loop = asyncio.get_running_loop()
        until = loop.time() + GRACE_S
        while (waiting := self._others_in_hand()) and loop.time() < until:
            await asyncio.wait(waiting, timeout=until - loop.time())
        left = [(task, self._in_hand[task]) for task in self._others_in_hand()]  # a copy: tasks end meanwhile
        for task, interaction in left:
            task.cancel()
            with contextlib.suppress(discord.HTTPException):
                reader, shown = reader_in(interaction), list_command_of(interaction)
                words = reader.t("errors.stopping", list=shown) if shown else reader.t("errors.stopping_alone")
                await say_privately(interaction, words)
        if self._following is not None:
            self._following.cancel()
        if self._attached:
            self.app.operator.detach()
            await self._pump.detach(self)
        await super().close()
