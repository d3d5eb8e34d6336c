"""The messages of an alarm, to members who are out, their contacts and organisers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import discord
from discord import ButtonStyle, ui
from discord.utils import format_dt

from bot.domain.outings.outing_rules import OUT, OutingState
from bot.domain.safety.escalation_steps import (
    Recipients,
    has_reached,
    in_minutes,
    pause_after,
    pause_until,
    step_number,
)
from bot.interactions.components import Buttons, Component, Field, Form, button, card, classic, identity
from bot.localizer import Localizer, escaped, person_name
from bot.services.members.people import Club
from bot.services.outings.outings import CompanionView, OutingView
from bot.services.safety.contact_answers import REACHED, Tried
from cogs.outings.outing_view import extend_button, help_button, names_of, number_to_call

ALARM = discord.Colour(0xDC2626)
LONGEST = 1900
"""Characters of an alarm, of the 2,000 that Discord takes; the role mention is put before it."""


def number(club: Club | None, reader: Localizer) -> str:
    """Return the note that this is not an emergency service, with the club's emergency number or the local one."""
    return reader.t("alerts.organisers.number", number=number_to_call(club, reader))


def ask(outing: OutingView, reader: Localizer, *, again: bool, contacts: bool) -> tuple[str, ui.View]:
    """Return the question "Are you home?". `again`: after a downtime; `contacts`: the contacts are told first."""
    assert outing.due_back_at is not None
    key = "words_again" if again else "words" if contacts else "words_alone"
    words = reader.t(
        f"alerts.ask.{key}",
        back=format_dt(outing.due_back_at, "t"),
        next=in_minutes(pause_after(0)),
        contacts=in_minutes(pause_until(Recipients.CONTACTS)),
        organisers=in_minutes(pause_until(Recipients.ORGANISERS)),
        organisers_later=in_minutes(pause_until(Recipients.ORGANISERS, since=step_number(Recipients.CONTACTS))),
    )
    return words, classic(
        button(reader.t("course.button.home"), identity("outing", "home", outing.outing_id), ButtonStyle.success),
        *extend_button(outing, reader),
        help_button(outing, reader),
    )


def for_contact(
    outing: OutingView,
    about: CompanionView,
    club: Club,
    reader: Localizer,
    *,
    asks_help: bool,
    asked: bool = True,
    organisers_at: datetime | None = None,
    answerable: bool = True,
) -> tuple[str, ui.View]:
    """Return the alarm to a contact: who, where, and since when.

    Args:
        outing: its current state.
        about: the missing member.
        club: for its emergency number.
        reader: the contact's localizer.
        asks_help: the member has asked for help.
        asked: the member was asked whether they are home, and has not answered.
        organisers_at: when the organisers are told, if they are not yet.
        answerable: the alarm is stored, so that it can be answered.
    """
    assert outing.due_back_at is not None
    partners = names_of(_with(outing, about.user_id), reader)
    name, back = escaped(about.name, 60), format_dt(outing.due_back_at, "t")
    told = asks_help or organisers_at is None or has_reached(outing.escalation_step, Recipients.ORGANISERS)
    if asks_help:
        parts = [reader.t("alerts.contact.help", name=name)]
    else:
        key = "alerts.contact.alarm" if partners else "alerts.contact.alarm_alone"
        parts = [reader.t(key, name=name, partners=partners, back=back)]
        parts.append(reader.t(f"alerts.contact.{'no_answer' if asked else 'not_asked'}", name=name))
    parts += [*where(outing, about, reader), *_home(outing, reader)]
    at = "" if organisers_at is None else format_dt(organisers_at, "t")
    then = "then_unwritten" if not answerable else "then_told" if told else "then"
    parts.append(reader.t(f"alerts.contact.{then}", number=number(club, reader), at=at))
    return "\n".join(parts), _answers(outing, about, reader) if answerable else Buttons(timeout=None)


