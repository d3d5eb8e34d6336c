"""The profile card: one picture and at most six lines, so that it fits a phone; other pages are behind buttons.

The pages are this week, the year, and the trend of each direction; bests are those of `/records`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from statistics import median
from typing import Any

import discord
from discord import ui
from discord.utils import format_dt

from bot.charts.picture import Picture
from bot.charts.trend import RUNS_FOR_A_TREND, pace_trend
from bot.charts.weeks import Weeks, weeks_chart
from bot.charts.year_map import year_map
from bot.domain.boards.metrics import BoardDirection
from bot.domain.runs.runs import Direction
from bot.domain.when.periods import Period
from bot.interactions.components import Component, button, card, identity, row, tab
from bot.interactions.pictures import shown
from bot.localizer import Localizer, escaped
from bot.services.habits.streaks import StreakStanding
from bot.services.profile.planned import Planned
from bot.services.profile.profile import YEAR, Profile
from bot.services.records.personal_bests import TOLD
from cogs.badges.badges_view import BadgePage
from cogs.boards.follows_view import follow_button
from cogs.members.settings_view import beside
from cogs.nudges.nudges_view import streak_line
from cogs.progress.rewind_view import first_span, key_of
from cogs.records.records_view import RecordPage, event
from cogs.runs.log_form import log_button
from cogs.runs.run_card_view import COLOURS

LATELY = 5
"""Runs whose middle is the pace of lately, or of the beginning."""

Days = Mapping[date, Mapping[Direction, tuple[int, int]]]
"""(metres, milliseconds) by direction, of each day with a run."""
Paces = Sequence[tuple[date, float]]
"""(day, seconds per kilometre) of runs, oldest first."""
Part = str | ui.Item[ui.LayoutView]


class MePage(StrEnum):
    """A page of `/me`. Its value is stored in custom ids and never changes."""

    WEEK = "week"
    YEAR = "year"
    TREND_BACKWARD = "trend_backward"
    TREND_FORWARD = "trend_forward"

    @property
    def direction(self) -> Direction:
        """The direction of a trend."""
        return Direction.FORWARD if self is MePage.TREND_FORWARD else Direction.BACKWARD


OTHER_SIDE = {MePage.TREND_BACKWARD: MePage.TREND_FORWARD, MePage.TREND_FORWARD: MePage.TREND_BACKWARD}
"""The trend of the other direction."""


# ── pages ──


def week_card(
    profile: Profile,
    reader: Localizer,
    *,
    club: str | None,
    today: date,
    waiting: int = 0,
    picture: discord.File | None = None,
    standing: StreakStanding | None = None,
    planned: Planned | None = None,
    following: bool | None = None,
) -> ui.LayoutView:
    """Return the first page of a person's profile: this week beside the usual one, and how it stands.

    Args:
        profile: the profile to show.
        reader: the localizer of the user who asked.
        club: the name of the club in which another member's profile is shown; None for one's own.
        today: date in the reader's zone.
        waiting: imported runs without a direction.
        picture: the chart, sent along with the card; None if there is none.
        standing: one's own streak.
        planned: what one has planned next.
        following: whether the user follows the other member; None for one's own profile.
    """
    parts: list[Part] = []
    if profile.empty:
        parts.append(f"### {title(profile, reader, club)}")
        parts.append(reader.t("me.card.empty" if club is None else "me.card.empty_theirs"))
        parts += _spotted(profile, reader)
    else:
        usual = [reader.t("me.card.usual", distance_m=usual_m)] if (usual_m := profile.usual_week_m) else []
        head = " · ".join([title(profile, reader, club), *usual])
        lines = [f"-# {head}", *_week(profile, reader), _totals(profile, reader)]
        parts.append("\n".join([*lines, *_spotted(profile, reader)]))
    if standing is not None:
        parts += _streak(standing, reader)
    if planned is not None:
        parts.append(reader.t(f"me.card.next_{planned.kind.value}", when=format_dt(planned.at, "f")))
    if not profile.empty:
        if club is not None:
            parts.append("\n".join(words for direction in TOLD if (words := _bests(profile, direction, reader))))
        parts.append(shown(picture) if picture else reader.t("me.card.no_chart"))
        parts.append(row(*_tabs(profile, MePage.WEEK, reader, own=club is None)))
    if club is None:
        parts.append(_steps(profile, waiting, reader, today))
        parts.append(reader.t("me.card.private"))
    elif following is not None:
        parts.append(row(follow_button(profile.user_id, reader, following=following)))
    return card(*parts, colour=COLOURS[_mostly(profile)])


def year_card(
    profile: Profile, days: Days, reader: Localizer, *, club: str | None, picture: discord.File | None
) -> ui.LayoutView:
    """Return the page of the last year; arguments as for `week_card`, and its days."""
    sums = {one: sum(day[one][0] for day in days.values() if one in day) for one in TOLD}
    lines = [
        f"-# {title(profile, reader, club)} · {reader.t('me.year.title')}",
        f"## {reader.t('me.year.days', count=len(days))}",
        *(reader.t(f"me.card.{one.value}", distance_m=sums[one]) for one in TOLD if sums[one]),
    ]
    return _page(profile, MePage.YEAR, lines, picture, reader, club, drawable=bool(days))


def trend_card(
    profile: Profile, page: MePage, paces: Paces, reader: Localizer, *, club: str | None, picture: discord.File | None
) -> ui.LayoutView:
    """Return the page of a direction's paces; arguments as for `week_card`, and the paces."""
    way = page.direction.value
    lines = [f"-# {title(profile, reader, club)} · {reader.t('me.trend.title')}"]
    if not paces:
        lines.append(reader.t(f"me.trend.none_{way}"))
    else:
        lately, at_first = (median(pace for _, pace in some) for some in (paces[-LATELY:], paces[:LATELY]))
        lines.append(f"## {reader.t(f'me.trend.lately_{way}', pace_s_per_km=lately)}")
        if len(paces) < RUNS_FOR_A_TREND:
            lines.append(reader.t("me.trend.few"))
        else:
            since = reader.full_day(paces[0][0])
            lines.append(reader.t("me.trend.before", pace_s_per_km=at_first, since=since, count=len(paces)))
    return _page(profile, page, lines, picture, reader, club, drawable=bool(paces))


