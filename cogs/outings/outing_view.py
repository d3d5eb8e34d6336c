"""Messages and cards for the participants of an outing: reminders, spoken calls, check-in, out and home."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ButtonStyle, ui
from discord.utils import format_dt

from bot.domain.outings.outing_rules import (
    EXTENSIONS_MIN,
    MOST_EXTENSION_MIN,
    OUT,
    OutingState,
    Presence,
    Role,
    Roles,
)
from bot.domain.outings.spotter_calls import calls_on
from bot.interactions.components import Component, button, card, classic, identity, row, select
from bot.localizer import Localizer, escaped, person_name
from bot.services.members.people import Club
from bot.services.outings.outings import CompanionView, OutingView
from cogs.outings.call_form_view import again_button
from cogs.outings.outing_card_view import asked, confirm_button, leave_button, more_button
from cogs.outings.outing_lines import unsettled, without_spotter

CHECK_IN_STATES = (OutingState.FILLED, OutingState.CONFIRMED)


def names_of(companions: Sequence[CompanionView], reader: Localizer, *, besides: int | None = None) -> str:
    """Return a list such as `Bob and Carol`, without the reader."""
    return reader.both([person_name(c.name) for c in companions if c.user_id != besides])


def role_of(roles: Roles, reader: Localizer) -> str:
    """Return a phrase such as `you run backward first, then face forward`."""
    return reader.t(f"course.role.{roles.first}_{roles.second}" if roles.swaps else f"course.role.{roles.first}")


def calls(outing: OutingView, reader: Localizer) -> str:
    """Return the spoken calls with their meaning and the note on mirrored sides."""
    swapping = any(c.roles.swaps for c in outing.inside)
    return "\n".join(
        [
            reader.t("course.calls.title"),
            *(reader.t(f"course.calls.{call}") for call in calls_on(outing.surface, swapping=swapping)),
            reader.t("course.calls.mirror"),
            reader.t("course.calls.place"),
        ]
    )


def reminder(outing: OutingView, user_id: int, reader: Localizer, *, evening: bool) -> tuple[str, ui.View]:
    """Return the reminder of the evening or hour before: time, companions, exact spot, role, and spoken calls."""
    me = outing.who(user_id)
    assert me is not None
    names = names_of(outing.inside, reader, besides=user_id)
    place = escaped(outing.place, 80)
    if evening:
        words = reader.t("course.evening.words", when=format_dt(outing.starts_at, "t"), names=names, place=place)
    else:
        words = reader.t("course.evening.hour", relative=format_dt(outing.starts_at, "R"), names=names, place=place)
    parts = [words, *unsettled(outing, user_id, reader), *without_spotter(outing, reader)]
    if outing.detail:
        parts.append(reader.t("course.evening.meet", detail=escaped(outing.detail, 200)))
    parts += [reader.t("course.evening.role", role=role_of(me.roles, reader)), "", calls(outing, reader)]
    first = [confirm_button(outing, reader)] if asked(outing, me) else []
    first += [] if evening else [check_in_button(outing, reader)]
    return "\n".join(parts), classic(*first, leave_button(outing, reader), more_button(outing, reader))


def starting(outing: OutingView, user_id: int, reader: Localizer) -> tuple[str, ui.View]:
    """Return the message at the start, which asks those who are there to check in."""
    names = names_of(outing.inside, reader, besides=user_id)
    words = reader.t("course.start.words", place=escaped(outing.place, 80), names=names)
    words = "\n".join([words, *unsettled(outing, user_id, reader)])
    return words, classic(check_in_button(outing, reader), leave_button(outing, reader), more_button(outing, reader))


def who_is_there(outing: OutingView, user_id: int, reader: Localizer) -> ui.LayoutView:
    """Return the question who is there: everybody, or only some."""
    others = [c for c in outing.inside if c.user_id != user_id]
    everybody = button(
        reader.t("course.button.all_here"), identity("outing", "all", outing.outing_id), ButtonStyle.success
    )
    some = select(
        identity("outing", "present", outing.outing_id),
        [discord.SelectOption(label=c.name[:100] or "?", value=str(c.user_id)) for c in others],
        placeholder=reader.t("course.check_in.only"),
        least=0,
        most=len(others),
    )
    return card(reader.t("course.check_in.ask"), row(everybody), row(some))


def number_to_call(club: Club | None, reader: Localizer) -> str:
    """Return the club's emergency number, or "your local emergency number"."""
    known = club.emergency_number if club else None
    return escaped(known, 40) if known else reader.t("course.out.number_unset")


def course_buttons(outing: OutingView, user_id: int, reader: Localizer) -> list[list[Component]]:
    """Return a participant's buttons row by row: check-in before the start; while out Home and Need help come first."""
    found = more_items(outing, user_id, reader)
    if outing.state not in OUT or not found:
        return [found]
    first, *others = found
    rows = [[first, help_button(outing, reader), more_button(outing, reader)], others]
    return [line for line in rows if line]


def course_rows(outing: OutingView, user_id: int, reader: Localizer) -> list[ui.ActionRow[ui.LayoutView]]:
    """Return `course_buttons` as rows of a card."""
    return [row(*buttons) for buttons in course_buttons(outing, user_id, reader) if buttons]


