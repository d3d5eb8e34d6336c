"""`/partner contact`: whom to alarm when a member does not come home."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.delivery.message_kinds import Kind, Recipient, RenderContext, RenderedMessage
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.errors import BadInput
from bot.interactions.arguments import Chosen
from bot.interactions.components import pressed
from bot.interactions.replies import (
    Interaction,
    close_with,
    defer_if_slow,
    replace,
    reply,
    resolve_person,
    retry_unavailable,
)
from bot.interactions.tree import localized
from bot.localizer import escaped
from bot.services.members import people
from bot.services.members.people import Person
from bot.services.messages import questions
from bot.services.safety import contacts
from bot.services.safety.contacts import ContactState
from cogs.partners.partner_group import add_to_partner
from cogs.runs.spotter_requests import hold_question, never_button
from cogs.safety.contacts_view import contact_asked, contact_gone, contacts_card


class ContactList(commands.Cog):
    """Naming contacts, and being one."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.kinds = (
            Kind(
                contacts.ASKED,
                Priority.ASKED,
                None,
                _draw_ask,
                useful_for=questions.USEFUL_FOR,
                hold=hold_question,
                to=Recipient.ANYBODY,
            ),
            Kind(StoredKind.CONTACT_GONE, Priority.ASKED, None, _draw_gone, to=Recipient.ANYBODY),
        )

    async def show_or_name(self, interaction: Interaction, member: discord.User | None) -> None:
        """Show the user's contacts; first name a member if one is given."""
        person = await resolve_person(interaction)
        if member is None:
            found = await defer_if_slow(
                interaction, contacts.contacts_of(self.app.database, person.user_id), private=True
            )
            await reply(interaction, contacts_card(found, person.reader), private=True)
            return
        if member.bot:
            raise BadInput("alerts.contact.bot")
        await self._check_known(interaction, person, member)
        work = contacts.name_contact(
            self.app.database,
            person.user_id,
            member.id,
            member.display_name,
            person.guild_id,
            self.app.clock(),
        )
        named = await defer_if_slow(interaction, work, private=True)
        self.app.outbox.wake()
        notice = person.reader.t("alerts.contact.asked")
        if named.again_at is not None:
            who = escaped(member.display_name, 60)
            notice = person.reader.t("alerts.contact.kept", name=who, at=named.again_at)
        await reply(interaction, contacts_card(named.contacts, person.reader, notice), private=True)

    async def _check_known(
        self, interaction: Interaction, person: Person, member: discord.User | discord.Member
    ) -> None:
        """Refuse strangers: a contact is in this server, or has used the bot in a club that both are in."""
        if member.id == person.user_id or isinstance(member, discord.Member):
            return
        if person.in_guild or not await contacts.share_a_club(self.app.database, person.user_id, member.id):
            raise BadInput("alerts.contact.stranger")

    @pressed("contact", "drop")
    async def drop(self, interaction: Interaction, contact_id: Chosen[int]) -> None:
        """Remove a contact from the user's list."""
        person = await resolve_person(interaction)
        found = await contacts.drop_contact(self.app.database, person.user_id, contact_id, self.app.clock())
        await replace(interaction, contacts_card(found, person.reader))

    @pressed("contact", "withdraw")
    async def withdraw(self, interaction: Interaction, user_id: Chosen[int]) -> None:
        """Stop being somebody's contact."""
        person = await resolve_person(interaction)
        await contacts.answer(self.app.database, user_id, person.user_id, accept=False, now=self.app.clock())
        self.app.outbox.wake()
        found = await contacts.contacts_of(self.app.database, person.user_id)
        name = await people.name_of(self.app.database, user_id, person.guild_id)
        notice = person.reader.t("alerts.contact.withdrawn", name=escaped(name, 60))
        await replace(interaction, contacts_card(found, person.reader, notice))

    @pressed("contact", "accept", "user_id")
    async def accept(self, interaction: Interaction, user_id: int) -> None:
        """Accept being somebody's contact."""
        await self._answer(interaction, user_id, accept=True)

    @pressed("contact", "decline", "user_id")
    async def decline(self, interaction: Interaction, user_id: int) -> None:
        """Decline being somebody's contact."""
        await self._answer(interaction, user_id, accept=False)

    async def _answer(self, interaction: Interaction, user_id: int, *, accept: bool) -> None:
        person = await retry_unavailable(lambda: resolve_person(interaction, urgent=True))
        database, contact_id = self.app.database, person.user_id
        work = retry_unavailable(
            lambda: contacts.answer(database, user_id, contact_id, accept=accept, now=self.app.clock())
        )
        await defer_if_slow(interaction, work, private=True)
        self.app.outbox.wake()
        name = escaped(await people.name_of(self.app.database, user_id, person.guild_id), 60)
        words = person.reader.t(f"alerts.contact.{'accepted' if accept else 'declined'}", name=name)
        await close_with(interaction, words)


async def _draw_ask(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    database = client.app.database
    about = int(out.payload["about_user_id"])
    if not await contacts.is_asked(database, about, out.user_id):
        return None
    if not await questions.may_ask(database, about, out.user_id):
        return None
    reader = await people.reader_for(database, out.user_id, out.guild_id)
    words, view = contact_asked(await people.name_of(database, about, out.guild_id), about, reader)
    return RenderedMessage(content=words, view=view.add_item(never_button(about, reader)))


async def _draw_gone(client: BotClient, out: RenderContext) -> RenderedMessage:
    database = client.app.database
    left = [c for c in (await contacts.contacts_of(database, out.user_id)).mine if c.state is ContactState.ACCEPTED]
    reader = await people.reader_for(database, out.user_id, out.guild_id)
    about = out.payload.get("about_user_id")
    name = await people.name_of(database, int(about), out.guild_id) if about is not None else None
    return RenderedMessage(content=contact_gone(name, len(left), reader))


async def setup(bot: BotClient) -> None:
    """Add the cog and its command."""
    cog = ContactList(bot.app)
    await bot.add_cog(cog)

    @app_commands.command(name="contact", description=localized("alerts.commands.contact"))
    @app_commands.describe(member=localized("alerts.commands.member"))
    async def contact(interaction: Interaction, member: discord.User | None = None) -> None:
        await cog.show_or_name(interaction, member)

    add_to_partner(bot, [contact])
