"""The energy cost of a run, relative to the same run forward and in kilocalories.

    K    = 1.35, shown as 1.28-1.45   cost ratio backward : forward per metre
    BASE = 1.0 kcal per kg per km     net, level, forward
    net  = K x BASE x kg x km

The low estimate uses Minetti's level cost (3.6 J/kg/m) as BASE. The high estimate uses K = 1.45, an allowance for
beginners, whose extra cost falls with practice. Below 1.63 m/s people walk; there the Compendium's values of 6.0 MET
(backward) and 4.3 MET (forward) at 3.5 mph apply, within 20 %. Runs are assumed to be level, because the extra cost of
a slope depends on a gradient that is not known.

Source: Rasica et al. 2020, https://pubmed.ncbi.nlm.nih.gov/32840696/ (+35 % on every gradient)
Source: Wright & Weyand 2001, https://journals.biologists.com/jeb/article/204/10/1805/11775/ (35 +- 6 %)
Source: Margaria 1963, http://jap.physiology.org/content/18/2/367.long (1 kcal/kg/km)
Source: Minetti et al. 2002, https://chloe.cnr.it/s/BiDiAr/resource/15643.txt
Source: Hreljac et al. 2005, https://jssm.org/mobile/fulltextmobile.php?id=jssm-04-446.xml (walk to run at 1.63 m/s)
Source: Ainsworth et al. 2011, https://github.com/andyreagan/compendium-of-physical-activity (17320, 17200)
Source: Kim & Choi 2001, https://www.e-arm.org/journal/view.php?number=2240 (backward walking +48 %)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.runs.runs import Direction, Stretch

WALKING_BELOW_M_PER_S = 1.63
"""Metres per second below which people walk, in either direction."""

_JOULES_PER_CALORIE = 4.184
_WALKED_KM_PER_H = 3.5 * 1.609344


@dataclass(frozen=True, slots=True)
class _Gait:
    """Net forward kcal per kg per km, and the backward multiples of it: low, middle, high."""

    forward: tuple[float, float, float]
    ratio: tuple[float, float, float]
    backward: tuple[float, float]  # kcal per kg per km, low and high


_RUNNING = _Gait(
    forward=(3.6 / _JOULES_PER_CALORIE, 1.0, 1.0),
    ratio=(1.28, 1.35, 1.45),
    backward=(1.35 * 3.6 / _JOULES_PER_CALORIE, 1.45),
)
_WALK = (4.3 - 1) / _WALKED_KM_PER_H  # 1 MET = 1 kcal/kg/h, one of which is the cost at rest
_WALK_BACK = (6.0 - 1) / _WALKED_KM_PER_H
_WALKING = _Gait(
    forward=(0.8 * _WALK, _WALK, 1.2 * _WALK),
    ratio=(1.28, 1.40, 1.48),
    backward=(0.8 * _WALK_BACK, 1.2 * _WALK_BACK),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """The energy cost of a run.

    Attributes:
        ratio: best estimate of the cost relative to the same run forward, as a factor.
        ratio_low: low end of the measured range.
        ratio_high: high end, with an allowance for beginners.
        kcal_low: whole net kilocalories, or None without a weight. Private, because they reveal the weight.
        kcal_high: likewise.
    """

    ratio: float
    ratio_low: float
    ratio_high: float
    kcal_low: int | None
    kcal_high: int | None


def cost(stretches: Sequence[Stretch], weight_kg: float | None = None) -> Cost | None:
    """Return the energy cost of a run.

    Args:
        stretches: of the run.
        weight_kg: of the runner, or None when unknown.

    Returns:
        The cost, or None when no stretch was backward, or a distance or direction is unknown.
    """
    if not any(stretch.direction is Direction.BACKWARD for stretch in stretches):
        return None
    forward = kcal_low = kcal_high = 0.0
    spent = [0.0, 0.0, 0.0]
    for stretch in stretches:
        if stretch.distance_m is None or stretch.direction is Direction.UNTOLD:
            return None
        gait = _gait(stretch.distance_m, stretch.duration_ms)
        km = stretch.distance_m / 1000
        backward = stretch.direction is Direction.BACKWARD
        forward += km * gait.forward[1]
        for end, ratio in enumerate(gait.ratio):
            spent[end] += km * gait.forward[1] * (ratio if backward else 1.0)
        low, high = gait.backward if backward else (gait.forward[0], gait.forward[2])
        kcal_low += km * low
        kcal_high += km * high
    low_ratio, ratio, high_ratio = (end / forward for end in spent)
    if weight_kg is None:
        return Cost(ratio, low_ratio, high_ratio, None, None)
    return Cost(ratio, low_ratio, high_ratio, _whole(kcal_low * weight_kg), _whole(kcal_high * weight_kg))


def _gait(distance_m: int, duration_ms: int) -> _Gait:
    return _WALKING if distance_m * 1000 < WALKING_BELOW_M_PER_S * duration_ms else _RUNNING


def _whole(kcal: float) -> int:
    return int(kcal + 0.5)
