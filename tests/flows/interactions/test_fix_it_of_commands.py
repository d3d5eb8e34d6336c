"""Fix it of every command: nothing that was typed is typed twice, and every fault is said at once."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord import app_commands
from sqlalchemy import select

from bot.languages import LANGUAGES
from db.models import Outing, Reminder, Run, User
from tests.flows.conftest import Club, assert_language, text_of
from tests.flows.runs.reading import filled, resent, rows

FIX = {"en": "Fix it", "de": "Korrigieren"}
PICKED = {("runs show", "run"), ("runs edit", "run"), ("runs delete", "run"), *(
    (f"{group} {name}", option) for group, option, names in (
        ("remind", "reminder", ("edit", "pause", "resume", "delete")), ("partner", "member", ("unblock", "untrust")),
        ("challenge", "challenge", ("join", "leave", "show", "end")),
    ) for name in names
)}  # fmt: skip
"""Options picked from a list of one's own, whose refusal says how to pick."""
TAKEN = {"note": "with Mia", "what": "Calf raises", "place": "Old oak", "exactly": "gate 4"}
"""Options that take any text."""
NEEDED: dict[str, dict[str, Any]] = {
    "runs edit": {"run": "#1"}, "remind edit": {"reminder": "#1"}, "partner find": {"role": "spotter"},
}  # fmt: skip


def nonsense(command: app_commands.Command[Any, ..., Any]) -> dict[str, str]:
    """Return a text for each option in free text; one that cannot be read, unless the option takes any."""
    texts = [
        one.name
        for one in command.parameters
        if one.type is discord.AppCommandOptionType.string
        and not one.choices
        and (command.qualified_name, one.name) not in PICKED
    ]
    return {name: TAKEN.get(name, f"q{name}q") for name in texts}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_command_that_refuses_a_text_offers_to_fix_it(club: Club, language: str) -> None:
    await club.speak(language)
    await club.olga.slash(club.channel, "log", distance="5k", time="27:30", direction="forward")
    await club.olga.slash(club.channel, "remind me", when="in 20 min", what="Shoes")
    tried = []
    for command in club.env.bot.tree.walk_commands(type=discord.AppCommandType.chat_input):
        if not isinstance(command, app_commands.Command) or not (typed := nonsense(command)):
            continue
        name = command.qualified_name
        tried.append(name)
        refused = await club.olga.slash(club.channel, name, **(NEEDED.get(name, {}) | typed))
        assert refused.ephemeral, name
        for option in typed.keys() - TAKEN.keys() - {"run"}:  # the options of /log prevail over its sentence
            assert text_of(refused).count(f"q{option}q") >= 2, f"the fault of {option} of /{name}"
        form = await club.olga.click(refused.response, label=FIX[language])
        for text in typed.values():
            in_form = any(text in str(value) for value in filled(form).values())
            kept = name == "partner find" and text in (TAKEN["exactly"], "qpaceq")  # a form has five fields
            assert in_form or (kept and text in text_of(refused)), f"{text} of /{name}"
        again = await club.olga.submit_modal(form, resent(form, club.channel))
        assert again.response is None or again.response.id == refused.response.id, "in place of the first refusal"
        second = await club.olga.click(refused.response, label=FIX[language])
        assert filled(second) == filled(form), name
        if language != "en":
            assert_language(language, refused, form)
    assert {"log", "runs edit", "remind me", "remind club", "remind edit", "partner find", "settings"} <= set(tried)


async def test_a_call_keeps_whom_it_is_for_its_surface_and_its_exact_spot(club: Club) -> None:
    refused = await club.alice.slash(
        club.channel, "partner find", place="Stadium", when="yesterday 18:00", distance="3k", role="spotter",
        who="trusted", surface="track", exactly="gate 4",
    )  # fmt: skip
    await club.restart()
    form = await club.alice.click(refused.response, label="Fix it")
    assert filled(form) == {
        "place": "Stadium", "when": "yesterday 18:00", "length": "3k", "role": "spotter", "who": "trusted",
    }  # fmt: skip
    again = await club.alice.submit_modal(form, resent(form) | {"when": "whenevr"})
    assert "gate 4" in text_of(again) or "gate 4" in text_of(refused.response)
    form = await club.alice.click(refused.response, label="Fix it")
    await club.alice.submit_modal(form, resent(form) | {"when": "fri 18:00"})
    (outing,) = await rows(club, Outing)
    assert (outing.audience, outing.surface, outing.detail) == ("trusted", "track", "gate 4")
    assert "Fix it" not in text_of(refused.response)


async def test_an_edit_keeps_the_other_options(club: Club) -> None:
    await club.alice.slash(club.channel, "log", distance="5k", time="27:30", direction="backward")
    refused = await club.alice.slash(
        club.channel, "runs edit", run="#1", distance="5 kx", pace="5:30", surface="track", effort=7, note="windy"
    )
    form = await club.alice.click(refused.response, label="Fix it")
    assert filled(form)["run"] == "5 kx 5:30/km"
    await club.alice.submit_modal(form, resent(form) | {"run": "4k 5:30/km"})
    (run,) = await rows(club, Run)
    assert (run.distance_m, run.duration_ms, run.surface, run.effort, run.note) == (
        4000,
        1_320_000,
        "track",
        7,
        "windy",
    )


async def test_a_club_reminder_keeps_its_channel_and_role(club: Club) -> None:
    there = club.guild.create_text_channel("talk")
    role = club.guild.create_role("Runners", mentionable=True)
    await club.env.settle()
    refused = await club.olga.slash(
        club.channel, "remind club", when="tuesdy 6:3x", what="Track night", channel=there, role=role
    )
    form = await club.olga.click(refused.response, label="Fix it")
    assert filled(form) == {"what": "Track night", "when": "tuesdy 6:3x", "channel": [there.id], "role": [role.id]}
    await club.olga.submit_modal(form, resent(form, there, role) | {"when": "every tue 6:30"})
    (reminder,) = await rows(club, Reminder)
    assert (reminder.audience, reminder.channel_id, reminder.role_id) == ("club", there.id, role.id)


async def test_a_pause_that_was_refused_sets_no_zone(club: Club) -> None:
    refused = await club.alice.slash(club.channel, "settings", zone="Berlin", pause="whenevr", why="injury")
    async with club.database.read() as session:
        assert await session.scalar(select(User.zone).where(User.user_id == club.alice.id)) is None
    form = await club.alice.click(refused.response, label="Fix it")
    assert filled(form) == {"zone": "Berlin", "until": "whenevr"}
    done = await club.alice.submit_modal(form, {"zone": "Berlin", "until": "in 2 weeks"})
    shown = text_of(done) + text_of(refused.response)
    assert "Berlin" in shown
    assert "Paused for an injury" in shown
