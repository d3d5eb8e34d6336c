"""The buttons of `/club review`, and the question and decision that reach a runner as direct messages."""

from __future__ import annotations

from datetime import timedelta

from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.delivery.message_kinds import Kind, Recipient, RenderContext, RenderedMessage
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.runs.runs import Review
from bot.errors import Conflict, NotFound
from bot.interactions.arguments import Entered, Version
from bot.interactions.components import opened_by, pressed
from bot.interactions.replies import Interaction, close_with, defer_if_slow, open_form, replace, resolve_person
from bot.localizer import NAME_SHOWN, Localizer, escaped
from bot.services.members import people
from bot.services.runs import reviews
from cogs.clubs.club_admin import organiser
from cogs.clubs.review_view import answer_form, decision, question, reject_form, review_card
from cogs.runs.run_cards import follow

USEFUL_FOR = timedelta(days=7)
"""How long a question or decision that could not be sent stays useful."""


class Reviews(commands.Cog):
    """Reviews of held runs."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.kinds = (
            Kind(StoredKind.REVIEW_ASK, Priority.ASKED, draw=_draw_question, useful_for=USEFUL_FOR,
                 to=Recipient.ANYBODY),
            Kind(StoredKind.REVIEW_DECIDED, Priority.ASKED, draw=_draw_decision, useful_for=USEFUL_FOR,
                 to=Recipient.ANYBODY),
        )  # fmt: skip

    # ------------------------------------------------------------------ organisers

    @pressed("club", "next", "run_id")
    async def next(self, interaction: Interaction, run_id: int) -> None:
        """Show the next held run, or the first one after the last."""
        await self._show(interaction, after=run_id)

    @pressed("club", "agree", "run_id", "revision")
    async def agree(self, interaction: Interaction, run_id: int, revision: Version) -> None:
        """Put a held run on the boards."""
        await self._decide(interaction, run_id, revision, agree=True)

    @pressed("club", "ask", "run_id", "revision")
    async def ask(self, interaction: Interaction, run_id: int, revision: Version) -> None:
        """Ask the runner about a held run."""
        person, guild_id = await organiser(interaction)
        try:
            await reviews.ask(self.app.database, run_id, guild_id, seen_revision=revision, now=self.app.clock())
            notice = ""  # the card says that they were asked
        except (Conflict, NotFound) as error:
            notice = _gone(error, person.reader)
        self.app.outbox.wake()
        await self._show(interaction, notice, after=run_id - 1)

    @pressed("club", "reject", "run_id", "revision")
    async def reject(self, interaction: Interaction, run_id: int, revision: Version) -> None:
        """Ask for the reason before a held run is left off the boards."""
        person, _ = await organiser(interaction)
        await open_form(interaction, reject_form(run_id, revision, person.reader))

    @pressed("club", "rejected", "run_id", "revision")
    @opened_by("club", "reject", reason="club.review.form_reason")
    async def rejected(self, interaction: Interaction, run_id: int, revision: Version, reason: Entered[str]) -> None:
        """Leave a held run off the boards, for a reason that its runner reads."""
        await self._decide(interaction, run_id, revision, agree=False, reason=reason)

    async def _decide(
        self, interaction: Interaction, run_id: int, revision: int, *, agree: bool, reason: str = ""
    ) -> None:
        person, guild_id = await organiser(interaction)
        work = reviews.decide(
            self.app.database,
            run_id,
            guild_id,
            agree=agree,
            seen_revision=revision,
            now=self.app.clock(),
            reason=reason,
        )
        try:
            view = await defer_if_slow(interaction, work, private=True)
            key = "club.review.agreed" if agree else "club.review.rejected"
            notice = person.reader.t(key, name=escaped(view.runner, NAME_SHOWN))
        except (Conflict, NotFound) as error:
            notice = _gone(error, person.reader)
        self.app.outbox.wake()
        await self._show(interaction, notice)
        await follow(interaction, run_id)

    async def _show(self, interaction: Interaction, notice: str = "", *, after: int = 0) -> None:
        person, guild_id = await organiser(interaction)
        held = await reviews.held_run(self.app.database, guild_id, after)
        await replace(interaction, review_card(held, person.user_id, person.reader, notice))

    # ------------------------------------------------------------------ the runner

    @pressed("review", "right", "run_id")
    async def right(self, interaction: Interaction, run_id: int) -> None:
        """Answer that the run is right as it is."""
        await self._answer(interaction, run_id, None)

    @pressed("review", "words", "run_id")
    async def words(self, interaction: Interaction, run_id: int) -> None:
        """Open the form for an answer in words."""
        person = await resolve_person(interaction)
        await open_form(interaction, answer_form(run_id, person.reader))

    @pressed("review", "said", "run_id")
    @opened_by("review", "words", words="review.form.label")
    async def said(self, interaction: Interaction, run_id: int, words: Entered[str]) -> None:
        """Answer in words."""
        await self._answer(interaction, run_id, words)

    async def _answer(self, interaction: Interaction, run_id: int, words: str | None) -> None:
        person = await resolve_person(interaction)
        try:
            await reviews.answer(self.app.database, run_id, person.user_id, words, self.app.clock())
            done = person.reader.t("review.answer.thanks")
        except NotFound as error:
            done = person.reader.error(error)
        await close_with(interaction, done)


def _gone(error: Conflict | NotFound, reader: Localizer) -> str:
    return reader.error(error) if isinstance(error, Conflict) else reader.t("club.review.decided")


async def _draw_question(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    """Render the question to a runner; None if the run no longer waits."""
    found = await reviews.message(client.app.database, out.subject_id or 0)
    if found is None or found.view.review is not Review.HELD or found.view.user_id != out.user_id:
        return None
    reader = await people.reader_for(client.app.database, out.user_id, out.guild_id)
    words, view = question(found, reader)
    return RenderedMessage(words, view)


async def _draw_decision(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    """Render the decision for a runner; None if it no longer stands."""
    found = await reviews.message(client.app.database, out.subject_id or 0)
    decided = (Review.AGREED, Review.REJECTED)
    if found is None or found.view.review not in decided or found.view.user_id != out.user_id:
        return None
    reader = await people.reader_for(client.app.database, out.user_id, out.guild_id)
    return RenderedMessage(decision(found, reader, agreed=found.view.review is Review.AGREED))


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Reviews(bot.app))
