"""Files posted by a member, read in the worker, saved, reported, and asked about."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.domain.activity import FileReport, Refusal
from bot.errors import Unavailable
from bot.services import telling
from bot.services.imports import FileOutcome, save_import
from bot.services.people import Person
from cogs.answer import Interaction, met, reply, soon
from cogs.membership import words_of_leaving
from cogs.views.imports import next_row, question, report

LARGEST_B = 10 * 1024 * 1024
"""Attachments above this are refused before they are fetched."""
ASKED_AT_ONCE = 5
"""Question cards sent after a report; the rest come one by one with its button."""


async def import_files(interaction: Interaction, attachments: Sequence[discord.Attachment]) -> None:
    """Bring in what was posted: a private report file by file, then a question for each run that came in."""
    person = await met(interaction)
    said = await words_of_leaving(interaction.client, person)
    outcomes = await soon(interaction, _brought_in(interaction, person, attachments), private=True)
    database, reader = interaction.client.app.database, person.reader
    fresh = [outcome.run_id for outcome in outcomes if outcome.run_id is not None]
    if any(outcome.zone_assumed for outcome in outcomes):
        said.append(reader.t("runs.say.zone", zone=reader.zone))
    drawn = report(outcomes, reader, waiting=len(fresh), note="\n".join(said))
    if len(fresh) > ASKED_AT_ONCE:
        drawn.add_item(next_row(reader, len(fresh)))
        fresh = []
    await reply(interaction, drawn, private=True)
    for run_id in fresh:
        asked = await telling.question(database, run_id, person.user_id)
        await reply(interaction, question(asked, reader), private=True)


async def _brought_in(
    interaction: Interaction, person: Person, attachments: Sequence[discord.Attachment]
) -> tuple[FileOutcome, ...]:
    app = interaction.client.app
    reports = [one for attachment in attachments for one in await _read(interaction, attachment)]
    return await save_import(app.database, person, reports, interaction_id=interaction.id, now=app.clock())


async def _read(interaction: Interaction, attachment: discord.Attachment) -> Sequence[FileReport]:
    """What one attachment holds; fetched and read alone, so that only one is in memory at a time."""
    name = attachment.filename
    if attachment.size > LARGEST_B:
        return [FileReport(name, "", refusal=Refusal.TOO_LARGE, reason="imports.reason.attachment")]
    try:
        content = await attachment.read()
    except discord.HTTPException:
        return [FileReport(name, "", refusal=Refusal.UNREADABLE, reason="imports.reason.fetch")]
    try:
        return await interaction.client.app.worker.read_files([(name, content)])
    except Unavailable:
        return [FileReport(name, "", refusal=Refusal.UNREADABLE, reason="imports.reason.worker")]
