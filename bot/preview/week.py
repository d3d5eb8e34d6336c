"""The cards of #runs, posted at every start because messages are not kept: the club's last week, and "Log a run"."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.app import App
from bot.preview.club import CHANNEL_IDS, GUILD_ID
from bot.preview.live import LiveEnv
from bot.services.members import people
from bot.services.runs import runs
from cogs.runs.run_card_view import public_card
from cogs.runs.runs_channel_view import runs_channel_card


async def post_week(app: App, client: discord.Client, env: LiveEnv, run_ids: Sequence[int]) -> None:
    """Post the public cards of some runs in #runs, each dated to the end of its run, so that its buttons work.

    Below them stands the card whose buttons log a run.
    """
    reader = await people.reader_for(app.database, None, GUILD_ID)
    channel_id = CHANNEL_IDS["runs"]
    for run_id in run_ids:
        view = await runs.run_for_card(app.database, run_id)
        if view is None or not view.public:
            continue
        with env._bot_scope():
            message = await client.get_partial_messageable(channel_id).send(view=public_card(view, reader))
        ended = view.content.started_at.timestamp() + view.content.duration_ms / 1000
        env.date(channel_id, message.id, ended)
        await runs.keep_card(app.database, run_id, channel_id, message.id)
    with env._bot_scope():
        await client.get_partial_messageable(channel_id).send(view=runs_channel_card(reader))
