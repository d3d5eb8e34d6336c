"""`/partner block`, `unblock`, `trust` and `untrust`: a member's own lists, always answered privately."""

from __future__ import annotations

import re

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.partners.tie_kinds import TieKind
from bot.errors import BadInput, NotFound
from bot.interactions.arguments import PageNumber
from bot.interactions.components import card, pressed
from bot.interactions.replies import Interaction, defer_if_slow, replace, reply, resolve_person
from bot.interactions.tree import localized
from bot.localizer import escaped
from bot.services.partners import trust_and_blocks
from cogs.partners.partner_group import add_to_partner
from cogs.partners.trust_and_blocks_view import blocked_card, in_words, tie_list
from cogs.runs.run_options import CHOICE_LIMIT, OFFERED


async def _suggest(interaction: Interaction, current: str, kind: TieKind) -> list[app_commands.Choice[str]]:
    person = await resolve_person(interaction)
    found = await trust_and_blocks.find_ties(interaction.client.app.database, person.user_id, kind, current, OFFERED)
    return [
        app_commands.Choice(name=in_words(tied, person.reader)[:CHOICE_LIMIT], value=f"#{tied.user_id}")
        for tied in found
    ]


async def suggest_blocked(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest the members whom the user blocks."""
    return await _suggest(interaction, current, TieKind.BLOCK)


async def suggest_trusted(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest the members whom the user trusts."""
    return await _suggest(interaction, current, TieKind.TRUST)


@app_commands.describe(member=localized("ties.commands.block_member"))
async def block(interaction: Interaction, member: discord.User | None = None) -> None:
    """Block a member, or show the list of blocked members."""
    person = await resolve_person(interaction)
    if member is None:
        await _show(interaction, TieKind.BLOCK)
        return
    _check(interaction, member)
    app = interaction.client.app
    done = await defer_if_slow(
        interaction,
        trust_and_blocks.block(app.database, person.user_id, member.id, member.display_name, app.clock()),
        private=True,
    )
    await reply(interaction, blocked_card(member.display_name, done, person.reader), private=True)


@app_commands.describe(member=localized("ties.commands.trust_member"))
async def trust(interaction: Interaction, member: discord.User | None = None) -> None:
    """Trust a member, or show the list of trusted members."""
    person = await resolve_person(interaction)
    if member is None:
        await _show(interaction, TieKind.TRUST)
        return
    _check(interaction, member)
    app = interaction.client.app
    new = await defer_if_slow(
        interaction,
        trust_and_blocks.trust(app.database, person.user_id, member.id, member.display_name, app.clock()),
        private=True,
    )
    words = person.reader.t("ties.trust.done" if new else "ties.trust.again", name=escaped(member.display_name, 60))
    await reply(interaction, card(words), private=True)


@app_commands.describe(member=localized("ties.commands.unblock_member"))
@app_commands.autocomplete(member=suggest_blocked)
async def unblock(interaction: Interaction, member: app_commands.Range[str, 1, 100]) -> None:
    """Unblock a member."""
    await _untie(interaction, member, TieKind.BLOCK)


@app_commands.describe(member=localized("ties.commands.untrust_member"))
@app_commands.autocomplete(member=suggest_trusted)
async def untrust(interaction: Interaction, member: app_commands.Range[str, 1, 100]) -> None:
    """Remove a member from the trusted ones."""
    await _untie(interaction, member, TieKind.TRUST)


def _check(interaction: Interaction, member: discord.User | discord.Member) -> None:
    if member.id == interaction.user.id:
        raise BadInput("ties.refused.self")
    if member.bot:
        raise BadInput("ties.refused.bot")


async def _show(interaction: Interaction, kind: TieKind) -> None:
    person = await resolve_person(interaction)
    own = await defer_if_slow(
        interaction, trust_and_blocks.tie_page(interaction.client.app.database, person.user_id, kind), private=True
    )
    await reply(interaction, tie_list(own, kind, person.reader), private=True)


async def _untie(interaction: Interaction, typed: str, kind: TieKind) -> None:
    person = await resolve_person(interaction)
    other_id = await _chosen(interaction, typed, kind)
    name = await defer_if_slow(
        interaction,
        trust_and_blocks.untie(interaction.client.app.database, person.user_id, other_id, kind),
        private=True,
    )
    await reply(interaction, card(person.reader.t(f"ties.{kind.value}.undone", name=escaped(name, 60))), private=True)


async def _chosen(interaction: Interaction, typed: str, kind: TieKind) -> int:
    """Return the user id of an autocomplete value, or of the only member on the list whose name matches the text."""
    if re.fullmatch("#[0-9]{1,19}", typed) and int(typed[1:]) < 2**63:
        return int(typed[1:])
    name = typed.partition(" · ")[0]  # strip the date of a suggestion
    fitting = await trust_and_blocks.find_ties(interaction.client.app.database, interaction.user.id, kind, name, 2)
    if len(fitting) != 1:
        raise NotFound(f"ties.{kind.value}.unknown")
    return fitting[0].user_id


class Ties(commands.Cog):
    """Pages of a member's own lists."""

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("tie", "page", "kind", "page")
    async def page(self, interaction: Interaction, kind: TieKind, page: PageNumber) -> None:
        """Show another page of the user's own list."""
        person = await resolve_person(interaction)
        own = await trust_and_blocks.tie_page(self.app.database, person.user_id, kind, page)
        await replace(interaction, tie_list(own, kind, person.reader))


async def setup(bot: BotClient) -> None:
    """Add the cog, and its commands to `/partner`."""
    await bot.add_cog(Ties(bot.app))
    add_to_partner(
        bot,
        [
            app_commands.Command(name="block", description=localized("ties.commands.block"), callback=block),
            app_commands.Command(name="unblock", description=localized("ties.commands.unblock"), callback=unblock),
            app_commands.Command(name="trust", description=localized("ties.commands.trust"), callback=trust),
            app_commands.Command(name="untrust", description=localized("ties.commands.untrust"), callback=untrust),
        ],
    )
