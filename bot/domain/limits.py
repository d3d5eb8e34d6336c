"""Limits of what the bot takes for one run and for one file, each with its reason.

Texts name a limit through a parameter, so that changing it here is enough.
"""

from __future__ import annotations

MEGABYTE = 1024 * 1024

RUN_DISTANCE_M = 1_000_000
"""Longest run, typed or from a file. Multi-day races reach 1,000 km in six days; more is a misread unit."""

RUN_DURATION_MS = 7 * 24 * 3600 * 1000
"""Longest run, typed or from a file: a six-day race and a day of margin."""

RUN_SLOWEST_S_PER_KM = 3 * 3600
"""Slowest average of a run. Distance and time include stops, as in a multi-day race; beyond this they do not belong
together."""

TYPED_PACE_SLOWEST_S_PER_KM = 3600
"""Slowest pace that somebody types. A pace is of moving, without stops: 61:00/km is minutes and seconds mixed up, so
this is stricter than `RUN_SLOWEST_S_PER_KM`."""

FILE_DISTANCE_M = 2 * RUN_DISTANCE_M
"""Longest distance that is read from a file at all; beyond it the reading is broken and ignored. Twice the longest run,
so that an activity that is too long is refused as too long, instead of being read as one without a distance."""

FILE_DURATION_S = 10 * 24 * 3600
"""Longest time, in seconds, that is read from a file at all; beyond it the clock is broken. The longest races last ten
days; longer than `RUN_DURATION_MS` for the same reason as `FILE_DISTANCE_M`, and since it bounds elapsed time too."""

FILE_BYTES = 10 * MEGABYTE
"""Largest file, as attached and as unpacked: Discord's own limit for attachments of free accounts, and far above the
files of a day-long run. Checked before an attachment is fetched, and again while an archive is unpacked."""
