"""Selection of the reasons that distinguish one outing of a round from the others."""

from __future__ import annotations

from bot.domain.rounds.match_reasons import MatchReason, Reason, shares, telling

NEW, PLACE, PACE, TIME, ROLES, FORWARD = (
    Reason(why)
    for why in (
        MatchReason.NEW,
        MatchReason.PLACE,
        MatchReason.PACE,
        MatchReason.TIME,
        MatchReason.ROLES,
        MatchReason.FORWARD,
    )
)
FIVE, SIX = Reason(MatchReason.APART, 5), Reason(MatchReason.APART, 6)


def test_what_all_have_in_common_is_left_out_and_what_few_have_stands_first() -> None:
    pairs = [(FIVE, PACE, ROLES), (NEW, PACE, ROLES), (NEW, PLACE, ROLES)]
    common = shares(pairs)
    assert [telling(one, common) for one in pairs] == [(FIVE, PACE), (NEW, PACE), (PLACE, NEW)]


def test_what_has_nothing_else_keeps_one_reason() -> None:
    common = shares([(NEW, ROLES)] * 4)
    assert telling((NEW, ROLES), common) == (NEW,)


def test_what_is_said_with_a_name_or_a_number_is_never_common() -> None:
    pairs = [(FORWARD, FIVE, ROLES), (FORWARD, SIX, ROLES), (FORWARD, SIX, ROLES)]
    common = shares(pairs)
    assert [telling(one, common) for one in pairs] == [(FORWARD, FIVE), (FORWARD, SIX), (FORWARD, SIX)]


def test_one_pair_alone_keeps_its_reasons_and_none_more_than_three() -> None:
    one = (FORWARD, NEW, PLACE, PACE, ROLES)
    assert telling(one, shares([one])) == (FORWARD, NEW, PLACE)
    assert telling((), shares([])) == ()
