"""`/runs import` as members use it: files, the report, the question about backward laps, and the answer."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from simcord import ResponseMessage
from sqlalchemy import func, select

from bot.domain.runs.activity import FileReport
from bot.errors import Unavailable
from bot.services.members.people import Person
from bot.services.runs.imports import save_import
from cogs.runs import import_flow
from db.engine import Database
from db.models import Recording, Run, Standing, StretchRow
from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.runs.imported_files import START, bring, tcx


async def stretches(club: Club) -> list[tuple[str, int | None]]:
    async with club.database.read() as session:
        rows = await session.scalars(select(StretchRow).order_by(StretchRow.run_id, StretchRow.position))
        return [(row.direction, row.distance_m) for row in rows]


async def count(club: Club, table: type) -> int:
    async with club.database.read() as session:
        return await session.scalar(select(func.count()).select_from(table))


def imported(text: str, file: str) -> bool:
    """Whether a card says that this file was imported."""
    return any(line.startswith(f"{file}: ") and line.endswith("✅") for line in text.splitlines())


def ticks(message: ResponseMessage) -> str:
    """Return the custom id of the select menu of laps."""
    found = re.search(r"import:tick:v1:\d+:\d+", str(message.components))
    assert found
    return found[0]


async def test_laps_are_ticked_saved_and_stand_on_the_board(club: Club) -> None:
    answer = await bring(club, ("run.tcx", tcx([1000, 1000, 3000])))
    assert answer.ephemeral
    assert "run.tcx: 17 Nov 2026 · 5.00 km · 27:30 ✅" in text_of(answer.response)
    assert "on no leaderboard and in no total" in text_of(answer.response)
    (question,) = answer.followups
    assert question.ephemeral
    assert "Which laps were backward?" in text_of(question)
    assert list(button_ids(question)) == ["All backward", "None, all forward", "Choose laps"]
    assert await stretches(club) == [("untold", 1000), ("untold", 1000), ("untold", 3000)]
    assert "Nobody's on this leaderboard" in text_of(
        await club.bob.slash(club.channel, "leaderboard", metric="distance")
    )

    await club.alice.click(question, label="Choose laps")
    assert "No lap ticked yet" in text_of(question)
    await club.alice.select(question, ["0", "2"], custom_id=ticks(question))
    assert "2 of 3 laps backward: 4.00 km" in text_of(question)
    await club.alice.click(question, label="Save")
    assert "mixed" in text_of(question)
    assert "4.00 km backward · 1.00 km forward" in text_of(question)
    assert {"Undo", "Edit", "Share"} <= set(button_ids(question))
    assert await stretches(club) == [("backward", 1000), ("forward", 1000), ("backward", 3000)]
    assert "alice — **4.00 km**" in text_of(await club.bob.slash(club.channel, "leaderboard", metric="distance"))

    await club.alice.click(question, label="Undo")
    assert await count(club, Standing) == 0, "an Undo takes it off the boards and asks again"


async def test_ticks_survive_pages_and_a_restart(club: Club) -> None:
    answer = await bring(club, ("track.tcx", tcx([400] * 30)))
    (question,) = answer.followups
    await club.alice.click(question, label="Choose laps")
    assert "Laps 1–25 of 30" in text_of(question)
    await club.alice.select(question, ["0", "24"], custom_id=ticks(question))
    await club.restart()
    await club.alice.click(question, label="Later laps")
    assert "Laps 26–30 of 30" in text_of(question)
    await club.alice.select(question, ["29"], custom_id=ticks(question))
    assert "3 of 30 laps backward: 1.20 km" in text_of(question)
    await club.alice.click(question, label="Save")
    told = await stretches(club)
    assert [at for at, (direction, _) in enumerate(told) if direction == "backward"] == [0, 24, 29]


async def test_all_and_none(club: Club) -> None:
    (first,) = (await bring(club, ("a.tcx", tcx([1000, 1000])))).followups
    await club.alice.click(first, label="All backward")
    assert "2.00 km backward in 11:00" in text_of(first)
    assert "The one rule" in text_of(first), "no spotter, and nowhere that is allowed alone"
    (second,) = (await bring(club, ("b.tcx", tcx([3000, 1000], start=START - timedelta(days=1))))).followups
    await club.alice.click(second, label="None, all forward")
    assert "4.00 km forward in 22:00" in text_of(second)


async def test_without_laps_a_part_can_be_said(club: Club) -> None:
    (question,) = (await bring(club, ("a.tcx", tcx([5000])))).followups
    assert "Was this run backward?" in text_of(question)
    form = await club.alice.click(question, label="Part of it")
    refused = await club.alice.submit_modal(form, {"share": "7 km"})
    assert "5.00 km" in text_of(refused)
    assert await stretches(club) == [("untold", 5000)]
    form = await club.alice.click(question, label="Part of it")
    await club.alice.submit_modal(form, {"share": "40%"})
    assert "estimated" in text_of(question)
    assert await stretches(club) == [("backward", 2000), ("forward", 3000)]


async def test_the_report_names_every_file_and_never_comes_in_twice(club: Club) -> None:
    run = tcx([5000])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inner.tcx", tcx([3000], start=START - timedelta(days=2)))
        archive.writestr("again.tcx", run)
    answer = await bring(
        club,
        ("a.tcx", run),
        ("b.tcx.gz", gzip.compress(run)),
        ("c.zip", packed.getvalue()),
        ("d.tcx", tcx([20_000], start=START - timedelta(days=3), sport="Biking")),
        ("@everyone.fit", b"not a file at all"),
    )
    lines = text_of(answer.response).splitlines()
    assert imported(lines[1], "a.tcx")
    assert "already logged" in lines[2]
    assert imported(lines[3], "inner.tcx")
    assert "already logged" in lines[4]
    assert "not a run" in lines[5]
    assert "a ride" in lines[5]
    assert "can't be read" in lines[6]
    assert "@everyone" not in text_of(answer.response)
    assert await count(club, Run) == 3
    assert len(answer.followups) == 3, "one question for each run, and one for the ride"
    again = await bring(club, ("a.tcx", run))
    assert "Nothing new came in" in text_of(again)
    assert not again.followups


async def test_a_run_logged_by_hand_is_there_already(club: Club) -> None:
    await club.alice.slash(
        club.channel, "log", direction="backward", distance="5k", time="27:30", when="2026-11-17 06:10"
    )
    answer = await bring(club, ("run.tcx", tcx([5050])))
    assert "already logged" in text_of(answer)
    assert await count(club, Run) == 1


async def test_many_runs_are_asked_about_one_after_another(club: Club) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for day in range(7):
            archive.writestr(f"{day}.tcx", tcx([1000 + day], start=START - timedelta(days=day)))
    answer = await bring(club, ("week.zip", packed.getvalue()))
    assert "7 runs are saved" in text_of(answer)
    assert not answer.followups
    for left in range(6, -1, -1):
        asked = await club.alice.click(answer.response, custom_id="import:next:v1")
        await club.alice.click(asked.response, label="All backward")
        assert ("Next run" in text_of(asked)) == (left > 0)
    done = await club.alice.click(answer.response, custom_id="import:next:v1")
    assert "all your imported runs have a direction" in text_of(done)


def jumping(start: datetime = START, *, wrong: int) -> bytes:
    """Return a GPX of 3 m/s, a point every 5 s; the `wrong` points before the last are dated a year ahead."""
    points = []
    for number in range(121):
        at = start + timedelta(seconds=number * 5, days=365 if 119 - wrong < number < 120 else 0)
        points.append(
            f'<trkpt lat="{52 + number * 15 / 111_194.93:.7f}" lon="13.4"><time>{at:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'
        )
    return f"<gpx><trk><trkseg>{''.join(points)}</trkseg></trk></gpx>".encode()


async def test_a_clock_that_jumps_is_told(club: Club) -> None:
    answer = await bring(club, ("a.gpx", jumping(wrong=1)))
    assert "a.gpx: 17 Nov 2026 · 1.80 km · 10:00 ✅" in text_of(answer.response)
    assert "Some of its points have a wrong time, so I left them out" in text_of(answer.response)
    answer = await bring(club, ("b.gpx", jumping(START - timedelta(days=1), wrong=40)))
    assert "so the run counts but sets no best" in text_of(answer.response)
    (question,) = answer.followups
    await club.alice.click(question, label="All backward")
    assert "this time sets no best" in text_of(question)


async def test_a_large_file_is_refused_before_it_is_fetched(club: Club) -> None:
    answer = await bring(club, ("huge.fit", b"\0" * (10 * 1024 * 1024 + 1)), ("a.tcx", tcx([1000, 1000])))
    assert "huge.fit: too large" in text_of(answer)
    assert imported(text_of(answer), "a.tcx")


async def test_the_menu_takes_files_of_ones_own_message_only(club: Club) -> None:
    posted = await club.alice.send(club.channel, "my run", attachments=[("run.tcx", tcx([1000, 1000]))])
    words = await club.alice.send(club.channel, "no file here")
    refused = await club.bob.context_menu(club.channel, "Import run files", posted)
    assert refused.ephemeral
    assert "You can only import files you posted" in text_of(refused)
    empty = await club.alice.context_menu(club.channel, "Import run files", words)
    assert "no file on that message" in text_of(empty)
    assert await count(club, Run) == 0
    answer = await club.alice.context_menu(club.channel, "Import run files", posted)
    assert imported(text_of(answer), "run.tcx")
    assert await count(club, Recording) == 1


async def test_nobody_else_can_answer_for_the_runner(club: Club) -> None:
    """Others cannot press a private card, but a modified client can send its custom id."""
    (question,) = (await bring(club, ("a.tcx", tcx([1000, 1000])))).followups
    bobs = (await bring(club, ("b.tcx", tcx([3000, 1000], start=START - timedelta(days=1))), actor=club.bob)).followups[
        0
    ]
    theirs = button_ids(question)["All backward"]
    stored = club.env.backend.get_message(club.channel.id, bobs.id)
    stored.components = json.loads(json.dumps(stored.components).replace(button_ids(bobs)["All backward"], theirs))
    refused = await club.bob.click(bobs, custom_id=theirs)
    assert "not one of your runs" in text_of(refused)
    assert {direction for direction, _ in await stretches(club)} == {"untold"}


async def test_a_german_reads_german(club: Club) -> None:
    await club.speak("de")
    answer = await bring(club, ("a.tcx", tcx([1000, 1000])), ("b.tcx", tcx([5000], start=START - timedelta(days=1))))
    laps, whole = answer.followups
    assert_language("de", answer, laps, whole)
    await club.alice.click(laps, label="Runden wählen")
    assert_language("de", laps)
    await club.alice.select(laps, ["1"], custom_id=ticks(laps))
    assert "1 von 2 Runden rückwärts: 1,00 km" in text_of(laps)
    await club.alice.click(laps, label="Speichern")
    form = await club.alice.click(whole, label="Ein Teil davon")
    assert_language("de", laps, form)
    refused = await club.alice.submit_modal(form, {"share": "vielleicht"})
    assert_language("de", refused)
    again = await bring(club, ("a.tcx", tcx([1000, 1000])), ("c.fit", b"nichts"))
    assert_language("de", again)


async def test_a_sport_nobody_knows_may_be_a_run_backward_or_be_left_out(club: Club) -> None:
    answer = await bring(club, ("a.tcx", tcx([1000, 1000], sport="Rückw. @everyone")))
    assert imported(text_of(answer.response), "a.tcx")
    (question,) = answer.followups
    assert "The file calls it “Rückw." in text_of(question)
    assert list(button_ids(question)) == ["All backward", "None, all forward", "Choose laps", "Leave it out"]
    await club.alice.click(question, label="All backward")
    assert {direction for direction, _ in await stretches(club)} == {"backward"}
    (question,) = (await bring(club, ("b.tcx", tcx([500], start=START - timedelta(days=1), sport="Yo-yo")))).followups
    await club.alice.click(question, label="Leave it out")
    assert "Deleted" in text_of(question)


async def test_what_cannot_be_read_is_named(club: Club) -> None:
    strange = tcx([1000, 1000]).replace(b"2026-11-17T", b"*17* of Brumaire ")
    answer = await bring(club, ("a.tcx", strange))
    assert "I can't read its times, such as “\\*17\\* of Brumaire" in text_of(answer.response)


async def test_laufen_is_running(club: Club) -> None:
    (question,) = (await bring(club, ("a.tcx", tcx([1000, 1000], sport="Laufen")))).followups
    assert list(button_ids(question)) == ["All backward", "None, all forward", "Choose laps"]


async def test_a_ride_is_left_out_or_kept_as_a_forward_run(club: Club) -> None:
    ride = tcx([5000], sport="Biking")
    (question,) = (await bring(club, ("bike.tcx", ride))).followups
    assert "was it a run after all?" in text_of(question)
    assert set(button_ids(question)) == {"Leave it out", "Keep it as a forward run"}
    dropped = await club.alice.click(question, label="Leave it out")
    assert dropped.acknowledged
    async with club.database.read() as session:
        (run,) = await session.scalars(select(Run))
        assert run.deleted_at is not None
    (again,) = (await bring(club, ("bike.tcx", ride))).followups
    await club.alice.click(again, label="Keep it as a forward run")
    async with club.database.read() as session:
        kept = await session.scalar(select(Run).where(Run.deleted_at.is_(None)))
        assert kept.counted
        stretches = await session.scalars(select(StretchRow.direction).where(StretchRow.run_id == kept.run_id))
        assert set(stretches) == {"forward"}


async def test_a_ride_recorded_as_a_run_is_asked_about(club: Club) -> None:
    (question,) = (await bring(club, ("fast.tcx", tcx([20_000], s_per_km=135)))).followups
    assert "20.00 km · 45:00 · 2:15/km" in text_of(question)
    assert "If it was a ride, leave it out." in text_of(question)
    await club.alice.click(question, label="Leave it out")
    assert "Deleted" in text_of(question)


async def test_laps_show_their_pace_and_old_runs_their_year_but_not_the_rule(club: Club) -> None:
    old = START.replace(year=2015, month=8, day=15)
    (question,) = (await bring(club, ("old.tcx", tcx([1000, 1000], start=old)))).followups
    await club.alice.click(question, label="Choose laps")
    assert "Lap 2 · 1.00 km · 5:30 · 5:30/km" in text_of(question)
    await club.alice.click(question, label="Back")
    await club.alice.click(question, label="All backward")
    assert "Sat 15 Aug 2015" in text_of(question)
    assert "The one rule" not in text_of(question)
    assert "Add spotter" not in button_ids(question)
    assert "Sat 15 Aug 2015 · 2.00 km backward" in text_of(await club.alice.slash(club.channel, "runs list"))
    (recent,) = (await bring(club, ("new.tcx", tcx([3000])))).followups
    await club.alice.click(recent, label="All backward")
    assert "The one rule" in text_of(recent)
    assert "Add spotter" in button_ids(recent)
    assert "2026" not in text_of(await club.alice.slash(club.channel, "runs list")).replace("2015", "")


async def test_one_import_at_a_time_a_member(club: Club) -> None:
    with club.app.worker.one_import(club.alice.id):
        refused = await bring(club, ("run.tcx", tcx([1000])))
        assert refused.ephemeral
        assert "I'm still reading your last files" in text_of(refused)
        assert await count(club, Run) == 0
        assert "run.tcx" in text_of(await bring(club, ("run.tcx", tcx([1000])), actor=club.bob))
    assert imported(text_of(await bring(club, ("run.tcx", tcx([1000])))), "run.tcx")
    await bring(club, ("broken.tcx", b"<Training"))
    assert imported(text_of(await bring(club, ("next.tcx", tcx([1000], start=START - timedelta(days=3))))), "next.tcx")


async def test_what_was_read_before_the_database_was_busy_is_kept(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    busy: list[str] = []

    async def save(database: Database, person: Person, reports: Sequence[FileReport], **rest: Any) -> Any:
        if any(report.filename == "b.tcx" for report in reports):
            busy.append("b.tcx")
            raise Unavailable("errors.database.busy")
        return await save_import(database, person, reports, **rest)

    monkeypatch.setattr(import_flow, "save_import", save)
    files = [(f"{name}.tcx", tcx([1000], start=START - timedelta(days=at))) for at, name in enumerate("abc")]
    answer = await bring(club, *files)
    assert busy == ["b.tcx"]
    assert imported(text_of(answer.response), "a.tcx")
    assert "b.tcx: can't be read. My storage is busy" in text_of(answer.response)
    assert imported(text_of(answer.response), "c.tcx")
    assert await count(club, Run) == 2
