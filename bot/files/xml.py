"""Stream untrusted XML with expat: document types are refused, and nesting depth is limited.

A handler gets the start and end of each element. No tree is built, so 300,000 nested elements need neither memory nor a
deep stack to free them.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from bot.files.encoded import plain
from bot.files.refused import Refused

DEPTH = 32
"""Maximum nesting depth; files of real devices reach about twelve."""
TEXT = 200
"""Characters kept of an element's text or attribute; times, numbers and sports are shorter."""
SLICE = 1 << 16
DOCUMENTS = 50
"""Maximum concatenated documents in one file."""
_DECLARATION = re.compile(rb"\A<\?xml\b[^>]*\?>")

_CUT_SHORT = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


class Elements:
    """Base class of a format's handler. Names have no namespace prefix; `path` holds the open elements."""

    def __init__(self) -> None:
        self.path: list[str] = []

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element, which is the last of `path`."""

    def closed(self, name: str, text: str) -> None:
        """Handle the end of an element with its own text, without that of children; it is still the last of `path`."""

    @property
    def parent(self) -> str:
        """Return the name of the parent of the current element, or ''."""
        return self.path[-2] if len(self.path) > 1 else ""


class _Found(Exception):
    """Raised at the start of the root element, to stop parsing."""


def root_of(data: bytes) -> str:
    """Return the name of the root element, without its prefix.

    Raises:
        Refused: it is not XML, or has a document type.
    """

    class Root(Elements):
        def opened(self, name: str, attributes: dict[str, str]) -> None:
            raise _Found(name)

    try:
        stream(data, Root())
    except _Found as found:
        return str(found)
    except Refused as refused:
        raise refused if refused.reason.endswith("document_type") else Refused("format") from None
    raise Refused("format")


def stream(data: bytes, elements: Elements) -> bool:
    """Read a document and any that follow it in the same file. Other trailing data is ignored.

    Returns:
        Whether it is complete; False if it is only cut short.

    Raises:
        Refused: it is not XML, nests too deeply, or has a document type.
    """
    data = plain(data)
    for _ in range(DOCUMENTS):
        whole, end = _document(data, elements)
        data = data[end:].lstrip()
        if not whole or not data.startswith(b"<"):
            return whole
        data = _DECLARATION.sub(b"", data, count=1)
    return True


def _document(data: bytes, elements: Elements) -> tuple[bool, int]:
    """Read one document.

    Returns:
        Whether it is complete, and where it ends.
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    text: list[str] = []
    begun = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal begun
        begun = True
        if len(elements.path) >= DEPTH:
            raise Refused("nested")
        name = tag.rpartition(":")[2]
        elements.path.append(name)
        text.clear()
        elements.opened(name, {key: value[:TEXT] for key, value in attributes.items()})

    def end(_tag: str) -> None:
        elements.closed(elements.path[-1], "".join(text)[:TEXT].strip())
        text.clear()
        elements.path.pop()

    def characters(run: str) -> None:
        if len(text) < TEXT:
            text.append(run)

    def doctype(*_: object) -> None:
        raise Refused("document_type")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    try:
        for at in range(0, len(data), SLICE):
            parser.Parse(data[at : at + SLICE], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        if begun and not elements.path:
            return True, parser.ErrorByteIndex
        if error.code in _CUT_SHORT:
            return False, len(data)
        raise Refused("not_xml", line=error.lineno) from error
    return True, len(data)
