"""Direct messages about an outing before its start, with the buttons that answer them."""

from __future__ import annotations

from collections.abc import Collection

from discord import ui
from discord.utils import format_dt

from bot.domain.outings.outing_rules import BEFORE, OutingState, Presence
from bot.domain.runs.runs import Surface
from bot.interactions.components import Component, classic
from bot.localizer import Localizer, escaped, person_name
from bot.services.members.people import Club
from bot.services.outings.outing_transitions import LeaveReason
from bot.services.outings.outings import OutingView
from bot.services.safety.contact_answers import AlarmedContacts
from cogs.outings.on_the_way_view import contacts_along
from cogs.outings.outing_card_view import (
    asked,
    buttons_for,
    confirm_button,
    leave_button,
    more_button,
    offer_buttons,
    role_buttons,
)
from cogs.outings.outing_lines import about, about_for, caller_name
from cogs.outings.outing_view import check_in_button

LONGEST = 2000
"""Characters that Discord takes in a message."""

Letter = tuple[str, ui.View | None]
"""The text and buttons of a direct message."""


def answered(outing: OutingView, user_id: int, reader: Localizer, words: str) -> Letter:
    """Return what replaces a message after a press on one of its buttons: the result, and the buttons that apply."""
    buttons = [one for line in buttons_for(outing, user_id, reader) for one in line]
    return _letter(words, outing, user_id, reader), classic(*buttons) if buttons else None


def letter_buttons(outing: OutingView, user_id: int, reader: Localizer, *, startable: bool) -> list[Component]:
    """Return the buttons of the newest message to one person before the start; `startable`: check-in is open."""
    me = outing.who(user_id)
    if me is None or me.presence is not Presence.IN or outing.state not in BEFORE:
        return [one for line in buttons_for(outing, user_id, reader) for one in line]
    agreed = outing.state is not OutingState.OPEN
    return [
        *([confirm_button(outing, reader)] if asked(outing, me) else []),
        *([check_in_button(outing, reader)] if startable and agreed else []),
        leave_button(outing, reader),
        more_button(outing, reader),
    ]


def safety_note(reader: Localizer, *, first: bool, beside: int) -> str:
    """Return what Need help and I feel unsafe do, for before they are needed.

    It says that a partner does not notice, never how the quiet alarm is disguised.

    Args:
        reader: the recipient's localizer.
        first: the recipient has never been out: at length, if it fits.
        beside: characters of the rest of the message.
    """
    long = reader.t("partners.letter.safety_first")
    return long if first and len(long) + beside < LONGEST else reader.t("partners.letter.safety")


def filled(
    outing: OutingView, user_id: int, reader: Localizer, *, matched: bool = False, first: bool = False
) -> Letter | None:
    """Return the request to confirm a filled outing.

    Args:
        outing: its current state.
        user_id: the recipient.
        reader: the recipient's localizer.
        matched: a round's message has just said that it is filled.
        first: the recipient has never been out on an outing.
    """
    me = outing.who(user_id)
    if outing.state is not OutingState.FILLED or me is None or me.presence is not Presence.IN:
        return None
    key = "filled_confirmed" if not asked(outing, me) else "filled_matched" if matched else "filled"
    words = _letter(reader.t(f"partners.letter.{key}"), outing, user_id, reader)
    return f"{words}\n{safety_note(reader, first=first, beside=len(words))}", _answers(outing, user_id, reader)


def confirmed(
    outing: OutingView,
    user_id: int,
    reader: Localizer,
    club: Club,
    contacts: AlarmedContacts,
    *,
    whole: bool = True,
    startable: bool = False,
    first: bool = False,
) -> Letter | None:
    """Return the message that everybody has confirmed, with the emergency note and the contacts on the outing.

    Args:
        outing: its current state.
        user_id: the recipient.
        reader: the recipient's localizer.
        club: for its emergency number.
        contacts: the recipient's contacts on this outing.
        whole: include all details, for a recipient who was not asked to confirm; else only what identifies it.
        startable: check-in is open already.
        first: the recipient has never been out on an outing.
    """
    me = outing.who(user_id)
    if outing.state is not OutingState.CONFIRMED or me is None or me.presence is not Presence.IN:
        return None
    number = club.emergency_number
    emergency = (
        reader.t("partners.letter.number", number=escaped(number, 40))
        if number
        else reader.t("partners.letter.no_number")
    )
    if whole:
        words = _letter(reader.t("partners.letter.confirmed"), outing, user_id, reader)
    else:
        place, at = escaped(outing.place, 80), format_dt(outing.starts_at, "F")
        words = reader.t("partners.letter.confirmed_brief", place=place, at=at)
    checks_in = [check_in_button(outing, reader)] if startable else []
    words = "\n".join([words, *contacts_along(contacts, reader), emergency])
    if whole:
        words += "\n" + safety_note(reader, first=first, beside=len(words))
    return words, classic(*checks_in, leave_button(outing, reader), more_button(outing, reader))


