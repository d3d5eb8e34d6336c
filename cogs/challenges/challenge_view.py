"""The cards of challenges: the public one, how one stands, the list, and the preview before one is posted."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.charts.burn_up import BurnUp, burn_up
from bot.domain.boards.metrics import BoardDirection
from bot.domain.challenges.challenge_rules import JOINABLE, OVER, ChallengeKind, ChallengePhase
from bot.interactions.components import Component, button, card, identity, row
from bot.localizer import Localizer, escaped, unmarked
from bot.services.challenges.challenge_progress import ChallengeProgress
from bot.services.challenges.challenges import ChallengePage, ChallengeView
from cogs.challenges.challenge_lines import (
    NAME_SHOWN,
    PAGE,
    TOP,
    headline,
    late_lines,
    outcome,
    own_line,
    ranks_people,
    score_line,
    state_line,
    team_lines,
    team_name,
    terms_line,
    unit_of,
)
from cogs.runs.run_card_view import COLOURS, GONE

TINT = {
    BoardDirection.BACKWARD: COLOURS["backward"],
    BoardDirection.FORWARD: COLOURS["forward"],
    BoardDirection.ALL: COLOURS["mixed"],
}


def public_card(found: ChallengeProgress, reader: Localizer, *pictures: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    """Return the card that everyone sees, in the club's language, with pictures of the progress."""
    view = found.view
    rows = [score_line(one, found, reader) for one in found.shown[:TOP] if one.score.scored]
    shown = rows if ranks_people(found) else team_lines(found, reader)
    buttons: list[Component] = []
    if view.phase in JOINABLE:
        buttons.append(button(reader.t("challenge.button.join"), identity("challenge", "join", view.challenge_id),
                              discord.ButtonStyle.success))  # fmt: skip
    if view.phase is not ChallengePhase.CANCELLED:
        buttons.append(button(reader.t("challenge.button.show"), identity("challenge", "show", view.challenge_id, 0)))
    return card(
        _head(found, reader),
        *pictures,
        "\n".join(shown),
        state_line(found, reader),
        *([row(*buttons)] if buttons else []),
        colour=_tint(view),
    )


def _head(found: ChallengeProgress, reader: Localizer) -> str:
    title = f"### {escaped(found.view.name, NAME_SHOWN)}"
    return "\n".join([title, *headline(found, reader), terms_line(found.view, reader)])


def _tint(view: ChallengeView) -> discord.Colour:
    return GONE if view.phase in OVER else TINT[view.terms.direction]


