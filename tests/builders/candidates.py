"""Candidates of a round."""

from __future__ import annotations

import random
from itertools import combinations

from bot.domain.outings.outing_rules import Wish
from bot.domain.partners.availability import SLOT_MIN
from bot.domain.rounds.match_scoring import Candidate

HOUR = 60 // SLOT_MIN
EVENING = (1 << 2 * HOUR) - 1 << 18 * HOUR  # Monday 18 to 20
MORNING = (1 << 2 * HOUR) - 1 << 6 * HOUR
B, S, SWAP = Wish.BACKWARD, Wish.SPOTTER, Wish.SWAP
RUNNER = Candidate(1, EVENING, wishes=frozenset({B}), backward_s_per_km=480)
SPOTTER = Candidate(2, EVENING, wishes=frozenset({S}), forward_s_per_km=390)


def a_club(size: int, seed: int) -> list[Candidate]:
    """People with few windows, places and roles, some of whom block one another, and a past."""
    chance = random.Random(seed)
    ids = chance.sample(range(10**17, 10**18), size)
    blocks = {frozenset(pair) for pair in combinations(ids, 2) if chance.random() < 0.15}
    people = []
    for user_id in ids:
        mask = 0
        for _ in range(chance.randint(1, 3)):
            long = chance.choice([HOUR, 2 * HOUR, 3 * HOUR])
            mask |= (1 << long) - 1 << (chance.randrange(4) * 24 + chance.choice([6, 7, 17, 18])) * HOUR
        others = [other for other in ids if other != user_id]
        people.append(
            Candidate(
                user_id,
                mask,
                frozenset(chance.sample(["Track", "Park", "River"], chance.choice([0, 1, 1, 2]))),
                frozenset(chance.sample(list(Wish), chance.choice([1, 1, 2, 3]))),
                chance.choice([None, chance.uniform(280, 560)]),
                chance.choice([None, chance.uniform(360, 620)]),
                frozenset(other for other in others if chance.random() < 0.2),
                chance.randrange(5),
                chance.randrange(5),
                chance.choice([0, 0, 0, 1, 3]),
                frozenset(other for other in others if frozenset((user_id, other)) in blocks),
                {other: chance.randint(1, 8) for other in others if chance.random() < 0.3},
            )
        )
    return people
