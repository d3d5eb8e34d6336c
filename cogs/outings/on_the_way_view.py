"""The message to a member who is out: due time, who is alarmed then, and which of their contacts are with them."""

from __future__ import annotations

from discord import ui
from discord.utils import format_dt

from bot.interactions.components import button, identity
from bot.localizer import Localizer, person_name
from bot.services.members.people import Club
from bot.services.outings.outings import OutingView
from bot.services.safety.contact_answers import AlarmedContacts
from cogs.outings.outing_view import below, course_buttons, names_of, number_to_call, without_eyes


def on_the_way(
    outing: OutingView,
    user_id: int,
    reader: Localizer,
    club: Club,
    contacts: AlarmedContacts,
    *,
    agreed_here: bool = False,
    by_others: bool = False,
) -> tuple[str, ui.View]:
    """Return the message to a member who is out, with the buttons they need until they are home.

    Args:
        outing: its current state.
        user_id: the recipient.
        reader: the recipient's localizer.
        club: for its emergency number.
        contacts: the recipient's contacts on this outing.
        agreed_here: the recipient had not confirmed, and does so by being there.
        by_others: somebody else checked the recipient in, who may not be there at all.
    """
    assert outing.due_back_at is not None
    names, back = names_of(outing.out, reader, besides=user_id), format_dt(outing.due_back_at, "t")
    parts = [reader.t(f"course.out.{'words' if names else 'alone'}", names=names, back=back)]
    parts.append(reader.t(f"course.out.{'then' if contacts.told else 'then_alone'}"))
    if user_id in outing.uncovered and not outing.solo:
        parts.append(without_eyes(outing, user_id, reader))
    elif outing.half_at is not None:
        parts.append(reader.t("course.out.swap", half=format_dt(outing.half_at, "t")))
    if agreed_here:
        parts.append(reader.t("course.out.agreed"))
    parts += contacts_along(contacts, reader)
    parts.append(reader.t("course.out.not_emergency", number=number_to_call(club, reader)))
    buttons = course_buttons(outing, user_id, reader)
    if by_others:
        buttons[-1].append(
            button(reader.t("course.button.not_there"), identity("outing", "notthere", outing.outing_id))
        )
    return "\n".join(parts), below(buttons)


def contacts_along(contacts: AlarmedContacts, reader: Localizer) -> list[str]:
    """Return the note that these contacts are on the outing and cannot be alarmed; without others, ask to name one."""
    lines = [reader.t("alerts.contact.along", name=person_name(one.name)) for one in contacts.along]
    return lines if contacts.told or not lines else [*lines, reader.t("alerts.contact.along_only")]
