"""Alarms when somebody does not come home, asks for help, or feels unsafe; and what ends them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord import ui
from discord.ext import commands

from bot.app import App
from bot.delivery.kinds import Drawn, DueNow, Failure, Kind, Outgoing
from bot.domain.delivery import Priority
from bot.errors import NotFound
from bot.reader import Reader
from bot.services import alerts, course, people, watch
from bot.services.outings import OutingView, outing_of
from bot.services.people import Club
from cogs.answer import Interaction, met, open_form, reply, soon
from cogs.views import alerts as views
from cogs.views.base import Component, card, fields_of, pressed
from cogs.views.outing_course import extended

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.client import Backpedal

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""Longest wait for Discord's word on who can read the organisers' channel; an alarm must not hang on it."""


class Alerts(commands.Cog):
    """The ladder, Need help, I feel unsafe, and Resolved."""

    def __init__(self, app: App) -> None:
        self.app = app
        safety = Priority.SAFETY
        self.kinds = (
            Kind(watch.OVERDUE, safety, _climb),
            Kind(alerts.ASK, safety, None, _draw_ask),
            Kind(alerts.CONTACT, safety, None, _draw_contact),
            Kind(alerts.ORGANISERS, safety, None, _draw_organisers, failed=_by_direct_message),
            # Who is said to be waited for in a channel is noticed there: of these two nothing stands in any.
            Kind(alerts.UNSAFE, safety, None, _draw_unsafe, failed=_quietly_on, fallback=False),
            Kind(alerts.UNHEARD, safety, None, _draw_unheard, fallback=False),
            Kind(watch.CLEAR, safety, None, _draw_clear, failed=_by_direct_message),
        )

    def more_items(self, outing: OutingView, user_id: int, reader: Reader) -> list[Component]:
        """What the menu behind More offers."""
        return views.more_items(outing, user_id, reader)

    @pressed("alert", "help", "outing_id")
    async def need_help(self, interaction: Interaction, outing_id: int) -> None:
        """Alarm the organisers and the presser's contacts at once."""
        person = await met(interaction)
        outing = await alerts.need_help(
            self.app.database, outing_id, person.user_id, interaction_id=interaction.id, now=self.app.clock()
        )
        self.app.courier.poke()
        club = await alerts.club_for(self.app.database, outing.guild_id)
        done = person.reader.t("alerts.help.done", number=views.number(club, person.reader))
        await reply(interaction, card(done, colour=views.ALARM), private=True)

    @pressed("alert", "unsafe", "outing_id")
    async def feel_unsafe(self, interaction: Interaction, outing_id: int) -> None:
        """Alarm quietly: the answer is that of an extension."""
        person = await met(interaction)
        outing = await course.own_outing(self.app.database, outing_id, person.user_id)
        course.check_out(outing, person.user_id)
        partners = [c.user_id for c in outing.companions if c.user_id != person.user_id]
        work = self._alarm_quietly(interaction, outing, person.user_id, partners)
        await soon(interaction, work, private=True)
        self.app.courier.poke()
        note = ""
        if await alerts.unheard(self.app.database, outing_id, person.user_id, interaction.id):
            note = views.unheard(await alerts.club_for(self.app.database, outing.guild_id), person.reader)
        await reply(interaction, extended(outing, person.user_id, person.reader, note), private=True)

    @pressed("alert", "unheard", "outing_id")
    async def say_who_was_not_reached(self, interaction: Interaction, outing_id: int) -> None:
        """Say openly what the direct message says so that nobody beside the presser understands it."""
        person = await met(interaction)
        if not await alerts.unheard(self.app.database, outing_id, person.user_id):
            raise NotFound("partners.not_open")
        outing = await course.own_outing(self.app.database, outing_id, person.user_id)
        club = await alerts.club_for(self.app.database, outing.guild_id)
        await reply(interaction, card(views.honestly_unheard(club, person.reader)), private=True)

    async def _alarm_quietly(
        self, interaction: Interaction, outing: OutingView, user_id: int, partners: list[int]
    ) -> None:
        club = await alerts.club_for(self.app.database, outing.guild_id)
        readers = await _readers_of(interaction.client, club.organisers_channel_id, partners)
        await alerts.feel_unsafe(
            self.app.database,
            outing.outing_id,
            user_id,
            readers=readers,
            interaction_id=interaction.id,
            now=self.app.clock(),
        )

    @pressed("alert", "resolve", "outing_id")
    async def ask_what_happened(self, interaction: Interaction, outing_id: int) -> None:
        """Ask for a word."""
        person = await met(interaction)
        await open_form(interaction, views.resolve_form(outing_id, person.reader))

    @pressed("alert", "resolved", "outing_id")
    async def resolve(self, interaction: Interaction, outing_id: int) -> None:
        """End the alarms with a word on what happened."""
        person = await met(interaction)
        organises = await people.organised_by(self.app.database, person, outing_id)
        await alerts.resolve(
            self.app.database,
            outing_id,
            person.user_id,
            fields_of(interaction).get("word", ""),
            organises=organises,
            interaction_id=interaction.id,
            now=self.app.clock(),
        )
        self.app.courier.poke()
        await reply(interaction, card(person.reader.t("alerts.resolve.done")), private=True)


