"""The project's Python files, read and parsed once per process, because a dozen rules walk the whole tree."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def files_in(*rooms: str) -> tuple[Path, ...]:
    """Return the Python files below these folders, given relative to the project."""
    return tuple(sorted(file for room in rooms for file in (ROOT / room).rglob("*.py")))


@cache
def text_of(file: Path) -> str:
    """Return the text of a file."""
    return file.read_text(encoding="utf-8")


@cache
def nodes_of(file: Path) -> tuple[ast.AST, ...]:
    """Return all nodes of a file's syntax tree, the module first; they must not be changed."""
    return tuple(ast.walk(ast.parse(text_of(file))))
