"""The forms of challenges: a new one, and one's own goal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

from bot.domain.boards.metrics import BoardDirection
from bot.domain.challenges.challenge_rules import NAME_LIMIT, ChallengeGoal, ChallengeKind, ChallengeTerms, read_goal
from bot.domain.text.faults import Faults
from bot.errors import BadInput
from bot.interactions.components import Field, Form, identity
from bot.localizer import Localizer
from bot.services.challenges.challenges import ChallengeView
from cogs.clubs.club_boards import read_day
from cogs.runs.run_card_view import form_units

TYPED_LIMIT = 40
"""Characters of a day or goal in a form."""


@dataclass(frozen=True, slots=True)
class ChallengeForm:
    """The values of the form of a new challenge; one for most days has no goal."""

    name: str
    first: str
    last: str
    goal: str = ""


@dataclass(frozen=True, slots=True)
class ChallengeChoices:
    """What is chosen before the form opens, and is carried by its custom id."""

    kind: ChallengeKind = ChallengeKind.GOAL
    direction: BoardDirection = BoardDirection.BACKWARD
    teams: int = 0
    files: bool = False

    @property
    def ids(self) -> tuple[object, ...]:
        """Its parts of a custom id."""
        return self.kind.value, self.direction.value, self.teams, int(self.files)


def challenge_form(choices: ChallengeChoices, reader: Localizer, draft: ChallengeView | None = None) -> Form:
    """Return the form of a new challenge, filled with a draft."""
    t = reader.t
    terms = draft.terms if draft is not None else None
    first, last = (reader.full_day(terms.starts_on), reader.full_day(terms.ends_on)) if terms else ("", "")
    fields = [
        Field("name", t("challenge.form.name"), draft.name if draft else "", t("challenge.form.name_hint"),
              required=True, limit=NAME_LIMIT),
        Field("first", t("challenge.form.first"), first, t("challenge.form.first_hint"), required=True,
              limit=TYPED_LIMIT),
        Field("last", t("challenge.form.last"), last, t("challenge.form.last_hint"), required=True, limit=TYPED_LIMIT),
    ]  # fmt: skip
    if choices.kind is not ChallengeKind.DAYS:
        listed = choices.kind is ChallengeKind.HANDICAP
        hint = t("challenge.form.listed_example") if listed else t("challenge.form.goal_example")
        filled = goal_typed(terms.goal, reader) if terms else ""
        fields.append(Field("goal", t(f"challenge.form.goal_{choices.kind.value}"), filled, hint, required=True,
                            limit=TYPED_LIMIT))  # fmt: skip
    return Form(t("challenge.form.title"), identity("challenge", "made", *choices.ids), fields)


def goal_typed(goal: ChallengeGoal, reader: Localizer) -> str:
    """Return a goal as it can be typed again."""
    if goal.listed_m is not None:
        return f"{goal.listed_m} m"
    if goal.amount is None:
        return ""
    match goal.metric.value:
        case "distance":
            return f"{goal.amount} m"
        case "minutes":
            return f"{goal.amount // 60_000} min"
        case _:
            return reader.t("board.card.days", count=goal.amount)


def read_challenge(
    form: ChallengeForm, choices: ChallengeChoices, reader: Localizer, zone: str, now: datetime
) -> ChallengeTerms:
    """Return what the form of a new challenge says; the dates are in the club's zone.

    Raises:
        BadInput: a day or the goal cannot be read; every fault is in it.
    """
    faults = Faults()
    first = faults.read(form.first, lambda text: read_day(text, now, zone, reader))
    after = now if first is None else datetime.combine(first, time(12), UTC)
    last = faults.read(form.last, lambda text: read_day(text, after, zone, reader))
    goal = faults.attempt(lambda: read_goal(form.goal, choices.kind, form_units(reader), reader.language))
    faults.raise_any()
    if first is None or last is None:
        raise BadInput("challenge.refused.no_day")
    assert goal is not None  # or a fault was raised
    return ChallengeTerms(choices.kind, choices.direction, goal, first, last, choices.teams, choices.files)


def own_goal_form(view: ChallengeView, reader: Localizer, held: int | None) -> Form:
    """Return the form for one's own goal, filled with the present one or what the club suggests."""
    goal = ChallengeGoal(view.terms.goal.metric, view.terms.goal.amount if held is None else held)
    field = Field("goal", reader.t("challenge.form.own_goal"), goal_typed(goal, reader), required=True,
                  limit=TYPED_LIMIT)  # fmt: skip
    return Form(reader.t("challenge.form.own_title"), identity("challenge", "goal", view.challenge_id), [field])


def read_own_goal(typed: str, view: ChallengeView, reader: Localizer) -> int:
    """Return one's own goal, in what the challenge counts.

    Raises:
        BadInput: it cannot be read, or is of another kind.
    """
    goal = read_goal(typed, ChallengeKind.PERSONAL, form_units(reader), reader.language)
    if goal.metric is not view.terms.goal.metric or goal.amount is None:
        raise BadInput("challenge.refused.other_metric", typed=typed, suggested=goal_typed(view.terms.goal, reader))
    return goal.amount
