"""Questions to spotters, and "Don't ask me again" below any question."""

from __future__ import annotations

from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.delivery.message_kinds import Kind, Recipient, RenderContext, RenderedMessage
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.partners.tie_kinds import TieKind
from bot.domain.runs.runs import SpotterState
from bot.errors import BadInput
from bot.interactions.arguments import Chosen
from bot.interactions.components import Buttons, button, identity, pressed
from bot.interactions.replies import Interaction, close_with, replace, resolve_person
from bot.localizer import escaped
from bot.services.members import people
from bot.services.messages import questions
from bot.services.partners import trust_and_blocks
from bot.services.runs import runs
from cogs.partners.trust_and_blocks_view import tie_list
from cogs.runs.spotter_requests import answers, hold_question, question


class Questions(commands.Cog):
    """Questions from one member to another."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.kinds = tuple(
            Kind(
                name,
                Priority.ASKED,
                draw=_draw,
                useful_for=questions.USEFUL_FOR,
                fallback=name == StoredKind.SPOTTER_ASK,
                hold=hold_question,
                to=Recipient.MEMBER,
            )
            for name in (StoredKind.SPOTTER_ASK, StoredKind.SPOTTER_ASK_ALONE)
        )

    @pressed("ask", "never", "asker_id")
    async def never(self, interaction: Interaction, asker_id: int) -> None:
        """Mute this person's questions; they are not told."""
        person = await resolve_person(interaction)
        if asker_id == person.user_id:
            raise BadInput("errors.press.unknown")
        name = await people.name_of(self.app.database, asker_id, person.guild_id)
        await questions.never_again(self.app.database, person.user_id, asker_id, name, self.app.clock())
        view = Buttons(timeout=None)
        view.add_item(button(person.reader.t("ties.mute.undo"), identity("ask", "again", asker_id)))
        await close_with(interaction, person.reader.t("ties.mute.done", name=escaped(name, 60)), view)

    @pressed("ask", "again", "asker_id")
    async def again(self, interaction: Interaction, asker_id: int) -> None:
        """Unmute."""
        person = await resolve_person(interaction)
        name = await self._unmute(person.user_id, asker_id)
        await close_with(interaction, person.reader.t("ties.mute.undone", name=escaped(name, 60)))

    @pressed("ask", "restore")
    async def restore(self, interaction: Interaction, asker_id: Chosen[int]) -> None:
        """Unmute somebody chosen from the list."""
        person = await resolve_person(interaction)
        await self._unmute(person.user_id, asker_id)
        own = await trust_and_blocks.tie_page(self.app.database, person.user_id, TieKind.MUTE)
        await replace(interaction, tie_list(own, TieKind.MUTE, person.reader))

    async def _unmute(self, user_id: int, asker_id: int) -> str:
        return await trust_and_blocks.untie(self.app.database, user_id, asker_id, TieKind.MUTE)


async def _draw(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    """Render the question to a spotter; None if the run no longer needs the answer."""
    database = client.app.database
    view = await runs.run_for_card(database, out.subject_id or 0)
    if view is None or view.deleted or view.content.spotter_id != out.user_id:
        return None
    if view.content.spotter_state is not SpotterState.ASKED:
        return None
    if not await questions.may_ask(database, view.user_id, out.user_id):
        return None
    reader = await people.reader_for(database, out.user_id, out.guild_id)
    return RenderedMessage(question(view, reader), answers(view, reader))


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Questions(bot.app))
