"""Fix it below refusals of other commands than `/log`: what was typed is typed once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.models import Reminder, User
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
    assert filled(form) == {"zone": "Berlni"}
    done = await club.alice.submit_modal(form, {"zone": "Berlin"})
    assert "Berlin" in text_of(done)
    async with club.database.read() as session:
        assert await session.scalar(select(User.zone).where(User.user_id == club.alice.id)) == "Europe/Berlin"


async def test_a_zone_that_was_accepted_is_not_offered_again(club: Club) -> None:
    refused = await club.alice.slash(club.channel, "settings", zone="Berlin", pause="whenevr")
    assert "Fix it" not in text_of(refused)
