"""How the quiet alarm looks to those it is sent to, and what the presser alone reads of it."""

from __future__ import annotations

from discord import ButtonStyle
from discord.ui import View
from discord.utils import format_dt

from bot.domain.outings.outing_rules import OutingState
from bot.domain.safety.escalation_steps import in_minutes
from bot.interactions.components import Field, Form, button, classic, identity
from bot.localizer import Localizer, escaped
from bot.services.members.people import Club
from bot.services.outings.outings import CompanionView, OutingView
from bot.services.outings.quiet_alarm_updates import QuietAlarm
from bot.services.safety.quiet_alarms import REPEAT
from cogs.outings.outing_view import names_of
from cogs.safety.alerts_view import number, where


def alarm(
    outing: OutingView, about: CompanionView, alarm: QuietAlarm, club: Club, reader: Localizer, *, by_name: str
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
    by = escaped(by_name, 60)
    word = button(
        reader.t("alerts.button.close"),
        identity("alert", "word", outing.outing_id, alarm.alarm_id),
        ButtonStyle.success,
    )
    said = [*where(outing, about, reader), *_came_home(outing, about, reader)]
    if alarm.closed_at is not None:
        return "\n".join(
            [reader.t("alerts.unsafe.closed_by", by=by), _who(outing, about, "felt", reader), *said]
        ), classic()
    parts = [_who(outing, about, "alarm", reader), *said, number(club, reader), *_cover(outing, about, reader)]
    if alarm.taken_at is not None:
        first = reader.t("alerts.unsafe.taken_by", by=by, at=format_dt(alarm.taken_at, "t"))
        return "\n".join([first, *parts]), classic(word)
    on_it = identity("alert", "onit", outing.outing_id, alarm.alarm_id)
    parts.append(reader.t("alerts.unsafe.again", minutes=in_minutes(REPEAT)))
    return "\n".join(parts), classic(button(reader.t("alerts.button.on_it"), on_it, ButtonStyle.danger), word)


def unwritten(outing: OutingView, about: CompanionView, club: Club, reader: Localizer) -> tuple[str, View]:
    """The alarm where it could not be written down: nothing on it can be pressed until it is."""
    parts = [_who(outing, about, "alarm", reader), *where(outing, about, reader), number(club, reader)]
    return "\n".join([*parts, *_cover(outing, about, reader), reader.t("alerts.unsafe.unwritten")]), classic()


def _others(outing: OutingView, about: CompanionView) -> list[CompanionView]:
    """The others of the outing, home or not: which of them is feared nobody knows."""
    return [c for c in outing.inside if c.user_id != about.user_id]


def _who(outing: OutingView, about: CompanionView, key: str, reader: Localizer) -> str:
    others = _others(outing, about)
    key = key if others else f"{key}_alone"
    return reader.t(f"alerts.unsafe.{key}", name=escaped(about.name, 60), partners=names_of(others, reader))


def _cover(outing: OutingView, about: CompanionView, reader: Localizer) -> list[str]:
    """What the others take it for, where there are any."""
    looks = reader.t("alerts.unsafe.looks", name=escaped(about.name, 60))
    return [looks] if _others(outing, about) else []


def _came_home(outing: OutingView, about: CompanionView, reader: Localizer) -> list[str]:
    """Who has pressed Home; whoever was out when the outing was resolved has not, whatever is noted."""
    name, lines = escaped(about.name, 60), []
    resolved_at = outing.ended_at if outing.state is OutingState.RESOLVED else None
    if about.home_at is not None:
        key = "resolved" if about.home_at == resolved_at else "home"
        lines.append(reader.t(f"alerts.unsafe.{key}", name=name, at=format_dt(about.home_at, "t")))
    home = [c for c in _others(outing, about) if c.home_at is not None and c.home_at != resolved_at]
    return [*lines, reader.t("alerts.unsafe.others_home", names=names_of(home, reader))] if home else lines


def turn(how: str, name: str, by_name: str, word: str, reader: Localizer) -> str:
    """What became of an alarm: "taken", "home", "out" (Home was taken back) or "closed"."""
    return reader.t(
        f"alerts.unsafe.turn_{how}", name=escaped(name, 60), by=escaped(by_name, 60), word=escaped(word, 300)
    )


def close_form(outing_id: int, alarm_id: int, reader: Localizer) -> Form:
    """Asks for the word that closes it."""
    word = Field(
        "word", reader.t("alerts.unsafe.word_label"), placeholder=reader.t("alerts.unsafe.word_hint"), required=True,
        long=True, limit=300,
    )  # fmt: skip
    return Form(reader.t("alerts.unsafe.word_title"), identity("alert", "closed", outing_id, alarm_id), [word])


def unheard(club: Club | None, reader: Localizer, how: str = "unheard") -> str:
    """That nobody was reached or has answered, in words that somebody reading over a shoulder takes for extra time."""
    return f"{reader.t(f'alerts.{how}.words')}\n-# {number(club, reader)}"


def unheard_letter(outing: OutingView, club: Club, reader: Localizer, how: str) -> tuple[str, View]:
    """The same by direct message; what it means opens for the presser alone."""
    more = button(reader.t("alerts.unheard.button"), identity("alert", "unheard", outing.outing_id))
    return unheard(club, reader, how), classic(more)


def honestly_unheard(club: Club, reader: Localizer) -> str:
    """The same openly."""
    return reader.t("alerts.unheard.honest", number=number(club, reader))
