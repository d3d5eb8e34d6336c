"""A faster search for the timers of a simulated client, which a flow makes thousands of times."""

from __future__ import annotations

from typing import Any

from simcord import _dpy_internals


def search_quickly() -> None:
    """Replace simcord's search."""
    _dpy_internals.is_sleep_waiter = is_sleep_waiter


def is_sleep_waiter(waiter: Any, loop: Any, deadline: float) -> bool:
    """Return what simcord's function does, but compare the argument first."""
    return (
        waiter is not None
        and not waiter.done()
        and any(
            handle._args
            and handle._args[0] is waiter
            and not handle.cancelled()
            and handle.when() > deadline
            and _dpy_internals._original_callback(handle._callback).__name__ == "_set_result_unless_cancelled"
            for handle in loop._scheduled
        )
    )
