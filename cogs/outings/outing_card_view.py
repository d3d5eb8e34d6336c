"""The cards of an outing: the public one, one person's own, the More menu, and the list of one's outings.

The public card is text with classic buttons, so that a phone's notification shows it. It never contains the exact
meeting spot; that of a limited call shows only that somebody looks for a partner.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from discord import ButtonStyle, Colour, ui
from discord.utils import format_dt

from bot.domain.outings.outing_rules import (
    BEFORE,
    ENDED,
    OUT,
    Audience,
    OutingState,
    Presence,
    Role,
    Wish,
    completing,
    is_filled,
)
from bot.interactions.components import Component, button, card, classic, identity, row
from bot.localizer import Localizer, escaped
from bot.services.outings.outings import CompanionView, OutingView
from bot.services.outings.waiting_list import free_for

COLOUR = Colour(0xF59E0B)
WHOLE_ROWS = 4
"""Maximum number of outings in one message with all their buttons; above it each has More only."""
LISTED = 10
MOST_WORDS = 3500
"""Characters of a list above which outings are shown briefly; a message takes 4,000."""


def public_card(outing: OutingView, reader: Localizer) -> tuple[str, ui.View | None]:
    """Return the public card: text and buttons, in the club's language; a single line once it is over."""
    limited = outing.audience is not Audience.EVERYONE
    if outing.state in ENDED:
        return _over(outing, reader, brief=limited), None
    if limited:
        return _limited(outing, reader), classic(_show(outing, reader))
    words = "\n".join([headline(outing, reader), *about(outing, reader)])
    if outing.state in OUT:
        return words, classic(more_button(outing, reader))
    return words, classic(*_roles(outing, None, reader), more_button(outing, reader))


def private_card(outing: OutingView, user_id: int, reader: Localizer, *notices: str) -> ui.LayoutView:
    """Return one person's card: with the exact spot if they are in, and with the buttons they may press."""
    return card(
        "\n".join(notices),
        "\n".join(about_for(outing, user_id, reader)),
        *rows_for(outing, user_id, reader),
        colour=COLOUR,
    )


def full_card(outing: OutingView, wish: Wish, reader: Localizer) -> ui.LayoutView:
    """Return the answer that the place is taken, with the waiting list."""
    return card(reader.t("partners.said.full"), row(waiting_button(outing, wish, reader)), colour=COLOUR)


def queue_card(outing: OutingView, user_id: int, reader: Localizer) -> ui.LayoutView:
    """Return the roles to wait for, and the free ones to take; for a participant or somebody waiting, their card."""
    me = outing.who(user_id)
    if outing.state not in BEFORE or (me is not None and me.presence is not Presence.LEFT):
        return private_card(outing, user_id, reader)
    free = free_for(outing, user_id)
    buttons: list[Component] = []
    for wish in Wish:
        role = reader.t(f"partners.button.{wish.value}")
        if free[wish]:
            buttons.append(_role(outing, wish, reader.t("partners.button.free", role=role, number=free[wish]), True))
        else:
            wait = identity("call", "wait", outing.outing_id, wish.value)
            buttons.append(button(reader.t("partners.button.wait_as", role=role), wait))
    return card(reader.t("partners.said.queue"), row(*buttons), colour=COLOUR)


def more_menu(outing: OutingView, user_id: int, reader: Localizer, extras: Sequence[Component] = ()) -> ui.LayoutView:
    """Return the ephemeral menu behind More.

    Args:
        outing: its current state.
        user_id: the user.
        reader: the user's localizer.
        extras: buttons of other cogs, such as check-in; they come first.
    """
    me = outing.who(user_id)
    parts = about_for(outing, user_id, reader)
    buttons = list(extras)
    if me is not None and me.presence is Presence.IN:
        if outing.waiting:
            parts.append(reader.t("partners.more.waiting", names=_names(outing.waiting[:LISTED], reader)))
        if outing.state in BEFORE:
            buttons.append(leave_button(outing, reader))
    if outing.state in BEFORE and outing.caller is not None and outing.caller.user_id == user_id:
        buttons.append(button(reader.t("partners.button.change"), identity("call", "change", outing.outing_id)))
        cancel = identity("call", "cancel", outing.outing_id)
        buttons.append(button(reader.t("partners.button.cancel"), cancel, ButtonStyle.danger))
    rows = [row(*buttons[first : first + 5]) for first in range(0, len(buttons), 5)]
    return card("\n".join(parts), *rows, colour=COLOUR)


