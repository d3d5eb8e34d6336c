"""The buttons of an outing's course: check in, swap, extend, home, the drafted run, and "Did it happen?"."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from discord import ui
from discord.ext import commands

from bot.app import App
from bot.delivery.kinds import Drawn, DueNow, Kind, Outgoing, Recipient
from bot.domain.delivery import Priority
from bot.domain.outings import OUT, OutingState, Presence
from bot.errors import NotFound
from bot.reader import Reader
from bot.services import clubs, course, drafts, no_shows, people
from bot.services.calls import HOUR, START
from bot.services.evenings import EVENING
from bot.services.outings import OutingView, outing_of
from bot.services.people import Person
from bot.services.runs import RunView
from cogs.answer import Interaction, close_with, met, open_form, replace, reply, soon
from cogs.asking import ask_named
from cogs.membership import standing_in
from cogs.nudging import Nudge, Said, Say
from cogs.transformers import amendment_from_form, draft_form
from cogs.views import outing_course as views
from cogs.views.base import Buttons, Component, card, fields_of, pressed, values_of
from cogs.views.run_card import private_card

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.client import Backpedal

Draw = Callable[[OutingView, Outgoing, Reader, datetime], tuple[str, ui.View] | None]


class Outings(commands.Cog):
    """What those who are in an outing press, and what they are told while it lasts."""

    def __init__(self, app: App) -> None:
        self.app = app
        asked, safety = Priority.ASKED, Priority.SAFETY
        self.nudges = (
            _reminder_nudge(EVENING, "nudges.name.evening", _evening, timedelta(hours=6)),
            _reminder_nudge(HOUR, "nudges.name.hour", _hour, timedelta(hours=1)),
        )
        self.kinds = (
            Kind(
                START,
                safety,
                _reminds(START),
                _draws(_start),
                useful_for=timedelta(hours=1),
                to=Recipient.MEMBER,
                unproven=_draws(_start, exactly=False),
            ),
            Kind(no_shows.UNSTARTED, asked, _fire_unstarted),
            Kind(no_shows.HAPPENED, asked, None, _draws(_happened), to=Recipient.MEMBER),
            Kind(no_shows.WORD, asked, None, _draws(_two_no_shows), to=Recipient.ANYBODY),
            # Those who are out know where, and with whom; they are told whatever Discord says of their membership.
            Kind(course.OUT_NOW, safety, None, _draw_out, to=Recipient.COMPANION),
            Kind(course.HALF, safety, _fire_half, _draws(_half), to=Recipient.COMPANION),
            Kind(course.EXTENDED, safety, None, _draws(_extended), to=Recipient.COMPANION),
            Kind(course.PARTNER_HOME, safety, None, _draws(_asked_home), to=Recipient.COMPANION),
            Kind(course.DRAFT, asked, None, _draws(_draft), to=Recipient.COMPANION),
        )

    def more_items(self, outing: OutingView, user_id: int, reader: Reader) -> list[Component]:
        """What the menu behind More offers."""
        startable = self.app.clock() >= outing.starts_at - course.EARLIEST_CHECK_IN
        return views.more_items(outing, user_id, reader, startable=startable)

    @pressed("outing", "checkin", "outing_id")
    async def ask_who_is_there(self, interaction: Interaction, outing_id: int) -> None:
        """Ask who is there; one checks in for all."""
        person = await self._member(interaction, outing_id)
        outing = await course.own_outing(self.app.database, outing_id, person.user_id)
        course.check_startable(outing, self.app.clock())
        await reply(interaction, views.who_is_there(outing, person.user_id, person.reader), private=True)

    @pressed("outing", "all", "outing_id")
    async def everybody(self, interaction: Interaction, outing_id: int) -> None:
        """Check in with everybody."""
        person = await self._member(interaction, outing_id)
        outing = await course.own_outing(self.app.database, outing_id, person.user_id)
        await self._check_in(interaction, person, outing_id, [c.user_id for c in outing.inside])

    @pressed("outing", "present", "outing_id")
    async def some(self, interaction: Interaction, outing_id: int) -> None:
        """Check in with those chosen."""
        person = await self._member(interaction, outing_id)
        await self._check_in(interaction, person, outing_id, [int(value) for value in values_of(interaction)])

    async def _member(self, interaction: Interaction, outing_id: int) -> Person:
        """Who presses, unless Discord says that the club holds them no more. While it does not tell they may go on.

        Raises:
            NotFound: there is no such outing, or they are gone.
        """
        person = await met(interaction)
        outing = await outing_of(self.app.database, outing_id)
        standing = await standing_in(interaction, person, outing.guild_id)
        if standing is not None and not standing.member:
            raise NotFound("partners.not_open")
        return person

    async def _check_in(self, interaction: Interaction, person: Person, outing_id: int, present: list[int]) -> None:
        work = course.check_in(
            self.app.database,
            outing_id,
            person.user_id,
            present,
            interaction_id=interaction.id,
            now=self.app.clock(),
        )
        outing = await soon(interaction, work, private=True)
        self.app.courier.poke()
        await replace(interaction, views.checked_in(outing, person.user_id, person.reader))

    @pressed("outing", "calls", "outing_id")
    async def show_calls(self, interaction: Interaction, outing_id: int) -> None:
        """Show the calls, in the language of whoever presses."""
        person = await met(interaction)
        outing = await course.own_outing(self.app.database, outing_id, person.user_id)
        await reply(interaction, card(views.calls(outing, person.reader)), private=True)

    @pressed("outing", "swap", "outing_id")
    async def swap(self, interaction: Interaction, outing_id: int) -> None:
        """Change roles."""
        person = await met(interaction)
        outing = await course.swap(
            self.app.database, outing_id, person.user_id, interaction_id=interaction.id, now=self.app.clock()
        )
        self.app.courier.poke()
        await reply(interaction, views.swapped(outing, person.user_id, person.reader), private=True)

    @pressed("outing", "extend", "outing_id")
    async def ask_how_long(self, interaction: Interaction, outing_id: int) -> None:
        """Offer what is left of the hour."""
        person = await met(interaction)
        outing = await course.own_outing(self.app.database, outing_id, person.user_id)
        course.check_out(outing, person.user_id)
        await reply(interaction, views.extension(outing, person.reader), private=True)

    @pressed("outing", "later", "outing_id", "minutes")
    async def extend(self, interaction: Interaction, outing_id: int, minutes: int) -> None:
        """Come home later."""
        person = await met(interaction)
        outing = await course.extend(
            self.app.database, outing_id, person.user_id, minutes, interaction_id=interaction.id, now=self.app.clock()
        )
        self.app.courier.poke()
        await replace(interaction, views.extended(outing, person.user_id, person.reader))

    @pressed("outing", "home", "outing_id")
    async def home(self, interaction: Interaction, outing_id: int) -> None:
        """Be home."""
        await self._home(interaction, outing_id, both=False)

    @pressed("outing", "both", "outing_id")
    async def both_home(self, interaction: Interaction, outing_id: int) -> None:
        """Be home, and have the others asked whether they are."""
        await self._home(interaction, outing_id, both=True)

    async def _home(self, interaction: Interaction, outing_id: int, *, both: bool) -> None:
        person = await met(interaction)
        outing = await course.home(
            self.app.database,
            outing_id,
            person.user_id,
            both=both,
            interaction_id=interaction.id,
            now=self.app.clock(),
        )
        self.app.courier.poke()
        await reply(interaction, views.came_home(outing, person.reader), private=True)

    @pressed("outing", "happened", "outing_id", "said")
    async def happened(self, interaction: Interaction, outing_id: int, said: str) -> None:
        """Take the answer to "Did it happen?", about the one who presses alone."""
        person = await met(interaction)
        await no_shows.answer(
            self.app.database, outing_id, person.user_id, said, interaction_id=interaction.id, now=self.app.clock()
        )
        self.app.courier.poke()
        await close_with(interaction, person.reader.t(f"course.happened.{said}"))

    @pressed("outing", "log", "outing_id")
    async def log_draft(self, interaction: Interaction, outing_id: int) -> None:
        """Log the drafted run as it is."""
        person = await met(interaction)
        view = await drafts.log_draft(
            self.app.database, outing_id, person, interaction_id=interaction.id, now=self.app.clock()
        )
        await self._logged(interaction, person, view)

    @pressed("outing", "edit", "outing_id")
    async def edit_draft(self, interaction: Interaction, outing_id: int) -> None:
        """Open the form, filled with the draft."""
        person = await met(interaction)
        draft = await drafts.own_draft(self.app.database, outing_id, person)
        await open_form(interaction, draft_form(draft.content, outing_id, person.reader))

    @pressed("outing", "amend", "outing_id")
    async def amend_draft(self, interaction: Interaction, outing_id: int) -> None:
        """Log the draft as the form says."""
        person = await met(interaction)
        now = self.app.clock()
        draft = await drafts.own_draft(self.app.database, outing_id, person)
        amend = amendment_from_form(fields_of(interaction), draft.content, person.reader, now)
        view = await drafts.log_draft(
            self.app.database, outing_id, person, interaction_id=interaction.id, now=now, amend=amend
        )
        await self._logged(interaction, person, view)

    async def _logged(self, interaction: Interaction, person: Person, view: RunView) -> None:
        await close_with(interaction, person.reader.t("course.draft.done"))
        await reply(interaction, private_card(view, person.reader, person.weight_kg), private=True)
        await ask_named(interaction, view)

    @pressed("outing", "throw", "outing_id")
    async def throw_draft(self, interaction: Interaction, outing_id: int) -> None:
        """Throw the draft away."""
        person = await met(interaction)
        await drafts.throw_draft(self.app.database, outing_id, person.user_id)
        await close_with(interaction, person.reader.t("course.draft.gone"))


def _reminds(kind: str) -> Callable[[AsyncSession, DueNow, datetime], Awaitable[None]]:
    async def fire(session: AsyncSession, due: DueNow, now: datetime) -> None:
        if due.subject_id is not None:
            await course.remind(session, kind, due.subject_id, due.user_id, now)

    return fire


async def _fire_unstarted(session: AsyncSession, due: DueNow, now: datetime) -> None:
    if due.subject_id is not None:
        await no_shows.ask(session, due.subject_id, now)


async def _fire_half(session: AsyncSession, due: DueNow, now: datetime) -> None:
    if due.subject_id is not None:
        await course.call_half_time(session, due.subject_id, now)


def _draws(draw: Draw, *, exactly: bool = True) -> Callable[[Backpedal, Outgoing], Awaitable[Drawn | None]]:
    """Draw about the outing as it now is, for the one who gets it; not `exactly`: without where people meet."""

    async def drawn(client: Backpedal, out: Outgoing) -> Drawn | None:
        if out.subject_id is None:
            return None
        database = client.app.database
        try:
            outing = await outing_of(database, out.subject_id)
        except NotFound:
            return None
        reader = await people.reader_for(database, out.user_id, out.guild_id)
        outing = outing if exactly else dataclasses.replace(outing, detail=None)
        made = draw(outing, out, reader, client.app.clock())
        return None if made is None else Drawn(content=made[0], view=made[1])

    return drawn


def _reminder_nudge(name: str, key: str, draw: Draw, useful_for: timedelta) -> Nudge:
    """Asked for by whoever is in an outing; it can be stopped and put off like every nudge."""

    def says(*, exactly: bool) -> Say:
        drawn = _draws(draw, exactly=exactly)

        async def say(client: Backpedal, out: Outgoing, _: Reader) -> Said | None:
            made = await drawn(client, out)
            return None if made is None or made.view is None else Said(made.content, made.view.children)

        return say

    return Nudge(
        name, key, useful_for, says(exactly=True), priority=Priority.ASKED, fire=_reminds(name), to=Recipient.MEMBER,
        say_unproven=says(exactly=False),
    )  # fmt: skip


def _evening(outing: OutingView, out: Outgoing, reader: Reader, _now: datetime) -> tuple[str, ui.View] | None:
    return _reminder(outing, out, reader, evening=True)


def _hour(outing: OutingView, out: Outgoing, reader: Reader, _now: datetime) -> tuple[str, ui.View] | None:
    return _reminder(outing, out, reader, evening=False)


def _reminder(outing: OutingView, out: Outgoing, reader: Reader, *, evening: bool) -> tuple[str, ui.View] | None:
    if not _still_in(outing, out):
        return None
    return views.reminder(outing, out.user_id, reader, evening=evening)


def _start(outing: OutingView, out: Outgoing, reader: Reader, _now: datetime) -> tuple[str, ui.View] | None:
    return views.starting(outing, out.user_id, reader) if _still_in(outing, out) else None


async def _draw_out(client: Backpedal, out: Outgoing) -> Drawn | None:
    club = (await clubs.club_settings(client.app.database, out.guild_id or 0)).club

    def made(outing: OutingView, out: Outgoing, reader: Reader, _now: datetime) -> tuple[str, ui.View] | None:
        me = outing.who(out.user_id)
        if outing.state not in OUT or me is None or not me.out:
            return None
        return views.on_the_way(outing, out.user_id, reader, club, agreed_here=bool(out.payload.get("agreed_here")))

    return await _draws(made)(client, out)


def _half(outing: OutingView, out: Outgoing, reader: Reader, now: datetime) -> tuple[str, ui.View] | None:
    # Asked again here: the bot may have been down since the call was written.
    me = outing.who(out.user_id)
    return views.half_time(outing, out.user_id, reader) if me and me.out and course.may_swap_now(outing, now) else None


def _extended(outing: OutingView, out: Outgoing, reader: Reader, _now: datetime) -> tuple[str, ui.View] | None:
    me = outing.who(out.user_id)
    if outing.state not in OUT or me is None or not me.out:
        return None
    return views.told_extended(outing, int(out.payload["by_user_id"]), int(out.payload["minutes"]), reader)


def _asked_home(outing: OutingView, out: Outgoing, reader: Reader, _now: datetime) -> tuple[str, ui.View] | None:
    me = outing.who(out.user_id)
    if outing.state not in OUT or me is None or not me.out:
        return None
    return views.asked_home(outing, int(out.payload["by_user_id"]), reader)


def _draft(outing: OutingView, out: Outgoing, reader: Reader, _now: datetime) -> tuple[str, ui.View] | None:
    me = outing.who(out.user_id)
    if me is None or me.draft != "offered":
        return None
    return views.drafted(drafts.draft_of(outing, me, reader.zone), reader)


def _happened(outing: OutingView, out: Outgoing, reader: Reader, _now: datetime) -> tuple[str, ui.View] | None:
    return views.happened(outing, reader, absent=bool(out.payload.get("absent")))


def _two_no_shows(outing: OutingView, out: Outgoing, reader: Reader, _now: datetime) -> tuple[str, ui.View] | None:
    return reader.t("course.happened.two"), Buttons(timeout=None)


def _still_in(outing: OutingView, out: Outgoing) -> bool:
    me = outing.who(out.user_id)
    return outing.state in (OutingState.FILLED, OutingState.CONFIRMED) and me is not None and me.presence is Presence.IN


async def setup(bot: Backpedal) -> None:
    """Add the cog."""
    await bot.add_cog(Outings(bot.app))
