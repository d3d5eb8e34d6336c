"""The form of a call: meeting points to choose from, who may answer, Fix it, and Again below an outing that is over."""

from __future__ import annotations

from typing import Any

import discord
from simcord import InteractionResult
from sqlalchemy import insert, select

from db.models import MeetingPoint, Outing
from tests.flows.conftest import Club, button_ids, text_of
from tests.flows.outings.calling import card_of, club_sets, find, partners_card
from tests.flows.outings.on_the_way import letter, out

COMMA = "Meadow, old oak"


async def opened(club: Club, *points: str) -> InteractionResult:
    """Open the form as Bob, in a club with these meeting points."""
    message = await partners_card(club)
    await club.bob.slash(club.channel, "partner mine")
    async with club.database.write() as session:
        for name in points:
            await session.execute(insert(MeetingPoint).values(guild_id=club.guild.id, name=name, surface="track"))
    return await club.bob.click(message, label="Find a partner")


def part(form: InteractionResult, name: str) -> dict[str, Any]:
    assert form.modal is not None
    return next(one["component"] for one in form.modal["components"] if one["component"]["custom_id"] == name)


def chosen(form: InteractionResult, name: str) -> list[str]:
    return [option["value"] for option in part(form, name)["options"] if option.get("default")]


async def newest(club: Club) -> Outing:
    async with club.database.read() as session:
        outing = (await session.scalars(select(Outing).order_by(Outing.outing_id.desc()))).first()
    assert outing is not None
    return outing


async def test_a_meeting_point_is_chosen_and_who_may_answer(club: Club) -> None:
    form = await opened(club, COMMA, "Stadium")
    options = part(form, "point")["options"]
    assert [option["label"] for option in options] == [COMMA, "Stadium", "Somewhere else"]
    assert [option["label"] for option in part(form, "who")["options"]] == ["Everyone", "People I trust"]
    values = {"when": "tomorrow 7:00", "length": "3k", "role": "backward", "who": "trusted"}
    await club.bob.submit_modal(form, {**values, "point": [options[0]["value"]]})
    made = await newest(club)
    assert (made.place, made.surface, made.audience) == (COMMA, "track", "trusted")
    assert card_of(club).content == "**bob needs a partner** 🤝"


async def test_only_roles_that_the_club_has_may_answer(club: Club) -> None:
    message = await partners_card(club)
    await club.bob.slash(club.channel, "partner mine")
    await club_sets(club, spotter_role_id=club.guild.create_role("Spotters").id)
    form = await club.bob.click(message, label="Find a partner")
    whom = [option["label"] for option in part(form, "who")["options"]]
    assert whom == ["Everyone", "People I trust", "Certified spotters"]


async def test_somewhere_else_asks_where_and_forgets_nothing(club: Club) -> None:
    form = await opened(club, "Stadium")
    values = {"when": "tomorrow 7:00", "length": "3k", "role": "swap", "who": "trusted", "point": ["0"]}
    refused = await club.bob.submit_modal(form, values)
    assert "Where do you meet?" in text_of(refused)
    again = await club.bob.click(refused.response, label="Fix it")
    assert part(again, "when")["value"] == "tomorrow 7:00"
    assert (chosen(again, "role"), chosen(again, "who")) == (["swap"], ["trusted"])
    sent = {"place": "The weir", "when": "tomorrow 7:00", "length": "3k", "role": "swap", "who": "everyone"}
    assert "Your call's on its way" in text_of(await club.bob.submit_modal(again, sent))
    assert (await newest(club)).place == "The weir"


async def test_a_command_that_is_refused_is_mended_in_the_form(club: Club) -> None:
    await opened(club, "Stadium")
    refused = await club.bob.slash(
        club.channel, "partner find", place="stadium", when="yesterday 18:30", role="spotter", distance="3k"
    )
    assert "which is over" in text_of(refused)
    form = await club.bob.click(refused.response, label="Fix it")
    assert (part(form, "when")["value"], part(form, "length")["value"]) == ("yesterday 18:30", "3k")
    assert (len(chosen(form, "point")), chosen(form, "role")) == (1, ["spotter"])


async def test_a_change_keeps_the_meeting_point_that_was_chosen(club: Club) -> None:
    await opened(club, COMMA, "Stadium")
    card = await find(club, club.alice, place=COMMA)
    menu = await club.alice.click(card, label="More")
    form = await club.alice.click(menu.response, label="Change time or place")
    (point,) = chosen(form, "point")
    typed = {"point": [point], "place": "", "when": part(form, "when")["value"]}
    assert "nothing changed" in text_of(await club.alice.submit_modal(form, typed))
    form = await club.alice.click(menu.response, label="Change time or place")
    await club.alice.submit_modal(form, {**typed, "point": ["0"], "place": "The weir"})
    assert "### The weir" in text_of(card_of(club))


async def test_again_opens_the_form_for_a_week_later(club: Club) -> None:
    await out(club)
    for actor in (club.alice, club.bob):
        home = await actor.user.click(letter(club, actor, "You're out"), label="Home")
    await club.env.settle()
    assert "Again next week" in button_ids(home)
    card = card_of(club)
    assert card.content == "**alice and company are home** 🏁"
    framed = text_of(card)
    assert "3.00 km backward" in framed
    assert "Backward: alice\nSpotter: bob" in framed
    form = await club.bob.click(card, label="Again next week")
    assert part(form, "place")["value"] == "Stadium"
    assert part(form, "when")["value"] == "Fri 27 Nov 18:00"
    assert (part(form, "length")["value"], chosen(form, "role")) == ("3.00 km", ["spotter"])
    sent = {"place": "Stadium", "when": "Fri 27 Nov 18:00", "length": "3.00 km", "role": "spotter", "who": "everyone"}
    assert "Your call's on its way" in text_of(await club.bob.submit_modal(form, sent))
    assert isinstance(card_of(club), discord.Message)