def reopened(
    outing: OutingView, user_id: int, reader: Localizer, left: Collection[int], why: LeaveReason, *, agreed: bool
) -> Letter | None:
    """Return the message that somebody has left, or that the outing has lost its spotter otherwise.

    Args:
        outing: its current state.
        user_id: the recipient.
        reader: the recipient's localizer.
        left: who has left.
        why: the reason.
        agreed: the outing was filled before.
    """
    me = outing.who(user_id)
    if outing.state not in BEFORE or me is None or me.presence is not Presence.IN:
        return None
    open_again = outing.state is OutingState.OPEN
    places = [outing.who(one) for one in left]
    gone = [one for one in places if one is None or one.presence is not Presence.IN]
    if not gone:  # nothing changes if somebody can come after all
        if not open_again:
            return None
        words = reader.t("partners.letter.reopened")
    else:
        how = "agreed" if not open_again else "open" if agreed else "still_open"
        somebody = reader.t("partners.card.somebody")
        names = reader.both([person_name(one.name) if one else somebody for one in gone])
        words = reader.t(f"partners.letter.{why.value}_{how}", name=names)
    return _letter(words, outing, user_id, reader), _answers(outing, user_id, reader)


def limited(outing: OutingView, user_id: int, reader: Localizer, club: Club) -> Letter | None:
    """Return the message on the club's new limits, and whether the outing is open again or to be confirmed again."""
    me = outing.who(user_id)
    if outing.state not in BEFORE or me is None or me.presence is not Presence.IN:
        return None
    key = "open" if outing.state is OutingState.OPEN else "filled"
    words = "\n".join([reader.t(f"partners.letter.limits_{key}"), *rule_lines(club, reader)])
    return _letter(words, outing, user_id, reader), _answers(outing, user_id, reader)


def changed(outing: OutingView, user_id: int, reader: Localizer) -> Letter | None:
    """Return the message on a new time or place: asks participants to confirm again, informs those who wait."""
    me = outing.who(user_id)
    if outing.state not in BEFORE or me is None or me.presence is Presence.LEFT:
        return None
    name = caller_name(outing, reader)
    if me.presence is not Presence.IN:
        return answered(outing, user_id, reader, reader.t("partners.letter.changed_waiting", name=name))
    key = "changed_confirmed" if me.confirmed else "changed"
    words = _letter(reader.t(f"partners.letter.{key}", name=name), outing, user_id, reader)
    return words, _answers(outing, user_id, reader, confirm=not me.confirmed)


def cancelled(outing: OutingView, reader: Localizer, *, lapsed: bool) -> Letter:
    """Return the message that the outing was cancelled, or lapsed without being agreed."""
    key = "partners.letter.lapsed" if lapsed else "partners.letter.cancelled"
    return reader.t(key, place=escaped(outing.place, 80), at=format_dt(outing.starts_at, "F")), None


def offer(outing: OutingView, user_id: int, reader: Localizer) -> Letter | None:
    """Return the offer of a free place, kept for a while."""
    me = outing.who(user_id)
    if outing.state not in BEFORE or me is None or me.presence is not Presence.OFFERED or me.offered_until is None:
        return None
    words = reader.t("partners.letter.offer", until=format_dt(me.offered_until, "t"))
    return "\n".join([words, *about(outing, reader, queue=False)]), classic(*offer_buttons(outing, reader))


def wanted(outing: OutingView, user_id: int, reader: Localizer) -> tuple[str, list[Component]] | None:
    """Return the question to a member who is free; None if the outing is filled or they have answered."""
    buttons = role_buttons(outing, reader)
    if outing.state is not OutingState.OPEN or not buttons or outing.who(user_id) is not None:
        return None
    words = _letter(reader.t("partners.letter.wanted", name=caller_name(outing, reader)), outing, user_id, reader)
    return f"{words}\n{reader.t('partners.letter.wanted_why')}", buttons


def unposted(outing: OutingView, reader: Localizer, club: Club, *, organiser: bool) -> Letter:
    """Return the message that the card could not be posted, and what to do about it."""
    channel = f"<#{outing.channel_id}>"
    if organiser:
        return reader.t("partners.letter.unposted_organiser", club=escaped(club.name, 60), channel=channel), None
    return reader.t("partners.letter.unposted", channel=channel), None


def _letter(words: str, outing: OutingView, user_id: int, reader: Localizer) -> str:
    return "\n".join([words, *about_for(outing, user_id, reader)])


def _answers(outing: OutingView, user_id: int, reader: Localizer, *, confirm: bool = False) -> ui.View:
    me = outing.who(user_id)
    ask = confirm or (me is not None and asked(outing, me))
    first = [confirm_button(outing, reader)] if ask else []
    return classic(*first, leave_button(outing, reader), more_button(outing, reader))


def rule_lines(club: Club, reader: Localizer) -> list[str]:
    """Return the club's rule: runners per spotter, and surfaces where running backward alone is allowed."""
    alone = [reader.t(f"runs.surface.{one.value}") for one in Surface if one in club.solo_surfaces]
    return [
        reader.t("club.find.rule", count=club.backward_per_spotter),
        reader.t("club.find.alone", surfaces=reader.either(alone)) if alone else reader.t("club.find.alone_nowhere"),
    ]
