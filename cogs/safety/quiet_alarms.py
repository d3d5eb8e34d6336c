"""I feel unsafe: the quiet alarm, sent where no partner reads it, taken with I'm on it, and closed with a note."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from discord import ui
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.delivery.message_kinds import DeliveryFailure, DueJob, Kind, Recipient, RenderContext, RenderedMessage, Session
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import EXTENSIONS_MIN
from bot.errors import MemberError, NotFound
from bot.interactions.arguments import Entered
from bot.interactions.channel_readers import readable_by_all, readers_of
from bot.interactions.components import card, pressed
from bot.interactions.replies import Interaction, close_with, defer_if_slow, open_form, reply, resolve_person, say
from bot.services.members import people
from bot.services.members.people import Club
from bot.services.outings import outing_lifecycle
from bot.services.outings.outings import OutingView, outing_of
from bot.services.outings.quiet_alarm_updates import QuietAlarm
from bot.services.safety import alerts, quiet_alarms
from bot.services.safety.emergency_roster import Lifeline
from cogs.outings.outing_view import extended
from cogs.outings.sent_edits import WITHOUT_BUTTONS
from cogs.safety import quiet_alarms_view as views
from cogs.safety.alarm_audience import (
    drawn,
    organised,
    outing_in,
    read_by_companions,
    reader_of,
    to_organisers,
    with_show,
)
from cogs.safety.alarm_edits import is_repeated
from cogs.safety.alerts_view import withheld
from cogs.safety.emergency import Emergency


@dataclass(frozen=True, slots=True)
class _Pressed:
    """The result of a press: the outing and its club, if known, and whether anybody was told."""

    outing: OutingView | None
    refused: MemberError | None
    club: Club | None
    heard: bool


class QuietAlarms(commands.Cog):
    """The quiet alarm, for the member who raises it and for its recipients."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.emergency = Emergency(app)
        safety = Priority.SAFETY
        # No fallback: the note that messages wait names their recipients in a channel, where a partner could see it.
        self.kinds = (
            Kind(
                StoredKind.ALERT_UNSAFE,
                safety,
                _sound_again,
                _draw_alarm,
                failed=_on_to_others,
                fallback=False,
                to=_who_hears,
                unproven=partial(_draw_alarm, exactly=False),
                edited=_edited,
            ),
            Kind(
                StoredKind.ALERT_UNSAFE_TURN, safety, None, _draw_turn, failed=_to_each, fallback=False, to=_who_hears
            ),
            Kind(StoredKind.ALERT_UNHEARD, safety, None, _draw_unheard, fallback=False, to=Recipient.COMPANION),
        )

    async def cog_unload(self) -> None:
        """Stop retrying to store alarms."""
        self.emergency.close()

    @pressed("alert", "unsafe", "outing_id")
    async def feel_unsafe(self, interaction: Interaction, outing_id: int) -> None:
        """Raise the quiet alarm; the answer looks like that of an extension."""
        try:
            pressed_on = await defer_if_slow(interaction, self._alarm(interaction, outing_id), private=True)
        except MemberError:
            await reader_of(interaction)  # resolve the language of the refusal
            raise
        self.app.outbox.wake()
        reader = await reader_of(interaction)
        note = "" if pressed_on.heard else views.unheard(pressed_on.club, reader)
        if pressed_on.refused is not None:  # the refusal that Extend would give
            await say(interaction, f"{reader.error(pressed_on.refused)}\n{note}".rstrip())
        elif pressed_on.outing is not None:
            await reply(interaction, extended(pressed_on.outing, interaction.user.id, reader, note), private=True)
        else:
            await reply(interaction, card(note), private=True)

    async def _alarm(self, interaction: Interaction, outing_id: int) -> _Pressed:
        """Store the alarm, or send it directly if the database is not writable."""
        database, user_id = self.app.database.urgent, interaction.user.id

        async def write() -> tuple[OutingView, MemberError | None]:
            return await alerts.feel_unsafe(
                database, outing_id, user_id, interaction_id=interaction.id, now=self.app.clock()
            )

        async def channel_is_safe(known: Lifeline) -> bool:
            ids = [c.user_id for c in known.outing.companions]
            return not await readers_of(interaction.client, known.club.organisers_channel_id, ids)

        written = await self.emergency.written(write)
        if written is not None:
            outing, refused = written
            unheard = await quiet_alarms.unheard(database, outing_id, user_id, at_press=True)
            return _Pressed(outing, refused, await alerts.club_for(database, outing.guild_id), not unheard)
        reached = await self.emergency.alarm_quietly(interaction, outing_id, channel_is_safe, write)
        known = reached.lifeline
        return _Pressed(
            _as_if_extended(known.outing) if known else None, None, known.club if known else None, reached.anybody
        )

    @pressed("alert", "unheard", "outing_id")
    async def say_who_was_not_reached(self, interaction: Interaction, outing_id: int) -> None:
        """Explain in plain words, to the member alone, the message that is disguised from bystanders."""
        person = await resolve_person(interaction)
        if not await quiet_alarms.unheard(self.app.database, outing_id, person.user_id):
            raise NotFound("partners.not_open")
        outing = await outing_lifecycle.own_outing(self.app.database, outing_id, person.user_id)
        club = await alerts.club_for(self.app.database, outing.guild_id)
        await reply(interaction, card(views.honestly_unheard(club, person.reader)), private=True)

    @pressed("alert", "onit", "outing_id", "alarm_id")
    async def take(self, interaction: Interaction, outing_id: int, alarm_id: int) -> None:
        """Take the alarm; it is not repeated any more."""
        person = await resolve_person(interaction)
        organises = await organised(interaction, person, outing_id)
        alarm = await quiet_alarms.take(
            self.app.database,
            outing_id,
            alarm_id,
            person.user_id,
            organises=organises,
            interaction_id=interaction.id,
            now=self.app.clock(),
        )
        self.app.outbox.wake()
        await self._redraw(interaction, alarm)

    @pressed("alert", "word", "outing_id", "alarm_id")
    async def ask_how_it_ended(self, interaction: Interaction, outing_id: int, alarm_id: int) -> None:
        """Open the form for the note that closes the alarm."""
        person = await resolve_person(interaction)
        await open_form(interaction, views.close_form(outing_id, alarm_id, person.reader))

    @pressed("alert", "closed", "outing_id", "alarm_id")
    async def close(self, interaction: Interaction, outing_id: int, alarm_id: int, word: Entered[str] = "") -> None:
        """Close the alarm with the typed note."""
        person = await resolve_person(interaction)
        organises = await organised(interaction, person, outing_id)
        alarm = await quiet_alarms.close(
            self.app.database,
            outing_id,
            alarm_id,
            person.user_id,
            word,
            organises=organises,
            interaction_id=interaction.id,
            now=self.app.clock(),
        )
        self.app.outbox.wake()
        await self._redraw(interaction, alarm)

    async def _redraw(self, interaction: Interaction, alarm: QuietAlarm) -> None:
        """Show the alarm's current state in the pressed message."""
        outing = await outing_of(self.app.database, alarm.outing_id)
        reads_alone = interaction.user.id if interaction.guild_id is None else None
        made = await _alarm(interaction.client, outing, alarm, reads_alone)
        if made is None:
            raise NotFound("partners.not_open")
        await close_with(interaction, *made)


