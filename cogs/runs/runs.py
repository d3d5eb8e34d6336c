"""`/runs`: list, show, edit, delete, export and import a member's own runs."""

from __future__ import annotations

import io
from dataclasses import replace as changed
from typing import Literal, TypeAlias, get_args

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.runs import run_input as domain
from bot.domain.runs.run_measures import Way
from bot.domain.runs.runs import Direction, RunContent, SpotterState, Surface
from bot.domain.text.free_text import if_any
from bot.domain.when.periods import Period, starts_on, today_in
from bot.interactions.arguments import Chosen, Entered, PageNumber
from bot.interactions.components import identity, offered, pressed
from bot.interactions.corrections import typed_before
from bot.interactions.replies import Interaction, defer_if_slow, open_form, replace, reply, resolve_person, say
from bot.interactions.tree import localized, localized_choice
from bot.services.members.people import Person
from bot.services.privacy import exports
from bot.services.runs import run_changes, runs
from cogs.runs.import_flow import import_files
from cogs.runs.log_form import (
    NONE,
    EffortOrNone,
    LogChoices,
    LogForm,
    LogTexts,
    SurfaceOrNone,
    WayOrNone,
    entered,
    keep_run,
    made,
    retyped_form,
)
from cogs.runs.overlapping_runs import ask_if_twice
from cogs.runs.run_card_view import edit_notices, private_card
from cogs.runs.run_cards import follow
from cogs.runs.run_list_view import run_list
from cogs.runs.run_options import (
    DIRECTIONS,
    RUN_OPTIONS,
    SURFACES,
    TOLD_DIRECTIONS,
    Told,
    chosen_run,
    manner_of,
    suggest_entry,
    suggest_run,
    suggest_when,
)
from cogs.runs.spotter_requests import check_spotter, picked_spotter, tell_left, tell_unasked

PERIODS = [app_commands.Choice(name=localized_choice(f"runs.period.{period}"), value=period.value) for period in Period]
Part: TypeAlias = Literal["spotter", "surface", "effort", "note"]
PartOrNone: TypeAlias = Part | Literal["-"]
REMOVABLE = [
    app_commands.Choice(name=localized_choice(f"runs.commands.remove_{part}"), value=part) for part in get_args(Part)
]


