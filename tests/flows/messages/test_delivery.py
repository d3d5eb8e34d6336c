"""Deliveries as members receive them: on time, in order, once, and despite closed direct messages."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.delivery.message_kinds import DeliveryFailure, Kind
from bot.delivery.pump import Pump
from bot.domain.messages.priority import Priority
from bot.services.messages.deliveries import Job, cancel_jobs, post, schedule_job
from db.dialect import sqlite_file
from db.models import Due, User
from tests.flows.conftest import NOON, Club, make_pump
from tests.flows.messages import letters
from tests.flows.messages.letters import card_letter, in_channel, in_s, letter, rows, said, send, states


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    letters.load_too(monkeypatch)


@pytest.fixture
def courier() -> Pump:
    return make_pump(sweep=timedelta(hours=1))


# -- at its time -------------------------------------------------------------------------------------------------


async def test_a_step_is_done_at_its_instant_and_its_message_is_sent(club: Club) -> None:
    await in_s(club, 3600, "a", user_id=club.alice.id)
    await club.pass_time(minutes=59, seconds=59)
    assert letters.told == []
    await club.pass_time(seconds=1)
    due_at = NOON + timedelta(hours=1)
    assert letters.told[0][:3] == ("fired", "a", due_at)
    assert letters.told[0][3] - due_at < timedelta(seconds=0.01)
    assert said(club, club.alice) == ["step a"]
    (row,) = await rows(club)
    message = club.dms(club.alice)[0]
    assert (row.state, row.channel_id, row.message_id) == ("sent", 0, message.id)
    assert letters.told[1] == ("sent", "a", message.channel.id, message.id)


async def test_time_passes_without_waiting_and_a_press_before_something_due_is_answered_at_once(club: Club) -> None:
    await in_s(club, 5, "a", user_id=club.alice.id)
    began = time.perf_counter()
    await club.alice.slash(club.channel, "help")
    assert time.perf_counter() - began < 1
    assert letters.told == []
    await club.pass_time(days=1)
    assert time.perf_counter() - began < 8
    assert said(club, club.alice) == ["step a"]


async def test_what_is_planned_again_is_moved_and_what_is_taken_back_is_not_done(club: Club) -> None:
    await in_s(club, 60, "a", user_id=club.alice.id)
    await in_s(club, 7200, "a", user_id=club.alice.id)
    await in_s(club, 60, "b", user_id=club.alice.id, subject_id=7)
    async with club.database.write() as session:
        await cancel_jobs(session, ["toy.step"], 7)
    await club.pass_time(hours=1)
    assert letters.told == []
    await club.pass_time(hours=1)
    assert said(club, club.alice) == ["step a"]


async def test_an_earlier_step_moves_the_alarm_forward(club: Club) -> None:
    await in_s(club, 7200, "late", user_id=club.alice.id)
    await in_s(club, 60, "early", user_id=club.alice.id)
    await club.pass_time(seconds=60)
    assert said(club, club.alice) == ["step early"]


async def test_what_another_process_plans_is_found_by_the_sweep(club: Club) -> None:
    async with club.database.write() as session:
        await schedule_job(
            session, [Job("toy.step", "a", NOON + timedelta(seconds=10), Priority.SAFETY, user_id=club.alice.id)]
        )
    await club.pass_time(hours=1)
    assert said(club, club.alice) == ["step a"]


async def test_a_bot_that_was_down_catches_up_in_order_and_drops_what_is_no_longer_useful(
    club: Club, caplog: pytest.LogCaptureFixture
) -> None:
    await in_s(club, 3600, "third", user_id=club.alice.id)
    await in_s(club, 60, "soon", "toy.soon", user_id=club.alice.id)
    await in_s(club, 600, "second", user_id=club.alice.id)
    await in_s(club, 60, "first", user_id=club.alice.id)
    async with club.database.write() as session:
        await post(session, [letter(club, "old news", club.bob, "toy.news"), letter(club, "old", club.bob)], NOON)
    await club.restart(hours=2)
    assert [line[1] for line in letters.told if line[0] == "fired"] == ["first", "second", "third"]
    assert said(club, club.alice) == ["step first", "step second", "step third"]
    assert "toy.soon soon was no longer useful after 1:59:00" in caplog.text
    assert said(club, club.bob) == ["old"]
    assert "toy.news 1 was no longer useful after 2:00:00" in caplog.text
    await club.pass_time(hours=2)
    assert len(said(club, club.alice)) == 3


async def test_a_step_that_breaks_is_undone_kept_and_tried_again_and_blocks_nothing(
    club: Club, errors_expected: list[str]
) -> None:
    errors_expected.append("toy.step broken failed")
    await in_s(club, 1, "broken", user_id=club.alice.id, payload={"breaks": True})
    await in_s(club, 1, "whole", user_id=club.alice.id)
    await club.pass_time(seconds=1)
    assert said(club, club.alice) == ["step whole"]
    async with club.database.read() as session:
        (due,) = await session.scalars(select(Due).where(Due.kind == "toy.step"))
    assert (due.attempts, due.meant_at) == (1, NOON + timedelta(seconds=1))
    async with club.database.write() as session:
        (await session.get_one(Due, due.due_id)).payload = {}
    await club.pass_time(seconds=2)
    assert said(club, club.alice) == ["step whole", "step broken"]
    assert [line[2] for line in letters.told if line[1] == "broken" and line[0] == "fired"] == [due.meant_at] * 2


async def test_a_clock_set_forward_and_back_says_nothing_twice(club: Club) -> None:
    clock = club.env.backend.clock
    await in_s(club, 3600, "each hour", "toy.series", user_id=club.alice.id)
    await club.pass_time(hours=2)
    assert said(club, club.alice) == ["18 13", "18 14"]
    clock._epoch += timedelta(days=1, minutes=30)
    await club.wake()
    assert said(club, club.alice)[2:] == ["18 15"], "of a day that seems to have been missed one occurrence"
    clock._epoch -= timedelta(days=1, minutes=30)
    await club.wake()
    await club.pass_time(hours=26)
    assert said(club, club.alice)[3:] == ["19 15", "19 16"]
    clock._epoch -= timedelta(hours=5)
    await club.restart()
    await club.pass_time(hours=6)
    assert said(club, club.alice)[5:] == ["19 17"]


async def test_many_steps_are_done_together_and_one_that_breaks_harms_itself_alone(
    club: Club, errors_expected: list[str]
) -> None:
    errors_expected.append("toy.many 2 failed")
    for number in range(4):
        breaks = {"breaks": number == 2}
        await in_s(club, 10 - number, f"{number}", "toy.many", user_id=club.alice.id, payload=breaks)
    await club.restart(minutes=1)
    assert letters.told == [("fired", "3", "2", "1", "0"), *(("fired", n) for n in "3210"), *(
        line for line in letters.told if line[0] != "fired")]  # fmt: skip
    assert said(club, club.alice) == ["3", "1", "0"]
    async with club.database.write() as session:
        (left,) = await session.scalars(select(Due).where(Due.kind == "toy.many"))
        assert left.attempts == 1
        left.payload = {}
    await in_s(club, 1, "4", "toy.many", user_id=club.bob.id)
    await club.pass_time(seconds=1)
    assert {("fired", "2"), ("fired", "4")} <= set(letters.told), "what failed before is done alone"
    assert said(club, club.alice) == ["3", "1", "0", "2"]


async def test_what_many_missed_is_dropped_and_counted_in_one_line(
    club: Club, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(6):
        await in_s(club, 60 * number + 60, f"{number}", "toy.many", user_id=club.alice.id)
    await club.restart(hours=1, minutes=3, seconds=30)
    assert said(club, club.alice) == ["3", "4", "5"]
    assert caplog.text.count("was no longer useful") == 3
    for number in range(10, 20):
        await in_s(club, 60, f"{number}", "toy.many", user_id=club.alice.id)
    await club.restart(hours=3)
    assert "no longer useful and dropped: 10 toy.many (up to 2:59:00)" in caplog.text


async def test_work_of_an_unknown_kind_is_left_and_said_once(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    await in_s(club, 1, "a", "later.kind")
    await in_s(club, 2, "b", user_id=club.alice.id)
    await club.pass_time(hours=3)
    assert said(club, club.alice) == ["step b"]
    assert caplog.text.count("later.kind") == 1
    async with club.database.read() as session:
        assert await session.scalar(select(Due.occurrence).where(Due.kind == "later.kind")) == "a"


# -- messages ----------------------------------------------------------------------------------------------------


async def test_letters_to_one_person_arrive_in_order_and_the_urgent_first(club: Club) -> None:
    await send(
        club,
        letter(club, "news", club.alice, "toy.news", priority=Priority.NUDGE),
        *(letter(club, f"{number}", club.alice) for number in range(20)),
    )
    assert said(club, club.alice) == [f"{number}" for number in range(20)] + ["news"]


async def test_a_letter_written_twice_is_sent_once_and_a_settled_one_not_at_all(club: Club) -> None:
    await send(club, letter(club, "a", club.alice))
    await send(club, letter(club, "a", club.alice), letter(club, "b", club.alice, payload={"settled": True}))
    assert said(club, club.alice) == ["a"]
    assert await states(club) == ["sent", "dropped"]


async def test_a_direct_channel_is_opened_once(club: Club) -> None:
    await send(club, letter(club, "a", club.alice))
    await club.alice.slash(club.channel, "help")  # creates the user row that stores the channel id
    await send(club, letter(club, "b", club.alice))
    await club.restart()
    await send(club, letter(club, "c", club.alice))
    assert said(club, club.alice) == ["a", "b", "c"]
    async with club.database.read() as session:
        assert (await session.get_one(User, club.alice.id)).dm_channel_id == club.dms(club.alice)[0].channel.id
    opened = [one for one in club.env.backend.http_requests if one.path == "/users/@me/channels"]
    assert len(opened) <= 2


async def test_a_letter_that_fails_is_tried_again_and_what_follows_it_waits(club: Club) -> None:
    club.env.inject_error("POST", "/channels/*/messages", status=503, times=3)
    await send(club, letter(club, "a", club.alice), letter(club, "b", club.alice), letter(club, "c", club.bob))
    assert (said(club, club.alice), said(club, club.bob)) == ([], [])
    await send(club, letter(club, "d", club.alice))
    await club.pass_time(seconds=5)
    assert said(club, club.alice) == ["a", "b", "d"]
    assert said(club, club.bob) == ["c"]


async def test_a_letter_is_given_up_at_its_end_and_its_kind_is_told(club: Club) -> None:
    club.env.inject_error("POST", "/channels/*/messages", status=503, times=None)
    await send(club, letter(club, "a", club.alice), letter(club, "news", club.bob, "toy.news"))
    await club.pass_time(hours=23)
    assert letters.told == [("failed", "news", DeliveryFailure.GIVEN_UP)]
    await club.pass_time(hours=2)
    assert letters.told[1:] == [("failed", "a", DeliveryFailure.GIVEN_UP)]
    assert await states(club) == ["failed", "failed"]


async def test_a_letter_that_cannot_be_drawn_blocks_nobody(club: Club, errors_expected: list[str]) -> None:
    errors_expected.append("could not be drawn (failure 1): this letter breaks")
    await send(club, letter(club, "broken", club.alice, payload={"breaks": True}), letter(club, "b", club.alice))
    await club.pass_time(minutes=2)
    assert said(club, club.alice) == ["b"]


async def test_a_letter_is_held_by_its_kind_for_later_or_for_good(
    club: Club, errors_expected: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    errors_expected.append("could not be checked for a hold (failure 1): this hold breaks")
    caplog.set_level("INFO", "bot.delivery.drop_log")
    await send(
        club,
        letter(club, "later", club.alice, "toy.held", payload={"hold_until_h": 2}),
        letter(club, "never", club.alice, "toy.held", payload={"unwanted": True}),
        letter(club, "broken", club.bob, "toy.held", payload={"hold_breaks": True}),
        letter(club, "now", club.alice, "toy.held"),
    )
    assert said(club, club.alice) == ["now"]
    assert [(row.state, row.attempts) for row in await rows(club)] == [
        ("waiting", 0), ("dropped", 0), ("waiting", 1), ("sent", 0),
    ]  # fmt: skip
    assert "dropped: 1 toy.held" in caplog.text
    await club.pass_time(minutes=119)
    assert said(club, club.alice) == ["now"]
    await club.pass_time(minutes=1)
    assert said(club, club.alice) == ["now", "later"]


async def test_a_hook_that_breaks_after_sending_does_not_send_again(club: Club, errors_expected: list[str]) -> None:
    errors_expected.append("the sent handler of toy.letter")
    await send(club, letter(club, "a", club.alice, payload={"sent_breaks": True}))
    await club.pass_time(hours=1)
    assert said(club, club.alice) == ["a"]
    assert await states(club) == ["sent"]


async def test_a_hook_that_breaks_after_failing_is_called_again(club: Club, errors_expected: list[str]) -> None:
    errors_expected.append("the failure handler of toy.letter 1 failed")
    club.env.inject_error("POST", f"/channels/{club.channel.id}/messages", status=404, code=10003, times=None)
    await send(club, letter(club, "a", payload={"failed_breaks": True}))
    await club.pass_time(minutes=1)
    assert letters.told == [("failed", "a", DeliveryFailure.GONE)] * 3
    assert await states(club) == ["failed"]


async def test_a_database_that_is_busy_delays_and_loses_nothing(club: Club) -> None:
    if sqlite_file(str(club.database.writer.url)) is None:
        return  # PostgreSQL locks rows, and no other transaction holds these
    async with club.database.write() as session:
        await schedule_job(session, [Job("toy.step", "a", club.env.now(), Priority.SAFETY, user_id=club.alice.id)])
    with closing(sqlite3.connect(str(club.database.writer.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await club.wake()
        other.execute("ROLLBACK")
    assert letters.told == []
    await club.pass_time(seconds=5)
    assert said(club, club.alice) == ["step a"]


@pytest.mark.parametrize(("status", "code"), [(404, 10003), (403, 50013), (403, 50001)])
async def test_a_channel_that_is_gone_or_forbidden_fails_and_is_kept(club: Club, status: int, code: int) -> None:
    club.env.inject_error("POST", f"/channels/{club.channel.id}/messages", status=status, code=code, times=None)
    await send(club, letter(club, "a"))
    assert letters.told == [("failed", "a", DeliveryFailure.GONE if status == 404 else DeliveryFailure.FORBIDDEN)]
    assert await states(club) == ["failed"]


# -- cards -------------------------------------------------------------------------------------------------------


async def test_a_card_is_posted_once_and_drawn_again_in_its_place(club: Club) -> None:
    await send(club, card_letter(club))
    letters.card[0] = "second"
    await send(club, card_letter(club), card_letter(club), card_letter(club))
    assert await in_channel(club) == ["second"]
    assert [line[0] for line in letters.told] == ["drawn", "sent", "drawn"]


async def test_a_card_marked_while_it_is_drawn_is_drawn_again(club: Club) -> None:
    async def draw_and_change(client: Any, outgoing: Any) -> Any:
        drawn = await letters.draw_card(client, outgoing)
        if letters.card[0] == "first":
            letters.card[0] = "second"
            async with club.database.write() as session:
                await post(session, [card_letter(club)], club.env.now())
        return drawn

    kinds: dict[str, Kind] = club.env.bot.kinds  # type: ignore[attr-defined]
    kinds["toy.card"] = replace(kinds["toy.card"], draw=draw_and_change)
    await send(club, card_letter(club))
    assert await in_channel(club) == ["second"]
    assert await states(club) == ["sent"]


async def test_a_card_that_was_deleted_fails_and_is_posted_anew_when_marked_again(club: Club) -> None:
    await send(club, card_letter(club))
    (first,) = club.channel.history()
    club.env.backend.delete_message(club.channel.id, first.id)
    await send(club, card_letter(club))
    assert letters.told[-1] == ("failed", "1", DeliveryFailure.GONE)
    assert await in_channel(club) == []
    await send(club, card_letter(club))
    assert await in_channel(club) == ["first"]
