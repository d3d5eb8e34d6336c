"""The migrations form one line: two that were written at the same time must not follow the same one."""

from __future__ import annotations

import re
from pathlib import Path

VERSIONS = Path(__file__).parents[2] / "db" / "migrations" / "versions"


def test_each_migration_follows_the_one_before_it() -> None:
    found = []
    for file in sorted(VERSIONS.glob("[0-9]*.py")):
        text = file.read_text(encoding="utf-8")
        revision = re.search(r'^revision(?:: \S+)? = "(\w+)"', text, re.MULTILINE)
        follows = re.search(r'^down_revision(?:: [^=]+)? = (?:"(\w+)"|None)', text, re.MULTILINE)
        assert revision is not None, file.name
        assert follows is not None, file.name
        found.append((file.name[:4], revision[1], follows[1]))
    names = [f"{number:04}" for number in range(1, len(found) + 1)]
    assert found == [(name, name, before) for name, before in zip(names, [None, *names], strict=False)]
