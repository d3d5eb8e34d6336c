"""How an alarm looks: to those who are out, to their contacts, to the organisers; and a member's contacts."""

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
from bot.interactions.components import Buttons, Component, Field, Form, button, card, classic, identity, row, select
from bot.localizer import Localizer, escaped
from bot.services.members.people import Club
from bot.services.outings.outings import CompanionView, OutingView
from bot.services.safety.contact_answers import REACHED, Tried
from bot.services.safety.contacts import Contacts
from cogs.outings.outing_view import extend_button, names_of, number_to_call

ALARM = discord.Colour(0xDC2626)
NAMED = 30
"""Characters of a name in the lines on what was tried, of which there are up to sixteen in a message."""
LONGEST = 1900
"""Characters of an alarm, of the 2,000 that Discord takes: the mention of a role comes before it."""


def number(club: Club | None, reader: Localizer) -> str:
    """What this is not, with the club's emergency number or "your local emergency number"."""
    return reader.t("alerts.organisers.number", number=number_to_call(club, reader))


def ask(outing: OutingView, reader: Localizer, *, again: bool, contacts: bool) -> tuple[str, ui.View]:
    """Are you home? `again`: the bot was away; `contacts`: this person has contacts who are told first."""
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
    """Who, where, since when, to somebody who accepted being told.

    Args:
        outing: as it stands.
        about: who is looked for.
        club: for its emergency number.
        reader: how it is read.
        asks_help: they have asked for help themselves.
        asked: they were asked whether they are home, and have not answered.
        organisers_at: when the organisers are told, where they are not yet.
        answerable: it is written down, so that it can be answered.
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
    """What the alarm becomes when a contact has answered; the answer can be changed."""
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
    outing: OutingView, club: Club, reader: Localizer, *, help_for: CompanionView | None, tried: Tried | None = None
) -> tuple[str, ui.View]:
    """Who, where, since when, last check-in; with Resolved. The role's mention is put before it where it may be.

    Without `tried` nothing is known of what was tried: it goes past the database, and may not be repeated.
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
    said.append(number(club, reader))
    parts = [words, *said, _what_follows(reader, repeated=tried is not None)]
    if tried is not None:
        parts[1:1] = _fitting(_tried(outing, tried, help_for, reader), LONGEST - len("\n".join(parts)), reader)
    return "\n".join(parts), classic(resolve_button(outing, reader))


def _tried(outing: OutingView, tried: Tried, help_for: CompanionView | None, reader: Localizer) -> list[str]:
    """Who was asked, and which contacts were told and what they say."""
    about = [help_for] if help_for is not None else list(outing.out)
    lines = []
    for one in about:
        name = escaped(one.name[:NAMED], NAMED)
        if help_for is None:
            asked = tried.asked.get(one.user_id, False)
            lines.append(reader.t(f"alerts.organisers.{'no_answer' if asked else 'not_asked'}", name=name))
        told = [c for c in tried.contacts if c.about == one.user_id]
        if not told:
            lines.append(reader.t("alerts.organisers.contact_none", name=name))
        for contact in told:
            who = escaped(contact.name[:NAMED], NAMED)
            lines.append(reader.t(f"alerts.organisers.contact_{contact.how}", name=name, contact=who))
    return lines


def _fitting(lines: list[str], length: int, reader: Localizer) -> list[str]:
    """As many lines as fit into a length, and a last one that says how many did not."""
    fitting: list[str] = []
    for line in lines:
        length -= len(line) + 1
        if length < 0:
            return [*fitting, reader.t("alerts.organisers.more", count=len(lines) - len(fitting))]
        fitting.append(line)
    return fitting


def show_button(delivery_id: int, reader: Localizer) -> Component:
    """Opens what an alarm says, for somebody who is then known to organise the club."""
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
    """A turn of an alarm; `about` is whose contact has answered, `word` one that did not end it."""
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
    """The answer to Resolved: what has ended by it, and what goes on. `told`: somebody had been alarmed."""
    if outing.ended_at is not None:
        return card(reader.t("alerts.resolve.done" if told else "alerts.resolve.done_nobody"))
    if outing.help_at is not None:
        return card(reader.t("alerts.resolve.passed_on"))
    return card(reader.t("alerts.resolve.waits", names=names_of(outing.out, reader)))


def overdue_unasked(outing: OutingView, club: Club) -> str:
    """Who is overdue, to the organisers, while the database fails and nobody could be asked."""
    assert outing.due_back_at is not None
    reader, about = club.reader, outing.out[0]
    names, back = names_of(outing.out, reader), format_dt(outing.due_back_at, "t")
    words = reader.t("alerts.direct.overdue", names=names, back=back)
    return "\n".join([words, *where(outing, about, reader, outing.out), *_home(outing, reader), number(club, reader)])


