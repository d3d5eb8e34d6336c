"""The pump on the real client: effects of network failures, Discord's rate limits and a second process on messages."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import App
from bot.clock import system_clock
from bot.config import Settings
from bot.delivery import pump, sending
from bot.delivery.message_kinds import RenderContext, RenderedMessage
from bot.delivery.priority_semaphore import PLACES
from bot.delivery.rate_limiter import BURST
from bot.domain.messages.priority import Priority
from bot.services.messages import fallbacks
from bot.services.messages.deliveries import Destination, OutboundMessage, post
from bot.worker.worker import Worker
from db.engine import Database
from db.models import Delivery, Guild, User
from tests.wire import letters
from tests.wire.bots import running
from tests.wire.faults import Limits, Trouble
from tests.wire.payloads import Person, component, snowflake
from tests.wire.server import LocalDiscord
from tests.wire.speaking import Speaking, Watched, recorded, say

ADA, BOB = Person("Ada"), Person("Bob")
SENDS = r"/channels/\d+/messages"


@pytest.fixture
async def app(app: App) -> App:
    return replace(app, outbox=Watched())


@pytest.fixture
async def bot(there: LocalDiscord, app: App) -> AsyncIterator[Speaking]:
    there.persons |= {person.id: person for person in (ADA, BOB)}
    async with app.database.write() as session:
        session.add(Guild(guild_id=int(there.clubs[0].id), created_at=system_clock()))
        session.add_all(User(user_id=int(person.id), created_at=system_clock()) for person in (ADA, BOB))
    async with running(Speaking(app)) as bot:
        yield bot


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry without delay: the delays have tests of their own."""
    monkeypatch.setattr(sending, "pause_after", lambda attempts: timedelta())


@pytest.mark.parametrize("what", [429, 500, 503, Trouble.RESET, Trouble.LOST])
async def test_whatever_becomes_of_a_request_the_message_stands_there_once(
    there: LocalDiscord, bot: Speaking, app: App, at_once: None, what: Trouble | int
) -> None:
    there.fail("POST", SENDS, what)
    await say(app, there, "first", "second", to=ADA)
    await recorded(app, 2)
    assert there.said == [("Ada", "first"), ("Ada", "second")]


async def test_an_opening_that_is_reset_is_made_again_and_only_then(
    there: LocalDiscord, bot: Speaking, app: App, at_once: None
) -> None:
    there.fail("POST", "/users/@me/channels", Trouble.LOST)
    await say(app, there, "first", to=ADA)
    await recorded(app, 1)
    await say(app, there, "second", to=ADA)
    await recorded(app, 2)
    assert there.said == [("Ada", "first"), ("Ada", "second")]
    assert sum(entry.path == "/users/@me/channels" for entry in there.log) == 2


async def test_a_refused_direct_message_waits_in_the_channel_for_its_reader(
    there: LocalDiscord, bot: Speaking, app: App
) -> None:
    there.closed_dms.add(ADA.id)
    runs = there.clubs[0].channels["runs"]
    await say(app, there, "secret", to=ADA, channel_id=int(runs))
    await recorded(app, 2)
    assert there.said == [("#runs", f"<@{ADA.id}>, you have a message.")]
    sent = next(entry for entry in there.accepted if entry.path == f"/channels/{runs}/messages")
    assert sent.body["allowed_mentions"] == {"parse": [], "users": [int(ADA.id)]}
    assert sent.body["nonce"] == "2"
    (message,) = there.messages.values()
    opened = await (await there.press(message, "Show", ADA)).answer()
    assert opened.text.startswith("secret\n-# ")
    assert opened.message is not None
    assert opened.message["flags"] & 64
    assert component(opened.message, "toy:help")
    other = await (await there.press(message, "Show", BOB)).answer()
    assert "secret" not in other.text
    assert "someone else" in other.text


async def test_a_message_for_several_that_is_lost_on_its_way_is_sent_again_as_it_was(
    there: LocalDiscord, bot: Speaking, app: App, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallbacks, "GATHER", timedelta(seconds=0.3))
    runs = there.clubs[0].channels["runs"]
    carla = Person("Carla")
    there.persons |= {one.id: one for one in (ADA, BOB, carla)}
    there.closed_dms |= {ADA.id, BOB.id, carla.id}
    held = there.fail("POST", f"/channels/{runs}/messages", Trouble.LOST)
    for person in (ADA, BOB):
        await say(app, there, f"for {person.name}", to=person, channel_id=int(runs), priority=Priority.ASKED)
    await held.hit.wait()
    await say(app, there, "for Carla", to=carla, channel_id=int(runs), priority=Priority.ASKED)
    await recorded(app, 5)
    both = f"<@{ADA.id}> and <@{BOB.id}>, you each have a message."
    assert there.said == [("#runs", both), ("#runs", f"<@{carla.id}>, you have a message.")]
    first, again, _ = (entry for entry in there.log if entry.path.startswith(f"/channels/{runs}/messages"))
    same = ("content", "allowed_mentions", "nonce")
    assert [first.body[part] for part in same] == [again.body[part] for part in same]
    assert again.path.endswith("#repeated")
    assert (again.body["nonce"], again.body["enforce_nonce"]) == ("3", True)


