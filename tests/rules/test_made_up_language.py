"""A language added to a copy of the bot as one folder: parsed, formatted and shown without any other change."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
MADE_UP = Path(__file__).parent / "made_up_language"
THIN = "\u202f"
"""Thousands separator of French, whose number format the language uses."""


@pytest.fixture(scope="module")
def made_of_it(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the output of a bot with the folder `bot/locales/xx`."""
    house = tmp_path_factory.mktemp("house")
    for room in ("bot", "cogs", "db"):
        shutil.copytree(ROOT / room, house / room, ignore=shutil.ignore_patterns("__pycache__"))
    folder = house / "bot" / "locales" / "xx"
    english = ROOT / "bot" / "locales" / "en"
    for file in english.glob("*/**/*.toml"):
        area = folder / file.relative_to(english)
        area.parent.mkdir(parents=True, exist_ok=True)
        area.write_text("\n".join(translated(tomllib.loads(file.read_text(encoding="utf-8")))), encoding="utf-8")
    for name in ("language.toml", "vocabulary.py"):
        shutil.copy(MADE_UP / name, folder / name)
    (folder / "__init__.py").touch()
    shutil.copy(MADE_UP / "try_it.py", house)
    done = subprocess.run([sys.executable, "try_it.py"], cwd=house, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def translated(table: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Yield the English sentences between brackets, as lines of TOML."""
    for name, value in table.items():
        key = f"{path}{json.dumps(name)}"
        if isinstance(value, str):
            yield f"{key} = {json.dumps(f'⟦{value}⟧', ensure_ascii=False)}"
        else:
            yield from translated(value, f"{key}.")


def test_it_is_shipped_and_offered(made_of_it: dict[str, Any]) -> None:
    assert made_of_it["shipped"] == [["en", "de", "xx"], "xx", "xx"]


def test_its_words_are_read(made_of_it: dict[str, Any]) -> None:
    assert made_of_it["distance"] == [5500, 1500, 21_097]
    assert made_of_it["duration"] == [1_620_000, 3_900_000]
    assert made_of_it["pace"] == 300
    assert made_of_it["weight"] == 70.5
    assert made_of_it["share"] == 0.5
    assert made_of_it["way"] == "backward"


def test_its_days_and_hours_are_read(made_of_it: dict[str, Any]) -> None:
    assert made_of_it["past"] == ["23.11.2026 17:00", "21.11.2026 17:30", "19.11.2026 06:00"]
    assert made_of_it["ahead"] == ["03.04.2027 07:00", "05.05.2027 07:30", "25.11.2026 17:00", "24.11.2026 17:00"]
    assert made_of_it["windows"] == [1, 5, 6]
    assert made_of_it["zone"] == ["Europe/Berlin", "Europe/Berlin", "Vienne"]


def test_numbers_lists_and_sentences_are_shown_in_it(made_of_it: dict[str, Any]) -> None:
    assert made_of_it["shown"] == [f"1{THIN}234,50 km", "4:05,2", f"1{THIN}234,5", "Ada, Ben et Cy"]
    assert made_of_it["series"].startswith("⟦")
    assert made_of_it["series"].count("18:30") == 1
    assert "⟦5,00 km" in made_of_it["card"]


def test_a_plural_without_the_form_for_many_falls_back(made_of_it: dict[str, Any]) -> None:
    one, *others = made_of_it["plural"]
    assert one == "⟦1 day⟧"
    assert others == ["⟦2 days⟧", "⟦1000000 days⟧"]
