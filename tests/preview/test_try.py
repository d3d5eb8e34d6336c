"""`python -m bot try` as users start it: the real bot, its cogs, services, worker and SQLite."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.errors import StartupError
from bot.preview.club import NEWCOMER, ORGANISER, VISITORS
from bot.preview.stage import check_ports
from tests.preview.log_through_page import in_browser, over_http
from tests.preview.visitor import Visitor, links

ROOT = Path(__file__).parents[2]
LAPS = b"""<?xml version="1.0"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">
<Activities><Activity Sport="Running"><Id>2026-03-03T07:00:00Z</Id>%s</Activity></Activities>
</TrainingCenterDatabase>""" % b"".join(
    b"""<Lap StartTime="2026-03-03T07:%02d:00Z"><TotalTimeSeconds>300</TotalTimeSeconds>
    <DistanceMeters>1000</DistanceMeters><Intensity>Active</Intensity><Track>
    <Trackpoint><Time>2026-03-03T07:%02d:00Z</Time><DistanceMeters>%d</DistanceMeters></Trackpoint>
    <Trackpoint><Time>2026-03-03T07:%02d:00Z</Time><DistanceMeters>%d</DistanceMeters></Trackpoint>
    </Track></Lap>""" % (lap * 5, lap * 5, lap * 1000, lap * 5 + 5, lap * 1000 + 1000)
    for lap in range(3)
)  # fmt: skip


@dataclass
class Trying:
    """A running try mode, and afterwards its output."""

    address: str
    process: asyncio.subprocess.Process
    said: str = ""
    complained: str = ""


def free_port() -> int:
    """Return the first of nine consecutive free ports."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(StartupError):
            check_ports(port)
            return port


