"""What a text that can mean two things was read as is said, and the other meaning is one press away."""

from __future__ import annotations

import pytest
from simcord import InteractionResult

from db.models import Run, User
from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.runs.reading import rows


async def think_in_miles(club: Club) -> None:
    async with club.database.write() as session:
        session.add(User(user_id=club.alice.id, created_at=club.env.now(), units="imperial", zone="UTC"))


async def log(club: Club, **options: str) -> InteractionResult:
    return await club.alice.slash(club.channel, "log", direction="backward", surface="track", **options)


async def test_a_bare_pace_in_miles_is_said_and_one_press_makes_it_per_km(club: Club) -> None:
    await think_in_miles(club)
    answer = await log(club, distance="5k", pace="5:30")
    notice = next(message for message in answer.followups if "Per km" in button_ids(message))
    assert "I read “5:30” as 5:30/mi. Meant per km?" in text_of(notice).replace("\\", "")
    done = await club.alice.click(notice, label="Per km")
    assert "Changed" in text_of(done)
    (run,) = await rows(club, Run)
    assert (run.distance_m, run.duration_ms) == (5000, 1_650_000)
    assert run.started_at.timestamp() + 1650 == pytest.approx(club.env.now().timestamp(), abs=5), "it had just ended"
    assert "27:30" in text_of(club.channel.last_message)


async def test_a_bare_distance_in_miles_can_be_kilometres(club: Club) -> None:
    await think_in_miles(club)
    answer = await log(club, distance="5", time="45:00")
    notice = next(message for message in answer.followups if "Kilometres" in button_ids(message))
    assert "I read “5” as 5.00 mi" in text_of(notice)
    await club.alice.click(notice, label="Kilometres")
    (run,) = await rows(club, Run)
    assert (run.distance_m, run.duration_ms) == (5000, 2_700_000)


async def test_nothing_is_said_where_units_are_typed(club: Club) -> None:
    await think_in_miles(club)
    answer = await log(club, distance="5k", pace="5:30/km")
    assert "I read" not in text_of(answer)


async def test_a_bare_number_is_minutes_or_seconds_where_only_one_is_plausible(club: Club) -> None:
    answer = await log(club, run="5k in 27")
    assert "5.00 km backward in 27:00" in text_of(answer)
    assert "I read “27” as 27:00." in text_of(answer)
    assert "400 m backward in 1:30" in text_of(await log(club, distance="400m", time="90"))
    refused = await log(club, distance="1500m", time="90")
    assert "Fix it" in button_ids(refused), "neither is plausible"


async def test_a_short_distance_of_a_miles_member_is_in_yards(club: Club) -> None:
    await think_in_miles(club)
    await log(club, distance="150m", time="1:00")
    own = await club.alice.slash(club.channel, "runs list")
    assert "164 yd" in text_of(own)
    assert "150 m" not in text_of(own)


async def test_the_first_run_says_the_reading_with_its_question(club: Club) -> None:
    await think_in_miles(club)
    asked = await club.alice.slash(club.channel, "log", distance="5k", pace="5:30")
    assert "Meant per km?" in text_of(asked)
    await club.alice.click(asked.response, label="Per km")
    (run,) = await rows(club, Run)
    assert run.duration_ms == 1_650_000


async def test_the_reading_in_german(club: Club) -> None:
    await think_in_miles(club)
    await club.speak("de", club.alice)
    answer = await log(club, distance="5k", pace="5:30")
    notice = next(message for message in answer.followups if "Pro km" in button_ids(message))
    done = await club.alice.click(notice, label="Pro km")
    assert_language("de", notice, done)
