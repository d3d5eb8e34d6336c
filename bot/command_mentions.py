"""Commands named in texts, as mentions that open the command when tapped.

Catalogue strings name a command in backticks (`/runs list`, or `/me member:` with the options to fill in). The id that
a mention needs is assigned by Discord at the sync, so texts get it right before they are sent. Until the ids are known,
texts are sent as they are. Source: Discord's reference of message formatting, "Slash Command".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from discord import ui

LONGEST_TEXT = 2000
"""Characters of a message's content."""
LONGEST_CARD = 4000
"""Characters of all texts of a card."""

# A backtick after a backslash is one that a member typed.
_NAMED = re.compile(r"(?<!\\)`/([a-z]+(?: [a-z]+)*)( \w+:[^`]*)?`")


class CommandMentions:
    """The ids of the synced commands."""

    def __init__(self) -> None:
        self._ids: Mapping[str, int] = {}
        self._names: Collection[str] = ()

    def learn(self, ids: Mapping[str, int], names: Collection[str]) -> None:
        """Set the ids of the top-level commands by name, and the full names of all commands that can be run."""
        self._ids, self._names = dict(ids), frozenset(names)

    def in_text(self, text: str, room: int = LONGEST_TEXT) -> str:
        """Return a text with mentions; unchanged if it would be longer than `room` characters."""
        mentioned = _NAMED.sub(self._mention, text)
        return mentioned if len(mentioned) <= room else text

    def in_view(self, view: ui.View | ui.LayoutView | None) -> None:
        """Set mentions in the texts of a card, first to last, as long as all of them fit."""
        if not self._ids or not isinstance(view, ui.LayoutView):
            return
        texts = [item for item in view.walk_children() if isinstance(item, ui.TextDisplay)]
        spare = LONGEST_CARD - sum(len(one.content) for one in texts)
        for one in texts:
            mentioned = self.in_text(one.content, len(one.content) + spare)
            spare -= len(mentioned) - len(one.content)
            one.content = mentioned

    def _mention(self, match: re.Match[str]) -> str:
        name = match[1]
        command_id = self._ids.get(name.split()[0])
        if command_id is None or name not in self._names:
            return match[0]
        option = f" `{match[2].strip()}`" if match[2] else ""
        return f"</{name}:{command_id}>{option}"
