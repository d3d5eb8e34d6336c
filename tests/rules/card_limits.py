"""Cards at Discord's limits."""

from __future__ import annotations

import discord

NASTY = "*_~`|>#[]()-:<@everyone\u202e\n" * 40
ID = 2**63 - 1


def within(view: discord.ui.LayoutView) -> None:
    texts = [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]
    assert view.total_children_count <= 40
    assert sum(map(len, texts)) <= 4000
    assert not any("@everyone" in text or "\u202e" in text for text in texts)
