"""The same program on a system whose kernel has neither filter."""

from __future__ import annotations

from bot.worker import landlock, program, seccomp
from tests.worker import traitor


def serve(options: program.Options) -> None:
    """Serve with only the limits and the audit hook."""
    seccomp.shut = lambda _: False
    landlock.shut = lambda _: 0
    traitor.serve(options)
