"""Commands named in texts become mentions that open the command."""

from __future__ import annotations

import re

from discord import ui

from bot.command_mentions import LONGEST_CARD, CommandMentions
from bot.localizer import escaped
from tests.flows.conftest import Club, text_of


def mentions() -> CommandMentions:
    known = CommandMentions()
    known.learn({"runs": 7, "me": 8, "remind": 9}, ["runs list", "me", "remind me"])
    return known


def test_a_named_command_becomes_its_mention() -> None:
    said = mentions().in_text("Open `/runs list`, or `/me member:` for others.")
    assert said == "Open </runs list:7>, or </me:8> `member:` for others."


def test_an_example_keeps_its_options() -> None:
    said = mentions().in_text("Try `/remind me when:every tue 6:30 what:calf raises`.")
    assert said == "Try </remind me:9> `when:every tue 6:30 what:calf raises`."


def test_what_is_no_command_stays() -> None:
    for text in ("`/runs`", "`/nothing`", "`/me` is `/mE`".replace("`/me`", "/me"), escaped("`/me`"), "`5k in 27:30`"):
        assert mentions().in_text(text) == text


def test_a_text_that_would_become_too_long_stays() -> None:
    longest = "x" * 1996 + "`/me`"[:4]
    assert mentions().in_text(longest + "`") == longest + "`"
    view: ui.LayoutView = ui.LayoutView()
    view.add_item(ui.TextDisplay("`/me`"))
    view.add_item(ui.TextDisplay("x" * (LONGEST_CARD - 5)))
    mentions().in_view(view)
    assert view.content_length() == LONGEST_CARD


def test_nothing_changes_before_the_first_sync() -> None:
    assert CommandMentions().in_text("`/me`") == "`/me`"


async def test_an_empty_list_names_the_command_that_fills_it(club: Club) -> None:
    shown = text_of(await club.alice.slash(club.channel, "partner trust"))
    (named,) = re.findall(r"</partner trust:(\d+)>", shown)
    assert int(named) in {int(one["id"]) for one in club.env.backend.commands[None].values()}


async def test_the_ids_are_known_after_a_restart_without_a_sync(club: Club) -> None:
    before = text_of(await club.alice.slash(club.channel, "partner trust"))
    assert "</partner trust:" in before
    await club.restart()
    assert text_of(await club.alice.slash(club.channel, "partner trust")) == before
