"""Limits for one run and for one file, each with its reason.

Catalogue strings get a limit as a parameter, so a change here needs no change of texts.
"""

from __future__ import annotations

MEGABYTE = 1024 * 1024

RUN_DISTANCE_M = 1_000_000
"""Longest run in metres, typed or from a file. Multi-day races reach 1,000 km in six days; more is a misread unit."""

DAY_DISTANCE_M = 100_000
"""Metres in 24 hours above which a run is held for an organiser's review: some run them, but most who log them have
mistaken a unit or a ride."""

RUN_DURATION_MS = 7 * 24 * 3600 * 1000
"""Longest run in milliseconds, typed or from a file: a six-day race plus one day of margin."""

RUN_SLOWEST_S_PER_KM = 3 * 3600
"""Slowest average pace of a run. Distance and time include stops, as in a multi-day race; a slower average means that
the two do not belong together."""

TYPED_PACE_SLOWEST_S_PER_KM = 3600
"""Slowest pace that can be typed. A typed pace excludes stops, and 61:00/km is a mix-up of minutes and seconds, so this
limit is stricter than `RUN_SLOWEST_S_PER_KM`."""

FILE_DISTANCE_M = 2 * RUN_DISTANCE_M
"""Longest distance in metres that is read from a file; a longer one is ignored as corrupt. It is twice the longest run,
so that a run that is too long is refused as too long instead of read as one without a distance."""

FILE_DURATION_S = 10 * 24 * 3600
"""Longest time in seconds that is read from a file; a longer one means a broken clock. The longest races last ten days.
It is longer than `RUN_DURATION_MS` for the same reason as `FILE_DISTANCE_M`, and because it also limits elapsed
time."""

FILE_BYTES = 10 * MEGABYTE
"""Largest file in bytes, attached or unpacked: Discord's attachment limit for free accounts, and far more than a
day-long run needs. Checked before an attachment is downloaded and again while an archive is unpacked."""

RUNS_A_DAY = 40
"""Most runs of one day that a table adds to. Relays and interval sheets have twenty; more means a column was
mistaken, or a file made to keep the comparison with existing runs busy."""

TABLE_LINES = 50_000
"""Most lines of a table of runs: two runs a day for more than sixty years."""

TABLE_COLUMNS = 250
"""Most columns of a table of runs. Strava's export has a hundred."""

TABLE_CELL_CHARACTERS = 10_000
"""Longest cell of a table of runs in characters, such as the description of a race; a longer one means that a quote was
never closed."""

TABLE_PACKED_BYTES = 3 * MEGABYTE
"""Largest table of runs in bytes after compression. It is stored until it is imported; 20,000 lines take 1 MB."""

CHALLENGE_DAYS = 366
"""Most days of a challenge. A longer one is a mistyped year, and is better run as one challenge a year."""

CHALLENGE_AHEAD_DAYS = 366
"""Most days until a challenge begins, or since it began: runs from before it was created count, but more days are a
mistyped year."""

CHALLENGE_LATE_LOGS_H = 72
"""Hours after a challenge's end in which runs can be logged late: a weekend without a phone, and a day for zones that
end later than the club's."""

CHALLENGE_PLACES = 250
"""Most people in a challenge. Its progress is summed from their runs when it is looked at: 250 people who run two days
a week for a year are about 25,000 rows, a fifth of a second on an idle core, and no more may be read while somebody
waits."""

CHALLENGES_OPEN = 10
"""Most challenges of a club that are not over: more would be a list instead of something to do together."""

CHALLENGE_GOAL_M = 1_000_000_000
"""Largest goal in metres: `CHALLENGE_PLACES` people with 4,000 km each."""

CHALLENGE_GOAL_MS = 1_000_000 * 3600 * 1000
"""Largest goal in milliseconds: `CHALLENGE_PLACES` people with 4,000 hours each."""

CHALLENGE_TEAMS = 8
"""Most teams of a challenge, so that all of them are on one card of a phone and in two rows of buttons."""
