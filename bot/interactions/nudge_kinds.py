"""The declaration of a nudge, a value in the attribute `nudges` of a cog.

Its schedule, the kind of its message, Stop and Snooze below one for a member, its line on `/settings`, quiet hours and
the daily limit are derived from the declaration. A new nudge needs a cog that declares it and its name in
`bot.domain.messages.stored_kinds`, nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import discord
from discord import ui
from discord.utils import format_dt

from bot.app import App
from bot.context import BotClient
from bot.delivery.message_kinds import (
    DeliveryFailure,
    DueJob,
    Hold,
    Kind,
    Recipient,
    RenderContext,
    RenderedMessage,
    Session,
)
from bot.domain.messages.priority import Priority
from bot.domain.when.local_hours import Hour
from bot.interactions.components import Buttons, Component, button, identity
from bot.localizer import Localizer
from bot.services.members import people
from bot.services.nudges import nudging
from bot.services.nudges.nudging import Hours, NudgeAudience, Rule, Who


@dataclass(frozen=True, slots=True)
class NudgeContent:
    """What a nudge shows: its text, its buttons (placed before Stop and Snooze) and files."""

    words: str
    buttons: Sequence[ui.Item[Any]] = ()
    files: Sequence[discord.File] = ()


Say = Callable[[BotClient, RenderContext, Localizer], Awaitable[NudgeContent | None]]


@dataclass(frozen=True, slots=True)
class Nudge:
    """A kind of nudge.

    Attributes:
        name: of the kind; at most 32 characters, never changed once shipped.
        key: catalogue key of its display name, on `/settings` and when it is stopped.
        useful_for: how long after its time it is still sent.
        say: renders it right before it is sent; returns None if it no longer applies.
        who: selects its recipients among those whose hour it is (a service's function); None if a service posts it
            itself when something has happened.
        hour: the local hour, or a service's function that returns hours with their time zones.
        priority: its priority. Only `Priority.NUDGE` waits for quiet hours, pauses and the daily limit.
        on: whether it is on by default.
        audience: members, by direct message; or clubs, in a channel.
        silent: whether it is sent without a notification sound.
        stop: for clubs: what Stop does when an organiser presses it (takes the app and the club's id). New messages
            have no such button; those that an earlier version posted do.
        failed: as in `Kind`.
        fire: runs a job that a service schedules under the same name.
        to: as in `Kind`.
        say_unproven: as `say`, without private content; see `Kind.unproven`.
        replaces: as in `Kind`.
        edited: as in `Kind`.
    """

    name: str
    key: str
    useful_for: timedelta
    say: Say
    who: Who | None = None
    hour: Hour | Hours | None = None
    priority: Priority = Priority.NUDGE
    on: bool = True
    audience: NudgeAudience = NudgeAudience.MEMBERS
    silent: bool = False
    stop: Callable[[App, int], Awaitable[None]] | None = None
    failed: Callable[[Session, RenderContext, DeliveryFailure, datetime], Awaitable[None]] | None = None
    fire: Callable[[Session, DueJob, datetime], Awaitable[None]] | None = None
    to: Recipient = Recipient.ANYBODY
    say_unproven: Say | None = None
    replaces: Collection[str] = ()
    edited: Callable[[BotClient, RenderContext], Awaitable[RenderedMessage | None]] | None = None

    @property
    def rule(self) -> Rule:
        """The nudge as the services see it."""
        return Rule(self.name, self.useful_for, self.who, self.hour, self.audience, self.priority, self.on)


def kind_of(nudge: Nudge) -> Kind:
    """Return the kind of a nudge's messages. A nudge in a channel pings nobody, since nobody asked for it."""
    rule = nudge.rule

    async def hold(session: Session, out: RenderContext, now: datetime) -> Hold | None:
        at = await nudging.sent_from(session, rule, out.user_id, out.payload, out.due_at, now)
        return None if at is not None and at <= now else Hold(at)

    async def drawn(say: Say, client: BotClient, out: RenderContext) -> RenderedMessage | None:
        reader = await people.reader_for(client.app.database, out.user_id or None, out.guild_id)
        said = await say(client, out, reader)
        if said is None:
            return None
        now = out.told_at or client.app.clock()
        late = await nudging.late_since(client.app.database, out.user_id, out.due_at, now)
        words = said.words if late is None else f"{said.words}\n{_late(late, out, reader, now)}"
        view = Buttons(timeout=None)
        # In a channel most readers could not use them; a club's organisers have its settings.
        own = nudge.audience is NudgeAudience.MEMBERS
        for item in (*said.buttons, *(controls(nudge.name, out.delivery_id, reader) if own else ())):
            view.add_item(item)
        return RenderedMessage(words, view, files=said.files, silent=nudge.silent)

    return Kind(
        nudge.name,
        nudge.priority,
        nudge.fire,
        partial(drawn, nudge.say),
        hold=hold,
        failed=nudge.failed,
        useful_for=nudge.useful_for,
        fallback=nudge.priority is not Priority.NUDGE,
        to=nudge.to,
        unproven=None if nudge.say_unproven is None else partial(drawn, nudge.say_unproven),
        replaces=nudge.replaces,
        edited=nudge.edited,
    )


def controls(name: str, delivery_id: int, reader: Localizer) -> tuple[Component, Component]:
    """Return the Snooze and Stop buttons of a nudge."""
    return (
        button(reader.t("nudges.button.snooze"), identity("nudge", "snooze", delivery_id), emoji="💤"),
        button(reader.t("nudges.button.stop"), identity("nudge", "stop", name), emoji="🔕"),
    )


def _late(since: datetime, out: RenderContext, reader: Localizer, now: datetime) -> str:
    """Return the note that it is late, with the time it was due; in a channel as a Discord timestamp."""
    place = ZoneInfo(reader.zone)
    today = since.astimezone(place).date() == now.astimezone(place).date()
    if not out.user_id:
        told = format_dt(since, "t" if today else "f")
    else:
        told = reader.hour_at(since) if today else reader.moment(since)
    return reader.t("nudges.said.late", since=told)
