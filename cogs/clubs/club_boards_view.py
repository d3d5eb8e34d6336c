"""The leaderboards' settings, as organisers edit them: the first board, the live board, and the club's seasons."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.domain.boards.metrics import board_kinds
from bot.interactions.components import Field, Form, button, card, identity, number_menus, row, select
from bot.localizer import Localizer, escaped
from bot.services.boards.live_boards import LivePlace, LiveState
from bot.services.boards.seasons import NAME_LIMIT, Season
from bot.services.members.people import Club
from cogs.clubs.club_digest_view import channels
from cogs.clubs.club_view import Page, SettingsTrouble
from cogs.members.settings_view import beside

SHOWN = 15
"""Seasons listed, latest first."""
DAY_LIMIT = 40
"""Characters of a day in the form."""


def boards_card(
    club: Club, seasons: Sequence[Season], live: LivePlace, reader: Localizer, notice: str = ""
) -> ui.LayoutView:
    """Return the card with the first board, the live board and the seasons.

    Args:
        club: the club.
        seasons: its seasons, latest first.
        live: where the live board is.
        reader: the organiser's localizer.
        notice: what was just done.
    """
    first = select(
        identity("club", "firstboard"),
        [
            discord.SelectOption(label=reader.t(kind.title_key)[:100], value=kind.key, default=kind == club.first_board)
            for kind in board_kinds()
        ],
    )
    lines = [
        reader.t(
            "club.boards.season" if season.complete else "club.boards.season_counting",
            name=escaped(season.name, NAME_LIMIT),
            first=reader.full_day(season.starts_on),
            last=reader.full_day(season.ends_on),
        )
        for season in seasons[:SHOWN]
    ]
    drop = select(
        identity("club", "dropseason"),
        [discord.SelectOption(label=season.name, value=str(season.season_id)) for season in seasons[:SHOWN]],
        placeholder=reader.t("club.boards.drop"),
    )
    live_line = reader.t("club.boards.live")
    if live.state is not LiveState.NONE:
        live_line += "\n" + reader.t(f"club.boards.live_{live.state.value}", channel=f"<#{live.channel_id}>")
    again = button(reader.t("board.live.again"), identity("club", "liveagain"))
    view = card(
        reader.t("club.boards.title", club=escaped(club.name, 60)),
        notice,
        reader.t("club.boards.first"),
        row(first),
        beside(live_line, again) if live.state in (LiveState.THERE, LiveState.GONE) else live_line,
        row(channels("live", live.channel_id, SettingsTrouble(), reader.t("club.boards.live_choose"))),
        "\n".join([reader.t("club.boards.seasons"), *(lines or [reader.t("club.boards.none")])]),
        *([row(drop)] if seasons else []),
        row(
            button(reader.t("club.point.back"), identity("club", "page", Page.GENERAL.value), emoji="◀️"),
            button(reader.t("club.badges.open"), identity("club", "badges")),
            button(reader.t("club.boards.add"), identity("club", "addseason"), discord.ButtonStyle.success),
        ),
    )
    return number_menus(view, len(Page))


def season_form(reader: Localizer) -> Form:
    """Return the form of a new season: its name, first and last day."""
    t = reader.t
    return Form(
        t("club.boards.form"),
        identity("club", "newseason"),
        [
            Field("name", t("club.boards.form_name"), placeholder=t("club.boards.form_name_hint"), required=True,
                  limit=NAME_LIMIT),
            Field("first", t("club.boards.form_first"), placeholder=t("club.boards.form_first_hint"), required=True,
                  limit=DAY_LIMIT),
            Field("last", t("club.boards.form_last"), placeholder=t("club.boards.form_last_hint"), required=True,
                  limit=DAY_LIMIT),
        ],
    )  # fmt: skip


def drop_card(season: Season, reader: Localizer) -> ui.LayoutView:
    """Return the confirmation before a season is deleted."""
    name = escaped(season.name, NAME_LIMIT)
    return card(
        reader.t(
            "club.boards.ask", name=name, first=reader.full_day(season.starts_on), last=reader.full_day(season.ends_on)
        ),
        row(
            button(reader.t("club.boards.keep"), identity("club", "boards")),
            button(
                reader.t("club.boards.remove"),
                identity("club", "seasongone", season.season_id),
                discord.ButtonStyle.danger,
            ),
        ),
    )
