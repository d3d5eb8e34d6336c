"""Alarms while the database fails: sent directly to the organisers, the owner and the contacts."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import discord
from discord import ui

from bot import membership
from bot.app import App
from bot.context import BotClient
from bot.domain.messages.priority import Priority
from bot.domain.outings.outing_rules import OUT, Presence, overdue_at
from bot.domain.safety.escalation_steps import Recipients, has_reached, pause_until
from bot.errors import Conflict, MemberError, NotFound, Unavailable
from bot.interactions import responses
from bot.interactions.channel_readers import readable_by_all
from bot.interactions.components import Buttons
from bot.interactions.replies import Interaction, retry_unavailable
from bot.localizer import Localizer, escaped
from bot.services.members.people import Club
from bot.services.outings.outings import OutingView
from bot.services.safety.emergency_roster import Lifeline
from cogs.safety import alerts_view as views
from cogs.safety import quiet_alarms_view as quiet_views

log = logging.getLogger(__name__)

T = TypeVar("T")

TRIES = 3
"""Attempts to store an alarm while the database is busy, about 1.5 s each, before it bypasses the database."""
LEARN_S = 2.0
"""Longest wait for a read from the database, in seconds."""
SEND_S = 10.0
"""Longest wait for one message, in seconds."""
TROUBLE_S = 120.0
"""How long the database must have failed before overdue members are reported without it, in seconds."""
TROUBLE_PAUSE_S = 60.0
"""Seconds without a failure after which the database counts as having worked in between."""
ONCE_IN_S = 120.0
"""Seconds within which a repeated alarm that has reached somebody is not sent again."""
WRITE_AGAIN_S = 15.0
"""Seconds between attempts to store an alarm that bypassed the database; once stored it is repeated and resolvable."""
WRITE_TRIES = 480  # two hours
QUOTED = 1200
"""Characters of the pressed message that are quoted if nothing else is known."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom an alarm has reached."""

    organisers: bool
    contacts: bool
    lifeline: Lifeline | None

    @property
    def key(self) -> str:
        """The catalogue key of the answer."""
        if self.organisers:
            return "alerts.direct.both" if self.contacts else "alerts.direct.organisers"
        return "alerts.direct.contacts" if self.contacts else "alerts.direct.nobody"

    @property
    def anybody(self) -> bool:
        """Whether it has reached anybody."""
        return self.organisers or self.contacts


