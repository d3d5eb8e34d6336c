"""Answers lost by the network: the member sees each once, and the bot knows the message's id."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any

import discord
import pytest
from discord.ext import commands

from bot.client import Backpedal
from bot.interactions.components import card, pressed
from bot.interactions.replies import Interaction, reply
from bot.interactions.responses import respond
from tests.wire.acting import Asked
from tests.wire.bots import Toy
from tests.wire.faults import Trouble
from tests.wire.payloads import EPHEMERAL, Person, text_of
from tests.wire.server import LocalDiscord

ADA, BEN = Person("Ada"), Person("Ben")
CALLBACK = r"/interactions/.*/callback"
ORIGINAL = r"/webhooks/.*/messages/@original"
FOLLOW_UP = r"/webhooks/\d+/[^/]+"
CARD = r"/channels/\d+/messages/\d+"
RUN = {"distance": "5k", "time": "27:30", "direction": "backward", "surface": "track"}
LOST = [
    pytest.param([Trouble.RESET], id="reset before it was taken"),
    pytest.param([Trouble.LOST], id="reset after it was taken"),
    pytest.param([Trouble.CUT], id="hung up after it was taken"),
    pytest.param([Trouble.RESET, Trouble.LOST], id="reset before, then after"),
    pytest.param([500], id="500"),
    pytest.param([Trouble.DENIED], id="taken, though 500 was said"),
]

pytestmark = pytest.mark.usefixtures("hurried")


def fail(there: LocalDiscord, method: str, path: str, troubles: list[Trouble | int]) -> None:
    for trouble in troubles:
        there.fail(method, path, trouble)


def said(asked: Asked) -> str:
    return "\n".join([asked.text, *(text_of(message) for message in asked.followups)])


def unlinked(text: str) -> str:
    """Return a text with its commands by their names, whether or not they are mentions yet."""
    return re.sub(r"<(/[a-z ]+):\d+>|`(/[a-z ]+)`", r"\1\2", text)


async def idle(bot: Backpedal) -> None:
    """Wait until the bot has finished all pending interactions."""
    while bot._in_hand:
        await asyncio.wait(set(bot._in_hand))


@pytest.fixture
def thinking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every answer slow, so that each shows "thinking…" first."""
    monkeypatch.setattr("bot.interactions.replies.PATIENCE_S", 0)


@pytest.fixture
async def finish(bot: Backpedal, caplog: pytest.LogCaptureFixture) -> Any:
    """Close the bot, which finishes pending interactions, and assert that nothing failed."""

    async def finished() -> None:
        await bot.close()
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []

    return finished


async def logged_and_then_edited(there: LocalDiscord, bot: Backpedal, rows: Any) -> Asked:
    """Log a public run and edit it; assert that its one public card shows the edit."""
    asked = await (await there.slash("log", ADA, **RUN)).answer()
    await idle(bot)
    ((run_id,),) = rows("SELECT run_id FROM runs")
    assert asked.message is not None
    assert rows("SELECT message_id FROM cards") == [(int(asked.message["id"]),)]
    edited = await (await there.slash("runs edit", ADA, run=f"#{run_id}", distance="6k")).answer()
    await idle(bot)
    assert "6.00 km" in edited.text
    assert "6.00 km" in text_of(there.messages[asked.message["id"]])
    assert rows("SELECT kind FROM revisions ORDER BY revision") == [("logged",), ("edited",)]
    return asked


@pytest.mark.parametrize("troubles", LOST)
async def test_a_logged_run_has_one_card_that_later_changes_find(
    there: LocalDiscord, bot: Backpedal, finish: Any, rows: Any, troubles: list[Trouble | int]
) -> None:
    fail(there, "POST", CALLBACK, troubles)
    asked = await logged_and_then_edited(there, bot, rows)
    await finish()
    public = [message for message in there.messages.values() if not message["flags"] & EPHEMERAL]
    assert public == [there.messages[asked.message["id"]]]  # type: ignore[index]


async def test_an_answer_taken_before_discord_failed_for_long_is_found(
    there: LocalDiscord, bot: Backpedal, finish: Any, rows: Any
) -> None:
    fail(there, "POST", CALLBACK, [Trouble.DENIED, 500, 500, 500, 500])
    await logged_and_then_edited(there, bot, rows)
    await finish()


