"""What a pair or a trio in the weekly round is worth: time, place, pace, roles, novelty, trust, and whose turn it is.

A block is a pair that does not exist, in either direction; no reason (`Reason`) is computed from one.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, product

from bot.domain.outings.outing_rules import DEFAULT_PACE_S_PER_KM, Role, Roles, Wish, arrange, is_filled
from bot.domain.partners.availability import LEAST_MIN, SLOT_MIN, starts_of
from bot.domain.rounds.match_reasons import MatchReason, Reason

OUTING_SLOTS = LEAST_MIN // SLOT_MIN
"""Slots that an outing takes."""
LATELY_WEEKS = 8
"""How far back history counts."""
_LONG_APART_WEEKS = 3
"""So many weeks after the last outing together it is worth a word."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who takes part in a round.

    Attributes:
        user_id: who.
        mask: when, a bit a slot of the week (`bot.domain.partners.availability`).
        places: names of places; none: anywhere.
        wishes: the roles taken.
        forward_s_per_km: easy pace facing forward, if told.
        backward_s_per_km: pace backward, if told.
        trusts: whom this one trusts.
        faced_forward: outings lately in which this one only faced forward.
        faced_backward: outings lately in which this one only ran backward.
        no_shows: times expected and not there, in a month.
        blocked: with whom never, whoever of the two said so.
        met: with whom in an outing lately, and how many weeks ago the last one was.
    """

    user_id: int
    mask: int
    places: frozenset[str] = frozenset()
    wishes: frozenset[Wish] = frozenset(Wish)
    forward_s_per_km: float | None = None
    backward_s_per_km: float | None = None
    trusts: frozenset[int] = frozenset()
    faced_forward: int = 0
    faced_backward: int = 0
    no_shows: int = 0
    blocked: frozenset[int] = frozenset()
    met: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody in a drawn outing."""

    user_id: int
    wish: Wish
    roles: Roles


@dataclass(frozen=True, slots=True)
class Match:
    """An outing of two or three as drawn.

    Attributes:
        partners: by id.
        slot: at which it starts.
        place: its name; None where everybody comes anywhere.
        pace_s_per_km: the slowest backward pace among those who run backward.
        why: what speaks for it, what is special about these first.
        weight: how much; comparable within a round.
    """

    partners: tuple[Partner, ...]
    slot: int
    place: str | None
    pace_s_per_km: float
    why: tuple[Reason, ...]
    weight: int

    @property
    def user_ids(self) -> frozenset[int]:
        """Who is in it."""
        return frozenset(partner.user_id for partner in self.partners)


def weigh(group: Sequence[Candidate], backward_per_spotter: int) -> Match | None:
    """The outing of two or three people, or None where there is none: no common time or place, roles that cannot
    keep the rule, a spotter too slow for the backward pace, or a block.

    Args:
        group: who.
        backward_per_spotter: the club's.
    """
    return CandidatePool(group, backward_per_spotter).outing(range(len(group)))


# ── what a pair or a trio is worth ──
# Small numbers on purpose: outings that are about as good weigh the same, and another seed gives another draw.

