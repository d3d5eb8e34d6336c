"""`make shots` without a browser; with one, it is run by hand."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.preview import scenes, shots


def test_without_chromium_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "argv", ["shots"])
    assert shots.main() == 1
    assert "make shots needs Chromium: none of chromium" in capsys.readouterr().err


def test_the_pictures_of_docs_are_taken_by_a_scene_and_shown_there() -> None:
    played = Path(scenes.__file__).read_text(encoding="utf-8")
    named = {f"{language}-{name}.png" for language, names in shots.SHOWN.items() for name in names}
    assert {path.name for path in shots.DOCS.glob("*.png")} == named
    assert len(named) == 20
    for name in {name for names in shots.SHOWN.values() for name in names} - {"new-help"}:
        assert f'"{re.sub(r"-[2-9]$", "", name)}"' in played, name
