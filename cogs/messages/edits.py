"""Edits of sent messages, drawn as the kind of each message declares (`Kind.edited`)."""

from __future__ import annotations

from discord.ext import commands

from bot.client import Backpedal
from bot.context import BotClient
from bot.delivery.message_kinds import Kind, Recipient, RenderContext, RenderedMessage, outgoing_of
from bot.delivery.recipients import Proof, UnprovenError, prove
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.services.messages import outbox

WITHOUT_BUTTONS = RenderedMessage(view=None, view_only=True)


class Edits(commands.Cog):
    """Redraws messages that were sent before."""

    def __init__(self, bot: Backpedal) -> None:
        self.every_kind = bot.kinds
        self.kinds = tuple(
            Kind(kind, Priority.ASKED, draw=self.draw, to=Recipient.ANYBODY)
            for kind in (StoredKind.OUTING_EDIT, StoredKind.ALERT_UNSAFE_EDIT, StoredKind.ROUND_EDIT)
        )

    async def draw(self, client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
        """Draw a sent message again. Whoever may no longer read it keeps its text, without buttons.

        Raises:
            UnprovenError: Discord does not tell whether the recipient may still read it.
        """
        sent = await outbox.delivery(client.app.database, int(outgoing.payload["delivery_id"]))
        kind = self.every_kind.get(sent.kind) if sent is not None else None
        if sent is None or kind is None:
            return None
        if kind.edited is None:
            return WITHOUT_BUTTONS
        proof = await prove(client, kind, outgoing_of(sent))
        if proof is Proof.MISSING:
            raise UnprovenError("Discord does not tell how the recipient of a sent message stands in the club")
        return WITHOUT_BUTTONS if proof is Proof.REFUSED else await kind.edited(client, outgoing_of(sent))


async def setup(bot: Backpedal) -> None:
    """Add the cog."""
    await bot.add_cog(Edits(bot))
