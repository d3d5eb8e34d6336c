"""Logging a typed run, by `/log` or by the form of a reminder: store it and show its card."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.domain.runs.readings import Reading
from bot.domain.runs.run_input import RunEntry
from bot.domain.runs.runs import RunContent, Sharing, SpotterState, Surface, breaks_the_rule
from bot.domain.text.free_text import if_any
from bot.interactions.authorization import words_of_leaving
from bot.interactions.components import Component, card, row
from bot.interactions.corrections import in_place
from bot.interactions.replies import Interaction, defer_if_slow, replace, reply, tell
from bot.services.members.people import Person
from bot.services.runs import run_changes
from bot.services.runs.runs import RunView
from cogs.runs.overlapping_runs import ask_if_twice
from cogs.runs.run_card_view import (
    facing_question,
    kilocalories,
    private_card,
    public_card,
    reading_button,
    reading_words,
    rule,
    spotter_button,
    standing,
)
from cogs.runs.run_cards import keep
from cogs.runs.spotter_requests import tell_unasked


def content_of(
    entry: RunEntry,
    person: Person,
    *,
    surface: str | None = None,
    spotter: discord.User | discord.Member | None = None,
    effort: int | None = None,
    note: str | None = None,
) -> RunContent:
    """Return the content of a new run from parsed and chosen values."""
    return RunContent(
        started_at=entry.started_at,
        zone=person.reader.zone,
        ran_on=entry.ran_on,
        stretches=entry.stretches,
        surface=Surface(surface) if surface else None,
        spotter_id=spotter.id if spotter else None,
        spotter_name=spotter.display_name[:120] if spotter else None,
        spotter_state=SpotterState.ASKED if spotter else None,
        effort=effort,
        note=if_any(note),
        sharing=person.sharing,
    )


async def log_and_show(
    interaction: Interaction, person: Person, content: RunContent, readings: Sequence[Reading] = ()
) -> None:
    """Log a run, show its card to the club, or to the runner alone, and ask its spotter.

    A run without a direction is shown to nobody else: its runner is asked which way they faced.
    """
    app = interaction.client.app
    private = _only_for(person)
    notices = await words_of_leaving(interaction.client, person)
    logged = await defer_if_slow(
        interaction,
        run_changes.log_run(
            app.database,
            person,
            content,
            interaction_id=interaction.id,
            now=app.clock(),
            channel_id=interaction.channel_id if person.in_guild else None,
        ),
        private=private or not content.told,
    )
    app.outbox.wake()
    if logged.zone_assumed:
        notices.append(person.reader.t("runs.say.zone", zone=person.reader.zone))
    notices += [reading_words(one, person.reader) for one in readings]
    corrections = [reading_button(logged.view, one, person.reader) for one in readings if one.other is not None]
    if logged.view.content.told:
        if in_place(interaction):
            await replace(interaction, card(person.reader.t("log.say.fixed")))
        await show_logged(interaction, person, logged.view, notices, corrections)
        return
    question = facing_question(logged.view, person.reader, *notices, corrections=corrections)
    if in_place(interaction):
        await replace(interaction, question)
    else:
        await reply(interaction, question, private=True)


async def show_logged(
    interaction: Interaction,
    person: Person,
    view: RunView,
    notices: list[str],
    corrections: Sequence[Component] = (),
) -> None:
    """Show a new run of known direction to the club, or to the runner alone, with what concerns them alone.

    Args:
        interaction: the command, press or form.
        person: the runner.
        view: the run.
        notices: texts for the runner alone.
        corrections: buttons below them, for another reading of what was typed.
    """
    reader = person.reader
    unspotted = breaks_the_rule(view.content, person.solo_surfaces)
    helping = [*corrections, *([spotter_button(view.run_id, reader)] if unspotted else [])]
    if unspotted:
        notices.append(rule(view.content, reader, person.solo_surfaces))
    if _digest_instead(person) and person.sharing is Sharing.CLUB:
        notices.append(reader.t("digest.logged"))
    if _only_for(person) or person.club is None or not view.public or view.guild_id != person.club.guild_id:
        shown = private_card(view, reader, person.weight_kg, *notices, helping=helping)
        await reply(interaction, shown, private=True)
    else:
        message_id = await reply(interaction, public_card(view, person.club.reader), private=False)
        await keep(interaction, view, message_id)
        notices += kilocalories(view.content, reader, person.weight_kg)
        notices += standing(view, reader)
        if notices:
            await tell(interaction, "\n".join(notices), *([row(*helping)] if helping else []))
    await tell_unasked(interaction, view)
    await ask_if_twice(interaction, person, view)


def _digest_instead(person: Person) -> bool:
    return person.in_guild and person.club is not None and person.club.digest_instead


def _only_for(person: Person) -> bool:
    """Whether the card of a new run is for its runner alone."""
    return not person.in_guild or person.sharing is Sharing.ME or _digest_instead(person)
