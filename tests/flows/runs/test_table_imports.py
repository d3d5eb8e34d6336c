"""`/runs import` of tables: known services at once, others after a look at the columns; one question, one Undo."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.runs.tables import Matching
from bot.errors import Unavailable
from bot.worker import file_jobs
from bot.worker.worker import Worker
from db.models import Run, StretchRow, TableImport
from tests.files import table_files
from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.reminders.reminding import forged
from tests.flows.runs.imported_files import bring, tcx


async def runs(club: Club) -> list[tuple[str, int | None, int, str]]:
    """Return day, metres, seconds and direction of the stretches of undeleted runs."""
    async with club.database.read() as session:
        rows = await session.execute(
            select(Run.ran_on, StretchRow.distance_m, StretchRow.duration_ms, StretchRow.direction)
            .join(Run, Run.run_id == StretchRow.run_id)
            .where(Run.deleted_at.is_(None))
            .order_by(Run.started_at, StretchRow.position)
        )
        return [(f"{day}", metres, ms // 1000, direction) for day, metres, ms, direction in rows]


async def test_a_strava_table_comes_in_at_once_and_one_answer_counts_all(club: Club) -> None:
    answer = await bring(club, ("activities.csv", table_files.STRAVA.encode()))
    assert answer.ephemeral
    told = text_of(answer.response)
    assert "activities.csv: 3 lines" in told
    assert "From Strava" in told
    assert "2 runs imported" in told
    assert "1 isn't a run, left out" in told
    assert "Which way were these 2 runs?" in told
    assert list(button_ids(answer.response)) == ["All forward", "All backward", "Undo import"]
    assert await runs(club) == [("2026-11-03", 5010, 1650, "untold"), ("2026-11-05", 7000, 2400, "untold")]
    assert "Nobody's on this leaderboard" in text_of(
        await club.bob.slash(club.channel, "leaderboard", metric="distance")
    )

    await club.alice.click(answer.response, label="All backward")
    assert "2 runs have their direction now and count" in text_of(answer.response)
    assert [direction for *_, direction in await runs(club)] == ["backward", "backward"]
    assert "alice — **12.01 km**" in text_of(
        await club.bob.slash(club.channel, "leaderboard", metric="distance", direction="backward", period="month")
    )

    await club.restart()
    await club.alice.click(answer.response, label="Undo import")
    assert "Taken back: 2 runs from activities.csv" in text_of(answer.response)
    assert await runs(club) == []
    assert "Nobody's on this leaderboard" in text_of(
        await club.bob.slash(club.channel, "leaderboard", metric="distance", period="month")
    )

    again = await bring(club, ("activities.csv", table_files.STRAVA.encode()))
    assert "2 runs imported" in text_of(again.response), "what was taken back can come in again"


async def test_the_same_table_comes_in_once(club: Club) -> None:
    await bring(club, ("activities.csv", table_files.STRAVA.encode()))
    again = await bring(club, ("other name.csv", table_files.STRAVA.encode() + b"\n"))
    assert "Nothing new came in" in text_of(again.response)
    assert "2 were already logged" in text_of(again.response)
    assert "Undo import" not in button_ids(again.response)
    assert len(await runs(club)) == 2


async def test_in_german(club: Club) -> None:
    await club.speak("de")
    answer = await bring(club, ("activities.csv", table_files.STRAVA_DE.encode()))
    told = text_of(answer.response)
    assert_language(told, "de")
    assert "1 Lauf importiert" in told
    assert "1 ist kein Lauf, ausgelassen" in told
    assert "In welche Richtung ging er?" in told
    await club.alice.click(answer.response, label="Alle vorwärts")
    assert "1 Lauf hat jetzt seine Richtung" in text_of(answer.response)
    assert await runs(club) == [("2026-11-03", 5010, 1650, "forward")]
    await club.alice.click(answer.response, label="Import rückgängig machen")
    assert "Rückgängig gemacht: 1 Lauf" in text_of(answer.response)


async def test_an_export_with_its_files_is_one_import(club: Club) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("activities/1.tcx", tcx([5010], start=datetime(2026, 11, 3, 5, 15, tzinfo=UTC)))
        archive.writestr("bikes.csv", "Bike Name,Bike Brand\nRex,Canyon\n")
        archive.writestr("activities.csv", table_files.STRAVA)
    answer = await bring(club, ("export.zip", packed.getvalue()))
    assert "bikes" not in text_of(answer.response)
    assert "1.tcx: 3 Nov 2026" in text_of(answer.response)
    told = text_of(answer.followups[-1])
    assert "1 run imported" in told
    assert "1 was already logged" in told, "the file has more of it than the line"


async def test_unknown_headings_are_matched_in_a_form(club: Club) -> None:
    text = "Wann;Weit;Lang;Was\n03.11.2026;5,01;27:30;Tempo\n04.11.2026;20,1;1:00:00;Rolle\nmorgen;3;20:00;Tempo\n"
    answer = await bring(club, ("mein.csv", text.encode("cp1252")))
    card = answer.response
    assert "Date: not matched yet" in text_of(card)
    form = await club.alice.click(card, label="Match columns")
    await club.alice.submit_modal(
        form,
        {"date": ["0:local"], "duration": ["2:ms"], "distance": ["1:km"], "clock": ["none"], "sport": ["3:"]},
    )
    assert "Date: “Wann”" in text_of(card)
    assert "Tick the ones that are runs" in text_of(card)
    await club.restart()
    custom_id = next(one for one in str(card.components).split("'") if one.startswith("table:sports"))
    await club.alice.select(card, ["0"], custom_id=custom_id)
    assert "Right? Then import it" in text_of(card)
    await club.alice.click(card, label="Import")
    told = text_of(card)
    assert "1 run imported" in told
    assert "1 isn't a run" in told
    assert "Line 4: I can't read the date “morgen”." in told
    assert "no time of day" in told
    assert await runs(club) == [("2026-11-03", 5010, 1650, "untold")]


async def test_a_guess_is_shown_before_it_is_used(club: Club) -> None:
    await club.speak("de")
    answer = await bring(club, ("log.csv", table_files.OTHER_DE.encode("utf-16")))
    told = text_of(answer.response)
    assert "Datum: „Tag“" in told
    assert "Uhrzeit: „Uhrzeit“" in told
    assert "Strecke: „Strecke“ · Kilometer" in told
    assert await runs(club) == []
    await club.alice.click(answer.response, label="Importieren")
    assert "2 Läufe importiert" in text_of(answer.response)
    assert await runs(club) == [("2026-11-03", 5010, 1650, "untold"), ("2026-11-05", 10_000, 3900, "untold")]


async def test_an_import_that_stopped_goes_on_where_it_was(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_jobs, "SLICE_LINES", 2)
    table = table_files.strava(7)
    whole = Worker.read_table
    slices: list[int] = []

    async def some(self: Worker, member: int, content: bytes, matching: Matching, first: int) -> AsyncIterator[Any]:
        async for lines in whole(self, member, content, matching, first):
            slices.append(len(lines))
            yield lines
            if len(slices) % 2 == 0:
                raise Unavailable("files.worker.gave_up")

    monkeypatch.setattr(Worker, "read_table", some)
    answer = await bring(club, ("activities.csv", table))
    card = answer.response
    assert "Stopped at line 4 of 7. ⏸️ I couldn't finish that just now" in text_of(card)
    assert len(await runs(club)) == 3
    monkeypatch.setattr(Worker, "read_table", whole)
    await club.restart()
    again = await bring(club, ("activities.csv", table))
    assert "6 runs imported" in text_of(again.response), "the same import, so one Undo takes back all"
    assert len(await runs(club)) == 6
    await club.alice.click(card, label="Continue")
    assert "That import is over" in text_of(card) or len(await runs(club)) == 6
    await club.alice.click(again.response, label="Undo import")
    assert await runs(club) == []


async def test_continue_works_after_a_restart(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_jobs, "SLICE_LINES", 2)
    whole = Worker.read_table

    async def one(self: Worker, member: int, content: bytes, matching: Matching, first: int) -> AsyncIterator[Any]:
        async for lines in whole(self, member, content, matching, first):
            yield lines
            raise Unavailable("files.worker.gave_up")

    monkeypatch.setattr(Worker, "read_table", one)
    await club.speak("de")
    card = (await bring(club, ("activities.csv", table_files.strava(5)))).response
    assert "Angehalten bei Zeile 2 von 5." in text_of(card)
    assert_language(text_of(card), "de")
    await club.restart()
    monkeypatch.setattr(Worker, "read_table", whole)
    await club.alice.click(card, label="Weiter")
    assert "4 Läufe importiert" in text_of(card)
    assert len(await runs(club)) == 4


async def test_a_table_can_be_left_out(club: Club) -> None:
    answer = await bring(club, ("log.csv", table_files.OTHER_DE.encode()))
    card = answer.response
    await club.alice.click(card, label="Leave it out")
    assert "Nothing was imported" in text_of(card)
    async with club.database.read() as session:
        row = await session.scalar(select(TableImport))
        assert (row.state, row.content) == ("dropped", None)


async def test_somebody_else_cannot_touch_an_import(club: Club) -> None:
    answer = await bring(club, ("activities.csv", table_files.STRAVA.encode()))
    asked = await bring(club, ("log.csv", table_files.OTHER_DE.encode()))
    ids = [*button_ids(answer.response).values(), *button_ids(asked.response).values()]
    assert len(ids) == 6
    before = await runs(club)
    for custom_id in ids:
        refused = await club.bob.click(await forged(club, custom_id), custom_id=custom_id)
        assert "I don't know that import" in text_of(refused)
    assert await runs(club) == before
    async with club.database.read() as session:
        assert set(await session.scalars(select(TableImport.state))) == {"done", "asking"}


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("quote.csv", b'Date,Distance,Time\n"2026-11-01,5,27:30\n' + b"2026-11-02,5,27:30\n" * 60, "quotes"),
        ("nulls.csv", b"Date,Distance,Time\n2026-11-02,5,27:30\0\0\n", "Right?"),
        (
            "cells.csv",
            b"Date,Distance,Time\n2026-11-02,5,27:30\n2026-11-03," + b"9" * 200_000 + b",1:00:00\n",
            "Right?",
        ),
        ("columns.csv", b",".join(b"c%d" % n for n in range(400)) + b"\n1,2\n", "up to 250 columns"),
        ("prose.csv", b"Dear coach, I ran.\nA lot, really.\n", "no column with dates"),
        ("empty.csv", b"Date,Distance,Time\n", "no lines below"),
    ],
)
async def test_hostile_tables_get_a_clear_answer(club: Club, name: str, data: bytes, said: str) -> None:
    answer = await bring(club, (name, data))
    card = answer.response
    if said == "quotes":
        await club.alice.click(card, label="Import")
        assert "Line 2: its quotes don't match" in text_of(card)
        assert "1 run imported" in text_of(card)
        return
    assert said in text_of(card)