def below(rows: Sequence[Sequence[Component]]) -> ui.View:
    """Return buttons below plain text, row by row."""
    buttons = [one for line in rows for one in line]
    for number, line in enumerate(line for line in rows if line):
        for one in line:
            one.row = number
    return classic(*buttons)


def help_button(outing: OutingView, reader: Localizer) -> Component:
    """Return the button Need help."""
    return button(reader.t("alerts.button.help"), identity("alert", "help", outing.outing_id), ButtonStyle.danger)


def more_items(outing: OutingView, user_id: int, reader: Localizer, *, startable: bool = True) -> list[Component]:
    """Return the same buttons for the More menu; `startable`: check-in is open."""
    me = outing.who(user_id)
    if me is None or me.presence is not Presence.IN:
        return []
    if outing.state in CHECK_IN_STATES:
        return [*([check_in_button(outing, reader)] if startable else []), _calls(outing, reader)]
    if outing.state not in OUT:
        return []
    if not me.out:
        return [still_out_button(outing, reader)] if me.home_at is not None else []
    found = [_home(outing, reader)]
    if len(outing.out) > 1:
        found.append(button(reader.t("course.button.both"), identity("outing", "both", outing.outing_id)))
    if outing.may_swap:
        found.append(button(reader.t("course.button.swap"), identity("outing", "swap", outing.outing_id)))
    return [*found, *extend_button(outing, reader)]


def extend_button(outing: OutingView, reader: Localizer) -> list[Component]:
    """Return the extend button, if possible: not after a call for help, nor beyond an hour."""
    if outing.help_at is not None or outing.extended_min + EXTENSIONS_MIN[0] > MOST_EXTENSION_MIN:
        return []
    return [button(reader.t("course.button.extend"), identity("outing", "extend", outing.outing_id))]


def checked_in(outing: OutingView, user_id: int, reader: Localizer) -> ui.LayoutView:
    """Return the answer to a check-in."""
    if outing.state not in OUT or outing.due_back_at is None:
        opened = outing.state is OutingState.OPEN
        return card(reader.t(f"course.check_in.{'reopened' if opened else 'limits'}"))
    return card(reader.t("course.check_in.done"), *course_rows(outing, user_id, reader))


def half_time(outing: OutingView, user_id: int, reader: Localizer) -> tuple[str, ui.View]:
    """Return the message to swap roles, and everybody's role from then on."""
    then = reader.t("course.half.then", lines=_second_half(outing, user_id, reader))
    words = "\n".join([reader.t("course.half.words"), then])
    return words, classic(
        button(reader.t("course.button.swap"), identity("outing", "swap", outing.outing_id), ButtonStyle.primary),
        _calls(outing, reader),
    )


def swapped(outing: OutingView, user_id: int, reader: Localizer) -> ui.LayoutView:
    """Return the answer to a swap."""
    done = reader.t("course.swap.done", lines=_second_half(outing, user_id, reader))
    return card(done, *course_rows(outing, user_id, reader))


def extension(outing: OutingView, reader: Localizer) -> ui.LayoutView:
    """Return the choice of extensions: what is left of the hour."""
    left = MOST_EXTENSION_MIN - outing.extended_min
    offered = [minutes for minutes in EXTENSIONS_MIN if minutes <= left]
    return card(
        reader.t("course.extend.ask", count=left),
        row(
            *(
                button(
                    reader.t("course.extend.button", count=minutes),
                    identity("outing", "later", outing.outing_id, minutes),
                )
                for minutes in offered
            )
        ),
    )


def extended(outing: OutingView, user_id: int, reader: Localizer, note: str = "") -> ui.LayoutView:
    """Return the answer to an extension. "I feel unsafe" is answered with the same text."""
    assert outing.due_back_at is not None
    done = reader.t("course.extend.done", back=format_dt(outing.due_back_at, "t"))
    return card(done, note, *course_rows(outing, user_id, reader))


def told_extended(outing: OutingView, by_user_id: int, minutes: int, reader: Localizer) -> tuple[str, ui.View]:
    """Return the message to the others about an extension."""
    by = outing.who(by_user_id)
    assert outing.due_back_at is not None
    words = reader.t(
        "course.extend.told",
        name=person_name(by.name if by else ""),
        minutes=minutes,
        back=format_dt(outing.due_back_at, "t"),
    )
    return words, classic(_home(outing, reader))


