"""Writes that people's safety depends on go before others, and survive a power cut."""

from __future__ import annotations

import re
from pathlib import Path

SERVICES = Path(__file__).parents[3] / "bot" / "services"
SAFETY = ("alerts", "check_in", "contacts", "corrections", "outing_lifecycle", "quiet_alarms")
"""Services whose transactions all change who is out, who is alarmed, or whom to alarm."""


def test_services_of_safety_write_urgently() -> None:
    ordinary = re.compile(r"database\.write\(")
    for name in SAFETY:
        (file,) = SERVICES.rglob(f"{name}.py")
        text = file.read_text(encoding="utf-8")
        assert "database.urgent.write()" in text, name
        assert not ordinary.search(text), name
