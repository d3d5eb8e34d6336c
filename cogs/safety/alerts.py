"""Alarms when somebody does not come home or asks for help, and how they end."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from discord.ext import commands

from bot.context import BotClient
from bot.delivery.message_kinds import DeliveryFailure, DueJob, Kind, Recipient, RenderContext, RenderedMessage, Session
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.safety.escalation_steps import Recipients, pause_until, step_number
from bot.errors import MemberError, Unavailable
from bot.interactions.arguments import Entered
from bot.interactions.channel_readers import readable_by_all
from bot.interactions.components import Component, card, pressed
from bot.interactions.replies import (
    Interaction,
    close_with,
    defer_if_slow,
    open_form,
    reply,
    resolve_person,
    retry_unavailable,
)
from bot.interactions.startup_tasks import begin
from bot.localizer import Localizer
from bot.services.members import people
from bot.services.members.people import Club
from bot.services.outings.outings import OutingView
from bot.services.outings.overdue_timers import BY_DM
from bot.services.safety import alarm_takers, alerts, contact_answers, escalation
from cogs.safety import alerts_view as views
from cogs.safety.alarm_audience import (
    drawn,
    organised,
    outing_in,
    read_by_companions,
    reader_of,
    to_organisers,
    with_show,
)
from cogs.safety.alarm_edits import ask_edited, contact_edited, on_it, organisers_edited
from cogs.safety.emergency import Emergency

log = logging.getLogger(__name__)


class Alerts(commands.Cog):
    """The escalation, Need help, and Resolved."""

    def __init__(self, bot: BotClient) -> None:
        self.bot = bot
        app = self.app = bot.app
        self.emergency = Emergency(app)
        self.since = app.clock()
        safety = Priority.SAFETY
        self.kinds = (
            Kind(StoredKind.OUTING_OVERDUE, safety, _escalate),
            Kind(StoredKind.OUTING_HELP, safety, _escalate),
            Kind(StoredKind.ALERT_ASK, safety, None, _draw_ask, to=Recipient.COMPANION, edited=ask_edited),
            Kind(StoredKind.ALERT_CONTACT, safety, None, _draw_contact, to=Recipient.CONTACT, edited=contact_edited),
            Kind(
                StoredKind.ALERT_ORGANISERS,
                safety,
                None,
                _draw_organisers,
                failed=_by_direct_message,
                to=Recipient.ORGANISER,
                unproven=partial(_draw_organisers, exactly=False),
                edited=organisers_edited,
            ),
            Kind(StoredKind.ALERT_CLEAR, safety, None, _draw_clear, failed=_by_direct_message, to=_who_hears),
        )

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Load whom to alarm for members who are out."""
        lifelines, database = self.app.lifelines, self.app.database
        await begin(self.bot, "loading who is out", lambda: lifelines.learn_all(database))

    @commands.Cog.listener()
    async def on_database_trouble(self) -> None:
        """Check for overdue members while the database fails and jobs cannot run."""
        await self.emergency.look_after_the_overdue(self.bot)

    async def cog_unload(self) -> None:
        """Stop retrying to store alarms."""
        self.emergency.close()

    def more_items(self, outing: OutingView, user_id: int, reader: Localizer) -> list[Component]:
        """Return the buttons for the More menu."""
        return views.more_items(outing, user_id, reader)

    @pressed("alert", "help", "outing_id")
    async def need_help(self, interaction: Interaction, outing_id: int) -> None:
        """Alarm the organisers and the user's contacts at once, whatever the state of the database."""

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
                self.app.outbox.wake()
                return await self._raised(outing, interaction.user.id)
            reached = await self.emergency.call_for_help(interaction, outing_id, write)
            return reached.key, reached.lifeline.club if reached.lifeline else None

        try:
            key, club = await defer_if_slow(interaction, alarm(), private=True)
        except MemberError:
            await reader_of(interaction)  # resolve the language of the refusal
            raise
        reader = await reader_of(interaction)
        done = reader.t(key, number=views.number(club, reader))
        await reply(interaction, card(done, colour=views.ALARM), private=True)

    async def _raised(self, outing: OutingView, user_id: int) -> tuple[str, Club | None]:
        """Return the key of the answer, and the outing's club; as remembered if it cannot be read."""
        database = self.app.database.urgent
        try:
            contacts = await contact_answers.contacts_on(database, outing, user_id)
            club = await alerts.club_for(database, outing.guild_id)
        except Unavailable:
            known = self.app.lifelines.recall(outing.outing_id)
            return "alerts.help.done", known.club if known else None
        return f"alerts.help.{'done' if contacts.told else 'done_alone'}", club

    @pressed("alert", "reached", "outing_id", "about_user_id")
    async def reached(self, interaction: Interaction, outing_id: int, about_user_id: int) -> None:
        """Store that a contact has reached the missing member."""
        await self._answer(interaction, outing_id, about_user_id, contact_answers.REACHED)

    @pressed("alert", "cannot", "outing_id", "about_user_id")
    async def cannot(self, interaction: Interaction, outing_id: int, about_user_id: int) -> None:
        """Store that a contact cannot look after it."""
        await self._answer(interaction, outing_id, about_user_id, contact_answers.CANNOT)

    async def _answer(self, interaction: Interaction, outing_id: int, about_user_id: int, how: str) -> None:
        person = await resolve_person(interaction)
        outing = await contact_answers.answer(
            self.app.database,
            outing_id,
            about_user_id,
            person.user_id,
            how,
            interaction_id=interaction.id,
            now=self.app.clock(),
        )
        self.app.outbox.wake()
        about = outing.who(about_user_id)
        assert about is not None
        club = await alerts.club_for(self.app.database, outing.guild_id)
        await close_with(interaction, *views.answered(outing, about, club, person.reader, how))

    @pressed("alert", "taking", "outing_id")
    async def take(self, interaction: Interaction, outing_id: int) -> None:
        """Say that the user takes care of the alarm; all its messages then show it."""
        person = await retry_unavailable(lambda: resolve_person(interaction, urgent=True))
        organises = await retry_unavailable(lambda: organised(interaction, person, outing_id))
        await defer_if_slow(
            interaction,
            alarm_takers.take(
                self.app.database,
                outing_id,
                person.user_id,
                organises=organises,
                interaction_id=interaction.id,
                now=self.app.clock(),
            ),
            private=True,
        )
        self.app.outbox.wake()
        await reply(interaction, card(person.reader.t("alerts.on_it.done")), private=True)

    @pressed("alert", "resolve", "outing_id")
    async def ask_what_happened(self, interaction: Interaction, outing_id: int) -> None:
        """Open the form for what happened."""
        person = await resolve_person(interaction)
        await open_form(interaction, views.resolve_form(outing_id, person.reader))

    @pressed("alert", "resolved", "outing_id")
    async def resolve(self, interaction: Interaction, outing_id: int, word: Entered[str] = "") -> None:
        """End the alarms with a note on what happened."""
        person = await retry_unavailable(lambda: resolve_person(interaction, urgent=True))
        organises = await retry_unavailable(lambda: organised(interaction, person, outing_id))

        async def resolve() -> OutingView:
            return await alerts.resolve(
                self.app.database.urgent,
                outing_id,
                person.user_id,
                word,
                organises=organises,
                interaction_id=interaction.id,
                now=self.app.clock(),
            )

        outing = await defer_if_slow(interaction, retry_unavailable(resolve), private=True)
        self.app.outbox.wake()
        told = await alerts.anybody_was_alarmed(self.app.database, outing_id)
        await reply(interaction, views.resolved(outing, person.reader, told=told), private=True)


