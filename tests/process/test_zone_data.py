"""The newest time zone data is used, wherever it is."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tzdata

from bot.zone_data import ZoneData, use_newest

SHIPPED = tzdata.IANA_VERSION
PACKAGE = Path(tzdata.__file__).parent / "zoneinfo"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    use_newest()


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Create zone data in which Berlin has Tokyo's time."""
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Berlin").write_bytes((PACKAGE / "Asia" / "Tokyo").read_bytes())
    return tmp_path


def berlin() -> float:
    offset = datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")).utcoffset()
    assert offset is not None
    return offset.total_seconds() / 3600


@pytest.mark.parametrize(
    ("file", "text", "version", "hours"),
    [
        ("tzdata.zi", "# version 2019c\n# more\n", "2019c", 1),
        ("tzdata.zi", f"# version {SHIPPED}\n", SHIPPED, 1),
        ("tzdata.zi", "# version 2099a\n", "2099a", 9),
        ("tzdata.zi", f"# version {SHIPPED[:4]}zz\n", f"{SHIPPED[:4]}zz", 9),
        ("+VERSION", "2099b\n", "2099b", 9),
        ("tzdata.zi", "nothing of the kind\n", None, 1),
        ("README", "", None, 1),
    ],
)
def test_the_newest_is_used(machine: Path, file: str, text: str, version: str | None, hours: int) -> None:
    (machine / file).write_text(text)
    found = use_newest((str(machine),))
    newer = hours == 9
    assert found == ZoneData(version if newer and version else SHIPPED, not newer, version)
    assert berlin() == hours


def test_without_data_of_the_machine_what_is_shipped_is_used(tmp_path: Path) -> None:
    assert use_newest((str(tmp_path),)) == ZoneData(SHIPPED, True, None)
    assert berlin() == 1


def test_a_zone_looked_up_before_is_looked_up_anew(machine: Path) -> None:
    zoneinfo.reset_tzpath((str(machine),))
    ZoneInfo.clear_cache()
    assert berlin() == 9
    use_newest((str(machine),))
    assert berlin() == 1


def test_it_is_said_which(machine: Path) -> None:
    assert str(use_newest((str(machine),))) == f"{SHIPPED}, shipped with the bot (this machine's says no version)"
    (machine / "tzdata.zi").write_text("# version 2019c\n")
    assert str(use_newest((str(machine),))) == f"{SHIPPED}, shipped with the bot (this machine's is 2019c)"
    (machine / "tzdata.zi").write_text("# version 2099a\n")
    assert str(use_newest((str(machine),))).startswith("2099a, this machine's")
