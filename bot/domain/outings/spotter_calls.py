"""The words a spotter calls to a backward runner.

The texts are catalogue strings `course.calls.<call>`; this module defines which calls there are and their order. Left
and right are mirrored between two people who face each other, so no call is a bare "left": on a track it is "in" and
"out", elsewhere "YOUR left" and "YOUR right" of the runner.

Source: section 4.2 of the fact base: calls of guides of backward runners (Dold; knein-world 2019; Der Standard 2022;
Blindfold Challenge), combined into one set.
"""

from __future__ import annotations

from enum import StrEnum

from bot.domain.runs.runs import Surface


class SpokenCall(StrEnum):
    """A word that the spotter calls."""

    STOP = "stop"
    SLOW = "slow"
    HAZARD = "hazard"
    IN_OUT = "in_out"
    YOUR_SIDE = "your_side"
    BEND = "bend"
    TRACK = "track"
    CLEAR = "clear"
    SWAP = "swap"


def calls_on(surface: Surface | None, *, swapping: bool) -> tuple[SpokenCall, ...]:
    """Return the calls for an outing, the most urgent first.

    Args:
        surface: of the outing; a track has an inside and an outside, and other runners who call "track".
        swapping: whether somebody changes roles.
    """
    track = surface in (Surface.TRACK, Surface.INDOOR)
    calls = [
        SpokenCall.STOP,
        SpokenCall.SLOW,
        SpokenCall.HAZARD,
        SpokenCall.IN_OUT if track else SpokenCall.YOUR_SIDE,
        SpokenCall.BEND,
    ]
    if track:
        calls.append(SpokenCall.TRACK)
    calls.append(SpokenCall.CLEAR)
    if swapping:
        calls.append(SpokenCall.SWAP)
    return tuple(calls)
