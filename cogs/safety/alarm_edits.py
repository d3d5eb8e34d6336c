"""How sent alarms are edited when they end, are repeated, or somebody is on them (`Kind.edited`)."""

from __future__ import annotations

from datetime import datetime

from bot.context import BotClient
from bot.delivery.message_kinds import RenderContext, RenderedMessage
from bot.domain.outings.outing_rules import OUT, OutingState, Presence
from bot.interactions.channel_readers import readable_by_all
from bot.localizer import Localizer
from bot.services.members import people
from bot.services.messages import edits
from bot.services.outings import overdue_timers
from bot.services.outings.outings import CompanionView, OutingView
from bot.services.safety import alarm_takers, alerts, contact_answers
from cogs.outings.sent_edits import WITHOUT_BUTTONS
from cogs.safety import alerts_view as views
from cogs.safety.alarm_audience import outing_in


async def ask_edited(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    """Draw the question "Are you home?" again: it stays while it waits for an answer."""
    outing = await outing_in(client, out)
    me = outing.who(out.user_id) if outing else None
    if outing is None or me is None or me.presence is not Presence.IN:
        return WITHOUT_BUTTONS
    asks_this = outing.due_back_at is not None and overdue_timers.return_of(outing) in out.occurrence.split(":")
    if me.out and outing.state is OutingState.OVERDUE and asks_this:
        return None
    return RenderedMessage(views.ask_over(outing, me, await _reader(client, out)))


async def contact_edited(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    """Draw the alarm to a contact again: it stays while somebody is missing."""
    outing = await outing_in(client, out)
    about = outing.who(int(out.payload["about_user_id"])) if outing else None
    if outing is None or about is None:
        return WITHOUT_BUTTONS
    calls = await alerts.calls_for_help(client.app.database, outing.outing_id, about.user_id)
    missing = about.out and outing.state is OutingState.OVERDUE
    if outing.state in OUT and (calls if out.payload.get("help") else missing):
        return None
    return RenderedMessage(views.contact_over(outing, about, await _reader(client, out)))


async def organisers_edited(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    """Draw the alarm to the organisers again: who is on it; one line once it is over; no buttons once repeated."""
    outing = await outing_in(client, out)
    if outing is None:
        return WITHOUT_BUTTONS
    help_for = outing.who(int(out.payload["help_user_id"])) if "help_user_id" in out.payload else None
    reader = await _reader(client, out)
    if not await _alarms_still(client, outing, out, help_for):
        return RenderedMessage(views.organisers_over(outing, reader, help_for=help_for))
    if readable_by_all(client, out.channel_id) and not out.user_id:
        return None
    if await is_repeated(client, out, "help_user_id"):
        return WITHOUT_BUTTONS
    club = await alerts.club_for(client.app.database, outing.guild_id)
    words, view = views.for_organisers(
        outing,
        club,
        reader,
        help_for=help_for,
        tried=await contact_answers.tried(client.app.database, outing),
        on_it=await on_it(client, outing, out),
    )
    return RenderedMessage(words, view)


async def on_it(client: BotClient, outing: OutingView, out: RenderContext) -> tuple[str, datetime] | None:
    """Return the name of who takes care of the alarm that a message was sent for, and since when."""
    taker = alarm_takers.taker_in(out.payload)
    if taker is None or not taker.user_id:
        return None
    return await people.name_of(client.app.database, taker.user_id, outing.guild_id), taker.since


async def _alarms_still(
    client: BotClient, outing: OutingView, out: RenderContext, help_for: CompanionView | None
) -> bool:
    if outing.state not in OUT:
        return False
    if "help_user_id" in out.payload:
        return help_for is not None and await alerts.calls_for_help(
            client.app.database, outing.outing_id, help_for.user_id
        )
    # An overdue outing that was extended is alarmed about anew, for another return.
    overdue = outing.state is OutingState.OVERDUE and bool(outing.out)
    return overdue and overdue_timers.return_of(outing) in out.occurrence.split(":")


async def is_repeated(client: BotClient, out: RenderContext, key: str) -> bool:
    """Whether a later message of the same alarm, with the same `key` of the payload, went to the same destination."""
    later = await edits.later_payloads(
        client.app.database, out.kind, out.subject_id or 0, out.user_id, out.channel_id, out.delivery_id
    )
    return any(payload.get(key) == out.payload.get(key) for payload in later)


async def _reader(client: BotClient, out: RenderContext) -> Localizer:
    return await people.reader_for(client.app.database, out.user_id or None, out.guild_id)
