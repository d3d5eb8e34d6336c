"""The database and the messages of an earlier version work with this one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
import pytest_asyncio
from sqlalchemy import Select, select

from bot.app import App
from bot.config import Settings
from bot.delivery.pump import Pump
from bot.domain.messages.stored_kinds import StoredKind
from bot.i18n import catalogue
from bot.worker.worker import Worker
from db.engine import Database
from db.models import Companion, Contact, Delivery, Due, NudgeChoice, Outing, Run, Tie, UnsafeAlarm
from db.upkeep import upgrade
from tests.flows.conftest import text_of
from tests.flows.upgrades.restoring import Part, Restored, Shown, left, others, parts, restored, write_database

SORRY = str(catalogue("en")["errors.unexpected"]).split(",")[0]
OLDER = str(catalogue("en")["errors.press.unknown"])
GONE = {"nudge.digest", "remind"}
"""Kinds whose channel was deleted before: their last message fails."""


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the earlier version; tests use a copy."""
    file = tmp_path_factory.mktemp("before") / "backpedal.db"
    write_database(file)
    return file


@pytest_asyncio.fixture
async def then(written: Path, tmp_path: Path, worker: Worker, courier: Pump) -> AsyncIterator[Restored]:
    """This version, started on a copy of that database, a minute before every kind becomes due."""
    file = tmp_path / "before.db"
    file.write_bytes(written.read_bytes())
    url = f"sqlite+aiosqlite:///{file}"
    await upgrade(url)
    database = Database.open(url)
    async with restored(App(Settings(), database, worker, clock=discord.utils.utcnow, outbox=courier)) as found:
        yield found
    await database.close()


async def test_what_waits_of_every_kind_is_sent_or_settled(then: Restored, caplog: pytest.LogCaptureFixture) -> None:
    async with then.club.database.read() as session:
        waited = {
            row.delivery_id: row.kind for row in await session.scalars(select(Delivery)) if row.state == "waiting"
        }
        planned = {row.due_id: row.kind for row in await session.scalars(select(Due))}
    assert len({*waited.values(), *planned.values()} - NEW) == KINDS
    await then.club.pass_time(minutes=2)
    async with then.club.database.read() as session:
        now = {row.delivery_id: row.state for row in await session.scalars(select(Delivery))}
        late = list(await session.scalars(select(Due).where(Due.fire_at <= then.club.env.now())))
    states: dict[str, set[str]] = {}
    for delivery_id, kind in waited.items():
        states.setdefault(kind, set()).add(now.get(delivery_id, "deleted"))
    unsettled = {kind: found for kind, found in states.items() if not found <= {"sent", "dropped", "closed"}}
    assert unsettled == {kind: {"failed"} for kind in GONE}
    assert sum("sent" in found for found in states.values()) > len(states) // 2
    assert [(row.kind, row.attempts) for row in late] == []
    assert "does not know the kind" not in caplog.text


KINDS = 59
"""Number of kinds of messages and jobs in that version."""
NEW = {StoredKind.BADGE_COUNT}
"""Kinds of later versions that the first start plans."""


def every_part(most: int) -> Iterator[tuple[Shown, Part]]:
    """Yield the buttons and menus of the earlier version, at most `most` of those that differ only in numbers."""
    seen: set[str] = set()
    shapes: Counter[tuple[int, str]] = Counter()
    for message in [*left()["messages"], *others()]:
        for part in parts(message["components"]):
            shape = part["type"], re.sub(r"\d+", "0", part["custom_id"])
            if part["custom_id"] not in seen and shapes[shape] < most:
                seen.add(part["custom_id"])
                shapes[shape] += 1
                yield message, part


def failed(answer: Any) -> bool:
    """Whether there was no answer, an apology, or the message for an unknown button."""
    return not answer.acknowledged or SORRY in text_of(answer) or OLDER in text_of(answer)


async def test_everything_ever_shown_can_be_pressed_by_whom_it_was_shown_to(then: Restored) -> None:
    await then.club.pass_time(minutes=2)
    wrong = []
    for message, part in every_part(3):
        actor = then.reader(message)
        if failed(await then.press(actor, then.seen_by(actor, message, part), part)):
            wrong.append((part["custom_id"], actor.name))
    assert wrong == []


async def test_everything_ever_shown_can_be_pressed_by_a_stranger(then: Restored) -> None:
    await then.club.pass_time(minutes=2)
    before = await then.kept_of_members()
    wrong = [
        part["custom_id"]
        for message, part in every_part(1)
        if failed(await then.press(then.stranger, then.copy(message), part))
    ]
    assert wrong == []
    assert await then.kept_of_members() == before


async def test_old_buttons_have_their_effect(then: Restored) -> None:
    who, club = then.members, then.club

    async def now(statement: Select[Any]) -> Any:
        await club.env.settle()
        async with club.database.read() as session:
            return await session.scalar(statement)

    def place(column: Any, outing_id: int, name: str) -> Select[Any]:
        return select(column).where(Companion.outing_id == outing_id, Companion.user_id == who[name].id)

    assert await now(select(Run.deleted_at).where(Run.run_id == 16)) is None
    await then.press_old("alice", "run:undo:v1:16:1")
    assert await now(select(Run.deleted_at).where(Run.run_id == 16)) is not None

    assert await now(select(Run.spotter_state).where(Run.run_id == 13)) == "asked"
    await then.press_old("bob", "spotter:yes:v1:13")
    assert await now(select(Run.spotter_state).where(Run.run_id == 13)) == "agreed"

    await then.press_old("hugo", "call:join:v1:15:spotter")
    assert await now(place(Companion.presence, 15, "hugo")) == "in"

    assert await now(place(Companion.confirmed_terms, 9, "gina")) is None
    await then.press_old("gina", "call:confirm:v1:9")
    assert await now(place(Companion.confirmed_terms, 9, "gina")) == 1

    assert await now(place(Companion.home_at, 10, "bob")) is None
    await then.press_old("bob", "outing:home:v1:10")
    assert await now(place(Companion.home_at, 10, "bob")) is not None
    await then.press_old("alice", "outing:home:v1:10")
    assert await now(select(Outing.state).where(Outing.outing_id == 10)) == "home"

    assert await now(select(UnsafeAlarm.taken_by_user_id).where(UnsafeAlarm.alarm_id == 2)) is None
    await then.press_old("olga", "alert:onit:v1:11:2")
    assert await now(select(UnsafeAlarm.taken_by_user_id).where(UnsafeAlarm.alarm_id == 2)) == who["olga"].id

    answer = await then.press_old("carl", f"alert:reached:v1:11:{who['ivy'].id}")
    assert "You've reached **ivy**" in text_of(answer)

    await then.press_old("eve", f"contact:accept:v1:{who['gina'].id}")
    accepted = select(Contact.state).where(Contact.user_id == who["gina"].id, Contact.contact_id == who["eve"].id)
    assert await now(accepted) == "accepted"

    await then.press_old("ivy", "nudge:stop:v1:nudge.week")
    assert await now(select(NudgeChoice.wanted).where(NudgeChoice.user_id == who["ivy"].id)) is False

    again = select(Due.due_id).where(Due.kind == "remind.again", Due.user_id == who["dora"].id)
    assert await now(again) is None
    asked = (await then.press_old("dora", "remind:snooze:v1:7:1795251600")).response
    assert asked is not None
    await who["dora"].user.click(asked, custom_id="remind:later:v1:7:1795251600:hour")
    assert await now(again) is not None
    await then.press_old("alice", "remind:done:v1:1:1795266000")

    assert await now(select(Tie.kind).where(Tie.user_id == who["jana"].id)) == "block"
