"""Questions to the spotter that a run names, in the transaction that logs or changes the run."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.runs.runs import RunContent, SpotterState
from bot.services.messages.deliveries import Destination, OutboundMessage
from bot.services.messages.questions import put
from bot.services.runs.runs import RunView

MOST = 10
"""Spotters a member may ask in a day: a coach who logs the runs of a group asks eight."""


async def ask(
    session: AsyncSession, before: RunContent | None, view: RunView, now: datetime, channel_id: int | None = None
) -> RunView:
    """Ask the spotter of a run who has not answered for its current state.

    Args:
        session: database session that wrote the run.
        before: previous content, None for a new run.
        view: current run.
        now: current time.
        channel_id: channel where it was logged, for a fallback notice.

    Returns:
        The run, with `unasked` set if the runner has reached the daily limit.
    """
    spotter_id = _asked(view.content)
    if spotter_id is None or view.deleted or (before is not None and _asked(before) == spotter_id):
        return view
    letter = OutboundMessage(
        StoredKind.SPOTTER_ASK if view.public else StoredKind.SPOTTER_ASK_ALONE,
        f"{view.run_id}:{view.revision}",
        Priority.ASKED,
        Destination.DM,
        due_at=now,
        user_id=spotter_id,
        channel_id=channel_id or 0,
        guild_id=view.guild_id,
        subject_id=view.run_id,
        payload={"about_user_id": view.user_id},
    )
    return view if await put(session, letter, view.user_id, now, most=MOST) else replace(view, unasked=True)


def _asked(content: RunContent) -> int | None:
    return content.spotter_id if content.spotter_state is SpotterState.ASKED else None
