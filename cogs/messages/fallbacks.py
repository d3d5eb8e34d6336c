"""Messages for members whose DMs are closed: a note in the club's channel whose Show button opens one's own."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

import discord
from discord import ui
from discord.ext import commands
from discord.utils import format_dt

from bot.client import Backpedal
from bot.context import BotClient
from bot.delivery.message_kinds import ASKED_OF_DISCORD, Kind, Recipient, RenderContext, RenderedMessage, outgoing_of
from bot.delivery.recipients import Proof, prove
from bot.discretion import marked
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.errors import Unavailable
from bot.interactions.authorization import standing_in
from bot.interactions.components import Buttons, button, identity, pressed
from bot.interactions.replies import Interaction, reply, resolve_person, say, tell
from bot.interactions.tree import say_privately
from bot.localizer import Localizer
from bot.services.members import people
from bot.services.members.people import Person
from bot.services.messages import fallbacks, outbox
from bot.services.messages.deliveries import Destination
from bot.services.messages.outbox import ClaimedMessage

log = logging.getLogger(__name__)

LONGEST = 2000
"""Maximum length of a message, in characters."""
SHOWN = 5
"""Maximum number of waiting messages that Show opens, newest first."""


class Fallback(commands.Cog):
    """The fallback for closed direct messages."""

    def __init__(self, bot: Backpedal) -> None:
        self.app, self.every_kind = bot.app, bot.kinds
        self.kinds = (Kind(StoredKind.DELIVERY_WAITS, Priority.SAFETY, draw=self.draw, to=Recipient.ANYBODY),)

    async def draw(self, client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
        """Render the note that names for whom messages wait; return None if none waits any longer."""
        named: list[int] = []
        silent, edited = True, outgoing.destination == Destination.CARD
        waiting = await fallbacks.waiting(self.app.database, outgoing.kind, outgoing.payload)
        for refused in reversed(waiting) if edited else waiting:
            if edited and refused.user_id in named:
                continue  # already named for another message
            try:
                if await self._proof(client, refused) is Proof.REFUSED:
                    continue
                drawn = await self._drawn(client, refused)
            except Exception:
                # Rendering is another cog's code. If several messages wait, the others are still announced, so
                # this one is announced too, and Show renders it again; a single one is retried by the delivery.
                if len(fallbacks.waiting_ids(outgoing.kind, outgoing.payload)) == 1:
                    raise
                words = "could not render %s %d; announcing it as waiting"
                log.exception(words, refused.kind, refused.delivery_id, extra=marked(refused.kind))
            else:
                if drawn is None:
                    continue
                silent = silent and drawn.silent
            named.append(refused.user_id)
        if not named:
            return None
        club = await people.reader_for(self.app.database, None, outgoing.guild_id)
        everybody = [user_id for user_id in dict.fromkeys(one.user_id for one in waiting) if user_id in named]
        view = Buttons(timeout=None)
        view.add_item(
            button(
                club.t("delivery.show"),
                identity("delivery", "show", outgoing.delivery_id),
                discord.ButtonStyle.primary,
            )
        )
        people_named = club.both([f"<@{user_id}>" for user_id in everybody])
        words = club.t("delivery.waits" if len(everybody) == 1 else "delivery.all_wait", people=people_named)
        if edited:  # an edit pings nobody; it says that there is more
            words += "\n" + club.t("delivery.newest", at=format_dt(outgoing.due_at, "R"))
        return RenderedMessage(
            words,
            view=view,
            mentions=discord.AllowedMentions(
                users=[discord.Object(user_id) for user_id in everybody], everyone=False, roles=False
            ),
            silent=silent,
        )

    @pressed("delivery", "show", "delivery_id")
    async def show(self, interaction: Interaction, delivery_id: int) -> None:
        """Show the user's own waiting messages; the id is that of the note, or of a single waiting message."""
        person = await resolve_person(interaction)
        pressed_at = await outbox.delivery(self.app.database, delivery_id)
        waiting = [] if pressed_at is None else [pressed_at]
        if pressed_at is not None and pressed_at.kind == StoredKind.DELIVERY_WAITS:
            waiting = await fallbacks.waiting(self.app.database, pressed_at.kind, pressed_at.payload)
        own = [one for one in waiting if one.user_id == person.user_id]
        if waiting and not own:
            await say_privately(interaction, person.reader.t("delivery.not_for_you"))
            return
        here = interaction.message
        told_at = None if here is None else here.edited_at or here.created_at
        found: list[RenderedMessage] = []
        silent: Unavailable | None = None
        for one in reversed(own):
            try:
                theirs = len(found) < SHOWN and await self._is_theirs(interaction, person, one)
            except Unavailable as error:  # concerns this club only; messages of other clubs are shown
                silent, theirs = error, False
            if theirs:
                drawn = await self._drawn(interaction.client, one, told_at)
                found = [drawn, *found] if drawn is not None else found
        if not found and silent is not None:
            raise silent
        if not found:
            await say_privately(interaction, person.reader.t("delivery.gone"))
            return
        closed = await fallbacks.try_direct_again(self.app.database, person.user_id)
        for each in found:
            await self._show(interaction, each, person.reader if closed and each is found[-1] else None)
        if silent is not None:
            await tell(interaction, person.reader.error(silent))

    @staticmethod
    async def _show(interaction: Interaction, drawn: RenderedMessage, hinted: Localizer | None) -> None:
        """Show one message; with a `hinted` localizer, add how to open direct messages."""
        hint = hinted.t("delivery.open") if hinted is not None else ""
        if drawn.layout is not None:
            if hint:
                drawn.layout.add_item(ui.TextDisplay(hint))
            await reply(interaction, drawn.layout, private=True, files=drawn.files)
            return
        words = f"{drawn.content}\n{hint}" if len(drawn.content) + len(hint) < LONGEST else drawn.content
        await say(interaction, words.rstrip("\n"), files=drawn.files, view=drawn.view)

    async def _proof(self, client: BotClient, one: ClaimedMessage) -> Proof:
        kind = self.every_kind.get(one.kind)
        return Proof.REFUSED if kind is None else await prove(client, kind, outgoing_of(one))

    async def _is_theirs(self, interaction: Interaction, person: Person, one: ClaimedMessage) -> bool:
        """Whether the user may still read a waiting message: a member or organiser of its club, if it requires one.

        Raises:
            Unavailable: Discord does not answer.
        """
        kind = self.every_kind.get(one.kind)
        if kind is None or one.guild_id is None or (wanted := kind.recipient(outgoing_of(one))) not in ASKED_OF_DISCORD:
            return True
        standing = await standing_in(interaction, person, one.guild_id, Priority(one.priority))
        if standing is None:
            raise Unavailable("errors.standing.unknown")
        return standing.organiser if wanted is Recipient.ORGANISER else standing.member

    async def _drawn(
        self, client: BotClient, one: ClaimedMessage, told_at: datetime | None = None
    ) -> RenderedMessage | None:
        kind = self.every_kind.get(one.kind)
        if kind is None or kind.draw is None:
            return None
        return await kind.draw(client, replace(outgoing_of(one), told_at=told_at))


async def setup(bot: Backpedal) -> None:
    """Add the cog."""
    await bot.add_cog(Fallback(bot))
