"""The authorisation of each command, button and message. A new one must be listed here (buttons in
`button_requirements.py`), or state it in its `Kind`.

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

from bot.client import Backpedal
from bot.delivery.message_kinds import Recipient
from tests.rules.button_requirements import BUTTONS, buttons_requiring

COMMANDS = {
    "own": """
        /log /me /rewind /runs list /runs show /runs edit /runs delete /runs export /runs import /settings /help
        /privacy policy /privacy export /privacy erase /partner block /partner unblock /partner trust
        /partner untrust /partner contact /partner mine
        /remind me /remind list /remind edit /remind pause /remind resume /remind delete
    """,
    "home": """
        /leaderboard /records /badges /partner find /partner availability
        /challenge join /challenge leave /challenge show /challenge list
    """,
    "organiser": "/partner round",
    "server": "/club settings /club review /remind club /challenge create /challenge end",
}


async def test_every_button_says_what_it_needs(client: Backpedal) -> None:
    told = [prefix for need in BUTTONS for prefix in buttons_requiring(need)]
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
