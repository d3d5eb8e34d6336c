"""Selection of the time zone data: the newer of the packaged data and the machine's.

`zoneinfo` prefers the machine's, however old: on a long-lived server Vancouver, Edmonton, Casablanca and Havana were an
hour off.
"""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tzdata  # type: ignore[import-untyped]

_FIRST_LINE = re.compile(r"# version ([0-9]{4}[a-z]+)")
_VERSION = re.compile(r"[0-9]{4}[a-z]+")


@dataclass(frozen=True, slots=True)
class ZoneData:
    """The time zone data in use.

    Attributes:
        version: IANA's name of the version, such as 2026a.
        shipped: whether it is the data of the package tzdata.
        machine: version of the machine's data; None if there is none or its version is unknown.
    """

    version: str
    shipped: bool
    machine: str | None

    def __str__(self) -> str:
        if not self.shipped:
            return f"{self.version}, this machine's (newer than {tzdata.IANA_VERSION}, shipped with the bot)"
        machine = f"this machine's is {self.machine}" if self.machine else "this machine's says no version"
        return f"{self.version}, shipped with the bot ({machine})"


def use_newest(folders: tuple[str, ...] | None = None) -> ZoneData:
    """Make `zoneinfo` use the newest data available; call it before any zone is looked up.

    Args:
        folders: where the machine keeps its data; by default Python's search path.
    """
    if folders is None:
        zoneinfo.reset_tzpath()
        folders = zoneinfo.TZPATH
    shipped, machine = tzdata.IANA_VERSION, _machine_version(folders)
    newer = machine is not None and _age(machine) > _age(shipped)
    zoneinfo.reset_tzpath(folders if newer else ())
    zoneinfo.ZoneInfo.clear_cache()
    return ZoneData(machine if newer and machine else shipped, not newer, machine)


@cache
def newest() -> ZoneData:
    """Select the newest data once per process, and return it."""
    return use_newest()


def _machine_version(folders: tuple[str, ...]) -> str | None:
    """Return the version of the first folder that holds zones, which is the one `zoneinfo` uses."""
    for folder in map(Path, folders):
        if not (folder / "Europe").is_dir():
            continue
        for name, pattern in (("tzdata.zi", _FIRST_LINE), ("+VERSION", _VERSION)):
            try:
                with (folder / name).open(encoding="ascii", errors="replace") as file:
                    found = pattern.match(file.readline(80).strip())
            except OSError:
                continue
            if found:
                return found[found.re.groups]
        return None
    return None


def _age(version: str) -> tuple[str, int, str]:
    """Return the sort key of a version: 2026z comes before 2026aa."""
    return version[:4], len(version), version
