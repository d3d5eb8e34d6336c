"""Texts of the quiet alarm, and of alarms that bypass the database, must be true for a rescuer in every state.

As in `test_outing_words`: who is home and how, whether the outing is over, whether somebody handles the alarm,
whether it is closed, whether the place is withheld.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from bot.domain.outings.outing_rules import OUT, OutingState, Presence, Wish
from bot.localizer import Localizer
from bot.services.outings.outings import OutingView
from bot.services.outings.quiet_alarm_updates import QuietAlarm
from cogs.safety import alerts_view as alerts
from cogs.safety import quiet_alarms_view as quiet_alarms
from tests.rules.outings.outing_views import ADA, AT, BEN, CASES, CEM, CLUB, READERS, companion, outing, pressable

ON_IT, CLOSED = "alert:onit", "alert:word"
ENDED_AT = AT + timedelta(minutes=70)
HOW = ("nobody", "Ada", "Ben", "both", "resolved")
"""Who has pressed Home; `resolved`: nobody, but the outing was ended with Resolved."""


def quiet(taken: bool, closed: bool) -> QuietAlarm:
    by, at = (42, AT) if taken else (None, None)
    return QuietAlarm(3, 7, ADA, by, at, 42 if closed else None, AT if closed else None, "well" if closed else None)


def outings() -> Iterator[tuple[str, int, OutingView]]:
    """Yield (who pressed Home, number of others, outing) of every outing in which Ada can have felt unsafe."""
    for how, others in product(HOW, range(3)):
        pressed = {"Ada": (ADA,), "Ben": (BEN,), "both": (ADA, BEN)}.get(how, ())
        people = []
        for user_id in (ADA, BEN, CEM)[: others + 1]:
            home_at = AT + timedelta(minutes=50) if user_id in pressed else ENDED_AT if how == "resolved" else None
            wish = Wish.BACKWARD if user_id == ADA else Wish.SPOTTER
            people.append(companion(user_id, wish, confirmed=True, checked_in_at=AT, home_at=home_at))
        over = how == "resolved" or all(one.home_at for one in people)
        state = OutingState.RESOLVED if how == "resolved" else OutingState.HOME if over else OutingState.UNDER_WAY
        ended = {"ended_at": ENDED_AT if how == "resolved" else AT + timedelta(minutes=50)} if over else {}
        yield how, others, outing(state, *people, **ended)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.language)
def test_a_quiet_alarm_says_what_is_so(reader: Localizer) -> None:
    english = reader.language == "en"
    for (how, others, one), taken, closed, hidden in product(outings(), (False, True), (False, True), (False, True)):
        shown = alerts.withheld(one, reader) if hidden else one
        made = quiet_alarms.alarm(shown, one.companions[0], quiet(taken, closed), CLUB, reader, by_name="Dora")
        words, buttons = made[0], pressable(made[1])
        told = f"{how}, {others} others, taken={taken}, closed={closed}: {words}"
        assert not re.search(r"[{}]|\*\*\*\*| ,| \.(?!\.)|  ", words), told
        assert f"<@{ADA}>" in words, told
        assert ("Stadium" in words) is not hidden, told
        assert ("Ben" in words, "Cem" in words) == (others > 0, others > 1), told
        assert buttons == (set() if closed else {CLOSED} if taken else {ON_IT, CLOSED}), told
        assert closed or "112" in words, told
        first = words.splitlines()[0]
        assert ("Dora" in first) is (taken or closed), told
        if not english:
            continue
        assert ("feels unsafe" in words) is not closed, told
        assert ("I'll repeat this" in words) is not (taken or closed), told
        assert ("only asked for more time" in words) is (others > 0 and not closed), told
        assert ("Ada pressed Home" in words) is (how in ("Ada", "both")), told
        assert ("Pressed Home: Ben" in words) is (how in ("Ben", "both") and others > 0), told
        assert ("Ada hasn't pressed Home" in words) is (how == "resolved"), told


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.language)
@pytest.mark.parametrize("how", ["taken", "home", "out", "closed"])
def test_each_turn_of_a_quiet_alarm_names_whom_it_is_about(reader: Localizer, how: str) -> None:
    words = quiet_alarms.turn(how, "Ada", "Dora", "she is safe", reader)
    assert "Ada" in words
    assert ("Dora" in words) is (how in ("taken", "closed"))
    assert ("she is safe" in words) is (how == "closed")


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.language)
def test_what_the_presser_reads_names_no_alarm_to_somebody_beside_them(reader: Localizer) -> None:
    openly = quiet_alarms.honestly_unheard(CLUB, reader)
    assert "112" in openly
    for how in ("unheard", "unanswered"):
        for club in (CLUB, None):
            words = quiet_alarms.unheard(club, reader, how)
            assert not re.search("unsafe|alarm|alert|help|sicher fühl|Hilfe|organis|Orga", words, re.IGNORECASE), words
            assert ("112" in words) is (club is not None), words


OUTSIDE = [case for case in CASES if case.outing.state in OUT and case.asks is None]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.language)
def test_past_the_database_nothing_is_promised_that_cannot_be_kept(reader: Localizer) -> None:
    club = replace(CLUB, reader=reader)
    for case in OUTSIDE:
        one = case.outing
        left = [c.name for c in one.companions if c.presence is Presence.LEFT]
        for me in one.out:
            help_words = alerts.for_organisers(one, club, reader, help_for=me)[0]
            contact_words, contact_view = alerts.for_contact(one, me, club, reader, asks_help=True, answerable=False)
            unsafe_words, unsafe_view = quiet_alarms.unwritten(one, me, club, reader)
            for words in (help_words, contact_words, unsafe_words):
                told = f"{case.name}: {words}"
                assert "112" in words, told
                assert f"<@{me.user_id}>" in words, told
                assert not any(name in words for name in left), told
                assert not re.search("I'll repeat|tell me below|Ich wiederhole|sag es mir unten", words), told
            assert "may be out of date" in help_words or "veraltet" in help_words
            assert pressable(contact_view) == pressable(unsafe_view) == set()
        overdue = alerts.overdue_unasked(one, club)
        assert all(f"<@{c.user_id}>" in overdue for c in one.out), overdue
        assert not re.search("couldn't ask|konnte .* nicht fragen", overdue), overdue
