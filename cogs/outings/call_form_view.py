"""The forms of a call: finding a partner, and changing its time or place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord
from discord import ui

from bot.domain.outings.call_terms import same_place
from bot.domain.outings.outing_rules import Audience, Wish
from bot.domain.when.moment_parser import at_wall
from bot.interactions.components import Component, Field, Form, Pick, button, identity
from bot.localizer import Localizer
from bot.services.members.people import Club
from bot.services.outings.outings import OutingView
from bot.services.outings.partner_calls import Who
from bot.services.partners.meeting_points import ClubPoint

ELSEWHERE = 0
"""Value of the option that is no meeting point; ids of points begin at 1."""
OFFERED = 24
"""Meeting points in a menu of 25 options; the name of any other may be typed."""
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class CallFilled:
    """What the form of a call is filled with."""

    place: str = ""
    when: str = ""
    length: str = ""
    role: Wish | None = None
    who: Who = Who.EVERYONE
    pace: str = ""


def call_form(
    reader: Localizer,
    points: Sequence[ClubPoint],
    audiences: Sequence[Who],
    filled: CallFilled | None = None,
    custom_id: str = identity("call", "form"),
    *,
    elsewhere: bool = False,
) -> Form:
    """Return the form for place, time, length, role and who may answer.

    Args:
        reader: the user's localizer.
        points: the club's meeting points, to choose from; without any the place is typed.
        audiences: who may answer, as far as the club has set it up.
        filled: the values it opens with.
        custom_id: handles it when it is sent.
        elsewhere: the place is typed although there are meeting points.
    """
    filled = filled or CallFilled()
    roles = [
        discord.RadioGroupOption(
            label=reader.t(f"partners.role.{wish}"), value=wish.value, default=wish is filled.role,
            description=reader.t(f"avail.role.{wish}_hint")[:100],
        )
        for wish in Wish
    ]  # fmt: skip
    whom = [
        discord.RadioGroupOption(label=reader.t(f"partners.who.{who}"), value=who.value, default=who is filled.who)
        for who in audiences
    ]
    typed = elsewhere or not points
    fields: list[Field | Pick] = [
        _typed_place(filled.place, reader, required=True) if typed else _points(points, filled.place, reader),
        Field(
            "when", reader.t("partners.form.when"), filled.when, reader.t("partners.form.when_example"), required=True
        ),
        Field(
            "length",
            reader.t("partners.form.length"),
            filled.length,
            reader.t("partners.form.length_example"),
            required=True,
        ),
        Pick(reader.t("partners.form.role"), ui.RadioGroup(custom_id="role", options=roles, required=True)),
    ]
    if filled.pace:  # a form has five fields: one that was opened to mend a pace leaves who may answer as it was
        fields.append(Field("pace", reader.t("partners.form.pace"), filled.pace, limit=40))
    elif len(whom) > 1:
        fields.append(Pick(reader.t("partners.form.who"), ui.RadioGroup(custom_id="who", options=whom, required=True)))
    return Form(reader.t("partners.form.title"), custom_id, fields)


def change_form(outing: OutingView, points: Sequence[ClubPoint], reader: Localizer) -> Form:
    """Return the form with the current place and time; values left as they are do not change."""
    place: list[Field | Pick]
    if points:
        known = point_named(points, outing.place)
        other = _typed_place("" if known else outing.place, reader, required=False)
        place = [_points(points, outing.place, reader, default=ELSEWHERE), other]
    else:
        place = [_typed_place(outing.place, reader, required=True)]
    when = Field("when", reader.t("partners.form.when"), reader.moment(outing.starts_at), required=True)
    return Form(
        reader.t("partners.form.change"),
        identity("call", "amend", outing.outing_id, outing.terms),
        [*place, when],
    )


def _typed_place(place: str, reader: Localizer, *, required: bool) -> Field:
    label = reader.t(f"partners.form.{'place' if required else 'place_other'}")
    return Field("place", label, place, reader.t("partners.form.place_example"), required=required, limit=80)


def _points(points: Sequence[ClubPoint], place: str, reader: Localizer, *, default: int | None = None) -> Pick:
    known = point_named(points, place)
    chosen = known.point_id if known else default
    offered = [*points[:OFFERED], *([known] if known and known not in points[:OFFERED] else [])][-OFFERED:]
    options = [
        discord.SelectOption(
            label=point.name,
            value=str(point.point_id),
            description=reader.t(f"runs.surface.{point.surface.value}") if point.surface else None,
            default=point.point_id == chosen,
        )
        for point in offered
    ]
    elsewhere = reader.t("partners.form.elsewhere")
    options.append(discord.SelectOption(label=elsewhere, value=str(ELSEWHERE), default=chosen == ELSEWHERE))
    menu: ui.Select[Any] = ui.Select(
        custom_id="point", options=options, placeholder=reader.t("partners.form.choose"), required=True
    )
    return Pick(reader.t("partners.form.place"), menu)


def point_named(points: Sequence[ClubPoint], place: str) -> ClubPoint | None:
    """Return the meeting point of that name, as a call finds it."""
    return next((point for point in points if same_place(point.name, place)), None) if place else None


def place_of(points: Sequence[ClubPoint], point_id: int | None, typed: str) -> str:
    """Return the place that a form was sent with: the chosen meeting point, or the typed text."""
    return next((point.name for point in points if point.point_id == point_id), typed)


def audiences_of(club: Club | None) -> list[Who]:
    """Return who may answer a call in a club: the roles it has not set up are left out."""
    lacking = {
        Who.WOMEN: club is None or not club.women_role_id,
        Who.SPOTTERS: club is None or not club.spotter_role_id,
    }
    return [who for who in Who if not lacking.get(who, False)]


def again_filled(outing: OutingView, user_id: int, club: Club | None, reader: Localizer, now: datetime) -> CallFilled:
    """Return the same call a week later: the same place, weekday, hour and length, and the user's own role in it."""
    zone = ZoneInfo(outing.zone)
    wall, starts_at = outing.starts_at.astimezone(zone).replace(tzinfo=None), outing.starts_at
    while starts_at <= max(now, outing.starts_at):
        wall += WEEK
        starts_at = at_wall(wall.date(), wall.time(), outing.zone)
    me, minutes = outing.who(user_id), round(outing.planned_ms / 60_000)
    who = {Audience.TRUSTED: Who.TRUSTED, Audience.EVERYONE: Who.EVERYONE}.get(outing.audience)
    if who is None and club is not None:
        who = Who.WOMEN if outing.audience_role_id == club.women_role_id else Who.SPOTTERS
    return CallFilled(
        place=outing.place,
        when=reader.moment(starts_at),
        length=reader.distance(outing.distance_m)
        if outing.distance_m
        else reader.t("partners.form.min", minutes=minutes),
        role=me.wish if me else None,
        who=who if who in audiences_of(club) else Who.EVERYONE,
    )


def again_button(outing: OutingView, reader: Localizer) -> Component:
    """Return the button Again, which opens the form for the same outing a week later."""
    return button(
        reader.t("partners.button.again"), identity("call", "repeat", outing.outing_id), discord.ButtonStyle.primary
    )
