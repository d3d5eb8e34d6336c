"""`/challenge`: a club's challenges, from creating one to its result."""

from __future__ import annotations

from typing import Annotated

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.boards.metrics import BoardDirection
from bot.domain.challenges.challenge_rules import JOINABLE, ChallengeKind, ChallengePhase
from bot.domain.limits import CHALLENGE_TEAMS
from bot.errors import BadInput, NotFound
from bot.interactions.arguments import Entered, PageNumber
from bot.interactions.authorization import known_lately
from bot.interactions.components import card, offered, opened_by, pressed
from bot.interactions.replies import (
    Interaction,
    open_form,
    replace,
    reply,
    resolve_person,
)
from bot.interactions.tree import localized
from bot.localizer import escaped
from bot.services.challenges import challenge_changes, challenges
from bot.services.challenges.challenge_progress import progress, with_results
from bot.services.challenges.challenges import ChallengeView
from bot.services.members.people import Club, Person
from cogs.challenges.challenge_answers import member_of_club, show_challenge
from cogs.challenges.challenge_form import (
    ChallengeChoices,
    ChallengeForm,
    challenge_form,
    own_goal_form,
    read_challenge,
    read_own_goal,
)
from cogs.challenges.challenge_lines import NAME_SHOWN
from cogs.challenges.challenge_messages import KINDS
from cogs.challenges.challenge_nudge import LAST_DAYS
from cogs.challenges.challenge_view import (
    end_card,
    list_card,
    preview_card,
)
from cogs.clubs.club_admin import lacking, organiser, server
from cogs.runs.run_options import CHOICE_LIMIT, OFFERED, plain_choice

KIND_CHOICES = [app_commands.Choice(name=localized(f"challenge.kind.{one.value}"), value=one.value)
                for one in ChallengeKind]  # fmt: skip
DIRECTIONS = [app_commands.Choice(name=localized(f"board.direction.{one.value}"), value=one.value)
              for one in BoardDirection]  # fmt: skip
NEEDED = ("view_channel", "send_messages", "attach_files")
Teams = Annotated[int, range(CHALLENGE_TEAMS + 1)]
Which = app_commands.Range[str, 1, CHOICE_LIMIT]
ENDING = (*JOINABLE, ChallengePhase.PROVISIONAL)


