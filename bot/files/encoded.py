"""Decode text in every encoding that Python knows, detected by its first bytes or its declaration.

Codecs are modules, imported on first use. The worker may open no file while it reads, so it calls `known` first.
"""

from __future__ import annotations

import codecs
import pkgutil
import re
from collections.abc import Mapping
from encodings import aliases, normalize_encoding
from functools import cache

HEAD = 400
"""Bytes searched for a declaration."""
_NO_TEXT = frozenset({"undefined", "idna", "punycode", "mbcs", "oem"})
"""Excluded codecs: those of domain names (quadratic time), one that always fails, two that exist only on Windows."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte-order marks; UTF-32 first, because its mark begins with that of UTF-16."""
_FIRST = b"[<\t\n\r ]"
_WIDE = (
    (re.compile(_FIRST + rb"\0\0\0", re.DOTALL), "utf-32-le"),
    (re.compile(rb"\0\0\0" + _FIRST, re.DOTALL), "utf-32-be"),
    (re.compile(_FIRST + rb"\0", re.DOTALL), "utf-16-le"),
    (re.compile(rb"\0" + _FIRST, re.DOTALL), "utf-16-be"),
)
"""First bytes of a document in a multi-byte encoding without a byte-order mark."""
_HEADS = (
    (re.compile(rb"[\x05\x0d\x15\x25\x40]*\x4c\x6f\xa7\x94"), "cp037"),
    (re.compile(rb"\s*\+ADw-?\?xml"), "utf-7"),
    (re.compile(rb"\s*\xbc\?xml"), "mac-farsi"),
)
"""First bytes of a declaration that is not in ASCII, and a codec that can read it: mainframes, UTF-7, and the Arabic
and Persian of old Macintoshes."""
_DECLARED = re.compile(r"\s*<\?xml[^>]*?\bencoding\s*=\s*.([A-Za-z0-9._:-]+)")
"""Any character is accepted as the quote, because mainframe encodings differ in it."""
_DECLARATION = re.compile(r"\A[\s\ufeff]*(?:<\?xml\b[^>]*\?>)?[\s\ufeff]*")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML forbids; some devices pad with them."""


@cache
def known() -> Mapping[str, codecs.CodecInfo]:
    """Load every text encoding that Python knows, and return them by module name."""
    import encodings

    found = {}
    names = {module.name for module in pkgutil.iter_modules(encodings.__path__)} | set(aliases.aliases.values())
    for name in sorted(names - _NO_TEXT - {"aliases"}):
        try:
            codec = codecs.lookup(name)
        except LookupError:  # not available on this system
            continue
        if codec._is_text_encoding:  # the flag that bytes.decode checks
            found[name] = codec
    return found


def plain(data: bytes) -> bytes:
    """Return a document as UTF-8 without mark, declaration and forbidden characters; replace undecodable bytes."""
    return _DECLARATION.sub("", _FORBIDDEN.sub("", _text(data)), count=1).encode(errors="replace")


def table_text(data: bytes) -> str:
    """Return the text of a table, which declares no encoding: by its mark, its zero bytes, or whether it is UTF-8."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    head = data[:HEAD]
    if head.count(0) * 3 > len(head):  # every second byte of Latin text in UTF-16 is zero
        return data.decode("utf-16-be" if head[:1] == b"\0" else "utf-16-le", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        return data.decode("utf-8" if error.end >= len(data) - 3 else "cp1252", "replace")


def _text(data: bytes) -> str:
    start = len(data) - len(data.lstrip())
    for at in {0, start}:
        for mark, name in _MARKS:
            if data.startswith(mark, at):
                return data[at + len(mark) :].decode(name, "replace")
    for pattern, name in _WIDE:
        if pattern.match(data):
            return data.decode(name, "replace")
    head = next((name for pattern, name in _HEADS if pattern.match(data)), "latin-1")
    declared = _DECLARED.match(data[:HEAD].decode(head, "ignore"))
    codec = _codec(declared[1]) if declared else None
    if codec is not None:
        text, _ = codec.decode(data, "replace")
        if text.lstrip("\ufeff \t\r\n").startswith("<"):
            return text
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        # Cut short inside a character, or in an undeclared encoding: only names are affected, not numbers.
        return data.decode("utf-8" if error.end >= len(data) - 3 else "cp1252", "replace")


def _codec(name: str) -> codecs.CodecInfo | None:
    normal = normalize_encoding(name).lower()
    return known().get(aliases.aliases.get(normal, normal))
