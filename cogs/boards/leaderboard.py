"""/leaderboard: rankings by metric, direction, period and whom they show."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.delivery.message_kinds import DueJob, Kind, Session
from bot.domain.boards.metrics import BOARDS, Among, BoardDirection, BoardKind, Metric, board_kind
from bot.domain.boards.spans import WEEK, WantedSpan, wanted_by_key
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.periods import Period, today_in
from bot.errors import BadInput, NotFound
from bot.interactions.arguments import Chosen, Entered, PageNumber
from bot.interactions.components import card, identity, offered, opened_by, pressed
from bot.interactions.corrections import TypedText, fix_form, keep_typed
from bot.interactions.replies import Interaction, defer_if_slow, open_form, replace, reply, resolve_member
from bot.interactions.tree import localized
from bot.services.boards import seasons, windows
from bot.services.boards.boards import Board, BoardChoice, board
from bot.services.members.people import Person
from cogs.boards.leaderboard_view import OTHER, board_card, own_line, period_form
from cogs.boards.period_words import read_span, suggestions

METRICS = [app_commands.Choice(name=localized(m.label_key), value=m.value) for m in Metric]
DIRECTIONS = [app_commands.Choice(name=localized(f"board.direction.{d.value}"), value=d.value) for d in BoardDirection]
AMONG = [app_commands.Choice(name=localized(f"board.among.{a.value}"), value=a.value) for a in Among]


class Leaderboard(commands.Cog):
    """The club's leaderboards."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.kinds = (
            Kind(StoredKind.BOARD_ROLL, Priority.NUDGE, fire=self._roll),
            Kind(StoredKind.BOARD_SEASON, Priority.NUDGE, fire=self._season),
        )

    @staticmethod
    async def _roll(session: Session, due: DueJob, now: datetime) -> None:
        assert due.subject_id is not None
        await windows.run_job(session, due.subject_id, now)

    @staticmethod
    async def _season(session: Session, due: DueJob, now: datetime) -> None:
        assert due.subject_id is not None
        await seasons.run_job(session, due.subject_id, int(due.payload["after"]), now)

    @app_commands.command(name="leaderboard", description=localized("board.commands.leaderboard"))
    @app_commands.describe(
        metric=localized("board.commands.metric"),
        direction=localized("board.commands.direction"),
        period=localized("board.commands.period"),
        people=localized("board.commands.people"),
    )
    @app_commands.choices(metric=METRICS, direction=DIRECTIONS, people=AMONG)
    async def leaderboard(
        self,
        interaction: Interaction,
        metric: str | None = None,
        direction: str | None = None,
        period: app_commands.Range[str, 1, 100] | None = None,
        people: str = Among.EVERYBODY.value,
    ) -> None:
        """Show a board, in the club's language, or in a DM in the user's."""
        person = await resolve_member(interaction)
        among = offered(Among, people)
        public = person.in_guild and among is not Among.FOLLOWED  # whom a member follows is private
        kind = _kind(
            person,
            None if metric is None else offered(Metric, metric),
            None if direction is None else offered(BoardDirection, direction),
        )
        if period is not None:
            fix_id = fix_form(identity("board", "ask", person.user_id, kind.key, among.value))
            keep_typed(interaction, fix_id, TypedText(person.reader.t("board.form.label"), period))
        wanted = WEEK if period is None else await self._read(person, period)
        choice = BoardChoice(kind, wanted, among)
        found = await defer_if_slow(interaction, self._board(person, choice), private=not public)
        await reply(interaction, _drawn(found, person, public=public), private=not public)
        if public and found.mine.hidden:
            await _say_hidden(interaction, found, person)

    @leaderboard.autocomplete("period")
    async def suggest_period(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Suggest the current periods, the club's seasons, and what was typed if it is a period."""
        person = await resolve_member(interaction)
        if person.club is None:
            return []
        there = await seasons.seasons_of(self.app.database, person.club.guild_id)
        found = suggestions(current, self._today(person), there, person.reader)
        return [app_commands.Choice(name=name, value=value) for name, value in found]

    @pressed("board", "open")
    async def open(self, interaction: Interaction) -> None:
        """Show the club's first board to the user alone."""
        person = await resolve_member(interaction)
        found = await defer_if_slow(interaction, self._board(person, BoardChoice(_kind(person), WEEK)), private=True)
        shown = _drawn(found, person, public=False)
        if _seen_alone(interaction.message):
            await replace(interaction, shown)
        else:
            await reply(interaction, shown, private=True)

    @pressed("board", "at", "owner_id", "kind", "wanted", "among", "page")
    async def at(
        self,
        interaction: Interaction,
        owner_id: int,
        kind: Annotated[BoardKind, BOARDS],
        wanted: str,
        among: Among,
        page: PageNumber,
    ) -> None:
        """Show a page."""
        await self._turn(interaction, owner_id, BoardChoice(kind, _wanted(wanted), among, page))

    @pressed("board", "whom", "owner_id", "kind", "wanted", "among")
    async def whom(
        self, interaction: Interaction, owner_id: int, kind: Annotated[BoardKind, BOARDS], wanted: str, among: Among
    ) -> None:
        """Show everyone, newcomers, or those whom the user follows."""
        await self._turn(interaction, owner_id, BoardChoice(kind, _wanted(wanted), among))

    @pressed("board", "mine", "owner_id", "kind", "wanted", "among")
    async def mine(
        self, interaction: Interaction, owner_id: int, kind: Annotated[BoardKind, BOARDS], wanted: str, among: Among
    ) -> None:
        """Show the page with the row of whoever presses."""
        await self._turn(interaction, owner_id, BoardChoice(kind, _wanted(wanted), among, None))

    @pressed("board", "metric", "owner_id", "wanted", "among")
    async def metric(
        self,
        interaction: Interaction,
        owner_id: int,
        wanted: str,
        among: Among,
        kind: Chosen[Annotated[BoardKind, BOARDS]],
    ) -> None:
        """Show another metric or direction."""
        await self._turn(interaction, owner_id, BoardChoice(kind, _wanted(wanted), among))

    @pressed("board", "when", "owner_id", "kind", "among")
    async def when(
        self,
        interaction: Interaction,
        owner_id: int,
        kind: Annotated[BoardKind, BOARDS],
        among: Among,
        chosen: Chosen[str],
    ) -> None:
        """Show another period, or ask for one in words."""
        if chosen == OTHER:
            await self.ask(interaction, owner_id, kind, among)
            return
        await self._turn(interaction, owner_id, BoardChoice(kind, _wanted(chosen), among))

    @pressed("board", "ask", "owner_id", "kind", "among")
    async def ask(
        self, interaction: Interaction, owner_id: int, kind: Annotated[BoardKind, BOARDS], among: Among
    ) -> None:
        """Ask for a period in words."""
        person = await resolve_member(interaction)
        await open_form(interaction, period_form(owner_id, kind, among, person.reader))

    @opened_by("board", "ask", period="board.form.label")
    @pressed("board", "words", "owner_id", "kind", "among")
    async def words(
        self,
        interaction: Interaction,
        owner_id: int,
        kind: Annotated[BoardKind, BOARDS],
        among: Among,
        period: Entered[str],
    ) -> None:
        """Show the period that was typed."""
        person = await resolve_member(interaction)
        await self._turn(interaction, owner_id, BoardChoice(kind, await self._read(person, period), among))

    # The following answer the buttons of boards that were sent by earlier versions.

    @pressed("board", "show", "owner_id", "metric", "direction", "period")
    async def show(
        self, interaction: Interaction, owner_id: int, metric: Metric, direction: BoardDirection, period: Period
    ) -> None:
        """Show another period."""
        await self._turn(interaction, owner_id, BoardChoice(board_kind(metric, direction), WantedSpan(period)))

    @pressed("board", "page", "owner_id", "metric", "direction", "period", "page")
    async def page(
        self,
        interaction: Interaction,
        owner_id: int,
        metric: Metric,
        direction: BoardDirection,
        period: Period,
        page: PageNumber,
    ) -> None:
        """Show another page."""
        choice = BoardChoice(board_kind(metric, direction), WantedSpan(period), page=page)
        await self._turn(interaction, owner_id, choice)

    @pressed("board", "what", "owner_id", "period")
    async def what(
        self,
        interaction: Interaction,
        owner_id: int,
        period: Period,
        kind: Chosen[Annotated[BoardKind, BOARDS]],
    ) -> None:
        """Show another metric or direction."""
        await self._turn(interaction, owner_id, BoardChoice(kind, WantedSpan(period)))

    async def _turn(self, interaction: Interaction, owner_id: int, choice: BoardChoice) -> None:
        """Redraw the board for its owner; anybody else gets a private board of their own."""
        person = await resolve_member(interaction)
        found = await defer_if_slow(interaction, self._board(person, choice), private=True)
        alone = _seen_alone(interaction.message)
        if person.user_id != owner_id or (choice.among is Among.FOLLOWED and person.in_guild and not alone):
            await reply(interaction, _drawn(found, person, public=False), private=True)
            return
        await replace(interaction, _drawn(found, person, public=person.in_guild and not alone))

    async def _board(self, person: Person, choice: BoardChoice) -> Board:
        if person.club is None:
            raise NotFound("board.home.none")
        club = person.club
        return await board(self.app.database, club.guild_id, person.user_id, choice, club.reader.zone, self.app.clock())

    async def _read(self, person: Person, typed: str) -> WantedSpan:
        if person.club is None:
            raise NotFound("board.home.none")
        return read_span(typed, self._today(person), await seasons.seasons_of(self.app.database, person.club.guild_id))

    def _today(self, person: Person) -> date:
        assert person.club is not None
        return today_in(person.club.reader.zone, self.app.clock())


def _kind(person: Person, metric: Metric | None = None, direction: BoardDirection | None = None) -> BoardKind:
    """Return the board that is wanted; without a metric the club's first one, else backward."""
    if metric is not None:
        return board_kind(metric, direction or BoardDirection.BACKWARD)
    if person.club is None:
        raise NotFound("board.home.none")
    first = person.club.first_board
    return first if direction is None else board_kind(first.metric, direction)


def _wanted(key: str) -> WantedSpan:
    wanted = wanted_by_key(key)
    if wanted is None:
        raise BadInput("errors.press.unknown")
    return wanted


def _drawn(found: Board, person: Person, *, public: bool) -> discord.ui.LayoutView:
    assert person.club is not None
    return board_card(
        found,
        person.club.reader if public else person.reader,
        club=person.club.name,
        owner_id=person.user_id,
        caller=person.display_name if public else None,
    )


async def _say_hidden(interaction: Interaction, found: Board, person: Person) -> None:
    """Send a hidden member's own value to that member alone."""
    await reply(interaction, card(own_line(found, person.reader, None)), private=True)


def _seen_alone(message: discord.Message | None) -> bool:
    return message is not None and message.flags.ephemeral


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Leaderboard(bot.app))