@contextlib.asynccontextmanager
async def trying(*arguments: str | Path) -> AsyncIterator[Trying]:
    """Start the try mode, and end it as Ctrl+C does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "try", *map(str, arguments), cwd=ROOT, start_new_session=True,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout
        first = (await process.stdout.readline()).decode()
        found = re.search(r"http://127\.0\.0\.1:\d+/", first)
        assert found, f"no address in {first!r}: {(await process.communicate())[1].decode()}"
        here = Trying(found[0], process, first)
        yield here
        process.send_signal(signal.SIGINT)
        rest, errors = await asyncio.wait_for(process.communicate(), 20)
        here.said += rest.decode()
        here.complained = errors.decode()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


async def test_a_newcomer_logs_a_run_brings_a_file_and_stands_on_the_board(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    data = tmp_path / "club"
    port = free_port()
    async with trying("--data", data, "--port", str(port)) as here:
        assert here.address == f"http://127.0.0.1:{port}/"
        await over_http(here.address)
        visitor = await Visitor(http, (await links(http, here.address))["#runs"]).open()
        await visitor.run("runs import", files={"file": ("morning.tcx", LAPS)})
        assert "morning" in visitor.text
        await visitor.press("All backward")
        assert "3.00 km" in visitor.text
        await visitor.run("me")
        charts = [asset for asset in visitor.state["assets"].values() if asset["filename"] == "weeks.png"]
        assert charts[0]["available"]
        await visitor.run("leaderboard")
        assert "Nell Ashdown" in visitor.text
        organiser = await Visitor(http, (await links(http, here.address))["#organisers"]).open()
        await organiser.run("club review")
        assert "1 of 3" in organiser.text
    assert here.process.returncode == 0
    assert here.complained == ""
    with pytest.raises(ProcessLookupError):
        os.killpg(here.process.pid, 0)  # the worker has ended too

    async with trying("--data", data, "--port", str(port)) as here:
        visitor = await Visitor(http, (await links(http, here.address))["#runs"]).open()
        await visitor.run("runs list")
        assert "5.00 km backward" in visitor.text
    assert "as it was" in here.said
    assert here.said.endswith(f"Stopped. The club is kept in {data}.\n")
    assert here.process.returncode == 0


async def test_two_visitors_go_out_now_swap_and_each_has_a_drafted_run(http: aiohttp.ClientSession) -> None:
    """Do what the index page proposes; nothing in it makes a visitor wait."""
    async with trying("--port", "0") as here:
        rooms = await links(http, here.address)
        nell, sam, *_ = [person for person in VISITORS if person.language is None]
        partners = rooms["#partners"].rpartition(".")[0]
        caller = await Visitor(http, f"{partners}.{nell.user_id}").open()
        await caller.run("partner find", place="Stadium, main gate", when="in 5 minutes", role="swap", distance="3k")
        answering = await Visitor(http, f"{partners}.{sam.user_id}").open()
        await answering.wait_for("wants to swap", 2)
        await answering.press("Swap · 2 free")
        await caller.wait_for("Everyone's confirmed", 2)
        await caller.press("More")
        await caller.press("Check in")
        await caller.press("We're all here")
        await caller.press("Swap now")
        assert "now you're the spotter and Sam Rivera runs backward" in caller.text
        await caller.press("Home")
        for person in (nell, sam):
            letters = await Visitor(http, rooms[person.name]).open()
            if person is sam:
                await letters.wait_for("You're out", 2)
                await letters.press("Home")
            await letters.wait_for("Your run from this outing", 2)
            await letters.press("Log it")
            assert "mixed" in letters.text
    assert here.process.returncode == 0
    assert here.complained == ""


async def test_runs_opens_with_a_week_of_cards_whose_buttons_work_and_a_newcomer_s_first_run(
    http: aiohttp.ClientSession,
) -> None:
    async with trying("--port", "0") as here:
        runs = (await links(http, here.address))["#runs"].rpartition(".")[0]
        newcomer = await Visitor(http, f"{runs}.{NEWCOMER.user_id}").open()
        shown = [newcomer.state["messages"][message] for message in newcomer.state["timeline"]]
        days = {message["timestamp"][:10] for message in shown}
        assert len(shown) >= 7
        assert len(days) >= 6, "one card a day of the runner's, and the organiser's welcome"
        assert "Welcome!" in json.dumps(shown[-1])
        await newcomer.run("log", distance="3k", time="20:00", direction="backward")
        assert "3.00 km" in newcomer.text
    assert here.complained == ""


async def test_time_moves_at_a_press_and_who_is_not_home_is_looked_for(http: aiohttp.ClientSession) -> None:
    """Play an outing that nobody comes home from, without waiting for its hours."""
    async with trying("--port", "0") as here:
        rooms = await links(http, here.address)
        nell, _, sam = VISITORS
        partners = rooms["#partners"].rpartition(".")[0]
        caller = await Visitor(http, f"{partners}.{nell.user_id}").open()
        await caller.run("partner find", place="Stadium, main gate", when="in 5 minutes", role="swap", distance="3k")
        answering = await Visitor(http, f"{partners}.{sam.user_id}").open()
        await answering.wait_for("Stadium, main gate", 2)
        await answering.tap("call:join:v1:4:swap")
        await asyncio.sleep(1)
        await caller.look()
        await caller.tap("call:more:v1:4")
        await caller.tap("outing:checkin")
        await caller.tap("outing:all")
        organisers = await Visitor(http, rooms["#organisers"]).open()
        assert rooms["#organisers"].endswith(str(ORGANISER.user_id))
        assert "Nell Ashdown" not in organisers.text
        began = asyncio.get_running_loop().time()
        for _ in range(4):
            await caller.advance()
            await asyncio.sleep(0.7)
        await organisers.wait_for("Nell Ashdown", 5)
        assert asyncio.get_running_loop().time() - began < 10
        await caller.run("remind me", when="in 1 minute", what="stretch")
        assert "in 1 minute" not in caller.text
    assert here.complained == ""


@pytest.mark.chromium
async def test_a_run_is_logged_in_the_browser(chromium: str) -> None:
    async with trying("--port", "0") as here:
        await in_browser(here.address, chromium)
    assert here.process.returncode == 0
    assert "all you did in it are deleted" in here.said
    assert here.complained == ""


async def test_a_port_that_is_taken_ends_it_with_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "try", "--port", str(port), cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, errors = await process.communicate()
    assert process.returncode == 1
    assert out == b""
    assert len(errors.splitlines()) == 1
    assert f"port {port} is taken".encode() in errors
    assert f'make try ARGS="--port {port + 10}"'.encode() in errors
