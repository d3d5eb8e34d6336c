"""Draw the examples of all pictures in every language into docs/pictures: `make pictures`.

The same figures every time. The files have a palette of 128 colours, to be small in the repository.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from bot.languages import LANGUAGES, language_name
from bot.localizer import Localizer
from tests.charts.examples import EXAMPLES
from tests.charts.pictures import image

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


def files() -> dict[str, str]:
    """Return the alternative text of each file."""
    return {
        f"{language}-{name}.png": example(Localizer(language)).alt
        for name, example in EXAMPLES.items()
        for language in LANGUAGES
    }


def readme() -> str:
    """Return the page that shows them."""
    parts = [
        "# Pictures",
        "",
        "What the bot draws, with figures that are the same every time. `make pictures` draws them anew.",
    ]
    for name, example in EXAMPLES.items():
        for language in LANGUAGES:
            alt = example(Localizer(language)).alt
            parts += ["", f"## {name}, {language_name(language, 'en')}", "", f"![{alt}]({language}-{name}.png)"]
    return "\n".join(parts) + "\n"


def draw() -> None:
    """Draw everything."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, example in EXAMPLES.items():
        for language in LANGUAGES:
            reduced = image(example(Localizer(language))).quantize(128, dither=Image.Dither.NONE)
            reduced.save(FOLDER / f"{language}-{name}.png", optimize=True)
    (FOLDER / "README.md").write_text(readme(), encoding="utf-8")


if __name__ == "__main__":
    draw()
