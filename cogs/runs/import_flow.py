"""Import files posted by a member: read them in the worker, save, report, and ask for directions."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
import discord

from bot.domain.limits import FILE_BYTES, MEGABYTE
from bot.domain.runs.activity import FileReport, Refusal
from bot.errors import Unavailable
from bot.interactions.authorization import words_of_leaving
from bot.interactions.replies import Interaction, defer_if_slow, reply, resolve_person, tell
from bot.services.members.people import Person
from bot.services.runs import lap_directions
from bot.services.runs.imports import FileOutcome, not_saved, save_import
from bot.worker.file_jobs import PostedFile
from cogs.runs.imports_view import next_row, question, report
from cogs.runs.table_import_flow import bring_table, hints_of

log = logging.getLogger(__name__)

ASKED_AT_ONCE = 5
"""Maximum number of question cards sent after a report; the others follow with its button."""


async def import_files(interaction: Interaction, attachments: Sequence[discord.Attachment]) -> None:
    """Import the attachments: send a private report by file, then a question for each imported run, then the tables.

    Raises:
        Conflict: another import of this member is in progress.
    """
    person = await resolve_person(interaction)
    with interaction.client.app.worker.one_import(person.user_id):
        said = await words_of_leaving(interaction.client, person)
        brought = _brought_in(interaction, person, attachments)
        outcomes, tables = await defer_if_slow(interaction, brought, private=True)
        if outcomes or not tables:
            await _report(interaction, person, outcomes, said)
        for number, table in enumerate(tables):
            await bring_table(interaction, person, table, number)
        if said and tables and not outcomes:
            await tell(interaction, "\n".join(said))


def uploaded_files(interaction: Interaction, ids: Sequence[int]) -> list[discord.Attachment]:
    """Return the files of a form by their ids; discord.py makes them only for forms that it keeps."""
    data: Any = interaction.data or {}
    sent = data.get("resolved", {}).get("attachments", {})
    return [discord.Attachment(data=sent[str(one)], state=interaction._state) for one in ids if str(one) in sent]


async def _report(interaction: Interaction, person: Person, outcomes: Sequence[FileOutcome], said: list[str]) -> None:
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
        asked = await lap_directions.question(database, run_id, person.user_id)
        await reply(interaction, question(asked, reader), private=True)


async def _brought_in(
    interaction: Interaction, person: Person, attachments: Sequence[discord.Attachment]
) -> tuple[list[FileOutcome], list[FileReport]]:
    """Read and save file by file, so that a failure does not lose what was read before.

    Returns:
        The outcome of each file, and the reports of tables, which are saved after all files: these have more of a run.
    """
    app = interaction.client.app
    outcomes: list[FileOutcome] = []
    tables: list[FileReport] = []

    async def save(reports: Sequence[FileReport]) -> None:
        key = {"interaction_id": interaction.id, "first": len(outcomes)}
        try:
            outcomes.extend(await save_import(app.database, person, reports, **key, now=app.clock()))
        except Unavailable as error:
            log.warning("could not save files of an import: %s", error)
            outcomes.extend(map(not_saved, reports))

    large = [one for one in attachments if one.size > FILE_BYTES]
    reason, params = "imports.reason.attachment", {"limit": FILE_BYTES // MEGABYTE}
    await save([FileReport(one.filename, "", None, Refusal.TOO_LARGE, reason, params) for one in large])
    posted = [PostedFile(one.filename, _fetching(one)) for one in attachments if one.size <= FILE_BYTES]
    async for reports in app.worker.read_files(person.user_id, posted, hints_of(person)):
        tables += [report for report in reports if report.table is not None]
        await save([report for report in reports if report.table is None])
    return outcomes, tables


def _fetching(attachment: discord.Attachment) -> Callable[[], Awaitable[bytes | None]]:
    async def fetch() -> bytes | None:
        try:
            return await attachment.read()
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.info("could not fetch an attachment: %r", error)
            return None

    return fetch
