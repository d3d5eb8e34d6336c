"""The kinds of messages and jobs of challenges: the card, the results, and what organisers hear when one is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import discord

from bot.context import BotClient
from bot.delivery.message_kinds import DeliveryFailure, DueJob, Kind, Recipient, RenderContext, RenderedMessage, Session
from bot.domain.challenges.challenge_rules import ChallengePhase
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.interactions.components import classic
from bot.interactions.pictures import drawn, shown
from bot.localizer import Localizer, escaped
from bot.services.challenges import challenge_cards
from bot.services.challenges.challenge_progress import ChallengeProgress
from bot.services.members import people
from bot.services.messages.deliveries import Destination
from cogs.challenges.challenge_lines import NAME_SHOWN, result_button, result_words
from cogs.challenges.challenge_view import picture_of, public_card


async def draw_card(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    """Render the public card, in the club's language."""
    app = client.app
    found = await challenge_cards.card_of(app.database, out.subject_id or 0, out.channel_id, app.clock())
    if found is None:
        return None
    reader = await people.reader_for(app.database, None, out.guild_id)
    files = await _pictures(client, found, reader)
    return RenderedMessage(layout=public_card(found, reader, *map(shown, files)), files=files)


async def draw_result(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    """Render the provisional or the final result; a provisional one that is final by now is left out."""
    app = client.app
    found = await challenge_cards.card_of(app.database, out.subject_id or 0, out.channel_id, app.clock())
    wanted = ChallengePhase.FINAL if out.kind == StoredKind.CHALLENGE_FINAL else ChallengePhase.PROVISIONAL
    if found is None or found.view.phase is not wanted:
        return None
    reader = await people.reader_for(app.database, None, out.guild_id)
    view = classic(result_button(found.view, reader))
    return RenderedMessage(result_words(found, reader), view, files=await _pictures(client, found, reader))


async def _pictures(client: BotClient, found: ChallengeProgress, reader: Localizer) -> list[discord.File]:
    """Return the picture of the club's progress; none if there is none, or while the worker cannot draw."""
    picture = picture_of(found, reader)
    file = await drawn(client.app, picture, found.view.guild_id) if picture is not None else None
    return [file] if file is not None else []


async def draw_lost(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    """Render the message to the organisers that a card or result could not be posted."""
    app = client.app
    view = await challenge_cards.challenge_named(app.database, out.subject_id or 0, out.guild_id or 0, app.clock())
    if view is None:
        return None
    to = out.user_id if out.destination == Destination.DM else None
    reader = await people.reader_for(app.database, to, out.guild_id)
    channel = f"<#{out.payload['channel_id']}>"
    return RenderedMessage(reader.t("challenge.lost.words", name=escaped(view.name, NAME_SHOWN), channel=channel))


async def card_sent(session: Session, out: RenderContext, channel_id: int, message_id: int, _now: datetime) -> None:
    """Record where the card is."""
    await challenge_cards.card_sent(session, out.subject_id or 0, channel_id, message_id)


async def failed(session: Session, out: RenderContext, failure: DeliveryFailure, now: datetime) -> None:
    """Tell the organisers that a card or result could not be posted; a deleted card comes back with the next change."""
    deleted = failure is DeliveryFailure.GONE and out.message_id is not None
    await challenge_cards.card_failed(
        session, out.subject_id or 0, out.channel_id, str(out.delivery_id), now, deleted=deleted
    )


async def redraw(session: Session, due: DueJob, now: datetime) -> None:
    """Redraw a card that runs have changed."""
    await challenge_cards.redraw_if_changed(session, due.subject_id or 0, now)


async def end(session: Session, due: DueJob, now: datetime) -> None:
    """Post the provisional result."""
    await challenge_cards.end(session, due.subject_id or 0, now)


async def finish(session: Session, due: DueJob, now: datetime) -> None:
    """Store and post the final result."""
    await challenge_cards.finish(session, due.subject_id or 0, now)


def _result(name: StoredKind, fire: Callable[[Session, DueJob, datetime], Awaitable[None]]) -> Kind:
    return Kind(name, Priority.ASKED, fire=fire, draw=draw_result, failed=failed, to=Recipient.ANYBODY)


KINDS = (
    Kind(
        StoredKind.CHALLENGE_CARD, Priority.ASKED, fire=redraw, draw=draw_card, sent=card_sent, failed=failed,
        to=Recipient.ANYBODY,
    ),
    _result(StoredKind.CHALLENGE_END, end),
    _result(StoredKind.CHALLENGE_FINAL, finish),
    Kind(
        StoredKind.CHALLENGE_LOST, Priority.ASKED, draw=draw_lost, useful_for=timedelta(days=2), fallback=False,
        to=Recipient.ORGANISER,
    ),
)  # fmt: skip
