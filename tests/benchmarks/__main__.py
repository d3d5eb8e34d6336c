"""`python -m tests.benchmarks [--only PART ...] [--members N] [--runs N] [--clubs N] [--due N] [--future N]`."""

import argparse
import asyncio
from collections.abc import Callable

from tests.benchmarks import boards, loop, pictures, reminders, rounds, sharing, tables
from tests.benchmarks.bench import bench

LATE = 1_000
UNPACED = 2_000

parts: dict[str, Callable[[argparse.Namespace], None]] = {
    "answers": lambda given: asyncio.run(bench(given.members, given.runs)),
    "boards": lambda given: asyncio.run(boards.bench(given.members, given.runs, given.clubs)),
    "sharing": lambda given: asyncio.run(sharing.sharing()),
    "loop": lambda given: asyncio.run(loop.bench()),
    "pictures": lambda given: pictures.bench(),
    "rounds": lambda given: rounds.bench(),
    "tables": lambda given: asyncio.run(tables.bench()),
    "future": lambda given: asyncio.run(reminders.future(given.future)),
    "advance": lambda given: asyncio.run(reminders.advance(given.future, given.due)),
    "seven": lambda given: asyncio.run(reminders.seven(given.members, given.runs, given.due)),
    "unpaced": lambda given: asyncio.run(reminders.unpaced_bot(UNPACED)),
    "late": lambda given: asyncio.run(reminders.late(LATE)),
}
arguments = argparse.ArgumentParser(prog="make bench", description="Measure the bot over real sockets.")
arguments.add_argument("--only", nargs="+", choices=parts, default=list(parts), help="these parts alone")
arguments.add_argument("--members", type=int, default=1_000, help="members of the club")
arguments.add_argument("--runs", type=int, default=1_000_000, help="runs of the club")
arguments.add_argument("--clubs", type=int, default=1, help="clubs among which `boards` divides them")
arguments.add_argument("--future", type=int, default=1_000_000, help="reminders to come")
arguments.add_argument("--due", type=int, default=10_000, help="reminders due at once")
given = arguments.parse_args()
for part in given.only:
    parts[part](given)
    print()
