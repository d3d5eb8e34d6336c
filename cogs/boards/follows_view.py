"""The button that follows a member."""

from __future__ import annotations

from bot.interactions.components import Component, button, identity
from bot.localizer import Localizer


def follow_button(user_id: int, reader: Localizer, *, following: bool) -> Component:
    """Return the button that follows a member, or stops doing so.

    Args:
        user_id: the member.
        reader: the localizer of the person.
        following: whether the person follows them now.
    """
    label = reader.t("board.button.unfollow" if following else "board.button.follow")
    return button(label, identity("follow", "set", user_id, int(not following)))