def title(profile: Profile, reader: Localizer, club: str | None) -> str:
    """Return whose profile it is."""
    if club is None:
        return reader.t("me.card.yours")
    return reader.t("me.card.theirs", name=escaped(profile.display_name or "", 60), club=escaped(club, 60))


def _page(
    profile: Profile,
    page: MePage,
    lines: Sequence[str],
    picture: discord.File | None,
    reader: Localizer,
    club: str | None,
    *,
    drawable: bool,
) -> ui.LayoutView:
    parts: list[Part] = ["\n".join(lines)]
    if drawable:
        parts.append(shown(picture) if picture else reader.t("me.card.no_chart"))
    own = club is None
    parts.append(row(*_tabs(profile, page, reader, own=own)))
    other = OTHER_SIDE.get(page)
    if other is not None and profile.totals[BoardDirection(other.direction.value)].runs:
        parts.append(row(button(reader.t(f"me.button.{other.value}"), _at(profile, other, own=own))))
    if own:
        parts.append(reader.t("me.card.private"))
    return card(*parts, colour=COLOURS[_mostly(profile)])


# ── pictures ──


def weeks_picture(profile: Profile, reader: Localizer) -> Picture | None:
    """Return the chart of the weeks; None without runs."""
    return None if profile.empty else weeks_chart(weeks_of(profile), reader)


def year_picture(days: Days, today: date, reader: Localizer) -> Picture | None:
    """Return the map of a year's days; None without a distance."""
    metres = {on: (day.get(TOLD[0], (0, 0))[0], day.get(TOLD[1], (0, 0))[0]) for on, day in days.items()}
    return year_map(metres, today - YEAR, today, reader) if any(map(sum, metres.values())) else None


def trend_picture(paces: Paces, direction: Direction, reader: Localizer) -> Picture | None:
    """Return the picture of a direction's paces; None without any."""
    return pace_trend(paces, direction, reader) if paces else None


def weeks_of(profile: Profile) -> Weeks:
    """Return the weeks for the chart."""
    return [(week.monday, week.sums[Direction.BACKWARD][0], week.sums[Direction.FORWARD][0]) for week in profile.weeks]


# ── buttons ──


def _tabs(profile: Profile, page: MePage, reader: Localizer, *, own: bool) -> list[Component]:
    """Return the pages, and one's own bests and badges."""
    trend = MePage.TREND_FORWARD if _mostly(profile) == "forward" else MePage.TREND_BACKWARD
    pages = {"week": MePage.WEEK, "year": MePage.YEAR, "trend": page if page.value.startswith("trend") else trend}
    tabs = [
        tab(reader.t(f"me.button.{name}"), _at(profile, one, own=own), chosen=one is page)
        for name, one in pages.items()
    ]
    if own:
        side = RecordPage.MINE_FORWARD if _mostly(profile) == "forward" else RecordPage.MINE_BACKWARD
        tabs.append(button(reader.t("me.button.bests"), identity("records", "show", profile.user_id, side)))
        badges = identity("badges", "show", profile.user_id, BadgePage.MINE)
        tabs.append(button(reader.t("me.button.badges"), badges))
    return tabs


