"""`make soak ARGS="--only outings"`: simulate whole outings while the bot is killed and its clock is moved.

A life is one outing, from check-in to the end. One or two backward runners and their spotter press Home, Extend, Need
help and I feel unsafe at random, or nothing at all; contacts and organisers answer or do not. Between two steps the bot
(a separate process) is killed by SIGKILL at a random instant and restarted with its clock moved, mostly forward by up
to 40 minutes, sometimes back. After each step, once the bot is idle, these invariants are checked:

* everybody who runs backward without a spotter still out was told so;
* once an outing has ended, everybody alarmed about it was told so, on the same channel and after the last alarm;
* no contact was alarmed before those who were out had been asked, unless somebody asked for help;
* nobody in an outing was sent a message about a quiet alarm.

The messages are those that the server accepted; the bot's tables are used only to map nonces to kinds.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from bot.clock import system_clock
from bot.domain.outings.call_terms import Wanted
from bot.domain.outings.outing_rules import Wish
from bot.domain.runs.runs import Surface
from bot.services.members.people import Seen, meet
from bot.services.outings import outing_signup, partner_calls
from bot.services.outings.partner_calls import CallRequest, Who
from bot.services.outings.waiting_list import Presser
from db.engine import Database
from db.models import Contact, Guild, Member
from db.upkeep import upgrade
from tests.wire.acting import Asked
from tests.wire.faults import Limits
from tests.wire.outing_judge import Judge, Life, rows_of
from tests.wire.payloads import Club, Json, Person
from tests.wire.program import program
from tests.wire.server import LocalDiscord

READY = "ready in 1 clubs"
TOGETHER = 10
"""Outings simulated at a time."""
STEPS = 6
LONGEST_LIFE_S = 1.0
REST_S = 60.0
"""Timeout in seconds for the bot to send everything due."""
BUSY_CHANNEL = timedelta(seconds=20)
"""How long a message may be delayed by the rate limit of its channel; the soak waits for it."""
FURTHEST_FORWARD_MIN, FURTHEST_BACK_MIN = 40, 5
FORM = 9


class Stadium(Club):
    """A club whose organisers have a channel that nobody else can read."""

    def channel(self, name: str) -> Json:
        """Return a channel as the gateway describes it."""
        made = super().channel(name)
        if name == "organisers":
            made["permission_overwrites"] = [{"id": self.id, "type": 0, "allow": "0", "deny": str(1 << 10)}]
        return made


async def outing_soak(lives: int, seed: int) -> bool:
    """Simulate outings, print the results, and return whether all invariants held."""
    chance, started = random.Random(seed), time.monotonic()
    totals: Counter[str] = Counter()
    faults: list[str] = []
    kills = 0
    while lives > 0:
        played = min(lives, TOGETHER)
        lives -= played
        with tempfile.TemporaryDirectory(prefix="backpedal-outings-") as name:
            batch = Batch(Path(name), chance, totals, faults)
            kills += await batch.play(played)
        print(f"{played} outings played, {lives} to come: {dict(totals)}", flush=True)
    took = time.monotonic() - started
    print(f"{kills} kills in {took:.0f} s: {totals['asked']} asked, {totals['sent']} alarms sent, "
          f"{totals['ended']} ends told, {totals['no eyes']} told that they had no eyes, "
          f"{totals['quiet']} quiet alarms sent")  # fmt: skip
    print(f"{totals['unended']} unended alarms, {totals['untold']} states without eyes untold, "
          f"{totals['unasked']} alarmed unasked, {totals['leaked']} quiet alarms leaked, "
          f"{totals['late']} not sent in a minute")  # fmt: skip
    for fault in faults[:20]:
        print(fault)
    return not faults


class Batch:
    """Some outings of one club, simulated concurrently on one database."""

    def __init__(self, folder: Path, chance: random.Random, totals: Counter[str], faults: list[str]) -> None:
        self.folder, self.chance, self.totals, self.faults = folder, chance, totals, faults
        self.file = folder / "soak.db"
        self.config = folder / "config.toml"
        self.config.write_text('[database]\nurl = "sqlite+aiosqlite:///soak.db"\n[data]\ndirectory = "."\n')
        self.ahead = timedelta()

    @property
    def now(self) -> datetime:
        """Return the current instant on the bot's clock."""
        return system_clock() + self.ahead

    async def play(self, played: int) -> int:
        """Simulate the outings to their ends, and return how often the bot was killed."""
        club = Stadium(channels={"runs": "8001", "organisers": "8002"})
        async with LocalDiscord(club) as there:
            there.limits = Limits()
            self.there, self.club = there, club
            await self._prepare(played)
            self.judge = Judge(there, self.file, self.lives, self.totals, self.faults)
            await self._rest(self._press_at_random)  # check in
            kills = 0
            for _ in range(STEPS):
                await self._life(self._press_at_random)
                kills += 1
                await self._rest()
                self._move_clock()
            await self._rest(self._bring_to_an_end)
            await self._rest(self._bring_to_an_end)
            self.judge.count()
        return kills

    # -- simulation ------------------------------------------------------------------------------------------

    async def _prepare(self, played: int) -> None:
        """Insert a club with organisers, members and contacts, and the outings they have agreed on."""
        url = f"sqlite+aiosqlite:///{self.file}"
        await upgrade(url)
        self.organiser = self._person("Olga", organiser=True)
        self.lives: list[Life] = []
        database, numbers, guild_id = Database.open(url), count(1), int(self.club.id)
        await self._meet(database, self.organiser)
        async with database.write() as session:
            await session.execute(
                update(Guild).values(
                    owner_id=int(self.organiser.id), organisers_channel_id=8002, emergency_number="112"
                )
            )
            await session.execute(update(Member).values(organiser=True))
        for number in range(played):
            backward = [self._person(f"Ada{number}{letter}") for letter in "ab"[: self.chance.randint(1, 2)]]
            spotter = self._person(f"Ben{number}")
            for person in (*backward, spotter):
                await self._meet(database, person)
            starts = Wanted(self.now + timedelta(minutes=30), None, 40 * 60_000, None)
            call = CallRequest("Stadium", starts, Wish.BACKWARD, Who.EVERYONE, Surface.ROAD, "by gate 4", 8001)
            first = await self._meet(database, backward[0])
            outing = await partner_calls.call(database, first, call, interaction_id=next(numbers), now=self.now)
            for person, wish in [*((one, Wish.BACKWARD) for one in backward[1:]), (spotter, Wish.SPOTTER)]:
                presser = Presser(int(person.id), guild_id)
                await outing_signup.join(
                    database, presser, outing.outing_id, wish, interaction_id=next(numbers), now=self.now
                )
            contacts = {}
            for person in (*backward, spotter):
                if self.chance.random() < 0.7:
                    contacts[person.id] = self._person(f"Contact of {person.name}")
                    await self._name_contact(database, person, contacts[person.id])
            fate = random.Random(self.chance.random())
            self.lives.append(Life(outing.outing_id, backward, spotter, contacts, fate))
        await database.close()

    def _person(self, name: str, **more: Any) -> Person:
        person = Person(name, **more)
        self.there.persons[person.id] = person
        return person

    async def _meet(self, database: Database, person: Person) -> Any:
        seen = Seen(int(person.id), person.name, "en-GB", int(self.club.id), "Club", "en-GB")
        return await meet(database, seen, self.now)

    async def _name_contact(self, database: Database, person: Person, contact: Person) -> None:
        await self._meet(database, contact)
        async with database.write() as session:
            await session.execute(
                insert(Contact).values(
                    user_id=int(person.id), contact_id=int(contact.id), contact_name=contact.name, position=1,
                    state="accepted", guild_id=int(self.club.id), asked_at=self.now, answered_at=self.now,
                )
            )  # fmt: skip

    async def _press(self, outing_id: int, person: Person, action: str, *more: str) -> Asked:
        """Press a button of an outing, whatever message it is on."""
        custom_id = ":".join([*action.split(":"), "v1", str(outing_id), *more])
        channel = self.there.direct(person.id)
        message = {
            "id": str(9_000_000 + outing_id), "channel_id": channel, "content": "", "flags": 0, "attachments": [],
            "components": [{"type": 1, "components": [{"type": 2, "id": 1, "custom_id": custom_id, "label": "x"}]}],
        }  # fmt: skip
        return await self.there.press({**_MESSAGE, **message}, custom_id, person)

    async def _press_at_random(self) -> None:
        """Let each outing's people press random buttons, one after the other."""
        await asyncio.gather(*(self._one_step(life) for life in self.lives))

    async def _one_step(self, life: Life) -> None:
        outing_id = life.outing_id
        if rows_of(self.file, "SELECT 1 FROM outings WHERE outing_id = ? AND started_at IS NULL", (outing_id,)):
            await self._press(outing_id, life.backward[0], "outing:all")
            return
        for person in life.people:
            await asyncio.sleep(life.fate.uniform(0, 0.3))
            action = life.fate.choices(
                ["", "outing:home", "outing:stillout", "outing:later", "alert:help", "alert:unsafe"],
                [62, 12, 4, 10, 6, 6],
            )[0]
            if action:
                life.pressed.append(f"{person.name} {action}")
                more = ("15",) if action == "outing:later" else ()
                await self._press(outing_id, person, action, *more)

    async def _bring_to_an_end(self) -> None:
        """Let everybody come home, and an organiser resolve every alarm still active."""
        for number, life in enumerate(self.lives):
            organiser = self._person(f"Olga{number}", organiser=True)
            for person in life.people:
                await (await self._press(life.outing_id, person, "outing:home")).answer()
            open_alarms = "SELECT alarm_id FROM unsafe_alarms WHERE outing_id = ? AND closed_at IS NULL"
            alarm_ids = [str(alarm_id) for (alarm_id,) in rows_of(self.file, open_alarms, (life.outing_id,))]
            await self._say_what_happened(life, organiser, "alert:resolve")
            for alarm_id in alarm_ids:
                await self._say_what_happened(life, organiser, "alert:word", alarm_id)

    async def _say_what_happened(self, life: Life, organiser: Person, action: str, *more: str) -> None:
        form = await (await self._press(life.outing_id, organiser, action, *more)).answer()
        if form.callback is not None and form.callback["type"] == FORM:
            await (await self.there.submit(form, organiser, word="looked after")).answer()

    # -- the bot ---------------------------------------------------------------------------------------------

    async def _life(self, act: Any) -> None:
        """Start the bot, act, and kill it at a random instant while it works."""
        with _clock_ahead(self.ahead):
            async with program(self.there.url, self.config) as bot:
                await bot.says(READY)
                acting = asyncio.create_task(act())
                await asyncio.sleep(self.chance.uniform(0, LONGEST_LIFE_S))
                await bot.end(signal.SIGKILL)
                acting.cancel()
                await asyncio.gather(acting, return_exceptions=True)
        self._let_leases_end()

    async def _rest(self, act: Any = None) -> None:
        """Start the bot, act, wait until nothing urgent is due, and check the invariants."""
        with _clock_ahead(self.ahead):
            async with program(self.there.url, self.config) as bot:
                await bot.says(READY)
                if act is not None:
                    await act()
                try:
                    async with asyncio.timeout(REST_S):
                        while rows_of(self.file, _URGENT, (_instant(self.now), _instant(self.now + BUSY_CHANNEL))):
                            await asyncio.sleep(0.05)  # there is no event to wait for in another process's database
                except TimeoutError:
                    still = rows_of(self.file, _WAITING)
                    self.judge.fault(
                        "late", f"urgent and not sent in a minute, at {_instant(self.now)}", (still, bot.lines[-20:])
                    )
                await bot.end(signal.SIGTERM)
        self._let_leases_end()
        self.judge.look()

    def _move_clock(self) -> None:
        if self.chance.random() < 0.15:
            self.ahead -= timedelta(minutes=self.chance.uniform(0, FURTHEST_BACK_MIN))
        else:
            self.ahead += timedelta(minutes=self.chance.uniform(0, FURTHEST_FORWARD_MIN))

    def _let_leases_end(self) -> None:
        """A lease ends minutes later; not at `created_at`, which is to come where the clock was moved back."""
        rows_of(self.file, "UPDATE deliveries SET next_try_at = '2000-01-01 00:00:00' WHERE state = 'leased'")


_MESSAGE: Json = {
    "author": {"id": "1", "username": "Backpedal", "discriminator": "0000", "avatar": None, "bot": True}, "type": 0,
    "tts": False, "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None, "mention_everyone": False,
    "mentions": [], "mention_roles": [], "embeds": [], "pinned": False,
}  # fmt: skip
_URGENT = """
SELECT kind, occurrence FROM due WHERE priority = 0 AND fire_at <= ?1
UNION ALL SELECT kind, occurrence FROM deliveries
WHERE priority = 0 AND (state = 'leased' OR state IN ('waiting', 'open') AND next_try_at <= ?2)
"""

_WAITING = """
SELECT kind, occurrence, 'due', fire_at, attempts FROM due WHERE priority = 0 AND fire_at <= '9'
UNION ALL SELECT kind, occurrence, state, next_try_at, attempts FROM deliveries
WHERE priority = 0 AND state IN ('waiting', 'open', 'leased')
"""


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


@contextmanager
def _clock_ahead(ahead: timedelta) -> Iterator[None]:
    os.environ["CLOCK_AHEAD_S"] = str(ahead.total_seconds())
    try:
        yield
    finally:
        del os.environ["CLOCK_AHEAD_S"]
