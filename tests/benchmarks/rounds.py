"""`python -m tests.benchmarks.rounds`: compare twelve weekly rounds with random pairing, and time a large round.

A club is simulated: when, where and in which roles each member runs is drawn once, and one in five skips a week.
Earlier weeks are the history of the next round, as in the bot. Random pairing takes the same people in random order,
pairs each with the first possible partner, and adds those left over to the first possible pair. Nothing is asserted.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from bot.domain.outings.outing_rules import Role, Wish
from bot.domain.partners.availability import SLOT_MIN
from bot.domain.rounds.match_scoring import LATELY_WEEKS, Candidate, Match, weigh
from bot.domain.rounds.matching import draw_round
from bot.worker.worker import Worker

WEEKS = 12
CLUBS = {8: 20, 30: 10, 200: 3}
"""Club size to the number of clubs averaged."""
PER_SPOTTER = 2
HOUR = 60 // SLOT_MIN
SKIPS = 0.2
LARGE = 1_000

Rounds = Callable[[Sequence[Candidate], int], Sequence[Match]]


def members(size: int, chance: random.Random) -> list[Candidate]:
    """Return a club: two to four windows of one to three hours, up to three places or any, most alternate roles."""
    found = []
    for number in range(size):
        mask = 0
        for _ in range(chance.randint(2, 4)):
            day = chance.choices(range(7), [1, 3, 1, 3, 1, 3, 3])[0]  # weighted by usual training days
            hour = chance.choice([8, 9, 10] if day > 4 else [6, 17, 18, 19])
            mask |= (1 << chance.randint(1, 3) * HOUR) - 1 << (day * 24 + hour) * HOUR
        wishes = chance.choices(
            [set(Wish), {Wish.BACKWARD, Wish.SPOTTER}, {Wish.SWAP}, {Wish.BACKWARD}, {Wish.SPOTTER}], [4, 2, 2, 2, 1]
        )[0]
        places = frozenset(chance.sample(["Track", "Park", "River"], chance.choice([0, 0, 1, 2])))
        forward = chance.gauss(360, 45)
        found.append(
            Candidate(number + 1, mask, places, frozenset(wishes), forward, forward * chance.uniform(1.2, 1.5))
        )
    return found


def at_random(people: Sequence[Candidate], seed: int) -> list[Match]:
    """Pair each person with the first possible partner."""
    waiting = [replace(c, met={}, faced_forward=0, faced_backward=0) for c in people]
    random.Random(seed).shuffle(waiting)
    left: list[Candidate] = []
    groups: list[tuple[Candidate, ...]] = []
    while waiting:
        one = waiting.pop()
        other = next((c for c in waiting if weigh((one, c), PER_SPOTTER)), None)
        if other is None:
            left.append(one)
        else:
            waiting.remove(other)
            groups.append((one, other))
    for one in left:
        at = next((n for n, g in enumerate(groups) if len(g) == 2 and weigh((*g, one), PER_SPOTTER)), None)
        if at is not None:
            groups[at] = (*groups[at], one)
    return [outing for group in groups if (outing := weigh(group, PER_SPOTTER))]


def drawn(people: Sequence[Candidate], seed: int) -> Sequence[Match]:
    """Pair people as the bot does."""
    return draw_round(people, PER_SPOTTER, seed).outings


@dataclass
class Season:
    """Results of some clubs over `WEEKS` rounds, one figure per club or member."""

    unmatched: list[float] = field(default_factory=list)
    repeats: list[float] = field(default_factory=list)
    partners: list[float] = field(default_factory=list)
    imbalance: list[int] = field(default_factory=list)

    def play(self, club: Sequence[Candidate], rounds: Rounds, seed: int) -> None:
        """Run twelve rounds of one club."""
        met: dict[int, dict[int, int]] = defaultdict(dict)  # member to partner to the week they last met
        faced: dict[int, list[tuple[int, Role]]] = defaultdict(list)
        there = inside = pairs = again = 0
        for week in range(WEEKS):
            skips = random.Random(f"{seed}/{week}")
            people = [_as_of(c, week, met[c.user_id], faced[c.user_id]) for c in club if skips.random() >= SKIPS]
            outings = rounds(people, seed + week)
            there += len(people)
            for outing in outings:
                inside += len(outing.partners)
                for one, other in combinations(sorted(outing.user_ids), 2):
                    pairs += 1
                    again += week - met[one].get(other, -WEEKS) <= 4
                    met[one][other] = met[other][one] = week
                for partner in outing.partners:
                    if not partner.roles.swaps:
                        faced[partner.user_id].append((week, partner.roles.first))
        self.unmatched.append(1 - inside / there)
        self.repeats.append(again / pairs if pairs else 0.0)
        self.partners += [len(met[c.user_id]) for c in club if met[c.user_id]]
        for c in club:
            roles = [role for _, role in faced[c.user_id]]
            if {Wish.BACKWARD, Wish.SPOTTER} <= c.wishes and roles:
                self.imbalance.append(abs(sum(1 if role is Role.SPOTTER else -1 for role in roles)))


def _as_of(c: Candidate, week: int, met: dict[int, int], faced: Iterable[tuple[int, Role]]) -> Candidate:
    lately = [role for when, role in faced if week - when <= LATELY_WEEKS]
    return replace(
        c,
        met={other: week - when for other, when in met.items() if week - when <= LATELY_WEEKS},
        faced_forward=lately.count(Role.SPOTTER),
        faced_backward=lately.count(Role.BACKWARD),
    )


def seasons() -> None:
    """Print the table."""
    print(f"{WEEKS} weekly rounds, matched / at random; a fifth of each club skips a week\n")
    print(f"{'members':>8}{'unmatched':>17}{'met within 4 weeks':>20}{'partners each':>15}{'turns apart':>24}")
    for size, count in CLUBS.items():
        both = []
        for rounds in (drawn, at_random):
            season = Season()
            for seed in range(count):
                season.play(members(size, random.Random(seed)), rounds, seed)
            both.append(season)
        cells = [
            " / ".join(f"{statistics.mean(s.unmatched):.1%}" for s in both),
            " / ".join(f"{statistics.mean(s.repeats):.1%}" for s in both),
            " / ".join(f"{statistics.mean(s.partners):.1f}" for s in both),
            " / ".join(f"{statistics.mean(s.imbalance):.1f} (≤{max(s.imbalance)})" for s in both),
        ]
        print(f"{size:8}{cells[0]:>17}{cells[1]:>20}{cells[2]:>15}{cells[3]:>24}")
    print("\nturns apart: outings faced forward less those run backward, of who takes both roles; mean (most)")


async def large() -> None:
    """Print how long a round of `LARGE` takes in the worker: scoring, matching, and transfer."""
    people = members(LARGE, random.Random(1))
    worker = Worker()
    try:
        await worker.match(people[:2], PER_SPOTTER, 0)  # starts the process
        took = []
        for seed in range(5):
            began = time.perf_counter()
            draw = await worker.match(people, PER_SPOTTER, seed)
            took.append(time.perf_counter() - began)
        began = time.process_time()
        drawn(people, 0)
        cpu_s = time.process_time() - began
        print(f"\nround of {LARGE:,} candidates in the worker: {statistics.median(took):.2f} s, of which the processor"
              f" works {cpu_s:.2f} s (aim: 1 s); {len(draw.left)} left over")  # fmt: skip
    finally:
        await worker.close()


def bench() -> None:
    """Measure and print."""
    seasons()
    asyncio.run(large())


if __name__ == "__main__":
    bench()
