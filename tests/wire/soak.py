"""`python -m tests.wire.soak`: the bot is killed again and again, and what Discord accepted is counted.

Runners have series of reminders, numbered one by one; others take no direct messages, so that each has one that waits
in the channel, often several in one message. The bot (a process of its own) is killed by SIGKILL at random instants.
Lost is a number, or somebody, that the server never accepted; twice is one that it accepted as two messages. The bot's
tables are not asked. The minute after which a lease that a dead process left behind ends is let pass in the database.
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
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from bot.clock import system_clock
from bot.domain.delivery import Priority
from bot.services.deliveries import Plan, plan
from db.engine import Database
from db.models import Guild, User
from db.upkeep import upgrade
from tests.wire import letters
from tests.wire.faults import Limits
from tests.wire.program import program
from tests.wire.server import LocalDiscord

READY = "ready in 1 clubs"
RUNNERS = 10
EVERY_S = 1
REFUSED_A_LIFE = 2
LONGEST_LIFE_S = 2.0
FIRST_RUNNER, FIRST_REFUSED = 1_000_001, 2_000_001
PATIENCE_S = 60.0
"""How long the last life has for what is still to be said."""


async def soak(kills: int, seed: int) -> bool:
    """Kill the bot so often; print what came of it, and answer whether nothing was lost or said twice."""
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
    """Write what will become due; answers what is to be said of it, each once."""
    await upgrade(f"sqlite+aiosqlite:///{file}")
    now, channel_id = system_clock(), int(there.clubs[0].channels["runs"])
    series = {"every_s": EVERY_S, "last": kills - 1}
    plans = [
        Plan("toy.many", f"{user_id}", now, Priority.ASKED, user_id=user_id, payload=series)
        for user_id in range(FIRST_RUNNER, FIRST_RUNNER + RUNNERS)
    ]
    for user_id in range(FIRST_REFUSED, FIRST_REFUSED + kills * REFUSED_A_LIFE):
        there.closed_dms.add(str(user_id))
        at = now + timedelta(seconds=chance.uniform(0, kills * 2))
        priority = chance.choice((Priority.SAFETY, Priority.ASKED))  # of which one waits for nobody
        how = {"channel_id": channel_id, "priority": int(priority)}
        plans.append(Plan("toy.many", f"{user_id}", at, priority, user_id=user_id, payload=how))
    database = Database.open(f"sqlite+aiosqlite:///{file}")
    async with database.write() as session:
        session.add(Guild(guild_id=int(there.clubs[0].id), created_at=now))
        session.add_all(User(user_id=int(one.user_id or 0), created_at=now) for one in plans)
        await plan(session, plans)
    await database.close()
    numbered = {f"{user_id} {number}" for user_id in range(FIRST_RUNNER, FIRST_RUNNER + RUNNERS) for number in
                range(kills)}  # fmt: skip
    return numbered | there.closed_dms


def _a_minute_passes(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE deliveries SET next_try_at = created_at WHERE state = 'leased'")


def _said(there: LocalDiscord) -> Counter[str]:
    """How often what was to be said stands in a message: the numbered words, or the name of who is called."""
    found: Counter[str] = Counter()
    for words in (made["content"] for made in there.messages.values()):
        found.update(re.findall(r"<@(\d+)>", words) or [words])
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
    arguments = argparse.ArgumentParser(prog="make soak", description="Kill the bot at random, and count messages.")
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    sys.exit(0 if asyncio.run(soak(given.kills, given.seed)) else 1)
