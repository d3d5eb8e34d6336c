from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from bot.config import Settings, load

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
SETTINGS = [
    (section.name, setting.name)
    for section in dataclasses.fields(Settings)
    for setting in dataclasses.fields(getattr(Settings(), section.name))
]


def test_the_example_is_the_defaults(tmp_path: Path) -> None:
    empty = tmp_path / "config.toml"
    empty.touch()
    copy = tmp_path / "copy.toml"
    copy.write_text(TEXT, encoding="utf-8")
    assert load(copy, {}) == load(empty, {})


def test_the_defaults_without_a_file_are_those_in_the_code() -> None:
    assert load(None, {}) == Settings()


def test_the_example_has_every_setting_and_no_other() -> None:
    raw = tomllib.loads(TEXT)
    assert [(section, key) for section, table in raw.items() for key in table] == SETTINGS


@pytest.mark.parametrize(("section", "setting"), SETTINGS)
def test_a_comment_above_each_setting_names_its_default(section: str, setting: str) -> None:
    block = TEXT.split(f"[{section}]\n")[1]
    found = re.search(rf"((?:^#.*\n)+){setting} = (.*)", block, re.MULTILINE)
    assert found, f"no comment above {setting}"
    comment, value = found.groups()
    assert f"Default: {value}" in comment or ("Default: none" in comment and value == '""')
