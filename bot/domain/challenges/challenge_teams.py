"""Teams of a challenge: the balanced draw, and scores in which size does not win."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SMALLEST_TEAM = 2
"""Members of a team that has a score: one runner is no team."""


@dataclass(frozen=True, slots=True)
class TeamScore:
    """A team's score.

    Attributes:
        value: the mean of its best members', rounded.
        counted: how many of them count.
        members: how many it has.
    """

    value: int
    counted: int
    members: int


def counted_members(sizes: Sequence[int]) -> int:
    """Return how many members of each team count: half of the smallest team, rounded up.

    The same number for every team, so that a large one has no advantage; and fewer than anyone has, so that a member
    who pauses or is hurt costs the others nothing.
    """
    teams = [size for size in sizes if size >= SMALLEST_TEAM]
    return -(-min(teams) // 2) if teams else 0


def team_scores(values: Mapping[int, Sequence[int]]) -> dict[int, TeamScore]:
    """Return the scores of the teams with at least `SMALLEST_TEAM` members.

    Args:
        values: the scores of each team's members, those without a run included.
    """
    counted = counted_members([len(members) for members in values.values()])
    return {
        team_id: TeamScore(round(sum(sorted(members, reverse=True)[:counted]) / counted), counted, len(members))
        for team_id, members in values.items()
        if len(members) >= SMALLEST_TEAM
    }


def draw(waiting: Mapping[int, int], teams: Mapping[int, Sequence[int]], seed: int) -> dict[int, int]:
    """Return a team for each runner who has none: sizes first, then strength, then chance.

    The strongest are dealt first, each to the smallest team, and of those to the weakest. Those who have a team stay.

    Args:
        waiting: the strength of those without a team, such as metres of the last month.
        teams: the strengths of each team's members.
        seed: decides between equals; the same seed draws the same teams.
    """
    chance = random.Random(seed)
    lots = {user_id: chance.random() for user_id in sorted(waiting)}
    luck = {team_id: chance.random() for team_id in sorted(teams)}
    size = {team_id: len(members) for team_id, members in teams.items()}
    strength = {team_id: sum(members) for team_id, members in teams.items()}
    dealt = {}
    for user_id in sorted(waiting, key=lambda one: (-waiting[one], lots[one])):
        team_id = min(teams, key=lambda one: (size[one], strength[one], luck[one]))
        dealt[user_id] = team_id
        size[team_id] += 1
        strength[team_id] += waiting[user_id]
    return dealt