def answered(outing: OutingView, about: CompanionView, club: Club, reader: Localizer, how: str) -> tuple[str, ui.View]:
    """Return what replaces the alarm after a contact has answered; the answer can be changed."""
    name = escaped(about.name, 60)
    key = f"{how}_help" if how == REACHED and outing.help_at is not None else how
    parts = [reader.t(f"alerts.contact.answered_{key}", name=name), *where(outing, about, reader)]
    return "\n".join([*parts, number(club, reader)]), _answers(outing, about, reader)


def _answers(outing: OutingView, about: CompanionView, reader: Localizer) -> ui.View:
    return classic(
        button(
            reader.t("alerts.button.reached"),
            identity("alert", "reached", outing.outing_id, about.user_id),
            ButtonStyle.success,
        ),
        button(reader.t("alerts.button.cannot"), identity("alert", "cannot", outing.outing_id, about.user_id)),
    )


def _what_follows(reader: Localizer, *, repeated: bool) -> str:
    if not repeated:
        return reader.t("alerts.direct.note")
    return reader.t("alerts.organisers.again", minutes=in_minutes(pause_after(step_number(Recipients.ORGANISERS))))


def for_organisers(
    outing: OutingView,
    club: Club,
    reader: Localizer,
    *,
    help_for: CompanionView | None,
    tried: Tried | None = None,
    on_it: tuple[str, datetime] | None = None,
) -> tuple[str, ui.View]:
    """Return the alarm to the organisers, without the role mention: who, where, since when, last check-in, Resolved.

    Args:
        outing: its current state.
        club: for its emergency number.
        reader: the recipient's localizer.
        help_for: who has called for help, or None for an overdue outing.
        tried: previous attempts; None: unknown, since the alarm bypasses the database, and may not be repeated.
        on_it: the name of the organiser who takes care of it, and since when.
    """
    assert outing.due_back_at is not None
    about = help_for or (outing.out or outing.inside)[0]
    if help_for is not None:
        partners = names_of(_with(outing, help_for.user_id), reader)
        key = "alerts.organisers.help" if partners else "alerts.organisers.help_alone"
        home_at = format_dt(help_for.home_at, "t") if help_for.home_at else ""
        key = "alerts.organisers.help_home" if home_at else key
        words = reader.t(key, name=escaped(help_for.name, 60), partners=partners, at=home_at)
    else:
        names = names_of(outing.out or outing.inside, reader)
        words = reader.t("alerts.organisers.alarm", names=names, back=format_dt(outing.due_back_at, "t"))
    said = [*where(outing, about, reader, [help_for] if help_for else outing.out), *_home(outing, reader)]
    parts = [words, *said, number(club, reader), _what_follows(reader, repeated=tried is not None)]
    if tried is not None:
        if on_it is not None:
            name, since = on_it
            at = format_dt(since, "t")
            parts.insert(0, reader.t("alerts.organisers.taken_by", by=person_name(name), at=at))
        first = len(said) + (1 if on_it is None else 2)  # below who and where, which are looked for first
        parts[first:first] = _fitting(_tried(outing, tried, help_for, reader), LONGEST - len("\n".join(parts)), reader)
    takes = [] if tried is None or on_it is not None else [on_it_button(outing, reader)]
    return "\n".join(parts), classic(*takes, resolve_button(outing, reader))


def organisers_over(outing: OutingView, reader: Localizer, *, help_for: CompanionView | None) -> str:
    """Return what the alarm to the organisers is edited to once it is over, or the outing was extended."""
    if outing.state in OUT and outing.out and help_for is None:
        back = format_dt(outing.due_back_at, "t") if outing.due_back_at else ""
        return reader.t("alerts.organisers.extended", names=names_of(outing.out, reader), back=back)
    about = [help_for] if help_for is not None else outing.inside
    return reader.t("alerts.organisers.over", names=names_of(about, reader))


