"""The card of a member's availability for partners, and its forms."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.domain.outings.outing_rules import DEFAULT_PACE_S_PER_KM, Wish
from bot.domain.partners.availability import TEXT_LIMIT, format_windows
from bot.domain.text.units import Units
from bot.interactions.components import Component, Field, Form, Pick, button, card, identity, row, select
from bot.localizer import Localizer, escaped
from bot.services.partners.availability import Available


def availability_card(said: Available, reader: Localizer, notice: str = "") -> ui.LayoutView:
    """Return the card of a member's availability in a club.

    Args:
        said: the availability.
        reader: the member's localizer.
        notice: what was just done.
    """
    title = reader.t("avail.card.title", club=escaped(said.club, 60))
    edit = button(
        reader.t("avail.button.edit" if said.known and said.windows else "avail.button.say"),
        identity("avail", "edit", said.guild_id),
        discord.ButtonStyle.secondary if said.complete else discord.ButtonStyle.primary,
    )
    if not said.known or not said.windows:
        return card(title, notice, reader.t("avail.card.empty"), _round(said, reader), row(edit))
    return card(
        title,
        notice,
        _standing(said, reader),
        "\n".join(_lines(said, reader)),
        row(_roles(said, reader)),
        row(edit, *_switches(said, reader)),
        _round(said, reader),
    )


def _lines(said: Available, reader: Localizer) -> list[str]:
    places = reader.both([escaped(place, 60) for place in said.places])
    lines = [
        reader.t("avail.card.when", windows=format_windows(said.windows, reader.language, twelve=reader.twelve_hour)),
        reader.t("avail.card.places", places=places) if places else reader.t("avail.card.anywhere"),
    ]
    for way, pace in (("forward", said.forward_s_per_km), ("backward", said.backward_s_per_km)):
        if pace is None:
            lines.append(reader.t(f"avail.card.{way}_unknown", usual_s_per_km=DEFAULT_PACE_S_PER_KM))
        else:
            lines.append(reader.t(f"avail.card.{way}", pace_s_per_km=pace))
    return lines


def _standing(said: Available, reader: Localizer) -> str:
    if said.out:
        return reader.t("avail.card.out")
    if said.paused_until is not None:
        return reader.t("avail.card.paused", day=reader.full_day(said.paused_until))
    return reader.t("avail.card.in")


def _round(said: Available, reader: Localizer) -> str:
    return reader.t("avail.card.round_on" if said.round_on else "avail.card.round_off")


def _roles(said: Available, reader: Localizer) -> Component:
    options = [
        discord.SelectOption(
            label=reader.t(f"avail.role.{wish.value}"),
            description=reader.t(f"avail.role.{wish.value}_hint"),
            value=wish.value,
            default=wish in said.wishes,
        )
        for wish in Wish
    ]
    return select(
        identity("avail", "roles", said.guild_id), options, placeholder=reader.t("avail.role.choose"), most=len(options)
    )


def _switches(said: Available, reader: Localizer) -> list[Component]:
    if said.out:
        join = identity("avail", "join", said.guild_id)
        return [button(reader.t("avail.button.join"), join, discord.ButtonStyle.success)]
    leave = button(reader.t("avail.button.leave"), identity("avail", "leave", said.guild_id))
    if said.paused_until is not None:
        return [button(reader.t("avail.button.resume"), identity("avail", "join", said.guild_id)), leave]
    return [button(reader.t("avail.button.pause"), identity("avail", "pause", said.guild_id)), leave]


def availability_form(said: Available, reader: Localizer) -> Form:
    """Return the form for times, places and paces, with the present values."""
    one_unit = Localizer(reader.language, Units.METRIC if reader.units is Units.BOTH else reader.units, reader.zone)

    def pace(told: float | None) -> str:
        return "" if told is None else one_unit.pace(told)

    return Form(
        reader.t("avail.form.title"),
        identity("avail", "save", said.guild_id),
        [
            Field(
                "when",
                reader.t("avail.form.when"),
                format_windows(said.windows, reader.language, twelve=reader.twelve_hour),
                reader.t("avail.form.when_example"),
                required=True,
                long=True,
                limit=TEXT_LIMIT,
            ),
            _places(said, reader),
            Field("forward", reader.t("avail.form.forward"), pace(said.forward_s_per_km), pace(360.0), limit=40),
            Field("backward", reader.t("avail.form.backward"), pace(said.backward_s_per_km), pace(510.0), limit=40),
        ],
    )


def _places(said: Available, reader: Localizer) -> Field | Pick:
    """Return the menu of the club's meeting points; without any, a field for one place a line."""
    if not said.points:
        return Field(
            "places", reader.t("avail.form.places_typed"), "\n".join(said.places),
            reader.t("avail.form.places_example"), long=True, limit=1000,
        )  # fmt: skip
    options = [discord.SelectOption(label=name, value=name, default=name in said.places) for name in said.points]
    menu: ui.Select[Any] = ui.Select(
        custom_id="places", options=options, placeholder=reader.t("avail.form.anywhere"), required=False,
        min_values=0, max_values=len(options),
    )  # fmt: skip
    return Pick(reader.t("avail.form.places"), menu)


def pause_form(guild_id: int, reader: Localizer) -> Form:
    """Return the form for the end of a pause."""
    label, example = reader.t("avail.form.until"), reader.t("avail.form.until_example")
    fields = [Field("until", label, placeholder=example, required=True)]
    return Form(reader.t("avail.form.pause"), identity("avail", "until", guild_id), fields)
