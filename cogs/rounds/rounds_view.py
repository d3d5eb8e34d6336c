"""The messages of the weekly round: the notice, the draw for organisers, and the result for each member."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from itertools import groupby

from discord import ButtonStyle, Colour, ui
from discord.utils import format_dt

from bot.domain.outings.outing_rules import Presence, Wish
from bot.domain.partners.availability import format_windows
from bot.domain.rounds.match_reasons import MOST_REASONS, MatchReason
from bot.domain.rounds.round_calendar import ANSWER
from bot.interactions.components import Component, button, card, classic, identity, row
from bot.localizer import Localizer, escaped, person_name
from bot.services.outings.outings import OutingView
from bot.services.rounds.round_draws import Proposed, RoundView
from bot.services.rounds.rounds import Invitation

COLOUR = Colour(0xF59E0B)
TURN_OF = {MatchReason.FORWARD.value: Wish.SPOTTER, MatchReason.BACKWARD.value: Wish.BACKWARD}
MESSAGE_WORDS = 1500
"""Characters of outings in a message, which takes 2,000."""
PAGE = 6
"""Lines per page; a card takes 4,000 characters."""
Words = tuple[str, ui.View | None]
Line = tuple[str, str]
"""A group of a round, and the text of one entry."""


# ── members ──


def notice(asked: Invitation, reader: Localizer) -> Words:
    """Return the notice of a round with its dates, and the button to skip it once."""
    words = reader.t(
        "rounds.notice.asked",
        club=escaped(asked.club, 60),
        day=reader.day(asked.monday),
        at=format_dt(asked.match_at, "F"),
        windows=format_windows(asked.windows, reader.language, twelve=reader.twelve_hour),
    )
    return words, classic(button(reader.t("rounds.button.skip"), identity("round", "skip", asked.round_id)))


def skipped(asked: Invitation, reader: Localizer) -> Words:
    """Return the answer to Skip this week."""
    words = reader.t("rounds.notice.skipped", day=reader.day(asked.monday))
    return words, classic(button(reader.t("rounds.button.back"), identity("round", "back", asked.round_id)))


def came_back(asked: Invitation, reader: Localizer) -> Words:
    """Return the answer to undoing Skip this week."""
    words = reader.t("rounds.notice.back", day=reader.day(asked.monday), at=format_dt(asked.match_at, "F"))
    return words, classic(button(reader.t("rounds.button.skip"), identity("round", "skip", asked.round_id)))


def matched(outing: OutingView, user_id: int, why: Sequence[str], reader: Localizer) -> str | None:
    """Return the message with partners, time, place, role and reasons; None if the member has left the outing."""
    me = outing.who(user_id)
    if me is None or me.presence is not Presence.IN:
        return None
    people = [(c.user_id, c.name, c.wish) for c in outing.inside]
    others = [f"**{person_name(c.name)}**" for c in outing.inside if c.user_id != user_id]
    return "\n".join(
        [
            reader.t("rounds.matched.with", names=reader.both(others)),
            reader.t(
                "rounds.matched.when",
                at=format_dt(outing.starts_at, "F"),
                relative=format_dt(outing.starts_at, "R"),
                place=escaped(outing.place, 80),
            ),
            reader.t(f"rounds.matched.{me.wish.value}"),
            reader.t("rounds.matched.why", reasons=_reasons(why, people, reader, user_id)),
            reader.t("rounds.matched.next"),
        ]
    )


def left(help_: str, reader: Localizer) -> str:
    """Return the message that there is no partner, and what would help."""
    return reader.t(f"rounds.left.{help_}")


def _reasons(
    why: Sequence[str], people: Sequence[tuple[int, str, Wish]], reader: Localizer, user_id: int | None = None
) -> str:
    """Return reasons such as `it is your turn to face forward, the same place`; `user_id` is the reader."""
    phrases = [_reason(*code.partition(":")[::2], people, reader, user_id) for code in why[:MOST_REASONS]]
    return reduce(lambda first, then: reader.t("rounds.why.joined", first=first, then=then), phrases) if phrases else ""


def _reason(
    kind: str, weeks: str, people: Sequence[tuple[int, str, Wish]], reader: Localizer, user_id: int | None
) -> str:
    if kind == MatchReason.APART and weeks:
        return reader.t("rounds.why.apart", count=int(weeks))
    if kind in TURN_OF:
        whose = [(one, name) for one, name, wish in people if wish is TURN_OF[kind]]
        if len(whose) != 1:  # roles have changed since
            return reader.t("rounds.why.turns")
        (one, name), *_ = whose
        return reader.t(f"rounds.why.{kind}{'_you' if one == user_id else ''}", name=person_name(name))
    if kind == MatchReason.ROLES and all(wish is Wish.SWAP for _, _, wish in people):
        return reader.t("rounds.why.swap")
    return reader.t(f"rounds.why.{kind}")


# ── organisers ──


def preview(shown: RoundView, reader: Localizer) -> Words | None:
    """Return a draw for the organisers, with confirm and redraw; one line once it is confirmed."""
    if shown.state == "confirmed":
        return reader.t("rounds.preview.confirmed", day=reader.day(shown.monday)), None
    if shown.state != "drawn":
        return None
    lines = _lines(shown, reader)
    fitting = lines[:1]
    for line in lines[1:]:
        if sum(len(text) for _, text in fitting) + len(line[1]) > MESSAGE_WORDS:
            break
        fitting.append(line)
    more = len(lines) - len(fitting)
    parts = [reader.t("rounds.preview.title", day=reader.day(shown.monday)), *_grouped(fitting, shown, reader)]
    if more:
        parts.append(reader.t("rounds.preview.more", count=more))
    if shown.confirms_at is not None:
        parts.append(reader.t("rounds.preview.by_itself", relative=format_dt(shown.confirms_at, "R")))
    return "\n".join(parts), classic(*_answers(shown, reader))


def round_card(shown: RoundView, page: int, reader: Localizer, notice: str = "") -> ui.LayoutView:
    """Return a page of the newest round, for an organiser."""
    lines = _lines(shown, reader)
    pages = max(1, -(-len(lines) // PAGE))
    page = min(page, pages - 1)
    items: list[Component] = _answers(shown, reader) if shown.state == "drawn" else []
    for to, label in ((page - 1, "rounds.button.earlier"), (page + 1, "rounds.button.later")):
        if 0 <= to < pages:
            items.append(button(reader.t(label), identity("round", "page", shown.round_id, to)))
    return card(
        reader.t("rounds.preview.title", day=reader.day(shown.monday)),
        notice,
        _standing(shown, reader),
        "\n".join(_grouped(lines[page * PAGE : (page + 1) * PAGE], shown, reader)),
        *([row(*items)] if items else []),
        colour=COLOUR,
    )


def _answers(shown: RoundView, reader: Localizer) -> list[Component]:
    ids = (shown.round_id, shown.seed)
    return [
        button(reader.t("rounds.button.confirm"), identity("round", "confirm", *ids), ButtonStyle.success),
        button(reader.t("rounds.button.redraw"), identity("round", "redraw", *ids)),
    ]


def _grouped(lines: Sequence[Line], shown: RoundView, reader: Localizer) -> list[str]:
    """Return lines below a heading for those who are matched, and one for those who are left over."""
    counts = {"matched": sum(len(one.partners) for one in shown.outings), "left_over": len(shown.left)}
    found: list[str] = []
    for group, of_group in groupby(lines, key=lambda line: line[0]):
        found.append(reader.t(f"rounds.preview.{group}", number=counts[group]))
        found += [text for _, text in of_group]
    return found


def _standing(shown: RoundView, reader: Localizer) -> str:
    if shown.state == "announced":
        return reader.t("rounds.preview.trial", at=format_dt(shown.match_at, "F"), count=shown.asked)
    if shown.state == "drawn":
        until: datetime = shown.confirms_at or shown.match_at + ANSWER
        return reader.t("rounds.preview.by_itself", relative=format_dt(until, "R"))
    return reader.t(f"rounds.preview.is_{shown.state}")


def _lines(shown: RoundView, reader: Localizer) -> list[Line]:
    """Return the group and the text of each outing, then of each member who is left over."""
    return [
        *(("matched", _line(one, reader)) for one in shown.outings),
        *(("left_over", _alone(name, help_, reader)) for name, help_ in shown.left),
    ]


def _alone(name: str, help_: str, reader: Localizer) -> str:
    return reader.t("rounds.preview.left", name=person_name(name), help=reader.t(f"rounds.help.{help_}"))


def _line(one: Proposed, reader: Localizer) -> str:
    return reader.t(
        "rounds.preview.outing",
        people=" + ".join(
            reader.t(f"rounds.preview.who_{wish.value}", name=person_name(name)) for _, name, wish in one.partners
        ),
        at=format_dt(one.starts_at, "f"),
        place=escaped(one.place, 80) if one.place else reader.t("rounds.place_open"),
        why=_reasons(one.why, one.partners, reader),
    )
