"""Messages after an outing: the drafted run, and questions to those who did not come or about whom nothing is known."""

from __future__ import annotations

from discord import ButtonStyle, ui
from discord.utils import format_dt

from bot.domain.outings.outing_rules import BEFORE
from bot.domain.runs.runs import Review
from bot.interactions.components import button, classic, identity
from bot.localizer import Localizer, escaped, person_name
from bot.services.outings.outings import OutingView
from bot.services.outings.run_drafts import Draft
from bot.services.runs.runs import RunLine
from cogs.outings.outing_card_view import role_buttons
from cogs.outings.outing_view import still_out_button
from cogs.runs.run_card_view import divided, line


def drafted(draft: Draft, reader: Localizer, *, from_home: bool) -> tuple[str, ui.View]:
    """Return the drafted run with its buttons; `from_home`: it follows a press on Home, which can be undone."""
    content, outing = draft.content, draft.outing
    told = [reader.t("course.draft.words"), draft_line(draft, reader), *divided(content, reader)]
    if content.spotter_name:
        told.append(reader.t("course.draft.spotter", name=person_name(content.spotter_name)))
    if draft.spotted_ms:
        told.append(reader.t("course.draft.spotted", duration_ms=draft.spotted_ms // 1000 * 1000))
    without = outing.distance_m is not None and content.distance_m is None
    how = ("how_time" if without else "how") if draft.measured else "how_planned"
    told.append(reader.t(f"course.draft.{how}"))
    return "\n".join(told), classic(
        button(reader.t("course.button.log"), identity("outing", "log", outing.outing_id), ButtonStyle.success),
        button(reader.t("course.button.edit"), identity("outing", "edit", outing.outing_id)),
        button(reader.t("course.button.throw"), identity("outing", "throw", outing.outing_id)),
        *([still_out_button(outing, reader)] if from_home else []),
    )


def draft_line(draft: Draft, reader: Localizer) -> str:
    """Return the drafted run in one line."""
    content = draft.content
    return line(
        RunLine(
            0, content.ran_on, content.distance_m, content.duration_ms, content.directions, content.sharing, Review.NONE
        ),
        reader,
    )


def happened(outing: OutingView, reader: Localizer, *, absent: bool) -> tuple[str, ui.View]:
    """Return the question "Did it happen?", asked about the recipient alone."""
    key = "course.happened.absent" if absent else "course.happened.nobody"
    words = reader.t(key, place=escaped(outing.place, 80), when=format_dt(outing.starts_at, "f"))
    yes = reader.t("course.button.was_there" if absent else "course.button.yes")
    answers = [
        button(yes, identity("outing", "happened", outing.outing_id, "yes"), ButtonStyle.success),
        button(reader.t("course.button.no"), identity("outing", "happened", outing.outing_id, "no")),
        button(reader.t("course.button.no_show"), identity("outing", "happened", outing.outing_id, "no_show")),
    ]
    return words, classic(*([answers[0], answers[2]] if absent else answers))


def missed(outing: OutingView, user_id: int, reader: Localizer) -> tuple[str, ui.View]:
    """Return the message to a member without whom the others started: coming after all, or not able to?"""
    words = reader.t("course.happened.missed", place=escaped(outing.place, 80), when=format_dt(outing.starts_at, "f"))
    could_not = identity("outing", "happened", outing.outing_id, "no_show")
    found = role_buttons(outing, reader) if outing.state in BEFORE else []
    return words, classic(*found, button(reader.t("course.button.no_show"), could_not))
