"""Match the members of a weekly round so that most of them run, and in the best pairs and trios.

The objective is `score_of`: first the number of members in an outing, then the sum of the outings' weights (`weigh`).
Up to `EXACT` candidates, the best of all partitions into pairs and trios is found by search. Above, packing into trios
is NP-hard, and the draw has three steps, each optimal by itself: a matching of maximum cardinality and then maximum
weight over the `BEST` partners of each candidate; a second matching of left-over candidates to pairs; and the exact
search around each candidate who is still left over. `tests/domain/rounds/test_matching.py` compares the result with
brute force.

The draw is a pure function: it depends on candidates and seed, not on their order. The seed only decides between
equally good results. `MissingHelp` for those left over is computed as if there were no blocks.

Source: blossom algorithm for matchings (Edmonds, 1965; Galil, 1986), as rustworkx implements it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from heapq import heappush, heapreplace
from itertools import combinations, islice

from bot.domain.rounds.match_reasons import MatchReason, shares, telling
from bot.domain.rounds.match_scoring import Candidate, CandidatePool, Match

BEST = 20
"""Partners kept per candidate. At 1,000 candidates this loses 0.01 % of the weight and is 96 times faster."""
EXACT = 12
"""Most candidates for an exhaustive search."""
COMPARED = 200
"""Most pairs among which the frequency of reasons is counted."""


class MissingHelp(StrEnum):
    """What would help somebody who is left over."""

    OTHERS = "others"
    WINDOWS = "windows"
    PLACE = "place"
    ROLE = "role"
    PACE = "pace"
    WIDER = "wider"


@dataclass(frozen=True, slots=True)
class Draw:
    """The result of a round: outings, and left-over members with what would help them."""

    outings: tuple[Match, ...]
    left: tuple[tuple[int, MissingHelp], ...]


def score_of(outings: Iterable[Match]) -> tuple[int, int]:
    """Return the objective: members in an outing, then the sum of weights. Greater is better."""
    found = list(outings)
    return sum(len(one.partners) for one in found), sum(one.weight for one in found)


def draw_round(candidates: Sequence[Candidate], backward_per_spotter: int, seed: int) -> Draw:
    """Draw a round.

    Args:
        candidates: the participants, each once.
        backward_per_spotter: how many backward runners one spotter may take, 1 to 3.
        seed: decides between equally good results.
    """
    club = _ready(candidates, backward_per_spotter, seed)
    everybody = range(len(club.people))
    groups = _best_groups(club, everybody) if len(everybody) <= EXACT else _matched_groups(club)
    outings = [outing for group in groups if (outing := club.outing(group)) is not None]
    inside = {user_id for outing in outings for user_id in outing.user_ids}
    common = _common(club)
    outings = [replace(outing, why=telling(outing.why, common)) for outing in outings]
    return Draw(
        tuple(sorted(outings, key=lambda one: (one.slot, min(one.user_ids)))),
        tuple((c.user_id, _help(club, i)) for i, c in enumerate(club.people) if c.user_id not in inside),
    )


def _ready(candidates: Sequence[Candidate], backward_per_spotter: int, seed: int) -> CandidatePool:
    people = sorted(candidates, key=lambda c: c.user_id)
    random.Random(seed).shuffle(people)  # the first of equally good results is taken
    return CandidatePool(people, backward_per_spotter, seed)


def _common(club: CandidatePool) -> dict[MatchReason, float]:
    """Return the share of possible pairs with each reason, ignoring blocks; a sample if there are many."""
    pairs = islice(combinations(range(len(club.people)), 2), COMPARED)
    if len(club.people) > EXACT:  # neighbours in shuffled order
        pairs = islice(((i - 1, i) for i in range(1, len(club.people))), COMPARED)
    return shares([found for pair in pairs if (found := club.reasons(pair))])


def _help(club: CandidatePool, i: int) -> MissingHelp:
    """Return the first criterion that no other candidate meets, ignoring blocks."""
    others: list[int] = [j for j in range(len(club.people)) if j != i]
    if not others:
        return MissingHelp.OTHERS
    others = [j for j in others if club.starts[i] & club.starts[j]]
    if not others:
        return MissingHelp.WINDOWS
    others = [j for j in others if club.places[i] & club.places[j]]
    if not others:
        return MissingHelp.PLACE
    others = [j for j in others if club.roles((i, j))]
    if not others:
        return MissingHelp.ROLE
    return MissingHelp.WIDER if any(club.way((i, j), blocks=False) for j in others) else MissingHelp.PACE


# ── few candidates: all partitions ──


def _worth(members: int, weight: int) -> int:
    """Return an outing's contribution to the objective as one number, in which members outrank any weight."""
    return (members << 32) + weight


