"""Read attached files: bytes in, reports out. Pure; runs in the worker, because a hostile file can take seconds.

Formats are detected by content, never by file name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import chain

from bot.domain.runs.activity import Activity, FileReport, Refusal, Sport
from bot.files import fit, gpx, tcx
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
    return list(chain.from_iterable(map(read_entry, opened)))


def read_entry(entry: ArchiveEntry) -> list[FileReport]:
    """Read one unpacked file. Return one report per activity; never raises."""
    if entry.data is None:
        assert entry.refused
        return [_refusal(entry.name, "", entry.refused)]
    sha256 = hashlib.sha256(entry.data).hexdigest()
    try:
        found, warnings = _read(entry.data)
    except Refused as refused:
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
