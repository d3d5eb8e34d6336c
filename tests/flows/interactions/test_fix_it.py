"""Fix it below refusals of forms: what was typed or chosen is entered once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.models import Availability, Reminder, Run, User
from tests.flows.conftest import Club, assert_language, text_of
from tests.flows.runs.reading import filled, rows


@pytest.mark.parametrize("language", ["en", "de"])
async def test_a_reminder_that_was_refused_keeps_its_text(club: Club, language: str) -> None:
    await club.speak(language)
    label = {"en": "Fix it", "de": "Korrigieren"}[language]
    refused = await club.alice.slash(club.channel, "remind me", when="whenevr", what="Schuhe")
    assert refused.ephemeral
    await club.restart()
    form = await club.alice.click(refused.response, label=label)
    assert filled(form) == {"what": "Schuhe", "when": "whenevr"}
    again = await club.alice.submit_modal(form, {"what": "Schuhe", "when": "morgn"})
    second = await club.alice.click(again.response or refused.response, label=label)
    assert filled(second)["when"] == "morgn"
    done = await club.alice.submit_modal(second, {"what": "Schuhe", "when": "in 20 min"})
    assert "Schuhe" in text_of(done)
    assert len(await rows(club, Reminder)) == 1
    if language == "de":
        assert_language("de", refused, form, again, second, done)


async def test_a_time_zone_that_was_refused_is_corrected(club: Club) -> None:
    refused = await club.alice.slash(club.channel, "settings", zone="Berlni")
    form = await club.alice.click(refused.response, label="Fix it")
    assert filled(form) == {"zone": "Berlni", "until": ""}
    await club.alice.submit_modal(form, {"zone": "Berlin"})
    assert "Berlin" in text_of(refused.response)
    async with club.database.read() as session:
        assert await session.scalar(select(User.zone).where(User.user_id == club.alice.id)) == "Europe/Berlin"


async def test_availability_keeps_every_field_and_says_every_fault(club: Club) -> None:
    card = await club.alice.slash(club.channel, "partner availability")
    form = await club.alice.click(card.response, label="Add my times")
    typed = {"when": "tue 18-20 and maybe sat", "places": "Stadium\nOak", "forward": "six", "backward": "8:30"}
    refused = await club.alice.submit_modal(form, typed)
    assert "maybe" in text_of(refused)
    assert "“six”" in text_of(refused)
    await club.restart()
    again = await club.alice.click(refused.response, label="Fix it")
    assert filled(again) == typed
    await club.alice.submit_modal(again, typed | {"when": "tue 18-20", "forward": "6:00"})
    (kept,) = await rows(club, Availability)
    assert (kept.places, kept.forward_s_per_km) == (["Stadium", "Oak"], 360)


async def test_a_field_that_was_emptied_is_empty_again(club: Club) -> None:
    logged = await club.alice.slash(
        club.channel, "log", distance="5k", time="27:30", direction="backward", note="windy"
    )
    form = await club.alice.click(logged.response, label="Edit")
    refused = await club.alice.submit_modal(form, filled(form) | {"time": "27:300", "note": ""})
    again = await club.alice.click(refused.response, label="Fix it")
    assert filled(again)["note"] == ""
    assert filled(again)["time"] == "27:300"
    await club.alice.submit_modal(again, filled(again) | {"time": "27:20"})
    (run,) = await rows(club, Run)
    assert (run.duration_ms, run.note) == (1_640_000, None)
    assert "27:20" in text_of(club.channel.history()[0]), "the public card follows"
    assert "Fix it" not in text_of(refused.response)


async def test_what_was_chosen_in_a_menu_is_chosen_again(club: Club) -> None:
    page = await club.olga.slash(club.channel, "club settings")
    await club.olga.click(page.response, label="Partners")
    await club.olga.click(page.response, label="Meeting points")
    form = await club.olga.click(page.response, label="Add")
    typed = {"name": "Stadium", "detail": "gate 4", "surface": ["track"]}
    await club.olga.submit_modal(form, typed)
    form = await club.olga.click(page.response, label="Add")
    refused = await club.olga.submit_modal(form, typed | {"surface": ["trail"]})
    again = await club.olga.click(refused.response, label="Fix it")
    assert filled(again) == typed | {"surface": "trail"}


async def test_a_weight_that_was_refused_is_corrected(club: Club) -> None:
    page = await club.alice.slash(club.channel, "settings")
    form = await club.alice.click(page.response, label="Weight")
    refused = await club.alice.submit_modal(form, {"weight": "heavy"})
    again = await club.alice.click(refused.response, label="Fix it")
    assert filled(again) == {"weight": "heavy"}
    await club.alice.submit_modal(again, {"weight": "70 kg"})
    (user,) = await rows(club, User)
    assert user.weight_kg == 70


async def test_what_is_gone_cannot_be_fixed(club: Club) -> None:
    asked = await club.alice.slash(club.channel, "remind me", when="in 20 min", what="Shoes")
    form = await club.alice.click(asked.response, label="Edit")
    async with club.database.write() as session:
        await session.delete(await session.get(Reminder, 1))
    gone = await club.alice.submit_modal(form, {"what": "Shoes", "when": "in 30 min"})
    assert "Fix it" not in text_of(gone)
