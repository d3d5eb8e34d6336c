"""The calls of the one who faces forward, and what the one who runs backward does.

The texts are catalogue strings `course.calls.<call>`; here are only which there are and in which order. Sides are
mirrored between two who face each other, so that there is no call of a bare "left": on a track it is "in" and "out",
elsewhere "YOUR left" and "YOUR right", the runner's.

Source: section 4.2 of the fact base: what guides of backward runners call (Dold; knein-world 2019; Der Standard 2022;
Blindfold Challenge), put together as one set.
"""

from __future__ import annotations

from enum import StrEnum

from bot.domain.runs.runs import Surface


class SpokenCall(StrEnum):
    """A word the spotter calls."""

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
    """The calls for an outing, the most urgent first.

    Args:
        surface: where it is; a track has an inside and an outside, and others who call "track".
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
