"""The choices of commands begin with a capital, in every language, though texts name them in lower case."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.interactions.tree import CHOICE_NAME, CatalogueTranslator
from bot.languages import LANGUAGES
from cogs.boards.leaderboard import AMONG, METRICS
from cogs.members.settings import WHYS
from cogs.partners.partners import ROLES, WHO
from cogs.runs.run_options import DIRECTIONS, SURFACES, TOLD_DIRECTIONS
from cogs.runs.runs import PERIODS

CHOICES: list[app_commands.Choice[Any]] = [
    *DIRECTIONS, *TOLD_DIRECTIONS, *SURFACES, *PERIODS, *METRICS, *AMONG, *ROLES, *WHO, *WHYS,
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_choice_begins_with_a_capital(language: str) -> None:
    locale = next(one for one in discord.Locale if one.value.partition("-")[0] == language)
    context: Any = SimpleNamespace(location=CHOICE_NAME)
    for choice in CHOICES:
        text = choice._locale_name
        assert text is not None
        shown = await CatalogueTranslator().translate(text, locale, context) or text.message
        assert not shown[0].islower(), shown
