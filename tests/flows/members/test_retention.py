"""The bot deletes old messages by itself, including every kind of message about outings."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, select

from bot.services.privacy import retention
from bot.services.privacy.retention import AT_ONCE
from db.models import Delivery
from tests.flows.conftest import NOON, Club


async def test_old_messages_are_gone_the_day_after(club: Club) -> None:
    old = NOON - timedelta(days=29, hours=12)
    common = {
        "kind": "nudge.week", "priority": 2, "destination": "dm", "channel_id": 0, "payload": {}, "state": "sent",
        "due_at": old, "created_at": old,
    }  # fmt: skip
    async with club.database.write() as session:
        await session.execute(
            insert(Delivery),
            [{**common, "occurrence": str(n), "user_id": n, "next_try_at": old} for n in range(AT_ONCE + 5)]
            + [{**common, "occurrence": "new", "user_id": 1, "next_try_at": NOON}],
        )
    await club.restart(days=1)
    await club.pass_time(minutes=1)
    async with club.database.read() as session:
        assert (await session.scalars(select(Delivery.occurrence))).all() == ["new"]


async def test_every_kind_that_tells_of_an_outing_is_forgotten(club: Club) -> None:
    kinds = club.env.bot.kinds  # type: ignore[attr-defined]
    told = {name for name, kind in kinds.items() if name.startswith("outing.") and kind.draw is not None}
    assert told - {"outing.card"} == set(retention.ABOUT)
