"""The local server, with a toy bot on the real client: it behaves as Discord does where the bot relies on it."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import pytest

from tests.wire.bots import Toy, running
from tests.wire.faults import Limits, Trouble
from tests.wire.gateway import IDENTIFY, RESUME
from tests.wire.payloads import Person, text_of
from tests.wire.server import LocalDiscord

ADA = Person("Ada")
CALLBACK = r"/interactions/.*/callback"


async def test_a_command_is_answered_and_its_button_opens_a_form_that_changes_it(there: LocalDiscord, toy: Toy) -> None:
    said = await (await there.slash("say", ADA, words="hello", loud=True)).answer()
    assert said.text == "HELLO"
    assert said.message is not None
    form = await (await there.press(said.message, "Ask", ADA)).answer()
    changed = await (await there.submit(form, ADA, word="new")).answer()
    assert text_of(there.messages[said.message["id"]]) == changed.text == "new"


async def test_autocomplete_sends_choices(there: LocalDiscord, toy: Toy) -> None:
    typing = await (await there.type("say", ADA, "words", words="he")).answer()
    assert typing.callback is not None
    assert typing.callback["data"]["choices"] == [{"name": "he!", "value": "he!"}]


async def test_a_command_that_discord_would_not_send_is_not_sent(there: LocalDiscord, toy: Toy) -> None:
    with pytest.raises(LookupError, match="missing"):
        await there.slash("say", ADA)
    with pytest.raises(LookupError, match="no command"):
        await there.slash("whisper", ADA)


async def test_files_go_both_ways_and_followups_take_the_place_of_thinking(there: LocalDiscord, toy: Toy) -> None:
    asked = await there.slash("slow", ADA, file=there.attachment("run.fit", b"12345"))
    await there.until(lambda: asked.text == "edited")
    assert [text_of(message) for message in asked.followups] == ["5 bytes", "and more"]
    assert asked.message is not None
    assert asked.message["flags"] & 64, "the first follow-up is as private as the defer"
    chart = asked.message["attachments"][0]
    assert chart["filename"] == "chart.png"
    async with aiohttp.ClientSession() as http, http.get(chart["url"]) as got:
        assert await got.read() == b"drawn"


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("what", [429, 502])
async def test_a_refused_answer_is_sent_again(there: LocalDiscord, toy: Toy, what: int) -> None:
    there.fail("POST", CALLBACK, what)
    await (await there.slash("say", ADA, words="x")).answer()
    assert [e.status for e in there.log if e.path.endswith("callback")] == [what, 200]


async def test_a_reset_before_accepts_nothing_and_a_reset_after_accepts_it(there: LocalDiscord, toy: Toy) -> None:
    failed: asyncio.Queue[BaseException | None] = asyncio.Queue()

    async def on_error(interaction: discord.Interaction, error: discord.app_commands.AppCommandError) -> None:
        failed.put_nowait(error.__cause__)

    toy.tree.error(on_error)
    there.fail("POST", CALLBACK, Trouble.RESET)
    before = await there.slash("say", ADA, words="x")
    assert isinstance(await failed.get(), OSError)
    assert before.callback is None
    there.fail("POST", CALLBACK, Trouble.LOST)
    after = await (await there.slash("say", ADA, words="y")).answer()
    assert isinstance(await failed.get(), OSError)
    assert after.text == "y"


async def test_what_happens_during_an_outage_arrives_once_after_resume(there: LocalDiscord, toy: Toy) -> None:
    async with there.gateway.outage():
        asked = await there.slash("say", ADA, words="late")
    await asked.answer()
    assert toy.handled == [int(asked.id)]
    assert there.gateway.seen.count(IDENTIFY) == there.gateway.seen.count(RESUME) == 1


async def test_a_session_that_is_gone_is_begun_anew(there: LocalDiscord, toy: Toy) -> None:
    there.gateway.forget()
    await there.gateway.drop()
    await there.gateway.joined()
    assert there.gateway.seen.count(IDENTIFY) == 2
    await (await there.slash("say", ADA, words="again")).answer()


async def test_heartbeats_are_answered(there: LocalDiscord, toy: Toy) -> None:
    assert toy.latency < 5


async def test_fifty_at_once_are_all_answered(there: LocalDiscord, toy: Toy) -> None:
    asked = [await there.slash("say", ADA, words=str(number)) for number in range(50)]
    await asyncio.gather(*(one.answer() for one in asked))
    assert [one.text for one in asked] == [str(number) for number in range(50)]


async def test_a_second_answer_to_one_interaction_is_refused(there: LocalDiscord, toy: Toy) -> None:
    codes: list[int] = []

    async def failed(interaction: discord.Interaction, error: discord.app_commands.AppCommandError) -> None:
        assert isinstance(error.__cause__, discord.HTTPException)
        codes.append(error.__cause__.code)

    toy.tree.error(failed)
    asked = await (await there.slash("say", ADA, words="x")).answer()
    await there.again(asked)
    await there.until(lambda: there.log[-1].status == 400)
    await (await there.slash("say", ADA, words="y")).answer()
    assert codes == [40060]


async def test_a_repeated_nonce_is_one_message_and_a_long_one_is_refused(there: LocalDiscord, toy: Toy) -> None:
    dm = await toy.http.start_private_message(int(ADA.id))
    channel = toy.get_partial_messageable(int(dm["id"]))
    first, second = await channel.send("x", nonce="n" * 25), await channel.send("x", nonce="n" * 25)
    assert first.id == second.id
    assert len(there.messages) == 1
    with pytest.raises(discord.HTTPException, match="25 or fewer"):
        await channel.send("x", nonce="n" * 26)
    there.closed_dms.add(ADA.id)
    with pytest.raises(discord.Forbidden):
        await channel.send("y")


async def test_limits_refuse_the_51st_request_of_a_second_and_the_sixth_message_of_a_channel() -> None:
    limits = Limits(clock=lambda: now)
    now = 0.0
    refused = [limits.check("POST", "/channels/1/messages")[0] is not None for _ in range(6)]
    assert refused == [False] * 5 + [True]
    refused = [limits.check("GET", "/users/@me")[0] is not None for _ in range(46)]
    assert refused == [False] * 45 + [True]
    assert limits.check("POST", "/interactions/1/t/callback")[0] is None
    now = 1.0
    assert limits.check("GET", "/users/@me")[0] is None
    response, headers = limits.check("POST", "/channels/1/messages")
    assert response is not None
    assert headers["X-RateLimit-Remaining"] == "0"


async def test_commands_are_counted_when_synced(there: LocalDiscord, toy: Toy) -> None:
    await toy.close()
    async with running(Toy()):
        assert there.syncs == 2
