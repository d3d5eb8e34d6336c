"""The buttons of an imported table: match its columns, import, continue, tell the direction of all, take it back."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import Literal

from discord.ext import commands

from bot.context import BotClient
from bot.domain.runs.runs import Direction
from bot.domain.runs.tables import (
    ColumnRole,
    DateReading,
    DistanceReading,
    DurationReading,
    Matching,
    Service,
    TableHead,
)
from bot.errors import BadInput, Conflict
from bot.interactions.arguments import Chosen, Entered
from bot.interactions.components import pressed
from bot.interactions.replies import Interaction, defer_if_slow, open_form, replace, resolve_person
from bot.services.runs import table_imports
from cogs.runs.table_import_flow import carry_on, hints_of, take_back, tell_all
from cogs.runs.table_imports_view import NOTHING, match_form, running, table_card


class TableImports(commands.Cog):
    """Imports of tables."""

    def __init__(self, bot: BotClient) -> None:
        self.app = bot.app

    @pressed("table", "match", "import_id")
    async def match(self, interaction: Interaction, import_id: int) -> None:
        """Open the form that asks which column is what."""
        person = await resolve_person(interaction)
        found = await table_imports.progress(self.app.database, import_id, person.user_id)
        if found.state != "asking":
            raise Conflict("tables.begun")
        await open_form(interaction, match_form(found, person.reader))

    @pressed("table", "matched", "import_id")
    async def matched(
        self,
        interaction: Interaction,
        import_id: int,
        date: Entered[str],
        duration: Entered[str],
        distance: Entered[str | None] = None,
        clock: Entered[str | None] = None,
        sport: Entered[str | None] = None,
    ) -> None:
        """Store which column is what, and show how the table is read now."""
        person = await resolve_person(interaction)
        found = await table_imports.progress(self.app.database, import_id, person.user_id)
        entered = {
            ColumnRole.DATE: date,
            ColumnRole.DURATION: duration,
            ColumnRole.DISTANCE: distance,
            ColumnRole.CLOCK: clock,
            ColumnRole.SPORT: sport,
        }
        matching = _matching(found.head, {role: value or NOTHING for role, value in entered.items()})
        content = await table_imports.content(self.app.database, import_id, person.user_id)
        reading = self.app.worker.table_head(person.user_id, content, matching, hints_of(person))
        head = await defer_if_slow(interaction, reading, private=True)
        found = await table_imports.choose(self.app.database, import_id, person.user_id, head, self.app.clock())
        await replace(interaction, table_card(found, person.reader))

    @pressed("table", "sports", "import_id")
    async def sports(self, interaction: Interaction, import_id: int, ticked: Chosen[frozenset[int]]) -> None:
        """Store which sports are runs."""
        person = await resolve_person(interaction)
        found = await table_imports.progress(self.app.database, import_id, person.user_id)
        words = tuple(one.word.lower() for at, one in enumerate(found.head.unknown_sports) if at in ticked)
        head = changed(found.head, guess=changed(found.head.guess, runs=words))
        found = await table_imports.choose(self.app.database, import_id, person.user_id, head, self.app.clock())
        await replace(interaction, table_card(found, person.reader))

    @pressed("table", "go", "import_id")
    async def go(self, interaction: Interaction, import_id: int) -> None:
        """Begin or continue an import."""
        person = await resolve_person(interaction)
        with self.app.worker.one_import(person.user_id):
            found = await table_imports.start(self.app.database, import_id, person.user_id, self.app.clock())
            await replace(interaction, running(found, person.reader))
            await carry_on(interaction, person, found)

    @pressed("table", "drop", "import_id")
    async def drop(self, interaction: Interaction, import_id: int) -> None:
        """Leave a table out."""
        person = await resolve_person(interaction)
        found = await table_imports.drop(self.app.database, import_id, person.user_id, self.app.clock())
        await replace(interaction, table_card(found, person.reader))

    @pressed("table", "all", "import_id", "direction")
    async def all(
        self, interaction: Interaction, import_id: int, direction: Literal[Direction.BACKWARD, Direction.FORWARD]
    ) -> None:
        """Set the direction of all runs that have none."""
        person = await resolve_person(interaction)
        with self.app.worker.one_import(person.user_id):
            await defer_if_slow(interaction, tell_all(interaction, person, import_id, direction), private=True)

    @pressed("table", "undo", "import_id")
    async def undo(self, interaction: Interaction, import_id: int) -> None:
        """Take the whole import back."""
        person = await resolve_person(interaction)
        with self.app.worker.one_import(person.user_id):
            await defer_if_slow(interaction, take_back(interaction, person, import_id), private=True)


def _matching(head: TableHead, entered: dict[ColumnRole, str]) -> Matching:
    """Return the matching that a member chose.

    Raises:
        BadInput: a choice was not offered.
    """
    chosen: dict[ColumnRole, tuple[int, str]] = {}
    for role, value in entered.items():
        if value == NOTHING and role not in (ColumnRole.DATE, ColumnRole.DURATION):
            continue
        offered = {f"{one.column}:{one.reading}": one for one in head.options.get(role, ())}
        if value not in offered:
            raise BadInput("settings.choice.unknown")
        chosen[role] = offered[value].column, offered[value].reading
    date, duration, distance = chosen[ColumnRole.DATE], chosen[ColumnRole.DURATION], chosen.get(ColumnRole.DISTANCE)
    return changed(
        head.guess,
        service=Service.OTHER,
        date=date[0],
        date_as=DateReading(date[1]),
        duration=duration[0],
        duration_as=DurationReading(duration[1]),
        distance=distance[0] if distance else None,
        distance_as=DistanceReading(distance[1]) if distance else head.guess.distance_as,
        clock=chosen[ColumnRole.CLOCK][0] if ColumnRole.CLOCK in chosen else None,
        sport=chosen[ColumnRole.SPORT][0] if ColumnRole.SPORT in chosen else None,
        distance_comma=None,
        duration_comma=None,
        runs=(),
    )


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(TableImports(bot))