async def test_an_answer_is_found_though_its_interaction_has_run_out(
    there: LocalDiscord, bot: Backpedal, finish: Any, rows: Any
) -> None:
    there.fail("POST", CALLBACK, Trouble.LOST)
    there.fail("POST", CALLBACK, 404, code=10062)
    await logged_and_then_edited(there, bot, rows)
    await finish()


async def test_what_came_too_late_is_left(there: LocalDiscord, bot: Backpedal, finish: Any) -> None:
    late = there.fail("POST", CALLBACK, 404, code=10062)
    asked = await there.slash("log", ADA, **RUN)
    await late.hit.wait()
    await finish()
    assert asked.callback is None
    assert [entry.status for entry in there.log if entry.path.endswith("callback")] == [404]


@pytest.mark.usefixtures("thinking")
@pytest.mark.parametrize("troubles", LOST)
async def test_what_takes_the_place_of_thinking_is_one_card(
    there: LocalDiscord, bot: Backpedal, finish: Any, rows: Any, troubles: list[Trouble | int]
) -> None:
    fail(there, "PATCH", ORIGINAL, troubles)
    fail(there, "POST", FOLLOW_UP, troubles)
    await logged_and_then_edited(there, bot, rows)
    await finish()
    assert sum(not message["flags"] & EPHEMERAL for message in there.messages.values()) == 1


@pytest.mark.usefixtures("thinking")
@pytest.mark.parametrize("troubles", [*LOST, pytest.param([Trouble.RESET] * 3, id="never")])
async def test_a_lost_thinking_keeps_no_answer_back(
    there: LocalDiscord, bot: Backpedal, finish: Any, rows: Any, troubles: list[Trouble | int]
) -> None:
    fail(there, "POST", CALLBACK, troubles)
    await logged_and_then_edited(there, bot, rows)
    await finish()


@pytest.mark.parametrize("troubles", LOST)
async def test_a_form_opens_once_and_can_be_sent(
    there: LocalDiscord, bot: Backpedal, rows: Any, finish: Any, troubles: list[Trouble | int]
) -> None:
    logged = await (await there.slash("log", ADA, **RUN)).answer()
    assert logged.message is not None
    fail(there, "POST", CALLBACK, troubles)
    form = await (await there.press(logged.message, "Edit", ADA)).answer()
    changed = await (await there.submit(form, ADA, distance="6k")).answer()
    await finish()
    assert form.followups == []
    assert not [entry for entry in there.log if entry.path.endswith("@original")], "a form is no message"
    assert "6.00 km" in changed.text
    assert rows("SELECT distance_m FROM runs") == [(6000,)]


@pytest.mark.parametrize("troubles", LOST)
async def test_a_press_changes_its_message_and_is_told_once(
    there: LocalDiscord, finish: Any, rows: Any, troubles: list[Trouble | int]
) -> None:
    logged = await (await there.slash("log", ADA, **RUN)).answer()
    assert logged.message is not None
    fail(there, "POST", CALLBACK, troubles)
    undo = await (await there.press(logged.message, "Undo", ADA)).answer()
    await finish()
    assert "Ada took a run back." in text_of(there.messages[logged.message["id"]])
    assert [unlinked(text_of(told)) for told in undo.followups] == ["Undone. ↩️ The run is gone; /log logs it again."]


@pytest.mark.usefixtures("thinking")
@pytest.mark.parametrize("troubles", LOST)
async def test_a_slow_press_changes_its_message(
    there: LocalDiscord, finish: Any, troubles: list[Trouble | int]
) -> None:
    shown = await there.slash("leaderboard", ADA)
    await there.until(lambda: "week" in shown.text.lower())
    assert shown.message is not None
    fail(there, "POST", CALLBACK, troubles)
    fail(there, "PATCH", ORIGINAL, troubles)
    pressed = await (await there.press(shown.message, "board:metric", ADA, values=["days_backward"])).answer()
    await finish()
    assert pressed.followups == []
    assert text_of(there.messages[shown.message["id"]]) != text_of(shown.message)


