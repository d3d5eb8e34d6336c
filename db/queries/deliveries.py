"""Messages on their way, and what is to come. Nothing here commits.

Claims take rows that nobody else holds: PostgreSQL skips locked ones, SQLite's writers come one after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.delivery import Priority
from db.dialect import upsert
from db.models import Delivery, Due, Guild, Outing, User
from db.queries.due import one_of

HOLDING_TRIES = 5
"""A message that failed so often no longer holds back later ones to the same destination: about a minute."""

SPARE = 80
"""Candidates looked at beyond those wanted, since other processes' messages on their way hold back so many at most."""

Values = dict[str, Any]


# -- writing them ------------------------------------------------------------------------------------------------


async def insert_deliveries(session: AsyncSession, rows: Sequence[Values], *, again: bool) -> None:
    """Write messages to be sent; one of the same key is left alone, or with `again` is to be drawn once more.

    One that is being drawn at this moment stays leased: whoever draws it sees by its version that it was late.
    """
    statement = upsert(session, Delivery)
    key = ["kind", "occurrence", "destination", "user_id", "channel_id"]
    if again:
        leased = Delivery.state == "leased"
        new = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=key,
            set_={
                "priority": new["priority"],
                "payload": new["payload"],
                "due_at": new["due_at"],
                "message_id": func.coalesce(new["message_id"], Delivery.message_id),
                "version": Delivery.version + 1,
                "state": case((leased, "leased"), else_="waiting"),
                "next_try_at": case((leased, Delivery.next_try_at), else_=new["next_try_at"]),
                "attempts": 0,
            },
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    await session.execute(statement, [{**row, "state": "waiting", "attempts": 0, "version": 0} for row in rows])


# -- messages ----------------------------------------------------------------------------------------------------


async def claim(
    session: AsyncSession,
    kinds: Collection[str],
    now: datetime,
    until: datetime,
    most: int,
    in_hand: Mapping[int, tuple[str, int]],
) -> Sequence[tuple[Delivery, int | None, datetime | None]]:
    """Lease messages that may be sent now, in order; each with the person's channel, and since when it is closed.

    A message waits for an earlier one to the same person or channel that is on its way, or that is being tried again
    and no less urgent.

    Args:
        session: a transaction of its own.
        kinds: those that are claimed.
        now: what may be sent now is claimed.
        until: the end of the lease.
        most: how many at most.
        in_hand: the ids of messages that the caller has in hand, and where they go ("dm" and the person, "channel").
    """
    rows: list[Delivery] = []
    while not rows:
        candidates = await _candidates(session, kinds, now, most + SPARE, in_hand)
        rows, put_off = _unheld(candidates, await _holding(session, candidates, now))
        for delivery_id, held_until in put_off.items():
            await session.execute(
                update(Delivery)
                .where(Delivery.delivery_id == delivery_id)
                .values(next_try_at=held_until)
                .execution_options(synchronize_session=False)
            )
        if not put_off:
            break
    rows = rows[:most]
    if not rows:
        return []
    await session.execute(
        update(Delivery)
        .where(Delivery.delivery_id.in_([row.delivery_id for row in rows]))
        .values(state="leased", next_try_at=until)
        .execution_options(synchronize_session=False)
    )
    people = await session.execute(
        select(User.user_id, User.dm_channel_id, User.dm_closed_at).where(
            User.user_id.in_({row.user_id for row in rows if row.destination == "dm"})
        )
    )
    known = {user_id: (channel_id, closed_at) for user_id, channel_id, closed_at in people}
    return [(row, *known.get(row.user_id, (None, None))) for row in rows]


