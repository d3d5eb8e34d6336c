"""The escalation for people who do not come home, as one table of steps.

The timers, the texts and the settings page read this table and spell no number of their own. The number of a step is
its position; `outings.rung` and the payloads of jobs and alarms store it under the key "rung".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.messages.stored_kinds import StoredKind


class Recipients(StrEnum):
    """Whom a step tells."""

    COMPANIONS = "companions"  # those who are out
    CONTACTS = "contacts"  # the safety contacts they named
    ORGANISERS = "organisers"


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One step of the escalation.

    Attributes:
        after: pause since the step before; of the first step, since the club's grace ended.
        recipients: whom it tells. Each kind of recipients has one step.
        kind: the message it sends, whose text the cogs draw.
        summary_key: catalogue key of its line on the settings page; gets {minutes} and {repeat}.
        repeat_every: of the last step, how often it is repeated until somebody says what happened.
    """

    after: timedelta
    recipients: Recipients
    kind: StoredKind
    summary_key: str
    repeat_every: timedelta = timedelta(0)


STEPS = (
    EscalationStep(timedelta(0), Recipients.COMPANIONS, StoredKind.ALERT_ASK, "club.safety.step_companions"),
    # Long enough to take a phone out of a pocket and press Home; counted from when the question was really sent.
    EscalationStep(timedelta(minutes=5), Recipients.CONTACTS, StoredKind.ALERT_CONTACT, "club.safety.step_contacts"),
    # Long enough for a contact to call, and to answer what came of it. Repeated often enough that an organiser who
    # looks at their phone once a quarter of an hour sees it on top.
    EscalationStep(
        timedelta(minutes=10),
        Recipients.ORGANISERS,
        StoredKind.ALERT_ORGANISERS,
        "club.safety.step_organisers",
        repeat_every=timedelta(minutes=15),
    ),
)
"""In the order in which they are taken. Changing a pause needs nothing else."""


def step_at(number: int) -> EscalationStep:
    """The step with a stored number. Numbers past the table are repeats of its last step."""
    return STEPS[min(number, len(STEPS) - 1)]


def step_number(recipients: Recipients) -> int:
    """The number of the step that tells these recipients."""
    return next(number for number, step in enumerate(STEPS) if step.recipients is recipients)


def has_reached(number: int, recipients: Recipients) -> bool:
    """Whether an escalation whose newest step is `number` (-1: none yet) has told these recipients."""
    return number >= step_number(recipients)


def pause_after(number: int) -> timedelta:
    """How long after step `number` the next one is due, or the repeat of the last."""
    return STEPS[number + 1].after if number + 1 < len(STEPS) else STEPS[-1].repeat_every


def pause_until(recipients: Recipients, since: int = 0) -> timedelta:
    """How long after step `since` these recipients are told."""
    return sum((step.after for step in STEPS[since + 1 : step_number(recipients) + 1]), timedelta(0))


def in_minutes(pause: timedelta) -> int:
    """A pause as the texts say it: whole minutes, rounded up so that nobody is promised less time than they have."""
    return -(-pause // timedelta(minutes=1))
