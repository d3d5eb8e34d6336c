"""Need help during failures: a locked database, a full disk, a missing database, and a flood."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.client import Backpedal
from cogs.safety import emergency
from tests.wire.locking import locked
from tests.wire.outside import OWNER, answer_of, go_out, help_button, letter_to, told
from tests.wire.payloads import Json, Person, text_of
from tests.wire.server import LocalDiscord

ADA, BEN, MALLORY = Person("Ada"), Person("Ben"), Person("Mallory")


@pytest.fixture(autouse=True)
def written_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delay writing unsaved alarms until after the test."""
    monkeypatch.setattr(emergency, "WRITE_AGAIN_S", 3600.0)


async def test_a_lock_held_for_a_while_delays_help_and_does_not_refuse_it(
    there: LocalDiscord, bot: Backpedal, database_file: Path, rows: Any
) -> None:
    menu = await help_button(there, await go_out(there, ADA, BEN), ADA)
    async with locked(database_file):
        asked = await there.press(menu, "alert:help", ADA)
        await asyncio.sleep(2)  # longer than one try waits
    assert "I've raised the alarm" in await told(there, asked)
    assert rows("SELECT count(*) FROM outings WHERE help_at IS NOT NULL") == [(1,)]
    await there.until(lambda: letter_to(there, OWNER, "Ada asks for help"))


@pytest.mark.parametrize(("wanted", "said"), [("outing:home", "Welcome home"), ("outing:later", "Take your time")])
async def test_a_lock_held_for_a_while_delays_what_who_is_out_presses(
    there: LocalDiscord, bot: Backpedal, database_file: Path, wanted: str, said: str
) -> None:
    letter = await go_out(there, ADA, BEN)
    if wanted == "outing:later":
        offered = await there.press(letter, "outing:extend", ADA)
        await told(there, offered)
        letter = answer_of(offered) or {}
    async with locked(database_file):
        asked = await there.press(letter, wanted, ADA)
        await asyncio.sleep(2)  # longer than one try waits
    await asked.answer()
    await there.until(lambda: said in text_of(answer_of(asked) or asked.source or {}))


async def test_with_the_database_locked_the_owner_is_told_past_it(
    there: LocalDiscord, bot: Backpedal, database_file: Path, rows: Any, caplog: pytest.LogCaptureFixture
) -> None:
    menu = await help_button(there, await go_out(there, ADA, BEN), ADA)
    async with locked(database_file):
        asked = await there.press(menu, "alert:help", ADA)
        words = await told(there, asked, 30)
        letter = letter_to(there, OWNER, "Ada asks for help")
        assert letter is not None
        assert "Stadium" in letter["content"]
        assert "My storage is failing" in letter["content"]
        # Pressed again: the answer is the same, and the owner gets no second message.
        again = await told(there, await there.press(menu, "alert:help", ADA), 30)
    assert "The organisers have my message" in words == again
    assert "your local emergency number" in words
    assert sum("Ada asks for help" in content for _, content in there.said) == 1
    assert [r.levelname for r in caplog.records if "bypasses the database" in r.message] == ["ERROR"]
    assert rows("SELECT count(*) FROM outings WHERE help_at IS NOT NULL") == [(0,)]


async def test_what_went_past_the_database_is_written_down_once_that_works(
    there: LocalDiscord, bot: Backpedal, database_file: Path, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emergency, "WRITE_AGAIN_S", 0.1)
    menu = await help_button(there, await go_out(there, ADA, BEN), ADA)
    async with locked(database_file):
        await told(there, await there.press(menu, "alert:help", ADA), 30)
    await there.until(lambda: sum("Ada asks for help" in content for _, content in there.said) == 2)
    assert rows("SELECT count(*) FROM outings WHERE help_at IS NOT NULL") == [(1,)]
    newest = letter_to(there, OWNER, "Ada asks for help") or {}
    assert "My storage is failing" not in newest["content"]
    await (await there.press(newest, "Resolved", OWNER)).answer()


