"""Every text of an outing in every possible state must be true for a rescuer, a partner or a contact who reads it.

The states are generated: state of the outing, who is home, who was absent, who has left, whether help was asked for,
how often it was extended, whether there is a spotter. Each text is rendered in each language and compared with the
facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import discord
import pytest

from bot.domain.outings.outing_rules import BEFORE, OUT, OutingState, Presence, Role, Wish
from bot.localizer import Localizer
from bot.services.outings.outing_transitions import LeaveReason
from bot.services.outings.outings import CompanionView, OutingView
from bot.services.safety import contact_answers
from bot.services.safety.contact_answers import AlarmedContact, AlarmedContacts, Tried
from cogs.outings import outing_letters_view as outing_letters
from cogs.outings import outing_view as course
from cogs.outings.on_the_way_view import on_the_way
from cogs.outings.outing_card_view import private_card, public_card
from cogs.safety import alerts_view as alerts
from tests.rules.outings.outing_views import (
    ADA,
    AT,
    BEN,
    CASES,
    CLUB,
    PLACE,
    READERS,
    Case,
    companion,
    outing,
    pressable,
    words_of,
)

UNMANNED = re.compile(r"Spotter: Nobody yet|-# Spotter: on the outside.*|\*\*No spotter[^*]*\*\*")
"""Where a spotter is spoken of, but nobody is said to be one."""
ALONE = AlarmedContacts(told=False, along=())


CONTACT_SAYS = ("told", "waits", "unreached", "reached", "cannot")
TURNS = (
    "home", "one_home", "help_home", "extended", "resolved", "resolved_brief", "ended", "still_out", "one_still_out",
    "not_there", "there", "word", "word_brief", "word_waits", "word_waits_brief", "help_over", "help_over_brief",
    "contact_reached", "contact_cannot", "on_it",
)  # fmt: skip


def said(view: discord.ui.View | discord.ui.LayoutView | None) -> str:
    items = view.walk_children() if view else ()
    return "\n".join(item.content for item in items if isinstance(item, discord.ui.TextDisplay))


def texts(case: Case, reader: Localizer) -> Iterator[tuple[str, int, str, set[str]]]:
    """Yield (name, recipient, text, components) of every text of an outing; recipient 0 is a channel."""
    one = case.outing
    card = public_card(one, reader)
    yield "public", 0, words_of(card), pressable(card.view)
    for me in one.inside:
        private = private_card(one, me.user_id, reader)
        yield "private", me.user_id, said(private), pressable(private)
        yield from _letters(one, me.user_id, reader)
        if one.state in OUT:
            yield from _of_the_way(one, me, reader)
    if one.state in OUT:
        yield from _alarms(case, reader)


def _alarms(case: Case, reader: Localizer) -> Iterator[tuple[str, int, str, set[str]]]:
    one, asks = case.outing, case.asks
    for about in one.out:
        for asked in (False, True):
            made = alerts.for_contact(
                one, about, CLUB, reader, asks_help=asks == about.user_id, asked=asked, organisers_at=AT
            )
            yield "contact", -about.user_id, made[0], pressable(made[1])
        for how in (contact_answers.REACHED, contact_answers.CANNOT):
            made = alerts.answered(one, about, CLUB, reader, how)
            yield f"contact {how}", -about.user_id, made[0], pressable(made[1])
    if one.state is OutingState.OVERDUE:
        for how in ("none", *CONTACT_SAYS):
            told = [AlarmedContact("Dora", c.user_id, how) for c in one.out if how != "none"]
            tried = Tried({c.user_id: how != "none" for c in one.out}, tuple(told))
            made = alerts.for_organisers(one, CLUB, reader, help_for=one.who(asks) if asks else None, tried=tried)
            yield "help" if asks else "overdue", 0, made[0], pressable(made[1])
    for how in TURNS:
        yield f"turn {how}", 0, alerts.clear(one, one.inside[0], "Dora", how, reader, about=one.inside[0]), set()


def _letters(one: OutingView, user_id: int, reader: Localizer) -> Iterator[tuple[str, int, str, set[str]]]:
    out_of_it = [c.user_id for c in one.companions if c.presence is Presence.LEFT]
    drawn: dict[str, outing_letters.Letter | None] = {
        "filled": outing_letters.filled(one, user_id, reader),
        "matched": outing_letters.filled(one, user_id, reader, matched=True),
        "confirmed": outing_letters.confirmed(one, user_id, reader, CLUB, ALONE),
        "confirmed brief": outing_letters.confirmed(one, user_id, reader, CLUB, ALONE, whole=False),
        "changed": outing_letters.changed(one, user_id, reader),
    }
    if one.state in BEFORE and out_of_it:
        drawn |= {
            f"reopened {why}": outing_letters.reopened(one, user_id, reader, out_of_it, why, agreed=True)
            for why in LeaveReason
        }
    if one.state in course.CHECK_IN_STATES:
        drawn |= {
            "evening": course.reminder(one, user_id, reader, evening=True),
            "hour": course.reminder(one, user_id, reader, evening=False),
            "start": course.starting(one, user_id, reader),
        }
    for name, letter in drawn.items():
        if letter is not None:
            yield name, user_id, letter[0], pressable(letter[1])


def _of_the_way(one: OutingView, me: CompanionView, reader: Localizer) -> Iterator[tuple[str, int, str, set[str]]]:
    if not me.out:
        view = course.came_home(one, me.user_id, reader)
        yield "home", me.user_id, said(view), pressable(view)
        return
    for name, (words, buttons) in {
        "out": on_the_way(one, me.user_id, reader, CLUB, ALONE, by_others=True),
        "ask": alerts.ask(one, reader, again=False, contacts=True),
        "ask alone": alerts.ask(one, reader, again=False, contacts=False),
        "ask again": alerts.ask(one, reader, again=True, contacts=True),
        "both home?": course.asked_home(one, me.user_id, BEN if me.user_id == ADA else ADA, reader),
    }.items():
        yield name, me.user_id, words, pressable(buttons)


EVERYTHING = [pytest.param(case, reader, id=f"{case.name}-{reader.language}") for case in CASES for reader in READERS]


@pytest.mark.parametrize(("case", "reader"), EVERYTHING)
def test_every_text_says_what_is_so(case: Case, reader: Localizer) -> None:
    one = case.outing
    gone = [c.name for c in one.companions if c.presence is Presence.LEFT]
    extendable = one.help_at is None and one.extended_min <= 45
    for name, whom, words, buttons in texts(case, reader):
        told = f"{name} for {whom}: {words}"
        assert not re.search(r"[{}]|\*\*\*\*| ,| \.(?!\.)|  ", words), told
        if not name.startswith("reopened"):
            assert not any(who in words for who in gone), told
        if "call:confirm" in buttons and name != "public":
            others = [c.name for c in one.inside if c.user_id != whom]
            assert all(part in words for part in (PLACE, "<t:", *others)), told
        assert extendable or "outing:extend" not in buttons, told
        assert whom >= 0 or ("112" in words and f"<@{-whom}>" in words), told
        home = [c.name for c in one.inside if c.home_at is not None]
        assert name != "overdue" or not any(f"{who} <@" in words for who in home), told
        assert name not in ("help", "overdue") or "<@" in words, told


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_where_nobody_faces_forward_nothing_says_otherwise(case: Case) -> None:
    one, reader = case.outing, Localizer()
    spotter = any(c.roles.first is Role.SPOTTER for c in (one.out if one.state in OUT else one.inside))
    for name, whom, words, _ in texts(case, reader):
        told = f"{name} for {whom}: {words}"
        assert spotter or "Spotter" not in UNMANNED.sub("", words), told
        if one.state in (OutingState.FILLED, OutingState.CONFIRMED):
            agreed = "confirmed" in words.lower() or name in ("evening", "hour")
            assert spotter or not agreed or name == "confirmed brief" or "No spotter" in words, told
            assert not spotter or "No spotter" not in words, told
        if name in ("evening", "hour", "start"):
            assert ("Not settled yet" in words) == (one.state is OutingState.FILLED), told


def test_it_is_said_why_somebody_is_not_in_it_any_more() -> None:
    one = outing(OutingState.OPEN, companion(ADA, Wish.BACKWARD), companion(BEN, Wish.SPOTTER, presence=Presence.LEFT))
    said_for = {
        why: letter[0].splitlines()[0]
        for why in LeaveReason
        if (letter := outing_letters.reopened(one, ADA, Localizer(), [BEN], why, agreed=True))
    }
    assert "Ben can't come any more" in said_for[LeaveReason.CANNOT]
    assert "Not there: Ben" in said_for[LeaveReason.MISSING]
    assert "Ben is no longer in the club" in said_for[LeaveReason.GONE]


def test_a_call_for_help_that_runs_is_never_welcomed_home() -> None:
    for case in CASES:
        for name, _, words, _ in texts(case, Localizer()):
            assert name != "home" or case.outing.help_at is None or "Welcome home" not in words, words
