"""The messages of the quiet alarm, to its recipients, and to the member who raised it."""

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
    """Return the quiet alarm, which partners must not notice; with I'm on it, or with the note that closes it.

    Args:
        outing: its current state.
        about: the member who raised it.
        alarm: its current state.
        club: for its emergency number.
        reader: the recipient's localizer.
        by_name: the name of whoever has taken or closed it.
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
    """Return the alarm while it is not stored: nothing on it can be pressed."""
    parts = [_who(outing, about, "alarm", reader), *where(outing, about, reader), number(club, reader)]
    return "\n".join([*parts, *_cover(outing, about, reader), reader.t("alerts.unsafe.unwritten")]), classic()


def _others(outing: OutingView, about: CompanionView) -> list[CompanionView]:
    """Return the other participants, home or not, since it is unknown which of them is feared."""
    return [c for c in outing.inside if c.user_id != about.user_id]


def _who(outing: OutingView, about: CompanionView, key: str, reader: Localizer) -> str:
    others = _others(outing, about)
    key = key if others else f"{key}_alone"
    return reader.t(f"alerts.unsafe.{key}", name=escaped(about.name, 60), partners=names_of(others, reader))


def _cover(outing: OutingView, about: CompanionView, reader: Localizer) -> list[str]:
    """Return a line on what the others take the press for, if there are others."""
    looks = reader.t("alerts.unsafe.looks", name=escaped(about.name, 60))
    return [looks] if _others(outing, about) else []


def _came_home(outing: OutingView, about: CompanionView, reader: Localizer) -> list[str]:
    """Return lines on who has pressed Home; resolving an outing also sets `home_at`, without a press."""
    name, lines = escaped(about.name, 60), []
    resolved_at = outing.ended_at if outing.state is OutingState.RESOLVED else None
    if about.home_at is not None:
        key = "resolved" if about.home_at == resolved_at else "home"
        lines.append(reader.t(f"alerts.unsafe.{key}", name=name, at=format_dt(about.home_at, "t")))
    home = [c for c in _others(outing, about) if c.home_at is not None and c.home_at != resolved_at]
    return [*lines, reader.t("alerts.unsafe.others_home", names=names_of(home, reader))] if home else lines


def turn(how: str, name: str, by_name: str, word: str, reader: Localizer) -> str:
    """Return an update of an alarm: "taken", "home", "out" (Home was undone) or "closed"."""
    return reader.t(
        f"alerts.unsafe.turn_{how}", name=escaped(name, 60), by=escaped(by_name, 60), word=escaped(word, 300)
    )


def close_form(outing_id: int, alarm_id: int, reader: Localizer) -> Form:
    """Return the form for the note that closes the alarm."""
    word = Field(
        "word", reader.t("alerts.unsafe.word_label"), placeholder=reader.t("alerts.unsafe.word_hint"), required=True,
        long=True, limit=300,
    )  # fmt: skip
    return Form(reader.t("alerts.unsafe.word_title"), identity("alert", "closed", outing_id, alarm_id), [word])


def unheard(club: Club | None, reader: Localizer, how: str = "unheard") -> str:
    """Return the note that nobody was reached or has answered, worded so that a bystander takes it for extra time."""
    return f"{reader.t(f'alerts.{how}.words')}\n-# {number(club, reader)}"


def unheard_letter(outing: OutingView, club: Club, reader: Localizer, how: str) -> tuple[str, View]:
    """Return the same as a direct message, with a button that explains it to the member alone."""
    more = button(reader.t("alerts.unheard.button"), identity("alert", "unheard", outing.outing_id))
    return unheard(club, reader, how), classic(more)


def honestly_unheard(club: Club, reader: Localizer) -> str:
    """Return the same in plain words."""
    return reader.t("alerts.unheard.honest", number=number(club, reader))