async def test_where_the_database_is_gone_what_is_remembered_is_told(
    there: LocalDiscord, bot: Backpedal, app: App, database_file: Path
) -> None:
    menu = await help_button(there, await go_out(there, ADA, BEN), ADA)
    await gone(app, database_file)
    words = await told(there, await there.press(menu, "alert:help", ADA), 30)
    assert "The organisers have my message" in words
    letter = letter_to(there, OWNER, "Ada asks for help") or {}
    assert "Stadium" in letter["content"]
    assert "out with Ben" in letter["content"]
    stranger = await told(there, await there.press(menu, "alert:help", Person("Mallory")), 30)
    assert "alarm" not in stranger
    assert sum("asks for help" in content for _, content in there.said) == 1


async def test_after_a_restart_without_a_database_the_pressed_message_is_told(
    there: LocalDiscord, bot: Backpedal, app: App, database_file: Path
) -> None:
    letter = await go_out(there, ADA, BEN)
    app.lifelines._known.clear()
    await gone(app, database_file)
    words = await told(there, await there.press(with_help(letter), "alert:help", ADA), 30)
    assert "The organisers have my message" in words
    told_owner = letter_to(there, OWNER, "Ada asks for help") or {}
    assert "You're out with Ben" in told_owner["content"].replace("*", "")


async def test_where_nobody_can_be_reached_that_is_said(
    there: LocalDiscord, bot: Backpedal, database_file: Path
) -> None:
    menu = await help_button(there, await go_out(there, ADA, BEN), ADA)
    there.closed_dms.add(OWNER.id)
    async with locked(database_file):
        words = await told(there, await there.press(menu, "alert:help", ADA), 30)
    assert "I couldn't reach anyone" in words
    assert "your local emergency number" in words


async def test_one_member_s_flood_keeps_nobody_from_help(there: LocalDiscord, bot: Backpedal, rows: Any) -> None:
    pairs = [(Person(f"Runner {number}"), Person(f"Eyes {number}")) for number in range(7)]
    menus = []
    for number, (runner, spotter) in enumerate(pairs):
        letter = await go_out(there, runner, spotter, f"Track {number}")
        menus += [(await help_button(there, letter, runner), runner)]
        menus += [(await help_button(there, letter_to(there, spotter, "You're out with") or {}, spotter), spotter)]
    flooding = asyncio.create_task(flood(there, 200, 4))
    await asyncio.sleep(1.5)
    presses = []
    for menu, person in menus:
        presses.append(await there.press(menu, "alert:help", person))
        await asyncio.sleep(0.1)
    said = await asyncio.gather(*(told(there, asked, 60) for asked in presses))
    assert {"I've raised the alarm" in words for words in said} == {True}, set(said)
    assert rows("SELECT count(*) FROM outings WHERE help_at IS NOT NULL") == [(7,)]
    flooding.cancel()
    await asyncio.gather(flooding, return_exceptions=True)


async def flood(there: LocalDiscord, per_second: int, seconds: int) -> None:
    """Let one member log runs at a rate, without waiting for answers."""
    for _ in range(per_second * seconds):
        await there.slash("log", MALLORY, distance="5k", time="27:30", direction="backward", surface="track")
        await asyncio.sleep(1 / per_second)


async def gone(app: App, file: Path) -> None:
    """Make the database impossible to open."""
    await app.database.close()
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink()
    file.mkdir()
    await app.database.close()  # connections opened in between


def with_help(letter: Json) -> Json:
    """Return the message with the button that is otherwise behind More."""
    button = {"type": 2, "style": 4, "label": "Need help", "custom_id": "alert:help:v1:1", "id": 99}
    return letter | {"components": [*letter["components"], {"type": 1, "id": 98, "components": [button]}]}