def _as_if_extended(outing: OutingView) -> OutingView:
    """Return the outing as the answer shows it if the extension is stored later."""
    if outing.due_back_at is None:
        return outing
    return replace(outing, due_back_at=outing.due_back_at + timedelta(minutes=EXTENSIONS_MIN[0]))


async def _sound_again(session: Session, due: DueJob, now: datetime) -> None:
    await quiet_alarms.sound_again(session, int(due.payload["alarm_id"]), now)


def _who_hears(out: RenderContext) -> Recipient:
    return Recipient.CONTACT if out.payload.get("contact") else Recipient.ORGANISER


async def _draw_alarm(client: BotClient, out: RenderContext, *, exactly: bool = True) -> RenderedMessage | None:
    outing = await outing_in(client, out)
    alarm = await quiet_alarms.alarm_of(client.app.database.urgent, out.payload)
    if outing is None or alarm is None or not alarm.sounds or await _kept_from_a_partner(client, out, outing):
        return None
    if not await _is_still_told(client, out, alarm):
        return None
    reader = await people.reader_for(client.app.database.urgent, out.user_id or None, out.guild_id)
    made = await _alarm(client, outing if exactly else withheld(outing, reader), alarm, out.user_id or None)
    if made is None:
        return None
    words, view = made
    club = await alerts.club_for(client.app.database.urgent, outing.guild_id)
    return to_organisers(out, club, words, view if exactly else with_show(view, out, reader))


