"""The kinds of messages and jobs of the weekly round.

A round is drawn while the message `round.match` is rendered, which is then dropped: outside any transaction, the
worker can be retried until it answers.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import discord

from bot.context import BotClient
from bot.delivery.message_kinds import DeliveryFailure, DueJob, Kind, Recipient, RenderContext, RenderedMessage, Session
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.errors import NotFound
from bot.membership import notice
from bot.services.members import people
from bot.services.messages.deliveries import Destination
from bot.services.outings.outings import outing_of
from bot.services.rounds import round_draws, rounds
from bot.services.rounds.round_draws import Hat, RoundView
from cogs.rounds import rounds_view as views

UNKNOWN_MEMBER = 10007
LOOKED_UP = 50
"""Maximum number of members of a round whose membership is checked with Discord."""

log = logging.getLogger(__name__)


# ── drawing a round ──


async def draw_now(client: BotClient, round_id: int) -> None:
    """Draw a round that is due, and store the result.

    Raises:
        Unavailable: the worker failed, or the database is busy.
    """
    found = await _hat(client, round_id)
    if found is None:
        return
    app = client.app
    draw = await app.worker.match(found.candidates, found.backward_per_spotter, found.seed)
    await round_draws.drawn(app.database, found, draw, app.clock())
    app.outbox.wake()


async def try_now(client: BotClient, round_id: int) -> RoundView | None:
    """Return a trial draw of a round that is not drawn yet, without storing it; None for any other.

    Raises:
        Unavailable: as for `draw_now`.
    """
    app = client.app
    found = await round_draws.hat(app.database, round_id, app.clock(), trial=True)
    if found is None:
        return None
    draw = await app.worker.match(found.candidates, found.backward_per_spotter, found.seed)
    return await round_draws.tried(app.database, found, draw)


async def try_ahead(client: BotClient, guild_id: int, organiser_id: int) -> RoundView:
    """Return a trial draw of a club's next round, announced or not, without storing it.

    Raises:
        NotAllowed: not an organiser of the club.
        Unavailable: as for `draw_now`.
    """
    app = client.app
    found = await round_draws.ahead(app.database, guild_id, organiser_id, app.clock())
    draw = await app.worker.match(found.hat.candidates, found.hat.backward_per_spotter, found.hat.seed)
    return await round_draws.tried_ahead(app.database, found, draw)


async def _hat(client: BotClient, round_id: int) -> Hat | None:
    """Return the input of the draw, without those who have left the club since they were last seen."""
    app = client.app
    found = await round_draws.hat(app.database, round_id, app.clock())
    if found is None or not found.unseen:
        return found
    gone = await _gone(client, found.guild_id, found.unseen[:LOOKED_UP])
    if not gone:
        return found
    await round_draws.members_left(app.database, found.guild_id, gone, app.clock())
    return await round_draws.hat(app.database, round_id, app.clock())


async def _gone(client: BotClient, guild_id: int, user_ids: Sequence[int]) -> list[int]:
    guild = client.get_guild(guild_id)
    gone: list[int] = []
    for user_id in user_ids if guild is not None else ():
        assert guild is not None
        try:
            async with client.app.outbox.slot(Priority.ASKED):
                await guild.fetch_member(user_id)
        except discord.NotFound as error:
            if error.code == UNKNOWN_MEMBER:
                gone.append(user_id)
        except discord.HTTPException as error:
            log.warning("could not check the membership of a round's members: %s", error)
            break
    return gone


async def find_gone(client: BotClient, round_id: int) -> None:
    """Check the membership of everybody matched in a draw; those who have left are removed from its outings."""
    guild_id, matched = await round_draws.matched_in(client.app.database, round_id)
    for user_id in matched:
        await notice(client, guild_id, user_id)


# ── rendering ──


async def draw_settled(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Confirm a draw automatically; nothing is sent."""
    app, round_id = client.app, outgoing.subject_id or 0
    await find_gone(client, round_id)
    await round_draws.settle(app.database, round_id, app.clock())
    app.outbox.wake()
    return None


