"""The authorisation of each command, button and message. A new one must be listed here, or state it in its `Kind`.

- `own`: shows and changes only the user's own data, selected by their id in the `WHERE`.
- `here`: shows nothing of a club but what is posted in the server it is used in.
- `home`: for members of the club it is used in, or in a direct message of the home club, which is verified with Discord
  (`resolve_member`).
- `member`: for members of the club it belongs to, by the interaction or Discord (`check_member`).
- `organiser`: for organisers of that club, by the interaction or Discord (`check_organiser`).
- `server`: for organisers of the server it is used in, and only there.
- `contact`: for a safety contact who was sent the alarm.
- `companion`: for those with a place in the outing, whatever Discord says about their membership.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from bot.app import App
from bot.client import Backpedal
from bot.clock import system_clock
from bot.delivery.message_kinds import Recipient
from cogs import EXTENSIONS

OWN = """
    run:undo run:edit run:amend run:share run:sharing run:extras spotter:yes spotter:no runs:page runs:open
    import:ask import:next import:all import:drop import:choose import:tick import:save import:same import:two
    import:share import:portion
    streak:repair privacy:export privacy:ask privacy:erase settings:zone settings:zoned settings:general
    settings:weight settings:weigh settings:language settings:units settings:sharing settings:home settings:hide
    ask:never ask:again ask:restore contact:drop contact:withdraw contact:accept contact:decline tie:page
    nudging:open nudging:goal nudging:quiet nudging:kinds nudging:pause nudging:paused nudging:resume
    nudge:start nudge:snooze nudge:later round:skip round:back
    remind:page remind:show remind:reading remind:edit remind:edited remind:pause remind:resume remind:late
    remind:remove remind:keep remind:delete remind:done remind:snooze remind:later remind:log remind:logged
    call:mine
"""
HERE = "run:post spotter:show delivery:show nudge:stop call:keep"
HOME = """
    board:show board:page board:what call:new call:form avail:open avail:edit avail:save avail:roles avail:pause
    avail:until avail:leave avail:join
"""
MEMBER = """
    call:join call:wait call:queue call:take call:confirm call:leave call:show call:more call:change call:amend
    call:cancel call:off outing:checkin outing:all outing:present
"""
ORGANISER = """
    round:page round:confirm round:redraw alert:resolve alert:resolved alert:onit alert:word alert:closed
"""
SERVER = """
    club:page club:zone club:zoned club:language club:units club:role club:surfaces club:partners club:again
    club:runners club:spotter club:women club:alerts club:waiting club:grace club:call club:called club:turn club:when
    club:digest club:digested club:instead club:agree club:reject club:next club:points club:chosen club:point
    club:add club:added
    club:edit club:edited club:drop club:dropped
"""
CONTACT = "alert:reached alert:cannot"
COMPANION = """
    outing:calls outing:swap outing:extend outing:later outing:home outing:both outing:happened outing:log outing:edit
    outing:amend outing:throw outing:stillout outing:notthere outing:there alert:help alert:unsafe alert:unheard
"""
BUTTONS = {
    "own": OWN, "here": HERE, "home": HOME, "member": MEMBER, "organiser": ORGANISER, "server": SERVER,
    "companion": COMPANION, "contact": CONTACT,
}  # fmt: skip
COMMANDS = {
    "own": """
        /log /me /runs list /runs show /runs edit /runs delete /runs export /runs import /settings /help
        /privacy policy /privacy export /privacy erase /partner block /partner unblock /partner trust
        /partner untrust /partner contact /partner mine
        /remind me /remind list /remind edit /remind pause /remind resume /remind delete
    """,
    "home": "/leaderboard /partner find /partner availability",
    "organiser": "/partner round",
    "server": "/club settings /club review /remind club",
}


def pressed(need: str) -> list[str]:
    """Return the custom id prefixes with this requirement."""
    return BUTTONS[need].split()


@pytest_asyncio.fixture
async def client() -> AsyncIterator[Backpedal]:
    nothing: Any = None
    bot = Backpedal(App(nothing, nothing, nothing, system_clock, nothing), nothing, EXTENSIONS)
    await bot.load_everything()
    yield bot
    await bot.close()


async def test_every_button_says_what_it_needs(client: Backpedal) -> None:
    told = [prefix for need in BUTTONS for prefix in pressed(need)]
    assert len(told) == len(set(told))
    assert set(told) == {prefix.rsplit(":", 1)[0] for prefix in client.router.routes}


async def test_every_command_says_what_it_needs(client: Backpedal) -> None:
    told = [f"/{words.strip()}" for listed in COMMANDS.values() for words in listed.split("/") if words.strip()]
    commands = [command for command in client.tree.walk_commands() if not getattr(command, "commands", None)]
    assert sorted(told) == sorted(f"/{command.qualified_name}" for command in commands)


async def test_every_message_says_whom_it_is_for(client: Backpedal) -> None:
    silent = [name for name, kind in client.kinds.items() if kind.draw is not None and kind.to is None]
    assert silent == []


async def test_what_is_private_of_an_outing_goes_to_members_alone(client: Backpedal) -> None:
    asked = {name for name, kind in client.kinds.items() if kind.to in (Recipient.MEMBER, Recipient.ORGANISER)}
    assert {"outing.filled", "outing.confirmed", "outing.offer", "outing.evening", "outing.start"} <= asked
    assert {"alert.organisers", "round.preview", "round.matched"} <= asked