async def _is_still_told(client: BotClient, out: RenderContext, alarm: QuietAlarm) -> bool:
    """Whether somebody who is told as a contact still is one."""
    if _who_hears(out) is not Recipient.CONTACT:
        return True
    return await alerts.is_contact(client.app.database.urgent, alarm.user_id, out.user_id)


async def _alarm(
    client: BotClient, outing: OutingView, alarm: QuietAlarm, user_id: int | None
) -> tuple[str, ui.View] | None:
    """Return the alarm's current state, for one person or the organisers' channel; None if its member was erased."""
    about = outing.who(alarm.user_id)
    if about is None:
        return None
    database, guild_id = client.app.database.urgent, outing.guild_id
    club = await alerts.club_for(database, guild_id)
    reader = await people.reader_for(database, user_id, guild_id)
    by = alarm.closed_by or alarm.taken_by
    name = await people.name_of(database, by, guild_id) if by else ""
    return views.alarm(outing, about, alarm, club, reader, by_name=name)


async def _edited(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    """Draw a sent alarm again: who is on it, or that it is closed; without buttons once repeated.

    Where a participant reads by now, it is left as it is: an edit would show them that something happened.
    """
    outing = await outing_in(client, out)
    alarm = await quiet_alarms.alarm_of(client.app.database, out.payload)
    if outing is None or alarm is None:
        return WITHOUT_BUTTONS
    in_public = not out.user_id and readable_by_all(client, out.channel_id)
    if in_public or await read_by_companions(client, out, outing):
        return None
    repeated = alarm.closed_at is None and await is_repeated(client, out, "alarm_id")
    if repeated or not await _is_still_told(client, out, alarm):
        return WITHOUT_BUTTONS
    made = await _alarm(client, outing, alarm, out.user_id or None)
    return WITHOUT_BUTTONS if made is None else RenderedMessage(*made)


async def _draw_turn(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    outing = await outing_in(client, out)
    alarm = await quiet_alarms.alarm_of(client.app.database.urgent, out.payload)
    if outing is None or alarm is None or await _kept_from_a_partner(client, out, outing):
        return None
    if not await _is_still_told(client, out, alarm):
        return None
    reader = await people.reader_for(client.app.database.urgent, out.user_id or None, out.guild_id)
    by = await people.name_of(client.app.database.urgent, int(out.payload["by_user_id"]), outing.guild_id)
    about = outing.who(alarm.user_id)
    words = views.turn(str(out.payload["how"]), about.name if about else "?", by, alarm.resolution or "", reader)
    return RenderedMessage(content=words)


async def _draw_unheard(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    outing = await outing_in(client, out)
    if outing is None:
        return None
    club = await alerts.club_for(client.app.database.urgent, outing.guild_id)
    reader = await people.reader_for(client.app.database.urgent, out.user_id, out.guild_id)
    return drawn(views.unheard_letter(outing, club, reader, str(out.payload.get("how", "unheard"))))


async def _kept_from_a_partner(client: BotClient, out: RenderContext, outing: OutingView) -> bool:
    """Whether a participant, or everybody, would read the message; it is then sent to each other recipient alone.

    Checked on every rendering, not while the press is answered: an ordinary Extend makes no request, and must not be
    told apart by its speed.
    """
    in_public = not out.user_id and readable_by_all(client, out.channel_id)
    if not in_public and not await read_by_companions(client, out, outing):
        return False
    if not out.user_id:
        app = client.app
        await quiet_alarms.send_to_each(
            app.database, out.subject_id, out.kind, out.occurrence, app.clock(), out.payload
        )
        app.outbox.wake()
    return True


async def _on_to_others(session: Session, out: RenderContext, failure: DeliveryFailure, now: datetime) -> None:
    """Continue after a failure: from the channel to each recipient, and after the last of them to the member."""
    if out.user_id and out.subject_id is not None:
        await quiet_alarms.not_reached(session, out.subject_id, out.occurrence, now, out.payload)
    else:
        await _to_each(session, out, failure, now)


async def _to_each(session: Session, out: RenderContext, _: DeliveryFailure, now: datetime) -> None:
    """Send the message to each organiser, since their channel is deleted or closed to the bot."""
    if not out.user_id and out.subject_id is not None:
        await quiet_alarms.to_each_in(session, out.subject_id, out.kind, out.occurrence, now, out.payload)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(QuietAlarms(bot.app))