async def draw_match(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Draw the round; nothing is sent."""
    await draw_now(client, outgoing.subject_id or 0)
    return None


async def draw_notice(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Render the notice of a round, if it still takes place."""
    asked = await rounds.invitation(client.app.database, outgoing.subject_id or 0, outgoing.user_id)
    if asked is None or (asked.state, asked.place) != ("announced", "asked"):
        return None
    reader = await people.reader_for(client.app.database, outgoing.user_id, outgoing.guild_id)
    return RenderedMessage(*views.notice(asked, reader))


async def draw_preview(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Render the draw for the organisers, in their channel in the club's language, else in each one's own."""
    try:
        shown = await round_draws.seen(client.app.database, outgoing.subject_id or 0)
    except NotFound:
        return None
    to = outgoing.user_id if outgoing.destination == Destination.DM else None
    reader = await people.reader_for(client.app.database, to, outgoing.guild_id)
    words = views.preview(shown, reader)
    return RenderedMessage(*words) if words is not None else None


async def draw_matched(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Render the message to a matched member: partners, and the reasons."""
    try:
        outing = await outing_of(client.app.database, outgoing.payload["outing_id"])
    except NotFound:
        return None
    reader = await people.reader_for(client.app.database, outgoing.user_id, outgoing.guild_id)
    words = views.matched(outing, outgoing.user_id, outgoing.payload["why"], reader)
    return RenderedMessage(words) if words is not None else None


async def draw_left(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Render the message that there is no partner this time, and what would help."""
    reader = await people.reader_for(client.app.database, outgoing.user_id, outgoing.guild_id)
    return RenderedMessage(views.left(outgoing.payload["help"], reader))


# ── jobs ──


async def announce(session: Session, due: DueJob, now: datetime) -> None:
    """Announce the round, a day before or as long before as the club has set."""
    await rounds.announce(session, due.subject_id or 0, due.payload, due.fire_at, now)


async def begin_match(session: Session, due: DueJob, now: datetime) -> None:
    """Start the match at its time."""
    await rounds.begin_match(session, due.payload["round_id"], now)


async def confirm_by_itself(session: Session, due: DueJob, now: datetime) -> None:
    """Confirm a draw that no organiser has confirmed in time."""
    await rounds.to_settle(session, due.subject_id or 0, now)


async def not_drawn(session: Session, outgoing: RenderContext, _failure: DeliveryFailure, now: datetime) -> None:
    """Give up a round for which the worker did not answer for a day."""
    await rounds.give_up(session, outgoing.subject_id or 0, now)


def _result(name: StoredKind, draw: Callable[[BotClient, RenderContext], Awaitable[RenderedMessage | None]]) -> Kind:
    """Return a kind of message with a member's result, after which the notice can no longer be answered."""
    return Kind(
        name, Priority.ASKED, draw=draw, to=Recipient.MEMBER,
        replaces=(StoredKind.ROUND_NOTICE,), edit=StoredKind.ROUND_EDIT,
    )  # fmt: skip


KINDS = (
    Kind(StoredKind.ROUND_NOTICE, Priority.ASKED, fire=announce, draw=draw_notice, to=Recipient.MEMBER),
    Kind(
        StoredKind.ROUND_MATCH,
        Priority.ASKED,
        fire=begin_match,
        draw=draw_match,
        failed=not_drawn,
        fallback=False,
        to=Recipient.ANYBODY,
    ),
    Kind(
        StoredKind.ROUND_PREVIEW,
        Priority.ASKED,
        fire=confirm_by_itself,
        draw=draw_preview,
        fallback=False,
        to=Recipient.ORGANISER,
        replaces=(StoredKind.ROUND_PREVIEW,),
        edit=StoredKind.ROUND_EDIT,
    ),
    Kind(StoredKind.ROUND_SETTLE, Priority.ASKED, draw=draw_settled, fallback=False, to=Recipient.ANYBODY),
    _result(StoredKind.ROUND_MATCHED, draw_matched),
    _result(StoredKind.ROUND_LEFT, draw_left),
)