@pytest.mark.parametrize("troubles", LOST)
async def test_files_arrive_whole(there: LocalDiscord, finish: Any, troubles: list[Trouble | int]) -> None:
    await (await there.slash("log", ADA, **RUN)).answer()
    fail(there, "POST", CALLBACK, troubles)
    asked = await (await there.slash("runs export", ADA)).answer()
    await finish()
    assert asked.message is not None
    assert asked.followups == []
    sizes = {file["filename"].rpartition(".")[2]: file["size"] for file in asked.message["attachments"]}
    assert set(sizes) == {"csv", "json"}
    assert min(sizes.values()) > 100


@pytest.mark.usefixtures("thinking")
async def test_files_that_were_slow_arrive_whole(there: LocalDiscord, finish: Any) -> None:
    fail(there, "PATCH", ORIGINAL, [Trouble.RESET, 500])
    asked = await there.slash("privacy export", ADA)
    await there.until(lambda: asked.message and asked.message["attachments"])
    await finish()
    assert asked.message is not None
    assert all(file["size"] for file in asked.message["attachments"])


@pytest.mark.usefixtures("thinking")
async def test_an_answer_arrives_though_its_placeholder_was_taken_away(
    there: LocalDiscord, bot: Backpedal, finish: Any, rows: Any
) -> None:
    held = there.fail("PATCH", ORIGINAL, Trouble.HOLD)
    asked = await there.slash("log", ADA, **RUN)
    await held.hit.wait()
    assert asked.message is not None
    del there.messages[asked.message["id"]]
    asked.message = None
    held.release.set()
    await idle(bot)
    await finish()
    assert "5.00 km" in text_of(asked.followups[0])
    assert rows("SELECT message_id FROM cards") == [(int(asked.followups[0]["id"]),)]


@pytest.mark.usefixtures("thinking")
async def test_a_failure_is_private_though_the_thinking_was_public(there: LocalDiscord, bot: Backpedal) -> None:
    fail(there, "PATCH", ORIGINAL, [500] * 5)
    asked = await (await there.slash("log", ADA, **RUN)).answer()
    await idle(bot)
    assert "check /runs list" in unlinked(said(asked))
    assert {message["id"]: message["flags"] & EPHEMERAL for message in there.messages.values()} == {
        asked.followups[0]["id"]: EPHEMERAL
    }


async def test_a_word_beside_the_answer_is_said_again_where_only_one_reads_it(
    there: LocalDiscord, bot: Backpedal, finish: Any
) -> None:
    logged = await (await there.slash("log", ADA, **RUN)).answer()
    await idle(bot)
    assert logged.message is not None
    fail(there, "POST", FOLLOW_UP, [Trouble.RESET])
    undo = await (await there.press(logged.message, "Undo", ADA)).answer()
    await finish()
    assert [unlinked(text_of(told)) for told in undo.followups] == ["Undone. ↩️ The run is gone; /log logs it again."]


async def test_a_message_beside_the_answer_that_all_read_is_not_said_twice(there: LocalDiscord, toy: Toy) -> None:
    heard: asyncio.Queue[discord.Interaction] = asyncio.Queue()

    async def on_interaction(interaction: discord.Interaction) -> None:
        heard.put_nowait(interaction)

    toy.add_listener(on_interaction)
    asked = await (await there.slash("say", ADA, words="x")).answer()
    interaction = await heard.get()
    interaction.extras["answered"] = True  # the server has accepted it; the client may not have read that yet
    there.fail("POST", FOLLOW_UP, Trouble.LOST)
    with pytest.raises(OSError, match="reset"):
        await respond(interaction, private=False, content="y")
    assert [text_of(message) for message in asked.followups] == ["y"]


async def test_what_could_not_be_answered_is_not_said_to_be_undone(
    there: LocalDiscord, bot: Backpedal, rows: Any
) -> None:
    for person, words in (
        (ADA, "check /runs list before you try again"),
        (Person("Jo", locale="de"), "Sieh in /runs list nach, bevor du es noch einmal versuchst"),
    ):
        there.fail("POST", CALLBACK, Trouble.RESET, times=3)
        asked = await (await there.slash("log", person, **RUN)).answer()
        assert words in unlinked(asked.text)
        assert asked.message is not None
        assert asked.message["flags"] & EPHEMERAL
    assert rows("SELECT count(*) FROM runs") == [(2,)]