def sure_card(outing: OutingView, reader: Localizer) -> ui.LayoutView:
    """Return the confirmation before an outing is cancelled."""
    off = button(reader.t("partners.button.off"), identity("call", "off", outing.outing_id), ButtonStyle.danger)
    keep = button(reader.t("partners.button.keep"), identity("call", "keep", outing.outing_id))
    alone = len(outing.inside) + len(outing.waiting) < 2
    return card(reader.t(f"partners.said.sure{'_alone' if alone else ''}"), row(off, keep), colour=COLOUR)


def my_outings(outings: Sequence[OutingView], user_id: int, reader: Localizer) -> ui.LayoutView:
    """Return the outings a user is in or waits for, soonest first, with their buttons; only More if there are many."""
    if not outings:
        return card(reader.t("partners.mine.empty"), row(find_button(reader)), colour=COLOUR)
    parts: list[str | ui.Item[Any]] = [reader.t("partners.mine.title")]
    whole = len(outings) <= WHOLE_ROWS
    told = [about_for(outing, user_id, reader, brief=not whole) for outing in outings[:LISTED]]
    if sum(len(line) for lines in told for line in lines) > MOST_WORDS:
        told = [about_for(outing, user_id, reader, brief=True) for outing in outings[:LISTED]]
    for outing, lines in zip(outings[:LISTED], told, strict=True):
        if whole:
            parts += ["\n".join(lines), *rows_for(outing, user_id, reader)]
        else:
            section: ui.Section[Any] = ui.Section("\n".join(lines), accessory=more_button(outing, reader))
            parts.append(section)
    if len(outings) > LISTED:
        parts.append(reader.t("partners.mine.later", count=len(outings) - LISTED))
    return card(*parts, colour=COLOUR)


# ── text ──


def caller_name(outing: OutingView, reader: Localizer) -> str:
    """Return the caller's last known name, or else the first participant's, or "somebody"."""
    caller = next((c for c in outing.companions if c.user_id == outing.caller_id), None) or outing.caller
    first = caller or next(iter(outing.inside), None)
    return escaped(first.name, 60) if first else reader.t("partners.card.somebody")


def headline(outing: OutingView, reader: Localizer) -> str:
    """Return a line such as `Ada runs backward and looks for somebody who faces forward`."""
    name = caller_name(outing, reader)
    if outing.state is not OutingState.OPEN:
        return reader.t("partners.card.outing", name=name)
    if outing.caller is None:
        return reader.t("partners.card.looks", name=name)
    return reader.t(f"partners.card.looks_{outing.caller.wish.value}", name=name)


def about(
    outing: OutingView, reader: Localizer, *, brief: bool = False, queue: bool = True, inside: bool = False
) -> list[str]:
    """Return the lines on place, time and length; unless `brief`, on participants by role, waiting list and state.

    While the outing is under way, the public card has the participants' names only, so that a channel never shows who
    is alone; participants (`inside`) also see who is out in which role, who is home, and who has no spotter.
    """
    place, surface = escaped(outing.place, 80), outing.surface
    at, relative = format_dt(outing.starts_at, "F"), format_dt(outing.starts_at, "R")
    lines = [
        reader.t("partners.card.place", place=place)
        if surface is None
        else reader.t("partners.card.place_surface", place=place, surface=reader.t(f"runs.surface.{surface.value}")),
        reader.t("partners.card.when", at=at, relative=relative),
    ]
    if brief:
        return lines
    lines.append(_length(outing, reader))
    if outing.state in OUT and not inside:
        lines.append(reader.t("partners.card.out", names=_names(outing.inside, reader)))
    else:
        shown = outing.out if outing.state in OUT else outing.inside
        lines += [
            reader.t(f"partners.card.role_{wish.value}", names=_names(there, reader))
            for wish in Wish
            if (there := [c for c in shown if c.wish is wish])
        ]
    if queue and outing.waiting and outing.state in BEFORE:
        lines.append(reader.t("partners.card.waiting", count=len(outing.waiting)))
    return lines + _state(outing, reader) + (_missing(outing, reader) if inside and outing.state in OUT else [])


def _missing(outing: OutingView, reader: Localizer) -> list[str]:
    """Return the lines on who is home already and who is out without a spotter."""
    home = [c for c in outing.inside if c.home_at is not None]
    alone = [] if outing.solo else [c for c in outing.out if c.user_id in outing.uncovered]
    lines = [reader.t("partners.card.home", names=_names(home, reader))] if home else []
    return lines + ([reader.t("partners.card.no_eyes", names=_names(alone, reader))] if alone else [])


def _names(companions: Sequence[CompanionView], reader: Localizer) -> str:
    return reader.both([escaped(c.name, 60) for c in companions])


