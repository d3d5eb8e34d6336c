"""Finding a partner as members do: call, answer, confirm, refusals, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from db.models import Delivery, MeetingPoint, Outing, Tie
from tests.flows.conftest import NOON, Club, button_ids, text_of
from tests.flows.outings.calling import (
    FRIDAY,
    STADIUM,
    block,
    card_of,
    club_sets,
    find,
    newcomer,
    partners_card,
    press,
    state,
)

# ── the usual path ──


async def test_two_find_each_other_and_agree(club: Club) -> None:
    card = await find(club, club.alice)
    words = text_of(card)
    assert "**alice needs a spotter**" in words
    assert "### Stadium" in words
    assert f"<t:{FRIDAY.timestamp():.0f}:F>" in words
    assert "3.00 km backward · about 24 min (8:00/km)" in words
    assert "oak" not in words
    assert list(button_ids(card)) == [
        "Run backward · 1 free", "Spotter · 2 free", "Swap · 2 free", "More",
    ]  # fmt: skip
    said = await press(club, club.bob, card, "Spotter")
    assert "You're in, and everyone's confirmed" in said
    assert "gate 4" not in said, "the details come in one direct message, not in two"
    assert "gate 4, by the oak" in club.dms(club.bob)[-1].content, "who is in sees where exactly"
    assert "Spotter: bob" in text_of(card_of(club))
    assert await state(club) == (
        "confirmed", [(club.alice.id, "backward", "in"), (club.bob.id, "spotter", "in")],
    )  # fmt: skip
    assert "Everyone's confirmed" in text_of(card_of(club))
    for actor in (club.alice, club.bob):
        last = club.dms(actor)[-1].content
        assert "it's on" in last
        assert "your local emergency number" in last


async def test_a_surface_typed_against_a_known_meeting_point_is_refused_with_both_shown(club: Club) -> None:
    await find(club, club.alice)  # creates the club's row
    async with club.database.write() as session:
        await session.execute(insert(MeetingPoint).values(guild_id=club.guild.id, name="River road", surface="road"))
    typed = STADIUM | {"place": "river road", "when": "sat 9:00", "role": "backward"}
    answer = await club.alice.slash(club.channel, "partner find", **typed, surface="track")
    assert "River road down as “road”, and you chose “track”" in text_of(answer)
    assert "Your call's on its way to" in text_of(await club.alice.slash(club.channel, "partner find", **typed))


async def test_the_form_behind_the_button_calls_as_well(club: Club) -> None:
    message = await partners_card(club)
    form = await club.bob.click(message, label="Find a partner")
    values = {"place": "Park", "when": "tomorrow 7:00", "length": "40 min", "role": "spotter", "who": "everyone"}
    answer = await club.bob.submit_modal(form, values)
    assert "Your call's on its way to" in text_of(answer)
    assert "bob can spot" in text_of(card_of(club))
    assert "About 40 min" in text_of(card_of(club))


async def test_meeting_points_are_offered_and_bring_what_is_known_of_them(club: Club) -> None:
    await club.alice.slash(club.channel, "partner mine")
    async with club.database.write() as session:
        for name, surface in (("Track at the mill", "track"), ("Town park", "path")):
            await session.execute(
                insert(MeetingPoint).values(guild_id=club.guild.id, name=name, detail=f"{name} gate", surface=surface)
            )
    found = await club.alice.autocomplete(club.channel, "partner find", "place", "mill")
    assert [choice["name"] for choice in found] == ["Track at the mill"]
    read = await club.alice.autocomplete(club.channel, "partner find", "when", "fri 18:00")
    assert [choice["name"] for choice in read] == ["Fri 20 Nov 18:00"]
    unread = await club.alice.autocomplete(club.channel, "partner find", "when", "yesterday 18:00")
    assert "is over" in unread[0]["name"]
    card = await find(club, club.alice, place="Track at the mill", exactly="the far gate")
    assert "### Track at the mill" in text_of(card)


# ── refusals ──


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"when": "yesterday 18:00"}, "which is over"),
        ({"when": "friday"}, "not the time"),
        ({"when": "2027-02-01 18:00"}, "up to 60 days ahead"),
        ({"distance": "60k"}, "too long for one outing"),
        ({"distance": "far"}, "as a distance"),
        ({"pace": "quick"}, "as a pace"),
        ({"who": "women"}, "has no role for women-only calls"),
    ],
)
async def test_what_can_not_be_called_is_refused_in_words(club: Club, typed: dict[str, Any], words: str) -> None:
    answer = await club.alice.slash(club.channel, "partner find", **(STADIUM | {"role": "backward"} | typed))
    assert words in text_of(answer)
    async with club.database.read() as session:
        assert (await session.scalars(select(Outing))).first() is None
        assert (await session.scalars(select(Delivery))).first() is None


async def test_a_second_outing_at_the_time_is_refused_with_both_shown(club: Club) -> None:
    await find(club, club.alice)
    answer = await club.alice.slash(
        club.channel, "partner find", **(STADIUM | {"role": "backward", "place": "Park", "when": "fri 18:10"})
    )
    assert "• Stadium, Fri 20 Nov 18:00 until Fri 20 Nov 18:24" in text_of(answer)
    assert "• Park, Fri 20 Nov 18:10" in text_of(answer)


async def test_in_a_direct_message_it_goes_to_the_home_club_s_partners_channel(club: Club) -> None:
    typed = STADIUM | {"role": "backward"}
    assert "Which club?" in text_of(await club.alice.user.slash("partner find", **typed))
    await club.alice.slash(club.channel, "partner mine")
    assert "no partners channel yet" in text_of(await club.alice.user.slash("partner find", **typed))
    await club_sets(club, partners_channel_id=club.channel.id)
    answer = await club.alice.user.slash("partner find", **typed)
    assert f"<#{club.channel.id}>" in text_of(answer)
    assert "**alice needs a spotter**" in text_of(card_of(club))


async def test_whoever_may_not_join_reads_the_same(club: Club) -> None:
    card = await find(club, club.alice)
    await block(club, club.alice, club.bob)
    refused = await press(club, club.bob, card, "Spotter")
    assert refused == "This outing isn't open to you."
    for label in ("Run backward", "Swap"):
        assert await press(club, club.bob, card, label) == refused
    limited = await find(club, club.olga, who="trusted", when="sat 9:00")
    assert limited.content == "**olga needs a partner** 🤝"
    assert list(button_ids(limited)) == ["Show"]
    assert await press(club, club.alice, limited, "Show") == refused
    async with club.database.write() as session:
        await session.execute(
            insert(Tie).values(user_id=club.olga.id, other_id=club.alice.id, kind="trust", other_name="x", since=NOON)
        )
    shown = await club.alice.click(limited, label="Show")
    assert "### Stadium" in text_of(shown)
    assert "oak" not in text_of(shown)
    assert shown.response is not None
    assert "You're in" in await press(club, club.alice, shown.response, "Spotter")


async def test_a_call_to_a_role_opens_for_those_who_have_it(club: Club) -> None:
    role = club.guild.create_role("Spotters")
    carla = newcomer(club, "carla", role)
    await club.env.settle()
    await club.alice.slash(club.channel, "partner mine")
    await club_sets(club, spotter_role_id=role.id)
    card = await find(club, club.alice, who="spotters")
    assert "Stadium" not in text_of(card)
    assert await press(club, club.bob, card, "Show") == "This outing isn't open to you."
    shown = await carla.click(card, label="Show")
    assert "### Stadium" in text_of(shown)