@pytest.mark.parametrize("trouble", [Trouble.RESET, 500])
async def test_when_nothing_gets_through_the_bot_lives_on(
    there: LocalDiscord, bot: Backpedal, rows: Any, trouble: Trouble | int, caplog: pytest.LogCaptureFixture
) -> None:
    gone = there.fail("POST", CALLBACK, trouble, times=1000)
    asked = await there.slash("log", ADA, **RUN)
    await gone.hit.wait()
    await idle(bot)
    assert "could not answer" in caplog.text
    assert asked.callback is None
    there.mend(gone)
    other = await (await there.slash("log", ADA, **RUN)).answer()
    assert "5.00 km" in other.text


class Faulty(commands.Cog):
    """A cog with a button that answers, and then fails."""

    @pressed("toy", "faulty")
    async def answer_and_fail(self, interaction: Interaction) -> None:
        await reply(interaction, card("It is written down."), private=True)
        raise RuntimeError("what follows the answer")


async def test_what_fails_after_the_answer_does_not_deny_it(there: LocalDiscord, bot: Backpedal, rows: Any) -> None:
    await bot.add_cog(Faulty())
    shown = await (await there.slash("log", ADA, **RUN)).answer()
    assert shown.message is not None
    buttons = [{"type": 2, "id": 1, "label": "Faulty", "custom_id": "toy:faulty:v1"}]
    asked = await there.press({**shown.message, "components": [{"type": 1, "components": buttons}]}, "Faulty", ADA)
    await asked.answer()
    await idle(bot)
    assert "It is written down." in asked.text
    assert "My answer stands" in said(asked)
    assert "couldn't finish" not in said(asked)


@pytest.mark.parametrize("troubles", LOST)
async def test_a_card_is_drawn_again_though_the_wire_fails(
    there: LocalDiscord, bot: Backpedal, finish: Any, rows: Any, troubles: list[Trouble | int]
) -> None:
    fail(there, "PATCH", CARD, troubles)
    await logged_and_then_edited(there, bot, rows)
    await finish()


async def test_a_card_that_cannot_be_drawn_leaves_the_others_to_be(
    there: LocalDiscord, bot: Backpedal, rows: Any
) -> None:
    first = await (await there.slash("log", ADA, **RUN)).answer()
    ((run_id,),) = rows("SELECT run_id FROM runs")
    assert first.message is not None
    panel = await (await there.press(first.message, "Share", ADA)).answer()
    assert panel.message is not None
    second = await (await there.press(panel.message, "run:post", ADA)).answer()
    await idle(bot)
    there.fail("PATCH", CARD, Trouble.RESET, times=3)
    await (await there.slash("runs edit", ADA, run=f"#{run_id}", distance="6k")).answer()
    await idle(bot)
    cards = [there.messages[asked.message["id"]] for asked in (first, second) if asked.message]
    assert sorted("6.00 km" in text_of(card) for card in cards) == [False, True]


async def test_erasing_takes_every_card_down_though_the_wire_fails(
    there: LocalDiscord, bot: Backpedal, finish: Any, rows: Any
) -> None:
    shown = [await (await there.slash("log", ADA, **RUN)).answer() for _ in range(2)]
    await idle(bot)
    assert len(rows("SELECT 1 FROM cards")) == 2
    offered = await (await there.slash("privacy erase", ADA)).answer()
    assert offered.message is not None
    form = await (await there.press(offered.message, "privacy:ask", ADA)).answer()
    there.fail("DELETE", CARD, Trouble.RESET, times=2)
    there.fail("DELETE", CARD, Trouble.LOST)
    await (await there.submit(form, ADA, word="erase")).answer()
    await finish()
    assert not {asked.message["id"] for asked in shown if asked.message} & set(there.messages)


async def test_of_two_deliveries_the_one_that_is_refused_says_nothing_more(
    there: LocalDiscord, finish: Any, rows: Any
) -> None:
    asked = await there.slash("log", ADA, **{**RUN, "surface": "road"})
    await there.again(asked)
    await there.until(lambda: any(entry.status == 400 for entry in there.log))
    await finish()
    assert len(rows("SELECT 1 FROM cards")) == 1
    told = [text_of(message) for message in asked.followups]
    assert len([words for words in told if "The one rule" in words]) == 1
    assert len(rows("SELECT 1 FROM runs")) == 1