def _length(outing: OutingView, reader: Localizer) -> str:
    minutes = round(outing.planned_ms / 60_000)  # 19:34 would be read as a time of day, below the start
    if outing.distance_m is None:
        return reader.t("partners.card.time", minutes=minutes)
    told = {"distance_m": outing.distance_m, "minutes": minutes, "pace_s_per_km": outing.pace_s_per_km}
    return reader.t("partners.card.distance", **told)


def _spot(outing: OutingView, reader: Localizer) -> list[str]:
    return [reader.t("partners.card.exactly", exactly=escaped(outing.detail, 200))] if outing.detail else []


def _over(outing: OutingView, reader: Localizer, *, brief: bool = False) -> str:
    """Return the line on how it ended; `brief`: only that it is over, without whether they came home."""
    ended = OutingState.RESOLVED if brief and outing.state is not OutingState.CANCELLED else outing.state
    if ended is OutingState.CANCELLED and outing.ended_at is not None and outing.ended_at > outing.starts_at:
        ended = OutingState.NO_SHOW  # a cancellation is possible before the start only: the outing never took place
    return f"-# {reader.t(f'partners.card.over_{ended.value}', name=caller_name(outing, reader))}"


def _limited(outing: OutingView, reader: Localizer) -> str:
    """Return the public line of a limited call: who looks for a partner, and whether still."""
    key = "under_way_of" if outing.state in OUT else "looks" if outing.state is OutingState.OPEN else "outing"
    return reader.t(f"partners.card.{key}", name=caller_name(outing, reader))


def _state(outing: OutingView, reader: Localizer) -> list[str]:
    if outing.state is OutingState.FILLED:
        confirmed = sum(c.confirmed for c in outing.inside)
        said = [reader.t("partners.card.confirmed_by", number=confirmed, total=len(outing.inside))]
    elif outing.state is OutingState.CONFIRMED:
        said = [reader.t("partners.card.confirmed")]
    else:
        return [reader.t("partners.card.under_way")] if outing.state in OUT else []
    return [*said, *without_spotter(outing, reader)]


def without_spotter(outing: OutingView, reader: Localizer) -> list[str]:
    """Return the note that the outing, or a half of it, has no spotter, if the club allows that."""
    halves = [any(c.roles.at(half) is Role.SPOTTER for c in outing.inside) for half in (0, 1)]
    if not outing.solo or outing.surface is None or all(halves):
        return []
    surface = reader.t(f"runs.surface.{outing.surface.value}")
    return [reader.t(f"partners.card.alone_{'part' if any(halves) else 'whole'}", surface=surface)]


def unsettled(outing: OutingView, user_id: int, reader: Localizer) -> list[str]:
    """Return the line on who has yet to confirm, since an unconfirmed outing may not take place."""
    missing = [c for c in outing.inside if not c.confirmed] if outing.state is OutingState.FILLED else []
    others = [c for c in missing if c.user_id != user_id]
    if not missing:
        return []
    key = "others" if len(others) == len(missing) else "both" if others else "mine"
    return [reader.t(f"course.evening.unsettled_{key}", names=_names(others, reader))]


def about_for(outing: OutingView, user_id: int, reader: Localizer, *, brief: bool = False) -> list[str]:
    """Return `about` for one person: the exact spot if they are in, and the state of their place."""
    if outing.state in ENDED:
        return [_over(outing, reader)]
    me = outing.who(user_id)
    # Somebody who waits has a line of their own: a count of one below it would be read as another person.
    waits = me is not None and me.presence in (Presence.WAITING, Presence.OFFERED)
    inside = me is not None and me.presence is Presence.IN
    lines = about(outing, reader, brief=brief, queue=not waits, inside=inside)
    if inside and not brief:
        lines += _spot(outing, reader)
    if me is not None and me.presence is Presence.OFFERED and me.offered_until is not None:
        lines.append(reader.t("partners.mine.offered", until=format_dt(me.offered_until, "t")))
    if me is not None and me.presence is Presence.WAITING:
        lines.append(reader.t("partners.mine.waiting"))
    return lines


# ── buttons ──


def buttons_for(outing: OutingView, user_id: int, reader: Localizer) -> list[list[Component]]:
    """Return the buttons that one person may press, row by row."""
    me = outing.who(user_id)
    more = more_button(outing, reader)
    if outing.state in ENDED:
        return []
    if outing.state in OUT:
        return [[more]]
    if me is not None and me.presence is Presence.OFFERED:
        return [[*offer_buttons(outing, reader), more]]
    if me is not None and me.presence is Presence.WAITING:
        unwait = button(reader.t("partners.button.unwait"), identity("call", "leave", outing.outing_id))
        return [[unwait, more]]
    roles = _roles(outing, me, reader)
    if me is None or me.presence is not Presence.IN:
        return [[*roles, more]]
    first = [confirm_button(outing, reader)] if asked(outing, me) else []
    return [one for one in ([*first, leave_button(outing, reader), more], list(roles)) if one]


