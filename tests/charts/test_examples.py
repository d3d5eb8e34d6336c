"""What holds for every picture, tried with the examples that `docs/pictures` shows."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest

from bot.charts.drawing import FOLDER
from bot.charts.palette import GROUND
from bot.charts.picture import Picture
from bot.domain.text.units import Units
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from tests.charts.examples import EXAMPLES
from tests.charts.pictures import image, png

ALT = 1024
"""Discord's maximum of an alternative text."""
PHONE_PX = 390
LEGIBLE_PX = 10
"""Least size of text on a phone of `PHONE_PX`."""


def classes() -> set[tuple[str, str]]:
    """Return name and template of each picture. (`slots` makes a class twice, so the classes themselves differ.)"""
    for file in FOLDER.glob("*.py"):
        if file.stem not in ("drawing", "__init__"):
            importlib.import_module(f"bot.charts.{file.stem}")
    return {(one.__name__, one.template) for one in Picture.__subclasses__()}


def test_every_picture_has_a_template_and_an_example() -> None:
    templates = {file.stem for file in (FOLDER / "templates").glob("*.typ")} - {"look"}
    assert {template for _, template in classes()} == templates
    shown = [example(Localizer()) for example in EXAMPLES.values()]
    assert {(type(one).__name__, one.template) for one in shown} == classes()


@pytest.mark.parametrize("units", [Units.METRIC, Units.IMPERIAL])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_picture_is_drawn_in_every_language(name: str, language: str, units: Units) -> None:
    picture = EXAMPLES[name](Localizer(language, units))
    drawn = image(picture)
    assert drawn.width in (1080, 1120)
    drawn = drawn.crop((0, 16, drawn.width, drawn.height))  # a rewind has a band at its top
    for corner in ((0, 0), (drawn.width - 1, 0), (0, drawn.height - 1), (drawn.width - 1, drawn.height - 1)):
        assert drawn.getpixel(corner) == tuple(bytes.fromhex(GROUND[1:])), "nothing touches the edge"
    edges = [drawn.crop((0, 0, 8, drawn.height)), drawn.crop((drawn.width - 8, 0, drawn.width, drawn.height))]
    assert all(len(edge.getcolors() or []) == 1 for edge in edges), "nothing is cut off at the sides"
    assert len(png(picture)) < 300_000


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_picture_says_in_words_what_it_shows(name: str, language: str) -> None:
    alt = EXAMPLES[name](Localizer(language)).alt
    assert 40 < len(alt) <= ALT
    assert re.search(r"[0-9]", alt)
    assert "{" not in alt
    assert alt.endswith(".")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_scene_is_plain_json(name: str) -> None:
    scene = EXAMPLES[name](Localizer()).scene()
    assert json.loads(json.dumps(scene, allow_nan=False)).keys() == scene.keys()
    assert "look" not in scene


@pytest.mark.parametrize("template", sorted((FOLDER / "templates").glob("*.typ")), ids=lambda file: file.stem)
def test_text_is_legible_on_a_phone(template: Path) -> None:
    code = template.read_text(encoding="utf-8")
    sizes = [float(size) for size in re.findall(r"(?:text|strong|fitted)\([^()]*size: ([0-9.]+)pt", code)]
    sizes += [
        float(size) for size in re.findall(r"^#let (?:fine|small|normal|large) = ([0-9.]+)pt", code, re.MULTILINE)
    ]
    assert all(size * PHONE_PX / 1120 >= LEGIBLE_PX for size in sizes)
    assert sizes or template.stem != "look"
