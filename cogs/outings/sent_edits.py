"""How messages about an outing that were sent before a change of it are edited (`Kind.edited`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.context import BotClient
from bot.delivery.message_kinds import RenderContext, RenderedMessage
from bot.domain.outings.outing_rules import BEFORE, OUT, OutingState, Presence
from bot.errors import NotFound
from bot.interactions.components import classic
from bot.localizer import Localizer
from bot.services.members import people
from bot.services.messages import edits
from bot.services.outings import check_in
from bot.services.outings.outings import CompanionView, OutingView, outing_of
from bot.services.outings.sent_letters import BEFORE_START
from cogs.outings.outing_letters_view import letter_buttons
from cogs.outings.outing_view import below, course_buttons, told_extended

WITHOUT_BUTTONS = RenderedMessage(view=None, view_only=True)

Draw = Callable[[BotClient, RenderContext], Awaitable[RenderedMessage | None]]
Edited = Callable[[OutingView, CompanionView, RenderContext, Localizer], RenderedMessage | None]


async def before_start_edited(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    """Draw a message from before the start again.

    The newest one to its recipient gets the buttons that apply now, until the start or the end; the others have none.
    """
    database = client.app.database
    try:
        outing = await outing_of(database, out.subject_id or 0)
    except NotFound:
        return WITHOUT_BUTTONS
    if outing.state not in BEFORE or await edits.is_replaced(
        database, BEFORE_START, outing.outing_id, out.user_id, out.delivery_id
    ):
        return WITHOUT_BUTTONS
    reader = await people.reader_for(database, out.user_id, out.guild_id)
    startable = client.app.clock() >= outing.starts_at - check_in.EARLIEST_CHECK_IN
    buttons = letter_buttons(outing, out.user_id, reader, startable=startable)
    return RenderedMessage(view=classic(*buttons) if buttons else None, view_only=True)


def edited_by(edited: Edited) -> Draw:
    """Return the `Kind.edited` of a message to somebody in the outing; without a place in it they keep it as it is."""

    async def draw(client: BotClient, out: RenderContext) -> RenderedMessage | None:
        try:
            outing = await outing_of(client.app.database, out.subject_id or 0)
        except NotFound:
            return WITHOUT_BUTTONS
        me = outing.who(out.user_id)
        if me is None or me.presence is not Presence.IN:
            return None  # the answer to "I'm not there" has replaced it, with a button of its own
        return edited(outing, me, out, await people.reader_for(client.app.database, out.user_id, out.guild_id))

    return draw


def on_the_way_edited(draw_out: Draw) -> Draw:
    """Return how "You are out" is edited: drawn again while it is true, else one line."""
    over = edited_by(_over)

    async def draw(client: BotClient, out: RenderContext) -> RenderedMessage | None:
        return await draw_out(client, out) or await over(client, out)

    return draw


def _over(outing: OutingView, me: CompanionView, _: RenderContext, reader: Localizer) -> RenderedMessage:
    by_others = outing.state is OutingState.RESOLVED and me.home_at == outing.ended_at
    home = me.home_at is not None and not by_others
    words = reader.t(f"course.out.over_{'home' if home else 'ended'}")
    # While others are out, Need help and I feel unsafe stay: Home is pressed by mistake, or under somebody's eyes.
    return RenderedMessage(words, below(course_buttons(outing, me.user_id, reader)) if outing.state in OUT else None)


def told_extended_edited(
    outing: OutingView, me: CompanionView, out: RenderContext, reader: Localizer
) -> RenderedMessage:
    """Return what an earlier extension is edited to: the current return, and no buttons."""
    if outing.state not in OUT or not me.out:
        return WITHOUT_BUTTONS
    by, minutes = int(out.payload["by_user_id"]), int(out.payload["minutes"])
    return RenderedMessage(told_extended(outing, by, minutes, reader)[0])


def half_time_edited(outing: OutingView, me: CompanionView, _: RenderContext, __: Localizer) -> RenderedMessage | None:
    """Return None while the roles can still be swapped, else the message without buttons."""
    return None if me.out and outing.state in OUT and outing.may_swap else WITHOUT_BUTTONS


def asked_home_edited(outing: OutingView, me: CompanionView, _: RenderContext, __: Localizer) -> RenderedMessage | None:
    """Return None while the recipient is out, else the message without buttons."""
    return None if me.out and outing.state in OUT else WITHOUT_BUTTONS


def eyes_lost_edited(outing: OutingView, me: CompanionView, _: RenderContext, __: Localizer) -> RenderedMessage | None:
    """Return None while the recipient lacks a spotter, else the message without buttons."""
    return None if me.out and outing.state in OUT and me.user_id in outing.uncovered else WITHOUT_BUTTONS
