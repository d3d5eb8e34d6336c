"""/badges: one's own badges, the club's latest, and those there are; and the job that counts everybody's anew."""

from __future__ import annotations

from datetime import datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.context import BotClient
from bot.delivery.message_kinds import DueJob, Kind, Session
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.periods import today_in
from bot.errors import BadInput, NotFound
from bot.interactions.components import pressed
from bot.interactions.pictures import drawn
from bot.interactions.replies import Interaction, defer_if_slow, replace, reply, resolve_member, resolve_person
from bot.interactions.startup_tasks import begin
from bot.interactions.tree import localized
from bot.services.badges import badges
from bot.services.members.people import Person
from cogs.badges.badges_view import FIRST, BadgePage, all_card, club_card, mine_card, sheet

GROUPS = [app_commands.Choice(name=localized(f"badges.group.{group}"), value=group) for group in FIRST]


class Badges(commands.Cog):
    """Badges, for care and turning up before speed."""

    def __init__(self, bot: BotClient) -> None:
        self.bot = bot
        self.app = bot.app
        self.kinds = (Kind(StoredKind.BADGE_COUNT, Priority.NUDGE, fire=self._count),)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Count everybody's badges if they were counted by other rules."""
        await begin(self.bot, "badges", lambda: badges.begin(self.app.database, self.app.clock()))
        self.app.outbox.wake()

    @staticmethod
    async def _count(session: Session, due: DueJob, now: datetime) -> None:
        await badges.count_slice(session, int(due.payload["after"]), now)

    @app_commands.command(name="badges", description=localized("badges.commands.badges"))
    @app_commands.describe(whose=localized("badges.commands.whose"))
    @app_commands.choices(whose=GROUPS)
    async def badges(self, interaction: Interaction, whose: str = "mine") -> None:
        """Show one's own progress privately, or the club's latest in its language where everybody reads them."""
        page = FIRST.get(whose)
        if page is None:
            raise BadInput("settings.choice.unknown")
        person = await _resolved(interaction, page)
        public = person.in_guild and page.group == "club"
        view, files = await defer_if_slow(interaction, self._drawn(person, page, public=public), private=not public)
        await reply(interaction, view, private=not public, files=files)

    @pressed("badges", "show", "owner_id", "page")
    async def show(self, interaction: Interaction, owner_id: int, page: BadgePage) -> None:
        """Show others' badges, or one's own."""
        await self._turn(interaction, owner_id, page)

    @pressed("badges", "turn", "owner_id", "page")
    async def turn(self, interaction: Interaction, owner_id: int, page: BadgePage) -> None:
        """Show the badges of another group."""
        await self._turn(interaction, owner_id, page)

    async def _turn(self, interaction: Interaction, owner_id: int, page: BadgePage) -> None:
        """Redraw the card for its owner; one's own progress, or anybody else's press, gets a private card."""
        person = await _resolved(interaction, page)
        alone = interaction.message is not None and interaction.message.flags.ephemeral
        public = person.in_guild and not alone and page.group == "club" and person.user_id == owner_id
        view, files = await defer_if_slow(interaction, self._drawn(person, page, public=public), private=not public)
        if person.user_id == owner_id and (alone or public or interaction.guild_id is None):
            await replace(interaction, view, files=files)
        else:
            await reply(interaction, view, private=True, files=files)

    async def _drawn(
        self, person: Person, page: BadgePage, *, public: bool
    ) -> tuple[discord.ui.LayoutView, list[discord.File]]:
        """Return a page for a person alone, or for everybody in their club, with its picture."""
        if page.group == "club":
            if person.club is None:
                raise NotFound("board.home.none")
            reader = person.club.reader if public else person.reader
            latest = await badges.latest_in_club(self.app.database, person.club.guild_id)
            return club_card(latest, reader, person.user_id, club=person.club.name), []
        today = today_in(person.reader.zone, self.app.clock())
        found = await badges.own_badges(self.app.database, person.user_id, today)
        if page.group == "all":
            return all_card(found, page, person.reader, person.user_id), []
        picture = await drawn(self.app, sheet(found, person.reader), person.user_id)
        view = mine_card(found, person.reader, person.user_id, picture)
        return view, [picture] if picture else []


async def _resolved(interaction: Interaction, page: BadgePage) -> Person:
    """Resolve the user; a club's badges are for its members."""
    return await (resolve_member if page.group == "club" else resolve_person)(interaction)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Badges(bot))
