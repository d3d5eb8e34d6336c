"""One name, one meaning: a class name is unique in the project, a module name unique in its layer."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.rules.source_code import ROOT, files_in, nodes_of

SOURCES = [file for file in files_in("bot", "cogs", "db") if "versions" not in file.parts]

CLASSES: dict[str, str] = {}
"""Class names that may be used twice, with the reason."""

MODULES = {
    "vocabulary": "each language declares its own, of the type that the rules declare",
    "club": "the try mode's demo club, beside the commands of a club",
    "partners": "the try mode's demo partners, beside the commands about partners",
    "messages": "what the worker and the bot say to each other, beside the table of messages",
    "process": "a process of the worker's, beside the table of what the process remembers",
}
"""Module names that two rooms of a layer or of `bot` may use, with the reason."""


def test_a_class_name_stands_for_one_thing() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for file in SOURCES:
        for node in nodes_of(file):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(file.relative_to(ROOT)))
    twice = {name: files for name, files in places.items() if len(files) > 1}
    assert {name: files for name, files in twice.items() if name not in CLASSES} == {}
    assert set(CLASSES) <= set(twice)


def test_a_module_name_stands_once_in_a_layer() -> None:
    places: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for file in SOURCES:
        parts = file.relative_to(ROOT).parts
        layer = "/".join(parts[:2]) if parts[0] != "cogs" else "cogs"
        if file.stem not in ("__init__", *MODULES):
            places[layer, file.stem].append("/".join(parts))
    assert {f"{layer}: {stem}": files for (layer, stem), files in places.items() if len(files) > 1} == {}
