"""Rules about imports and files that the import contracts in pyproject.toml (`make check`) cannot express."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.rules.source_code import ROOT, files_in, nodes_of, text_of

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
SOURCES = files_in("bot", "cogs", "db", "tests", "tools")
MODULES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for file in SOURCES
    if file.relative_to(ROOT).parts[0] in ("bot", "cogs", "db") and "migrations" not in file.parts
)
CEILING = 400


def names(contract: str) -> set[str]:
    layers = next(one["layers"] for one in CONTRACTS if one["id"] == contract)
    return {name.strip().strip("()") for layer in layers for name in layer.replace(":", "|").split("|")}


def loaded_by(statement: str) -> set[str]:
    """Return the modules loaded after a statement, in a fresh interpreter with an empty environment."""
    answer = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", f"{statement}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT, env={}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return set(answer.stdout.split())


def test_every_module_of_the_bot_has_its_layer() -> None:
    here = {
        f"bot.{path.stem}"
        for path in (ROOT / "bot").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert here - {"bot.__init__"} <= names("down")


@pytest.mark.long
def test_the_command_line_loads_nothing_heavy() -> None:
    heavy = {"discord", "sqlalchemy", "alembic", "aiohttp", "simcord", "typst", "babel", "apscheduler"}
    assert not heavy & loaded_by("import bot.__main__")


@pytest.mark.long
def test_starting_the_bot_loads_no_chart_no_file_reader_and_no_migration_tool() -> None:
    start = "import bot.__main__, bot.client, bot.worker.worker, db.upkeep\nimport importlib, cogs\n" + (
        "for name in cogs.EXTENSIONS: importlib.import_module(name)"
    )
    assert not {"typst", "numpy", "fitdecode", "alembic", "simcord", "PIL"} & loaded_by(start)


@pytest.mark.long
def test_what_the_worker_runs_loads_neither_discord_nor_a_database() -> None:
    rooms = [module for module in MODULES if module.startswith(("bot.worker", "bot.files", "bot.charts", "bot.domain"))]
    assert not {"discord", "sqlalchemy", "aiosqlite"} & loaded_by("import " + ", ".join(rooms))


@pytest.mark.long
def test_every_module_imports_with_an_empty_environment() -> None:
    assert set(MODULES) - {"bot.__main__"} <= loaded_by("import " + ", ".join(MODULES))


def test_a_file_has_one_subject_and_no_grab_bag_name() -> None:
    grab_bags = {"utils", "helpers", "core", "misc", "common"}
    assert [os.path.relpath(file, ROOT) for file in SOURCES if file.stem in grab_bags] == []
    lines = {os.path.relpath(file, ROOT): len(text_of(file).splitlines()) for file in SOURCES}
    assert {file: count for file, count in lines.items() if count > CEILING} == {}


def test_packages_hold_no_code() -> None:
    for name in ("bot", "db"):
        assert (ROOT / name / "__init__.py").read_text() == ""


SUBJECTS = [ROOT / layer for layer in ("cogs", "bot/services", "bot/domain")]
"""Layers in which each subject has a room with a README that names the other rooms it may import."""


def test_every_room_says_what_lives_in_it() -> None:
    named = ("bot", "cogs", "db", "db/models", "db/queries", "db/migrations", "tests", "tools")
    rooms = {ROOT / room for room in named}
    rooms |= {file.parent for layer in (ROOT / "bot", *SUBJECTS) for file in layer.glob("*/*.py")}
    silent = [os.path.relpath(room, ROOT) for room in rooms if not (room / "README.md").exists()]
    assert sorted(silent) == []


def imported_rooms(layer: Path, room: Path) -> set[str]:
    """Return the other rooms of a layer that a room imports."""
    prefix = ".".join(layer.relative_to(ROOT).parts)
    modules = [
        node.module
        for file in room.rglob("*.py")
        for node in nodes_of(file)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(f"{prefix}.")
    ]
    rooms = {module.removeprefix(f"{prefix}.").partition(".")[0] for module in modules} - {room.name}
    return {name for name in rooms if (layer / name).is_dir()}


def test_a_readme_names_the_rooms_of_its_layer_that_the_room_imports() -> None:
    wrong = {}
    for layer in SUBJECTS:
        for room in sorted({file.parent for file in layer.glob("*/*.py")}):
            text = (room / "README.md").read_text(encoding="utf-8")
            told = re.findall(r"`(?:cogs\.)?(\w+)`", text.partition("May import:")[2].partition("\n\n")[0])
            others = {name for name in told if (layer / name).is_dir()}
            if others != imported_rooms(layer, room):
                wrong[os.path.relpath(room, ROOT)] = sorted(others ^ imported_rooms(layer, room))
    assert wrong == {}


def test_every_file_a_readme_names_exists() -> None:
    files = {os.path.relpath(file, ROOT) for file in ROOT.rglob("*.py") if ".venv" not in file.parts}
    unknown = [
        f"{os.path.relpath(readme, ROOT)}: {name}"
        for readme in [*ROOT.glob("*/**/README.md"), ROOT / "CONTRIBUTING.md"]
        if ".venv" not in readme.parts
        for name in re.findall(r"`([\w/]+\.py)`", readme.read_text(encoding="utf-8"))
        if not any(file == name or file.endswith(f"/{name}") for file in files)
    ]
    assert unknown == []


def test_no_type_is_ignored_without_saying_which() -> None:
    bare = [
        f"{os.path.relpath(file, ROOT)}:{number}"
        for file in SOURCES
        if file != Path(__file__)
        for number, line in enumerate(text_of(file).splitlines(), 1)
        if "type: ignore" in line and "type: ignore[" not in line
    ]
    assert bare == []


def test_no_test_module_is_imported() -> None:
    """Tests share code through `builders/`, `conftest.py` and other modules without tests of their own."""
    imported = re.compile(r"^\W*(?:from|import) (tests\S*\.test_\w+)|\bfrom (tests\S*\.test_\w+) import", re.MULTILINE)
    found = {
        os.path.relpath(file, ROOT): [match[0].strip() for match in imported.finditer(text_of(file))]
        for file in SOURCES
    }
    assert {file: imports for file, imports in found.items() if imports} == {}


def test_no_test_is_skipped() -> None:
    """Tests that a machine cannot run are not collected (tests/conftest.py); a skipped test is never noticed."""
    skips = {"skip", "skipif", "xfail", "importorskip"}
    found = [
        f"{os.path.relpath(file, ROOT)}:{node.lineno} {node.attr}"
        for file in SOURCES
        if any(word in text_of(file) for word in skips)
        for node in nodes_of(file)
        if isinstance(node, ast.Attribute) and node.attr in skips
    ]
    assert found == []


def test_services_hold_no_statements() -> None:
    written = {
        f"{os.path.relpath(file, ROOT)}: {alias.name}"
        for file in files_in("bot/services")
        for node in nodes_of(file)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy"
        for alias in node.names
    }
    types = (": AsyncSession", ": DeclarativeBase", ": Row", ": Table")
    assert {one for one in written if not one.endswith(types)} == set()
