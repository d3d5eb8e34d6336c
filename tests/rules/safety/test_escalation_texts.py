"""The numbers in the safety texts come from the table of escalation steps, never from the catalogue."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.outings.outing_rules import OutingState
from bot.domain.safety import escalation_steps
from bot.domain.safety.escalation_steps import Recipients, has_reached, pause_after, pause_until, step_at
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.safety.contact_answers import Tried
from cogs.clubs import club_settings_view
from cogs.safety import alerts_view
from tests.rules.outings.outing_views import AT, CLUB, under_way


@pytest.mark.parametrize("language", LANGUAGES)
def test_changing_the_table_changes_timers_texts_and_settings_page(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks, contacts, organisers = escalation_steps.STEPS
    changed = (
        asks,
        replace(contacts, after=timedelta(minutes=7)),
        replace(organisers, after=timedelta(minutes=12), repeat_every=timedelta(minutes=23)),
    )
    monkeypatch.setattr(escalation_steps, "STEPS", changed)
    assert [pause_after(number) for number in range(5)] == [timedelta(minutes=m) for m in (7, 12, 23, 23, 23)]
    assert pause_until(Recipients.ORGANISERS) == timedelta(minutes=19)

    reader = Localizer(language)
    outing = next(c.outing for c in under_way() if c.outing.state is OutingState.OVERDUE and c.outing.out)
    outing = replace(outing, due_back_at=AT)
    assert numbers(alerts_view.ask(outing, reader, again=False, contacts=True)[0]) == {7, 12}
    assert numbers(alerts_view.ask(outing, reader, again=False, contacts=False)[0]) == {19}
    assert numbers(alerts_view.ask(outing, reader, again=True, contacts=True)[0]) == {7}
    tried = Tried(asked={}, contacts=())
    organisers_text = alerts_view.for_organisers(outing, CLUB, reader, help_for=None, tried=tried)[0]
    assert 23 in numbers(organisers_text.splitlines()[-1])
    assert numbers(club_settings_view._escalation(reader)) == {1, 2, 3, 7, 12, 23}


def numbers(text: str) -> set[int]:
    return {int(digits) for digits in re.findall(r"\d+", re.sub(r"<t:[^>]*>", "", text))}


def test_stored_step_numbers_keep_their_meaning() -> None:
    assert [step_at(number).recipients for number in range(5)] == [
        Recipients.COMPANIONS,
        Recipients.CONTACTS,
        *[Recipients.ORGANISERS] * 3,
    ]
    assert not has_reached(-1, Recipients.COMPANIONS)
    assert has_reached(1, Recipients.CONTACTS)
    assert not has_reached(1, Recipients.ORGANISERS)
