"""The longest cards of a round and an availability are within Discord's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import discord
import pytest

from bot.domain.outings.outing_rules import OutingState, Wish
from bot.domain.partners.availability import MOST_WINDOWS, Window
from bot.domain.rounds.match_reasons import MOST_REASONS, MatchReason, Reason
from bot.domain.rounds.matching import MissingHelp
from bot.domain.text.units import Units
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.partners.availability import Available
from bot.services.rounds.round_draws import Proposed, RoundView
from bot.services.rounds.rounds import CALLED_OFF, Invitation
from cogs.partners.availability_view import availability_card, availability_form
from cogs.rounds.rounds_view import left, matched, notice, preview, round_card
from tests.rules.card_limits import ID, NASTY, within
from tests.rules.outings.longest_outing import worst

NOW = datetime(2026, 11, 19, 18, tzinfo=UTC)
LONGEST = tuple(
    reason.code for reason in (Reason(MatchReason.BACKWARD), Reason(MatchReason.APART, 8), Reason(MatchReason.NEW))
)
assert len(LONGEST) == MOST_REASONS
WINDOWS = tuple(Window(day, start + day, start + 60 + day) for day in range(7) for start in (600, 700, 800))


def worst_round(reader: Localizer, state: str) -> RoundView:
    people = tuple((ID, NASTY[:120], wish) for wish in Wish)
    outing = Proposed(people, NOW, NASTY[:60], LONGEST)
    return RoundView(
        ID, ID, reader, date(2026, 11, 23), NOW, state, 2**48 - 1, 10**6, (outing,) * 60,
        ((NASTY[:120], MissingHelp.WIDER.value),) * 60, NOW + timedelta(hours=2),
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_organisers_see(language: str) -> None:
    reader = Localizer(language, Units.BOTH)
    for state in ("announced", "drawing", "drawn", "confirmed", "cancelled"):
        shown = worst_round(reader, state)
        for page in (0, 5, 99):
            within(round_card(shown, page, reader, "n" * 200))
        message = preview(shown, reader)
        assert (message is None) == (state in ("announced", "drawing", "cancelled"))
        assert message is None or len(message[0]) <= 2000
    words, view = preview(worst_round(reader, "drawn"), reader) or ("", None)
    assert "@everyone" not in words
    assert view is not None
    assert "118" in words or "119" in words or "117" in words, "how many lines are not shown"


@pytest.mark.parametrize(
    ("language", "to_ada", "to_organisers"),
    [
        ("en", "it's your turn to spot, 5 weeks since", "it's Ada's turn to spot, 5 weeks since"),
        ("de", "du bist mit dem Begleiten dran, seit 5 Wo", "Ada ist mit dem Begleiten dran"),
    ],
)
def test_whose_turn_it_is_is_said_by_name(language: str, to_ada: str, to_organisers: str) -> None:
    reader = Localizer(language)
    people = ((1, "Ada", Wish.SPOTTER), (2, "Ben", Wish.BACKWARD))
    proposed = Proposed(people, NOW, "Park", ("forward", "apart:5"))
    shown = RoundView(1, 1, reader, date(2026, 11, 23), NOW, "drawn", 1, 2, (proposed,), (), None)
    words, _ = preview(shown, reader) or ("", None)
    assert to_organisers in words
    outing = worst(OutingState.FILLED)
    inside = [
        replace(one, user_id=number, name=name, wish=wish)
        for one, (number, name, wish) in zip(outing.companions, people, strict=False)
    ]
    outing = replace(outing, companions=tuple(inside))
    assert to_ada in (matched(outing, 1, ("forward", "apart:5"), reader) or "")
    assert "Ada" in (matched(outing, 2, ("forward",), reader) or "").splitlines()[-2]
    changed = replace(outing, companions=tuple(replace(one, wish=Wish.SWAP) for one in inside))
    assert "Ada" not in (matched(changed, 1, ("forward",), reader) or "").splitlines()[-2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_members_read(language: str) -> None:
    reader = Localizer(language)
    asked = Invitation(ID, ID, date(2026, 11, 23), NOW, "announced", "asked", NASTY[:120], WINDOWS)
    assert len(notice(asked, reader)[0]) <= 2000
    for told in (*MissingHelp, CALLED_OFF):
        assert 20 < len(left(str(told), reader)) <= 2000


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_somebody_has_said(language: str) -> None:
    reader = Localizer(language)
    points = tuple(f"{n}{NASTY}"[:60] for n in range(25))
    said = Available(ID, NASTY[:120], True, points, True, WINDOWS, points, frozenset(Wish), 3599.0, 3599.0)
    assert len(WINDOWS) == MOST_WINDOWS
    within(availability_card(said, reader, "n" * 100))
    for child in availability_form(said, reader).walk_children():
        if isinstance(child, discord.ui.TextInput):
            assert len(child.placeholder or "") <= 100
            assert len(child.default or "") <= (child.max_length or 0) <= 4000