async def _candidates(
    session: AsyncSession, kinds: Collection[str], now: datetime, most: int, in_hand: Mapping[int, tuple[str, int]]
) -> Sequence[Delivery]:
    """The first messages that may be sent now as far as they themselves go."""
    busy = {kind: {number for what, number in in_hand.values() if what == kind} for kind in ("dm", "channel")}
    rows = await session.scalars(
        select(Delivery)
        .where(
            Delivery.state.in_(["waiting", "leased"]),
            Delivery.next_try_at <= now,
            one_of(Delivery.kind, kinds),
            Delivery.delivery_id.not_in(in_hand),
            or_(Delivery.destination != "dm", Delivery.user_id.not_in(busy["dm"])),
            or_(Delivery.destination != "channel", Delivery.channel_id.not_in(busy["channel"])),
        )
        .order_by(Delivery.priority, Delivery.due_at, Delivery.delivery_id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return rows.all()


class _Holding(NamedTuple):
    """A message that may hold back later ones."""

    delivery_id: int
    priority: int
    state: str
    next_try_at: datetime


def _goes_to(destination: str, user_id: int, channel_id: int) -> tuple[str, int]:
    return destination, user_id if destination == "dm" else channel_id


async def _holding(
    session: AsyncSession, candidates: Sequence[Delivery], now: datetime
) -> dict[tuple[str, int], list[_Holding]]:
    """Messages that may hold back one of the candidates, by where they go."""
    if not candidates:
        return {}
    columns = (
        Delivery.delivery_id, Delivery.destination, Delivery.user_id, Delivery.channel_id, Delivery.priority,
        Delivery.state, Delivery.next_try_at,
    )  # fmt: skip
    rows = await session.execute(
        select(*columns).where(
            Delivery.state.in_(["waiting", "leased"]),
            Delivery.next_try_at > now,
            Delivery.destination != "card",
            or_(Delivery.state == "leased", Delivery.attempts.between(1, HOLDING_TRIES)),
            or_(
                and_(Delivery.destination == "dm", Delivery.user_id.in_({row.user_id for row in candidates})),
                and_(
                    Delivery.destination == "channel", Delivery.channel_id.in_({row.channel_id for row in candidates})
                ),
            ),
        )
    )
    found: dict[tuple[str, int], list[_Holding]] = {}
    for row in rows:
        one = _Holding(row.delivery_id, row.priority, row.state, row.next_try_at)
        found.setdefault(_goes_to(row.destination, row.user_id, row.channel_id), []).append(one)
    return found


def _unheld(
    candidates: Sequence[Delivery], holding: Mapping[tuple[str, int], Sequence[_Holding]]
) -> tuple[list[Delivery], dict[int, datetime]]:
    """The candidates that nothing holds back, and until when those wait that something being tried again does.

    What somebody else has on its way is waited for without being put off: it may be sent any moment.
    """
    free: list[Delivery] = []
    put_off: dict[int, datetime] = {}
    for row in candidates:
        before = [
            one
            for one in holding.get(_goes_to(row.destination, row.user_id, row.channel_id), ())
            if one.delivery_id < row.delivery_id and one.priority <= row.priority
        ]
        if not before:
            free.append(row)
        elif all(one.state == "waiting" for one in before):
            put_off[row.delivery_id] = max(one.next_try_at for one in before)
    return free, put_off


async def settle(
    session: AsyncSession,
    delivery_id: int,
    until: datetime,
    version: int,
    now: datetime,
    state: str,
    next_try_at: datetime | None = None,
    **values: object,
) -> bool:
    """Write what became of a message leased `until`; False when the lease is another's by now.

    A card marked meanwhile to be drawn again (its version is another) waits to be, whatever became of it.
    """
    again = Delivery.version != version
    changed = await session.scalar(
        update(Delivery)
        .where(Delivery.delivery_id == delivery_id, Delivery.state == "leased", Delivery.next_try_at == until)
        .values(
            state=case((again, "waiting"), else_=state),
            next_try_at=case((again, now), else_=next_try_at or now),
            **values,
        )
        .returning(Delivery.delivery_id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None


async def give_back(session: AsyncSession, delivery_ids: Collection[int], until: datetime, now: datetime) -> None:
    """End leases early: whoever comes next may send these."""
    await session.execute(
        update(Delivery)
        .where(Delivery.delivery_id.in_(delivery_ids), Delivery.state == "leased", Delivery.next_try_at == until)
        .values(state="waiting", next_try_at=now)
        .execution_options(synchronize_session=False)
    )


async def delivery(session: AsyncSession, delivery_id: int) -> Delivery | None:
    """One message."""
    found: Delivery | None = await session.get(Delivery, delivery_id)
    return found


async def set_direct(session: AsyncSession, user_id: int, **values: object) -> None:
    """Write a person's direct channel, or that it is closed."""
    await session.execute(update(User).where(User.user_id == user_id).values(**values))


async def partners_channel(session: AsyncSession, guild_id: int) -> int | None:
    """The channel where a club looks for partners."""
    found: int | None = await session.scalar(select(Guild.partners_channel_id).where(Guild.guild_id == guild_id))
    return found


async def outing_channel(session: AsyncSession, outing_id: int) -> int | None:
    """The channel of an outing's card."""
    found: int | None = await session.scalar(select(Outing.channel_id).where(Outing.outing_id == outing_id))
    return found


# -- what is to come ---------------------------------------------------------------------------------------------


async def outlook(
    session: AsyncSession, fired: Collection[str], drawn: Collection[str], now: datetime, except_ids: Collection[int]
) -> tuple[bool, bool, datetime | None]:
    """Whether anything is due, whether anything may be sent, and the earliest instant after `now` of either."""
    classes = [
        select(Due.fire_at).where(Due.priority == priority, one_of(Due.kind, fired)).order_by(Due.fire_at).limit(1)
        for priority in Priority
    ]
    unsent = select(func.min(Delivery.next_try_at)).where(
        Delivery.state.in_(["waiting", "leased"]),
        one_of(Delivery.kind, drawn),
        Delivery.delivery_id.not_in(except_ids),
    )
    moments = [
        unsent.where(Delivery.next_try_at <= now).scalar_subquery(),
        unsent.where(Delivery.next_try_at > now).scalar_subquery(),
        *(due.where(Due.fire_at <= now).scalar_subquery() for due in classes),
        *(due.where(Due.fire_at > now).scalar_subquery() for due in classes),
    ]
    send_at, send_later, *rest = (await session.execute(select(*moments))).one()
    due_now, later = rest[: len(classes)], [send_later, *rest[len(classes) :]]
    return any(due_now), send_at is not None, min((at for at in later if at is not None), default=None)


async def orphans(session: AsyncSession, fired: Collection[str], drawn: Collection[str], now: datetime) -> set[str]:
    """Kinds that are due or wait to be sent and that nobody declares."""
    due = select(Due.kind + "").where(Due.fire_at <= now, ~one_of(Due.kind, fired)).distinct()
    waiting = select(Delivery.kind + "").where(
        Delivery.state.in_(["waiting", "leased"]), Delivery.next_try_at <= now, ~one_of(Delivery.kind, drawn)
    )
    return {*(await session.scalars(due)), *(await session.scalars(waiting.distinct()))}
