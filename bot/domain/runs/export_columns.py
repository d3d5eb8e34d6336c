"""Cells of the CSV that the export writes and the import reads back: the stretches of a run, and marked text.

For example `backward 1000 m 330.5 s; forward 2000 m 600 s ~`: `~` marks an estimated time, and `- m` an unknown
distance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.limits import RUN_DISTANCE_M, RUN_DURATION_MS
from bot.domain.runs.runs import Direction, Stretch

MOST = 1_001
"""Most stretches of a run: the laps of a file, and the rest."""
_FORMULA = frozenset("=+-@\t\r")
_STRETCH = re.compile(r"(backward|forward|untold) (-|\d{1,7}) m (\d{1,6})(?:\.(\d{1,3}))? s( ~)?")


def marked(text: str) -> str:
    """Return a text that no spreadsheet reads as a formula: with an apostrophe before it, if it looks like one."""
    return f"'{text}" if text.lstrip("'")[:1] in _FORMULA else text


def unmarked(text: str) -> str:
    """Return a text as it was before `marked`."""
    return text[1:] if text[:1] == "'" and text.lstrip("'")[:1] in _FORMULA else text


def stretches_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return stretches as text, from their rows in order."""
    return "; ".join(
        f"{row['direction']} {'-' if row['distance_m'] is None else row['distance_m']} m "
        f"{row['duration_ms'] / 1000:.3f}".rstrip("0").rstrip(".")
        + (" s ~" if row["estimated"] else " s")
        for row in rows
    )


def stretches_from(text: str) -> tuple[Stretch, ...]:
    """Return the stretches of a text, or none if it is not such a text."""
    parts = text.split("; ")
    found = [_STRETCH.fullmatch(part) for part in parts[: MOST + 1]]
    if len(parts) > MOST or not all(found):
        return ()
    stretches = tuple(
        Stretch(
            Direction(one[1]),
            None if one[2] == "-" else int(one[2]),
            int(one[3]) * 1000 + int(f"{one[4] or 0:0<3}"),
            one[5] is not None,
        )
        for one in found
        if one is not None
    )
    return stretches if all(_possible(one) for one in stretches) else ()


def _possible(stretch: Stretch) -> bool:
    return 0 < stretch.duration_ms <= RUN_DURATION_MS and (
        stretch.distance_m is None or 0 < stretch.distance_m <= RUN_DISTANCE_M
    )
