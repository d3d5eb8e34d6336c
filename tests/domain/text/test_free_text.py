"""Invisible-only free text is treated as empty; any other text is kept as typed."""

from __future__ import annotations

import pytest

from bot.domain.text.free_text import if_any, is_blank, one_line
from bot.localizer import escaped

UNSEEN = [
    "", " ", " \n\t", "\u00a0\u2003\u3000", "\u200b", "\u2060", "\ufeff\u200d", "\u00ad", "\u202e\u2066",
    "\u0301", "\u20dd \ufe0f", "\u3164", "\u115f\u1160\uffa0", "\u2800 \u2800", "\U000e0041",
]  # fmt: skip
SEEN = ["calf raises", "\u200bx", "🏃\u200d♂️", "e\u0301", "नमस्ते", "한글", "?", "\u2801", "👍🏽"]


def test_nothing_that_can_be_seen_is_nothing() -> None:
    for typed in UNSEEN:
        assert is_blank(typed), ascii(typed)
        assert (one_line(typed), if_any(typed), escaped(typed)) == ("", None, "?"), ascii(typed)


def test_what_can_be_seen_is_left_as_it_is() -> None:
    for typed in SEEN:
        assert not is_blank(typed), ascii(typed)
        assert one_line(f"  {typed}\n ") == if_any(f" {typed} \n") == typed
    assert one_line(" two \n lines ") == "two lines"
    assert if_any(" two \n lines ") == "two \n lines"


@pytest.mark.parametrize("typed", SEEN)
def test_it_can_still_be_said(typed: str) -> None:
    assert escaped(typed) != "?" or typed == "?"
