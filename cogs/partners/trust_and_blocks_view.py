"""A member's lists of blocked, trusted and muted members, and the answer to a block."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from discord import SelectOption, ui
from discord.utils import format_dt

from bot.domain.partners.tie_kinds import TieKind
from bot.interactions.components import button, card, identity, row, select
from bot.localizer import Localizer, escaped
from bot.services.partners.trust_and_blocks import Blocked, Tied, TiePage
from cogs.outings.outing_card_view import leave_button

SHOWN = 5
"""Maximum number of shared outings in the answer to a block; /partner mine shows all."""


def tie_list(shown: TiePage, kind: TieKind, reader: Localizer) -> ui.LayoutView:
    """Return a page of a member's own list."""
    lines = [reader.t("ties.list.line", name=escaped(tied.name, 60), day=_day(tied, reader)) for tied in shown.ties]
    page, pages = shown.page, shown.pages
    title, intro = reader.t(f"ties.{kind.value}.title"), reader.t(f"ties.{kind.value}.intro")
    parts: list[str | ui.Item[ui.LayoutView]] = [f"{title}\n{intro}"]
    parts.append("\n".join(lines) if lines else reader.t(f"ties.{kind.value}.empty"))
    if pages > 1:
        parts.append(reader.t("ties.list.page", page=page + 1, pages=pages, count=shown.total))
        before, after = (identity("tie", "page", kind.value, to) for to in (max(page - 1, 0), page + 1))
        parts.append(
            row(
                button(reader.t("ties.list.previous"), before, emoji="◀️", disabled=page == 0),
                button(reader.t("ties.list.next"), after, emoji="▶️", disabled=page == pages - 1),
            )
        )
    if kind is TieKind.BLOCK:
        parts.append(
            row(button(reader.t("ties.mute.list"), identity("tie", "page", TieKind.MUTE.value, 0), emoji="🔕"))
        )
    if kind is TieKind.MUTE and lines:
        options = [SelectOption(label=in_words(tied, reader)[:100], value=str(tied.user_id)) for tied in shown.ties]
        parts.append(row(select(identity("ask", "restore"), options, placeholder=reader.t("ties.mute.restore"))))
    return card(*parts)


def blocked_card(name: str, done: Blocked, reader: Localizer) -> ui.LayoutView:
    """Return the answer to a block, with a leave button for each outing that both are in."""
    said = reader.t("ties.block.again" if done.again else "ties.block.done", name=escaped(name, 60))
    parts: list[str | ui.Item[ui.LayoutView]] = [said]
    if done.untrusted:
        parts.append(reader.t("ties.block.untrusted"))
    if done.out:
        parts.append(reader.t("ties.block.out"))
    for outing in done.together[:SHOWN]:
        at = format_dt(outing.starts_at, "F")
        parts.append(reader.t("ties.block.together", place=escaped(outing.place, 80), at=at))
        parts.append(row(leave_button(outing, reader)))
    return card(*parts)


def in_words(tied: Tied, reader: Localizer) -> str:
    """Return a choice such as `Bob · since 18 Nov 2026`. Choices are plain text, so escapes are removed."""
    name = escaped(tied.name, 60).replace("\\", "").replace("\u200b", "")
    return reader.t("ties.list.choice", name=name, day=_day(tied, reader))


def _day(tied: Tied, reader: Localizer) -> str:
    return reader.full_day(tied.since.astimezone(ZoneInfo(reader.zone)).date())
