"""The steps of the escalation for people who are overdue.

Timers, texts and the settings page derive from this table and contain no numbers of their own. The number of a step is
its position; `outings.rung` and the payloads of jobs and alarms store it under the key "rung".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.messages.stored_kinds import StoredKind


class Recipients(StrEnum):
    """The people whom a step notifies."""

    COMPANIONS = "companions"  # those who are out
    CONTACTS = "contacts"  # the safety contacts of those who are out
    ORGANISERS = "organisers"


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One step of the escalation.

    Attributes:
        after: delay after the previous step; for the first step, after the end of the club's grace period.
        recipients: whom it notifies. Each kind of recipients has one step.
        kind: kind of the message it sends; the cogs render the text.
        summary_key: catalogue key of its line on the settings page, with {minutes} and {repeat}.
        repeat_every: for the last step, the interval of its repeats until somebody reports what happened.
    """

    after: timedelta
    recipients: Recipients
    kind: StoredKind
    summary_key: str
    repeat_every: timedelta = timedelta(0)


STEPS = (
    EscalationStep(timedelta(0), Recipients.COMPANIONS, StoredKind.ALERT_ASK, "club.safety.step_companions"),
    # Long enough to take out a phone and press Home; counted from when the question was sent.
    EscalationStep(timedelta(minutes=5), Recipients.CONTACTS, StoredKind.ALERT_CONTACT, "club.safety.step_contacts"),
    # Long enough for a contact to call and to report the result. The repeats are frequent enough that an organiser who
    # checks their phone every quarter of an hour sees the newest on top.
    EscalationStep(
        timedelta(minutes=10),
        Recipients.ORGANISERS,
        StoredKind.ALERT_ORGANISERS,
        "club.safety.step_organisers",
        repeat_every=timedelta(minutes=15),
    ),
)
"""In order. Changing a delay needs no other change."""


def step_at(number: int) -> EscalationStep:
    """Return the step with a stored number. Numbers past the table are repeats of its last step."""
    return STEPS[min(number, len(STEPS) - 1)]


def step_number(recipients: Recipients) -> int:
    """Return the number of the step that notifies these recipients."""
    return next(number for number, step in enumerate(STEPS) if step.recipients is recipients)


def has_reached(number: int, recipients: Recipients) -> bool:
    """Whether an escalation whose latest step is `number` (-1: none yet) has notified these recipients."""
    return number >= step_number(recipients)


def pause_after(number: int) -> timedelta:
    """Return the delay between step `number` and the next one, or the repeat of the last."""
    return STEPS[number + 1].after if number + 1 < len(STEPS) else STEPS[-1].repeat_every


def pause_until(recipients: Recipients, since: int = 0) -> timedelta:
    """Return the delay between step `since` and the step that notifies these recipients."""
    return sum((step.after for step in STEPS[since + 1 : step_number(recipients) + 1]), timedelta(0))


def in_minutes(pause: timedelta) -> int:
    """Return a delay in whole minutes, rounded up so that no text promises less time than there is."""
    return -(-pause // timedelta(minutes=1))
