"""Screenshots of every main card, form and picture: `make shots`, into build/shots/<language>/<width>/.

Starts the try mode once a language, acts in it as several people, and photographs what came in Chromium at the width
of a phone and of a desktop. Buttons are found by their custom ids and commands by their names, so that a change of
wording breaks nothing. Exits with 1 and names every scene that could not be photographed.

    python -m tests.preview.shots [--language en] [--only partners] [--docs]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from bot import logs
from bot.config import LoggingSettings, Settings
from bot.languages import LANGUAGES
from bot.preview.serve import serve
from cogs import EXTENSIONS
from tests.preview import browser
from tests.preview.camera import SCALE, WIDTHS, Camera
from tests.preview.scenes import SCENES

FOLDER = Path(__file__).parents[2] / "build" / "shots"
NAMES = ("chromium", "chromium-browser", "google-chrome")
DOCS = FOLDER.parents[1] / "docs"
SHOWN: dict[str, tuple[str, ...]] = {
    "en": (
        "log-noted-2", "me", "leaderboard", "runs-list", "new-log-which-way", "import-laps",
        "partners-call-2", "call-form", "call-settled", "outing-out", "outing-are-you-home",
        "alert",
        "remind-every", "new-help", "club-settings",
    ),
    "de": ("log-noted-2", "log-refused", "runs-list", "me", "partners-call-2"),
}  # fmt: skip
"""The pictures of `docs/`, as a phone shows them."""


class Address(io.StringIO):
    """The output of the try mode; `known` is set when it has named its address."""

    def __init__(self) -> None:
        super().__init__()
        self.known = asyncio.Event()

    def flush(self) -> None:
        self.known.set()


@contextlib.asynccontextmanager
async def club(language: str) -> AsyncIterator[str]:
    """Run the try mode with everybody reading `language`, and yield its address."""
    out = Address()
    with tempfile.TemporaryDirectory() as folder:
        running = asyncio.create_task(serve(Settings(), EXTENSIONS, Path(folder), 0, out, language))
        known = asyncio.create_task(out.known.wait())
        try:
            await asyncio.wait({running, known}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            yield next(word for word in out.getvalue().split() if word.startswith("http"))
        finally:
            known.cancel()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def photograph(chromium: str, languages: list[str], only: list[str]) -> list[str]:
    """Take the pictures, and return what went wrong, a line a scene."""
    wrong = []
    async with browser.chromium(chromium) as opened, aiohttp.ClientSession() as http:
        for language in languages:
            async with club(language) as index:
                page = await opened.new_page(device_scale_factor=SCALE, timezone_id="Europe/Berlin")
                at = Camera(page, http, index, FOLDER / language)
                for scene in SCENES:
                    if only and scene.__name__ not in only:
                        continue
                    before = at.taken
                    try:
                        await scene(at)
                    except Exception as error:  # the other scenes are photographed all the same
                        wrong.append(f"{language} {scene.__name__}: {type(error).__name__}: {str(error)[:200]}")
                    print(f"{language}  {scene.__name__:<12} {at.taken - before} pictures", flush=True)
                await page.close()
    return wrong


def document() -> list[str]:
    """Copy the pictures of `SHOWN` to docs/. Return the names of those that were not taken."""
    missing = []
    for language, names in SHOWN.items():
        for name in names:
            taken = FOLDER / language / str(WIDTHS[0]) / f"{name}.png"
            if taken.exists():
                shutil.copyfile(taken, DOCS / f"{language}-{name}.png")
            else:
                missing.append(f"{language} {name}")
    return missing


def main() -> int:
    """Run the command. Return the exit code."""
    options = argparse.ArgumentParser(prog="make shots", description="Screenshots of every main card and form.")
    options.add_argument("--language", action="append", choices=LANGUAGES, help="only this language")
    options.add_argument(
        "--only", action="append", choices=[scene.__name__ for scene in SCENES], help="only this scene"
    )
    options.add_argument("--docs", action="store_true", help="also copy those that docs/ shows there")
    chosen = options.parse_args()
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        print(f"make shots needs Chromium: none of {', '.join(NAMES)} is on the PATH. Install it, "
              "for example with apt install chromium.", file=sys.stderr)  # fmt: skip
        return 1
    logs.configure(LoggingSettings(level="error"))
    wrong = asyncio.run(photograph(chromium, chosen.language or list(LANGUAGES), chosen.only or []))
    print(f"The pictures are in {FOLDER}.")
    if chosen.docs:
        wrong += [f"{name} for docs/" for name in document()]
    for line in wrong:
        print(f"not photographed to the end: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
