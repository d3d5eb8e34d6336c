"""The leaderboards' settings: the first board and seasons, in both languages, after a restart, and by outsiders."""

from __future__ import annotations

from typing import Any

import pytest
from simcord import InteractionResult

from bot.services.boards import seasons
from tests.flows.boards.boards import old_message
from tests.flows.clubs.club_pages import boards, guild
from tests.flows.conftest import Club, assert_language, text_of

SPRING = {"name": "Spring *26*", "first": "1 March 2026", "last": "31 May 2026"}


async def add(club: Club, card: Any, label: str = "Add a season", **values: str) -> InteractionResult:
    form = await club.olga.click(card.response, label=label)
    return await club.olga.submit_modal(form, SPRING | values)


async def test_the_club_chooses_what_its_boards_begin_with(club: Club) -> None:
    card = await boards(club)
    await club.restart()
    await club.olga.select(card.response, ["distance_backward"], custom_id="club:firstboard:v1")
    assert (await guild(club)).first_board == "distance_backward"
    assert "Backward distance" in text_of(await club.alice.slash(club.channel, "leaderboard"))


async def test_a_season_is_named_and_has_boards_of_its_own(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="30:00", when="3 May 2026")
    card = await boards(club)
    await club.restart()
    after = await add(club, card)
    assert "runs from 1 Mar 2026 to 31 May 2026" in text_of(after)
    for words in ("season", "spring *26*"):
        board = text_of(await club.bob.slash(club.channel, "leaderboard", metric="distance", period=words))
        assert "Spring \\*26\\*, 1 Mar 2026 to 31 May 2026" in board
        assert "🥇 · alice — **5.00 km**" in board
    (season,) = await seasons.listed(club.database, club.guild.id)
    asked = await club.olga.select(card.response, [str(season.season_id)], custom_id="club:dropseason:v1")
    assert "all runs stay" in text_of(asked if asked.response else card)
    await club.olga.click(card.response, label="Delete")
    assert await seasons.listed(club.database, club.guild.id) == []
    assert "no such season" in text_of(await club.bob.slash(club.channel, "leaderboard", period="season"))


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"name": "Other", "first": "31 May 2026", "last": "30 June 2026"}, ("31 May 2026", "Spring")),
        ({"name": "spring *26*", "first": "1 July 2026", "last": "2 July 2026"}, ("already",)),
        ({"name": "Other", "first": "1 July 2026", "last": "1 June 2026"}, ("before it starts",)),
        ({"name": "Other", "first": "1 July 2026", "last": "1 July 2036"}, ("too long",)),
    ],
)
async def test_a_season_that_cannot_be_is_refused_with_both_shown(
    club: Club, values: dict[str, str], shown: tuple[str, ...]
) -> None:
    card = await boards(club)
    await add(club, card)
    refused = await add(club, card, **values)
    for words in shown:
        assert words in text_of(refused)
    assert [one.name for one in await seasons.listed(club.database, club.guild.id)] == ["Spring *26*"]


async def test_the_settings_in_german(club: Club) -> None:
    await club.speak("de")
    card = await boards(club, "Bestenlisten")
    spring = {"name": "Saison", "first": "1. März 2026", "last": "31. Mai 2026"}
    added = await add(club, card, "Saison anlegen", **spring)
    refused = await add(club, card, "Saison anlegen", **spring | {"name": "Andere"})
    assert "überschneidet sich" in text_of(refused)
    assert_language("de", card, added, refused)


@pytest.mark.parametrize("action", ["boards", "addseason", "seasongone:v1:1", "firstboard"])
async def test_who_is_no_organiser_changes_nothing(club: Club, action: str) -> None:
    await add(club, await boards(club))
    custom_id = f"club:{action}" if ":" in action else f"club:{action}:v1"
    values = ["distance_backward"] if action == "firstboard" else None
    sent = await old_message(club, custom_id, values)
    if values is None:
        answer = await club.alice.click(sent, custom_id=custom_id)
    else:
        answer = await club.alice.select(sent, values, custom_id=custom_id)
    assert "organisers" in text_of(answer)
    assert len(await seasons.listed(club.database, club.guild.id)) == 1
    assert (await guild(club)).first_board is None
