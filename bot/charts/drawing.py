"""Draw pictures with Typst. Imported only in the worker.

A template is Typst code; values reach it as JSON, so that no text in them is ever read as code or markup. Nothing is
read from disk after `Drawing` is built, apart from what the first drawing of a font reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from bot.charts.palette import LOOK

FOLDER = Path(__file__).parent
LIBRARY = "look.typ"


class Drawing:
    """Draws with the templates of `templates/` and the fonts of `fonts/` alone."""

    def __init__(self) -> None:
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER / "fonts")]
        )
        self._compiler = typst.Compiler(b"", root=str(FOLDER / "templates"), font_paths=fonts)
        library = (FOLDER / "templates" / LIBRARY).read_bytes()
        self._templates = {
            file.stem: library + file.read_bytes()
            for file in (FOLDER / "templates").glob("*.typ")
            if file.name != LIBRARY
        }
        # The first drawing starts the compiler's thread, and reads both fonts.
        self._png(library + b"#set page(width: 90pt, height: 90pt)\nA *A*", {})

    def draw(self, template: str, scene: Mapping[str, Any]) -> bytes:
        """Draw a scene.

        Args:
            template: name of a template.
            scene: what the template reads.

        Returns:
            A PNG, in which a point of the template is a pixel.

        Raises:
            KeyError: there is no such template.
            typst.TypstError: the template cannot read the scene.
        """
        return self._png(self._templates[template], scene)

    def _png(self, source: bytes, scene: Mapping[str, Any]) -> bytes:
        values = json.dumps({**scene, "look": LOOK}, ensure_ascii=False)
        drawn = self._compiler.compile(source, format="png", ppi=72, sys_inputs={"scene": values})
        assert isinstance(drawn, bytes)
        return drawn