async def _escalate(session: Session, due: DueJob, now: datetime) -> None:
    if due.subject_id is not None:
        step, help_for = int(due.payload["rung"]), due.payload.get("help_user_id")
        await escalation.escalate(session, due.subject_id, step, now, meant_at=due.fire_at, help_for=help_for)


async def _draw_ask(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    outing = await outing_in(client, out)
    me = outing.who(out.user_id) if outing else None
    if outing is None or me is None or not me.out:
        return None
    database = client.app.database.urgent
    reader = await people.reader_for(database, out.user_id, out.guild_id)
    contacts = await contact_answers.contacts_on(database, outing, out.user_id)
    return drawn(views.ask(outing, reader, again=bool(out.payload.get("again")), contacts=contacts.told))


async def _draw_contact(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    outing = await outing_in(client, out)
    about = outing.who(int(out.payload["about_user_id"])) if outing else None
    if outing is None or about is None or outing.goes_along(out.user_id):
        return None
    database = client.app.database.urgent
    asks_help = bool(out.payload.get("help"))
    # Home does not end a call for help, which may also be made from home while others are out.
    if not about.out and not (asks_help and await alerts.calls_for_help(database, outing.outing_id, about.user_id)):
        return None
    if not await alerts.is_contact(database, about.user_id, out.user_id) or await _asks_before(
        client, out, step_number(Recipients.CONTACTS)
    ):
        return None
    made = views.for_contact(
        outing,
        about,
        await alerts.club_for(database, outing.guild_id),
        await people.reader_for(database, out.user_id, out.guild_id),
        asks_help=asks_help,
        asked=await contact_answers.was_asked(database, outing.outing_id, about.user_id),
        organisers_at=out.due_at + pause_until(Recipients.ORGANISERS, since=step_number(Recipients.CONTACTS)),
    )
    return drawn(made)


async def _asks_before(client: BotClient, out: RenderContext, step: int) -> bool:
    """Whether an alarm predates a downtime, in which nobody could press Home: members who are out are asked again."""
    cog, now = client.get_cog("Alerts"), client.app.clock()
    called_for = out.payload.get("help") or "help_user_id" in out.payload
    if called_for or out.told_at is not None or out.subject_id is None or not isinstance(cog, Alerts):
        return False
    if out.due_at >= cog.since or now - out.due_at <= escalation.AWAY:
        return False
    await escalation.ask_before(client.app.database, out.subject_id, out.delivery_id, step, now)
    client.app.outbox.wake()
    return True


async def _draw_organisers(client: BotClient, out: RenderContext, *, exactly: bool = True) -> RenderedMessage | None:
    outing = await outing_in(client, out)
    if outing is None or (not outing.out and outing.help_at is None) or outing.ended_at is not None:
        return None
    club = await alerts.club_for(client.app.database.urgent, outing.guild_id)
    if await _moved_to_direct_messages(client, out):
        return None
    if await _asks_before(client, out, int(out.payload.get("rung", step_number(Recipients.ORGANISERS)))):
        return None
    help_for = outing.who(int(out.payload["help_user_id"])) if "help_user_id" in out.payload else None
    tried = await contact_answers.tried(client.app.database.urgent, outing)
    reader = await people.reader_for(client.app.database.urgent, out.user_id or None, out.guild_id)
    words, view = views.for_organisers(
        outing if exactly else views.withheld(outing, reader),
        club,
        reader,
        help_for=help_for,
        tried=tried,
        on_it=await on_it(client, outing, out),
    )
    return to_organisers(out, club, words, view if exactly else with_show(view, out, reader))


def _who_hears(out: RenderContext) -> Recipient:
    """Return the recipients of an update: those who were alarmed, or without `contact` a participant of the outing."""
    contact = out.payload.get("contact")
    return Recipient.COMPANION if contact is None else Recipient.CONTACT if contact else Recipient.ORGANISER


async def _draw_clear(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    outing = await outing_in(client, out)
    if outing is None:
        return None
    alarmed = "contact" in out.payload and not out.occurrence.endswith(BY_DM)
    # An alarm that became void before it was sent needs no all-clear.
    if alarmed and not await alerts.has_read_of_it(client.app.database, outing.outing_id, out.user_id, out.channel_id):
        return None
    if await _moved_to_direct_messages(client, out):
        return None
    reader = await people.reader_for(client.app.database.urgent, out.user_id or None, out.guild_id)
    by, how = int(out.payload["by_user_id"]), str(out.payload["how"])
    if how in ("resolved", "word", "word_waits", "help_over") and await read_by_companions(client, out, outing):
        how += "_brief"
    name = await people.name_of(client.app.database.urgent, by, outing.guild_id)
    about = outing.who(int(out.payload.get("about_user_id", 0)))
    if about is not None:  # the one who answers is a contact, and may not be known in the club
        name = await contact_answers.name_of_contact(client.app.database.urgent, about.user_id, by)
    return RenderedMessage(
        content=views.clear(outing, outing.who(by), name, how, reader, about=about, word=out.payload.get("word"))
    )


async def _by_direct_message(session: Session, out: RenderContext, failure: DeliveryFailure, now: datetime) -> None:
    """Send an alarm to each organiser, since their channel is deleted or closed to the bot."""
    if out.user_id or out.subject_id is None:
        return
    log.warning("could not post an alarm in the organisers' channel (%s); sending direct messages", failure)
    await alerts.by_direct_message(session, out.subject_id, out.kind, out.occurrence, now, out.payload)


async def _moved_to_direct_messages(client: BotClient, out: RenderContext) -> bool:
    """Whether the channel is public by now: then nothing is posted there, and each organiser gets a direct message."""
    if out.user_id:
        return False
    if not readable_by_all(client, out.channel_id):
        return False
    app = client.app
    await alerts.move_to_direct_messages(
        app.database, out.subject_id, out.kind, out.occurrence, app.clock(), out.payload
    )
    app.outbox.wake()
    return True


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Alerts(bot))
