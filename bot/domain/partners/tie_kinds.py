"""The kinds of ties between two members, as stored."""

from enum import StrEnum


class TieKind(StrEnum):
    """A one-sided relation of a member to another."""

    BLOCK = "block"
    TRUST = "trust"
    MUTE = "mute"  # receives no more questions from them (`bot.services.messages.questions`)
