"""A club, or several, with many members and very many runs, created once and kept in the temporary folder."""

from __future__ import annotations

import asyncio
import hashlib
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from db.upkeep import MIGRATIONS, upgrade
from tests.benchmarks.projected import fill_projections
from tests.wire.payloads import Club, Person

FIRST_MEMBER = 1_000_001
YEARS = 3
CLUB = Club("Backward Hundred", id="900000000000000001")
CHUNK = 50_000
ROOMY = "PRAGMA cache_size = -1000000; PRAGMA synchronous = OFF;"
"""Only for creating the club: a gigabyte of cache, and no waiting for the disk."""


def member(number: int) -> Person:
    """Return the club's member with this number, as stored in the database."""
    return Person(f"Runner {number}", id=str(FIRST_MEMBER + number))


def configure(folder: Path, database: Path) -> Path:
    """Write a configuration file for a bot on this database, and return its path."""
    config = folder / "config.toml"
    config.write_text(
        f'[database]\nurl = "sqlite+aiosqlite:///{database}"\n[data]\ndirectory = "{folder}"\ncopies = 1\n'
        '[logging]\nlevel = "warning"\n'
    )
    return config


def schema() -> str:
    """Return a digest of the migrations, which is part of the name of a kept database."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(MIGRATIONS.glob("versions/*.py")))).hexdigest()[
        :12
    ]


def guild_of(number: int, clubs: int) -> int:
    """Return the club of the member with this number, of several clubs."""
    return int(CLUB.id) + number % clubs


def prepared(members: int, runs: int, clubs: int = 1) -> Path:
    """Return the database of such clubs: the kept one if migrations and day are the same, otherwise a new one."""
    size = f"{members}-{runs}-{clubs}"
    kept = Path(tempfile.gettempdir()) / f"backpedal-bench-{schema()}-{size}-{datetime.now(UTC):%Y%m%d}.db"
    if kept.exists():
        return kept
    for old in kept.parent.glob(f"backpedal-bench-*-{size}-*.db"):
        old.unlink()
    print(f"making {clubs:,} clubs with {members:,} members and {runs:,} runs, kept as {kept} ...")
    with tempfile.TemporaryDirectory(prefix="backpedal-bench-") as folder:
        new, started = Path(folder) / "club.db", time.perf_counter()
        asyncio.run(upgrade(f"sqlite+aiosqlite:///{new}"))
        with closing(sqlite3.connect(new)) as connection:
            connection.executescript(ROOMY)
            indexes = without_indexes(connection)
            _fill(connection, members, runs, clubs)
            fill_projections(connection)
            connection.executescript(indexes + "ANALYZE;")
        shutil.move(new, kept)
    print(f"... took {time.perf_counter() - started:.0f} s\n")
    return kept


def without_indexes(connection: sqlite3.Connection, table: str = "%") -> str:
    """Drop a table's indexes, or all, and return the script that creates them again: faster than row by row."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name LIKE ?"
    found = connection.execute(query, [table]).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    return "".join(f"{sql};" for _, sql in found)


def _fill(connection: sqlite3.Connection, members: int, runs: int, clubs: int) -> None:
    """Insert rows as an import of several years would, without what is derived from runs."""
    now = datetime.now(UTC)
    stamp = instant(now)
    insert(connection, "guilds", ({"guild_id": guild_of(number, clubs), "name": CLUB.name, "locale": CLUB.locale,
                                   "created_at": stamp} for number in range(clubs)))  # fmt: skip
    everybody = [member(number) for number in range(members)]
    insert(connection, "users", ({"user_id": int(p.id), "locale": p.locale, "zone_told": True, "created_at": stamp}
                                  for p in everybody))  # fmt: skip
    insert(connection, "members", ({"guild_id": guild_of(number, clubs), "user_id": int(p.id),
                                     "display_name": p.name, "organiser": False, "hidden": False, "seen_at": stamp}
                                    for number, p in enumerate(everybody)))  # fmt: skip
    keen = list(accumulate(random.Random(number).lognormvariate(0, 1) for number in range(members)))
    for first in range(0, runs, CHUNK):
        rows = list(_runs(first, min(first + CHUNK, runs), keen, clubs, now))
        for table in ("runs", "stretches", "revisions"):
            insert(connection, table, (row[table] for row in rows))
    connection.commit()


def _runs(
    first: int, last: int, keen: Sequence[float], clubs: int, now: datetime
) -> Iterator[dict[str, dict[str, Any]]]:
    chance = random.Random(first)
    runners = chance.choices(range(len(keen)), cum_weights=keen, k=last - first)
    for run_id, runner in enumerate(runners, start=first + 1):
        started = now - timedelta(days=YEARS * 365 * chance.random(), minutes=70)
        distance_m = round(chance.lognormvariate(8.3, 0.5))
        duration_ms = round(distance_m * chance.uniform(300, 480))
        stamp = instant(started)
        yield {
            "runs": {
                "run_id": run_id, "interaction_id": run_id, "ordinal": 0, "user_id": FIRST_MEMBER + runner,
                "guild_id": guild_of(runner, clubs), "started_at": stamp, "zone": "UTC", "ran_on": stamp[:10],
                "distance_m": distance_m, "duration_ms": duration_ms, "surface": "track", "sharing": "club",
                "extras": "[]", "source": "typed", "review": "none", "counted": True, "revision": 1,
                "created_at": stamp,
            },
            "stretches": {
                "run_id": run_id, "position": 0, "direction": chance.choice(("backward", "backward", "forward")),
                "distance_m": distance_m, "duration_ms": duration_ms, "estimated": False,
            },
            "revisions": {
                "run_id": run_id, "revision": 1, "interaction_id": run_id, "kind": "logged", "changed_at": stamp,
            },
        }  # fmt: skip


def instant(moment: datetime) -> str:
    """Return an instant as SQLAlchemy writes it to SQLite."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def insert(connection: sqlite3.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    rows = iter(rows)
    for head in islice(rows, 1):
        statement = f"INSERT INTO {table} ({', '.join(head)}) VALUES ({', '.join(f':{name}' for name in head)})"
        connection.execute(statement, head)
        connection.executemany(statement, rows)
