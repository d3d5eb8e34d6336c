"""The cards of an outing: the public one, one person's own, the More menu, and the list of one's outings.

The public card has its headline as text, so that a phone's notification shows it, and the rest in an embed, which has
columns. It never contains the exact meeting spot; that of a limited call shows only that somebody looks for a partner.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import discord
from discord import ButtonStyle, Colour, ui

from bot.domain.outings.outing_rules import (
    BEFORE,
    ENDED,
    OUT,
    Audience,
    OutingState,
    Presence,
    Wish,
    completing,
    is_filled,
)
from bot.interactions.components import Component, button, card, classic, identity, row
from bot.localizer import Localizer, person_name
from bot.services.outings.outings import CompanionView, OutingView
from bot.services.outings.waiting_list import free_for
from cogs.outings.call_form_view import again_button
from cogs.outings.outing_lines import (
    about_for,
    distance_line,
    ended_line,
    headline,
    length_line,
    limited_line,
    listed,
    place_lines,
    queue_lines,
    standing_lines,
    without_spotter,
)

COLOUR = Colour(0xF59E0B)
WHOLE_ROWS = 4
"""Maximum number of outings in one message with all their buttons; above it each has More only."""
LISTED = 10
MOST_WORDS = 3500
"""Characters of a list above which outings are shown briefly; a message takes 4,000."""


class FramedCard(NamedTuple):
    """The headline, the framed details and the buttons of a public card."""

    words: str
    details: discord.Embed | None
    view: ui.View | None


def public_card(outing: OutingView, reader: Localizer) -> FramedCard:
    """Return the public card, in the club's language; once it is over what it was, or a single line."""
    limited = outing.audience is not Audience.EVERYONE
    if outing.state is OutingState.HOME and not limited:
        details = _framed(
            [*place_lines(outing, reader), distance_line(outing, reader)], _columns(outing.inside, reader)
        )
        return FramedCard(ended_line(outing, reader), details, classic(again_button(outing, reader)))
    if outing.state in ENDED:
        return FramedCard(ended_line(outing, reader, brief=limited), None, None)
    if limited:
        return FramedCard(limited_line(outing, reader), None, classic(_show(outing, reader)))
    lines = [*place_lines(outing, reader), length_line(outing, reader), *without_spotter(outing, reader)]
    if outing.state in OUT:
        together = [(reader.t("partners.card.out"), listed(outing.inside, reader))]
        details = _framed(lines, together, reader.t("partners.card.under_way"))
        return FramedCard(headline(outing, reader), details, classic(more_button(outing, reader)))
    standing = [*standing_lines(outing, reader), *queue_lines(outing, reader)]
    columns = _columns(outing.inside, reader, missing=outing.state is OutingState.OPEN)
    details = _framed(lines, columns, " · ".join(standing))
    return FramedCard(
        headline(outing, reader), details, classic(*_roles(outing, None, reader), more_button(outing, reader))
    )


def _framed(lines: Sequence[str], columns: Sequence[tuple[str, str]], standing: str = "") -> discord.Embed:
    embed = discord.Embed(colour=COLOUR, description="\n".join(lines))
    for heading, names in columns:
        embed.add_field(name=heading, value=names)
    return embed.set_footer(text=standing or None)


def _columns(companions: Sequence[CompanionView], reader: Localizer, *, missing: bool = False) -> list[tuple[str, str]]:
    """Return heading and names of each role, one a line; `missing`: also of the one that nobody has taken yet."""
    found = []
    swaps = any(c.wish is Wish.SWAP for c in companions)
    for wish in Wish:
        names = [person_name(c.name) for c in companions if c.wish is wish]
        if names or (missing and not swaps and wish is not Wish.SWAP):
            heading = reader.t(f"partners.card.column_{wish.value}")
            found.append((heading, "\n".join(names) or reader.t("partners.card.nobody")))
    return found


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
            parts.append(reader.t("partners.more.waiting", names=listed(outing.waiting[:LISTED], reader)))
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