def contact_over(outing: OutingView, about: CompanionView, reader: Localizer) -> str:
    """Return what the alarm to a contact is edited to once it is over, or the outing was extended."""
    name = escaped(about.name, 60)
    if about.out and outing.state in OUT and outing.due_back_at is not None:
        return reader.t("alerts.contact.edited_extended", name=name, back=format_dt(outing.due_back_at, "t"))
    return reader.t("alerts.contact.edited_over", name=name)


def ask_over(outing: OutingView, me: CompanionView, reader: Localizer) -> str:
    """Return what the question "Are you home?" is edited to once it is answered."""
    if me.out and outing.state in OUT and outing.due_back_at is not None and outing.help_at is None:
        return reader.t("alerts.ask.answered", back=format_dt(outing.due_back_at, "t"))
    return reader.t("alerts.ask.over")


def _tried(outing: OutingView, tried: Tried, help_for: CompanionView | None, reader: Localizer) -> list[str]:
    """Return lines on who was asked, and which contacts were told and what they answered."""
    about = [help_for] if help_for is not None else list(outing.out)
    lines = []
    for one in about:
        name = person_name(one.name)
        if help_for is None:
            asked = tried.asked.get(one.user_id, False)
            lines.append(reader.t(f"alerts.organisers.{'no_answer' if asked else 'not_asked'}", name=name))
        told = [c for c in tried.contacts if c.about == one.user_id]
        if not told:
            lines.append(reader.t("alerts.organisers.contact_none", name=name))
        for contact in told:
            who = person_name(contact.name)
            lines.append(reader.t(f"alerts.organisers.contact_{contact.how}", name=name, contact=who))
    return lines


def _fitting(lines: list[str], length: int, reader: Localizer) -> list[str]:
    """Return as many lines as fit into `length` characters, and a last one with the number of the rest."""
    fitting: list[str] = []
    for line in lines:
        length -= len(line) + 1
        if length < 0:
            return [*fitting, reader.t("alerts.organisers.more", count=len(lines) - len(fitting))]
        fitting.append(line)
    return fitting


def show_button(delivery_id: int, reader: Localizer) -> Component:
    """Return the button that shows the full alarm to a verified organiser of the club."""
    return button(reader.t("delivery.show"), identity("delivery", "show", delivery_id), ButtonStyle.primary)


def clear(
    outing: OutingView,
    by: CompanionView | None,
    by_name: str,
    how: str,
    reader: Localizer,
    *,
    about: CompanionView | None = None,
    word: str | None = None,
) -> str:
    """Return an update of an alarm; `about`: whose contact has answered; `word`: a note that did not end it."""
    running = outing.state in OUT
    if how == "one_home" and running and outing.help_at is not None:
        how = "one_home_help"
    elif how == "one_home" and running and outing.out:
        how = "one_home_waits"
    elif how == "help_home" and not running:
        how = "one_home"
    words = reader.t(
        f"alerts.clear.{how}",
        name=escaped(by.name if by else by_name, 60),
        names=names_of(outing.out, reader),
        about=escaped(about.name, 60) if about else "",
        place=escaped(outing.place, 80),
        back=format_dt(outing.due_back_at, "t") if outing.due_back_at else "",
        word=escaped(word or outing.resolution or "", 300),
    )
    if not how.startswith(("word_waits", "help_over")) or not running:
        return words
    if outing.help_at is not None:
        return f"{words}\n{reader.t('alerts.clear.goes_on_help')}"
    return f"{words}\n{reader.t('alerts.clear.goes_on_waits', names=names_of(outing.out, reader))}"


def resolved(outing: OutingView, reader: Localizer, *, told: bool) -> ui.LayoutView:
    """Return the answer to Resolved: what has ended, and what continues. `told`: somebody had been alarmed."""
    if outing.ended_at is not None:
        return card(reader.t("alerts.resolve.done" if told else "alerts.resolve.done_nobody"))
    if outing.help_at is not None:
        return card(reader.t("alerts.resolve.passed_on"))
    return card(reader.t("alerts.resolve.waits", names=names_of(outing.out, reader)))


