"""Cut the fonts of `bot/charts/fonts` from BIZ UDPGothic, in the version of Debian's fonts-morisawa-bizud-gothic.

    python tools/font.py /usr/share/fonts/truetype/bizud-gothic

The regular weight has Latin, Greek, Cyrillic, signs, kana, and the kanji of JIS X 0208's first level; the bold one,
which is only for headings and figures, has no kana and no kanji. Both together are under 1 MB. Hinting is dropped: the
pictures are drawn without. The font is under the SIL Open Font License, which is beside it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parents[1] / "bot" / "charts" / "fonts"
LATIN = (
    *range(0x20, 0x7F), *range(0xA0, 0x180), 0x1E9E, *range(0x370, 0x460), *range(0x2010, 0x2040),
    *range(0x20A0, 0x20D0), 0x2122, *range(0x2150, 0x215F), *range(0x2190, 0x21A0), *range(0x2200, 0x2270),
    *range(0x25A0, 0x2670), 0x2713, 0x2714,
)  # fmt: skip
"""Latin, Greek and Cyrillic letters, punctuation, currencies, fractions, arrows, mathematics, shapes."""
KANA = (*range(0x3000, 0x3100), *range(0xFF00, 0xFFF0))


def kanji() -> list[int]:
    """Return rows 16 to 47 of JIS X 0208: the 2,965 kanji of the first level."""
    cells = (bytes([row + 0xA0, cell + 0xA0]) for row in range(16, 48) for cell in range(1, 95))
    return [ord(text) for cell in cells if len(text := cell.decode("euc_jp", errors="ignore")) == 1]


def cut(source: Path, characters: list[int]) -> None:
    """Write a font with these characters alone."""
    options = Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["meta", "DSIG", "vhea", "vmtx"]
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font.save(FONTS / source.name)
    print(source.name, f"{(FONTS / source.name).stat().st_size:,} bytes, {len(font.getBestCmap()):,} characters")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: tools/font.py FOLDER")
    folder = Path(sys.argv[1])
    cut(folder / "BIZUDPGothic-Regular.ttf", [*LATIN, *KANA, *kanji()])
    cut(folder / "BIZUDPGothic-Bold.ttf", [*LATIN])
