"""The cards of `/badges`: one's own with the way to the next, the club's latest, and those there are."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import discord
from discord import ui

from bot.charts.badge_sheet import TILES, BadgeSheet, BadgeTile, badge_sheet
from bot.domain.badges.badge_definitions import BadgeGroup
from bot.domain.badges.checkers import BadgeUnit
from bot.interactions.components import button, card, identity, row, tab
from bot.interactions.pictures import shown
from bot.localizer import Localizer, escaped
from bot.services.badges.badges import BadgeStanding, ClubBadge
from cogs.runs.highlights_view import badge_name
from cogs.runs.log_form import log_button

COLOUR = discord.Colour(0xF59E0B)
NAME_LIMIT = 24
"""Characters of a member's name, so that a line fits a phone's width."""
NEAREST = 3
"""Next badges on one's own card; with its picture it fits one screen."""


class BadgePage(StrEnum):
    """A page of `/badges`. Its value is stored in custom ids and never changes."""

    MINE = "mine"
    CLUB = "club"
    UP = "up"
    CARE = "care"
    FUN = "fun"
    FAR = "far"

    @property
    def group(self) -> str:
        """Whose badges: mine, club, or all there are."""
        return self.value if self in (BadgePage.MINE, BadgePage.CLUB) else "all"


FIRST = {"mine": BadgePage.MINE, "club": BadgePage.CLUB, "all": BadgePage.UP}
"""The page with which each group begins."""


def mine_card(
    standings: Sequence[BadgeStanding], reader: Localizer, owner_id: int, picture: discord.File | None
) -> ui.LayoutView:
    """Return one's own badges: how many, the newest, the next ones, and the sheet or, without it, their names."""
    earned = _newest_first(standings)
    if not earned:
        head = [f"### {reader.t('badges.title.mine_none')}", reader.t("badges.card.mine_hint")]
    else:
        newest = reader.t("badges.card.newest", badge=_levelled(earned[0], reader), day=_day(earned[0], reader))
        head = [f"### {reader.t('badges.title.mine', count=len(earned))}", f"-# {newest}"]
    following = [
        line
        for one in _nearest(standings)[:NEAREST]
        for line in (
            reader.t("badges.card.nearest", badge=_name(one, reader), progress=progress(one, reader)),
            f"-# {_how(one, reader)}",
        )
    ]
    parts: list[str | ui.Item[ui.LayoutView]] = ["\n".join(head)]
    if picture:
        parts.append(shown(picture))
    elif earned:
        parts.append(reader.t("badges.card.yours", badges=reader.both([_levelled(one, reader) for one in earned])))
    if following:
        parts.append("\n".join([reader.t("badges.card.next"), *following]))
    parts.append(f"-# {reader.t('badges.note.mine')}")
    return _card(BadgePage.MINE, parts, reader, owner_id, empty=not earned)


def all_card(standings: Sequence[BadgeStanding], page: BadgePage, reader: Localizer, owner_id: int) -> ui.LayoutView:
    """Return the badges of a group with one's own progress; secret ones only once they are earned."""
    group = [one for one in standings if one.badge.group is BadgeGroup(page.value)]
    visible = [one for one in group if _visible(one)]
    lines = [f"### {reader.t(f'badges.title.{page}')}"]
    for one in visible:
        lines += [
            _state(one, reader),
            f"-# {reader.t('badges.card.how', how=_how(one, reader), progress=progress(one, reader))}",
        ]
    if len(visible) < len(group):
        lines.append(reader.t("badges.card.secret", count=len(group) - len(visible)))
    return _card(page, ["\n".join(lines), f"-# {reader.t('badges.note.all')}"], reader, owner_id, empty=False)


def club_card(latest: Sequence[ClubBadge], reader: Localizer, owner_id: int, *, club: str) -> ui.LayoutView:
    """Return the badges that a club's members earned last."""
    lines = [f"### {reader.t('badges.title.club')}", f"-# {escaped(club, 60)}"]
    lines += [
        reader.t(
            "badges.card.of",
            badge=badge_name(one.key, one.level, reader),
            name=escaped(one.display_name, NAME_LIMIT),
            day=reader.short_day(one.earned_at.date()),
        )
        for one in latest
    ] or [reader.t("badges.card.club_none")]
    parts = ["\n".join(lines), *([f"-# {reader.t('badges.note.club')}"] if latest else [])]
    return _card(BadgePage.CLUB, parts, reader, owner_id, empty=not latest)


