"""Read attached files: bytes in, reports out. Pure; runs in the worker, because a hostile file can take seconds.

Formats are detected by content, never by file name.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from itertools import chain

from bot.domain.limits import MEGABYTE, TABLE_PACKED_BYTES
from bot.domain.runs.activity import Activity, FileReport, Refusal, Sport
from bot.domain.runs.tables import TableHints
from bot.files import fit, gpx, table, table_columns, tcx
from bot.files.archive import ArchiveEntry, entries
from bot.files.refused import Refused, too_large
from bot.files.xml import root_of


def read_files(files: Sequence[tuple[str, bytes]]) -> list[FileReport]:
    """Read attachments, in order.

    Args:
        files: name and bytes of each. The name is for display only and never used as a path.

    Returns:
        At least one report for each file, and for each entry of an archive.
    """
    opened = chain.from_iterable(entries(name, data) for name, data in files)
    return list(chain.from_iterable(read_entry(entry, TableHints()) for entry in opened))


def read_entry(entry: ArchiveEntry, hints: TableHints) -> list[FileReport]:
    """Read one unpacked file. Return one report per activity, or one about a table of runs; never raises.

    A table in an archive that holds no runs is not worth a report: services pack many beside the one of runs.
    """
    if entry.data is None:
        assert entry.refused
        return [_refusal(entry.name, "", entry.refused)]
    sha256 = hashlib.sha256(entry.data).hexdigest()
    try:
        if not fit.is_fit(entry.data) and table.is_table(entry.data):
            return [_table(entry, sha256, hints)]
        found, warnings = _read(entry.data)
    except Refused as refused:
        if entry.packed and refused.reason in ("files.reason.no_run_table", "files.reason.no_lines"):
            return []
        return [_refusal(entry.name, sha256, refused)]
    except MemoryError:
        return [_refusal(entry.name, sha256, too_large("memory"))]
    if not entry.whole:
        warnings = tuple(dict.fromkeys((*warnings, "cut_short")))
    keys = tuple(f"files.warning.{warning}" for warning in warnings)
    activities = [one for one in found if isinstance(one, Activity)]
    if not activities:
        return [_refusal(entry.name, sha256, one) for one in found[:1] if isinstance(one, Refused)]
    return [_report(entry.name, _digest(sha256, at), one, keys) for at, one in enumerate(activities)]


def _table(entry: ArchiveEntry, sha256: str, hints: TableHints) -> FileReport:
    assert entry.data is not None
    head = table_columns.head_of(table.read(entry.data), hints)
    content = zlib.compress(entry.data, level=6)
    if len(content) > TABLE_PACKED_BYTES:
        raise too_large("table", limit=TABLE_PACKED_BYTES // MEGABYTE)
    warnings = () if entry.whole else ("files.warning.cut_short",)
    return FileReport(entry.name, sha256, warnings=warnings, table=head, content=content)


def _read(data: bytes) -> tuple[list[Activity | Refused], tuple[str, ...]]:
    if not data.strip(b"\0 \t\r\n"):
        raise Refused("nothing_in_it")
    if fit.is_fit(data):
        return fit.read(data)
    root = root_of(data)
    if root not in ("gpx", "TrainingCenterDatabase"):
        raise Refused("format")
    found, whole = (gpx if root == "gpx" else tcx).read(data)
    return found, () if whole else ("cut_short",)


def _digest(sha256: str, at: int) -> str:
    """Return the digest of an activity: the file's own for the first, a derived one for later ones."""
    return sha256 if at == 0 else hashlib.sha256(f"{sha256}#{at}".encode()).hexdigest()


def _report(name: str, sha256: str, activity: Activity, warnings: tuple[str, ...]) -> FileReport:
    if activity.doubtful:
        warnings += ("files.warning.doubtful",)
    elif activity.left_out:
        warnings += ("files.warning.left_out",)
    warnings += tuple(f"files.warning.unread_{kind}" for kind in activity.unread)
    if activity.sport in (Sport.RUN, Sport.UNKNOWN):
        return FileReport(name, sha256, activity, warnings=warnings)
    return FileReport(name, sha256, activity, Refusal.NOT_RUN, "files.reason.not_run", warnings=warnings)


def _refusal(name: str, sha256: str, refused: Refused) -> FileReport:
    return FileReport(name, sha256, None, refused.refusal, refused.reason, refused.params)
