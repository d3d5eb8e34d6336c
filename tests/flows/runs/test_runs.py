"""`/runs`: paging, showing, editing and deleting runs, limited to one's own."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.when.periods import Period
from bot.languages import LANGUAGES
from db.models import Revision, Run, Standing
from tests.flows.conftest import Club, assert_language, button_ids, text_of


async def rows(club: Club, table: type) -> list:
    async with club.database.read() as session:
        return list(await session.scalars(select(table)))


async def log_many(club: Club, count: int) -> None:
    for number in range(count):
        day = club.env.now().date() - timedelta(days=number)
        await club.alice.slash(
            club.channel,
            "log",
            distance=f"{5 + number}k",
            time="90:00",
            when=f"{day} 07:00",
            direction="forward" if number % 2 else "backward",
        )


async def test_pages_by_direction_and_period(club: Club) -> None:
    await log_many(club, 10)
    first = await club.alice.slash(club.channel, "runs list")
    assert first.ephemeral
    assert "Page 1 of 2 · 10 runs" in text_of(first)
    older = await club.alice.click(first.response, label="Older")
    assert older.acknowledged
    assert "14.00 km" in text_of(first.response)
    assert "⏩ **14.00 km** · 6:26/km" in text_of(first.response)
    backward = await club.alice.slash(club.channel, "runs list", direction="backward", period="week")
    assert "Page 1 of 1 · 2 runs" in text_of(backward), "Wednesday and Monday of this week"


async def test_an_empty_list_says_what_to_do(club: Club) -> None:
    empty = await club.alice.slash(club.channel, "runs list")
    assert "No runs here yet" in text_of(empty)
    form = (await club.alice.click(empty.response, label="Log a run")).modal
    assert form is not None
    assert "Which way did you run?" in text_of(form)


async def test_a_run_is_chosen_in_words(club: Club) -> None:
    await log_many(club, 3)
    choices = await club.alice.autocomplete(club.channel, "runs show", "run", "7.00")
    assert [choice["name"] for choice in choices] == ["Mon 16 Nov · 7.00 km backward · 1:30:00"]
    shown = await club.alice.slash(club.channel, "runs show", run=choices[0]["value"])
    assert shown.ephemeral
    assert "7.00 km backward in 1:30:00" in text_of(shown)
    assert list(button_ids(shown)) == ["Undo", "Edit", "Flip", "Share"]
    by_words = await club.alice.slash(club.channel, "runs show", run="16 Nov")
    assert "7.00 km" in text_of(by_words)
    unclear = await club.alice.slash(club.channel, "runs show", run="Nov")
    assert "pick one from the list" in text_of(unclear)


async def test_autocomplete_and_ids_show_nothing_of_another_member(club: Club) -> None:
    await log_many(club, 2)
    (run, _) = await rows(club, Run)
    assert await club.bob.autocomplete(club.channel, "runs show", "run", "") == []
    unknown = await club.bob.slash(club.channel, "runs show", run="#999999")
    for command, options in (
        ("runs show", {}),
        ("runs edit", {"distance": "1k"}),
        ("runs delete", {}),
    ):
        refused = await club.bob.slash(club.channel, command, run=f"#{run.run_id}", **options)
        assert text_of(refused) == text_of(unknown)
    assert [r.kind for r in await rows(club, Revision)] == ["logged", "logged"]


async def test_edit_by_options_keeps_the_rest_and_can_be_undone(club: Club) -> None:
    await club.alice.slash(
        club.channel, "log", direction="backward", distance="5k", time="27:30", note="windy", surface="road"
    )
    (run,) = await rows(club, Run)
    edited = await club.alice.slash(
        club.channel, "runs edit", run=f"#{run.run_id}", distance="5.5k", surface="track", effort=6
    )
    assert edited.ephemeral
    assert "5.50 km backward in 27:30" in text_of(edited)
    assert "“windy”" in text_of(edited)
    assert "5.50 km" in text_of(club.channel.last_message), "the public card follows"
    undone = await club.alice.click(edited.response, label="Undo")
    assert "back as it was" in text_of(undone) or "back as it was" in text_of(edited.response)
    assert "5.00 km" in text_of(club.channel.last_message)
    (run,) = await rows(club, Run)
    assert (run.distance_m, run.surface, run.effort, run.revision) == (5000, "road", None, 3)


async def test_remove_takes_one_thing_off(club: Club) -> None:
    await club.alice.slash(
        club.channel, "log", direction="backward", distance="5k", time="27:30", note="windy", effort=3
    )
    (run,) = await rows(club, Run)
    await club.alice.slash(club.channel, "runs edit", run=f"#{run.run_id}", remove="note")
    (run,) = await rows(club, Run)
    assert (run.note, run.effort) == (None, 3)


async def test_an_old_undo_says_what_came_after(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    logged = club.channel.last_message
    (run,) = await rows(club, Run)
    stale = button_ids(logged)["Undo"]
    first = await club.alice.slash(club.channel, "runs edit", run=f"#{run.run_id}", distance="6k")
    await club.alice.slash(club.channel, "runs edit", run=f"#{run.run_id}", distance="7k")
    assert stale == f"run:undo:v1:{run.run_id}:1"
    answer = await club.alice.click(first.response, label="Undo")
    assert "You edited it after that" in text_of(answer)
    (run,) = await rows(club, Run)
    assert run.distance_m == 7000


async def test_delete_offers_undo_and_the_board_follows_both_ways(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    (run,) = await rows(club, Run)
    deleted = await club.alice.slash(club.channel, "runs delete", run=f"#{run.run_id}")
    assert not await rows(club, Standing)
    assert "took a run back" in text_of(club.channel.last_message)
    again = await club.alice.slash(club.channel, "runs delete", run=f"#{run.run_id}")
    assert "was deleted" in text_of(again)
    await club.alice.click(deleted.response, label="Undo")
    assert len(await rows(club, Standing)) == 2 * len(Period)
    assert "5.00 km" in text_of(club.channel.last_message)


async def test_export_gives_everything_as_two_files(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", note="mine")
    await club.bob.slash(club.channel, "log", direction="backward", distance="9k", time="59:00", note="not hers")
    answer = await club.alice.slash(club.channel, "runs export")
    assert answer.ephemeral
    files = {attachment.filename: await attachment.read() for attachment in answer.response.message.attachments}
    assert set(files) == {"backpedal-runs.csv", "backpedal.json"}
    assert b"mine" in files["backpedal-runs.csv"]
    assert b"not hers" not in files["backpedal-runs.csv"] + files["backpedal.json"]
    json.loads(files["backpedal.json"])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_list_and_show_in_each_language(club: Club, language: str) -> None:
    await club.speak(language)
    await log_many(club, 9)
    (run, *_) = await rows(club, Run)
    listed = await club.alice.slash(club.channel, "runs list", direction="backward", period="month")
    shown = await club.alice.slash(club.channel, "runs show", run=f"#{run.run_id}")
    edited = await club.alice.slash(club.channel, "runs edit", run=f"#{run.run_id}", distance="6k")
    deleted = await club.alice.slash(club.channel, "runs delete", run=f"#{run.run_id}")
    assert all(answer.ephemeral for answer in (listed, shown, edited, deleted))
    assert_language(language, listed, shown, edited, deleted)