class Runs(commands.GroupCog, group_name="runs", group_description=localized("runs.commands.runs")):
    """A member's own runs."""

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(name="list", description=localized("runs.commands.list"))
    @app_commands.describe(direction=localized("runs.commands.direction"), period=localized("runs.commands.period"))
    @app_commands.choices(direction=TOLD_DIRECTIONS, period=PERIODS)
    async def list(
        self, interaction: Interaction, direction: str | None = None, period: str = Period.ALL.value
    ) -> None:
        """Show a page of runs with a menu that opens one."""
        person = await resolve_person(interaction)
        shown: Direction | Literal["any"] = offered(Direction, direction) if direction else "any"
        view = await defer_if_slow(interaction, self._page(person, shown, offered(Period, period), 0), private=True)
        await reply(interaction, view, private=True)

    @pressed("runs", "page", "direction", "period", "page")
    async def turn(
        self, interaction: Interaction, direction: Direction | Literal["any"], period: Period, page: PageNumber
    ) -> None:
        """Show another page from the current state."""
        person = await resolve_person(interaction)
        await replace(interaction, await self._page(person, direction, period, page))

    @pressed("runs", "mine")
    async def mine(self, interaction: Interaction) -> None:
        """Show the same as `/runs list`, from the card of the runs channel."""
        person = await resolve_person(interaction)
        await reply(interaction, await self._page(person, "any", Period.ALL, 0), private=True)

    @pressed("runs", "open")
    async def open(self, interaction: Interaction, run_id: Chosen[int]) -> None:
        """Show the run chosen from a page."""
        person = await resolve_person(interaction)
        view = await runs.own_run(self.app.database, run_id, person.user_id)
        await reply(interaction, private_card(view, person.reader, person.weight_kg), private=True)

    async def _page(
        self, person: Person, direction: Direction | Literal["any"], period: Period, page: int
    ) -> discord.ui.LayoutView:
        today = today_in(person.reader.zone, self.app.clock())
        found = await runs.list_runs(
            self.app.database,
            person.user_id,
            direction=None if direction == "any" else direction,
            since=None if period is Period.ALL else starts_on(period, today),
            page=page,
        )
        return run_list(found, person.reader, direction, period)

    @app_commands.command(name="show", description=localized("runs.commands.show"))
    @app_commands.describe(run=localized("runs.commands.run"))
    @app_commands.autocomplete(run=suggest_run)
    async def show(self, interaction: Interaction, run: Told) -> None:
        """Show one run, with its buttons."""
        person = await resolve_person(interaction)
        run_id = await chosen_run(interaction, person.reader, run)
        view = await defer_if_slow(interaction, runs.own_run(self.app.database, run_id, person.user_id), private=True)
        await reply(interaction, private_card(view, person.reader, person.weight_kg), private=True)

    @app_commands.command(name="edit", description=localized("runs.commands.edit"))
    @app_commands.describe(run=localized("runs.commands.run"), remove=localized("runs.commands.remove"), **RUN_OPTIONS)
    @app_commands.choices(direction=DIRECTIONS, surface=SURFACES, remove=REMOVABLE)
    @app_commands.autocomplete(
        run=suggest_run,
        distance=suggest_entry,
        time=suggest_entry,
        pace=suggest_entry,
        backward=suggest_entry,
        when=suggest_when,
    )
    async def edit(
        self,
        interaction: Interaction,
        run: Told,
        distance: Told | None = None,
        time: Told | None = None,
        pace: Told | None = None,
        direction: str | None = None,
        backward: Told | None = None,
        when: Told | None = None,
        surface: str | None = None,
        spotter: discord.User | None = None,
        effort: app_commands.Range[int, 0, 10] | None = None,
        note: app_commands.Range[str, 1, 500] | None = None,
        remove: str | None = None,
    ) -> None:
        """Change the given options; the rest stays."""
        person = await resolve_person(interaction)
        run_id = await chosen_run(interaction, person.reader, run)
        chosen = LogChoices(
            offered(Way, direction) if direction else None,
            offered(Surface, surface) if surface else None,
            spotter.id if spotter else None,
            effort,
        )
        typed = domain.Typed(distance, time, pace, direction, backward, when)
        texts = LogTexts.of(None, typed, note, person.reader)
        keep_run(interaction, identity("runs", "fix", run_id, remove or NONE, *chosen.ids), texts, person.reader)
        await self._edit(interaction, person, run_id, typed, chosen, spotter, note, remove)

    @pressed("runs", "fix", "run_id", "remove", "direction", "surface", "spotter_id", "effort")
    async def fix(
        self,
        interaction: Interaction,
        run_id: int,
        remove: PartOrNone,
        direction: WayOrNone,
        surface: SurfaceOrNone,
        spotter_id: int,
        effort: EffortOrNone,
    ) -> None:
        """Open the form for a change, filled with what was refused."""
        person = await resolve_person(interaction)
        chosen = LogChoices(made(direction), made(surface), spotter_id or None, made(effort))
        texts = LogTexts(*typed_before(interaction, 3))
        custom_id = identity("runs", "retyped", run_id, remove, surface, effort)
        form = retyped_form(custom_id, person.reader, texts, chosen, in_guild=person.in_guild)
        await open_form(interaction, form)

    @pressed("runs", "retyped", "run_id", "remove", "surface", "effort")
    async def retyped(
        self,
        interaction: Interaction,
        run_id: int,
        remove: PartOrNone,
        surface: SurfaceOrNone,
        effort: EffortOrNone,
        form: Entered[LogForm],
    ) -> None:
        """Change the run as entered in the form; what is empty stays."""
        person = await resolve_person(interaction)
        spotter_id = next(iter(form.spotter), None)
        chosen = LogChoices(form.direction, made(surface), spotter_id, made(effort))
        texts = LogTexts(form.run, form.when, form.note)
        keep_run(interaction, identity("runs", "fix", run_id, remove, *chosen.ids), texts, person.reader)
        spotter = await picked_spotter(interaction, spotter_id)
        typed = entered(form, person.reader, self.app.clock())
        await self._edit(interaction, person, run_id, typed, chosen, spotter, form.note.strip() or None, made(remove))

    async def _edit(
        self,
        interaction: Interaction,
        person: Person,
        run_id: int,
        typed: domain.Typed,
        chosen: LogChoices,
        spotter: discord.User | discord.Member | None,
        note: str | None,
        remove: str | None,
    ) -> None:
        """Change a run, and show it."""
        await check_spotter(interaction, spotter)
        now = self.app.clock()
        measured = domain.amendment(typed, manner_of(person.reader), now)

        def amend(content: RunContent) -> RunContent:
            content = _without(measured(content), remove)
            if chosen.surface is not None:
                content = changed(content, surface=chosen.surface)
            if chosen.effort is not None:
                content = changed(content, effort=chosen.effort)
            if note is not None:
                content = changed(content, note=if_any(note))
            if spotter is not None and spotter.id != content.spotter_id:
                name = spotter.display_name[:120]
                content = changed(content, spotter_id=spotter.id, spotter_name=name, spotter_state=SpotterState.ASKED)
            return content

        before = await runs.own_run(self.app.database, run_id, person.user_id)
        view = await defer_if_slow(
            interaction,
            run_changes.edit_run(
                self.app.database,
                run_id,
                person.user_id,
                amend,
                interaction_id=interaction.id,
                now=now,
                channel_id=interaction.channel_id if person.in_guild else None,
            ),
            private=True,
        )
        self.app.outbox.wake()
        notices = edit_notices(before, view, person)
        await reply(interaction, private_card(view, person.reader, person.weight_kg, *notices), private=True)
        await follow(interaction, run_id)
        await tell_left(interaction, before, view)
        await tell_unasked(interaction, view)
        await ask_if_twice(interaction, person, view)

    @app_commands.command(name="delete", description=localized("runs.commands.delete"))
    @app_commands.describe(run=localized("runs.commands.run"))
    @app_commands.autocomplete(run=suggest_run)
    async def delete(self, interaction: Interaction, run: Told) -> None:
        """Delete a run; its card offers Undo."""
        person = await resolve_person(interaction)
        run_id = await chosen_run(interaction, person.reader, run)
        view = await defer_if_slow(
            interaction,
            run_changes.delete_run(
                self.app.database,
                run_id,
                person.user_id,
                interaction_id=interaction.id,
                now=self.app.clock(),
            ),
            private=True,
        )
        self.app.outbox.wake()  # a live board follows
        await reply(interaction, private_card(view, person.reader, person.weight_kg), private=True)
        await follow(interaction, run_id)

    @app_commands.command(name="export", description=localized("runs.commands.export"))
    async def export(self, interaction: Interaction) -> None:
        """Send an export of the user's data, as CSV and JSON."""
        person = await resolve_person(interaction)
        made = await defer_if_slow(interaction, exports.export(self.app.database, person.user_id), private=True)
        files = [discord.File(io.BytesIO(content), name) for name, content in made.files()]
        await say(interaction, person.reader.t("runs.export.done"), files=files)

    @app_commands.command(name="import", description=localized("runs.commands.import"))
    @app_commands.describe(
        file=localized("runs.commands.file"),
        file2=localized("runs.commands.file"),
        file3=localized("runs.commands.file"),
        file4=localized("runs.commands.file"),
        file5=localized("runs.commands.file"),
    )
    async def import_(
        self,
        interaction: Interaction,
        file: discord.Attachment,
        file2: discord.Attachment | None = None,
        file3: discord.Attachment | None = None,
        file4: discord.Attachment | None = None,
        file5: discord.Attachment | None = None,
    ) -> None:
        """Import runs from files."""
        await import_files(interaction, [f for f in (file, file2, file3, file4, file5) if f is not None])


def _without(content: RunContent, part: str | None) -> RunContent:
    """Return the run without its spotter, surface, effort or note."""
    if part == "spotter":
        return changed(content, spotter_id=None, spotter_name=None, spotter_state=None)
    if part == "surface":
        return changed(content, surface=None)
    if part == "effort":
        return changed(content, effort=None)
    if part == "note":
        return changed(content, note=None)
    return content


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Runs(bot.app))
