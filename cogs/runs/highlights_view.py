"""What a run's card says was special about it: firsts, bests, round totals, streaks and badges."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.runs.highlights import Feat, NewBest
from bot.localizer import Localizer
from bot.services.runs.runs import RunView

ALSO = 4
"""Further new bests that are named on a card."""
BADGES = 3
"""New badges that are named on a card."""
NAMED = {1609: "mile", 21_097: "half", 42_195: "marathon"}
"""Listed distances with a name. The others are those of a track or of kilometres in every club."""


def highlight_lines(view: RunView, reader: Localizer) -> list[str]:
    """Return what the run was the first, fastest or longest of, and the badges it earned, if anything."""
    return [*_highlight(view, reader), *badge_line(view.badges, reader)]


def _highlight(view: RunView, reader: Localizer) -> list[str]:
    """Return what the run was the first, fastest or longest of, or its streak."""
    found = view.highlight
    if found is None:
        return []
    if found.feat is Feat.ROUND:
        return [f"**{reader.t('log.feat.round', total=found.total_km)}**"]
    if found.feat is Feat.STREAK:
        return [f"**{reader.t('log.feat.streak', count=found.weeks)}**"]
    if found.feat is Feat.BEST:
        return _new_bests(found.bests, reader)
    told = {"direction": reader.t(f"runs.direction.{found.direction}")} if found.direction else {}
    return [f"**{reader.t(f'log.feat.{found.feat}', **told)}**"]


def _new_bests(bests: Sequence[NewBest], reader: Localizer) -> list[str]:
    """Return the longest new best with what it beat, and a line of the others."""
    first, *others = bests
    told = {
        "over": listed_distance(first.listed_m, reader),
        "direction": reader.t(f"runs.direction.{first.direction}"),
        "duration_ms": first.duration_ms,
    }
    if first.faster_ms is None or first.beaten_on is None:
        said = [f"**{reader.t('log.feat.best', **told)}**"]
    else:
        day = reader.past_day(first.beaten_on)
        said = [f"**{reader.t('log.feat.best_by', faster_ms=first.faster_ms, day=day, **told)}**"]
    if others:
        names = [
            listed_distance(one.listed_m, reader)
            if one.direction is first.direction
            else f"{listed_distance(one.listed_m, reader)} {reader.t(f'runs.direction.{one.direction}')}"
            for one in others[:ALSO]
        ]
        if len(others) > len(names):
            names.append(reader.t("log.feat.more", count=len(others) - len(names)))
        said.append(reader.t("log.feat.also", bests=reader.both(names)))
    return said


def listed_distance(listed_m: int, reader: Localizer) -> str:
    """Return a listed distance such as `5 km`, `400 m`, `1 mile` or `half marathon`."""
    if listed_m in NAMED:
        return reader.t(f"log.over.{NAMED[listed_m]}")
    if listed_m < 1000 or listed_m % 1000:
        return f"{listed_m} m"
    return f"{listed_m // 1000} km"


def badge_line(badges: Sequence[tuple[str, int]], reader: Localizer) -> list[str]:
    """Return a line with the badges that a run earned, as (key, level), if any."""
    if not badges:
        return []
    names = [badge_name(key, level, reader) for key, level in badges[:BADGES]]
    if len(badges) > len(names):
        names.append(reader.t("badges.card.more", count=len(badges) - len(names)))
    key = "badges.card.new" if len(badges) == 1 else "badges.card.new_several"
    return [f"**{reader.t(key, badges=reader.both(names))}**"]


def badge_name(key: str, level: int, reader: Localizer) -> str:
    """Return a badge's name, with its level from the second on."""
    name = reader.t(f"badges.name.{key}")
    return reader.t("badges.card.level", badge=name, level=level) if level > 1 else name
