"""`python -m tests.benchmarks [--members N] [--runs N]`."""

import argparse
import asyncio

from tests.benchmarks import rounds
from tests.benchmarks.bench import bench

arguments = argparse.ArgumentParser(prog="make bench", description="Measure the bot over real sockets.")
arguments.add_argument("--members", type=int, default=1_000, help="members of the club")
arguments.add_argument("--runs", type=int, default=1_000_000, help="runs of the club")
given = arguments.parse_args()
asyncio.run(bench(given.members, given.runs))
print()
rounds.bench()
