"""Boards, `/me` and `/records` of very large clubs: the service and the card, beside the same with 10,000 runs.

`--members 10000 --runs 10000000` is one large club, `--members 100000 --clubs 1000 --runs 10000000` a thousand of a
hundred members. Creating either takes minutes, and some gigabytes in the temporary folder.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from discord import ui

from bot.domain.boards.metrics import FIRST
from bot.domain.boards.spans import WEEK, WantedSpan
from bot.domain.runs.runs import Direction
from bot.domain.when.periods import Period
from bot.localizer import Localizer
from bot.services.boards.boards import BoardChoice, board
from bot.services.habits.streaks import standing
from bot.services.profile.planned import planned_next
from bot.services.profile.profile import profile
from bot.services.projections.rebuilding import rebuild_people
from bot.services.records.club_records import club_records
from bot.services.records.personal_bests import own_bests
from bot.services.runs.lap_directions import count_waiting
from bot.worker.worker import Worker
from cogs.boards.leaderboard_view import board_card
from cogs.progress.me_view import week_card, weeks_picture
from cogs.records.records_view import RecordPage, club_card, mine_card
from db.engine import Database
from tests.benchmarks.club import FIRST_MEMBER, guild_of, prepared

BASE_MEMBERS, BASE_RUNS = 1_000, 10_000
TIMES, WARM_UP = 300, 20
COMPARED = 3
"""Members whose rows are compared with their rebuild."""
PAGE_50 = 49
AIM = "1.5 ×, 50 ms at p99"
AIM_DRAWN = "1.5 ×, 150 ms at p99"
EVER = WantedSpan(Period.ALL)
READER = Localizer(zone="UTC")


@dataclass
class Timed:
    """One kind of answer: for a member and a club, what is read and shown."""

    name: str
    answer: Callable[[int, int], Awaitable[ui.LayoutView]]
    aim: str = AIM
    took_ms: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return statistics.median(self.took_ms)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.took_ms, n=100, method="inclusive")[98]


async def bench(members: int, runs: int, clubs: int) -> None:
    """Measure and print."""
    base = await asyncio.to_thread(prepared, BASE_MEMBERS, BASE_RUNS)
    large = await asyncio.to_thread(prepared, members, runs, clubs)
    print(f"service and card · SQLite · {clubs:,} clubs, {members:,} members, {runs:,} runs")
    print(f"beside 1 club, {BASE_MEMBERS:,} members, {BASE_RUNS:,} runs\n")
    worker = Worker()
    try:
        async with _answers(base, BASE_MEMBERS, 1, worker) as few, _answers(large, members, clubs, worker) as many:
            for one, other in zip(few, many, strict=True):  # one after the other, so that load affects both
                for timed, there, among in ((one, BASE_MEMBERS, 1), (other, members, clubs)):
                    await _time(timed, there, among)
            _report(few, many)
    finally:
        await worker.close()


@asynccontextmanager
async def _answers(file: Path, members: int, clubs: int, worker: Worker) -> AsyncIterator[list[Timed]]:
    database = Database.open(f"sqlite+aiosqlite:///{file}")
    now = datetime.now(UTC)

    async def shown(user_id: int, guild_id: int, choice: BoardChoice) -> ui.LayoutView:
        found = await board(database, guild_id, user_id, choice, "UTC", now)
        return board_card(found, READER, club="Club", owner_id=user_id, caller="Runner")

    async def me(user_id: int, guild_id: int, *, draw: bool = False) -> ui.LayoutView:
        today = now.date()
        found = await profile(database, user_id, today)
        picture = weeks_picture(found, READER) if draw else None
        if picture is not None:
            await worker.draw(picture, user_id)
        return week_card(
            found, READER, club=None, today=today, waiting=await count_waiting(database, user_id),
            standing=await standing(database, user_id, today), planned=await planned_next(database, user_id, now),
        )  # fmt: skip

    async def mine(user_id: int, guild_id: int) -> ui.LayoutView:
        return mine_card(await own_bests(database, user_id), RecordPage.MINE_BACKWARD, READER, user_id)

    async def records(user_id: int, guild_id: int) -> ui.LayoutView:
        found = (await club_records(database, guild_id))[Direction.BACKWARD]
        return club_card(found, RecordPage.CLUB_BACKWARD, READER, user_id, club="Club")

    try:
        await _compare(database, members, clubs)
        yield [
            Timed("/leaderboard, this week", lambda who, club: shown(who, club, BoardChoice(FIRST, WEEK))),
            Timed("/leaderboard, all time", lambda who, club: shown(who, club, BoardChoice(FIRST, EVER))),
            Timed("my row", lambda who, club: shown(who, club, BoardChoice(FIRST, EVER, page=None))),
            Timed("page 50", lambda who, club: shown(who, club, BoardChoice(FIRST, EVER, page=PAGE_50))),
            Timed("/me", me),
            Timed("/me, with its picture", lambda who, club: me(who, club, draw=True), AIM_DRAWN),
            Timed("/records, mine", mine),
            Timed("/records, the club's", records),
        ]
    finally:
        await database.close()


async def _compare(database: Database, members: int, clubs: int) -> None:
    """Rebuild a few members, as the statements that filled the tables are not the bot's."""
    for number in random.Random(0).sample(range(members), COMPARED):
        async for person in rebuild_people(database, user_id=FIRST_MEMBER + number):
            wrong = [one for one in person.differences if one.table in ("standings", "best_efforts")]
            assert not wrong, f"the generator differs from the bot: {wrong}"


async def _time(timed: Timed, members: int, clubs: int) -> None:
    chance = random.Random(1)
    for number in range(WARM_UP + TIMES):
        member = chance.randrange(members)
        began = time.perf_counter()
        await timed.answer(FIRST_MEMBER + member, guild_of(member, clubs))
        if number >= WARM_UP:
            timed.took_ms.append((time.perf_counter() - began) * 1000)


def _report(few: list[Timed], many: list[Timed]) -> None:
    print(f"{'milliseconds':28}{'p50':>8}{'p99':>8}{'few p50':>10}{'few p99':>9}{'ratio':>8}   aim")
    for one, other in zip(few, many, strict=True):
        ratio = other.p50 / one.p50
        print(f"{other.name:28}{other.p50:8.2f}{other.p99:8.2f}{one.p50:10.2f}{one.p99:9.2f}{ratio:8.2f}   {other.aim}")