class Emergency:
    """Alarms that bypass a failing database."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._lately: dict[tuple[str, int, int], tuple[float, Reached]] = {}
        self._writing: set[asyncio.Task[None]] = set()
        self._trouble: tuple[float, float] | None = None
        self._overdue: set[int] = set()

    async def written(self, write: Callable[[], Awaitable[T]]) -> T | None:
        """Store an alarm, with retries while the database is busy; return None if it cannot be stored.

        Raises:
            MemberError: the alarm is refused: the outing is over, or the user is not in it.
        """
        try:
            return await retry_unavailable(write, TRIES)
        except Unavailable as error:
            log.warning("could not store an alarm: %s", error.key)
        except MemberError:
            raise
        except Exception as error:  # an ERROR notifies the operator, whom a quiet alarm may be about
            log.warning("could not store an alarm", exc_info=error)
        return None

    async def call_for_help(
        self, interaction: Interaction, outing_id: int, write: Callable[[], Awaitable[object]]
    ) -> Reached:
        """Tell the organisers, the owner and the contacts directly that somebody needs help.

        Args:
            interaction: the press.
            outing_id: the outing.
            write: stores the alarm; retried until it succeeds, so that the alarm is repeated and can be resolved.

        Raises:
            NotFound: the user is not in the outing.
            Conflict: the outing is not under way.
        """
        user_id = interaction.user.id
        lifeline = await self._lifeline(outing_id)
        if lifeline is not None:
            _check_out(lifeline, user_id)
        key = ("help", outing_id, user_id)
        lately = self._lately.get(key)
        if lately is not None and time.monotonic() - lately[0] < ONCE_IN_S:
            return lately[1]
        log.error("a call for help of outing %d bypasses the database, which is not writable", outing_id)
        if lifeline is not None:
            me = lifeline.outing.who(user_id)
            reader = lifeline.club.reader
            assert me is not None
            contact = views.for_contact(lifeline.outing, me, lifeline.club, reader, asks_help=True, answerable=False)

            def draw(outing: OutingView) -> tuple[str, ui.View]:
                return views.for_organisers(outing, lifeline.club, reader, help_for=me)

            reached = await _reach(interaction, lifeline, draw, contact)
        else:
            reached = await self._reach_by_what_is_seen(interaction)
        if reached.anybody:
            self._lately[key] = time.monotonic(), reached
        self._keep_writing(write)
        return reached

    async def alarm_quietly(
        self,
        interaction: Interaction,
        outing_id: int,
        channel_is_safe: Callable[[Lifeline], Awaitable[bool]],
        write: Callable[[], Awaitable[object]],
    ) -> Reached:
        """Send the quiet alarm directly, to no participant of the outing and to no channel that one of them reads.

        If the outing is unknown, nobody is known to be safe to tell; it is sent once stored. Raises as `call_for_help`.
        """
        user_id = interaction.user.id
        lifeline = await self._lifeline(outing_id)
        if lifeline is None:
            self._keep_writing(write)
            return Reached(organisers=False, contacts=False, lifeline=None)
        _check_out(lifeline, user_id)
        key = ("unsafe", outing_id, user_id)
        lately = self._lately.get(key)
        if lately is not None and time.monotonic() - lately[0] < ONCE_IN_S:
            return lately[1]
        # Not an ERROR, which notifies the operator at once: the alarm may be about them.
        log.warning("an alarm bypasses the database, which is not writable")
        me = lifeline.outing.who(user_id)
        assert me is not None

        def draw(outing: OutingView) -> tuple[str, ui.View]:
            return quiet_views.unwritten(outing, me, lifeline.club, lifeline.club.reader)

        contact = (draw(lifeline.outing)[0], Buttons())
        inside = [c.user_id for c in lifeline.outing.companions]
        safe = await channel_is_safe(lifeline)
        reached = await _reach(interaction, lifeline, draw, contact, inside, channel_is_safe=safe)
        if reached.anybody:
            self._lately[key] = time.monotonic(), reached
        self._keep_writing(write)
        return reached

    async def look_after_the_overdue(self, client: BotClient) -> None:
        """Tell the organisers who is overdue, once per outing. Called every few seconds while the database fails."""
        now, at = time.monotonic(), self._app.clock()
        since, last = self._trouble or (now, now)
        since = now if now - last > TROUBLE_PAUSE_S else since
        self._trouble = since, now
        if now - since < TROUBLE_S:
            return
        for outing_id in self._app.lifelines.known():
            if outing_id in self._overdue:
                continue
            try:
                lifeline = await self._lifeline(outing_id)
            except NotFound:
                continue
            if lifeline is None:
                continue
            outing = lifeline.outing
            if not outing.out or outing.due_back_at is None:
                self._app.lifelines.forget(outing_id)
                self._overdue.discard(outing_id)
                continue
            asked_at = overdue_at(outing.due_back_at, lifeline.club.grace_min)
            told = has_reached(outing.escalation_step, Recipients.ORGANISERS) or outing.help_at is not None
            if not told and at >= asked_at + pause_until(Recipients.ORGANISERS):
                self._overdue.add(outing_id)
                log.error("a member of outing %d is overdue, and the database is not writable", outing_id)
                await _tell_of_overdue(client, lifeline)

    def close(self) -> None:
        """Stop retrying to store alarms."""
        for task in self._writing:
            task.cancel()

    async def _lifeline(self, outing_id: int) -> Lifeline | None:
        """Return the outing's lifeline from the database, or else the remembered one."""
        lifelines = self._app.lifelines
        try:
            async with asyncio.timeout(LEARN_S):
                return await lifelines.learn(self._app.database.urgent, outing_id)
        except NotFound:
            raise NotFound("partners.not_open") from None
        except Exception as error:
            log.warning("could not read outing %d: %r", outing_id, error)
        return lifelines.recall(outing_id)

    async def _reach_by_what_is_seen(self, interaction: Interaction) -> Reached:
        """Alarm with what Discord knows alone: the user, their clubs, and the pressed message."""
        client, user = interaction.client, interaction.user
        message = interaction.message
        if message is None or client.user is None or message.author.id != client.user.id:
            return Reached(organisers=False, contacts=False, lifeline=None)
        guilds = [interaction.guild] if interaction.guild else await _clubs_of(client, user.id)
        sent = []
        for guild in guilds:
            known = self._app.lifelines.of_club(guild.id)
            reader = known.club.reader if known else Localizer()
            seen = "\n".join(f"> {line}" for line in _text_of(message)[:QUOTED].splitlines())
            words = reader.t("alerts.direct.unknown", name=escaped(user.display_name, 60), mention=user.mention)
            to = _each([guild.owner_id] if guild.owner_id else [], [user.id])
            sent += [_send_to(client, one, f"{words}\n{seen}", None, interaction.id) for one in to]
        return Reached(organisers=any(await asyncio.gather(*sent)), contacts=False, lifeline=None)

    def _keep_writing(self, write: Callable[[], Awaitable[object]]) -> None:
        async def keep() -> None:
            for _ in range(WRITE_TRIES):
                await asyncio.sleep(WRITE_AGAIN_S)
                try:
                    await write()
                except MemberError as error:
                    if isinstance(error, Unavailable):
                        continue
                    log.info("an alarm that bypassed the database is over: %s", error.key)
                except Exception as error:
                    log.warning("still could not store an alarm: %r", error)
                    continue
                self._app.outbox.wake()
                return

        task = asyncio.create_task(keep())
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)


