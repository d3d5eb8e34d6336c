"""Weights of pairs and trios, and combinations that are not allowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.rounds.match_reasons import MatchReason
from bot.domain.rounds.match_scoring import Candidate, Match, weigh
from tests.builders.candidates import EVENING, HOUR, MORNING, RUNNER, SPOTTER, SWAP, B, S


def pair(one: Candidate, other: Candidate, per_spotter: int = 2) -> Match:
    found = weigh((one, other), per_spotter)
    assert found is not None
    return found


def whys(found: Match | None) -> list[str]:
    assert found is not None
    return [reason.code for reason in found.why]


def test_a_runner_and_a_spotter() -> None:
    found = pair(RUNNER, SPOTTER)
    assert [(p.user_id, p.wish) for p in found.partners] == [(1, B), (2, S)]
    assert (found.slot, found.place, found.pace_s_per_km) == (18 * HOUR, None, 480)
    assert whys(found) == ["new", "pace", "roles"]


@pytest.mark.parametrize(
    "other",
    [
        replace(SPOTTER, mask=MORNING),
        replace(SPOTTER, mask=EVENING >> (2 * HOUR - 2)),  # half an hour in common
        replace(SPOTTER, wishes=frozenset({B})),
        replace(SPOTTER, forward_s_per_km=600.0),
        replace(SPOTTER, blocked=frozenset({1})),
        replace(SPOTTER, places=frozenset({"Park"})),
    ],
    ids=["time", "too short", "role", "pace", "block", "place"],
)
def test_no_outing(other: Candidate) -> None:
    here = replace(RUNNER, places=frozenset({"Track"}))
    assert weigh((here, SPOTTER), 2) is not None
    assert weigh((here, other), 2) is None
    assert weigh((other, here), 2) is None


def test_a_block_said_by_either_is_one() -> None:
    assert weigh((replace(RUNNER, blocked=frozenset({2})), SPOTTER), 2) is None
    assert weigh((RUNNER, replace(SPOTTER, blocked=frozenset({1}))), 2) is None


def test_a_trio_with_two_who_blocked_each_other_does_not_exist() -> None:
    third = replace(RUNNER, user_id=3, blocked=frozenset({1}))
    assert weigh((RUNNER, SPOTTER, replace(third, blocked=frozenset())), 2) is not None
    assert weigh((RUNNER, SPOTTER, third), 2) is None


def test_how_many_a_spotter_takes_is_the_clubs() -> None:
    trio = (RUNNER, SPOTTER, replace(RUNNER, user_id=3))
    assert weigh(trio, 1) is None
    assert weigh(trio, 2) is not None


BETTER = {
    "time": (replace(SPOTTER, mask=EVENING & EVENING << HOUR), SPOTTER),
    "place": (replace(SPOTTER, places=frozenset()), replace(SPOTTER, places=frozenset({"Track"}))),
    "pace": (replace(SPOTTER, forward_s_per_km=530.0), SPOTTER),
    "stroll": (replace(SPOTTER, forward_s_per_km=200.0), SPOTTER),
    "roles": (replace(SPOTTER, wishes=frozenset({SWAP})), SPOTTER),
    "new": (replace(SPOTTER, met={1: 1}), SPOTTER),
    "long ago": (replace(SPOTTER, met={1: 1}), replace(SPOTTER, met={1: 6})),
    "trust": (SPOTTER, replace(SPOTTER, trusts=frozenset({1}))),
    "turns": (replace(SPOTTER, faced_forward=3), replace(SPOTTER, faced_backward=3)),
    "no-shows": (replace(SPOTTER, no_shows=3), replace(SPOTTER, no_shows=2)),
}


@pytest.mark.parametrize("what", BETTER)
def test_what_weighs_more(what: str) -> None:
    worse, better = BETTER[what]
    here = replace(RUNNER, places=frozenset({"Track"}), wishes=frozenset({B, S}) if what == "roles" else RUNNER.wishes)
    assert pair(here, worse).weight < pair(here, better).weight


def test_whose_turn_it_is_settles_who_faces_forward() -> None:
    one, other = (Candidate(n, EVENING, wishes=frozenset({B, S})) for n in (1, 2))
    for tired in (0, 1):
        people = [replace(c, faced_forward=3 if n == tired else 0) for n, c in enumerate((one, other))]
        found = weigh(people, 2)
        assert found is not None
        assert found.partners[tired].wish is B
        assert whys(found)[0] in (MatchReason.FORWARD, MatchReason.BACKWARD, MatchReason.TURNS)


def test_where_and_when() -> None:
    wide = (1 << 16 * HOUR) - 1 << 6 * HOUR
    here = frozenset({"Track", "Park"})
    found = pair(
        replace(RUNNER, mask=wide | MORNING << 48 * HOUR, places=here), replace(SPOTTER, mask=wide, places=here)
    )
    assert found.slot == 13 * HOUR + HOUR // 2  # the middle of a long window
    assert found.place == "Park"
    assert MatchReason.TIME in whys(found)


@pytest.mark.parametrize(
    ("one", "other", "first"),
    [
        (RUNNER, SPOTTER, "new"),
        (RUNNER, replace(SPOTTER, met={1: 5}), "apart:5"),
        (replace(RUNNER, met={2: 4}), SPOTTER, "apart:4"),
        (RUNNER, replace(SPOTTER, met={1: 2}), "pace"),
        (RUNNER, replace(SPOTTER, faced_backward=2), "forward"),
        (replace(RUNNER, faced_forward=2), SPOTTER, "backward"),
        (replace(RUNNER, faced_forward=2), replace(SPOTTER, faced_backward=2), "turns"),
        (
            replace(RUNNER, places=frozenset({"Park"}), met={2: 1}),
            replace(SPOTTER, places=frozenset({"Park"})),
            "place",
        ),
    ],
)
def test_what_is_special_about_a_pair_is_said_first(one: Candidate, other: Candidate, first: str) -> None:
    assert whys(weigh((one, other), 2))[0] == first


def test_of_two_who_both_run_backward_it_is_nobody_s_turn_by_name() -> None:
    two = [replace(RUNNER, user_id=n, faced_forward=2 if n == 1 else 0) for n in (1, 3)]
    assert whys(weigh((*two, SPOTTER), 2))[0] == "turns"
