"""Search conditions in SQL, so that only shown rows are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Exists, SQLColumnExpression, and_, extract, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.run_search import MOST_WORDS, Clue
from db.models import Run, StretchRow


async def runs_that_fit(session: AsyncSession, user_id: int, clues: Sequence[Clue], limit: int) -> Sequence[Run]:
    """Return a person's newest runs that match every clue."""
    rows = await session.scalars(
        select(Run)
        .where(Run.user_id == user_id, Run.deleted_at.is_(None), *map(_fits, clues))
        .order_by(Run.ran_on.desc(), Run.started_at.desc(), Run.run_id.desc())
        .limit(limit)
    )
    return rows.all()


def _fits(clue: Clue) -> ColumnElement[bool]:
    day, month = extract("day", Run.ran_on), extract("month", Run.ran_on)
    any_of: list[ColumnElement[bool]] = [false()]
    if clue.days:
        any_of.append(day.in_(sorted(clue.days)))
    if clue.months:
        any_of.append(month.in_(sorted(clue.months)))
    if clue.weekdays:
        any_of.append(extract("dow", Run.ran_on).in_([(weekday + 1) % 7 for weekday in sorted(clue.weekdays)]))
    any_of += [and_(month == m, day == d) for m, d in sorted(clue.dates)]
    any_of += [_went(way) for way in sorted(clue.ways)]
    any_of += _within(Run.distance_m, clue.metres)
    any_of += _within(Run.duration_ms, clue.milliseconds)
    return or_(*any_of)


def _within(column: SQLColumnExpression[int | None], spans: Iterable[tuple[int, int]]) -> list[ColumnElement[bool]]:
    return [and_(column >= first, column < end) for first, end in spans]


def _went(way: str) -> ColumnElement[bool]:
    """Condition for a direction as in `/runs list`: mixed with both directions, untold if any part is."""
    if way == "untold":
        return _has("untold")
    if way == "mixed":
        return and_(_has("backward"), _has("forward"), ~_has("untold"))
    other = "forward" if way == "backward" else "backward"
    return and_(_has(way), ~_has(other), ~_has("untold"))


def _has(direction: str) -> Exists:
    return select(StretchRow.run_id).where(StretchRow.run_id == Run.run_id, StretchRow.direction == direction).exists()


def has_words(column: SQLColumnExpression[str], typed: str) -> ColumnElement[bool]:
    """Condition for a text that contains every typed word, ignoring case."""
    return and_(true(), *(_has_word(column, word) for word in typed.split()[:MOST_WORDS]))


def _has_word(column: SQLColumnExpression[str], word: str) -> ColumnElement[bool]:
    # SQLite's lower() handles only a to z, so that other letters are searched in both cases.
    lower = func.lower(column).contains(word.lower(), autoescape=True)
    either = [column.contains(form, autoescape=True) for form in {word.upper(), word.lower(), word.capitalize()}]
    return or_(lower, *either)