async def test_a_quiet_alarm_goes_past_a_locked_database_and_looks_as_it_always_does(
    there: LocalDiscord, bot: Backpedal, database_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    letter = await go_out(there, ADA, BEN)
    asking = await there.press(letter, "outing:extend", ADA)
    await told(there, asking)
    menu = await help_button(there, letter, ADA)
    async with locked(database_file):
        words = await told(there, await there.press(menu, "alert:unsafe", ADA), 30)
    assert letter_to(there, OWNER, "Ada feels unsafe")
    assert not [r for r in caplog.records if r.levelname == "ERROR" and r.name.startswith(("bot", "cogs"))], (
        "the operator"
    )
    assert "memory" not in words
    assert "busy" not in words
    assert not [content for who, content in there.said if who == "Ben" and "feels unsafe" in content]


async def test_a_quiet_alarm_that_reaches_nobody_says_so(
    there: LocalDiscord, bot: Backpedal, database_file: Path
) -> None:
    menu = await help_button(there, await go_out(there, ADA, BEN), ADA)
    there.closed_dms.add(OWNER.id)
    async with locked(database_file):
        words = await told(there, await there.press(menu, "alert:unsafe", ADA), 30)
    assert "Please look after yourself" in words


async def test_a_quiet_alarm_of_which_nothing_was_known_goes_out_once_the_database_works(
    there: LocalDiscord, bot: Backpedal, app: App, database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emergency, "WRITE_AGAIN_S", 0.1)
    monkeypatch.setattr(emergency, "LEARN_S", 0.0)  # no time to load anything from the database
    menu = await help_button(there, await go_out(there, ADA, BEN), ADA)
    app.lifelines._known.clear()
    async with locked(database_file):
        words = await told(there, await there.press(menu, "alert:unsafe", ADA), 30)
    assert "Please look after yourself" in words
    await there.until(lambda: bool(letter_to(there, OWNER, "Ada feels unsafe")))


@pytest.mark.parametrize("minutes", [20, 60])
async def test_who_is_overdue_while_the_database_fails_is_told_to_the_organisers(
    there: LocalDiscord, bot: Backpedal, database_file: Path, minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emergency, "TROUBLE_S", 0.0)
    await go_out(there, ADA, BEN)
    back = f"{datetime.now(UTC) - timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S.%f}"
    await asyncio.to_thread(_set_return, database_file, back)  # on the event loop it would wait for the bot's own write
    looked = bot.wait_for("database_trouble", timeout=30)
    async with locked(database_file):
        with closing(sqlite3.connect(database_file)) as reading:
            assert reading.execute("SELECT state FROM outings").fetchone() == ("under_way",)
        bot.dispatch("database_trouble")
        await looked
        bot.dispatch("database_trouble")  # one message per outing, however often this is dispatched
        if minutes == 60:
            await there.until(lambda: letter_to(there, OWNER, "Overdue"))
    alarms = [content for _, content in there.said if "My storage is failing" in content]
    assert len(alarms) == (minutes == 60)
    assert all("Ada" in alarm and "Ben" in alarm and "Stadium" in alarm for alarm in alarms)


async def test_past_the_database_a_partner_who_is_the_contact_too_is_not_told_as_one(
    there: LocalDiscord, bot: Backpedal, database_file: Path
) -> None:
    menu = await help_button(there, await go_out(there, ADA, BEN), ADA)
    await asyncio.to_thread(_add_contact, database_file)  # on the event loop it would wait for the bot's own write
    async with locked(database_file):
        words = await told(there, await there.press(menu, "alert:help", ADA), 30)
    assert "The organisers have my message" in words
    assert letter_to(there, BEN, "asked for help") is None


def _set_return(database_file: Path, back: str) -> None:
    with closing(sqlite3.connect(database_file, timeout=30)) as other, other:
        other.execute("UPDATE outings SET due_back_at = ?", (back,))


def _add_contact(database_file: Path) -> None:
    with closing(sqlite3.connect(database_file, timeout=30)) as other, other:
        other.execute(
            "INSERT INTO contacts (user_id, contact_id, contact_name, position, state, asked_at)"
            " VALUES (?, ?, 'Ben', 1, 'accepted', '2026-01-01 00:00:00')",
            (ADA.id, BEN.id),
        )
