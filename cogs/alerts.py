"""Alarms when somebody does not come home, asks for help, or feels unsafe; and what ends them."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import discord
from discord import ui
from discord.ext import commands

from bot.delivery.kinds import Drawn, DueNow, Failure, Kind, Outgoing, Recipient
from bot.domain.delivery import Priority
from bot.errors import MemberError, NotFound, Unavailable
from bot.reader import Reader
from bot.services import alerts, course, people, watch
from bot.services.lifelines import Lifeline
from bot.services.outings import OutingView, outing_of
from bot.services.people import Club, Person
from bot.tree import reader_in
from cogs.answer import Interaction, met, open_form, reply, soon
from cogs.beginning import begin
from cogs.emergency import Emergency
from cogs.membership import standing_in
from cogs.readers import readable_by_all, readers_of
from cogs.views import alerts as views
from cogs.views.base import Component, card, fields_of, pressed
from cogs.views.outing_course import extended

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.client import Backpedal

log = logging.getLogger(__name__)


class Alerts(commands.Cog):
    """The ladder, Need help, I feel unsafe, and Resolved."""

    def __init__(self, bot: Backpedal) -> None:
        self.bot = bot
        app = self.app = bot.app
        self.emergency = Emergency(app)
        safety = Priority.SAFETY
        self.kinds = (
            Kind(watch.OVERDUE, safety, _climb),
            Kind(alerts.ASK, safety, None, _draw_ask, to=Recipient.COMPANION),
            Kind(alerts.CONTACT, safety, None, _draw_contact, to=Recipient.CONTACT),
            Kind(
                alerts.ORGANISERS,
                safety,
                None,
                _draw_organisers,
                failed=_by_direct_message,
                to=Recipient.ORGANISER,
                unproven=partial(_draw_organisers, exactly=False),
            ),
            # Who is said to be waited for in a channel is noticed there: of these two nothing stands in any.
            Kind(
                alerts.UNSAFE,
                safety,
                None,
                _draw_unsafe,
                failed=_quietly_on,
                fallback=False,
                to=_who_hears_quietly,
                unproven=partial(_draw_unsafe, exactly=False),
            ),
            Kind(alerts.UNHEARD, safety, None, _draw_unheard, fallback=False, to=Recipient.COMPANION),
            Kind(watch.CLEAR, safety, None, _draw_clear, failed=_by_direct_message, to=Recipient.COMPANION),
        )

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Remember whom to alarm for those who are out."""
        lifelines, database = self.app.lifelines, self.app.database
        await begin(self.bot, "remembering who is out", lambda: lifelines.learn_all(database))

    async def cog_unload(self) -> None:
        """Write no alarm down any more."""
        self.emergency.close()

    def more_items(self, outing: OutingView, user_id: int, reader: Reader) -> list[Component]:
        """What the menu behind More offers."""
        return views.more_items(outing, user_id, reader)

    @pressed("alert", "help", "outing_id")
    async def need_help(self, interaction: Interaction, outing_id: int) -> None:
        """Alarm the organisers and the presser's contacts at once, whatever the database does."""

        async def write() -> OutingView:
            return await alerts.need_help(
                self.app.database.urgent,
                outing_id,
                interaction.user.id,
                interaction_id=interaction.id,
                now=self.app.clock(),
            )

        async def alarm() -> tuple[str, Club | None]:
            outing = await self.emergency.written(write)
            if outing is not None:
                self.app.courier.poke()
                return "alerts.help.done", await self._club(outing)
            reached = await self.emergency.call_for_help(interaction, outing_id, write)
            return reached.key, reached.lifeline.club if reached.lifeline else None

        try:
            key, club = await soon(interaction, alarm(), private=True)
        except MemberError:
            await _reader_of(interaction)  # in whose language it is told
            raise
        reader = await _reader_of(interaction)
        done = reader.t(key, number=views.number(club, reader))
        await reply(interaction, card(done, colour=views.ALARM), private=True)

    async def _club(self, outing: OutingView) -> Club | None:
        """An outing's club, as remembered where it cannot be read."""
        try:
            return await alerts.club_for(self.app.database.urgent, outing.guild_id)
        except Unavailable:
            known = self.app.lifelines.recall(outing.outing_id)
            return known.club if known else None

    @pressed("alert", "unsafe", "outing_id")
    async def feel_unsafe(self, interaction: Interaction, outing_id: int) -> None:
        """Alarm quietly: the answer is that of an extension."""
        try:
            outing, club, heard = await soon(interaction, self._alarm_quietly(interaction, outing_id), private=True)
        except MemberError:
            await _reader_of(interaction)
            raise
        self.app.courier.poke()
        reader = await _reader_of(interaction)
        note = "" if heard else views.unheard(club, reader)
        shown = extended(outing, interaction.user.id, reader, note) if outing else card(note)
        await reply(interaction, shown, private=True)

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
        self, interaction: Interaction, outing_id: int
    ) -> tuple[OutingView | None, Club | None, bool]:
        """The outing and its club, as far as they are known, and whether anybody is told."""
        database, user_id = self.app.database.urgent, interaction.user.id

        async def who_reads(outing: OutingView, club: Club) -> list[int]:
            partners = [c.user_id for c in outing.companions if c.user_id != user_id]
            return await readers_of(interaction.client, club.organisers_channel_id, partners)

        async def write() -> OutingView:
            outing = await course.own_outing(database, outing_id, user_id)
            course.check_out(outing, user_id)
            readers = await who_reads(outing, await alerts.club_for(database, outing.guild_id))
            return await alerts.feel_unsafe(
                database, outing_id, user_id, readers=readers, interaction_id=interaction.id, now=self.app.clock()
            )

        async def channel_is_safe(known: Lifeline) -> bool:
            return not await who_reads(known.outing, known.club)

        outing = await self.emergency.written(write)
        if outing is not None:
            unheard = await alerts.unheard(database, outing_id, user_id, interaction.id)
            return outing, await self._club(outing), not unheard
        reached = await self.emergency.alarm_quietly(interaction, outing_id, channel_is_safe, write)
        known = reached.lifeline
        return known.outing if known else None, known.club if known else None, reached.anybody

    @pressed("alert", "resolve", "outing_id")
    async def ask_what_happened(self, interaction: Interaction, outing_id: int) -> None:
        """Ask for a word."""
        person = await met(interaction)
        await open_form(interaction, views.resolve_form(outing_id, person.reader))

    @pressed("alert", "resolved", "outing_id")
    async def resolve(self, interaction: Interaction, outing_id: int) -> None:
        """End the alarms with a word on what happened."""
        person = await met(interaction)
        organises = await self._organised(interaction, person, outing_id)
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

    async def _organised(self, interaction: Interaction, person: Person, outing_id: int) -> int | None:
        """The club of an outing when whoever presses organises it now; else None.

        Raises:
            Unavailable: Discord does not tell, of somebody who was not out there and so needs it.
        """
        outing = await outing_of(self.app.database, outing_id)
        standing = await standing_in(interaction, person, outing.guild_id, Priority.SAFETY)
        if standing is not None:
            return outing.guild_id if standing.organiser else None
        me = outing.who(person.user_id)
        if me is None or me.checked_in_at is None:
            raise Unavailable("errors.standing.unknown")
        return None