def overdue_unasked(outing: OutingView, club: Club) -> str:
    """Return the message to the organisers about overdue members whom a failing database kept from being asked."""
    assert outing.due_back_at is not None
    reader, about = club.reader, outing.out[0]
    names, back = names_of(outing.out, reader), format_dt(outing.due_back_at, "t")
    words = reader.t("alerts.direct.overdue", names=names, back=back)
    return "\n".join([words, *where(outing, about, reader, outing.out), *_home(outing, reader), number(club, reader)])


def withheld(outing: OutingView, reader: Localizer) -> OutingView:
    """Return an outing without its place, for an organiser whom Discord does not confirm."""
    return replace(outing, place=reader.t("alerts.withheld.place"), detail=None)


def where(outing: OutingView, about: CompanionView, reader: Localizer, whom: Sequence[CompanionView] = ()) -> list[str]:
    """Return lines on the people, the place as exactly as known, and the last check-in.

    A mention opens a profile, from which one can write or call; it pings nobody, since messages here allow no mentions.
    The line above these has the names.
    """
    place = escaped(outing.place, 80)
    people = " · ".join(f"<@{c.user_id}>" for c in whom or [about])
    lines = [
        reader.t("alerts.where.who", people=people),
        reader.t("alerts.where.detail", place=place, detail=escaped(outing.detail, 200))
        if outing.detail
        else reader.t("alerts.where.place", place=place),
    ]
    if about.checked_in_at is not None:
        lines.append(reader.t("alerts.where.since", since=format_dt(about.checked_in_at, "f")))
    return lines


def unsafe_button(outing: OutingView, reader: Localizer) -> Component:
    """Return the button I feel unsafe, which looks like an ordinary one."""
    return button(reader.t("alerts.button.unsafe"), identity("alert", "unsafe", outing.outing_id))


def on_it_button(outing: OutingView, reader: Localizer) -> Component:
    """Return the button I'm on it, for organisers."""
    return button(reader.t("alerts.button.on_it"), identity("alert", "taking", outing.outing_id), ButtonStyle.primary)


def resolve_button(outing: OutingView, reader: Localizer) -> Component:
    """Return the button Resolved."""
    return button(
        reader.t("alerts.button.resolved"), identity("alert", "resolve", outing.outing_id), ButtonStyle.success
    )


def more_items(outing: OutingView, user_id: int, reader: Localizer) -> list[Component]:
    """Return the buttons for the More menu while the outing is under way; with Resolved while it is overdue.

    A member who is home keeps Need help and I feel unsafe: Home is pressed by mistake, or under somebody's eyes.
    """
    me = outing.who(user_id)
    if outing.state not in OUT or me is None or me.checked_in_at is None:
        return []
    found = [help_button(outing, reader), unsafe_button(outing, reader)]
    if outing.state is OutingState.OVERDUE:
        found.append(resolve_button(outing, reader))
    return found


def resolve_form(outing_id: int, reader: Localizer) -> Form:
    """Return the form for a note on what happened."""
    return Form(
        reader.t("alerts.resolve.title"),
        identity("alert", "resolved", outing_id),
        [
            Field(
                "word", reader.t("alerts.resolve.label"), placeholder=reader.t("alerts.resolve.hint"), required=True,
                long=True, limit=300,
            )
        ],
    )  # fmt: skip


def _with(outing: OutingView, user_id: int) -> list[CompanionView]:
    """Return the other members who are still out."""
    return [c for c in outing.out if c.user_id != user_id]


def _home(outing: OutingView, reader: Localizer) -> list[str]:
    """Return a line on those who are home already and can be asked."""
    home = [c for c in outing.inside if c.home_at is not None]
    return [reader.t("alerts.where.home", names=names_of(home, reader))] if home else []