def sheet(standings: Sequence[BadgeStanding], reader: Localizer) -> BadgeSheet:
    """Return the picture of one's own badges: the newest, then the nearest."""
    earned, nearest = _newest_first(standings), [one for one in _nearest(standings) if not one.level]
    kept = earned[: TILES - min(NEAREST, len(nearest))]
    tiles = [
        BadgeTile(_name(one, reader), one.level, len(one.badge.levels), one.share, _in_tile(one, reader))
        for one in [*kept, *nearest][:TILES]
    ]
    return badge_sheet(len(earned), tiles, reader)


def progress(one: BadgeStanding, reader: Localizer) -> str:
    """Return `7 of 10`, or all that was reached after the last level."""
    unit = one.badge.checker.unit
    if one.goal is None:
        return reader.t(f"badges.progress.{unit}_all", value=one.reached, value_m=one.reached)
    return reader.t(f"badges.progress.{unit}", value=one.towards, goal=one.goal, value_m=one.towards, goal_m=one.goal)


def _in_tile(one: BadgeStanding, reader: Localizer) -> str:
    """Return the progress as a tile has room for: distances and minutes without the goal, to which the ring leads."""
    unit = one.badge.checker.unit
    if one.goal is None or unit is BadgeUnit.COUNT:
        return progress(one, reader)
    return reader.t(f"badges.progress.{unit}_all", value=one.towards, value_m=one.towards)


def _newest_first(standings: Sequence[BadgeStanding]) -> list[BadgeStanding]:
    earned = [one for one in standings if one.earned_at is not None]
    return sorted(earned, key=lambda one: one.earned_at.timestamp() if one.earned_at else 0.0, reverse=True)


def _nearest(standings: Sequence[BadgeStanding]) -> list[BadgeStanding]:
    """Return the badges with a next level, those first of which most is done."""
    following = [one for one in standings if one.goal is not None and _visible(one)]
    return sorted(following, key=lambda one: -one.share)


def _visible(one: BadgeStanding) -> bool:
    return bool(one.level) or not one.badge.secret


def _state(one: BadgeStanding, reader: Localizer) -> str:
    levels = len(one.badge.levels)
    key = "open" if not one.level else "earned" if levels == 1 else "levels"
    return reader.t(f"badges.card.{key}", badge=_name(one, reader), level=one.level, levels=levels)


def _name(one: BadgeStanding, reader: Localizer) -> str:
    return reader.t(f"badges.name.{one.badge.key}")


def _levelled(one: BadgeStanding, reader: Localizer) -> str:
    return badge_name(one.badge.key, one.level, reader)


def _how(one: BadgeStanding, reader: Localizer) -> str:
    return reader.t(f"badges.how.{one.badge.key}")


def _day(one: BadgeStanding, reader: Localizer) -> str:
    assert one.earned_at is not None
    return reader.full_day(one.earned_at.date())


def _card(
    page: BadgePage,
    parts: Sequence[str | ui.Item[ui.LayoutView]],
    reader: Localizer,
    owner_id: int,
    *,
    empty: bool,
) -> ui.LayoutView:
    groups = [
        tab(
            reader.t(f"badges.group.{group}"),
            identity("badges", "show", owner_id, first if group != page.group else page),
            chosen=group == page.group,
        )
        for group, first in FIRST.items()
    ]
    rows = [row(*groups)]
    if page.group == "all":
        pages = [each for each in BadgePage if each.group == "all"]
        rows.append(
            row(
                *(
                    tab(
                        reader.t(f"badges.page.{each}"), identity("badges", "turn", owner_id, each), chosen=each is page
                    )
                    for each in pages
                )
            )
        )
    style = discord.ButtonStyle.primary if empty else discord.ButtonStyle.secondary
    rows.append(row(log_button(reader, style), button(reader.t("board.button.me"), identity("me", "show"))))
    return card(*parts, *rows, colour=COLOUR)