async def _reader_of(interaction: Interaction) -> Reader:
    """How the one who speaks reads; by Discord's locale where the database does not tell."""
    try:
        return (await met(interaction, urgent=True)).reader
    except Exception as error:
        log.warning("who speaks is not known: %r", error)
        return reader_in(interaction)


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
    if not await alerts.is_contact(client.app.database, about.user_id, out.user_id):
        return None
    club = await alerts.club_for(client.app.database, outing.guild_id)
    reader = await people.reader_for(client.app.database, out.user_id, out.guild_id)
    return _drawn(views.for_contact(outing, about, club, reader, asks_help=bool(out.payload.get("help"))))


async def _draw_organisers(client: Backpedal, out: Outgoing, *, exactly: bool = True) -> Drawn | None:
    outing = await _outing(client, out)
    if outing is None or (not outing.out and outing.help_at is None) or outing.ended_at is not None:
        return None
    club = await alerts.club_for(client.app.database, outing.guild_id)
    if await _moved_to_direct_messages(client, out):
        return None
    help_for = outing.who(int(out.payload["help_user_id"])) if "help_user_id" in out.payload else None
    reader = await people.reader_for(client.app.database, out.user_id or None, out.guild_id)
    words, view = views.for_organisers(
        outing if exactly else views.withheld(outing, reader), club, reader, help_for=help_for
    )
    return _to_organisers(out, club, words, view if exactly else _with_show(view, out, reader))


async def _draw_unsafe(client: Backpedal, out: Outgoing, *, exactly: bool = True) -> Drawn | None:
    outing = await _outing(client, out)
    about = outing.who(int(out.payload["about_user_id"])) if outing else None
    if outing is None or about is None:
        return None
    as_contact = _who_hears_quietly(out) is Recipient.CONTACT
    if as_contact and not await alerts.is_contact(client.app.database, about.user_id, out.user_id):
        return None
    club = await alerts.club_for(client.app.database, outing.guild_id)
    if await _moved_to_direct_messages(client, out):
        return None
    reader = await people.reader_for(client.app.database, out.user_id or None, out.guild_id)
    words, view = views.for_unsafe(outing if exactly else views.withheld(outing, reader), about, club, reader)
    return _to_organisers(out, club, words, view if exactly else _with_show(view, out, reader))


def _who_hears_quietly(out: Outgoing) -> Recipient:
    return Recipient.CONTACT if out.payload.get("contact") else Recipient.ORGANISER


def _with_show(view: ui.View, out: Outgoing, reader: Reader) -> ui.View:
    """With Show, which asks Discord again and opens the whole."""
    return view.add_item(views.show_button(out.delivery_id, reader))


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
    return bool(await readers_of(client, out.channel_id, ids))


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
    if not readable_by_all(client, out.channel_id):
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
    await bot.add_cog(Alerts(bot))
