"""The partners, safety and weekly round pages of the club's settings."""

from __future__ import annotations

from datetime import datetime, time

import discord
from discord import ui

from bot.domain.outings.outing_rules import MOST_BACKWARD_PER_SPOTTER
from bot.domain.safety import escalation_steps
from bot.domain.safety.escalation_steps import in_minutes
from bot.domain.when import zones
from bot.interactions.components import Component, Field, Form, button, identity, row, select
from bot.localizer import Localizer, escaped
from bot.services.clubs.clubs import ClubSettings
from bot.services.partners.partners_card import CardState
from cogs.clubs.club_digest_view import channels, day_and_hour, digest_page, numbers, preview_button, weekday_name
from cogs.clubs.club_view import Page, SettingsTrouble, general_card, lines, role_gone, roles, settings_card
from cogs.members.settings_view import beside

GRACES_MIN = (5, 10, 15, 20, 25, 30, 40, 50, 60)
NOTICES_H = (2, 6, 12, 24, 36, 48, 72)


def settings_page(
    page: Page, settings: ClubSettings, trouble: SettingsTrouble, reader: Localizer, now: datetime, notice: str = ""
) -> ui.LayoutView:
    """Return one page of the settings; arguments as for `general_card`."""
    if page is Page.PARTNERS:
        return _partners(settings, trouble, reader, notice)
    if page is Page.SAFETY:
        return _safety(settings, trouble, reader, notice)
    if page is Page.DIGEST:
        return digest_page(settings, trouble, reader, now, notice)
    if page is Page.ROUND:
        return _round(settings, reader, now, notice)
    return general_card(settings, trouble, reader, now, notice)


def emergency_form(reader: Localizer, number: str | None) -> Form:
    """Return the form for the club's emergency number."""
    label, hint = reader.t("club.emergency.label"), reader.t("club.emergency.placeholder")
    return Form(
        reader.t("club.emergency.title"),
        identity("club", "called"),
        [Field("number", label, value=number or "", placeholder=hint, limit=40)],
    )


def _partners(settings: ClubSettings, trouble: SettingsTrouble, reader: Localizer, notice: str) -> ui.LayoutView:
    club = settings.club
    channel = lines(reader.t("club.partners.channel"), trouble.partners or _card_state(settings, reader))
    can_post = club.partners_channel_id is not None and not trouble.partners
    points = f"club.partners.{'points' if settings.points else 'points_none'}"
    return settings_card(
        Page.PARTNERS,
        settings,
        reader,
        notice,
        beside(channel, button(reader.t("club.partners.again"), identity("club", "again"))) if can_post else channel,
        row(channels("partners", club.partners_channel_id, trouble, reader.t("club.partners.channel_choose"))),
        row(preview_button("partners", reader)),
        reader.t("club.partners.runners"),
        row(_per_spotter(settings, reader)),
        lines(reader.t("club.partners.spotter"), role_gone(club.spotter_role_id, trouble, reader)),
        row(roles("spotter", club.spotter_role_id, trouble, reader.t("club.partners.role_choose"))),
        lines(reader.t("club.partners.women"), role_gone(club.women_role_id, trouble, reader)),
        row(roles("women", club.women_role_id, trouble, reader.t("club.partners.role_choose"))),
        beside(
            lines(reader.t(points, count=settings.points), reader.t("club.partners.points_hint")),
            button(reader.t("club.partners.points_open"), identity("club", "points")),
        ),
    )


def _card_state(settings: ClubSettings, reader: Localizer) -> str:
    if settings.card is CardState.COMING:
        return reader.t("club.partners.coming")
    if settings.card is CardState.GONE:
        return reader.t("club.partners.lost", channel=f"<#{settings.club.partners_channel_id}>")
    return ""


def _per_spotter(settings: ClubSettings, reader: Localizer) -> Component:
    return select(
        identity("club", "runners"),
        [
            discord.SelectOption(
                label=reader.t("club.partners.per_spotter", count=number),
                value=str(number),
                default=number == settings.club.backward_per_spotter,
            )
            for number in range(1, MOST_BACKWARD_PER_SPOTTER + 1)
        ],
    )


def _safety(settings: ClubSettings, trouble: SettingsTrouble, reader: Localizer, notice: str) -> ui.LayoutView:
    club = settings.club
    if trouble.organisers:
        state = trouble.organisers
    elif club.organisers_channel_id is None:
        state = reader.t("club.safety.unset")
    elif club.organiser_role_id is None or club.organiser_role_id in trouble.gone:
        state = reader.t("club.safety.pings_nobody")
    else:
        state = reader.t("club.safety.pings", role=f"<@&{club.organiser_role_id}>")
    number = club.emergency_number
    emergency = (
        reader.t("club.safety.emergency_none")
        if number is None
        else reader.t("club.safety.emergency", number=escaped(number, 40))
    )
    return settings_card(
        Page.SAFETY,
        settings,
        reader,
        notice,
        lines(reader.t("club.safety.channel"), state),
        row(channels("alerts", club.organisers_channel_id, trouble, reader.t("club.safety.channel_choose"))),
        _escalation(reader),
        row(_graces(settings, reader)),
        beside(emergency, button(reader.t("club.safety.change"), identity("club", "call"))),
        beside(
            reader.t(f"club.safety.waiting_{'on' if club.names_waiting else 'off'}"),
            button(
                reader.t(f"club.safety.turn_{'off' if club.names_waiting else 'on'}"),
                identity("club", "waiting", int(not club.names_waiting)),
            ),
        ),
    )


def _escalation(reader: Localizer) -> str:
    steps = [
        reader.t(step.summary_key, minutes=in_minutes(step.after), repeat=in_minutes(step.repeat_every))
        for step in escalation_steps.STEPS
    ]
    return lines(reader.t("club.safety.escalation"), *(f"{n}. {words}" for n, words in enumerate(steps, 1)))


def _graces(settings: ClubSettings, reader: Localizer) -> Component:
    held = settings.club.grace_min
    return select(
        identity("club", "grace"),
        [
            discord.SelectOption(
                label=reader.t(
                    "club.safety.grace"
                    if "grace" in settings.chosen or minutes != held
                    else "club.safety.grace_default",
                    count=minutes,
                ),
                value=str(minutes),
                default=minutes == held,
            )
            for minutes in sorted({*GRACES_MIN, held})
        ],
    )


def _round(settings: ClubSettings, reader: Localizer, now: datetime, notice: str) -> ui.LayoutView:
    held = settings.round
    place = zones.place(settings.club.reader.zone, reader.language, now)
    line = reader.t(
        "club.round.line",
        weekday=weekday_name(held.weekday, reader),
        time=time(held.hour),
        place=place.city,
        count=held.notice_h,
    )
    notices = [(hours, reader.t("club.round.notice", count=hours)) for hours in sorted({*NOTICES_H, held.notice_h})]
    turn = button(
        reader.t("club.round.turn_off" if held.on else "club.round.turn_on"),
        identity("club", "turn", 0 if held.on else 1),
        discord.ButtonStyle.secondary if held.on else discord.ButtonStyle.success,
    )
    return settings_card(
        Page.ROUND,
        settings,
        reader,
        notice,
        beside(reader.t("club.round.on" if held.on else "club.round.off"), turn),
        *day_and_hour("when", held.weekday, held.hour, reader),
        row(numbers("when", "notice", notices, held.notice_h)),
        line,
        row(preview_button("round", reader)),
    )
