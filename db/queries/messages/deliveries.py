"""Messages on their way. Nothing here commits.

Claims take rows that nobody else holds: PostgreSQL skips locked ones, SQLite's writers come one after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Row, Select, Table, and_, bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from db.dialect import InsertOnConflict
from db.models import Delivery, User
from db.queries.messages.jobs import one_of

HOLDING_TRIES = 5
"""A message that failed so often no longer holds back later ones to the same destination: about a minute."""

SPARE = 80
"""Candidates looked at beyond those wanted, since other processes' messages on their way hold back so many at most."""

UNSENT = ("waiting", "open", "leased")
"""The states of what is still to be sent; an open one waits as well, and may be joined by others (`fallbacks`)."""

Values = dict[str, Any]


# -- writing them ------------------------------------------------------------------------------------------------


async def insert_deliveries(session: AsyncSession, rows: Sequence[Values], *, again: bool) -> None:
    """Write messages to be sent; one of the same key is left alone, or with `again` is to be drawn once more.

    They wait unless a row says otherwise. One that is being drawn at this moment stays leased: whoever draws it sees by
    its version that it was late.
    """
    statement = (_MARK if again else _INSERT).on(session)
    await session.execute(statement, [{"state": "waiting", "attempts": 0, "version": 0, **row} for row in rows])


