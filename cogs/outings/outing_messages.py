"""The kinds of messages and jobs of an outing from the evening before it."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

from discord import ui

from bot.context import BotClient
from bot.delivery.message_kinds import DueJob, Kind, Recipient, RenderContext, RenderedMessage, Session
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import BEFORE, OUT, OutingState, Presence
from bot.errors import NotFound
from bot.interactions.components import Buttons
from bot.interactions.nudge_kinds import Nudge, NudgeContent, Say
from bot.localizer import Localizer
from bot.membership import notice
from bot.services.members import people
from bot.services.outings import no_shows, outing_lifecycle, run_drafts
from bot.services.outings.outings import OutingView, outing_of
from bot.services.outings.sent_letters import BEFORE_START
from bot.services.safety import alerts, contact_answers
from cogs.outings import outing_after_view as outing_after
from cogs.outings import outing_view as views
from cogs.outings.on_the_way_view import on_the_way
from cogs.outings.sent_edits import (
    asked_home_edited,
    before_start_edited,
    edited_by,
    eyes_lost_edited,
    half_time_edited,
    on_the_way_edited,
    told_extended_edited,
)

Draw = Callable[[OutingView, RenderContext, Localizer, datetime], tuple[str, ui.View] | None]


def _reminds(kind: str) -> Callable[[Session, DueJob, datetime], Awaitable[None]]:
    async def fire(session: Session, due: DueJob, now: datetime) -> None:
        if due.subject_id is not None:
            await outing_lifecycle.remind(session, kind, due.subject_id, due.user_id, now)

    return fire


async def _fire_unstarted(session: Session, due: DueJob, now: datetime) -> None:
    if due.subject_id is not None:
        await no_shows.ask(session, due.subject_id, now)


async def _fire_half(session: Session, due: DueJob, now: datetime) -> None:
    if due.subject_id is not None:
        await outing_lifecycle.call_half_time(session, due.subject_id, now)


def _draws(
    draw: Draw, *, exactly: bool = True
) -> Callable[[BotClient, RenderContext], Awaitable[RenderedMessage | None]]:
    """Return a renderer for the outing's current state; not `exactly`: without the exact meeting spot."""

    async def drawn(client: BotClient, out: RenderContext) -> RenderedMessage | None:
        if out.subject_id is None:
            return None
        database = client.app.database
        try:
            outing = await outing_of(database, out.subject_id)
        except NotFound:
            return None
        reader = await people.reader_for(database, out.user_id, out.guild_id)
        outing = outing if exactly else dataclasses.replace(outing, detail=None)
        made = draw(outing, out, reader, client.app.clock())
        return None if made is None else RenderedMessage(content=made[0], view=made[1])

    return drawn


async def _without_who_left(client: BotClient, out: RenderContext) -> None:
    """Ask Discord whether the other participants are still members before a reminder names them.

    A member who has left is removed from the outing, and that is reported instead.
    """
    try:
        outing = await outing_of(client.app.database, out.subject_id or 0)
    except NotFound:
        return
    others = [c.user_id for c in outing.inside if c.user_id != out.user_id] if outing.state in BEFORE else []
    for user_id in others:
        if await notice(client, outing.guild_id, user_id) is False:
            client.app.outbox.wake()


def _reminder_nudge(name: str, key: str, draw: Draw, useful_for: timedelta) -> Nudge:
    """Return a reminder that participants get; it can be stopped and snoozed like every nudge."""

    def says(*, exactly: bool) -> Say:
        drawn = _draws(draw, exactly=exactly)

        async def say(client: BotClient, out: RenderContext, _: Localizer) -> NudgeContent | None:
            await _without_who_left(client, out)
            made = await drawn(client, out)
            return None if made is None or made.view is None else NudgeContent(made.content, made.view.children)

        return say

    return Nudge(
        name, key, useful_for, says(exactly=True), priority=Priority.ASKED, fire=_reminds(name), to=Recipient.MEMBER,
        say_unproven=says(exactly=False), replaces=BEFORE_START, edited=before_start_edited,
    )  # fmt: skip


