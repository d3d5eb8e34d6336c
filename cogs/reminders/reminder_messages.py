"""The reminder messages: rendering, sending, and their buttons Done, Snooze and Log it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import discord
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.delivery.message_kinds import (
    DeliveryFailure,
    DueJob,
    Hold,
    Kind,
    Recipient,
    RenderContext,
    RenderedMessage,
    Session,
)
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.snoozes import Snooze
from bot.errors import NotFound
from bot.interactions.arguments import Entered
from bot.interactions.components import identity, opened_by, pressed
from bot.interactions.replies import Interaction, close_with, open_form, resolve_person, say, tell
from bot.interactions.tree import say_privately
from bot.services.members import people
from bot.services.reminders import reminder_answers, reminders
from bot.services.reminders import reminder_firing as firing
from bot.services.reminders.reminder_answers import ReminderPresser
from bot.services.reminders.reminder_firing import Fired
from bot.services.runs import runs
from cogs.reminders import reminder_message_view as views
from cogs.reminders.reminders_view import is_late
from cogs.runs.log_flow import content_of, log_and_show
from cogs.runs.run_options import RunForm, log_form, read_entry, typed_from_form

Fire = Callable[["Session", Sequence[Fired], datetime], Awaitable[None]]


class ReminderMessages(commands.Cog):
    """Messages and buttons of reminders. The services check that the message was sent to the user."""

    def __init__(self, app: App) -> None:
        self.app = app
        asked = Priority.ASKED
        self.kinds = (
            Kind(
                StoredKind.REMIND,
                asked,
                None,
                _draw,
                failed=_failed,
                fire_all=_fires(firing.fire),
                hold=_hold,
                to=Recipient.ANYBODY,
            ),
            Kind(
                StoredKind.REMIND_AGAIN,
                asked,
                None,
                _draw,
                failed=_failed,
                fire_all=_fires(firing.fire_again),
                to=Recipient.ANYBODY,
            ),
            Kind(StoredKind.REMIND_TROUBLE, asked, None, _draw_trouble, to=Recipient.ANYBODY),
        )

    @pressed("remind", "done", "reminder_id", "occurs_at")
    async def done(self, interaction: Interaction, reminder_id: int, occurs_at: datetime) -> None:
        """Mark the occurrence as done."""
        person = await resolve_person(interaction)
        said = await reminder_answers.done(
            self.app.database, reminder_id, occurs_at, _presser(interaction), self.app.clock()
        )
        words = views.done_words(said, person.reader)
        if _is_public(interaction):
            await say_privately(interaction, words)
        else:
            await close_with(interaction, words, views.after_done(said.view, occurs_at, person.reader))

    @pressed("remind", "snooze", "reminder_id", "occurs_at")
    async def snooze(self, interaction: Interaction, reminder_id: int, occurs_at: datetime) -> None:
        """Ask until when to snooze."""
        person = await resolve_person(interaction)
        view = await reminder_answers.told(self.app.database, reminder_id, occurs_at, _presser(interaction))
        words, buttons = views.snooze_choices(view, occurs_at, person.reader, self.app.clock())
        await say(interaction, words, view=buttons)

    @pressed("remind", "later", "reminder_id", "occurs_at", "how")
    async def later(self, interaction: Interaction, reminder_id: int, occurs_at: datetime, how: Snooze) -> None:
        """Snooze the occurrence."""
        person = await resolve_person(interaction)
        said = await reminder_answers.snooze(
            self.app.database,
            reminder_id,
            occurs_at,
            _presser(interaction),
            how,
            zone=person.reader.zone,
            now=self.app.clock(),
        )
        self.app.outbox.wake()
        await close_with(interaction, views.snoozed_words(said, person.reader))

    @pressed("remind", "log", "reminder_id", "occurs_at")
    async def log(self, interaction: Interaction, reminder_id: int, occurs_at: datetime) -> None:
        """Open the run form, filled from the reminder's text; also if the reminder was deleted."""
        person = await resolve_person(interaction)
        usual = await runs.usual_direction(self.app.database, person.user_id)
        try:
            presser = _presser(interaction)
            what = await reminder_answers.what_was_told(self.app.database, reminder_id, occurs_at, presser)
        except NotFound:
            what = ""
        form = log_form(
            usual, identity("remind", "logged", reminder_id, int(occurs_at.timestamp())), person.reader, what
        )
        await open_form(interaction, form)

    @pressed("remind", "logged", "reminder_id", "occurs_at")
    @opened_by(
        "remind",
        "log",
        distance="runs.form.distance",
        time="runs.form.time",
        direction="runs.form.direction",
        when="runs.form.when",
        note="runs.form.note",
    )
    async def logged(
        self, interaction: Interaction, reminder_id: int, occurs_at: datetime, form: Entered[RunForm]
    ) -> None:
        """Log the run, and mark the occurrence as done."""
        person = await resolve_person(interaction)
        usual = await runs.usual_direction(self.app.database, person.user_id)
        entry = read_entry(typed_from_form(form, usual), person.reader, self.app.clock())
        await log_and_show(interaction, person, content_of(entry, person, note=form.note), entry.readings)
        try:
            said = await reminder_answers.done(
                self.app.database, reminder_id, occurs_at, _presser(interaction), self.app.clock()
            )
        except NotFound:
            return
        await tell(interaction, views.done_words(said, person.reader))


