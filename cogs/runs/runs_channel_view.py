"""The permanent card of a runs channel: buttons to log a run, to see one's own, and to upload files."""

from __future__ import annotations

from discord import ui

from bot.interactions.components import Form, Pick, button, card, identity, row
from bot.localizer import Localizer
from cogs.runs.log_form import log_button

FILES = 5
"""Files of one upload, as many as `/runs import` takes."""


def runs_channel_card(reader: Localizer) -> ui.LayoutView:
    """Return the card, in the club's language."""
    buttons = [
        log_button(reader),
        button(reader.t("log.card.mine"), identity("runs", "mine")),
        button(reader.t("log.card.upload"), identity("import", "upload")),
    ]
    return card(reader.t("log.card.title"), reader.t("log.card.about"), row(*buttons))


def upload_form(reader: Localizer) -> Form:
    """Return the form that takes files of a watch or app."""
    files: ui.FileUpload[Form] = ui.FileUpload(custom_id="files", min_values=1, max_values=FILES)
    fields = [Pick(reader.t("log.card.files"), files)]
    return Form(reader.t("log.card.upload_title"), identity("import", "uploaded"), fields)