def _evening(outing: OutingView, out: RenderContext, reader: Localizer, _now: datetime) -> tuple[str, ui.View] | None:
    return _reminder(outing, out, reader, evening=True)


def _hour(outing: OutingView, out: RenderContext, reader: Localizer, _now: datetime) -> tuple[str, ui.View] | None:
    return _reminder(outing, out, reader, evening=False)


def _reminder(
    outing: OutingView, out: RenderContext, reader: Localizer, *, evening: bool
) -> tuple[str, ui.View] | None:
    if not _still_in(outing, out):
        return None
    return views.reminder(outing, out.user_id, reader, evening=evening)


def _start(outing: OutingView, out: RenderContext, reader: Localizer, _now: datetime) -> tuple[str, ui.View] | None:
    return views.starting(outing, out.user_id, reader) if _still_in(outing, out) else None


async def _draw_out(client: BotClient, out: RenderContext) -> RenderedMessage | None:
    database, payload = client.app.database.urgent, out.payload
    try:
        outing = await outing_of(database, out.subject_id or 0)
    except NotFound:
        return None
    me = outing.who(out.user_id)
    if outing.state not in OUT or me is None or not me.out:
        return None
    words, view = on_the_way(
        outing,
        out.user_id,
        await people.reader_for(database, out.user_id, out.guild_id),
        await alerts.club_for(database, outing.guild_id),
        await contact_answers.contacts_on(database, outing, out.user_id),
        agreed_here=bool(payload.get("agreed_here")),
        by_others=bool(payload.get("by_others")),
    )
    return RenderedMessage(content=words, view=view)


def _half(outing: OutingView, out: RenderContext, reader: Localizer, now: datetime) -> tuple[str, ui.View] | None:
    # Checked again here: the bot may have been down since the message was written.
    me = outing.who(out.user_id)
    return (
        views.half_time(outing, out.user_id, reader)
        if me and me.out and outing_lifecycle.may_swap_now(outing, now)
        else None
    )


def _extended(outing: OutingView, out: RenderContext, reader: Localizer, _now: datetime) -> tuple[str, ui.View] | None:
    me = outing.who(out.user_id)
    if outing.state not in OUT or me is None or not me.out:
        return None
    return views.told_extended(outing, int(out.payload["by_user_id"]), int(out.payload["minutes"]), reader)


def _asked_home(
    outing: OutingView, out: RenderContext, reader: Localizer, _now: datetime
) -> tuple[str, ui.View] | None:
    me = outing.who(out.user_id)
    if outing.state not in OUT or me is None or not me.out:
        return None
    return views.asked_home(outing, out.user_id, int(out.payload["by_user_id"]), reader)


def _draft(outing: OutingView, out: RenderContext, reader: Localizer, now: datetime) -> tuple[str, ui.View] | None:
    me = outing.who(out.user_id)
    if me is None or me.draft != "offered":
        return None
    return outing_after.drafted(
        run_drafts.draft_of(outing, me, reader.zone, now), reader, from_home=me.home_at is not None
    )


def _happened(outing: OutingView, out: RenderContext, reader: Localizer, _now: datetime) -> tuple[str, ui.View] | None:
    absent = bool(out.payload.get("absent"))
    if absent and outing.started_at is None:
        return None  # the others did not go either
    return outing_after.happened(outing, reader, absent=absent)


def _missed(outing: OutingView, out: RenderContext, reader: Localizer, _now: datetime) -> tuple[str, ui.View] | None:
    me = outing.who(out.user_id)
    if me is None or me.presence is not Presence.LEFT:
        return None  # has joined again
    return outing_after.missed(outing, out.user_id, reader)


def _two_no_shows(
    outing: OutingView, out: RenderContext, reader: Localizer, _now: datetime
) -> tuple[str, ui.View] | None:
    return reader.t("course.happened.two"), Buttons(timeout=None)