async def _climb(session: AsyncSession, due: DueNow, now: datetime) -> None:
    if due.subject_id is not None:
        rung, help_for = int(due.payload["rung"]), due.payload.get("help_user_id")
        await alerts.climb(session, due.subject_id, rung, now, help_for=help_for)


async def _draw_ask(client: Backpedal, out: Outgoing) -> Drawn | None:
    outing = await _outing(client, out)
    me = outing.who(out.user_id) if outing else None
    if outing is None or me is None or not me.out:
        return None
    reader = await people.reader_for(client.app.database, out.user_id, out.guild_id)
    return _drawn(views.ask(outing, reader))


async def _draw_contact(client: Backpedal, out: Outgoing) -> Drawn | None:
    outing = await _outing(client, out)
    about = outing.who(int(out.payload["about_user_id"])) if outing else None
    if outing is None or about is None or not about.out:
        return None
    club = await alerts.club_for(client.app.database, outing.guild_id)
    reader = await people.reader_for(client.app.database, out.user_id, out.guild_id)
    return _drawn(views.for_contact(outing, about, club, reader, asks_help=bool(out.payload.get("help"))))


async def _draw_organisers(client: Backpedal, out: Outgoing) -> Drawn | None:
    outing = await _outing(client, out)
    if outing is None or (not outing.out and outing.help_at is None) or outing.ended_at is not None:
        return None
    club = await alerts.club_for(client.app.database, outing.guild_id)
    if await _moved_to_direct_messages(client, out):
        return None
    help_for = outing.who(int(out.payload["help_user_id"])) if "help_user_id" in out.payload else None
    reader = await people.reader_for(client.app.database, out.user_id or None, out.guild_id)
    words, view = views.for_organisers(outing, club, reader, help_for=help_for)
    return _to_organisers(out, club, words, view)


async def _draw_unsafe(client: Backpedal, out: Outgoing) -> Drawn | None:
    outing = await _outing(client, out)
    about = outing.who(int(out.payload["about_user_id"])) if outing else None
    if outing is None or about is None:
        return None
    club = await alerts.club_for(client.app.database, outing.guild_id)
    if await _moved_to_direct_messages(client, out):
        return None
    reader = await people.reader_for(client.app.database, out.user_id or None, out.guild_id)
    words, view = views.for_unsafe(outing, about, club, reader)
    return _to_organisers(out, club, words, view)


async def _draw_unheard(client: Backpedal, out: Outgoing) -> Drawn | None:
    outing = await _outing(client, out)
    if outing is None:
        return None
    club = await alerts.club_for(client.app.database, outing.guild_id)
    reader = await people.reader_for(client.app.database, out.user_id, out.guild_id)
    return _drawn(views.unheard_letter(outing, club, reader))


