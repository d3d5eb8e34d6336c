"""Read and save a table while its card shows how far it is; set the direction of its runs, or take them back."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial

from discord import ui

from bot.domain.runs.activity import FileReport
from bot.domain.runs.runs import Direction
from bot.domain.runs.tables import TableHints
from bot.domain.text.units import Units
from bot.errors import Unavailable
from bot.interactions.replies import Interaction, reply, retry_unavailable
from bot.interactions.responses import edit, redraw
from bot.languages import day_first
from bot.services.members.people import Person
from bot.services.runs import table_answers, table_imports
from bot.services.runs.table_answers import Slice
from bot.services.runs.table_imports import TableProgress
from cogs.runs.run_cards import follow
from cogs.runs.table_imports_view import changing, running, table_card, undone

log = logging.getLogger(__name__)

REDRAWN_S = 2.0
"""Seconds between two updates of a card; Discord takes five edits in five seconds."""

Show = Callable[[ui.LayoutView], Awaitable[None]]


def hints_of(person: Person) -> TableHints:
    """Return how this member probably writes what a table leaves open."""
    return TableHints(miles=person.reader.units is Units.IMPERIAL, month_first=not day_first(person.reader.language))


async def bring_table(interaction: Interaction, person: Person, report: FileReport, number: int) -> None:
    """Import a table that was read: at once if its headings are known, else ask about its columns.

    Args:
        interaction: the command.
        person: who imports.
        report: the report with the table.
        number: number of the table among those of the command, from 0.
    """
    app = interaction.client.app
    begin = partial(
        table_imports.begin, app.database, person, report, interaction_id=interaction.id, number=number, now=app.clock()
    )
    found = await retry_unavailable(begin)
    message_id = await reply(interaction, table_card(found, person.reader), private=True)
    if found.state == "running":
        await carry_on(interaction, person, found, _editing(interaction, message_id))


async def carry_on(interaction: Interaction, person: Person, found: TableProgress, show: Show | None = None) -> None:
    """Save the lines of a table that are left, and show what came in.

    Args:
        interaction: the command or press.
        person: who imports.
        found: the import, `running`.
        show: draws its card; by default on the message whose button was pressed.
    """
    app, reader = interaction.client.app, person.reader
    show = show or _redrawing(interaction)
    pace, note = _Pace(show), ""
    try:
        content = await table_imports.content(app.database, found.import_id, person.user_id)
        lines_read = app.worker.read_table(person.user_id, content, found.head.guess, found.next_line)
        async for lines in lines_read:
            save = partial(
                table_imports.save_lines, app.database, person, found.import_id, found.next_line, lines, app.clock()
            )
            found = await retry_unavailable(save)
            await pace.show(lambda found=found: running(found, reader))  # type: ignore[misc]
        save = partial(
            table_imports.save_lines, app.database, person, found.import_id, found.next_line, [], app.clock()
        )
        found = await retry_unavailable(save)
        if found.zone_assumed:
            note = f"-# {reader.t('runs.say.zone', zone=reader.zone)}"
    except Unavailable as error:
        log.warning("import %d stopped: %s", found.import_id, error)
        note = reader.error(error)
    await show(table_card(found, reader, note))


async def tell_all(interaction: Interaction, person: Person, import_id: int, direction: Direction) -> None:
    """Set the direction of all runs of an import that have none."""
    app, reader = interaction.client.app, person.reader

    def step(after: int) -> Awaitable[Slice]:
        return table_answers.tell_slice(
            app.database,
            import_id,
            person.user_id,
            direction,
            after=after,
            interaction_id=interaction.id,
            now=app.clock(),
        )

    changed, overlapping, _ = await _in_slices(interaction, person, import_id, "telling", step)
    found = await table_imports.progress(app.database, import_id, person.user_id)
    words = [reader.t("tables.card.told", count=changed)]
    if overlapping:
        words.append(reader.t("tables.card.overlapping", count=overlapping))
    await redraw(interaction, view=table_card(found, reader, "\n".join(words)))


async def take_back(interaction: Interaction, person: Person, import_id: int) -> None:
    """Delete all runs of an import."""
    app = interaction.client.app

    def step(after: int) -> Awaitable[Slice]:
        return table_answers.undo_slice(
            app.database, import_id, person.user_id, after=after, interaction_id=interaction.id, now=app.clock()
        )

    changed, _, shown = await _in_slices(interaction, person, import_id, "undoing", step)
    found = await table_imports.progress(app.database, import_id, person.user_id)
    await redraw(interaction, view=undone(found, person.reader, changed))
    for run_id in shown:
        await follow(interaction, run_id)


async def _in_slices(
    interaction: Interaction, person: Person, import_id: int, key: str, step: Callable[[int], Awaitable[Slice]]
) -> tuple[int, int, list[int]]:
    """Run a change slice by slice; return the number of changed and of overlapping runs, and those shown in public."""
    found = await table_imports.progress(interaction.client.app.database, import_id, person.user_id)
    pace = _Pace(_redrawing(interaction))
    changed, overlapping, after = 0, 0, 0
    shown: list[int] = []
    while True:
        done = await retry_unavailable(partial(step, after))
        changed, overlapping = changed + done.changed, overlapping + done.overlapping
        shown += done.shown
        if done.last is None:
            return changed, overlapping, shown
        after = done.last
        await pace.show(partial(changing, found, person.reader, key, changed))


class _Pace:
    """Draws a card at most every `REDRAWN_S`, and not for what is done at once."""

    def __init__(self, show: Show) -> None:
        self._show, self._at = show, time.perf_counter()

    async def show(self, draw: Callable[[], ui.LayoutView]) -> None:
        now = time.perf_counter()
        if now - self._at >= REDRAWN_S:
            self._at = now
            await self._show(draw())


def _redrawing(interaction: Interaction) -> Show:
    async def show(view: ui.LayoutView) -> None:
        await redraw(interaction, view=view)

    return show


def _editing(interaction: Interaction, message_id: int | None) -> Show:
    """Return a function that edits a message of this interaction, or sends another if Discord did not return its id."""

    async def show(view: ui.LayoutView) -> None:
        if message_id is None:
            await reply(interaction, view, private=True)
            return
        await edit(interaction, message_id, view=view)

    return show