def _check_out(lifeline: Lifeline, user_id: int) -> None:
    me = lifeline.outing.who(user_id)
    if me is None or me.presence is not Presence.IN:
        raise NotFound("partners.not_open")
    if lifeline.outing.state not in OUT or me.checked_in_at is None:
        raise Conflict("course.say.not_out")


async def _reach(
    interaction: Interaction,
    lifeline: Lifeline,
    draw: Callable[[OutingView], tuple[str, ui.View]],
    to_contact: tuple[str, ui.View],
    besides: Collection[int] = (),
    *,
    channel_is_safe: bool = True,
) -> Reached:
    """Write to the organisers' channel and the owner, or to each organiser; and to the user's contacts."""
    client, user_id, key = interaction.client, interaction.user.id, interaction.id
    club, left_out = lifeline.club, {user_id, *besides}
    in_channel = channel_is_safe and await _post(client, club, *draw(lifeline.outing), key)
    guild = client.get_guild(club.guild_id)
    owner = [guild.owner_id] if guild is not None and guild.owner_id else []
    organisers = _each([*owner, *(() if in_channel else lifeline.organiser_ids)], left_out)
    out = [c.user_id for c in lifeline.outing.out]  # contacts who are out with them are not told
    contacts = _each(lifeline.contact_ids.get(user_id, ()), {*left_out, *organisers, *out})

    async def tell_organiser(one: int) -> bool:
        organises = await _organises(client, club, one)
        if organises is False:
            return False
        exactly = lifeline.outing if organises else views.withheld(lifeline.outing, club.reader)
        return await _send_to(client, one, *draw(exactly), key)

    told = await asyncio.gather(
        *(tell_organiser(one) for one in organisers),
        *(_send_to(client, one, *to_contact, key) for one in contacts),
    )
    return Reached(
        organisers=in_channel or any(told[: len(organisers)]),
        contacts=any(told[len(organisers) :]),
        lifeline=lifeline,
    )


