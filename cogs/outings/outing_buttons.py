"""The buttons during and after an outing: check in, swap, extend, home, the drafted run, and "Did it happen?"."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Literal

from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.safety.escalation_steps import Recipients, has_reached
from bot.errors import NotFound, Unavailable
from bot.interactions.arguments import Chosen, Entered
from bot.interactions.authorization import standing_in
from bot.interactions.components import Component, card, opened_by, pressed
from bot.interactions.replies import (
    Interaction,
    close_with,
    defer_if_slow,
    open_form,
    replace,
    reply,
    resolve_person,
    retry_unavailable,
)
from bot.localizer import Localizer
from bot.services.members.people import Person
from bot.services.outings import (
    check_in,
    corrections,
    no_shows,
    outing_lifecycle,
    run_drafts,
)
from bot.services.outings.outings import OutingView, outing_of
from bot.services.runs.runs import RunView
from bot.services.safety import alerts
from cogs.outings import outing_view as views
from cogs.outings.outing_messages import KINDS, NUDGES
from cogs.runs.overlapping_runs import ask_if_twice
from cogs.runs.run_card_view import private_card
from cogs.runs.run_options import RunForm, amendment_from_form, doubted_form, draft_form
from cogs.runs.spotter_requests import tell_unasked

log = logging.getLogger(__name__)

Service = Callable[..., Awaitable[OutingView]]


class Outings(commands.Cog):
    """Buttons and messages for the participants of an outing."""

    kinds = KINDS
    nudges = NUDGES

    def __init__(self, app: App) -> None:
        self.app = app

    def more_items(self, outing: OutingView, user_id: int, reader: Localizer) -> list[Component]:
        """Return the buttons for the More menu."""
        startable = self.app.clock() >= outing.starts_at - check_in.EARLIEST_CHECK_IN
        return views.more_items(outing, user_id, reader, startable=startable)

    @staticmethod
    async def _met(interaction: Interaction) -> Person:
        return await retry_unavailable(lambda: resolve_person(interaction, urgent=True))

    async def _do(
        self, interaction: Interaction, person: Person, service: Service, outing_id: int, *given: object, **named: bool
    ) -> OutingView:
        """Run a service on `Database.urgent`, with retries while the database is busy."""
        database = self.app.database.urgent

        async def do() -> OutingView:
            given_too = {**named, "interaction_id": interaction.id, "now": self.app.clock()}
            return await service(database, outing_id, person.user_id, *given, **given_too)

        outing = await defer_if_slow(interaction, retry_unavailable(do), private=True)
        self.app.outbox.wake()
        return outing

    @pressed("outing", "checkin", "outing_id")
    async def ask_who_is_there(self, interaction: Interaction, outing_id: int) -> None:
        """Ask who is there; one participant checks in for all."""
        person = await self._member(interaction, outing_id)
        outing = await outing_lifecycle.own_outing(self.app.database, outing_id, person.user_id)
        check_in.check_startable(outing, self.app.clock())
        await reply(interaction, views.who_is_there(outing, person.user_id, person.reader), private=True)

    @pressed("outing", "all", "outing_id")
    async def everybody(self, interaction: Interaction, outing_id: int) -> None:
        """Check in everybody."""
        person = await self._member(interaction, outing_id)
        outing = await outing_lifecycle.own_outing(self.app.database, outing_id, person.user_id)
        await self._check_in(interaction, person, outing_id, [c.user_id for c in outing.inside])

    @pressed("outing", "present", "outing_id")
    async def some(self, interaction: Interaction, outing_id: int, present: Chosen[frozenset[int]]) -> None:
        """Check in those chosen."""
        person = await self._member(interaction, outing_id)
        await self._check_in(interaction, person, outing_id, present)

    async def _member(self, interaction: Interaction, outing_id: int) -> Person:
        """Return the user, unless Discord says that they have left the club. Without an answer they may go on.

        Raises:
            NotFound: there is no such outing, or they have left.
        """
        person = await self._met(interaction)
        outing = await outing_of(self.app.database.urgent, outing_id)
        standing = await standing_in(interaction, person, outing.guild_id)
        if standing is not None and not standing.member:
            raise NotFound("partners.not_open")
        return person

    async def _check_in(
        self, interaction: Interaction, person: Person, outing_id: int, present: Collection[int]
    ) -> None:
        outing = await self._do(interaction, person, check_in.check_in, outing_id, present)
        try:
            await self.app.lifelines.learn(self.app.database.urgent, outing_id)
        except Unavailable as error:  # read again when an alarm needs it
            log.warning("could not read whom to alarm about outing %d: %s", outing_id, error.key)
        await replace(interaction, views.checked_in(outing, person.user_id, person.reader))

    @pressed("outing", "calls", "outing_id")
    async def show_calls(self, interaction: Interaction, outing_id: int) -> None:
        """Show the spoken calls, in the user's language."""
        person = await resolve_person(interaction)
        outing = await outing_lifecycle.own_outing(self.app.database, outing_id, person.user_id)
        await reply(interaction, card(views.calls(outing, person.reader)), private=True)

    @pressed("outing", "swap", "outing_id")
    async def swap(self, interaction: Interaction, outing_id: int) -> None:
        """Swap roles."""
        person = await self._met(interaction)
        outing = await self._do(interaction, person, outing_lifecycle.swap, outing_id)
        await reply(interaction, views.swapped(outing, person.user_id, person.reader), private=True)

    @pressed("outing", "extend", "outing_id")
    async def ask_how_long(self, interaction: Interaction, outing_id: int) -> None:
        """Offer what is left of the hour by which an outing can be extended."""
        person = await resolve_person(interaction)
        outing = await outing_lifecycle.own_outing(self.app.database, outing_id, person.user_id)
        outing_lifecycle.check_out(outing, person.user_id)
        outing_lifecycle.check_extendable(outing)
        await reply(interaction, views.extension(outing, person.reader), private=True)

    @pressed("outing", "later", "outing_id", "minutes")
    async def extend(self, interaction: Interaction, outing_id: int, minutes: int) -> None:
        """Extend the outing."""
        person = await self._met(interaction)
        outing = await self._do(interaction, person, outing_lifecycle.extend, outing_id, minutes)
        await replace(interaction, views.extended(outing, person.user_id, person.reader))

    @pressed("outing", "home", "outing_id")
    async def home(self, interaction: Interaction, outing_id: int) -> None:
        """Record that the user is home."""
        await self._home(interaction, outing_id, both=False)

    @pressed("outing", "both", "outing_id")
    async def both_home(self, interaction: Interaction, outing_id: int) -> None:
        """Record that the user is home, and ask the others whether they are."""
        await self._home(interaction, outing_id, both=True)

    async def _home(self, interaction: Interaction, outing_id: int, *, both: bool) -> None:
        person = await self._met(interaction)
        outing = await self._do(interaction, person, outing_lifecycle.home, outing_id, both=both)
        database = self.app.database.urgent
        alarmed = has_reached(outing.escalation_step, Recipients.CONTACTS) and await alerts.anybody_was_alarmed(
            database, outing_id
        )
        said = views.came_home(outing, person.user_id, person.reader, alarmed=alarmed)
        await reply(interaction, said, private=True)

    @pressed("outing", "stillout", "outing_id")
    async def still_out(self, interaction: Interaction, outing_id: int) -> None:
        """Undo Home."""
        person = await self._met(interaction)
        outing = await self._do(interaction, person, corrections.still_out, outing_id)
        await reply(interaction, views.out_again(outing, person.user_id, person.reader), private=True)

    @pressed("outing", "notthere", "outing_id")
    async def not_there(self, interaction: Interaction, outing_id: int) -> None:
        """Withdraw the check-in that others made for the user, who is not there."""
        person = await self._met(interaction)
        await self._do(interaction, person, corrections.not_there, outing_id)
        await close_with(interaction, *views.not_there(outing_id, person.reader))

    @pressed("outing", "there", "outing_id")
    async def there(self, interaction: Interaction, outing_id: int) -> None:
        """Undo "I'm not there"."""
        person = await self._met(interaction)
        outing = await self._do(interaction, person, corrections.there_after_all, outing_id)
        await reply(interaction, views.out_again(outing, person.user_id, person.reader), private=True)

    @pressed("outing", "happened", "outing_id", "said")
    async def happened(self, interaction: Interaction, outing_id: int, said: Literal["yes", "no", "no_show"]) -> None:
        """Store the answer to "Did it happen?", about the user alone."""
        person = await resolve_person(interaction)
        await no_shows.answer(
            self.app.database, outing_id, person.user_id, said, interaction_id=interaction.id, now=self.app.clock()
        )
        self.app.outbox.wake()
        await close_with(interaction, person.reader.t(f"course.happened.{said}"))

    @pressed("outing", "log", "outing_id")
    async def log_draft(self, interaction: Interaction, outing_id: int) -> None:
        """Log the drafted run as it is; one whose planned distance nobody runs in that time is asked about."""
        person = await resolve_person(interaction)
        draft = await run_drafts.own_draft(self.app.database, outing_id, person, self.app.clock())
        if draft.doubted:
            planned_m = draft.outing.distance_m
            title = person.reader.t(
                "course.draft.doubted", distance_m=planned_m or 0, duration_ms=draft.content.duration_ms
            )
            form = doubted_form(draft.content, outing_id, planned_m, title, person.reader)
            await open_form(interaction, form)
            return
        view = await run_drafts.log_draft(
            self.app.database, outing_id, person, interaction_id=interaction.id, now=self.app.clock()
        )
        await self._logged(interaction, person, view)

    @pressed("outing", "edit", "outing_id")
    async def edit_draft(self, interaction: Interaction, outing_id: int) -> None:
        """Open the run form, filled with the draft."""
        person = await resolve_person(interaction)
        draft = await run_drafts.own_draft(self.app.database, outing_id, person, self.app.clock())
        await open_form(interaction, draft_form(draft.content, outing_id, person.reader))

    @pressed("outing", "amend", "outing_id")
    @opened_by(
        "outing",
        "edit",
        distance="runs.form.distance",
        time="runs.form.time",
        direction="runs.form.direction",
        when="runs.form.when",
        note="runs.form.note",
    )
    async def amend_draft(self, interaction: Interaction, outing_id: int, form: Entered[RunForm]) -> None:
        """Log the draft with the form's values."""
        person = await resolve_person(interaction)
        now = self.app.clock()
        draft = await run_drafts.own_draft(self.app.database, outing_id, person, now)
        amend = amendment_from_form(form, draft.content, person.reader, now)
        view = await run_drafts.log_draft(
            self.app.database, outing_id, person, interaction_id=interaction.id, now=now, amend=amend
        )
        await self._logged(interaction, person, view)

    async def _logged(self, interaction: Interaction, person: Person, view: RunView) -> None:
        await close_with(interaction, person.reader.t("course.draft.done"))
        await reply(interaction, private_card(view, person.reader, person.weight_kg), private=True)
        self.app.outbox.wake()
        await tell_unasked(interaction, view)
        await ask_if_twice(interaction, person, view)

    @pressed("outing", "throw", "outing_id")
    async def throw_draft(self, interaction: Interaction, outing_id: int) -> None:
        """Discard the draft."""
        person = await resolve_person(interaction)
        await run_drafts.throw_draft(self.app.database, outing_id, person.user_id)
        await close_with(interaction, person.reader.t("course.draft.gone"))


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Outings(bot.app))
