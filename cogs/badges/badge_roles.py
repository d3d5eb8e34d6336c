"""The roles of badges: the organisers' setting, and giving and taking them on Discord."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Annotated

import discord
from discord.ext import commands

from bot.context import BotClient
from bot.delivery.message_kinds import DueJob, Kind, Session
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.errors import Unavailable
from bot.interactions.arguments import Chosen
from bot.interactions.components import pressed
from bot.interactions.replies import Interaction, replace
from bot.localizer import Localizer
from bot.services.badges import badge_roles
from bot.services.badges.badge_roles import WITH_ROLE, WantedRole
from bot.services.members.people import Club
from cogs.badges.badge_roles_view import role_card, roles_card
from cogs.clubs.club_admin import organiser, server

log = logging.getLogger(__name__)

POWERFUL = (
    "administrator", "manage_guild", "manage_roles", "manage_channels", "manage_messages", "manage_webhooks",
    "kick_members", "ban_members", "moderate_members", "mention_everyone", "view_audit_log",
)  # fmt: skip
"""Permissions that no run earns: a role with one of them is refused."""


class BadgeRoles(commands.Cog):
    """Roles for badges."""

    def __init__(self, bot: BotClient) -> None:
        self.bot = bot
        self.app = bot.app
        self.kinds = (Kind(StoredKind.BADGE_ROLES, Priority.NUDGE, fire=self._fire),)
        self._working = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Do what was left when the bot stopped."""
        self._begin()

    async def _fire(self, _session: Session, _due: DueJob, _now: datetime) -> None:
        self._begin()

    def _begin(self) -> None:
        """Give and take roles outside of the job's transaction."""
        task = asyncio.create_task(self._work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        async with self._working:
            try:
                while found := await badge_roles.wanted(self.app.database):
                    for one in found:
                        await self._do(one)
            except (Unavailable, discord.DiscordException, OSError) as error:
                log.warning("roles of badges wait for the next change or start: %s", error)

    async def _do(self, wanted: WantedRole) -> None:
        """Give or take one role; one that is not possible is forgotten."""
        guild = self.bot.get_guild(wanted.guild_id)
        try:
            if guild is None:
                raise LookupError("the server is gone")
            if not wanted.needless:
                member = guild.get_member(wanted.user_id) or await guild.fetch_member(wanted.user_id)
                act = member.add_roles if wanted.give else member.remove_roles
                await act(discord.Object(wanted.role_id), reason=f"badge {wanted.badge}")
        except (LookupError, discord.NotFound, discord.Forbidden) as error:
            log.warning("could not change the role of badge %s: %s", wanted.badge, error)
            await badge_roles.give_up(self.app.database, wanted)
            return
        await badge_roles.done(self.app.database, wanted)

    # ------------------------------------------------------------------ setting

    @pressed("club", "badges")
    async def show(self, interaction: Interaction) -> None:
        """Show which badge gives which role."""
        await self._show(interaction)

    @pressed("club", "badge")
    async def pick(self, interaction: Interaction, badge: Chosen[Annotated[str, WITH_ROLE]]) -> None:
        """Show the menu of roles for a badge."""
        person, guild_id = await organiser(interaction)
        role_id = (await badge_roles.roles_of(self.app.database, guild_id)).get(badge)
        known = role_id if role_id is not None and server(interaction).get_role(role_id) is not None else None
        await replace(interaction, role_card(badge, known, person.reader))

    @pressed("club", "badgerole", "badge")
    async def choose(
        self, interaction: Interaction, badge: Annotated[str, WITH_ROLE], role_id: Chosen[int | None]
    ) -> None:
        """Choose, or clear, the role of a badge."""
        person, guild_id = await organiser(interaction)
        assert person.club is not None  # checked by `organiser`
        trouble = role_trouble(server(interaction), person.club, role_id, person.reader)
        if trouble:
            await self._show(interaction, f"⚠️ {trouble}")
            return
        await badge_roles.set_role(self.app.database, guild_id, badge, role_id)
        self.app.outbox.wake()
        await self._show(interaction)

    async def _show(self, interaction: Interaction, notice: str = "") -> None:
        person, guild_id = await organiser(interaction)
        roles = await badge_roles.roles_of(self.app.database, guild_id)
        await replace(interaction, roles_card(roles, person.reader, notice))


def role_trouble(guild: discord.Guild, club: Club, role_id: int | None, reader: Localizer) -> str:
    """Return why a role cannot be given for a badge and what to change; empty if it can, or none is chosen."""
    if role_id is None:
        return ""
    role = guild.get_role(role_id)
    if role is None:
        return reader.t("club.trouble.role_gone")
    if role.is_default() or role.managed:
        return reader.t("club.badges.managed", role=role.mention)
    if any(getattr(role.permissions, name) for name in POWERFUL):
        return reader.t("club.badges.powerful", role=role.mention)
    if role_id in (club.organiser_role_id, club.spotter_role_id, club.women_role_id):
        return reader.t("club.badges.ours", role=role.mention)
    if not guild.me.guild_permissions.manage_roles:
        return reader.t("club.badges.permission")
    if role >= guild.me.top_role:
        return reader.t("club.badges.above", role=role.mention)
    return ""


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(BadgeRoles(bot))