def _marked(insert: Any) -> Any:
    new, leased = insert.excluded, Delivery.state == "leased"
    return insert.on_conflict_do_update(
        index_elements=_KEY,
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


_KEY = ["kind", "occurrence", "destination", "user_id", "channel_id"]
_INSERT = InsertOnConflict(Delivery, lambda insert: insert.on_conflict_do_nothing(index_elements=_KEY))
_MARK = InsertOnConflict(Delivery, _marked)


# -- messages ----------------------------------------------------------------------------------------------------

_TABLE = cast(Table, Delivery.__table__)


async def claim(
    session: AsyncSession,
    kinds: Collection[str],
    now: datetime,
    until: datetime,
    most: int,
    in_hand: Mapping[int, tuple[str, int]],
    least: int,
) -> Sequence[tuple[Row[Any], int | None, datetime | None]]:
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
        least: the least urgent class that is claimed.
    """
    free: list[int] = []
    while not free:
        candidates = await _candidates(session, kinds, now, most + SPARE, in_hand, least)
        free, put_off = _unheld(candidates, await _holding(session, candidates, now))
        for delivery_id, held_until in put_off.items():
            await session.execute(
                update(Delivery)
                .where(Delivery.delivery_id == delivery_id)
                .values(next_try_at=held_until)
                .execution_options(synchronize_session=False)
            )
        if not put_off:
            break
    free = free[:most]
    if not free:
        return []
    rows = {row.delivery_id: row for row in await session.execute(_LEASE, {"ids": free, "until": until})}
    people = await session.execute(_DIRECT, {"ids": [row.user_id for row in rows.values() if row.destination == "dm"]})
    known = {user_id: (channel_id, closed_at) for user_id, channel_id, closed_at in people}
    return [(rows[one], *known.get(rows[one].user_id, (None, None))) for one in free]


_LEASE = (
    update(_TABLE)
    .where(_TABLE.c.delivery_id.in_(bindparam("ids", expanding=True)))
    .values(
        state="leased",
        next_try_at=bindparam("until"),
        # Whoever had it before was killed, maybe after it was sent: that counts as a try of what is about safety.
        attempts=_TABLE.c.attempts
        + case((and_(_TABLE.c.state == "leased", _TABLE.c.priority == int(Priority.SAFETY)), 1), else_=0),
    )
    .returning(*_TABLE.c)
)
_DIRECT = select(User.user_id, User.dm_channel_id, User.dm_closed_at).where(
    User.user_id.in_(bindparam("ids", expanding=True))
)


async def _candidates(
    session: AsyncSession,
    kinds: Collection[str],
    now: datetime,
    most: int,
    in_hand: Mapping[int, tuple[str, int]],
    least: int,
) -> Sequence[Row[Any]]:
    """The first messages that may be sent now as far as they themselves go: which, how urgent, and where they go."""
    given = {
        "now": now, "most": most, "least": least, "in_hand": list(in_hand),
        "busy_dms": [number for what, number in in_hand.values() if what == "dm"],
        "busy_channels": [number for what, number in in_hand.values() if what == "channel"],
    }  # fmt: skip
    found: Sequence[Row[Any]] = (await session.execute(_candidates_of(frozenset(kinds)), given)).all()
    return found


@lru_cache(maxsize=16)
def _candidates_of(kinds: frozenset[str]) -> Select[*tuple[Any, ...]]:
    return (
        select(Delivery.delivery_id, Delivery.priority, Delivery.destination, Delivery.user_id, Delivery.channel_id)
        .where(
            Delivery.state.in_(UNSENT),
            Delivery.next_try_at <= bindparam("now"),
            Delivery.priority <= bindparam("least"),
            one_of(Delivery.kind, kinds),
            Delivery.delivery_id.not_in(bindparam("in_hand", expanding=True)),
            or_(Delivery.destination != "dm", Delivery.user_id.not_in(bindparam("busy_dms", expanding=True))),
            or_(
                Delivery.destination != "channel",
                Delivery.channel_id.not_in(bindparam("busy_channels", expanding=True)),
            ),
        )
        .order_by(Delivery.priority, Delivery.due_at, Delivery.delivery_id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


class _Holding(NamedTuple):
    """A message that may hold back later ones."""

    delivery_id: int
    priority: int
    state: str
    next_try_at: datetime


def _goes_to(destination: str, user_id: int, channel_id: int) -> tuple[str, int]:
    return destination, user_id if destination == "dm" else channel_id


async def _holding(
    session: AsyncSession, candidates: Sequence[Row[Any]], now: datetime
) -> dict[tuple[str, int], list[_Holding]]:
    """Messages that may hold back one of the candidates, by where they go."""
    if not candidates:
        return {}
    given = {
        "now": now,
        "user_ids": list({row.user_id for row in candidates if row.destination == "dm"}),
        "channel_ids": list({row.channel_id for row in candidates if row.destination == "channel"}),
    }
    rows = await session.execute(_HOLDING, given)
    found: dict[tuple[str, int], list[_Holding]] = {}
    for row in rows:
        one = _Holding(row.delivery_id, row.priority, row.state, row.next_try_at)
        found.setdefault(_goes_to(row.destination, row.user_id, row.channel_id), []).append(one)
    return found


_HOLDING = select(
    Delivery.delivery_id, Delivery.destination, Delivery.user_id, Delivery.channel_id, Delivery.priority,
    Delivery.state, Delivery.next_try_at,
).where(
    Delivery.state.in_(UNSENT),
    Delivery.next_try_at > bindparam("now"),
    or_(Delivery.state == "leased", Delivery.attempts.between(1, HOLDING_TRIES)),
    or_(
        and_(Delivery.destination == "dm", Delivery.user_id.in_(bindparam("user_ids", expanding=True))),
        and_(Delivery.destination == "channel", Delivery.channel_id.in_(bindparam("channel_ids", expanding=True))),
    ),
)  # fmt: skip


def _unheld(
    candidates: Sequence[Row[Any]], holding: Mapping[tuple[str, int], Sequence[_Holding]]
) -> tuple[list[int], dict[int, datetime]]:
    """The ids of the candidates that nothing holds back, and until when those wait that what is tried again does.

    What somebody else has on its way is waited for without being put off: it may be sent any moment.
    """
    free: list[int] = []
    put_off: dict[int, datetime] = {}
    for row in candidates:
        before = [
            one
            for one in holding.get(_goes_to(row.destination, row.user_id, row.channel_id), ())
            if one.delivery_id < row.delivery_id and one.priority <= row.priority
        ]
        if not before:
            free.append(row.delivery_id)
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
    given = {
        "of": delivery_id, "until": until, "drawn": version, "now": now, "becomes": state, "then": next_try_at or now,
        **{f"new_{name}": value for name, value in values.items()},
    }  # fmt: skip
    return await session.scalar(_settle(frozenset(values)), given) is not None


@lru_cache(maxsize=16)
def _settle(values: frozenset[str]) -> Any:
    """Made once for each set of further columns: it is executed for every message."""
    again = _TABLE.c.version != bindparam("drawn")
    return (
        update(_TABLE)
        .where(
            _TABLE.c.delivery_id == bindparam("of"), _TABLE.c.state == "leased",
            _TABLE.c.next_try_at == bindparam("until"),
        )
        .values(
            state=case((again, "waiting"), else_=bindparam("becomes", type_=_TABLE.c.state.type)),
            next_try_at=case((again, bindparam("now", type_=_INSTANT)), else_=bindparam("then", type_=_INSTANT)),
            **{name: bindparam(f"new_{name}", type_=_TABLE.c[name].type) for name in values},
        )
        .returning(_TABLE.c.delivery_id)
    )  # fmt: skip


_INSTANT = _TABLE.c.next_try_at.type


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
