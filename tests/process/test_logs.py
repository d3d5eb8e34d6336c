from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.config import LoggingSettings, Secret
from bot.errors import StartupError
from bot.logs import configure

TOKEN = "MTIzNDU2Nzg5.very-secret.token"


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Callable[[str], list[str]]]:
    """Return a function that logs a failure whose message and traceback contain the token, and returns the lines."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []  # `configure` closes existing handlers
    file = tmp_path / "bot.log"

    def log(form: str) -> list[str]:
        configure(LoggingSettings("info", form, file), [Secret(TOKEN)])
        logging.getLogger("bot.test").debug("not written")
        try:
            raise ValueError(f"refused {TOKEN}")
        except ValueError:
            logging.getLogger("bot.test").exception("with %s", TOKEN)
        return file.read_text(encoding="utf-8").splitlines()

    yield log
    for handler in root.handlers:
        handler.close()
    root.handlers = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def test_a_line_for_people(written: Callable[[str], list[str]]) -> None:
    first, *traceback = written("text")
    assert first.endswith("Z error bot.test: with ***")
    assert traceback[-1] == "ValueError: refused ***"


def test_an_object_for_machines(written: Callable[[str], list[str]]) -> None:
    (line,) = written("json")
    read = json.loads(line)
    assert (read["level"], read["logger"], read["message"]) == ("error", "bot.test", "with ***")
    assert read["error"].endswith("ValueError: refused ***")


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match=r"\[logging\] file .* cannot be written"):
        configure(LoggingSettings(file=tmp_path / "absent" / "bot.log"))