_TIME = [min(starts, 12) for starts in range(7 * 24 * 60 // SLOT_MIN + 8)]
"""A point for each slot at which they could begin, up to three hours."""
_NAMED_PLACE, _ANY_PLACE = 8, 4
_ALL_THE_WAY, _HALF_THE_WAY = 10, 7
"""Somebody runs backward in both halves, or in one: then a spotter has nothing to do in the other."""
_NEW = 24
"""Never lately; a third of a week's share for each week since."""
_TRUST = 3
_TURN, _MOST_TURNS = 2, 4
_NO_SHOWS, _MISSED_OFTEN = 3, 15
_PACE = 15

_QUICKEST, _STEP, _STEPS = 150.0, 20.0, 60
_UNKNOWN = _STEPS
"""Paces are compared in steps of 20 s/km from 2:30/km on; a spotter who told none fits moderately."""


def _pace_step(pace_s_per_km: float) -> int:
    return min(_STEPS - 1, max(0, int((pace_s_per_km - _QUICKEST) // _STEP)))


def _fit(backward: int, forward: int) -> int:
    """Points of a spotter's easy pace against the outing's backward pace, in steps; -1 where he cannot keep up.

    An easy pace as fast as the backward pace, or up to half again as fast, is ideal. One slower is more than easy,
    and more than 15 % slower is not held for an hour; one much faster is a stroll.
    """
    if forward == _UNKNOWN:
        return _PACE * 2 // 3
    ratio = (_QUICKEST + (backward + 0.5) * _STEP) / (_QUICKEST + (forward + 0.5) * _STEP)
    if ratio < 0.85:
        return -1
    if ratio < 1:
        return round(_PACE * (ratio - 0.8) / 0.2)
    return round(_PACE * max(1 / 3, min(1.0, 1.0 - (ratio - 1.5) * 2 / 3)))


_FIT = [[_fit(backward, forward) for forward in range(_STEPS + 1)] for backward in range(_STEPS)]
_FITTED = [[_FIT[backward][forward] for backward in range(_STEPS)] for forward in range(_STEPS + 1)]
"""The same, by the spotter's pace first."""


def _novelty(weeks: int | None) -> int:
    return _NEW if weeks is None else _NEW * min(max(weeks, 0), LATELY_WEEKS) // (LATELY_WEEKS + 1)


@lru_cache(maxsize=4096)
def _ways(wishes: tuple[frozenset[Wish], ...], backward_per_spotter: int) -> tuple[_Way, ...]:
    """Every choice of wishes that keeps the rule, with its roles."""
    found = []
    for choice in product(*([wish for wish in Wish if wish in one] for one in wishes)):
        roles = arrange(choice, backward_per_spotter, solo=False)
        if roles is None or not is_filled(choice, backward_per_spotter, solo=False):
            continue
        halves = [half for half in (0, 1) if any(r.at(half) is Role.BACKWARD for r in roles)]
        found.append(
            _Way(
                choice,
                roles,
                _ALL_THE_WAY if len(halves) == 2 else _HALF_THE_WAY,
                tuple(n for n, r in enumerate(roles) if Role.BACKWARD in (r.first, r.second)),
                tuple(n for n, r in enumerate(roles) if any(r.at(half) is Role.SPOTTER for half in halves)),
                tuple((r.first is Role.BACKWARD) + (r.second is Role.BACKWARD) - 1 for r in roles),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Way:
    """A choice of wishes and roles: who runs backward, who faces forward for somebody, and whose turn it is."""

    wishes: tuple[Wish, ...]
    roles: tuple[Roles, ...]
    points: int
    backward: tuple[int, ...]
    spotters: tuple[int, ...]
    turns: tuple[int, ...]  # 1 backward, 0 both, -1 forward


_NEVER = -1 << 20
"""Points of what cannot be; whatever is added to it stays below `_POSSIBLE`."""
_POSSIBLE = -1 << 18


class CandidatePool:
    """Candidates made ready for comparing: numbers and bits, each at the candidate's place in the list."""

    def __init__(self, people: Sequence[Candidate], backward_per_spotter: int, seed: int = 0) -> None:
        self.people = people
        self.per_spotter = backward_per_spotter
        self.starts = [starts_of(c.mask, OUTING_SLOTS) for c in people]
        names = sorted({place for c in people for place in c.places})
        bits = {name: 1 << n for n, name in enumerate(names)}
        self.names = names
        self.places = [sum(bits[place] for place in c.places) or -1 for c in people]
        self.backward = [_pace_step(c.backward_s_per_km or DEFAULT_PACE_S_PER_KM) for c in people]
        self.forward = [_pace_step(c.forward_s_per_km) if c.forward_s_per_km else _UNKNOWN for c in people]
        self.turn = [_TURN * max(-_MOST_TURNS, min(_MOST_TURNS, c.faced_forward - c.faced_backward)) for c in people]
        self.missed = [-_MISSED_OFTEN if c.no_shows >= _NO_SHOWS else 0 for c in people]
        # Points of a turn, where that role is taken: facing forward throughout, backward for a spotter, swapping.
        self.spots = [-self.turn[i] if Wish.SPOTTER in c.wishes else _NEVER for i, c in enumerate(people)]
        self.runs = [
            max(
                self.turn[i] if Wish.BACKWARD in c.wishes else _NEVER,
                _HALF_THE_WAY - _ALL_THE_WAY if Wish.SWAP in c.wishes else _NEVER,
            )
            for i, c in enumerate(people)
        ]
        self.swaps = [Wish.SWAP in c.wishes for c in people]
        self.special = self._special()
        chance = random.Random(seed)
        self.lots = [chance.getrandbits(30) | 1 for _ in people]

    def _special(self) -> list[dict[int, int | None]]:
        """Those of whom there is more to say than that they never met: how many points more, None for a block."""
        at = {c.user_id: i for i, c in enumerate(self.people)}
        found: list[dict[int, int | None]] = [{} for _ in self.people]
        for i, c in enumerate(self.people):
            for other in {*c.met, *c.trusts, *c.blocked} & at.keys():
                j = at[other]
                found[i][j] = found[j][i] = None if self.blocked(i, j) else self.together(i, j) - _NEW
        return found

    def together(self, i: int, j: int) -> int:
        """Points of two people's past: novelty and trust."""
        one, other = self.people[i], self.people[j]
        known = [c.met[met] for c, met in ((one, other.user_id), (other, one.user_id)) if met in c.met]
        weeks = min(known, default=None)
        return _novelty(weeks) + _TRUST * ((other.user_id in one.trusts) + (one.user_id in other.trusts))

    def blocked(self, i: int, j: int) -> bool:
        """Whether either has blocked the other."""
        one, other = self.people[i], self.people[j]
        return other.user_id in one.blocked or one.user_id in other.blocked

    def roles(self, group: Sequence[int]) -> tuple[_Way, ...]:
        """The ways in which a group could share the roles."""
        return _ways(tuple(self.people[i].wishes for i in group), self.per_spotter)

    def way(self, group: Sequence[int], *, blocks: bool = True) -> tuple[int, _Way] | None:
        """The best roles of a group and the weight of its outing, or None where there is none.

        Args:
            group: two or three, by their places in the list.
            blocks: False: as if nobody had blocked anybody.
        """
        starts = places = -1
        for i in group:
            starts &= self.starts[i]
            places &= self.places[i]
        if not starts or not places:
            return None
        ways = self.roles(group)
        if not ways or (blocks and any(self.blocked(i, j) for i, j in combinations(group, 2))):
            return None
        best: tuple[int, _Way] | None = None
        for way in ways:
            pace = max(self.backward[group[n]] for n in way.backward)
            fit = min(_FIT[pace][self.forward[group[n]]] for n in way.spotters)
            if fit < 0:
                continue
            points = way.points + fit - sum(pace - self.backward[group[n]] for n in way.backward) // 2
            points += sum(turn * self.turn[group[n]] for n, turn in enumerate(way.turns))
            if best is None or points > best[0]:
                best = (points, way)
        if best is None:
            return None
        pairs = len(group) * (len(group) - 1) // 2
        weight = best[0] + _TIME[starts.bit_count()] + self._place_points(group)
        weight += sum(self.together(i, j) for i, j in combinations(group, 2)) // pairs
        return weight + sum(self.missed[i] for i in group), best[1]

    def row(self, i: int, others: Iterable[int]) -> list[tuple[int, int]]:
        """(j, weight) of every pair of `i` with some others: what `way` says, many times as fast.

        One of the two runs backward for the other, who may swap with a spotter for half of it, or both swap.
        """
        starts, places, backward, forward = self.starts, self.places, self.backward, self.forward
        spots, runs, swaps, missed, special = self.spots, self.runs, self.swaps, self.missed, self.special[i]
        mine, where, pace = starts[i], places[i], backward[i]
        running = [fit + runs[i] if fit >= 0 else _NEVER for fit in _FIT[pace]]
        spotting = [fit + spots[i] if fit >= 0 else _NEVER for fit in _FITTED[forward[i]]]
        swapping = [_NEVER] * _STEPS
        if swaps[i]:
            for other in range(_STEPS):
                fit = _FIT[max(pace, other)][forward[i]]
                swapping[other] = fit - abs(pace - other) // 2 if fit >= 0 else _NEVER
        base = _NEW + _ALL_THE_WAY + missed[i]
        found = []
        for j in others:
            both = mine & starts[j]
            if not both or not where & places[j]:
                continue
            slower, easy = backward[j], forward[j]
            best = running[easy] + spots[j]
            points = spotting[slower] + runs[j]
            if points > best:
                best = points
            points = swapping[slower]
            if points > best and swaps[j]:
                fit = _FIT[max(pace, slower)][easy]
                best = max(best, min(points, fit - abs(pace - slower) // 2 if fit >= 0 else _NEVER))
            if best < _POSSIBLE:
                continue
            weight = best + base + missed[j] + _TIME[both.bit_count()]
            weight += _NAMED_PLACE if where > 0 and places[j] > 0 else _ANY_PLACE
            if j in special:
                change = special[j]
                if change is None:
                    continue
                weight += change
            found.append((j, weight))
        return found

    def _place_points(self, group: Iterable[int]) -> int:
        return _NAMED_PLACE if all(self.places[i] > 0 for i in group) else _ANY_PLACE

    def outing(self, group: Sequence[int]) -> Match | None:
        """The outing of a group, or None where there is none."""
        found = self.way(group)
        if found is None:
            return None
        weight, way = found
        starts = places = -1
        for i in group:
            starts &= self.starts[i]
            places &= self.places[i]
        place = None if places < 0 else self.names[(places & -places).bit_length() - 1]
        partners = (Partner(self.people[i].user_id, way.wishes[n], way.roles[n]) for n, i in enumerate(group))
        pace = max(self.people[group[n]].backward_s_per_km or DEFAULT_PACE_S_PER_KM for n in way.backward)
        return Match(
            tuple(sorted(partners, key=lambda partner: partner.user_id)),
            _start(starts),
            place,
            pace,
            tuple(self._why(group, way, starts)),
            weight,
        )

    def reasons(self, group: Sequence[int]) -> tuple[Reason, ...]:
        """What speaks for an outing of a group, as if nobody had blocked anybody; nothing where there is none."""
        found = self.way(group, blocks=False)
        starts = -1
        for i in group:
            starts &= self.starts[i]
        return () if found is None else tuple(self._why(group, found[1], starts))

    def _why(self, group: Sequence[int], way: _Way, starts: int) -> Iterable[Reason]:
        """What speaks for an outing, what is special about these people first; something always does."""
        due = [turn for n, turn in enumerate(way.turns) if turn * self.turn[group[n]] >= 2 * _TURN]
        if len(due) == 1 and way.turns.count(due[0]) == 1:  # of several in one role it would not be clear who is meant
            yield Reason(MatchReason.FORWARD if due[0] < 0 else MatchReason.BACKWARD)
        elif due:
            yield Reason(MatchReason.TURNS)
        people = [self.people[i] for i in group]
        met = [a.met.get(b.user_id, b.met.get(a.user_id)) for a, b in combinations(people, 2)]
        weeks = min((one for one in met if one is not None), default=None)
        if weeks is None:
            yield Reason(MatchReason.NEW)
        elif weeks >= _LONG_APART_WEEKS:
            yield Reason(MatchReason.APART, weeks)
        if self._place_points(group) == _NAMED_PLACE:
            yield Reason(MatchReason.PLACE)
        pace = max(self.backward[group[n]] for n in way.backward)
        told = all(self.forward[group[n]] != _UNKNOWN for n in way.spotters)
        if told and min(_FIT[pace][self.forward[group[n]]] for n in way.spotters) >= _PACE * 4 // 5:
            yield Reason(MatchReason.PACE)
        if starts.bit_count() >= _TIME[-1] or way.points != _ALL_THE_WAY:
            yield Reason(MatchReason.TIME)
        if way.points == _ALL_THE_WAY:
            yield Reason(MatchReason.ROLES)


def _start(starts: int) -> int:
    """The slot to begin at: the first of the longest stretch, or its middle where that is longer than two hours."""
    best, length = 0, 0
    at = 0
    while starts >> at:
        rest = starts >> at
        at += (rest & -rest).bit_length() - 1
        rest = starts >> at
        run = (~rest & rest + 1).bit_length() - 1
        if run > length:
            best, length = at, run
        at += run
    if length <= 120 // SLOT_MIN:
        return best
    half_hour = 30 // SLOT_MIN
    return max(best, (best + length // 2) // half_hour * half_hour)
