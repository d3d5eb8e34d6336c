"""Load one member can put on others: imports of many archives, uses of the import menu, and a flood of commands.

Each is compared with the same measurement without it in one run, so read the ratios. The club has no other members.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.benchmarks.bench import bot, memory_mb
from tests.benchmarks.club import configure
from tests.files.archive_files import zipped
from tests.files.fit_files import run
from tests.wire.acting import COMMAND, Asked
from tests.wire.outside import go_out, help_button, letter_to, told
from tests.wire.payloads import Json, Person, message
from tests.wire.server import LocalDiscord

OTHERS = [Person(f"Runner {number}") for number in range(40)]
MALLORY, BEN = Person("Mallory"), Person("Ben")
COMMANDS, ARCHIVES, FILES, FILE_S = 10, 5, 12, 4 * 3600
"""Imports by one member, archives per import, files per archive, seconds of running per file."""
PRESSES, LARGE_B = 100, 9 * 1024 * 1024
"""Uses of the menu on one message with ten attachments, and bytes of each attachment."""
QUIET_PER_S, QUIET_S, ROUNDS = 20, 5, 4
"""The others' commands per second, seconds, and repetitions with and without the flood."""
FLOOD_PER_S = 300


@asynccontextmanager
async def _there() -> AsyncIterator[tuple[LocalDiscord, int]]:
    with tempfile.TemporaryDirectory(prefix="backpedal-bench-") as name:
        config = configure(Path(name), Path(name) / "club.db")
        async with LocalDiscord() as there, bot(there, config) as (pid, _):
            for person in OTHERS:
                await (
                    await there.slash("log", person, distance="5k", time="27:30", direction="backward", surface="track")
                ).answer()
            yield there, pid


async def sharing() -> None:
    """Measure and print."""
    async with _there() as (there, pid):
        await _imports(there)
    async with _there() as (there, pid):
        await _presses(there, pid)
    async with _there() as (there, pid):
        await _flood(there)


async def _imports(there: LocalDiscord) -> None:
    file = bytes(run(FILE_S))
    await _import_one(there, BEN, file)  # starts the process
    await _me(there, OTHERS[0])
    alone_s = await _import_one(there, BEN, file)
    me_alone = [await _me(there, OTHERS[number]) for number in range(10)]
    archive = there.attachment("year.zip", zipped(*((f"{at}.fit", file) for at in range(FILES))))
    names = [f"file{number}" if number > 1 else "file" for number in range(1, ARCHIVES + 1)]
    began = time.monotonic()
    asked = [await there.slash("runs import", MALLORY, **dict.fromkeys(names, archive)) for _ in range(COMMANDS)]
    waiting = asyncio.create_task(_import_one(there, BEN, file))
    me_beside = []
    for number in range(10):
        await asyncio.sleep(0.3)
        me_beside.append(await _me(there, OTHERS[number], 60))
    beside_s = await waiting
    told_no = sum("still reading" in one.text for one in asked)
    await there.until(lambda: all(not one.thinking and one.answered.is_set() for one in asked), 900)
    print(f"imports: {COMMANDS} commands of {ARCHIVES} archives of {FILES} files by one member, {told_no} told to wait;"
          f" read in {time.monotonic() - began:.0f} s")  # fmt: skip
    _ratio("another's file", alone_s, beside_s)
    _ratio("/me with its chart, median", statistics.median(me_alone), statistics.median(me_beside))
    _ratio("/me with its chart, slowest", max(me_alone), max(me_beside))


async def _import_one(there: LocalDiscord, person: Person, file: bytes) -> float:
    return await _seconds(there, lambda: there.slash("runs import", person, file=there.attachment("mine.fit", file)),
                          "mine.fit", 900)  # fmt: skip


async def _me(there: LocalDiscord, person: Person, timeout_s: float = 30) -> float:
    return await _seconds(there, lambda: there.slash("me", person), "Your running", timeout_s)


async def _seconds(
    there: LocalDiscord, ask: Callable[[], Awaitable[Asked]], words: str, timeout_s: float = 30
) -> float:
    """Return the seconds from the interaction to the answer that contains `words`, whatever is shown before."""
    began = time.monotonic()
    asked = await ask()
    await there.until(lambda: words in asked.text, timeout_s)
    return time.monotonic() - began