def _presser(interaction: Interaction) -> ReminderPresser:
    return ReminderPresser(interaction.user.id, interaction.channel_id)


def _is_public(interaction: Interaction) -> bool:
    """Whether others see the pressed message."""
    return (
        interaction.guild_id is not None and interaction.message is not None and not interaction.message.flags.ephemeral
    )


def _fires(fire: Fire) -> Callable[[Session, Sequence[DueJob], datetime], Awaitable[None]]:
    async def fire_all(session: Session, due: Sequence[DueJob], now: datetime) -> None:
        fired = [
            Fired(one.subject_id, one.fire_at, one.user_id, one.payload) for one in due if one.subject_id is not None
        ]
        await fire(session, fired, now)

    return fire_all


async def _hold(session: Session, out: RenderContext, now: datetime) -> Hold | None:
    """Drop all but the latest late message of a series, when Discord accepted none for hours."""
    if out.subject_id is None or not is_late(out.due_at, now):
        return None
    return Hold(None) if await firing.is_overtaken(session, out.subject_id, out.due_at) else None


async def _draw(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    database = client.app.database
    view = None if out.subject_id is None else await reminders.any_reminder(database, out.subject_id)
    if view is None or (view.series and view.state == "paused" and not out.payload.get("though_paused")):
        return None
    in_channel = out.destination == "channel"
    reader = await people.reader_for(database, None if in_channel else out.user_id, out.guild_id)
    words, buttons = views.message(
        view, datetime.fromisoformat(out.payload["occurs_at"]), out.due_at, reader, out.told_at or client.app.clock(),
        in_channel=in_channel,
    )  # fmt: skip
    roles = [discord.Object(view.role_id)] if in_channel and view.role_id is not None else []
    mentions = discord.AllowedMentions(everyone=False, users=False, roles=roles)
    return RenderedMessage(words, buttons, mentions=mentions)


async def _draw_trouble(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    database = client.app.database
    view = None if out.subject_id is None else await reminders.any_reminder(database, out.subject_id)
    if view is None or view.trouble is None:
        return None
    reader = await people.reader_for(database, out.user_id, out.guild_id)
    return RenderedMessage(*views.trouble_card(view, reader, client.app.clock()))


async def _failed(session: Session, out: RenderContext, failure: DeliveryFailure, now: datetime) -> None:
    if out.subject_id is None:
        return
    await firing.not_delivered(
        session, out.subject_id, datetime.fromisoformat(out.payload["occurs_at"]), failure.value, now,
        in_channel=out.destination == "channel",
    )  # fmt: skip


async def setup(bot: commands.Bot) -> None:
    """Add the cog."""
    await bot.add_cog(ReminderMessages(bot.app))  # type: ignore[attr-defined]
