"""How much the event loop's thread does at a stretch, counted and not timed: lines of Python; and how much is held."""

from __future__ import annotations

import gc
import sys
from asyncio.events import Handle
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

import greenlet

from db.sqlite_driver import Cursor

COMPILING = ("re/_parser.py", "re/_compiler.py")
"""A regular expression is compiled once in a process."""


class Work:
    """What was counted.

    Attributes:
        longest: lines of Python in the longest stretch, in which nobody else is answered.
        where: the functions whose lines most of those are.
        rows: rows that the largest answer of the database had.
        objects: most objects at a time that were made meanwhile and that the garbage collector would walk. A pass of
            it stops every thread, whichever it runs on.
    """

    def __init__(self) -> None:
        self.longest = 0
        self.where: Counter[CodeType] = Counter()
        self.rows = self.objects = 0
        self._now: Counter[CodeType] = Counter()
        self._lines = 0

    def __str__(self) -> str:
        most = ", ".join(f"{code.co_qualname} {lines}" for code, lines in self.where.most_common(5))
        return f"{self.longest} lines at a stretch ({most}), {self.rows} rows and {self.objects} objects at once"

    def trace(self, frame: FrameType, event: str, _arg: object) -> Any:
        """What `sys.settrace` calls."""
        if frame.f_code.co_filename.endswith(COMPILING):
            return None
        if event == "line":
            self._lines += 1
            self._now[frame.f_code] += 1
        elif event == "call" and frame.f_code is Handle._run.__code__:
            self.end()
        return self.trace

    def end(self) -> None:
        """The stretch ends."""
        self.objects = max(self.objects, gc.get_count()[0])
        if self._lines > self.longest:
            self.longest, self.where = self._lines, self._now
        self._lines, self._now = 0, Counter()


@contextmanager
def counted(monkeypatch: Any) -> Iterator[Work]:
    """Count what this thread does meanwhile; SQLAlchemy's greenlets are of it. No garbage is collected."""
    work = Work()
    visit = Cursor._visit

    def visited(self: Cursor, *arguments: Any) -> None:
        visit(self, *arguments)
        work.rows = max(work.rows, len(self._rows))

    def switched(_event: str, _between: object) -> None:
        sys.settrace(work.trace)

    with monkeypatch.context() as patched:
        patched.setattr(Cursor, "_visit", visited)
        gc.disable()
        gc.collect(0)  # its count of new objects begins at 0
        before = greenlet.settrace(switched)
        sys.settrace(work.trace)
        try:
            yield work
        finally:
            sys.settrace(None)
            greenlet.settrace(before)
            work.end()
            gc.enable()
