"""What `/runs export` gives, `/runs import` takes: the same runs after everything was erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from db.models import Run, StretchRow
from tests.flows.conftest import Club, text_of
from tests.flows.runs.imported_files import bring, tcx


async def stored(club: Club) -> list[dict[str, Any]]:
    """Return everything of all runs that an export keeps."""
    kept = (
        *("started_at", "zone", "ran_on", "distance_m", "duration_ms", "surface", "effort", "note", "sharing"),
        *("extras", "doubtful", "counted"),
    )
    async with club.database.read() as session:
        runs = list(
            await session.scalars(select(Run).where(Run.deleted_at.is_(None)).order_by(Run.started_at, Run.run_id))
        )
        found = []
        for run in runs:
            stretches = await session.scalars(
                select(StretchRow).where(StretchRow.run_id == run.run_id).order_by(StretchRow.position)
            )
            parts = [(s.direction, s.distance_m, s.duration_ms, s.estimated) for s in stretches]
            found.append({**{name: getattr(run, name) for name in kept}, "stretches": parts})
        return found


async def test_export_erase_import_gives_the_same_runs(club: Club) -> None:
    for options in (
        {"run": "5k in 27:30 backward yesterday 7am", "note": "=SUM(1)", "effort": 7, "surface": "track"},
        {"run": "5k in 27:30 backward yesterday 7am", "note": "twice, on purpose"},
        {
            "distance": "10k",
            "time": "1:05:00",
            "direction": "mixed",
            "backward": "4k",
            "note": 'a "quote", and\na line',
        },
        {"time": "20:00", "direction": "forward"},
    ):
        await club.alice.slash(club.channel, "log", **options)
    (question,) = (await bring(club, ("laps.tcx", tcx([1000, 1000, 3000])))).followups
    await club.alice.click(question, label="Choose laps")
    custom_id = next(one for one in str(question.components).split("'") if one.startswith("import:tick"))
    await club.alice.select(question, ["1"], custom_id=custom_id)
    await club.alice.click(question, label="Save")
    gone = await club.alice.slash(club.channel, "log", run="3k in 18:00 backward")
    before_all = await stored(club)
    await club.alice.click(gone.response, label="Undo")
    before = await stored(club)
    assert len(before) == len(before_all) - 1

    exported = await club.alice.slash(club.channel, "runs export")
    csv = next(one for one in exported.response.attachments if one.filename.endswith(".csv"))
    data = await csv.read()
    assert "'=SUM(1)" in data.decode("utf-8-sig"), "a spreadsheet must not run a note"

    there = await bring(club, ("backpedal-runs.csv", data))
    assert f"{len(before)} were already logged" in text_of(there.response)
    assert await stored(club) == before

    asked = await club.alice.slash(club.channel, "privacy erase")
    form = await club.alice.click(asked.response, label="Erase …")
    await club.alice.submit_modal(form, {"word": "erase"})
    assert await stored(club) == []
    answer = await bring(club, ("backpedal-runs.csv", data))
    told = text_of(answer.response)
    assert "From a Backpedal export" in told
    assert f"{len(before)} runs imported" in told
    assert "1 had been deleted before the export" in told
    assert "Which way" not in told
    assert await stored(club) == before
