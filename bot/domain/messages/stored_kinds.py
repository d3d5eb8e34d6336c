"""The kinds of jobs and messages, as stored in the database.

Rows of `due` and `deliveries`, choices about nudges, questions and Stop buttons refer to a kind by value. A value never
changes once shipped; the name of a member may. No other code spells a value.
"""

from __future__ import annotations

from enum import Enum, StrEnum, auto
from typing import Self


class ExportedTo(Enum):
    """In whose `/privacy export` a message of a kind appears."""

    RECIPIENT = auto()  # the recipient of a message, or the owner of a job
    AUTHOR = auto()  # only the person it is about (`about_user_id`): a quiet alarm is private to them


class StoredKind(StrEnum):
    """A kind of job, of message, or of both under one name. At most 32 characters."""

    exported_to: ExportedTo

    def __new__(cls, value: str, exported_to: ExportedTo) -> Self:
        """Create a member with its value and in whose export its messages appear."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.exported_to = exported_to
        return member

    OUTING_CARD = "outing.card", ExportedTo.RECIPIENT  # the public card, edited after every change
    OUTING_UNPOSTED = "outing.unposted", ExportedTo.RECIPIENT  # its card could not be posted
    OUTING_FILLED = "outing.filled", ExportedTo.RECIPIENT
    OUTING_CONFIRMED = "outing.confirmed", ExportedTo.RECIPIENT
    OUTING_REOPENED = "outing.reopened", ExportedTo.RECIPIENT
    OUTING_CHANGED = "outing.changed", ExportedTo.RECIPIENT
    OUTING_CANCELLED = "outing.cancelled", ExportedTo.RECIPIENT
    OUTING_LAPSE = "outing.lapse", ExportedTo.RECIPIENT
    OUTING_OFFER = "outing.offer", ExportedTo.RECIPIENT  # an offered place, to somebody on the waiting list
    OUTING_OFFER_ENDS = "outing.offer_ends", ExportedTo.RECIPIENT
    OUTING_WANTED = "outing.wanted", ExportedTo.RECIPIENT  # a nudge: an outing needs somebody like the recipient
    OUTING_EVENING = "outing.evening", ExportedTo.RECIPIENT  # the reminder on the evening before
    OUTING_HOUR = "outing.hour", ExportedTo.RECIPIENT
    OUTING_START = "outing.start", ExportedTo.RECIPIENT
    OUTING_OUT = "outing.out", ExportedTo.RECIPIENT  # to those who are out: planned return and buttons
    OUTING_HALF = "outing.half", ExportedTo.RECIPIENT
    OUTING_EXTENDED = "outing.extended", ExportedTo.RECIPIENT
    OUTING_EYES_LOST = "outing.eyes_lost", ExportedTo.RECIPIENT  # to those who are out: they have no spotter any more
    OUTING_EYES_BACK = "outing.eyes_back", ExportedTo.RECIPIENT  # to the same: they have a spotter again
    OUTING_LIMITS = "outing.limits", ExportedTo.RECIPIENT  # applies a club's limits to an outing and tells participants
    OUTING_BOTH_HOME = "outing.both_home", ExportedTo.RECIPIENT  # asks a runner whose partner reported both home
    OUTING_HELP = "outing.help", ExportedTo.RECIPIENT  # the job that repeats a runner's call for help
    OUTING_OVERDUE = "outing.overdue", ExportedTo.RECIPIENT  # the job that runs the next step of the escalation
    OUTING_DRAFT = "outing.draft", ExportedTo.RECIPIENT
    OUTING_HAPPENED = "outing.happened", ExportedTo.RECIPIENT  # "Did it happen?"
    OUTING_UNSTARTED = "outing.unstarted", ExportedTo.RECIPIENT  # half an hour after the start; a day later to close it
    OUTING_MISSED = "outing.missed", ExportedTo.RECIPIENT  # to an absent member, if the others did not start
    OUTING_NO_SHOWS = "outing.no_shows", ExportedTo.RECIPIENT  # the friendly note after the second no-show in a month
    OUTING_PURGE = "outing.purge", ExportedTo.RECIPIENT  # deletes exact meeting points
    OUTING_EDIT = "outing.edit", ExportedTo.RECIPIENT  # edits a sent message that no longer says what is true

    ALERT_ASK = "alert.ask", ExportedTo.RECIPIENT  # asks somebody who is overdue whether they are home
    ALERT_CONTACT = "alert.contact", ExportedTo.RECIPIENT
    ALERT_ORGANISERS = "alert.organisers", ExportedTo.RECIPIENT
    ALERT_CLEAR = "alert.clear", ExportedTo.RECIPIENT  # to those alarmed: somebody has answered
    ALERT_UNSAFE = "alert.unsafe", ExportedTo.AUTHOR  # the quiet alarm, and the job that repeats it
    ALERT_UNSAFE_TURN = "alert.unsafe_turn", ExportedTo.AUTHOR  # its outcome, to those alarmed
    ALERT_UNSAFE_EDIT = "alert.unsafe_edit", ExportedTo.AUTHOR  # edits a sent quiet alarm: taken, closed, or repeated
    ALERT_UNHEARD = "alert.unheard", ExportedTo.RECIPIENT  # to its author: nobody was reached, or nobody answered
    CONTACT_GONE = "contact.gone", ExportedTo.RECIPIENT  # a contact who had accepted no longer is one

    CONTACT_ASK = "contact.ask", ExportedTo.RECIPIENT
    SPOTTER_ASK = "spotter.ask", ExportedTo.RECIPIENT  # asks a named spotter whether they faced forward
    SPOTTER_ASK_ALONE = "spotter.ask_alone", ExportedTo.RECIPIENT  # the same, for a run that nobody else may see

    REVIEW_ASK = "review.ask", ExportedTo.RECIPIENT  # the organisers' question about a held run, to its runner
    REVIEW_DECIDED = "review.decided", ExportedTo.RECIPIENT  # to the same: it counts now, or why it does not

    ROUND_NOTICE = "round.notice", ExportedTo.RECIPIENT
    ROUND_MATCH = "round.match", ExportedTo.RECIPIENT
    ROUND_SETTLE = "round.settle", ExportedTo.RECIPIENT  # checks who has left before a draw is confirmed
    ROUND_MATCHED = "round.matched", ExportedTo.RECIPIENT
    ROUND_LEFT = "round.left", ExportedTo.RECIPIENT
    ROUND_PREVIEW = "round.preview", ExportedTo.RECIPIENT
    ROUND_EDIT = "round.edit", ExportedTo.RECIPIENT  # edits a notice or a draw that a later message has replaced

    REMIND = "remind", ExportedTo.RECIPIENT  # the job of a reminder, and its message
    REMIND_AGAIN = "remind.again", ExportedTo.RECIPIENT  # snoozed by one person
    REMIND_TROUBLE = "remind.trouble", ExportedTo.RECIPIENT  # the reminder could not be sent and is paused

    NUDGE_TICK = "nudge.tick", ExportedTo.RECIPIENT
    NUDGE_SNOOZED = "nudge.snoozed", ExportedTo.RECIPIENT
    NUDGE_WEEK = "nudge.week", ExportedTo.RECIPIENT
    NUDGE_RESERVE = "nudge.reserve", ExportedTo.RECIPIENT
    NUDGE_BACK = "nudge.back", ExportedTo.RECIPIENT
    NUDGE_CHALLENGE = "nudge.challenge", ExportedTo.RECIPIENT  # a challenge ends in a few days
    NUDGE_CHEERS = "nudge.cheers", ExportedTo.RECIPIENT
    NUDGE_REWIND = "nudge.rewind", ExportedTo.RECIPIENT  # in the last week of December
    NUDGE_DIGEST = "nudge.digest", ExportedTo.RECIPIENT
    DIGEST_LOST = "digest.lost", ExportedTo.RECIPIENT  # to the organisers: a digest could not be posted

    BOARD_ROLL = "board.roll", ExportedTo.RECIPIENT  # the job that moves a club's last 30 days to a new day
    BOARD_SEASON = "board.season", ExportedTo.RECIPIENT  # the job that computes the next slice of a new season

    CHALLENGE_CARD = "challenge.card", ExportedTo.RECIPIENT  # its public card, and the job that redraws it
    CHALLENGE_END = "challenge.end", ExportedTo.RECIPIENT  # the job at its end, and the provisional result
    CHALLENGE_FINAL = "challenge.final", ExportedTo.RECIPIENT  # the job after the late logs, and the final result
    CHALLENGE_LOST = "challenge.lost", ExportedTo.RECIPIENT  # to the organisers: one of these could not be posted
    BOARD_LIVE = "board.live", ExportedTo.RECIPIENT  # the message with a club's board, and the job that compares it
    BOARD_PIN = "board.pin", ExportedTo.RECIPIENT  # pins that message where the bot may
    BOARD_LOST = "board.lost", ExportedTo.RECIPIENT  # to the organisers: it is gone; post it again?

    BADGE_ROLES = "badge.roles", ExportedTo.RECIPIENT  # the job that gives and takes the roles of badges
    BADGE_COUNT = "badge.count", ExportedTo.RECIPIENT  # the job that counts the next people's badges by new rules

    CLUB_PARTNERS = "club.partners", ExportedTo.RECIPIENT  # the message with "Find a partner"
    CLUB_FORGET = "club.forget", ExportedTo.RECIPIENT
    DELIVERY_WAITS = "delivery.waits", ExportedTo.RECIPIENT  # to a channel: a direct message is waiting
    DELIVERY_PURGE = "delivery.purge", ExportedTo.RECIPIENT


KEPT_FROM_RECIPIENTS = frozenset(kind for kind in StoredKind if kind.exported_to is ExportedTo.AUTHOR)
"""Kinds of the quiet alarm, which appear in no recipient's export."""
