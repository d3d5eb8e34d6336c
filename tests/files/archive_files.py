"""Archives of files, as members send them."""

from __future__ import annotations

import io
import zipfile


def zipped(*entries: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()
