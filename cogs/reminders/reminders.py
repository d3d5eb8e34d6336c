"""`/remind`: creating and managing reminders."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.domain.when import reminder_when, zones
from bot.domain.when.snoozes import Snooze
from bot.errors import BadInput
from bot.interactions.arguments import Chosen, Entered, PageNumber, Version
from bot.interactions.components import identity, opened_by, pressed
from bot.interactions.corrections import TypedText, fix_form, keep_typed, typed_before
from bot.interactions.replies import Interaction, defer_if_slow, open_form, replace, reply
from bot.interactions.tree import localized
from bot.services.members.people import Person
from bot.services.reminders import reminders
from bot.services.reminders.reminder_views import InChannel, Keeper, ReminderView
from bot.services.reminders.reminders import WHAT_LIMIT
from cogs.clubs.club_admin import organiser, server
from cogs.reminders.reminder_message_view import deleted_card
from cogs.reminders.reminder_options import (
    chosen_reminder,
    kept,
    read_asked,
    read_changed,
    suggest_reminder,
    suggest_time,
    zone_of_club,
)
from cogs.reminders.reminder_place import Picked, checked_place, form_of, picked_place, told_place
from cogs.reminders.reminders_view import (
    filled_when,
    new_club_form,
    new_form,
    reminder_card,
    reminder_list,
    remove_card,
)

When = app_commands.Range[str, 1, 100]
What = app_commands.Range[str, 1, WHAT_LIMIT]
Which = app_commands.Range[str, 1, 100]


class Reminders(commands.GroupCog, group_name="remind", group_description=localized("remind.commands.remind")):
    """Reminders of members and clubs. Ownership is checked in the queries that read or change them."""

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(name="me", description=localized("remind.commands.me"))
    @app_commands.describe(when=localized("remind.commands.when"), what=localized("remind.commands.what"))
    @app_commands.autocomplete(when=suggest_time)
    async def me(self, interaction: Interaction, when: When, what: What) -> None:
        """Create a reminder for the user."""
        person, _ = await kept(interaction)
        await self._ask(interaction, person, when, what)

    @pressed("remind", "fix")
    async def fix(self, interaction: Interaction) -> None:
        """Open the form for a new reminder, filled with what was refused, or empty below an empty list."""
        person, _ = await kept(interaction)
        await open_form(interaction, new_form(person.reader, *typed_before(interaction, 2)))

    @pressed("remind", "entered")
    async def entered(self, interaction: Interaction, when: Entered[str], what: Entered[str]) -> None:
        """Create the reminder of the form."""
        person, _ = await kept(interaction)
        await self._ask(interaction, person, when, what)

    async def _ask(self, interaction: Interaction, person: Person, when: str, what: str) -> None:
        """Create a reminder for the user; a refusal keeps both texts."""
        self._keep(interaction, person, identity("remind", "fix"), when, what)
        asked, notices = read_asked(interaction, person.reader, person.reader.zone, when, what)
        view = await defer_if_slow(
            interaction,
            reminders.ask(
                self.app.database,
                person,
                asked,
                zone=person.reader.zone,
                channel_id=interaction.channel_id if person.in_guild else None,
                limit=self.app.settings.reminders.per_member,
                interaction_id=interaction.id,
                now=self.app.clock(),
            ),
            private=True,
        )
        self.app.outbox.wake()
        if person.zone_assumed:
            place = zones.city_of(person.reader.zone, person.reader.language)
            notices.append(person.reader.t("remind.said.zone", place=place))
        await self._show(interaction, person, view, person.reader.t("remind.said.asked"), *notices)

    @staticmethod
    def _keep(interaction: Interaction, person: Person, fix_id: str, when: str | None, what: str | None) -> None:
        """Keep the texts of a reminder for Fix it below a refusal."""
        keep_typed(
            interaction,
            fix_id,
            TypedText(person.reader.t("remind.form.what"), what),
            TypedText(person.reader.t("remind.form.when"), when),
        )

    @app_commands.command(name="club", description=localized("remind.commands.club"))
    @app_commands.describe(
        when=localized("remind.commands.when_club"),
        what=localized("remind.commands.what"),
        channel=localized("remind.commands.channel"),
        role=localized("remind.commands.role"),
    )
    @app_commands.autocomplete(when=suggest_time)
    @app_commands.guild_only()
    async def club(
        self,
        interaction: Interaction,
        when: When,
        what: What,
        channel: discord.TextChannel | None = None,
        role: discord.Role | None = None,
    ) -> None:
        """Create a reminder for a channel of the club, in the club's zone."""
        person, _ = await organiser(interaction)
        there = channel or server(interaction).get_channel(interaction.channel_id or 0)
        await self._ask_club(interaction, person, when, what, there, role)

    @pressed("remind", "newclub")
    async def new_for_club(self, interaction: Interaction) -> None:
        """Open the form for a new reminder of the club, for Fix it."""
        person, _ = await organiser(interaction)
        await open_form(interaction, new_club_form(person.reader, interaction.channel_id or 0))

    @pressed("remind", "clubentered")
    async def club_entered(
        self, interaction: Interaction, when: Entered[str], what: Entered[str], channel: Picked, role: Picked
    ) -> None:
        """Create the reminder of the club's form."""
        person, _ = await organiser(interaction)
        guild = server(interaction)
        there = guild.get_channel(channel[0]) if channel else None
        pinged = guild.get_role(role[0]) if role else None
        await self._ask_club(interaction, person, when, what, there, pinged)

    async def _ask_club(
        self,
        interaction: Interaction,
        person: Person,
        when: str,
        what: str,
        channel: discord.abc.GuildChannel | None,
        role: discord.Role | None,
    ) -> None:
        """Create a reminder for the club; a refusal keeps the texts, the channel and the role."""
        chosen = [[str(one.id)] if one else [] for one in (channel, role)]
        self._keep(interaction, person, fix_form(identity("remind", "newclub"), chosen), when, what)
        place = checked_place(server(interaction), channel, role, interaction.user, person.reader)
        zone = zone_of_club(person)
        asked, notices = read_asked(interaction, person.reader, zone, when, what)
        view = await defer_if_slow(
            interaction,
            reminders.ask(
                self.app.database,
                person,
                asked,
                zone=zone,
                club=place,
                limit=self.app.settings.reminders.per_member,
                interaction_id=interaction.id,
                now=self.app.clock(),
            ),
            private=True,
        )
        self.app.outbox.wake()
        await self._show(interaction, person, view, person.reader.t("remind.said.asked_club"), *notices)

    @app_commands.command(name="list", description=localized("remind.commands.list"))
    async def list(self, interaction: Interaction) -> None:
        """List the user's own reminders, and for an organiser the club's."""
        person, keeper = await kept(interaction)
        found = await defer_if_slow(interaction, reminders.own_reminders(self.app.database, keeper), private=True)
        await reply(interaction, reminder_list(found, 0, person.reader, self.app.clock()), private=True)

    @app_commands.command(name="edit", description=localized("remind.commands.edit"))
    @app_commands.describe(
        reminder=localized("remind.commands.reminder"),
        when=localized("remind.commands.when"),
        what=localized("remind.commands.what"),
        channel=localized("remind.commands.new_channel"),
        role=localized("remind.commands.new_role"),
    )
    @app_commands.autocomplete(reminder=suggest_reminder, when=suggest_time)
    async def edit(
        self,
        interaction: Interaction,
        reminder: Which,
        when: When | None = None,
        what: What | None = None,
        channel: discord.TextChannel | None = None,
        role: discord.Role | None = None,
    ) -> None:
        """Change time, text, or a club's channel and role, or open the form for all of them."""
        person, keeper = await kept(interaction)
        view = await chosen_reminder(interaction, person, keeper, reminder)
        if when is None and what is None and channel is None and role is None:
            await open_form(interaction, form_of(interaction, view, person.reader))
            return
        chosen = [[str(one.id)] if one else [] for one in (channel, role)] if view.of_club else []
        opener_id = identity("remind", "edit", view.reminder_id)
        self._keep(interaction, person, fix_form(opener_id, chosen), when, what)
        if (channel or role) and not view.of_club:
            raise BadInput("remind.refused.not_club")
        place = told_place(interaction, view, channel, role, person.reader) if view.of_club else None
        await self._edit(interaction, person, keeper, view, when, what, place)

    @app_commands.command(name="pause", description=localized("remind.commands.pause"))
    @app_commands.describe(reminder=localized("remind.commands.reminder"))
    @app_commands.autocomplete(reminder=suggest_reminder)
    async def pause(self, interaction: Interaction, reminder: Which) -> None:
        """Pause a reminder until it is resumed."""
        person, keeper = await kept(interaction)
        view = await chosen_reminder(interaction, person, keeper, reminder)
        await self._pause(interaction, person, keeper, view.reminder_id)

    @app_commands.command(name="resume", description=localized("remind.commands.resume"))
    @app_commands.describe(reminder=localized("remind.commands.reminder"))
    @app_commands.autocomplete(reminder=suggest_reminder)
    async def resume(self, interaction: Interaction, reminder: Which) -> None:
        """Resume a paused reminder."""
        person, keeper = await kept(interaction)
        view = await chosen_reminder(interaction, person, keeper, reminder)
        await self._resume(interaction, person, keeper, view.reminder_id)

    @app_commands.command(name="delete", description=localized("remind.commands.delete"))
    @app_commands.describe(reminder=localized("remind.commands.reminder"))
    @app_commands.autocomplete(reminder=suggest_reminder)
    async def delete(self, interaction: Interaction, reminder: Which) -> None:
        """Ask for confirmation before a reminder is deleted."""
        person, keeper = await kept(interaction)
        view = await chosen_reminder(interaction, person, keeper, reminder)
        await reply(interaction, remove_card(view, person.reader, self.app.clock()), private=True)

    # -- the list ----------------------------------------------------------------------------------------------

    @pressed("remind", "page", "page")
    async def turn(self, interaction: Interaction, page: PageNumber) -> None:
        """Show another page from the current state."""
        person, keeper = await kept(interaction)
        found = await reminders.own_reminders(self.app.database, keeper)
        await replace(interaction, reminder_list(found, page, person.reader, self.app.clock()))

    @pressed("remind", "show")
    async def show(self, interaction: Interaction, reminder_id: Chosen[int]) -> None:
        """Show a reminder chosen from the list."""
        person, keeper = await kept(interaction)
        view = await reminders.own_reminder(self.app.database, keeper, reminder_id)
        await reply(interaction, reminder_card(view, person.reader, self.app.clock()), private=True)

    # -- one reminder ------------------------------------------------------------------------------------------

    @pressed("remind", "reading", "reminder_id", "revision", "number")
    async def reading(self, interaction: Interaction, reminder_id: int, revision: Version, number: Version) -> None:
        """Choose the other reading of the typed time."""
        person, keeper = await kept(interaction)
        view = await reminders.choose_reading(
            self.app.database, keeper, reminder_id, revision, number, self.app.clock()
        )
        self.app.outbox.wake()
        await self._show(interaction, person, view, person.reader.t("remind.said.changed"))

    @pressed("remind", "edit", "reminder_id")
    async def ask_edit(self, interaction: Interaction, reminder_id: int) -> None:
        """Open the edit form."""
        person, keeper = await kept(interaction)
        view = await reminders.own_reminder(self.app.database, keeper, reminder_id)
        await open_form(interaction, form_of(interaction, view, person.reader))

    @pressed("remind", "edited", "reminder_id")
    @opened_by("remind", "edit", what="remind.form.what", when="remind.form.when")
    async def edited(
        self, interaction: Interaction, reminder_id: int, when: Entered[str], what: Entered[str],
        channel: Picked = None, role: Picked = None,
    ) -> None:  # fmt: skip
        """Store the form's values; an unchanged time stays, and a removed role is no longer pinged."""
        person, keeper = await kept(interaction)
        view = await reminders.own_reminder(self.app.database, keeper, reminder_id)
        typed = when.strip()
        changed = None if not typed or typed == filled_when(view, person.reader).strip() else typed
        place = picked_place(interaction, view, channel, role, person.reader) if view.of_club else None
        await self._edit(interaction, person, keeper, view, changed, what, place, form=True)

    @pressed("remind", "pause", "reminder_id")
    async def press_pause(self, interaction: Interaction, reminder_id: int) -> None:
        """Pause the reminder until it is resumed."""
        person, keeper = await kept(interaction)
        await self._pause(interaction, person, keeper, reminder_id)

    @pressed("remind", "resume", "reminder_id")
    async def press_resume(self, interaction: Interaction, reminder_id: int) -> None:
        """Resume the reminder."""
        person, keeper = await kept(interaction)
        await self._resume(interaction, person, keeper, reminder_id)

    @pressed("remind", "late", "reminder_id", "how")
    async def remind_late(self, interaction: Interaction, reminder_id: int, how: Snooze) -> None:
        """Resume the reminder, and be reminded of an occurrence missed during the pause."""
        person, keeper = await kept(interaction)
        await self._resume(interaction, person, keeper, reminder_id, how)

    @pressed("remind", "remove", "reminder_id")
    async def ask_delete(self, interaction: Interaction, reminder_id: int) -> None:
        """Ask for confirmation before the reminder is deleted."""
        person, keeper = await kept(interaction)
        view = await reminders.own_reminder(self.app.database, keeper, reminder_id)
        await replace(interaction, remove_card(view, person.reader, self.app.clock()))

    @pressed("remind", "keep", "reminder_id")
    async def keep(self, interaction: Interaction, reminder_id: int) -> None:
        """Do not delete the reminder."""
        person, keeper = await kept(interaction)
        view = await reminders.own_reminder(self.app.database, keeper, reminder_id)
        await self._show(interaction, person, view)

    @pressed("remind", "delete", "reminder_id")
    async def press_delete(self, interaction: Interaction, reminder_id: int) -> None:
        """Delete the reminder."""
        person, keeper = await kept(interaction)
        view = await reminders.delete(self.app.database, keeper, reminder_id)
        await replace(interaction, deleted_card(view, person.reader))

    # -- shared by commands and buttons ------------------------------------------------------------------------

    async def _edit(
        self,
        interaction: Interaction,
        person: Person,
        keeper: Keeper,
        view: ReminderView,
        when: str | None,
        what: str | None,
        club: InChannel | None,
        *,
        form: bool = False,
    ) -> None:
        asked, notices = None, list[str]()
        if when is not None:
            asked, notices = read_changed(interaction, person.reader, view, when, form=form)
        changed = await defer_if_slow(
            interaction,
            reminders.edit(
                self.app.database,
                keeper,
                view.reminder_id,
                what=what,
                asked=asked,
                club=club,
                now=self.app.clock(),
            ),
            private=True,
        )
        self.app.outbox.wake()
        await self._show(interaction, person, changed, person.reader.t("remind.said.changed"), *notices)

    async def _pause(self, interaction: Interaction, person: Person, keeper: Keeper, reminder_id: int) -> None:
        view = await defer_if_slow(interaction, reminders.pause(self.app.database, keeper, reminder_id), private=True)
        await self._show(interaction, person, view)

    async def _resume(
        self,
        interaction: Interaction,
        person: Person,
        keeper: Keeper,
        reminder_id: int,
        later: Snooze | None = None,
    ) -> None:
        work = reminders.resume(
            self.app.database, keeper, reminder_id, self.app.clock(), later=later, zone=person.reader.zone
        )
        view = await defer_if_slow(interaction, work, private=True)
        self.app.outbox.wake()
        active = view.state == "active"
        await self._show(interaction, person, view, person.reader.t("remind.said.resumed") if active else "")

    async def _show(self, interaction: Interaction, person: Person, view: ReminderView, *notices: str) -> None:
        """Show the reminder's current state: replace the pressed card, or answer a command."""
        drawn = reminder_card(view, person.reader, self.app.clock(), "\n".join(notices))
        if interaction.message is None:
            await reply(interaction, drawn, private=True)
        else:
            await replace(interaction, drawn)


async def setup(bot: commands.Bot) -> None:
    """Add the cog."""
    reminder_when.warm()
    await bot.add_cog(Reminders(bot.app))  # type: ignore[attr-defined]