async def _draw_clear(client: Backpedal, out: Outgoing) -> Drawn | None:
    outing = await _outing(client, out)
    if outing is None:
        return None
    if await _moved_to_direct_messages(client, out):
        return None
    reader = await people.reader_for(client.app.database, out.user_id or None, out.guild_id)
    by, how = int(out.payload["by_user_id"]), str(out.payload["how"])
    if how == "resolved" and await _read_by_companions(client, out, outing):
        how = "resolved_brief"
    name = await people.name_of(client.app.database, by, outing.guild_id)
    return Drawn(content=views.clear(outing, outing.who(by), name, how, reader))


async def _read_by_companions(client: Backpedal, out: Outgoing, outing: OutingView) -> bool:
    """Whether somebody of the outing reads this message: by direct message, or in the organisers' channel."""
    ids = [c.user_id for c in outing.companions]
    if out.user_id:
        return out.user_id in ids
    return bool(await _readers_of(client, out.channel_id, ids))


async def _by_direct_message(session: AsyncSession, out: Outgoing, failure: Failure, now: datetime) -> None:
    """The organisers' channel is gone or closed to the bot: tell them one by one."""
    if out.user_id or out.subject_id is None:
        return
    log.warning("an alarm could not be posted in the organisers' channel (%s); it goes by direct message", failure)
    await alerts.by_direct_message(session, out.subject_id, out.kind, out.occurrence, now, out.payload)


async def _quietly_on(session: AsyncSession, out: Outgoing, failure: Failure, now: datetime) -> None:
    """From the channel to each alone, and when the last of them can not be reached, back to the presser."""
    if out.user_id and out.subject_id is not None:
        await alerts.not_reached(session, out.subject_id, out.occurrence, out.payload, now)
    else:
        await _by_direct_message(session, out, failure, now)


async def _moved_to_direct_messages(client: Backpedal, out: Outgoing) -> bool:
    """Whether the channel can be read by everybody by now: then nothing is said there, and each is told alone."""
    if out.user_id:
        return False
    channel = client.get_channel(out.channel_id)
    if not isinstance(channel, discord.abc.GuildChannel):
        return False  # gone: found out when it is sent
    if not channel.permissions_for(channel.guild.default_role).view_channel:
        return False
    app = client.app
    await alerts.move_to_direct_messages(
        app.database, out.subject_id, out.kind, out.occurrence, app.clock(), out.payload
    )
    app.courier.poke()
    return True


def _to_organisers(out: Outgoing, club: Club, words: str, view: ui.View) -> Drawn:
    """With the organisers' role mentioned, in their channel: this ping is meant."""
    if out.user_id or club.organiser_role_id is None:
        return Drawn(content=words, view=view)
    role = discord.Object(club.organiser_role_id)
    return Drawn(
        content=f"<@&{role.id}> {words}",
        view=view,
        mentions=discord.AllowedMentions(everyone=False, users=False, roles=[role]),
    )


async def _readers_of(client: Backpedal, channel_id: int | None, user_ids: Iterable[int]) -> list[int]:
    """Which of some people can read the organisers' channel; all of them where that cannot be told."""
    ids = list(user_ids)
    channel = None if channel_id is None else client.get_channel(channel_id)
    if not isinstance(channel, discord.abc.GuildChannel):
        return ids
    try:
        async with asyncio.timeout(PATIENCE_S):
            return [user_id for user_id in ids if await _reads(channel, user_id)]
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
        log.warning("who can read the organisers' channel is not known: %r", error)
        return ids


async def _reads(channel: discord.abc.GuildChannel, user_id: int) -> bool:
    try:
        member = await channel.guild.fetch_member(user_id)
    except discord.NotFound:
        return False
    return channel.permissions_for(member).view_channel


async def _outing(client: Backpedal, out: Outgoing) -> OutingView | None:
    if out.subject_id is None:
        return None
    try:
        return await outing_of(client.app.database, out.subject_id)
    except NotFound:
        return None


def _drawn(made: tuple[str, ui.View]) -> Drawn:
    return Drawn(content=made[0], view=made[1])


async def setup(bot: Backpedal) -> None:
    """Add the cog."""
    await bot.add_cog(Alerts(bot.app))