Group = tuple[int, ...]
"""Two or three candidates, as indices into the list of candidates."""


def _best_groups(club: CandidatePool, people: Sequence[int]) -> list[Group]:
    """Return the best partition into pairs, trios and left-overs, by dynamic programming over subsets."""
    ending: list[list[tuple[int, int, Group]]] = [[] for _ in people]
    for size in (2, 3):
        for places in combinations(range(len(people)), size):
            group = tuple(people[place] for place in places)
            found = club.way(group)
            if found is not None:
                bits = sum(1 << place for place in places)
                ending[places[-1]].append((bits, _worth(size, found[0]), group))
    # best[subset]: its value, and the last group (0: its highest member is left over)
    best: list[tuple[int, int, Group]] = [(0, 0, ())]
    for subset in range(1, 1 << len(people)):
        highest = subset.bit_length() - 1
        value, taken, group = best[subset & ~(1 << highest)][0], 1 << highest, ()
        for bits, worth, members in ending[highest]:
            if bits & subset == bits and best[subset ^ bits][0] + worth > value:
                value, taken, group = best[subset ^ bits][0] + worth, bits, members
        best.append((value, taken, group))
    groups = []
    subset = len(best) - 1
    while subset:
        _, taken, group = best[subset]
        if group:
            groups.append(group)
        subset ^= taken
    return groups


# ── many candidates: matchings ──

SAMPLE = 48
"""Sample size for the mean weight that a candidate adds to any pair."""
JOINS = 10_000
"""Most trios examined when left-overs join pairs; each left-over is compared with at least `BEST` pairs."""
SEARCHES, POOL = 40, 9
"""Most left-overs around whom the search is repeated, and the number of people in each search."""


def _matched_groups(club: CandidatePool) -> list[Group]:
    """Match pairs, let left-overs join them by a second matching, and search around those still left over."""
    kept = kept_partners(club, range(len(club.people)))
    return _searched(club, _joined(club, _pairs(club, kept)), kept)


def kept_partners(club: CandidatePool, people: Sequence[int]) -> list[dict[int, int]]:
    """Return the weights of the edges to match: each candidate's `BEST` partners and those whose best they are.

    Edges are not ranked by weight alone: what a partner adds to any pair (such as being due) is subtracted. Otherwise
    everybody would keep the same twenty partners, and nobody else could be matched. Ties are broken at random.
    """
    best: list[list[tuple[int, int, int]]] = [[] for _ in club.people]  # heaps, the worst on top
    worst = [-1 << 40] * len(club.people)
    brings, lots = _brings(club, people), club.lots
    for at, i in enumerate(people):
        lot, mine = lots[i], brings[i]
        for j, weight in club.row(i, people[at + 1 :]):
            key = (weight << 16) + (lot * lots[j] >> 24 & 0xFFF)
            if key - brings[j] > worst[i]:
                _keep(best[i], worst, i, (key - brings[j], j, weight))
            if key - mine > worst[j]:
                _keep(best[j], worst, j, (key - mine, i, weight))
    kept: list[dict[int, int]] = [{} for _ in club.people]
    for i, heap in enumerate(best):
        for _, j, weight in heap:
            kept[i][j] = kept[j][i] = weight
    return kept