async def test_a_safety_message_overtakes_hundreds_of_nudges_on_their_way(
    there: LocalDiscord, bot: Speaking, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.pump.GRACE_S", 0.1)
    there.limits = Limits()
    now = system_clock()
    nudges = [
        OutboundMessage("toy.letter", f"nudge {number}", Priority.NUDGE, Destination.DM, due_at=now, user_id=number,
               payload={"says": "nudge"})
        for number in range(1000, 1300)
    ]  # fmt: skip
    async with app.database.write() as session:
        await post(session, nudges, now)
    app.outbox.wake()
    await there.until(lambda: there.log[-1].path == "/users/@me/channels")
    before = len(there.accepted)
    await say(app, there, "asked", to=BOB, priority=Priority.ASKED)
    await say(app, there, "safety", to=ADA)
    await there.until(lambda: ("Ada", "safety") in there.said)
    assert len(there.accepted) - before < 25, "the two requests it takes, and what had leave already"
    await there.until(lambda: ("Bob", "asked") in there.said)
    assert len(there.said) < 100, "what was asked for goes before the nudges that are not on their way yet"


async def test_opening_too_fast_is_later_not_closed(
    there: LocalDiscord, bot: Speaking, app: App, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "OPENING_PAUSE", timedelta(seconds=0.05))
    there.fail("POST", "/users/@me/channels", 403, code=40003)
    await say(app, there, "a", to=ADA)
    await recorded(app, 1)
    assert there.said == [("Ada", "a")]


async def test_a_direct_channel_that_discord_forgot_is_opened_anew(
    there: LocalDiscord, bot: Speaking, app: App
) -> None:
    async with app.database.write() as session:
        (await session.get_one(User, int(ADA.id))).dm_channel_id = int(snowflake())
    there.fail("POST", SENDS, 404, code=10003)
    await say(app, there, "a", to=ADA)
    await recorded(app, 1)
    assert there.said == [("Ada", "a")]


async def test_a_card_that_is_lost_on_its_way_is_one_card_and_shows_the_last(
    there: LocalDiscord, bot: Speaking, app: App, at_once: None
) -> None:
    there.fail("POST", SENDS, Trouble.LOST)
    card = {"destination": Destination.CARD, "kind": "toy.card", "occurrence": "1"}
    for text in ("first", "second", "third"):
        now = system_clock()
        letter = OutboundMessage(
            priority=Priority.ASKED, due_at=now, channel_id=int(there.clubs[0].channels["runs"]),
            payload={"says": text}, **card,
        )  # fmt: skip
        async with app.database.write() as session:
            await post(session, [letter], now)
        app.outbox.wake()
    await there.until(lambda: there.said == [("#runs", "third")])
    await recorded(app, 1)


async def test_many_messages_keep_discords_limits_none_lost_none_twice(
    there: LocalDiscord, bot: Speaking, app: App
) -> None:
    there.limits = Limits()
    people = [Person(f"Runner {number}") for number in range(60)]
    there.persons |= {person.id: person for person in people}
    for person in people:
        await say(app, there, f"to {person.name}", to=person)
    await recorded(app, len(people))
    assert Counter(there.said) == Counter((person.name, f"to {person.name}") for person in people)
    assert [entry for entry in there.log if entry.status == 429] == []


async def test_messages_are_made_ready_as_they_leave_and_not_all_at_once(
    there: LocalDiscord, bot: Speaking, app: App
) -> None:
    ahead: list[int] = []

    async def draw(client: Any, outgoing: RenderContext) -> RenderedMessage | None:
        gone = sum(entry.path == "/users/@me/channels" for entry in there.log)  # the first request of each
        ahead.append(len(ahead) + 1 - gone)
        return await letters.draw(client, outgoing)

    bot.kinds["toy.letter"] = replace(bot.kinds["toy.letter"], draw=draw)
    people = [Person(f"Runner {number}") for number in range(20)]
    there.persons |= {person.id: person for person in people}
    now = system_clock()
    async with app.database.write() as session:
        await post(session, [_asked("x", person, now) for person in people], now)
    app.outbox.wake()
    await recorded(app, len(people))
    assert len(ahead) == 20
    assert max(ahead) <= PLACES + BURST, "those that wait, and those on their way"


@pytest.mark.parametrize("when", ["before it is looked for", "while it is"])
async def test_with_all_places_taken_what_is_urgent_goes_once_its_address_is_free(
    there: LocalDiscord, bot: Speaking, app: App, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setattr(pump, "AT_ONCE", 1)
    begun, may_end = {name: asyncio.Event() for name in "AB"}, {name: asyncio.Event() for name in "AB"}
    looked_for, claim = asyncio.Event(), Watched._claim

    async def draw(client: Any, outgoing: RenderContext) -> RenderedMessage | None:
        if (says := outgoing.payload["says"]) in begun:
            begun[says].set()
            await may_end[says].wait()
        return await letters.draw(client, outgoing)

    async def sent(session: AsyncSession, outgoing: RenderContext, *_: Any) -> None:
        if outgoing.payload["says"] == "A" and when == "while it is":
            app.outbox.wake()
            await looked_for.wait()  # the urgent message waits for this transaction

    async def claim_soon(*given: Any) -> Any:
        looked_for.set()  # next it waits for the writer
        return await claim(*given)

    bot.kinds["toy.letter"] = replace(bot.kinds["toy.letter"], draw=draw, sent=sent)
    async with app.database.write() as session:  # so that both are claimed together
        now = system_clock()
        await post(session, [_asked("A", ADA, now), _asked("B", BOB, now)], now)
    app.outbox.wake()
    await asyncio.gather(*(one.wait() for one in begun.values()))
    monkeypatch.setattr(Watched, "_claim", claim_soon)
    async with app.database.write() as session:
        await post(session, [replace(_asked("urgent", ADA, now), priority=Priority.SAFETY)], now)
    if when == "before it is looked for":
        app.outbox.wake()
        await looked_for.wait()
    may_end["A"].set()
    await there.until(lambda: there.said == [("Ada", "A"), ("Ada", "urgent")])
    may_end["B"].set()
    await recorded(app, 3)


def _asked(says: str, to: Person, now: datetime) -> OutboundMessage:
    return OutboundMessage("toy.letter", f"{says} to {to.name}", Priority.ASKED, Destination.DM, due_at=now,
                           user_id=int(to.id), payload={"says": says})  # fmt: skip


async def test_one_channel_gets_many_in_order_at_discords_speed(there: LocalDiscord, bot: Speaking, app: App) -> None:
    there.limits = Limits()
    words = [f"{number}" for number in range(7)]
    await say(app, there, *words)
    await recorded(app, len(words))
    assert there.said == [("#runs", text) for text in words]


async def test_two_processes_on_one_database_send_each_message_once(
    there: LocalDiscord, bot: Speaking, app: App, database_file: Path
) -> None:
    database, worker = Database.open(f"sqlite+aiosqlite:///{database_file}"), Worker()
    assert isinstance(app.outbox, Watched)
    second = App(Settings(), database, worker, system_clock, Watched(app.outbox.turned))
    try:
        async with running(Speaking(second)):
            people = [Person(f"Runner {number}") for number in range(30)]
            there.persons |= {person.id: person for person in people}
            for person in people:
                await say(app, there, f"to {person.name}", to=person)
                second.outbox.wake()
            await recorded(app, len(people))
            assert Counter(there.said) == Counter((person.name, f"to {person.name}") for person in people)
            assert not [entry for entry in there.log if entry.path.endswith("#repeated")], "not even tried twice"
    finally:
        await worker.close()
        await database.close()


async def test_a_clock_set_forward_and_back_while_a_message_is_on_its_way_sends_it_once(
    there: LocalDiscord, app: App, database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_s = 0.0

    class SetNow(datetime):
        """The `datetime` that APScheduler reads the machine's clock from."""

        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return (system_clock() + timedelta(seconds=set_s)).astimezone(tz)

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", SetNow)
    there.persons[ADA.id] = ADA
    database = Database.open(f"sqlite+aiosqlite:///{database_file}")
    first = replace(app, clock=lambda: SetNow.now(UTC))
    second = replace(first, database=database, outbox=Watched(first.outbox.turned))  # type: ignore[attr-defined]
    stuck = there.fail("POST", SENDS, Trouble.MUTE)
    async with running(Speaking(first)), running(Speaking(second)):
        await say(first, there, "once", "after it", to=ADA)
        await stuck.hit.wait()
        set_s = 3600.0  # by this clock the lease has expired, and the other process claims the message
        first.outbox.wake()
        second.outbox.wake()
        await there.until(lambda: there.log[-1].path.endswith("#repeated") or len(there.said) == 2)
        set_s = -3600.0
        stuck.release.set()
        first.outbox.wake()
        second.outbox.wake()
        await recorded(first, 2)
    await database.close()
    assert there.said == [("Ada", "once"), ("Ada", "after it")]


async def test_a_stop_finishes_what_is_on_its_way_and_lets_go_of_the_rest(
    there: LocalDiscord, bot: Speaking, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.pump.GRACE_S", 0.2)
    held = there.fail("POST", SENDS, Trouble.MUTE)
    await say(app, there, "stuck", "after it", to=ADA)
    await held.hit.wait()
    await bot.close()
    async with app.database.read() as session:
        left = [await session.get_one(Delivery, number) for number in (1, 2)]
    assert [one.state for one in left] == ["waiting", "waiting"]
    held.release.set()
    again = replace(app, outbox=Watched())
    async with running(Speaking(again)):
        await recorded(again, 2)
    assert there.said == [("Ada", "stuck"), ("Ada", "after it")]
