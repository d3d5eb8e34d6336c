"""Names of the kinds of jobs and messages, as the database keeps them.

A row of `due` or `deliveries`, a choice about nudges, a question and a pressed Stop name their kind by value. A value
never changes once it is shipped; a member may be renamed. Nothing else in the code spells one.
"""

from __future__ import annotations

from enum import Enum, StrEnum, auto
from typing import Self


class ExportedTo(Enum):
    """Who finds a message of a kind in `/privacy export`."""

    RECIPIENT = auto()  # whoever it is sent to; of a job, whoever it is for
    AUTHOR = auto()  # only whoever it tells about (`about_user_id`): a quiet alarm is the secret of who pressed it


class StoredKind(StrEnum):
    """A kind of job, of message, or of both under one name. At most 32 characters."""

    exported_to: ExportedTo

    def __new__(cls, value: str, exported_to: ExportedTo) -> Self:
        """Keep who may take a message of this kind along beside its name."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.exported_to = exported_to
        return member

    OUTING_CARD = "outing.card", ExportedTo.RECIPIENT  # the public card, drawn again at every change
    OUTING_UNPOSTED = "outing.unposted", ExportedTo.RECIPIENT  # its card could not be posted
    OUTING_FILLED = "outing.filled", ExportedTo.RECIPIENT
    OUTING_CONFIRMED = "outing.confirmed", ExportedTo.RECIPIENT
    OUTING_REOPENED = "outing.reopened", ExportedTo.RECIPIENT
    OUTING_CHANGED = "outing.changed", ExportedTo.RECIPIENT
    OUTING_CANCELLED = "outing.cancelled", ExportedTo.RECIPIENT
    OUTING_LAPSE = "outing.lapse", ExportedTo.RECIPIENT
    OUTING_OFFER = "outing.offer", ExportedTo.RECIPIENT  # a place, to who waits for one
    OUTING_OFFER_ENDS = "outing.offer_ends", ExportedTo.RECIPIENT
    OUTING_WANTED = "outing.wanted", ExportedTo.RECIPIENT  # a nudge: an outing looks for somebody like them
    OUTING_EVENING = "outing.evening", ExportedTo.RECIPIENT  # the reminder of the evening before
    OUTING_HOUR = "outing.hour", ExportedTo.RECIPIENT
    OUTING_START = "outing.start", ExportedTo.RECIPIENT
    OUTING_OUT = "outing.out", ExportedTo.RECIPIENT  # to who is out: until when, with the buttons they need
    OUTING_HALF = "outing.half", ExportedTo.RECIPIENT
    OUTING_EXTENDED = "outing.extended", ExportedTo.RECIPIENT
    OUTING_EYES_LOST = "outing.eyes_lost", ExportedTo.RECIPIENT  # to who is out: nobody faces forward for them any more
    OUTING_EYES_BACK = "outing.eyes_back", ExportedTo.RECIPIENT  # to the same: somebody does after all
    OUTING_LIMITS = "outing.limits", ExportedTo.RECIPIENT  # applies a club's limits to an outing, and tells who is in
    OUTING_BOTH_HOME = "outing.both_home", ExportedTo.RECIPIENT  # asks whose partner said that both are home
    OUTING_HELP = "outing.help", ExportedTo.RECIPIENT  # the job that repeats one person's call for help
    OUTING_OVERDUE = "outing.overdue", ExportedTo.RECIPIENT  # the job that takes the next step of the escalation
    OUTING_DRAFT = "outing.draft", ExportedTo.RECIPIENT
    OUTING_HAPPENED = "outing.happened", ExportedTo.RECIPIENT  # "Did it happen?"
    OUTING_UNSTARTED = "outing.unstarted", ExportedTo.RECIPIENT  # half an hour after the start; a day later to close it
    OUTING_MISSED = "outing.missed", ExportedTo.RECIPIENT  # to who was absent, where the others did not begin
    OUTING_NO_SHOWS = "outing.no_shows", ExportedTo.RECIPIENT  # the kind word after the second no-show in a month
    OUTING_PURGE = "outing.purge", ExportedTo.RECIPIENT  # forgets where exactly people met

    ALERT_ASK = "alert.ask", ExportedTo.RECIPIENT  # asks somebody who is overdue whether they are home
    ALERT_CONTACT = "alert.contact", ExportedTo.RECIPIENT
    ALERT_ORGANISERS = "alert.organisers", ExportedTo.RECIPIENT
    ALERT_CLEAR = "alert.clear", ExportedTo.RECIPIENT  # to those alarmed: somebody has answered
    ALERT_UNSAFE = "alert.unsafe", ExportedTo.AUTHOR  # the quiet alarm, and the job that sounds it again
    ALERT_UNSAFE_TURN = "alert.unsafe_turn", ExportedTo.AUTHOR  # what became of it, to those alarmed
    ALERT_UNHEARD = "alert.unheard", ExportedTo.RECIPIENT  # to who pressed: nobody was reached, or has answered
    CONTACT_GONE = "contact.gone", ExportedTo.RECIPIENT  # a contact who had accepted is one no longer

    CONTACT_ASK = "contact.ask", ExportedTo.RECIPIENT
    SPOTTER_ASK = "spotter.ask", ExportedTo.RECIPIENT  # asks a named spotter whether they faced forward
    SPOTTER_ASK_ALONE = "spotter.ask_alone", ExportedTo.RECIPIENT  # the same, of a run that nobody else may know of

    ROUND_NOTICE = "round.notice", ExportedTo.RECIPIENT
    ROUND_MATCH = "round.match", ExportedTo.RECIPIENT
    ROUND_SETTLE = "round.settle", ExportedTo.RECIPIENT  # finds out who has left before a draw is confirmed
    ROUND_MATCHED = "round.matched", ExportedTo.RECIPIENT
    ROUND_LEFT = "round.left", ExportedTo.RECIPIENT
    ROUND_PREVIEW = "round.preview", ExportedTo.RECIPIENT

    REMIND = "remind", ExportedTo.RECIPIENT  # the job of a reminder, and its message
    REMIND_AGAIN = "remind.again", ExportedTo.RECIPIENT  # put off by one person
    REMIND_TROUBLE = "remind.trouble", ExportedTo.RECIPIENT  # it could not be said, and is paused

    NUDGE_TICK = "nudge.tick", ExportedTo.RECIPIENT
    NUDGE_SNOOZED = "nudge.snoozed", ExportedTo.RECIPIENT
    NUDGE_WEEK = "nudge.week", ExportedTo.RECIPIENT
    NUDGE_BACK = "nudge.back", ExportedTo.RECIPIENT
    NUDGE_DIGEST = "nudge.digest", ExportedTo.RECIPIENT
    DIGEST_LOST = "digest.lost", ExportedTo.RECIPIENT  # to the organisers: a digest could not be posted

    CLUB_PARTNERS = "club.partners", ExportedTo.RECIPIENT  # the message with "Find a partner"
    CLUB_FORGET = "club.forget", ExportedTo.RECIPIENT
    DELIVERY_WAITS = "delivery.waits", ExportedTo.RECIPIENT  # to a channel: a direct message waits
    DELIVERY_PURGE = "delivery.purge", ExportedTo.RECIPIENT


KEPT_FROM_RECIPIENTS = frozenset(kind for kind in StoredKind if kind.exported_to is ExportedTo.AUTHOR)
"""The quiet alarm and what becomes of it: in no export of those they are sent to."""