def rows_for(outing: OutingView, user_id: int, reader: Localizer) -> list[ui.ActionRow[Any]]:
    """Return `buttons_for` as rows of a card."""
    return [row(*buttons) for buttons in buttons_for(outing, user_id, reader)]


def asked(outing: OutingView, me: CompanionView) -> bool:
    """Whether a participant has yet to confirm an outing that is full enough to take place."""
    return outing.state is OutingState.FILLED and not me.confirmed


def confirm_button(outing: OutingView, reader: Localizer) -> Component:
    """Return the button Confirm."""
    custom_id = identity("call", "confirm", outing.outing_id)
    return button(reader.t("partners.button.confirm"), custom_id, ButtonStyle.success)


def offer_buttons(outing: OutingView, reader: Localizer) -> list[Component]:
    """Return the buttons to take or decline an offered place."""
    take = identity("call", "take", outing.outing_id)
    return [
        button(reader.t("partners.button.take"), take, ButtonStyle.success),
        button(reader.t("partners.button.refuse"), identity("call", "leave", outing.outing_id)),
    ]


def waiting_button(outing: OutingView, wish: Wish, reader: Localizer) -> Component:
    """Return the button to join the waiting list."""
    custom_id = identity("call", "wait", outing.outing_id, wish.value)
    return button(reader.t("partners.button.wait"), custom_id, ButtonStyle.primary)


def role_buttons(outing: OutingView, reader: Localizer) -> list[Component]:
    """Return buttons for the roles that are free, for somebody who is asked to come."""
    free = free_for(outing, None)
    return [_role(outing, wish, reader.t(f"partners.button.{wish.value}"), True) for wish in Wish if free[wish]]


def find_button(reader: Localizer) -> Component:
    """Return the button Find a partner, which opens the form."""
    return button(reader.t("partners.button.new"), identity("call", "new"), ButtonStyle.primary, emoji="🤝")


def _roles(outing: OutingView, me: CompanionView | None, reader: Localizer) -> list[Component]:
    """Return buttons for the roles the user may take or switch to, and one to the waiting list for the others."""
    inside = me is not None and me.presence is Presence.IN
    free = free_for(outing, me.user_id if me else None)
    lacking = completing([c.wish for c in outing.inside], outing.backward_per_spotter)
    # Emphasise the roles that the outing lacks; those it could also take are secondary.
    wanted = (lacking or set(Wish)) if outing.state is OutingState.OPEN and not inside else set()
    if outing.state is OutingState.CONFIRMED and me is None:
        # Nobody is lacking: whoever would like to come too asks for the roles, and the card stays quiet.
        return [button(reader.t("partners.button.too"), identity("call", "queue", outing.outing_id))]
    shown = []
    for wish in Wish:
        role = reader.t(f"partners.button.{wish.value}")
        if inside:
            if me is not None and free[wish] and _may_switch(outing, me, wish):
                shown.append(_role(outing, wish, reader.t("partners.button.switch", role=role), False))
        elif free[wish]:
            word = reader.t("partners.button.free", role=role, number=free[wish])
            shown.append(_role(outing, wish, word, wish in wanted))
    if not inside and not all(free.values()):
        shown.append(button(reader.t("partners.button.wait"), identity("call", "queue", outing.outing_id)))
    return shown


def _may_switch(outing: OutingView, me: CompanionView, wish: Wish) -> bool:
    """Whether a participant may switch to `wish`: in an outing that is filled only if it stays so."""
    if wish is me.wish:
        return False
    wishes = [wish if c.user_id == me.user_id else c.wish for c in outing.inside]
    return outing.state is OutingState.OPEN or is_filled(wishes, outing.backward_per_spotter, solo=outing.solo)


def _role(outing: OutingView, wish: Wish, words: str, bold: bool) -> Component:
    style = ButtonStyle.primary if bold else ButtonStyle.secondary
    return button(words, identity("call", "join", outing.outing_id, wish.value), style)


def leave_button(outing: OutingView, reader: Localizer) -> Component:
    """Return the button Can't come."""
    return button(reader.t("partners.button.leave"), identity("call", "leave", outing.outing_id))


def more_button(outing: OutingView, reader: Localizer) -> Component:
    """Return the button More, which opens the ephemeral menu."""
    return button(reader.t("partners.button.more"), identity("call", "more", outing.outing_id))


def _show(outing: OutingView, reader: Localizer) -> Component:
    return button(reader.t("partners.button.show"), identity("call", "show", outing.outing_id), ButtonStyle.primary)
