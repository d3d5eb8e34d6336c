"""The lines that the cards and results of challenges are made of."""

from __future__ import annotations

from discord.utils import format_dt

from bot.charts.unit import AxisUnit, unit_for
from bot.domain.boards.metrics import Metric
from bot.domain.challenges.challenge_rules import JOINABLE, ChallengeKind, ChallengePhase
from bot.domain.challenges.challenge_scores import HANDICAP_BEST, HANDICAP_RUNS
from bot.interactions.components import Component, button, identity
from bot.localizer import Localizer, escaped, person_name
from bot.services.challenges.challenge_progress import ChallengeProgress, ChallengeRow, TeamRow
from bot.services.challenges.challenges import ChallengeView
from cogs.boards.leaderboard_view import place

TOP = 5
"""Rows on the public card: as many as a phone shows below the bar."""
PAGE = 10
"""Rows on a page of the private card."""
BAR = 10
"""Signs of the bar, of which ten fit beside a percentage on a phone."""
EXACT = 100
"""Amounts below this have a decimal."""
NAME_SHOWN = 60


# ── amounts ──


def unit_of(found: ChallengeProgress, reader: Localizer) -> AxisUnit:
    """Return the unit of a challenge's amounts, the same in all its lines."""
    goal = found.view.terms.goal
    highest = max(goal.amount or 0, found.total, *(row.goal or 0 for row in found.rows), 0)
    return unit_for(goal.metric.unit, highest, reader)


def amount(value: int, found: ChallengeProgress, reader: Localizer) -> str:
    """Return a score or goal with its unit: `12.4 km`, `1,024 km`, `3 days`, `+12 points`."""
    if found.view.terms.kind is ChallengeKind.HANDICAP:
        sign = "+" if value > 0 else "−" if value < 0 else ""
        return reader.t("challenge.card.points", count=abs(value), sign=sign)
    if found.view.terms.goal.metric is Metric.DAYS:
        return reader.t("board.card.days", count=value)
    unit = unit_of(found, reader)
    size = unit.of(value)
    return f"{reader.number(round(size, 1) if size < EXACT else round(size))} {unit.name}"


def bar(done: int, goal: int, reader: Localizer) -> str:
    """Return the share of a goal, and a bar of it; the words come first for those who hear it."""
    share = done / goal
    full = min(BAR, int(share * BAR))
    return reader.t("challenge.card.percent", share=int(share * 100), bar="▰" * full + "▱" * (BAR - full))


# ── the challenge ──


def terms_line(view: ChallengeView, reader: Localizer) -> str:
    """Return what is counted, and when."""
    terms, t = view.terms, reader.t
    first, last = reader.day(terms.starts_on), reader.day(terms.ends_on)
    listed = reader.distance(terms.goal.listed_m) if terms.goal.listed_m else ""
    words = t(f"challenge.what.{terms.kind.value}", distance=listed, runs=HANDICAP_RUNS, best=HANDICAP_BEST)
    parts = [
        words,
        t(f"challenge.direction.{terms.direction.value}"),
        t("challenge.card.dates", first=first, last=last),
    ]
    if terms.teams:
        parts.append(t("challenge.card.teams", count=terms.teams))
    if terms.files:
        parts.append(t("challenge.card.files"))
    return "\n".join(f"-# {line}" for line in (words, " · ".join(parts[1:])))


def headline(found: ChallengeProgress, reader: Localizer) -> list[str]:
    """Return the one thing that is to be seen first."""
    view, t = found.view, reader.t
    goal, kind = view.terms.goal.amount, view.terms.kind
    if view.phase is ChallengePhase.CANCELLED:
        return [t("challenge.card.cancelled")]
    if kind is ChallengeKind.GOAL and goal:
        done = t("challenge.card.of", done=amount(found.total, found, reader), goal=amount(goal, found, reader))
        return [f"## {done}", bar(found.total, goal, reader)]
    if kind is ChallengeKind.PERSONAL:
        own = t("challenge.card.reached", done=reader.number(found.reached), count=len(found.rows))
        return [f"## {own}", *([bar(found.reached, len(found.rows), reader)] if found.rows else [])]
    if kind is ChallengeKind.RACE and goal:
        return ["## " + t("challenge.card.race", goal=amount(goal, found, reader))]
    return []


