"""The bot on the real client: effects of network failures, and the resulting state of the database."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from discord.http import Ratelimit

from bot.app import App
from bot.client import TIDY_S, Backpedal
from cogs import EXTENSIONS
from tests.wire.bots import running
from tests.wire.faults import Trouble
from tests.wire.gateway import RESUME
from tests.wire.payloads import Person, text_of
from tests.wire.server import LocalDiscord

ADA = Person("Ada")
CALLBACK = r"/interactions/.*/callback"
RUN = {"distance": "5k", "time": "27:30", "direction": "backward", "surface": "track"}


async def test_a_logged_run_is_answered_and_kept(there: LocalDiscord, bot: Backpedal, rows: Any) -> None:
    asked = await (await there.slash("log", ADA, **RUN)).answer()
    assert "5.00 km" in asked.text
    assert rows("SELECT interaction_id, distance_m, duration_ms FROM runs") == [(int(asked.id), 5000, 1_650_000)]


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("what", [429, 500])
async def test_whatever_becomes_of_the_answer_the_run_exists_once_and_its_card_is_shown(
    there: LocalDiscord, bot: Backpedal, rows: Any, what: Trouble | int
) -> None:
    there.fail("POST", CALLBACK, what)
    asked = await (await there.slash("log", ADA, **RUN)).answer()
    await bot.close()  # finishes pending interactions
    assert "5.00 km" in asked.text
    assert asked.message is not None
    assert rows("SELECT message_id FROM cards") == [(int(asked.message["id"]),)], "later changes find the card"
    assert rows("SELECT count(*) FROM runs") == rows("SELECT count(*) FROM revisions") == [(1,)]


async def test_an_interaction_delivered_twice_makes_one_run(there: LocalDiscord, bot: Backpedal, rows: Any) -> None:
    asked = await there.slash("log", ADA, **RUN)
    await there.again(asked)
    await there.until(lambda: any(entry.status == 400 for entry in there.log))  # 40060: already answered
    other = await (await there.slash("log", ADA, **RUN)).answer()
    await there.again(asked)
    await there.until(lambda: sum(entry.status == 400 for entry in there.log) == 2)
    assert {id for (id,) in rows("SELECT interaction_id FROM runs")} == {int(asked.id), int(other.id)}
    assert rows("SELECT distance_m FROM standings WHERE direction = 'all' AND period = 'all'") == [(10_000,)]


async def test_a_command_given_while_the_gateway_was_down_is_handled_once(
    there: LocalDiscord, bot: Backpedal, rows: Any
) -> None:
    async with there.gateway.outage():
        asked = await there.slash("log", ADA, **RUN)
    await asked.answer()
    assert RESUME in there.gateway.seen
    assert rows("SELECT count(*) FROM runs") == [(1,)]


async def test_of_two_clicks_at_once_on_undo_one_wins_and_the_other_is_told(
    there: LocalDiscord, bot: Backpedal, rows: Any
) -> None:
    logged = await (await there.slash("log", ADA, **RUN)).answer()
    assert logged.message is not None
    clicks = [await there.press(logged.message, "Undo", ADA) for _ in range(2)]
    await asyncio.gather(*(click.answer() for click in clicks))
    await there.until(lambda: any("already" in _everything(click) for click in clicks))
    assert sum("already" in _everything(click) for click in clicks) == 1
    assert rows("SELECT kind FROM revisions ORDER BY revision") == [("logged",), ("undone",)]
    assert rows("SELECT count(*) FROM standings") == [(0,)]


def _everything(asked: Any) -> str:
    return "\n".join([asked.text, *(text_of(message) for message in asked.followups)])


@pytest.mark.usefixtures("patient")
async def test_fifty_members_log_at_once(there: LocalDiscord, bot: Backpedal, rows: Any) -> None:
    members = [Person(f"Runner {number}") for number in range(50)]
    asked = [await there.slash("log", person, **RUN) for person in members]
    await there.until(lambda: all(one.answered.is_set() and not one.thinking for one in asked), timeout_s=60)
    answers = [_everything(one) for one in asked]  # on a busy machine the card follows "thinking…"
    assert [answer for answer in answers if "5.00 km" not in answer] == []
    assert rows("SELECT count(*), sum(distance_m) FROM standings WHERE direction = 'all' AND period = 'week'") == [
        (50, 250_000)
    ]


async def test_the_first_answer_is_in_the_language_of_the_member_s_discord(there: LocalDiscord, bot: Backpedal) -> None:
    german = await (await there.slash("help", Person("Jürgen", locale="de"))).answer()
    danish = await (await there.slash("help", Person("Søren", locale="da"))).answer()
    assert " du " in german.text
    assert " you " in danish.text, "a language we do not speak: English"


async def test_commands_are_sent_once_and_again_only_when_they_changed(there: LocalDiscord, app: App) -> None:
    for _ in range(2):
        async with running(Backpedal(app, app.outbox, EXTENSIONS)):
            assert there.syncs == 1
    names = {command["name"] for command in there.commands}
    assert {"log", "runs", "leaderboard"} <= names
    changed = Backpedal(app, app.outbox, EXTENSIONS)
    load = changed.load_everything

    async def load_less() -> None:
        await load()
        changed.tree.remove_command("log")

    changed.load_everything = load_less  # type: ignore[method-assign]
    async with running(changed):
        assert there.syncs == 2
    assert {command["name"] for command in there.commands} == names - {"log"}


async def test_an_imported_file_comes_from_discord_s_cdn(there: LocalDiscord, bot: Backpedal, rows: Any) -> None:
    points = "".join(
        f'<trkpt lat="52.{number:04}" lon="13.4"><time>2025-06-01T06:{number // 6:02}:{number % 6}0Z</time></trkpt>'
        for number in range(60)
    )
    gpx = f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk></gpx>'
    asked = await there.slash("runs import", ADA, file=there.attachment("morning.gpx", gpx.encode()))
    await asked.answer()
    await there.until(lambda: asked.message and "morning.gpx" in _everything(asked))
    assert rows("SELECT source, counted FROM runs") == [("gpx", 0)]


async def test_thousands_of_channels_do_not_make_each_request_slower_and_are_forgotten(
    bot: Backpedal, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, old = 0, False

    def is_inactive(_limit: Ratelimit) -> bool:
        nonlocal looked
        looked += 1
        return old

    monkeypatch.setattr(Ratelimit, "is_inactive", is_inactive)
    for number in range(1000):
        bot.http.get_ratelimit(f"channel {number}")
    assert looked <= 1000, "once at most"
    old = True
    monkeypatch.setattr("bot.client.time", SimpleNamespace(monotonic=lambda: time.monotonic() + TIDY_S))
    bot.http.get_ratelimit("one more")
    assert len(bot.http._buckets) < 256


async def test_closing_while_discord_still_tells_of_the_clubs_leaves_nothing_behind(
    there: LocalDiscord, app: App
) -> None:
    async with running(Backpedal(app, app.outbox, EXTENSIONS)) as bot:
        bot._connection.guild_ready_timeout = 0.2
        again = bot.wait_for("connect", timeout=10)
        there.gateway.forget()
        await there.gateway.drop()
        await again
        getting_ready = bot._connection._ready_task
        assert getting_ready is not None
    await getting_ready  # raises what discord.py would only log: the client has no event loop any more