def came_home(outing: OutingView, user_id: int, reader: Localizer, *, alarmed: bool = False) -> ui.LayoutView:
    """Return the answer to Home, which can be undone: who is left without a spotter, and the draft if there is one.

    `alarmed`: an alarm about the outing was sent and is still active.
    """
    me = outing.who(user_id)
    buttons = [still_out_button(outing, reader)]
    if outing.state in OUT and outing.help_at is not None:
        parts = [reader.t("course.home.help")]
        if outing.out:
            parts.append(reader.t("course.home.still", names=names_of(outing.out, reader)))
        resolve = identity("alert", "resolve", outing.outing_id)
        buttons.insert(0, button(reader.t("alerts.button.resolved"), resolve, ButtonStyle.success))
    elif not outing.out:
        parts = [reader.t("course.home.done")]
        buttons.append(again_button(outing, reader))
    else:
        parts = [reader.t("course.home.waits", names=names_of(outing.out, reader))]
        if alarmed:
            parts.append(reader.t("course.home.alarmed"))
    alone = [c for c in outing.out if c.user_id in outing.uncovered]
    if alone and not outing.solo:
        parts.append(reader.t("course.eyes.told", names=names_of(alone, reader, besides=user_id)))
    if me is not None and me.draft == "offered":  # a run logged before Home was undone is not drafted again
        parts.append(reader.t("course.home.drafted"))
    return card("\n".join(parts), row(*buttons))


def out_again(outing: OutingView, user_id: int, reader: Localizer) -> ui.LayoutView:
    """Return the answer to "I'm still out"."""
    assert outing.due_back_at is not None
    parts = [reader.t("course.still_out.done", back=format_dt(outing.due_back_at, "t"))]
    if user_id in outing.uncovered and not outing.solo:
        parts.append(without_eyes(outing, user_id, reader))
    return card("\n".join(parts), *course_rows(outing, user_id, reader))


def asked_home(outing: OutingView, user_id: int, by_user_id: int, reader: Localizer) -> tuple[str, ui.View]:
    """Return the question whether the recipient is home too, and what it means for their spotter if not."""
    by = outing.who(by_user_id)
    words = reader.t("course.home.asked", name=person_name(by.name if by else ""))
    if user_id in outing.uncovered and not outing.solo:
        words += "\n" + reader.t("course.eyes.asked_if")
    return words, classic(_home(outing, reader), *extend_button(outing, reader))


def without_eyes(outing: OutingView, user_id: int, reader: Localizer) -> str:
    """Return what a backward runner should do now that they have too few spotters or none."""
    me = outing.who(user_id)
    assert me is not None
    backward_later = outing.swapped_at is None and me.roles.first is Role.SPOTTER
    if outing.solo:
        key = "solo"
    elif backward_later:
        key = "later"
    else:
        half = 0 if outing.swapped_at is None else 1
        key = "few" if any(c.roles.at(half) is Role.SPOTTER for c in outing.out) else "none"
    return reader.t(f"course.eyes.now_{key}")


def eyes_lost(
    outing: OutingView, me: CompanionView, by_user_id: int, how: str, reader: Localizer
) -> tuple[str, ui.View]:
    """Return the message that somebody has left, and what that means for the recipient.

    Args:
        outing: its current state.
        me: the recipient.
        by_user_id: who has left.
        how: as for `bot.services.outings.spotter_coverage.follow`.
        reader: the recipient's localizer.
    """
    by = outing.who(by_user_id)
    why = reader.t(f"course.eyes.why_{how}", name=person_name(by.name if by else ""))
    first = [without_eyes(outing, me.user_id, reader)] if me.user_id in outing.uncovered else []
    return "\n".join([*first, why]), below(course_buttons(outing, me.user_id, reader))


def not_there(outing_id: int, reader: Localizer) -> tuple[str, ui.View]:
    """Return the answer to "I'm not there", which can be undone."""
    there = button(reader.t("course.button.there"), identity("outing", "there", outing_id))
    return reader.t("course.eyes.not_there_done"), classic(there)


def eyes_back(outing: OutingView, user_id: int, by_user_id: int, how: str, reader: Localizer) -> tuple[str, ui.View]:
    """Return the message that somebody is there after all; `how` as for `spotter_coverage.follow`, or "there_too"."""
    by = outing.who(by_user_id)
    key = "back" if how == "still_out" else f"back_{how}"
    words = reader.t(f"course.eyes.{key}", name=person_name(by.name if by else ""))
    return words, below(course_buttons(outing, user_id, reader))


def _second_half(outing: OutingView, user_id: int, reader: Localizer) -> str:
    """Return a phrase such as `you face forward and Bob runs backward`, the reader first."""
    people = sorted(outing.out or outing.inside, key=lambda c: c.user_id != user_id)
    return reader.both(
        [
            reader.t(f"course.role.you_{c.roles.second}")
            if c.user_id == user_id
            else reader.t(f"course.swap.line_{c.roles.second}", name=person_name(c.name))
            for c in people
        ]
    )


def check_in_button(outing: OutingView, reader: Localizer) -> Component:
    """Return the button Check in."""
    return button(
        reader.t("course.button.check_in"), identity("outing", "checkin", outing.outing_id), ButtonStyle.success
    )


def _home(outing: OutingView, reader: Localizer) -> Component:
    return button(reader.t("course.button.home"), identity("outing", "home", outing.outing_id), ButtonStyle.success)


def _calls(outing: OutingView, reader: Localizer) -> Component:
    return button(reader.t("course.button.calls"), identity("outing", "calls", outing.outing_id))


def still_out_button(outing: OutingView, reader: Localizer) -> Component:
    """Return the button I'm still out, which undoes Home."""
    return button(reader.t("course.button.still_out"), identity("outing", "stillout", outing.outing_id))