def _still_in(outing: OutingView, out: RenderContext) -> bool:
    me = outing.who(out.user_id)
    return outing.state in (OutingState.FILLED, OutingState.CONFIRMED) and me is not None and me.presence is Presence.IN


def _eyes_lost(outing: OutingView, out: RenderContext, reader: Localizer, _now: datetime) -> tuple[str, ui.View] | None:
    me = outing.who(out.user_id)
    if outing.state not in OUT or me is None or not me.out:
        return None
    how = str(out.payload["how"])
    if out.user_id not in outing.uncovered and how != "not_there":
        return None  # a spotter is there again, or the recipient no longer runs backward
    return views.eyes_lost(outing, me, int(out.payload["by_user_id"]), how, reader)


def _eyes_back(outing: OutingView, out: RenderContext, reader: Localizer, _now: datetime) -> tuple[str, ui.View] | None:
    me = outing.who(out.user_id)
    how = str(out.payload["how"])
    if outing.state not in OUT or me is None or not me.out:
        return None
    if how != "there_too" and out.user_id in outing.uncovered:
        return None
    return views.eyes_back(outing, out.user_id, int(out.payload["by_user_id"]), how, reader)


_ASKED, _SAFETY = Priority.ASKED, Priority.SAFETY


def _while_out(
    kind: StoredKind,
    draw: Callable[[BotClient, RenderContext], Awaitable[RenderedMessage | None]],
    edited: Callable[[BotClient, RenderContext], Awaitable[RenderedMessage | None]],
    fire: Callable[[Session, DueJob, datetime], Awaitable[None]] | None = None,
    replaces: Collection[StoredKind] = (),
) -> Kind:
    """Return a kind of message to those who are out, which is edited once it is no longer true."""
    return Kind(kind, _SAFETY, fire, draw, to=Recipient.COMPANION, edited=edited, replaces=replaces)


NUDGES = (
    _reminder_nudge(StoredKind.OUTING_EVENING, "nudges.name.evening", _evening, timedelta(hours=6)),
    _reminder_nudge(StoredKind.OUTING_HOUR, "nudges.name.hour", _hour, timedelta(hours=1)),
)

KINDS = (
    Kind(
        StoredKind.OUTING_START,
        _SAFETY,
        _reminds(StoredKind.OUTING_START),
        _draws(_start),
        useful_for=timedelta(hours=1),
        to=Recipient.MEMBER,
        unproven=_draws(_start, exactly=False),
        replaces=BEFORE_START,
        edited=before_start_edited,
    ),
    Kind(StoredKind.OUTING_UNSTARTED, _ASKED, _fire_unstarted),
    Kind(StoredKind.OUTING_HAPPENED, _ASKED, None, _draws(_happened), to=Recipient.MEMBER, replaces=BEFORE_START),
    Kind(StoredKind.OUTING_MISSED, _ASKED, None, _draws(_missed), to=Recipient.MEMBER, replaces=BEFORE_START),
    Kind(StoredKind.OUTING_NO_SHOWS, _ASKED, None, _draws(_two_no_shows), to=Recipient.ANYBODY),
    # Members who are out already know place and companions; they are told whatever their membership.
    _while_out(StoredKind.OUTING_OUT, _draw_out, on_the_way_edited(_draw_out), replaces=BEFORE_START),
    _while_out(StoredKind.OUTING_HALF, _draws(_half), edited_by(half_time_edited), _fire_half),
    _while_out(StoredKind.OUTING_EXTENDED, _draws(_extended), edited_by(told_extended_edited)),
    _while_out(StoredKind.OUTING_BOTH_HOME, _draws(_asked_home), edited_by(asked_home_edited)),
    _while_out(StoredKind.OUTING_EYES_LOST, _draws(_eyes_lost), edited_by(eyes_lost_edited)),
    _while_out(StoredKind.OUTING_EYES_BACK, _draws(_eyes_back), edited_by(asked_home_edited)),
    Kind(StoredKind.OUTING_DRAFT, _ASKED, None, _draws(_draft), to=Recipient.COMPANION),
)