def _brings(club: CandidatePool, people: Sequence[int]) -> list[int]:
    """Return what each candidate adds to any pair: the mean weight over a sample, in 1/65536."""
    sums, counts = [0] * len(club.people), [0] * len(club.people)
    for i in sorted(people, key=lambda i: club.lots[i])[:SAMPLE]:
        for j, weight in club.row(i, people):
            if i != j:
                sums[j] += weight
                counts[j] += 1
    return [(total << 16) // count if count else 0 for total, count in zip(sums, counts, strict=True)]


def _keep(heap: list[tuple[int, int, int]], worst: list[int], i: int, one: tuple[int, int, int]) -> None:
    if len(heap) < BEST:
        heappush(heap, one)
    else:
        heapreplace(heap, one)
    if len(heap) == BEST:
        worst[i] = heap[0][0]


def _match(edges: Iterable[tuple[int, int, int]], nodes: int) -> list[tuple[int, int]]:
    """Return the maximum cardinality matching of greatest weight."""
    import rustworkx  # imported here, because the bot's main process does not need it

    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(list(edges))
    found = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    return sorted((min(pair), max(pair)) for pair in found)


def _pairs(club: CandidatePool, kept: Sequence[dict[int, int]]) -> list[Group]:
    """Return the matched pairs; match again with added edges between left-overs if there are any."""
    found = _match(_edges(kept), len(kept))
    inside = {i for pair in found for i in pair}
    more = kept_partners(club, [i for i in range(len(kept)) if i not in inside])
    if not any(more):
        return list(found)
    for mine, added in zip(kept, more, strict=True):
        mine.update(added)
    return list(_match(_edges(kept), len(kept)))


def _edges(kept: Sequence[dict[int, int]]) -> Iterator[tuple[int, int, int]]:
    return ((i, j, weight) for i, partners in enumerate(kept) for j, weight in partners.items() if i < j)


def _joined(club: CandidatePool, pairs: list[Group]) -> list[Group]:
    """Compare each left-over with pairs, and return the groups after the best assignment of left-overs to pairs."""
    inside = {i for pair in pairs for i in pair}
    left = [i for i in range(len(club.people)) if i not in inside]
    if not left or not pairs:
        return pairs
    each = max(BEST, JOINS // len(left))
    alone = [club.way(pair) for pair in pairs]
    edges = []
    for n, i in enumerate(left):
        possible = [
            (club.lots[i] * club.lots[pair[0]] >> 24 & 0xFFF, m)
            for m, pair in enumerate(pairs)
            if club.starts[i] & club.starts[pair[0]] & club.starts[pair[1]]
            and club.places[i] & club.places[pair[0]] & club.places[pair[1]]
        ]
        for _, m in sorted(possible)[:each]:
            trio, pair = club.way((i, *pairs[m])), alone[m]
            if trio is not None and pair is not None:
                edges.append((n, len(left) + m, trio[0] - pair[0]))
    groups = list(pairs)
    for n, m in _match(edges, len(left) + len(pairs)):
        groups[m - len(left)] = (*groups[m - len(left)], left[n])
    return groups


def _searched(club: CandidatePool, groups: list[Group], kept: Sequence[dict[int, int]]) -> list[Group]:
    """Split the outings around each left-over, and replace them by the best partition if it is better."""
    of = {i: group for group in groups for i in group}
    left = [i for i in range(len(club.people)) if i not in of]
    for i in left[:SEARCHES]:
        if i in of:
            continue
        pool: list[int] = [i]
        for member in pool:  # grows during iteration: partners, then their partners
            for j in kept[member]:
                more = of.get(j, (j,))
                if j not in pool and len(pool) + len(more) <= POOL:
                    pool += more
        before = {of[j] for j in pool if j in of}
        after = _best_groups(club, sorted(pool))
        if _value(club, after) > _value(club, before):
            for j in pool:
                of.pop(j, None)
            of.update({j: group for group in after for j in group})
    return sorted(set(of.values()))


def _value(club: CandidatePool, groups: Iterable[Group]) -> int:
    """Return the objective of some outings, as `_best_groups` computes it."""
    return sum(_worth(len(group), found[0]) for group in groups if (found := club.way(group)) is not None)
