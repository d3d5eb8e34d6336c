"""Times and numbers as XML files write them."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite


def when(text: str) -> datetime | None:
    """An ISO 8601 time, aware, or None. One that names no zone is UTC, as both GPX and TCX demand."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def offset_of(at: datetime | None) -> int | None:
    """Seconds the clock that wrote a time was ahead of UTC, or None when it wrote UTC, which tells nothing."""
    offset = at.utcoffset() if at else None
    return round(offset.total_seconds()) or None if offset else None


def number(text: str | None) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and isfinite(value) else None
