"""What one member can say of another: kinds of ties, as they are stored."""

from enum import StrEnum


class TieKind(StrEnum):
    """What one says of another."""

    BLOCK = "block"
    TRUST = "trust"
    MUTE = "mute"  # asks me nothing more (`bot.services.messages.questions`)
