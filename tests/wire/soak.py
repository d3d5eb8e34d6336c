"""`python -m tests.wire.soak`: kill the bot repeatedly, and count the messages that Discord accepted.

Some runners have a numbered series that becomes due each second; others have one reminder each; yet others have closed
direct messages, so that their messages are announced in the channel, often several in one notice. The bot (a separate
process) is killed by SIGKILL at random instants. A number or person that the server never accepted is lost; one
accepted as two messages is a duplicate. The bot's tables are not used for that. Leases of a killed process are moved a
minute back in the database instead of waiting for them to expire.

A second part simulates outings while the bot is killed (`outing_soak.py`); a third measures the bot's memory while
members use it (`tests/benchmarks/growth.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.clock import system_clock
from bot.domain.messages.priority import Priority
from bot.domain.when.schedule import In, to_json
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.reminders.reminder_firing import plan_of
from db.engine import Database
from db.models import Guild, Reminder, User
from db.upkeep import upgrade
from tests.benchmarks.growth import growth
from tests.wire import letters
from tests.wire.faults import Limits
from tests.wire.outing_soak import outing_soak
from tests.wire.payloads import Person
from tests.wire.program import program
from tests.wire.server import LocalDiscord

READY = "ready in 1 clubs"
RUNNERS = 10
EVERY_S = 1
ASKED_A_LIFE, REFUSED_A_LIFE = 3, 2
LONGEST_LIFE_S = 2.0
FIRST_RUNNER, FIRST_ASKED, FIRST_REFUSED = 1_000_001, 2_000_001, 3_000_001
PATIENCE_S = 60.0
"""Timeout in seconds for the last process to send what is left."""


async def soak(kills: int, seed: int) -> bool:
    """Kill the bot `kills` times, print the results, and return whether nothing was lost or sent twice."""
    chance, started = random.Random(seed), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="backpedal-soak-") as name:
        folder = Path(name)
        config = folder / "config.toml"
        config.write_text('[database]\nurl = "sqlite+aiosqlite:///soak.db"\n[data]\ndirectory = "."\n')
        async with LocalDiscord() as there:
            there.limits = Limits()
            wanted = await _prepare(there, folder / "soak.db", kills, chance)
            lives: list[float] = []
            for number in range(kills):
                lives.append(chance.uniform(0, LONGEST_LIFE_S))
                async with program(there.url, config, extensions=letters.__name__) as bot:
                    await bot.says(READY)
                    await asyncio.sleep(lives[-1])
                    await bot.end(signal.SIGKILL)
                _a_minute_passes(folder / "soak.db")
                if (number + 1) % 20 == 0:
                    print(f"{number + 1} kills, {len(there.messages):,} messages accepted", flush=True)
            async with program(there.url, config, extensions=letters.__name__) as bot:
                try:
                    await there.until(lambda: not wanted - set(_said(there)), timeout_s=PATIENCE_S)
                except TimeoutError:
                    print("the last life did not say all that was left")
                await bot.end(signal.SIGTERM)
            return _report(there, wanted, kills, time.monotonic() - started)


async def _prepare(there: LocalDiscord, file: Path, kills: int, chance: random.Random) -> set[str]:
    """Insert the jobs, and return the texts to be sent, each once."""
    await upgrade(f"sqlite+aiosqlite:///{file}")
    now, club = system_clock(), there.clubs[0]
    runners = range(FIRST_RUNNER, FIRST_RUNNER + RUNNERS)
    asked = range(FIRST_ASKED, FIRST_ASKED + kills * ASKED_A_LIFE)
    refused = range(FIRST_REFUSED, FIRST_REFUSED + kills * REFUSED_A_LIFE)
    there.closed_dms |= {str(user_id) for user_id in refused}
    there.persons |= {str(user_id): Person(str(user_id), id=str(user_id)) for user_id in refused}
    series = {"every_s": EVERY_S, "last": kills - 1}
    plans = [Job("toy.many", f"{one}", now, Priority.ASKED, user_id=one, payload=series) for one in runners]
    rows: list[Any] = [Guild(guild_id=int(club.id), created_at=now)]
    rows += [User(user_id=user_id, created_at=now) for user_id in (*runners, *asked, *refused)]
    for number, user_id in enumerate((*asked, *refused), start=1):
        at = now + timedelta(seconds=chance.uniform(0, kills * 2))
        if user_id in refused and chance.random() < 0.5:  # an alarm, which is announced without delay
            how = {"channel_id": int(club.channels["runs"]), "priority": int(Priority.SAFETY)}
            plans.append(Job("toy.many", f"{user_id}", at, Priority.SAFETY, user_id=user_id, payload=how))
            continue
        reminder = Reminder(
            reminder_id=number, interaction_id=number, user_id=user_id, audience="me", guild_id=int(club.id),
            channel_id=int(club.channels["runs"]), what=f"for {user_id}", schedule=to_json(In(at)), zone="UTC",
            state="active", created_at=now,
        )  # fmt: skip
        rows.append(reminder)
        plans.append(plan_of(number, user_id, at))
    database = Database.open(f"sqlite+aiosqlite:///{file}")
    async with database.write() as session:
        session.add_all(rows)
        await schedule_job(session, plans)
    await database.close()
    numbered = {f"{user_id} {number}" for user_id in runners for number in range(kills)}
    return numbered | {str(user_id) for user_id in (*asked, *refused)}


def _a_minute_passes(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE deliveries SET next_try_at = created_at WHERE state = 'leased'")


def _said(there: LocalDiscord) -> Counter[str]:
    """Count the occurrences of each expected text: a numbered message, or the mention of a person."""
    found: Counter[str] = Counter()
    for words in (made["content"] for made in there.messages.values()):
        found.update(re.findall(r"<@(\d+)>", words) or re.findall(r"for (\d+)", words) or [words])
    return found


def _report(there: LocalDiscord, wanted: set[str], kills: int, took_s: float) -> bool:
    said = _said(there)
    lost, twice, strange = wanted - set(said), {one for one in said if said[one] > 1}, set(said) - wanted
    waiting = [made["content"].count("<@") for made in there.messages.values() if "<@" in made["content"]]
    repeated = sum(entry.path.endswith("#repeated") for entry in there.log)
    print(f"{kills} kills in {took_s:.0f} s: {len(there.messages):,} messages accepted, "
          f"{len(waiting)} of them for {sum(waiting)} who take no direct messages, up to {max(waiting, default=0)} in "
          f"one; {repeated} sent again and recognised by their nonce")  # fmt: skip
    print(f"of {len(wanted):,} to be said: {len(lost)} lost, {len(twice)} twice, {len(strange)} not to be said")
    for name, some in (("lost", lost), ("twice", twice), ("strange", strange)):
        if some:
            print(f"{name}: {sorted(some)[:20]}")
    return not (lost or twice or strange)


if __name__ == "__main__":
    parts: dict[str, Callable[[argparse.Namespace], Coroutine[Any, Any, bool]]] = {
        "kills": lambda given: soak(given.kills, given.seed),
        "outings": lambda given: outing_soak(given.lives, given.seed),
        "memory": lambda given: growth(given.minutes, given.rate),
    }
    arguments = argparse.ArgumentParser(prog="make soak", description="Kill the bot at random, and count messages.")
    arguments.add_argument("--only", nargs="+", choices=parts, default=list(parts), help="these parts alone")
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--lives", type=int, default=100, help="how many outings are played")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--minutes", type=float, default=30, help="how long memory is watched after the warm-up")
    arguments.add_argument("--rate", type=float, default=20, help="mixed commands a second meanwhile")
    given = arguments.parse_args()
    well = [asyncio.run(parts[part](given)) for part in given.only]
    sys.exit(0 if all(well) else 1)