def private_card(
    found: ChallengeProgress,
    page: int,
    reader: Localizer,
    *notices: str,
    organiser: bool = False,
    picture: ui.Item[ui.LayoutView] | None = None,
) -> ui.LayoutView:
    """Return how a challenge stands, for one reader.

    Args:
        found: the challenge.
        page: page of its rows from 0.
        reader: the reader.
        notices: what was just done.
        organiser: whether the reader organises the club.
        picture: the component with the picture of progress.
    """
    rows = [row for row in found.rows if not row.hidden or row is found.mine]
    pages = max(1, -(-len(rows) // PAGE))
    page = min(page, pages - 1)
    parts: list[str | ui.Item[ui.LayoutView]] = [*notices, _head(found, reader), own_line(found, reader)]
    if picture is not None:
        parts.append(picture)
    parts.append("\n".join(team_lines(found, reader)))
    parts.append(
        "\n".join(
            score_line(one, found, reader, mine=one is found.mine) for one in rows[page * PAGE : (page + 1) * PAGE]
        )
    )
    parts += late_lines(found, reader)
    parts.append(state_line(found, reader))
    if pages > 1:
        parts.append(row(*_turning("show", (found.view.challenge_id,), page, pages, reader)))
    choices = _team_buttons(found, reader)
    parts += [row(*choices[first : first + 4]) for first in range(0, len(choices), 4)]
    if own := _own_buttons(found, reader):
        parts.append(row(*own))
    if organiser and (tools := _tools(found, reader)):
        parts.append(row(*tools))
    return card(*parts, colour=_tint(found.view))


def _own_buttons(found: ChallengeProgress, reader: Localizer) -> list[Component]:
    view, t = found.view, reader.t
    key = view.challenge_id
    if found.mine is None:
        if view.phase not in JOINABLE:
            return []
        return [button(t("challenge.button.join"), identity("challenge", "join", key), discord.ButtonStyle.success)]
    if view.phase in OVER:
        return []
    buttons = []
    if view.terms.kind is ChallengeKind.PERSONAL and view.phase in JOINABLE:
        buttons.append(button(t("challenge.button.goal"), identity("challenge", "join", key)))
    if view.phase in JOINABLE and any(team.is_led_by(found.mine.user_id) for team in found.teams):
        buttons.append(button(t("challenge.button.rename"), identity("challenge", "rename", key)))
    return [*buttons, button(t("challenge.button.leave"), identity("challenge", "leave", key))]


def _team_buttons(found: ChallengeProgress, reader: Localizer) -> list[Component]:
    """Return a button for each team that the viewer can still choose."""
    mine, view = found.mine, found.view
    if (
        mine is None
        or view.phase not in JOINABLE
        or (mine.team_id is not None and view.phase is ChallengePhase.RUNNING)
    ):
        return []
    return [
        button(
            unmarked(reader.t("challenge.button.team", name=team_name(team, reader), count=len(team.members))),
            identity("challenge", "team", view.challenge_id, team.team_id),
            disabled=team.team_id == mine.team_id,
        )
        for team in sorted(found.teams, key=lambda team: team.number)
    ]


def _tools(found: ChallengeProgress, reader: Localizer) -> list[Component]:
    """Return the organisers' buttons."""
    view = found.view
    if view.phase in OVER:
        return []
    tools = [button(reader.t("challenge.button.here"), identity("challenge", "here", view.challenge_id))]
    if view.phase in JOINABLE and found.teams and any(row.team_id is None for row in found.rows):
        tools.append(button(reader.t("challenge.button.draw"), identity("challenge", "draw", view.challenge_id)))
    if view.phase in JOINABLE:
        tools.append(button(reader.t("challenge.button.end"), identity("challenge", "end", view.challenge_id),
                            discord.ButtonStyle.danger))  # fmt: skip
    return tools


def _turning(action: str, ids: Sequence[int], page: int, pages: int, reader: Localizer) -> list[Component]:
    steps = ((page - 1, "challenge.button.previous", page == 0), (page + 1, "challenge.button.next", page == pages - 1))
    return [
        button(reader.t(label), identity("challenge", action, *ids, max(0, to)), disabled=ends)
        for to, label, ends in steps
    ]


def preview_card(found: ChallengeProgress, reader: Localizer, channel: str) -> ui.LayoutView:
    """Return what will be posted, with Post, Change and Discard.

    Args:
        found: the draft.
        reader: the club's localizer, as the card will be.
        channel: mention of the channel where it will be posted.
    """
    key = found.view.challenge_id
    return card(
        reader.t("challenge.preview.title", channel=channel),
        _head(found, reader),
        row(
            button(reader.t("challenge.button.post"), identity("challenge", "post", key), discord.ButtonStyle.success),
            button(reader.t("challenge.button.change"), identity("challenge", "change", key)),
            button(reader.t("challenge.button.discard"), identity("challenge", "discard", key)),
        ),
        colour=_tint(found.view),
    )


def end_card(view: ChallengeView, reader: Localizer) -> ui.LayoutView:
    """Return the confirmation before a challenge is ended."""
    ahead = view.phase is ChallengePhase.AHEAD
    key, challenge_id = "challenge.end.ask_ahead" if ahead else "challenge.end.ask", view.challenge_id
    return card(
        reader.t(key, name=escaped(view.name, NAME_SHOWN)),
        row(
            button(reader.t("challenge.button.keep"), identity("challenge", "show", challenge_id, 0)),
            button(reader.t("challenge.button.end"), identity("challenge", "ended", challenge_id),
                   discord.ButtonStyle.danger),
        ),
    )  # fmt: skip


def list_card(
    found: ChallengePage, results: Sequence[ChallengeProgress], reader: Localizer, club: str, *, organiser: bool
) -> ui.LayoutView:
    """Return a page of a club's challenges, each with how it ended and a button that shows it.

    Args:
        found: the page.
        results: its challenges with their final results.
        reader: the reader.
        club: name of the club.
        organiser: whether the reader organises it.
    """
    title = "### " + reader.t("challenge.list.title", club=escaped(club, NAME_SHOWN))
    if not results:
        return card(title, reader.t("challenge.list.empty_organiser" if organiser else "challenge.list.empty"))
    lines = [
        reader.t(
            "challenge.list.row",
            name=escaped(one.view.name, NAME_SHOWN),
            state=outcome(one, reader) or reader.t(f"challenge.phase.{one.view.phase.value}"),
            first=reader.full_day(one.view.terms.starts_on),
            last=reader.full_day(one.view.terms.ends_on),
        )
        for one in results
    ]
    shows = [
        button(unmarked(escaped(view.name, 30)), identity("challenge", "show", view.challenge_id, 0))
        for view in found.challenges
    ]
    parts: list[str | ui.Item[ui.LayoutView]] = [title, "\n".join(lines), row(*shows[:5])]
    if shows[5:]:
        parts.append(row(*shows[5:]))
    if found.pages > 1:
        parts.append(row(*_turning("list", (), found.page, found.pages, reader)))
    return card(*parts)


def picture_of(found: ChallengeProgress, reader: Localizer) -> BurnUp | None:
    """Return the picture of progress: the club's towards its goal, or the viewer's towards theirs."""
    view, terms = found.view, found.view.terms
    club = terms.kind is ChallengeKind.GOAL
    sums = found.totals if club else found.own_totals
    if not sums or terms.kind is ChallengeKind.HANDICAP or view.phase in OVER:
        return None
    own = found.mine.goal if found.mine is not None and found.mine.goal is not None else terms.goal.amount
    goal = terms.goal.amount if club else own
    return burn_up(sums, terms.starts_on, terms.ends_on, goal, unit_of(found, reader), reader)
