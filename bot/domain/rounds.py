"""The weekly round: what holds until a club has set it."""

DEFAULT_ROUND_WEEKDAY = 3
"""The day the round is matched, in the club's zone: 0 is Monday, 3 Thursday."""
DEFAULT_ROUND_HOUR = 18
"""The hour it is matched, 0 to 23, in the club's zone."""
DEFAULT_ROUND_NOTICE_H = 24
"""Hours before it by which members are told, so that they can skip."""