async def _tell_of_overdue(client: BotClient, lifeline: Lifeline) -> None:
    """Write to the organisers' channel and the owner, or to each organiser."""
    club, key = lifeline.club, lifeline.outing.outing_id
    said = views.overdue_unasked(lifeline.outing, club)
    in_channel = await _post(client, club, said, Buttons(), key)
    guild = client.get_guild(club.guild_id)
    owner = [guild.owner_id] if guild is not None and guild.owner_id else []
    for one in _each([*owner, *(() if in_channel else lifeline.organiser_ids)], ()):
        organises = await _organises(client, club, one)
        if organises is not False:
            shown = lifeline.outing if organises else views.withheld(lifeline.outing, club.reader)
            await _send_to(client, one, views.overdue_unasked(shown, club), None, key)


async def _organises(client: BotClient, club: Club, user_id: int) -> bool | None:
    """Return whether somebody organises a club now, or None if Discord does not answer."""
    guild = client.get_guild(club.guild_id)
    if guild is not None and guild.owner_id == user_id:
        return True
    found = await membership.fetch(client, club.guild_id, user_id)
    if not isinstance(found, discord.Member):
        return found
    allowed = found.guild_permissions
    return allowed.manage_guild or allowed.administrator or club.organiser_role_id in {r.id for r in found.roles}


def _each(user_ids: Iterable[int], besides: Collection[int]) -> list[int]:
    return [one for one in dict.fromkeys(user_ids) if one not in besides]


async def _post(client: BotClient, club: Club, words: str, view: ui.View, key: int) -> bool:
    """Write to the organisers' channel, unless everybody can read it; return whether it arrived."""
    channel_id = club.organisers_channel_id
    if channel_id is None or readable_by_all(client, channel_id):
        return False
    roles = [discord.Object(club.organiser_role_id)] if club.organiser_role_id else []
    mentions = discord.AllowedMentions(everyone=False, users=False, roles=roles)
    said = f"<@&{club.organiser_role_id}> {words}" if roles else words
    return await _send(client, client.get_partial_messageable(channel_id), said, view, key, mentions)


async def _send_to(client: BotClient, user_id: int, words: str, view: ui.View | None, key: int) -> bool:
    """Send a direct message; return whether it arrived."""
    try:
        async with asyncio.timeout(SEND_S), client.app.outbox.slot(Priority.SAFETY):
            channel = await responses.retry_idempotent(lambda: client.create_dm(discord.Object(user_id)))
    except responses.LOST as error:  # a timeout is an OSError
        log.warning("could not open a direct channel for an alarm: %r", error)
        return False
    return await _send(client, channel, words, view, key)


async def _send(
    client: BotClient,
    channel: discord.abc.Messageable,
    words: str,
    view: ui.View | None,
    key: int,
    mentions: discord.AllowedMentions | None = None,
) -> bool:
    """Send a message once, even if the request is retried; return whether it arrived."""
    shown: Any = {} if view is None else {"view": view}
    mentions = mentions or discord.AllowedMentions.none()
    try:
        async with asyncio.timeout(SEND_S), client.app.outbox.slot(Priority.SAFETY):
            await responses.retry_idempotent(
                lambda: channel.send(words[:2000], allowed_mentions=mentions, nonce=f"sos{key}"[:25], **shown)
            )
    except responses.LOST as error:
        log.warning("could not send an alarm: %r", error)
        return False
    return True


async def _clubs_of(client: BotClient, user_id: int) -> list[discord.Guild]:
    """Return the clubs of which somebody is a member now, as Discord says."""
    asked = await asyncio.gather(*(membership.still_member(client, guild.id, user_id) for guild in client.guilds))
    return [guild for guild, holds in zip(client.guilds, asked, strict=True) if holds]


def _text_of(message: discord.Message) -> str:
    """Return the text of the bot's own message, classic or Components V2."""

    def walk(parts: Iterable[Any]) -> Iterable[str]:
        for part in parts:
            if isinstance(part, discord.TextDisplay):
                yield part.content
            yield from walk(getattr(part, "children", ()))

    return "\n".join(filter(None, [message.content, *walk(message.components)]))