def withheld(outing: OutingView, reader: Localizer) -> OutingView:
    """An outing without where it is, for an organiser whom Discord does not confirm."""
    return replace(outing, place=reader.t("alerts.withheld.place"), detail=None)


def where(outing: OutingView, about: CompanionView, reader: Localizer, whom: Sequence[CompanionView] = ()) -> list[str]:
    """Who it is, to be tapped; the place, as exactly as it is known, and the last check-in.

    A mention opens a profile, from which one can write or call; it pings nobody, as no message here may.
    """
    place = escaped(outing.place, 80)
    people = " · ".join(f"{escaped(c.name, 60)} <@{c.user_id}>" for c in whom or [about])
    lines = [
        reader.t("alerts.where.who", people=people),
        reader.t("alerts.where.detail", place=place, detail=escaped(outing.detail, 200))
        if outing.detail
        else reader.t("alerts.where.place", place=place),
    ]
    if about.checked_in_at is not None:
        lines.append(reader.t("alerts.where.since", since=format_dt(about.checked_in_at, "f")))
    return lines


def help_button(outing: OutingView, reader: Localizer) -> Component:
    """Asks for help at once."""
    return button(reader.t("alerts.button.help"), identity("alert", "help", outing.outing_id), ButtonStyle.danger)


def unsafe_button(outing: OutingView, reader: Localizer) -> Component:
    """The quiet one; looks like any other."""
    return button(reader.t("alerts.button.unsafe"), identity("alert", "unsafe", outing.outing_id))


def resolve_button(outing: OutingView, reader: Localizer) -> Component:
    """Says what happened."""
    return button(
        reader.t("alerts.button.resolved"), identity("alert", "resolve", outing.outing_id), ButtonStyle.success
    )


def more_items(outing: OutingView, user_id: int, reader: Localizer) -> list[Component]:
    """What the menu behind More offers while somebody is out; Resolved while anybody is overdue."""
    me = outing.who(user_id)
    if outing.state not in OUT or me is None or me.checked_in_at is None:
        return []
    found = [help_button(outing, reader), unsafe_button(outing, reader)] if me.out else []
    if outing.state is OutingState.OVERDUE:
        found.append(resolve_button(outing, reader))
    return found


def resolve_form(outing_id: int, reader: Localizer) -> Form:
    """Asks for a word on what happened."""
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


def contact_asked(name: str, user_id: int, reader: Localizer) -> tuple[str, ui.View]:
    """Asks somebody to be a contact."""
    return reader.t("alerts.contact.ask", name=escaped(name, 60)), classic(
        button(reader.t("alerts.button.accept"), identity("contact", "accept", user_id), ButtonStyle.success),
        button(reader.t("alerts.button.decline"), identity("contact", "decline", user_id)),
    )


def contact_gone(name: str | None, left: int, reader: Localizer) -> str:
    """A contact is one no longer: who, unless they have erased themselves, and how many there still are."""
    who = reader.t(
        "alerts.contact.lost_somebody" if name is None else "alerts.contact.lost", name=escaped(name or "", 60)
    )
    return f"{who} {reader.t('alerts.contact.lost_left', count=left) if left else reader.t('alerts.contact.lost_all')}"


def contacts_card(contacts: Contacts, reader: Localizer, notice: str = "") -> ui.LayoutView:
    """One's own contacts in order, and whose contact one is."""
    lines = [
        reader.t(
            f"alerts.contact.line_{'blocked' if c.blocked else c.state}", position=c.position, name=escaped(c.name, 60)
        )
        for c in contacts.mine
    ]
    parts: list[str | ui.Item[ui.LayoutView]] = [
        reader.t("alerts.contact.title"),
        notice,
        reader.t("alerts.contact.intro"),
        "\n".join(lines) or reader.t("alerts.contact.none"),
    ]
    if contacts.mine:
        options = [discord.SelectOption(label=c.name[:100] or "?", value=str(c.user_id)) for c in contacts.mine]
        parts.append(row(select(identity("contact", "drop"), options, placeholder=reader.t("alerts.contact.remove"))))
    if contacts.of:
        names = reader.both([escaped(name, 60) for _, name in contacts.of])
        options = [discord.SelectOption(label=name[:100] or "?", value=str(one)) for one, name in contacts.of]
        parts.append(reader.t("alerts.contact.of", names=names))
        menu = select(identity("contact", "withdraw"), options, placeholder=reader.t("alerts.contact.withdraw"))
        parts.append(row(menu))
    return card(*parts)


def _with(outing: OutingView, user_id: int) -> list[CompanionView]:
    """The others who are out still: whoever is home is with nobody any more."""
    return [c for c in outing.out if c.user_id != user_id]


def _home(outing: OutingView, reader: Localizer) -> list[str]:
    """Who can be asked, being home already."""
    home = [c for c in outing.inside if c.home_at is not None]
    return [reader.t("alerts.where.home", names=names_of(home, reader))] if home else []
