"""Import of recorded activities.

A run is saved at once without directions, so that nothing is lost before its runner answers; until then it counts
nowhere (`bot.services.runs.lap_directions`).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.activity import Activity, FileReport, Refusal, Sport
from bot.domain.runs.imported_runs import (
    LONGEST_APART,
    Span,
    When,
    impossible,
    known,
    overlap,
    segments_of,
    untold,
    when,
)
from bot.domain.runs.runs import RunContent
from bot.services.members.people import Person
from bot.services.runs.overlapping_runs import span_of
from bot.services.runs.revisions import insert_run
from db.engine import Database
from db.queries.members import people as people_queries
from db.queries.runs import imports as queries


class Outcome(StrEnum):
    """Outcome of a file."""

    IMPORTED = "imported"
    ALREADY = "already"
    SAME_FILE = "same_file"
    OFFERED = "offered"  # another sport: saved without directions, to be left out or kept as a forward run
    NOT_RUN = "not_run"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """Outcome of a file, or of one of its activities.

    Attributes:
        filename: name as posted, unescaped.
        outcome: outcome of the import.
        run_id: id of the run, if one was created.
        ran_on: day of the run, new or existing.
        distance_m: metres, or None if not recorded.
        duration_ms: milliseconds.
        sport: sport, if it was not a run.
        reason: catalogue key of the reason for a refusal, or None.
        params: placeholders of `reason`.
        warnings: catalogue keys of warnings about an imported file.
        zone_assumed: the file has no zone, the runner has chosen none, and no card has said so yet.
    """

    filename: str
    outcome: Outcome
    run_id: int | None = None
    ran_on: date | None = None
    distance_m: int | None = None
    duration_ms: int = 0
    sport: Sport | None = None
    reason: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    zone_assumed: bool = False


_REFUSED = {
    Refusal.NOT_RUN: Outcome.NOT_RUN,
    Refusal.UNREADABLE: Outcome.UNREADABLE,
    Refusal.TOO_LARGE: Outcome.TOO_LARGE,
}


async def save_import(
    database: Database,
    person: Person,
    reports: Sequence[FileReport],
    *,
    interaction_id: int,
    now: datetime,
    first: int = 0,
) -> tuple[FileOutcome, ...]:
    """Save every run that was read and does not exist yet, without directions.

    Args:
        database: database to write to.
        person: runner; the runs belong to the current club.
        reports: reports of the worker, in order, one for each file or activity.
        interaction_id: idempotency key, together with the position in the import.
        now: current time.
        first: position of the first report, if earlier ones of this import were saved before.

    Returns:
        The outcome of each report, in order.

    Raises:
        Unavailable: the database is locked or full; nothing was written.
    """
    read = {
        at: (report.activity, when(report.activity, person.reader.zone))
        for at, report in enumerate(reports)
        if report.activity is not None and report.refusal in (None, Refusal.NOT_RUN)
    }
    if not read:
        return tuple(_refused(report) for report in reports)
    async with database.write() as session:
        there = await _there(session, person.user_id, [at_home for _, at_home in read.values()])
        digests = await queries.known_files(session, person.user_id, {reports[at].sha256 for at in read})
        outcomes = []
        for at, report in enumerate(reports):
            if at not in read:
                outcomes.append(_refused(report))
                continue
            activity, start = read[at]
            outcome = _compared(report, activity, start, there, digests, now)
            if outcome.outcome is Outcome.IMPORTED:
                run_id = await _save(session, person, report, activity, start, interaction_id, first + at, now)
                if run_id is None:  # already saved by an earlier delivery of this interaction
                    outcome = replace(outcome, outcome=Outcome.SAME_FILE)
                else:
                    unsaid = person.zone_assumed and not person.zone_told
                    outcome = replace(outcome, run_id=run_id, zone_assumed=unsaid and not start.told)
                    if report.refusal is Refusal.NOT_RUN:
                        outcome = replace(outcome, outcome=Outcome.OFFERED, sport=activity.sport)
                there.append(_span(activity, start))
                digests.add(report.sha256)
            outcomes.append(outcome)
        if any(outcome.zone_assumed for outcome in outcomes):
            await people_queries.mark_zone_told(session, person.user_id)
    return tuple(outcomes)


def not_saved(report: FileReport) -> FileOutcome:
    """Return the outcome for a file that was read but could not be saved."""
    if report.activity is None:
        return _refused(report)
    return FileOutcome(report.filename, Outcome.UNREADABLE, reason="imports.reason.unsaved")


async def _there(session: AsyncSession, user_id: int, starts: Sequence[When]) -> list[Span]:
    """Return the existing runs near these starts."""
    first = min(start.started_at for start in starts) - LONGEST_APART
    last = max(start.started_at for start in starts) + LONGEST_APART
    rows = await queries.runs_between(session, user_id, first, last)
    return [span_of(row[1], row[2], row[3], row[5]) for row in rows]


def _span(activity: Activity, start: When) -> Span:
    return Span(start.started_at, activity.distance_m, activity.duration_ms, activity.elapsed_ms)


def _compared(
    report: FileReport, activity: Activity, start: When, there: Sequence[Span], digests: Collection[str], now: datetime
) -> FileOutcome:
    """Return the outcome of an activity, compared with existing runs."""
    reason = impossible(activity, start.started_at, now)
    if reason is not None and report.refusal is not None:
        return _refused(report)
    if reason is not None:
        return FileOutcome(report.filename, Outcome.UNREADABLE, reason=f"imports.reason.{reason}")
    outcome, warnings = Outcome.IMPORTED, report.warnings
    if report.sha256 in digests:
        outcome = Outcome.SAME_FILE
    elif known(_span(activity, start), there) is not None:
        outcome = Outcome.ALREADY
    elif any(overlap(_span(activity, start), other) for other in there):
        warnings += ("imports.twins.warning",)
    return FileOutcome(
        report.filename,
        outcome,
        ran_on=start.ran_on,
        distance_m=activity.distance_m,
        duration_ms=activity.duration_ms,
        warnings=warnings,
    )


def _refused(report: FileReport) -> FileOutcome:
    return FileOutcome(
        report.filename,
        _REFUSED[report.refusal or Refusal.UNREADABLE],
        sport=report.activity.sport if report.activity else None,
        reason=report.reason,
        params=report.params,
    )


async def _save(
    session: AsyncSession,
    person: Person,
    report: FileReport,
    activity: Activity,
    start: When,
    interaction_id: int,
    ordinal: int,
    now: datetime,
) -> int | None:
    """Insert a run and its recording; None if this interaction inserted it before."""
    content = RunContent(
        started_at=start.started_at,
        zone=start.zone,
        ran_on=start.ran_on,
        stretches=untold(activity),
        surface=activity.surface,
        doubtful=activity.doubtful,
        sharing=person.sharing,
    )
    run = await insert_run(
        session,
        person,
        content,
        interaction_id=interaction_id,
        ordinal=ordinal,
        now=now,
        source=activity.source.value,
    )
    if run is None:
        return None
    await queries.insert_recording(
        session,
        {
            "run_id": run.run_id,
            "user_id": person.user_id,
            "sha256": report.sha256,
            "filename": report.filename[:120],
            "totals": {
                "sport": activity.sport.value,
                "sport_name": activity.sport_name,
                "distance_m": activity.distance_m,
                "duration_ms": activity.duration_ms,
                "elapsed_ms": activity.elapsed_ms,
                "utc_offset_s": activity.utc_offset_s,
            },
            "laps": [{"distance_m": s.distance_m, "duration_ms": s.duration_ms} for s in content.stretches],
            "segments": [list(segment) for segment in segments_of(activity, content.stretches)],
            "series": zlib.compress(json.dumps(activity.series).encode()) if activity.series else None,
        },
    )
    return run.run_id
