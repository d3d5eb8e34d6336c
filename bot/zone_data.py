"""Which time zone data is used: what is shipped with the bot, unless the machine's is newer.

`zoneinfo` takes the machine's first, however old: with that of a long-lived server Vancouver, Edmonton, Casablanca and
Havana were an hour off.
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
        version: as IANA names it, such as 2026a.
        shipped: it is that of the package tzdata.
        machine: the version of the machine's, None where there is none or it does not say.
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
    """Have `zoneinfo` use the newest data there is; called before any zone is looked up.

    Args:
        folders: where the machine keeps its data; by default where Python looks.
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
    """Have the newest data used, once in a process; answers which."""
    return use_newest()


def _machine_version(folders: tuple[str, ...]) -> str | None:
    """The version of the first folder that holds zones, as `zoneinfo` takes it."""
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
    """2026z comes before 2026aa."""
    return version[:4], len(version), version