def state_line(found: ChallengeProgress, reader: Localizer) -> str:
    """Return how many take part, and when it begins, ends or is final."""
    view, t = found.view, reader.t
    parts = [t("challenge.card.people", count=len(found.rows))]
    match view.phase:
        case ChallengePhase.AHEAD:
            parts.append(t("challenge.card.begins", relative=format_dt(view.starts_at, "R")))
        case ChallengePhase.RUNNING:
            parts.append(t("challenge.card.ends", relative=format_dt(view.ended_at, "R")))
            if needed := needed_pace(found, reader):
                parts.append(needed)
        case ChallengePhase.PROVISIONAL:
            parts.append(t("challenge.card.provisional", at=format_dt(view.final_at, "F")))
        case ChallengePhase.FINAL:
            parts.append(t("challenge.card.final"))
        case _:
            pass
    return " · ".join(parts)


def needed_pace(found: ChallengeProgress, reader: Localizer) -> str:
    """Return the pace that the club needs from today on."""
    goal = found.view.terms.goal.amount
    if found.view.terms.kind is not ChallengeKind.GOAL or goal is None:
        return ""
    if found.done:
        return reader.t("challenge.card.done")
    left = -(-(goal - found.total) // found.view.days_left)
    return reader.t("challenge.card.needed", amount=amount(left, found, reader))


def outcome(found: ChallengeProgress, reader: Localizer) -> str:
    """Return how a challenge ended, in one line of a list; empty for one that is not final, or that teams won."""
    kind, goal = found.view.terms.kind, found.view.terms.goal.amount
    if found.view.phase is not ChallengePhase.FINAL or found.view.terms.teams:
        return ""
    if kind is ChallengeKind.GOAL and goal:
        return reader.t("challenge.card.of", done=amount(found.total, found, reader), goal=amount(goal, found, reader))
    if kind is ChallengeKind.PERSONAL:
        return reader.t("challenge.card.reached", done=reader.number(found.reached), count=len(found.rows))
    first = [row for row in found.shown if row.rank == 1]
    if not first:
        return ""
    names = reader.both([person_name(row.name) for row in first[:TOP]])
    return reader.t("challenge.list.won", names=names, value=amount(first[0].score.value, found, reader))


def score_line(one: ChallengeRow, found: ChallengeProgress, reader: Localizer, *, mine: bool = False) -> str:
    """Return a participant's row."""
    name = person_name(one.name)
    shown = place(one.rank) if one.rank is not None else "–"
    words = reader.t(
        "challenge.card.row", place=shown, name=f"__{name}__" if mine else name, value=value_of(one, found, reader)
    )
    if one.score.reached_on is not None:
        words += " · " + reader.t("challenge.card.on", day=reader.short_day(one.score.reached_on))
    return words


def value_of(one: ChallengeRow, found: ChallengeProgress, reader: Localizer) -> str:
    """Return a participant's score, and their own goal if they have one."""
    if not one.score.scored and found.view.terms.kind is ChallengeKind.HANDICAP:
        return reader.t("challenge.card.no_points")
    value = amount(one.score.value, found, reader)
    if one.goal is None:
        return value
    return reader.t("challenge.card.of", done=value, goal=amount(one.goal, found, reader))


def own_line(found: ChallengeProgress, reader: Localizer) -> str:
    """Return the viewer's own part."""
    mine, t = found.mine, reader.t
    if mine is None:
        return t("challenge.mine.not_in") if found.view.phase in JOINABLE else ""
    value = value_of(mine, found, reader)
    if found.view.terms.teams:
        return _own_team(mine, value, found, reader)
    if found.view.terms.kind is ChallengeKind.GOAL:
        share = round(100 * mine.score.value / found.total) if found.total else 0
        return t("challenge.mine.share", value=value, share=share)
    if mine.hidden:
        return t("challenge.mine.hidden", value=value)
    if mine.rank is None:
        return t("challenge.mine.nothing")
    return t("challenge.mine.place", place=place(mine.rank), value=value)


def _own_team(mine: ChallengeRow, value: str, found: ChallengeProgress, reader: Localizer) -> str:
    """Return the viewer's score and team, with its captain and members."""
    own = next((team for team in found.teams if team.team_id == mine.team_id), None)
    if own is None:
        key = "challenge.mine.no_team" if found.view.phase in JOINABLE else "challenge.mine.no_team_over"
        return reader.t(key, value=value)
    team = team_name(own, reader)
    line = reader.t("challenge.mine.team", value=value, team=team)
    if own.captain is not None:
        line = reader.t("challenge.mine.led", line=line, captain=person_name(own.captain.name))
    others = [person_name(one.name) for one in own.members if one is not mine and not one.hidden][:PAGE]
    return f"{line}\n{reader.t('challenge.mine.mates', names=reader.both(others))}" if others else line


def late_lines(found: ChallengeProgress, reader: Localizer) -> list[str]:
    """Return who logged what after the end."""
    late = [row for row in found.shown if row.score.late]
    if not late:
        return []
    words = [
        reader.t("challenge.late.row", name=person_name(row.name), value=amount(row.score.late, found, reader))
        for row in late[:PAGE]
    ]
    if len(late) > PAGE:
        words.append(reader.t("challenge.late.more", count=len(late) - PAGE))
    return [reader.t("challenge.late.title"), "\n".join(words)]


def ranks_people(found: ChallengeProgress) -> bool:
    """Whether people are compared in public: never in a club's goal, to which everyone adds what they can."""
    return found.view.terms.kind is not ChallengeKind.GOAL and not found.view.terms.teams


def team_name(team: TeamRow, reader: Localizer) -> str:
    """Return a team's name, or its number."""
    return person_name(team.name) if team.name else reader.t("challenge.team.numbered", number=team.number)


def team_lines(found: ChallengeProgress, reader: Localizer) -> list[str]:
    """Return the teams, best first, with how many members of each count."""
    lines = []
    for team in found.teams:
        shown = place(team.rank) if team.rank is not None else "–"
        name, people = team_name(team, reader), reader.t("challenge.team.people", count=len(team.members))
        value = amount(team.score.value, found, reader) if team.score is not None else None
        key = "challenge.team.row" if value is not None else "challenge.team.small"
        lines.append(reader.t(key, place=shown, name=name, value=value, people=people))
    counted = next((team.score.counted for team in found.teams if team.score is not None), 0)
    if counted:
        lines.append("-# " + reader.t("challenge.team.counted", count=counted))
    return lines


# ── results ──


def result_words(found: ChallengeProgress, reader: Localizer) -> str:
    """Return the message at the end, and the one when the result is final; at most 2,000 characters."""
    view, t = found.view, reader.t
    final = view.phase is ChallengePhase.FINAL
    name = escaped(view.name, NAME_SHOWN)
    lines = [t("challenge.result.final" if final else "challenge.result.provisional", name=name)]
    lines += headline(found, reader)
    if view.terms.kind is ChallengeKind.GOAL:
        lines.append(t("challenge.result.done" if found.done else "challenge.result.missed", count=len(found.rows)))
    rows = [score_line(one, found, reader) for one in found.shown[:TOP] if one.score.scored]
    lines += rows if ranks_people(found) else team_lines(found, reader)
    if final:
        lines += late_lines(found, reader) or [t("challenge.late.nothing")]
    else:
        lines.append(t("challenge.result.until", at=format_dt(view.final_at, "F")))
    return "\n".join(lines)


def result_button(view: ChallengeView, reader: Localizer) -> Component:
    """Return the button below a result."""
    return button(reader.t("challenge.button.show"), identity("challenge", "show", view.challenge_id, 0))