async def suggest_challenge(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest the club's challenges whose name contains the text."""
    person = await resolve_person(interaction)
    if person.club is None or not await known_lately(interaction, person):
        return []
    app = interaction.client.app
    views = await challenges.current(app.database, person.club.guild_id, app.clock())
    found = challenges.matching(views, current) if current.strip() else views
    return [plain_choice(escaped(view.name, NAME_SHOWN), f"#{view.challenge_id}") for view in found[:OFFERED]]


class Challenges(
    commands.GroupCog, group_name="challenge", group_description=localized("challenge.commands.challenge")
):
    """Challenges of the club that a command or press comes from."""

    kinds = KINDS
    nudges = (LAST_DAYS,)

    def __init__(self, app: App) -> None:
        self.app = app

    # ── organisers ──

    @app_commands.command(name="create", description=localized("challenge.commands.create"))
    @app_commands.describe(
        kind=localized("challenge.commands.kind"),
        direction=localized("challenge.commands.direction"),
        teams=localized("challenge.commands.teams"),
        files=localized("challenge.commands.files"),
    )
    @app_commands.choices(kind=KIND_CHOICES, direction=DIRECTIONS)
    async def create(
        self,
        interaction: Interaction,
        kind: str = ChallengeKind.GOAL.value,
        direction: str = BoardDirection.BACKWARD.value,
        teams: app_commands.Range[int, 2, CHALLENGE_TEAMS] | None = None,
        files: bool = False,
    ) -> None:
        """Open the form for a new challenge, filled with the user's draft of that kind if it was not posted."""
        person, guild_id = await organiser(interaction)
        choices = ChallengeChoices(offered(ChallengeKind, kind), offered(BoardDirection, direction), teams or 0, files)
        held = await challenges.own_draft(self.app.database, guild_id, person.user_id, self.app.clock())
        draft = held if held is not None and held.terms.kind is choices.kind else None
        await open_form(interaction, challenge_form(choices, person.reader, draft))

    @pressed("challenge", "form", "kind", "direction", "teams", "files")
    async def form(
        self, interaction: Interaction, kind: ChallengeKind, direction: BoardDirection, teams: Teams, files: bool
    ) -> None:
        """Open the form again."""
        person, _ = await organiser(interaction)
        await open_form(interaction, challenge_form(ChallengeChoices(kind, direction, teams, files), person.reader))

    @opened_by(
        "challenge", "form", name="challenge.form.name", first="challenge.form.first", last="challenge.form.last",
        goal="challenge.form.goal",
    )  # fmt: skip
    @pressed("challenge", "made", "kind", "direction", "teams", "files")
    async def made(
        self,
        interaction: Interaction,
        kind: ChallengeKind,
        direction: BoardDirection,
        teams: Teams,
        files: bool,
        form: Entered[ChallengeForm],
    ) -> None:
        """Store the challenge of the form as a draft, and show what will be posted."""
        person, guild_id = await organiser(interaction)
        assert person.club is not None  # checked by `organiser`
        zone, now = person.club.reader.zone, self.app.clock()
        choices = ChallengeChoices(kind, direction, teams, files)
        terms = read_challenge(form, choices, person.reader, zone, now)
        view = await challenge_changes.draft(self.app.database, guild_id, person.user_id, form.name, terms, zone, now)
        await self._preview(interaction, view, person.club)

    @pressed("challenge", "change", "challenge_id")
    async def change(self, interaction: Interaction, challenge_id: int) -> None:
        """Open the form with a draft."""
        person, guild_id = await organiser(interaction)
        view = await challenges.challenge(self.app.database, challenge_id, guild_id, self.app.clock())
        if view.phase is not ChallengePhase.DRAFT:
            raise NotFound("challenge.refused.posted")
        terms = view.terms
        choices = ChallengeChoices(terms.kind, terms.direction, terms.teams, terms.files)
        await open_form(interaction, challenge_form(choices, person.reader, view))

    @pressed("challenge", "discard", "challenge_id")
    async def discard(self, interaction: Interaction, challenge_id: int) -> None:
        """Delete a draft."""
        person, guild_id = await organiser(interaction)
        await challenge_changes.discard(self.app.database, challenge_id, guild_id, person.user_id)
        await replace(interaction, card(person.reader.t("challenge.preview.discarded")))

    @pressed("challenge", "post", "challenge_id")
    async def post(self, interaction: Interaction, challenge_id: int) -> None:
        """Post a draft in the channel where it was created."""
        person, guild_id = await organiser(interaction)
        channel_id = self._channel(interaction, person, "challenge.refused.channel")
        view = await challenge_changes.publish(self.app.database, challenge_id, guild_id, channel_id, self.app.clock())
        self.app.outbox.wake()
        name = escaped(view.name, NAME_SHOWN)
        await replace(
            interaction, card(person.reader.t("challenge.said.posted", name=name, channel=f"<#{channel_id}>"))
        )

    @pressed("challenge", "here", "challenge_id")
    async def here(self, interaction: Interaction, challenge_id: int) -> None:
        """Post the card of a challenge anew, in this channel."""
        person, guild_id = await organiser(interaction)
        channel_id = self._channel(interaction, person, "challenge.refused.here")
        await challenge_changes.post_here(self.app.database, challenge_id, guild_id, channel_id, self.app.clock())
        self.app.outbox.wake()
        words = person.reader.t("challenge.said.here", channel=f"<#{channel_id}>")
        await show_challenge(interaction, person, challenge_id, 0, words)

    @app_commands.command(name="end", description=localized("challenge.commands.end"))
    @app_commands.describe(challenge=localized("challenge.commands.which"))
    @app_commands.autocomplete(challenge=suggest_challenge)
    async def end(self, interaction: Interaction, challenge: Which | None = None) -> None:
        """Ask before a challenge is ended."""
        person, guild_id = await organiser(interaction)
        view = await challenges.chosen(self.app.database, guild_id, challenge, self.app.clock())
        await reply(interaction, end_card(view, person.reader), private=True)

    @pressed("challenge", "end", "challenge_id")
    async def ask_end(self, interaction: Interaction, challenge_id: int) -> None:
        """Ask before a challenge is ended."""
        person, guild_id = await organiser(interaction)
        view = await challenges.challenge(self.app.database, challenge_id, guild_id, self.app.clock())
        await replace(interaction, end_card(view, person.reader), files=[])

    @pressed("challenge", "ended", "challenge_id")
    async def ended(self, interaction: Interaction, challenge_id: int) -> None:
        """End a challenge now."""
        person, guild_id = await organiser(interaction)
        view = await challenge_changes.end(self.app.database, challenge_id, guild_id, self.app.clock())
        self.app.outbox.wake()
        key = "cancelled" if view.phase is ChallengePhase.CANCELLED else "ended"
        words = person.reader.t(f"challenge.said.{key}", name=escaped(view.name, NAME_SHOWN))
        await show_challenge(interaction, person, challenge_id, 0, words)

    # ── members ──

    @app_commands.command(name="join", description=localized("challenge.commands.join"))
    @app_commands.describe(challenge=localized("challenge.commands.which"))
    @app_commands.autocomplete(challenge=suggest_challenge)
    async def join(self, interaction: Interaction, challenge: Which | None = None) -> None:
        """Take part in a challenge."""
        person, club = await member_of_club(interaction)
        view = await challenges.chosen(self.app.database, club.guild_id, challenge, self.app.clock())
        await self._join(interaction, person, view)

    @pressed("challenge", "join", "challenge_id")
    async def press_join(self, interaction: Interaction, challenge_id: int) -> None:
        """Take part in a challenge, or change one's own goal."""
        person, club = await member_of_club(interaction)
        view = await challenges.challenge(self.app.database, challenge_id, club.guild_id, self.app.clock())
        await self._join(interaction, person, view)

    @opened_by("challenge", "join", goal="challenge.form.own_goal")
    @pressed("challenge", "goal", "challenge_id")
    async def goal(self, interaction: Interaction, challenge_id: int, goal: Entered[str]) -> None:
        """Take part with one's own goal."""
        person, club = await member_of_club(interaction)
        view = await challenges.challenge(self.app.database, challenge_id, club.guild_id, self.app.clock())
        await self._joined(interaction, person, view, read_own_goal(goal, view, person.reader))

    async def _join(self, interaction: Interaction, person: Person, view: ChallengeView) -> None:
        if view.terms.kind is ChallengeKind.PERSONAL and view.phase in JOINABLE:
            found = await progress(
                self.app.database, view.challenge_id, view.guild_id, person.user_id, self.app.clock()
            )
            held = found.mine.goal if found.mine is not None else None
            await open_form(interaction, own_goal_form(view, person.reader, held))
            return
        await self._joined(interaction, person, view, None)

    async def _joined(
        self, interaction: Interaction, person: Person, view: ChallengeView, own_goal: int | None
    ) -> None:
        now = self.app.clock()
        await challenge_changes.join(self.app.database, view.challenge_id, view.guild_id, person.user_id, now, own_goal)
        self.app.outbox.wake()
        words = person.reader.t("challenge.said.joined", name=escaped(view.name, NAME_SHOWN))
        await show_challenge(interaction, person, view.challenge_id, 0, words)

    @app_commands.command(name="leave", description=localized("challenge.commands.leave"))
    @app_commands.describe(challenge=localized("challenge.commands.which"))
    @app_commands.autocomplete(challenge=suggest_challenge)
    async def leave(self, interaction: Interaction, challenge: Which | None = None) -> None:
        """Leave a challenge."""
        person, club = await member_of_club(interaction)
        view = await challenges.chosen(self.app.database, club.guild_id, challenge, self.app.clock(), ENDING)
        await self._leave(interaction, person, view.challenge_id)

    @pressed("challenge", "leave", "challenge_id")
    async def press_leave(self, interaction: Interaction, challenge_id: int) -> None:
        """Leave a challenge."""
        person, _ = await member_of_club(interaction)
        await self._leave(interaction, person, challenge_id)

    async def _leave(self, interaction: Interaction, person: Person, challenge_id: int) -> None:
        assert person.guild_id is not None  # checked by `member_of_club`
        view = await challenge_changes.leave(
            self.app.database, challenge_id, person.guild_id, person.user_id, self.app.clock()
        )
        self.app.outbox.wake()
        words = person.reader.t("challenge.said.left", name=escaped(view.name, NAME_SHOWN))
        await show_challenge(interaction, person, challenge_id, 0, words)

    @app_commands.command(name="show", description=localized("challenge.commands.show"))
    @app_commands.describe(challenge=localized("challenge.commands.which"))
    @app_commands.autocomplete(challenge=suggest_challenge)
    async def show(self, interaction: Interaction, challenge: Which | None = None) -> None:
        """Show how a challenge stands."""
        person, club = await member_of_club(interaction)
        view = await challenges.chosen(self.app.database, club.guild_id, challenge, self.app.clock(), ENDING)
        await show_challenge(interaction, person, view.challenge_id, 0)

    @pressed("challenge", "show", "challenge_id", "page")
    async def press_show(self, interaction: Interaction, challenge_id: int, page: PageNumber) -> None:
        """Show how a challenge stands, or another page of its rows."""
        person, _ = await member_of_club(interaction)
        await show_challenge(interaction, person, challenge_id, page)

    @app_commands.command(name="list", description=localized("challenge.commands.list"))
    async def list(self, interaction: Interaction) -> None:
        """Show the club's current and past challenges."""
        person, club = await member_of_club(interaction)
        await reply(interaction, await self._listed(person, club, 0), private=True)

    @pressed("challenge", "list", "page")
    async def press_list(self, interaction: Interaction, page: PageNumber) -> None:
        """Show another page of the list."""
        person, club = await member_of_club(interaction)
        await replace(interaction, await self._listed(person, club, page))

    # ── answers ──

    async def _listed(self, person: Person, club: Club, page: int) -> discord.ui.LayoutView:
        found = await challenges.listed(self.app.database, club.guild_id, page, self.app.clock())
        results = await with_results(self.app.database, found.challenges)
        return list_card(found, results, person.reader, club.name, organiser=person.organiser)

    async def _preview(self, interaction: Interaction, view: ChallengeView, club: Club) -> None:
        found = await progress(self.app.database, view.challenge_id, view.guild_id, None, self.app.clock())
        shown_ = preview_card(found, club.reader, f"<#{interaction.channel_id}>")
        if interaction.message is not None and interaction.message.flags.ephemeral:
            await replace(interaction, shown_)
        else:
            await reply(interaction, shown_, private=True)

    def _channel(self, interaction: Interaction, person: Person, refusal: str) -> int:
        """Return the channel of the interaction, where the bot can post.

        Raises:
            BadInput: it cannot; the message `refusal` says what to change.
        """
        channel_id = interaction.channel_id
        why = lacking(server(interaction), channel_id, NEEDED, person.reader)
        if channel_id is None or why:
            raise BadInput(refusal, why=why)
        return channel_id


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Challenges(bot.app))