async def _presses(there: LocalDiscord, pid: int) -> None:
    large = bytes(LARGE_B)
    posted = message(there.clubs[0].channels["runs"], {"content": ""}, [there.attachment("x.fit", large)] * 10)
    posted["author"] = MALLORY.user
    menu = next(command for command in there.commands if command["name"] == "Import run files")
    data = {"id": menu["id"], "name": menu["name"], "type": 3, "target_id": posted["id"],
            "resolved": {"messages": {posted["id"]: posted}}}  # fmt: skip
    before, most = (await memory_mb(pid))[0], 0.0
    asked = [await there._ask(COMMAND, data, MALLORY, None, None) for _ in range(PRESSES)]
    until = time.monotonic() + 15
    while time.monotonic() < until:
        most = max(most, (await memory_mb(pid))[0])
        await asyncio.sleep(0.05)
    answered = sum(one.answered.is_set() for one in asked)
    print(f"{PRESSES} presses of the import menu: memory {before:.0f} MB before, {most:.0f} MB at most;"
          f" {answered} answered")  # fmt: skip


async def _flood(there: LocalDiscord) -> None:
    menus = []
    for number in range(2 * ROUNDS):
        runner, spotter = Person(f"Out {number}"), Person(f"Eyes {number}")
        letter = await go_out(there, runner, spotter, f"Track {number}")
        menus.append((await help_button(there, letter, runner), runner))
        assert letter_to(there, spotter, "You're out with")
    quiet, loud = list[float](), list[float]()
    help_quiet, help_loud = list[float](), list[float]()
    for _ in range(ROUNDS):  # alternating, so that load on the machine affects both
        await _others(there, menus, quiet, help_quiet)
        flooding = asyncio.create_task(_storm(there))
        await asyncio.sleep(1)
        await _others(there, menus, loud, help_loud)
        flooding.cancel()
        with suppress(asyncio.CancelledError):
            await flooding
    sent = [asked for asked in there.asked.values() if asked.payload["member"]["user"]["id"] == MALLORY.id]
    said = sum(asked.answered.is_set() for asked in sent)
    print(f"flood: {len(sent)} commands by one member, {FLOOD_PER_S} a second wanted, {said} answered")
    _ratio("others' p50", statistics.median(quiet), statistics.median(loud))
    _ratio("others' p99", _p99(quiet), _p99(loud))
    _ratio("Need help, slowest", max(help_quiet), max(help_loud))


async def _storm(there: LocalDiscord) -> None:
    started, number = time.monotonic(), 0
    while True:
        await there.slash("log", MALLORY, distance="5k", time="27:30", direction="backward", surface="track")
        number += 1
        await asyncio.sleep(max(0.0, started + number / FLOOD_PER_S - time.monotonic()))


async def _others(
    there: LocalDiscord, menus: list[tuple[Json, Person]], took: list[float], helped: list[float]
) -> None:
    """Add the latencies of the others' commands to `took`, and that of one Need help in between to `helped`."""
    asked = []
    started = time.monotonic()
    for number in range(QUIET_PER_S * QUIET_S):
        await asyncio.sleep(max(0.0, started + number / QUIET_PER_S - time.monotonic()))
        person = OTHERS[number % len(OTHERS)]
        if number % 3:
            asked.append(
                await there.slash("log", person, distance="5k", time="27:30", direction="backward", surface="track")
            )
        else:
            asked.append(await there.slash("leaderboard", person))
        if number == QUIET_PER_S:
            helping = asyncio.create_task(_help(there, *menus.pop()))
    for one in asked:
        await one.answer(30)
    took += [one.answered_at - one.sent_at for one in asked]
    helped.append(await helping)


async def _help(there: LocalDiscord, menu: Json, runner: Person) -> float:
    began = time.monotonic()
    said = await told(there, await there.press(menu, "alert:help", runner), 60)
    assert "I've raised the alarm" in said, said
    return time.monotonic() - began


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[98]


def _ratio(name: str, alone_s: float, beside_s: float) -> None:
    print(f"  {name:32}{alone_s * 1000:10.0f} ms alone{beside_s * 1000:10.0f} ms beside it{beside_s / alone_s:9.1f} ×")