def _at(profile: Profile, page: MePage, *, own: bool) -> str:
    """Return the custom id of a page."""
    return identity("me", "page", page.value) if own else identity("me", "of", profile.user_id, page.value)


def _steps(profile: Profile, waiting: int, reader: Localizer, today: date) -> ui.ActionRow[Any]:
    """Return the next steps: runs without a direction first."""
    runs = ("any", Period.ALL.value, 0)
    untold = identity("runs", "page", Direction.UNTOLD.value, *runs[1:])
    buttons = []
    if waiting:
        label = reader.t("me.button.waiting", count=waiting)
        buttons.append(button(label, untold, discord.ButtonStyle.primary))
    if profile.empty:
        buttons.append(log_button(reader))
    else:
        buttons.append(button(reader.t("me.button.runs"), identity("runs", "page", *runs)))
        buttons.append(button(reader.t("me.button.rewind"), identity("rewind", "show", key_of(first_span(today)))))
    buttons.append(button(reader.t("me.button.board"), identity("board", "open")))
    return row(*buttons)


# ── lines ──


def _week(profile: Profile, reader: Localizer) -> list[str]:
    """Return what was run this week, the biggest thing on the card, and its parts by direction."""
    sums = profile.weeks[-1].sums
    metres, ms = (sum(one[at] for one in sums.values()) for at in (0, 1))
    if metres:
        first = reader.t("me.card.week", distance_m=metres)
    else:
        first = reader.t("me.card.week_time", duration_ms=ms) if ms else reader.t("me.card.week_none")
    both = [reader.t(f"me.card.part_{one.value}", distance_m=sums[one][0]) for one in TOLD if sums[one][0]]
    return [f"## {first}", *([" · ".join(both)] if both else [])]


def _totals(profile: Profile, reader: Localizer) -> str:
    """Return the totals of both directions in one line."""
    parts = []
    for direction in TOLD:
        totals = profile.totals[BoardDirection(direction.value)]
        if totals.distance_m:
            parts.append(reader.t(f"me.card.part_{direction.value}", distance_m=totals.distance_m))
        elif totals.duration_ms:
            parts.append(reader.t(f"me.card.part_{direction.value}_time", duration_ms=totals.duration_ms))
    parts.append(reader.t("me.card.runs", count=profile.totals[BoardDirection.ALL].runs))
    return reader.t("me.card.total", parts=" · ".join(parts))


def _streak(standing: StreakStanding, reader: Localizer) -> list[Part]:
    """Return a line such as `6 weeks · this week 1 of 2`, with Repair if that would save a longer streak."""
    streak = standing.streak
    line = streak_line(streak, reader)
    if not line or streak.repair is None or not standing.repairs_left:
        return [line]
    text = f"{line}\n{reader.t('nudges.streak.repair', count=streak.saved)}"
    week = streak.repair.isoformat()
    return [beside(text, button(reader.t("nudges.button.repair"), identity("streak", "repair", week), emoji="🩹"))]


def _spotted(profile: Profile, reader: Localizer) -> list[str]:
    """Return a line such as `42:10 · 8.1 km`; the distance covers only outings with a known distance."""
    if not profile.spotted_ms:
        return []
    key = "me.card.spotted" if profile.spotted_m else "me.card.spotted_time"
    return [reader.t(key, duration_ms=profile.spotted_ms // 1000 * 1000, distance_m=profile.spotted_m)]


def _bests(profile: Profile, direction: Direction, reader: Localizer) -> str:
    """Return the bests of a direction side by side, without those that a longer one contradicts."""
    found = [best for best in profile.bests.get(direction, ()) if best.outpaced is None]
    if not found:
        return ""
    shown = [
        reader.t("me.card.best_short", event=event(best.listed_m, reader), duration_ms=best.duration_ms)
        for best in found
    ]
    return f"{reader.t(f'me.card.bests_{direction.value}')} {' · '.join(shown)}"


def _mostly(profile: Profile) -> str:
    backward = profile.totals[BoardDirection.BACKWARD].duration_ms
    forward = profile.totals[BoardDirection.FORWARD].duration_ms
    return "forward" if forward > backward else "backward"
