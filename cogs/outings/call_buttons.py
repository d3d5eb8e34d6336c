"""The buttons of an outing before its start, on its card, in direct messages and in ephemeral answers.

More opens an ephemeral menu. A cog adds buttons to it with a method `more_items(outing, user_id, reader)`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.outings.call_terms import read_start
from bot.domain.outings.outing_rules import OutingState, Presence, Wish
from bot.interactions.arguments import Entered, Version
from bot.interactions.authorization import check_member, standing_in
from bot.interactions.components import Component, card, classic, opened_by, pressed
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
from bot.services.messages import fallbacks
from bot.services.outings import outing_signup, partner_calls
from bot.services.outings.outing_signup import Answer, SignupDone
from bot.services.outings.outing_transitions import AGREED
from bot.services.outings.outings import OutingView
from bot.services.outings.waiting_list import Presser
from bot.services.partners import meeting_points
from cogs.outings import outing_letters_view as outing_letters
from cogs.outings.call_form_view import change_form, place_of
from cogs.outings.call_messages import KINDS, NUDGES
from cogs.outings.outing_card_view import (
    COLOUR,
    full_card,
    more_menu,
    private_card,
    queue_card,
    sure_card,
    waiting_button,
)
from cogs.runs.run_options import manner_of


class Calls(commands.Cog):
    """Answering and managing calls for a partner."""

    kinds = KINDS
    nudges = NUDGES

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("call", "join", "outing_id", "wish")
    async def join(self, interaction: Interaction, outing_id: int, wish: Wish) -> None:
        """Take a place, or switch to another role."""
        await self._press(interaction, outing_signup.join, outing_id, wish)

    @pressed("call", "wait", "outing_id", "wish")
    async def wait(self, interaction: Interaction, outing_id: int, wish: Wish) -> None:
        """Join the waiting list."""
        await self._press(interaction, outing_signup.wait, outing_id, wish)

    @pressed("call", "queue", "outing_id")
    async def queue(self, interaction: Interaction, outing_id: int) -> None:
        """Ask for which role the user wants to wait."""
        person = await resolve_person(interaction)
        outing = await partner_calls.show(
            self.app.database, await presser_of(interaction, person, outing_id), outing_id
        )
        await reply(interaction, queue_card(outing, person.user_id, person.reader), private=True)

    @pressed("call", "take", "outing_id")
    async def take(self, interaction: Interaction, outing_id: int) -> None:
        """Take the offered place."""
        await self._press(interaction, outing_signup.take, outing_id)

    @pressed("call", "confirm", "outing_id")
    async def confirm(self, interaction: Interaction, outing_id: int) -> None:
        """Confirm the current time and place."""
        await self._press(interaction, outing_signup.confirm, outing_id)

    @pressed("call", "leave", "outing_id")
    async def leave(self, interaction: Interaction, outing_id: int) -> None:
        """Leave the outing or the waiting list, or decline the offered place."""
        await self._press(interaction, outing_signup.leave, outing_id)

    @pressed("call", "show", "outing_id")
    async def show(self, interaction: Interaction, outing_id: int) -> None:
        """Show a limited call to those who may answer it."""
        person = await resolve_person(interaction)
        outing = await partner_calls.show(
            self.app.database, await presser_of(interaction, person, outing_id), outing_id
        )
        await reply(interaction, private_card(outing, person.user_id, person.reader), private=True)

    @pressed("call", "more", "outing_id")
    async def more(self, interaction: Interaction, outing_id: int) -> None:
        """Open the ephemeral menu."""
        person = await resolve_person(interaction)
        outing = await partner_calls.show(
            self.app.database, await presser_of(interaction, person, outing_id), outing_id
        )
        extras = _extras(interaction, outing, person.user_id, person.reader)
        await reply(interaction, more_menu(outing, person.user_id, person.reader, extras), private=True)

    @pressed("call", "change", "outing_id")
    async def change(self, interaction: Interaction, outing_id: int) -> None:
        """Open the form, filled with the current time and place."""
        person = await resolve_person(interaction)
        outing = await partner_calls.own(
            self.app.database, await presser_of(interaction, person, outing_id), outing_id, self.app.clock()
        )
        points = await meeting_points.meeting_points(self.app.database, outing.guild_id)
        await open_form(interaction, change_form(outing, points, person.reader))

    @pressed("call", "amend", "outing_id", "terms")
    @opened_by("call", "change", place="partners.form.place", when="partners.form.when")
    async def amend(
        self,
        interaction: Interaction,
        outing_id: int,
        terms: Version,
        when: Entered[str],
        point: Entered[int | None] = None,
        place: Entered[str] = "",
    ) -> None:
        """Change time and place to the form's values; a chosen meeting point prevails over a typed place."""
        person = await resolve_person(interaction)
        now, presser = self.app.clock(), await presser_of(interaction, person, outing_id)
        before = await partner_calls.own(self.app.database, presser, outing_id, now)
        place = place_of(await meeting_points.meeting_points(self.app.database, before.guild_id), point, place)
        kept = when.strip() == person.reader.moment(before.starts_at)
        starts_at = None if kept else read_start(when, manner_of(person.reader), now)
        after = await defer_if_slow(
            interaction,
            partner_calls.change(
                self.app.database,
                presser,
                outing_id,
                starts_at=starts_at,
                place=place,
                seen_terms=terms,
                interaction_id=interaction.id,
                now=now,
            ),
            private=True,
        )
        self.app.outbox.wake()
        others = [c for c in (*after.inside, *after.waiting) if c.user_id != person.user_id]
        key = "unchanged" if after.terms == before.terms else "changed" if others else "changed_alone"
        done = person.reader.t(f"partners.said.{key}")
        await reply(interaction, private_card(after, person.user_id, person.reader, done), private=True)

    @pressed("call", "cancel", "outing_id")
    async def cancel(self, interaction: Interaction, outing_id: int) -> None:
        """Ask for confirmation before the outing is cancelled."""
        person = await resolve_person(interaction)
        outing = await partner_calls.own(
            self.app.database, await presser_of(interaction, person, outing_id), outing_id, self.app.clock()
        )
        await replace(interaction, sure_card(outing, person.reader))

    @pressed("call", "off", "outing_id")
    async def off(self, interaction: Interaction, outing_id: int) -> None:
        """Cancel the outing."""
        person = await resolve_person(interaction)
        presser = await presser_of(interaction, person, outing_id)
        before = await partner_calls.seen(self.app.database, outing_id)
        await defer_if_slow(
            interaction,
            partner_calls.cancel(
                self.app.database,
                presser,
                outing_id,
                interaction_id=interaction.id,
                now=self.app.clock(),
            ),
            private=True,
        )
        self.app.outbox.wake()
        others = [c for c in (*before.inside, *before.waiting) if c.user_id != person.user_id]
        await replace(interaction, card(person.reader.t(f"partners.said.cancelled{'' if others else '_alone'}")))

    @pressed("call", "keep", "outing_id")
    async def keep(self, interaction: Interaction, outing_id: int) -> None:
        """Do not cancel the outing."""
        person = await resolve_person(interaction)
        await replace(interaction, card(person.reader.t("partners.said.kept")))

    async def _press(
        self, interaction: Interaction, service: Callable[..., Coroutine[Any, Any, Answer]], outing_id: int, *wish: Wish
    ) -> None:
        async def answered() -> tuple[Person, Answer]:
            person = await retry_unavailable(lambda: resolve_person(interaction))
            press = await retry_unavailable(
                lambda: presser_of(interaction, person, outing_id, leaves=service is outing_signup.leave)
            )
            given = {"interaction_id": interaction.id, "now": self.app.clock()}
            return person, await retry_unavailable(lambda: service(self.app.database, press, outing_id, *wish, **given))

        person, answer = await defer_if_slow(interaction, answered(), private=True)
        self.app.outbox.wake()
        reader = person.reader
        message = interaction.message
        # Whoever joins a group is written to at once: the answer is one line, unless that message cannot arrive.
        written = answer.done is SignupDone.JOINED and answer.outing.state in AGREED
        own = message is not None and (interaction.guild_id is None or message.flags.ephemeral)
        if message is not None and own and not message.flags.components_v2:
            # A direct message, or one behind Show: replace it by the result, so that no dead button stays.
            words, view = outing_letters.answered(
                answer.outing, person.user_id, reader, _said(answer, person.user_id, reader)
            )
            if answer.done is SignupDone.CONFIRMED and answer.outing.state is OutingState.CONFIRMED:
                view = None  # the message that everybody has confirmed is on its way, with the buttons
            if written:
                words, view = _said(answer, person.user_id, reader), None  # that message has all the details
            if answer.done is SignupDone.FULL:
                view = classic(waiting_button(answer.outing, wish[0], reader))
            await close_with(interaction, words, view)
            return
        said = _said(answer, person.user_id, reader)
        if answer.done is SignupDone.FULL:
            shown = full_card(answer.outing, wish[0], reader)
        elif written and not await fallbacks.is_closed(self.app.database, person.user_id):
            shown = card(said, reader.t("partners.said.in_dm"), colour=COLOUR)
        else:
            shown = private_card(answer.outing, person.user_id, reader, said)
        if message is not None and message.flags.ephemeral:
            await replace(interaction, shown)
        else:
            await reply(interaction, shown, private=True)


