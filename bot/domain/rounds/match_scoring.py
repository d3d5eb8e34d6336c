"""Score pairs and trios of the weekly round by time, place, pace, roles, novelty, trust and turns.

A pair with a block in either direction does not exist; no reason (`Reason`) depends on blocks.
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
"""Weeks of history that count."""
_LONG_APART_WEEKS = 3
"""Weeks since the last common outing from which this is a reason."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A participant of a round.

    Attributes:
        user_id: Discord user id.
        mask: availability, one bit per slot of the week (`bot.domain.partners.availability`).
        places: names of places; empty: anywhere.
        wishes: the accepted roles.
        forward_s_per_km: easy pace facing forward, if known.
        backward_s_per_km: backward pace, if known.
        trusts: users whom the candidate trusts.
        faced_forward: recent outings in which the candidate only faced forward.
        faced_backward: recent outings in which the candidate only ran backward.
        no_shows: no-shows within a month.
        blocked: users with a block between them and the candidate, in either direction.
        met: users from recent common outings, with the weeks since the last one.
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
    """A person in a matched outing."""

    user_id: int
    wish: Wish
    roles: Roles


@dataclass(frozen=True, slots=True)
class Match:
    """A matched outing of two or three.

    Attributes:
        partners: by id.
        slot: at which it starts.
        place: its name, or None if everybody comes anywhere.
        pace_s_per_km: the slowest backward pace of the backward runners.
        why: reasons, the most specific first.
        weight: score; comparable within a round.
    """

    partners: tuple[Partner, ...]
    slot: int
    place: str | None
    pace_s_per_km: float
    why: tuple[Reason, ...]
    weight: int

    @property
    def user_ids(self) -> frozenset[int]:
        """The ids of all partners."""
        return frozenset(partner.user_id for partner in self.partners)


def weigh(group: Sequence[Candidate], backward_per_spotter: int) -> Match | None:
    """Return the outing of two or three people, or None if time, place, roles or pace do not fit, or for a block.

    Args:
        group: two or three candidates.
        backward_per_spotter: the club's setting.
    """
    return CandidatePool(group, backward_per_spotter).outing(range(len(group)))


# ── scores ──
# Small numbers, so that similar outings weigh the same and another seed gives another draw.

_TIME = [min(starts, 12) for starts in range(7 * 24 * 60 // SLOT_MIN + 8)]
"""A point per slot in which the outing could start, up to three hours."""
_NAMED_PLACE, _ANY_PLACE = 8, 4
_ALL_THE_WAY, _HALF_THE_WAY = 10, 7
"""Points if somebody runs backward in both halves, or only in one, in which case a spotter is idle in the other."""
_NEW = 24
"""Points without a recent common outing; otherwise reduced in proportion to the weeks since the last one."""
_TRUST = 3
_TURN, _MOST_TURNS = 2, 4
_NO_SHOWS, _MISSED_OFTEN = 3, 15
_PACE = 15

_QUICKEST, _STEP, _STEPS = 150.0, 20.0, 60
_UNKNOWN = _STEPS
"""Step of an unknown pace, which fits moderately. Paces are compared in steps of 20 s/km from 2:30/km on."""


def _pace_step(pace_s_per_km: float) -> int:
    return min(_STEPS - 1, max(0, int((pace_s_per_km - _QUICKEST) // _STEP)))


def _fit(backward: int, forward: int) -> int:
    """Return the points of a spotter's easy pace at a backward pace, both in steps, or -1 if they are too slow.

    An easy pace as fast as the backward pace, or up to 50 % faster, is ideal. A slower one is no longer easy, and one
    more than 15 % slower cannot be held for an hour; at a much faster one the outing is a stroll.
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
"""The same table, indexed by the spotter's pace first."""


def _novelty(weeks: int | None) -> int:
    return _NEW if weeks is None else _NEW * min(max(weeks, 0), LATELY_WEEKS) // (LATELY_WEEKS + 1)


@lru_cache(maxsize=4096)
def _ways(wishes: tuple[frozenset[Wish], ...], backward_per_spotter: int) -> tuple[_Way, ...]:
    """Return every choice of wishes that keeps the rule, with its roles."""
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
    """A choice of wishes and roles: who runs backward, who faces forward, and whose turn it is."""

    wishes: tuple[Wish, ...]
    roles: tuple[Roles, ...]
    points: int
    backward: tuple[int, ...]
    spotters: tuple[int, ...]
    turns: tuple[int, ...]  # 1 backward, 0 both, -1 forward


_NEVER = -1 << 20
"""Points of an impossible choice; no sum of points raises it above `_POSSIBLE`."""
_POSSIBLE = -1 << 18


class CandidatePool:
    """Candidates prepared for fast comparison: numbers and bit masks by index of the candidate."""

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
        # Points for a turn if the candidate accepts the role: spotter, backward with a spotter, swapping.
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
        """Return, per candidate, the difference of points of known partners to strangers, or None for a block."""
        at = {c.user_id: i for i, c in enumerate(self.people)}
        found: list[dict[int, int | None]] = [{} for _ in self.people]
        for i, c in enumerate(self.people):
            for other in {*c.met, *c.trusts, *c.blocked} & at.keys():
                j = at[other]
                found[i][j] = found[j][i] = None if self.blocked(i, j) else self.together(i, j) - _NEW
        return found

    def together(self, i: int, j: int) -> int:
        """Return the points for two people's history: novelty and trust."""
        one, other = self.people[i], self.people[j]
        known = [c.met[met] for c, met in ((one, other.user_id), (other, one.user_id)) if met in c.met]
        weeks = min(known, default=None)
        return _novelty(weeks) + _TRUST * ((other.user_id in one.trusts) + (one.user_id in other.trusts))

    def blocked(self, i: int, j: int) -> bool:
        """Whether either has blocked the other."""
        one, other = self.people[i], self.people[j]
        return other.user_id in one.blocked or one.user_id in other.blocked

    def roles(self, group: Sequence[int]) -> tuple[_Way, ...]:
        """Return the possible distributions of roles in a group."""
        return _ways(tuple(self.people[i].wishes for i in group), self.per_spotter)

    def way(self, group: Sequence[int], *, blocks: bool = True) -> tuple[int, _Way] | None:
        """Return the best distribution of roles in a group with the weight of its outing, or None if there is none.

        Args:
            group: two or three indices of candidates.
            blocks: False: ignore blocks.
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
        """Return (j, weight) of each possible pair of `i` with some others. Equals `way`, but is many times faster.

        Either one runs backward for the whole outing or half of it and the other is the spotter, or both swap.
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
        """Return the outing of a group, or None if it cannot run together."""
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
        """Return the reasons for an outing of a group, ignoring blocks, or none if it cannot run together."""
        found = self.way(group, blocks=False)
        starts = -1
        for i in group:
            starts &= self.starts[i]
        return () if found is None else tuple(self._why(group, found[1], starts))

    def _why(self, group: Sequence[int], way: _Way, starts: int) -> Iterable[Reason]:
        """Yield the reasons for an outing, the most specific first; there is always at least one."""
        due = [turn for n, turn in enumerate(way.turns) if turn * self.turn[group[n]] >= 2 * _TURN]
        if len(due) == 1 and way.turns.count(due[0]) == 1:  # with several in one role it would be unclear who is meant
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
    """Return the first slot of the longest free span, or its middle if it is longer than two hours."""
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
