"""Count, instead of timing, the lines of Python the event loop runs without yielding, and the objects alive."""

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
"""Not counted: a regular expression is compiled once per process."""


class Work:
    """The counts.

    Attributes:
        longest: most lines of Python executed without yielding to the event loop.
        where: the functions that most of these lines belong to.
        rows: rows of the largest query result.
        objects: peak number of new objects that the garbage collector would visit. A collection stops every thread,
            whichever it runs on.
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
        """Trace function for `sys.settrace`."""
        if frame.f_code.co_filename.endswith(COMPILING):
            return None
        if event == "line":
            self._lines += 1
            self._now[frame.f_code] += 1
        elif event == "call" and frame.f_code is Handle._run.__code__:
            self.end()
        return self.trace

    def end(self) -> None:
        """End the current stretch."""
        self.objects = max(self.objects, gc.get_count()[0])
        if self._lines > self.longest:
            self.longest, self.where = self._lines, self._now
        self._lines, self._now = 0, Counter()


@contextmanager
def counted(monkeypatch: Any) -> Iterator[Work]:
    """Count the work of this thread, including SQLAlchemy's greenlets, with garbage collection disabled."""
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
        gc.collect(0)  # resets the count of new objects
        before = greenlet.settrace(switched)
        sys.settrace(work.trace)
        try:
            yield work
        finally:
            sys.settrace(None)
            greenlet.settrace(before)
            work.end()
            gc.enable()