async def presser_of(interaction: Interaction, person: Person, outing_id: int, *, leaves: bool = False) -> Presser:
    """Return the user as a member of the outing's club, with the roles they currently hold there.

    Args:
        interaction: the press.
        person: the interaction user.
        outing_id: the outing.
        leaves: whether they only leave it, which is allowed even if Discord does not answer.

    Raises:
        NotFound: there is no such outing, or they are no longer a member of its club.
        Unavailable: Discord does not answer about a press outside the club.
    """
    outing = await partner_calls.seen(interaction.client.app.database, outing_id)
    me = outing.who(person.user_id)
    if me is not None and me.out:
        return Presser(person.user_id)  # members who are out need the menu with Need help, whatever their membership
    if leaves and await standing_in(interaction, person, outing.guild_id) is None:
        return Presser(person.user_id)
    standing = await check_member(interaction, person, outing.guild_id)
    return Presser(person.user_id, outing.guild_id, standing.role_ids)


def _said(answer: Answer, user_id: int, reader: Localizer) -> str:
    me = answer.outing.who(user_id)
    key = answer.done.value
    if answer.done in (SignupDone.JOINED, SignupDone.CONFIRMED):
        state = answer.outing.state.value
        if answer.done is SignupDone.CONFIRMED and state == "open":
            state = "filled"
        key = f"{answer.done.value}_{state}"
    if answer.done is SignupDone.LEFT and answer.outing.state is OutingState.CANCELLED:
        key = "cancelled_alone"
    if answer.done is SignupDone.SWITCHED and me is not None:
        key = f"switched_{me.wish.value}"
    if answer.done is SignupDone.AGAIN and me is not None and me.presence is Presence.IN:
        key = SignupDone.ALREADY_IN.value
    return reader.t(f"partners.said.{key}")


def _extras(interaction: Interaction, outing: OutingView, user_id: int, reader: Localizer) -> list[Component]:
    """Return the buttons that other cogs add to the More menu."""
    found: list[Component] = []
    for cog in interaction.client.cogs.values():
        items = getattr(cog, "more_items", None)
        if items is not None:
            found += items(outing, user_id, reader)
    return found


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Calls(bot.app))
