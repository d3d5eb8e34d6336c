"""The schedules of all nudges, and the Stop and Snooze buttons below them."""

from __future__ import annotations

from datetime import datetime

from discord.ext import commands

from bot.client import Backpedal
from bot.delivery.message_kinds import DueJob, Kind, Session
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.snoozes import Snooze
from bot.errors import NotAllowed, NotFound
from bot.interactions.components import pressed
from bot.interactions.nudge_kinds import Nudge
from bot.interactions.replies import Interaction, close_with, resolve_person, say
from bot.interactions.startup_tasks import begin
from bot.services.members.people import Person
from bot.services.nudges import nudging
from bot.services.nudges.nudging import NudgeAudience, Rule
from cogs.nudges.nudges_view import snooze_buttons, snoozed_until, start_button

LONGEST = 2000
"""Maximum length of a message, in characters."""


class Nudges(commands.Cog):
    """Jobs and buttons that all nudges share."""

    def __init__(self, bot: Backpedal) -> None:
        self.bot = bot
        self.app = bot.app
        self.kinds = (
            Kind(StoredKind.NUDGE_TICK, Priority.NUDGE, fire=self._tick),
            Kind(StoredKind.NUDGE_SNOOZED, Priority.ASKED, fire=self._wake),
        )

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Schedule the missing ticks, such as those of a new kind."""
        rules = self._rules().values()
        await begin(self.bot, "nudges", lambda: nudging.begin(self.app.database, rules, self.app.clock()))
        self.app.outbox.wake()

    async def _tick(self, session: Session, due: DueJob, now: datetime) -> None:
        nudge = self.bot.nudges.get(due.occurrence)
        if nudge is not None:  # a removed kind is not scheduled again
            await nudging.tick(session, nudge.rule, due.payload, now)

    @staticmethod
    async def _wake(session: Session, due: DueJob, now: datetime) -> None:
        await nudging.wake(session, int(due.payload["delivery_id"]), due.fire_at, now)

    @pressed("nudge", "stop", "name")
    async def stop(self, interaction: Interaction, name: str) -> None:
        """Stop this kind of nudge for the user, or, on a club's nudge, for the club."""
        person = await resolve_person(interaction)
        nudge = self._nudge(name)
        if nudge.audience is NudgeAudience.CLUBS:
            guild_id = _organised(person)
            assert nudge.stop is not None
            await nudge.stop(self.app, guild_id)
            club = person.club.reader if person.club else person.reader
            said = club.t("nudges.said.stopped_club", name=club.t(nudge.key))
            await close_with(interaction, _below(interaction, said))
            return
        await nudging.choose(self.app.database, person.user_id, name, wanted=False)
        words = person.reader.t("nudges.said.stopped", name=person.reader.t(nudge.key))
        await close_with(interaction, words, start_button(name, person.reader))

    @pressed("nudge", "start", "name")
    async def start(self, interaction: Interaction, name: str) -> None:
        """Undo Stop."""
        person = await resolve_person(interaction)
        await nudging.choose(self.app.database, person.user_id, name, wanted=True)
        await close_with(
            interaction, person.reader.t("nudges.said.started", name=person.reader.t(self._nudge(name).key))
        )

    @pressed("nudge", "snooze", "delivery_id")
    async def snooze(self, interaction: Interaction, delivery_id: int) -> None:
        """Offer times to snooze until; on a club's nudge, to organisers only."""
        person = await resolve_person(interaction)
        try:
            choices = await nudging.snooze_choices(
                self.app.database, self._rules(), delivery_id, person.user_id, _club_of(person), self.app.clock()
            )
        except NotFound:
            if _is_clubs(interaction):
                _organised(person)
            raise
        words = person.reader.t("nudges.snooze.ask")
        await say(interaction, words, view=snooze_buttons(delivery_id, choices, person.reader))

    @pressed("nudge", "later", "delivery_id", "until")
    async def later(self, interaction: Interaction, delivery_id: int, until: Snooze) -> None:
        """Snooze the nudge."""
        person = await resolve_person(interaction)
        at = await nudging.snooze(
            self.app.database, self._rules(), delivery_id, person.user_id, _club_of(person), until, self.app.clock()
        )
        self.app.outbox.wake()
        await close_with(interaction, snoozed_until(at, person.reader))

    def _nudge(self, name: str) -> Nudge:
        nudge = self.bot.nudges.get(name)
        if nudge is None:
            raise NotFound("nudges.snooze.gone")
        return nudge

    def _rules(self) -> dict[str, Rule]:
        return {name: nudge.rule for name, nudge in self.bot.nudges.items()}


def _is_clubs(interaction: Interaction) -> bool:
    """Whether the pressed message is public in a channel; a member's own nudges never are."""
    message = interaction.message
    return interaction.guild_id is not None and message is not None and not message.flags.ephemeral


def _below(interaction: Interaction, said: str) -> str:
    """Append a line to a club's message, which members still want to read; replace it if that is too long."""
    words = f"{interaction.message.content}\n\n{said}" if interaction.message is not None else said
    return words if len(words) <= LONGEST else said


def _club_of(person: Person) -> int | None:
    """Return the club whose own nudges the person may snooze, or None."""
    return person.guild_id if person.organiser and person.in_guild else None


def _organised(person: Person) -> int:
    guild_id = _club_of(person)
    if guild_id is None:
        raise NotAllowed("errors.organiser.only")
    return guild_id


async def setup(bot: Backpedal) -> None:
    """Add the cog."""
    await bot.add_cog(Nudges(bot))
