"""How the quiet alarm looks to those it is sent to, and what the presser alone reads of it."""

from __future__ import annotations

from discord import ButtonStyle
from discord.ui import View
from discord.utils import format_dt

from bot.reader import Reader, escaped
from bot.services.outings import CompanionView, OutingView
from bot.services.people import Club
from bot.services.quiet_turns import QuietAlarm
from cogs.views.alerts import number, where
from cogs.views.base import Field, Form, button, classic, identity
from cogs.views.outing_course import names_of


def alarm(
    outing: OutingView, about: CompanionView, alarm: QuietAlarm, club: Club, reader: Reader, *, by_name: str
) -> tuple[str, View]:
    """Somebody feels unsafe, and the partner must not know; with I'm on it, then with the word that closes it.

    Args:
        outing: as it stands.
        about: who pressed.
        alarm: as it stands.
        club: for its emergency number.
        reader: how it is read.
        by_name: of whoever is on it or has closed it.
    """
    name, by = escaped(about.name, 60), escaped(by_name, 60)
    partners = names_of([c for c in outing.inside if c.user_id != about.user_id], reader)
    key = "alerts.unsafe.alarm" if partners else "alerts.unsafe.alarm_alone"
    parts = [reader.t(key, name=name, partners=partners)]
    if partners:
        parts.append(reader.t("alerts.unsafe.looks", name=name))
    parts += where(outing, about, reader)
    if about.home_at is not None:
        parts.append(reader.t("alerts.unsafe.home", name=name, at=format_dt(about.home_at, "t")))
    parts.append(number(club, reader))
    word = button(
        reader.t("alerts.button.close"),
        identity("alert", "word", outing.outing_id, alarm.alarm_id),
        ButtonStyle.success,
    )
    if alarm.closed_at is not None:
        parts.append(reader.t("alerts.unsafe.closed_by", by=by))
        return "\n".join(parts), classic()
    if alarm.taken_at is not None:
        parts.append(reader.t("alerts.unsafe.taken_by", by=by, at=format_dt(alarm.taken_at, "t")))
        return "\n".join(parts), classic(word)
    on_it = identity("alert", "onit", outing.outing_id, alarm.alarm_id)
    parts.append(reader.t("alerts.unsafe.again"))
    return "\n".join(parts), classic(button(reader.t("alerts.button.on_it"), on_it, ButtonStyle.danger), word)


def unwritten(outing: OutingView, about: CompanionView, club: Club, reader: Reader) -> tuple[str, View]:
    """The alarm where it could not be written down: nothing on it can be pressed until it is."""
    name = escaped(about.name, 60)
    partners = names_of([c for c in outing.inside if c.user_id != about.user_id], reader)
    words = reader.t("alerts.unsafe.alarm" if partners else "alerts.unsafe.alarm_alone", name=name, partners=partners)
    return "\n".join([words, *where(outing, about, reader), number(club, reader)]), classic()


def turn(how: str, name: str, by_name: str, word: str, reader: Reader) -> str:
    """What became of an alarm: "taken", "home", "out" (Home was taken back) or "closed"."""
    return reader.t(
        f"alerts.unsafe.turn_{how}", name=escaped(name, 60), by=escaped(by_name, 60), word=escaped(word, 300)
    )


def close_form(outing_id: int, alarm_id: int, reader: Reader) -> Form:
    """Asks for the word that closes it."""
    word = Field(
        "word", reader.t("alerts.unsafe.word_label"), placeholder=reader.t("alerts.unsafe.word_hint"), required=True,
        long=True, limit=300,
    )  # fmt: skip
    return Form(reader.t("alerts.unsafe.word_title"), identity("alert", "closed", outing_id, alarm_id), [word])


def unheard(club: Club | None, reader: Reader, how: str = "unheard") -> str:
    """That nobody was reached or has answered, in words that somebody reading over a shoulder takes for extra time."""
    return f"{reader.t(f'alerts.{how}.words')}\n-# {number(club, reader)}"


def unheard_letter(outing: OutingView, club: Club, reader: Reader, how: str) -> tuple[str, View]:
    """The same by direct message; what it means opens for the presser alone."""
    more = button(reader.t("alerts.unheard.button"), identity("alert", "unheard", outing.outing_id))
    return unheard(club, reader, how), classic(more)


def honestly_unheard(club: Club, reader: Reader) -> str:
    """The same openly."""
    return reader.t("alerts.unheard.honest", number=number(club, reader))
