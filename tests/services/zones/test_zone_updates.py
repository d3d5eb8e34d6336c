"""Changed time zone data moves jobs planned by wall time, once and without notifying members."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import tzdata
from sqlalchemy import select, update

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.schedule import In, Once, Weekly, _instants
from bot.services.rounds import rounds
from bot.services.zones import zone_updates
from bot.zone_data import use_newest
from db.engine import Database
from db.models import Delivery, Due, Guild, User
from tests.builders.outings import Town
from tests.builders.reminders import ADA, CLUB, NOW, Reminded

PACKAGE = Path(tzdata.__file__).parent / "zoneinfo"
OLD, NEW = "2099a", tzdata.IANA_VERSION


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    use()


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Zone data in which Berlin has Tokyo's offset."""
    (tmp_path / "zones" / "Europe").mkdir(parents=True)
    (tmp_path / "zones" / "Europe" / "Berlin").write_bytes((PACKAGE / "Asia" / "Tokyo").read_bytes())
    (tmp_path / "zones" / "tzdata.zi").write_text(f"# version {OLD}\n")
    return tmp_path / "zones"


def use(machine: Path | None = None) -> None:
    """Clear the caches and use this machine's data, or the shipped data."""
    _instants.cache_clear()
    if machine is None:
        use_newest()
    else:
        use_newest((str(machine),))


async def due(database: Database, *kinds: str) -> dict[tuple[str, str], datetime]:
    async with database.read() as session:
        rows = await session.execute(select(Due.kind, Due.occurrence, Due.fire_at).where(Due.kind.in_(kinds)))
        return {(kind, occurrence): at for kind, occurrence, at in rows}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


async def test_what_is_planned_moves_with_its_wall_time_once(
    database: Database, machine: Path, caplog: pytest.LogCaptureFixture
) -> None:
    use(machine)
    assert await zone_updates.follow(database, OLD, NOW) == 0, "at the first start nothing is known to have changed"
    town, club = Town(database), Reminded(database)
    for user_id in (ADA, 12):
        await club.person(user_id, zone="Europe/Berlin")
    outing = await town.agreed(at=at(20, 9))  # 18:00 by the old data
    series = await club.ask(Weekly(1, (5,), (time(18),), date(2026, 11, 16)))
    once = await club.ask(Once(date(2026, 11, 21), time(7, 30)))
    soon = await club.ask(In(NOW + timedelta(minutes=20)))
    before = await due(database, "remind", "outing.hour", "outing.start", StoredKind.OUTING_EVENING)
    assert before["remind", str(series.reminder_id)] == at(21, 9)
    assert before[StoredKind.OUTING_EVENING, f"{outing.outing_id}:{ADA}"] == at(19, 9)

    use()
    with caplog.at_level(logging.INFO, logger="bot.services.zones.zone_updates"):
        assert await zone_updates.follow(database, NEW, NOW) == 1
    after = await due(database, "remind", "outing.hour", "outing.start", StoredKind.OUTING_EVENING)
    assert (await town.again(outing)).starts_at == at(20, 17)
    assert after["outing.start", str(outing.outing_id)] == at(20, 17)
    assert after["outing.hour", str(outing.outing_id)] == at(20, 16)
    assert after[StoredKind.OUTING_EVENING, f"{outing.outing_id}:{ADA}"] == at(19, 17)
    assert after["remind", str(series.reminder_id)] == at(21, 17)
    assert after["remind", str(once.reminder_id)] == at(21, 6, 30)
    assert after["remind", str(soon.reminder_id)] == NOW + timedelta(minutes=20), "a length of time has no wall"
    assert set(after) == set(before)
    assert f"time zone data {NEW} instead of {OLD}: 1 zones differ" in caplog.text

    async with database.read() as session:
        told = set(await session.scalars(select(Delivery.kind).where(Delivery.due_at >= NOW)))
    assert not [kind for kind in told if "zone" in kind]
    assert await zone_updates.follow(database, NEW, NOW) == 0
    assert await due(database, "remind", "outing.hour", "outing.start", StoredKind.OUTING_EVENING) == after
    assert (await town.again(outing)).starts_at == at(20, 17)


async def test_what_is_late_already_stays_due(database: Database, machine: Path) -> None:
    use(machine)
    await zone_updates.follow(database, OLD, NOW)
    club = Reminded(database)
    await club.person(ADA, zone="Europe/Berlin")
    once = await club.ask(Once(date(2026, 11, 18), time(22)))
    key = ("remind", str(once.reminder_id))
    assert (await due(database, "remind"))[key] == at(18, 13)
    use()
    await zone_updates.follow(database, NEW, at(18, 14))  # the bot was down when it was due
    assert (await due(database, "remind"))[key] == at(18, 13)


async def test_other_zones_and_the_same_data_move_nothing(database: Database, machine: Path) -> None:
    use(machine)
    await zone_updates.follow(database, OLD, NOW)
    club = Reminded(database)
    await club.person(ADA, zone="America/New_York")
    await club.ask(Once(date(2026, 11, 21), time(7, 30)))
    before = await due(database, "remind")
    use()
    assert await zone_updates.follow(database, NEW, NOW) == 1
    assert await due(database, "remind") == before
    assert await zone_updates.follow(database, "2099z", NOW) == 0


async def test_clubs_and_nudges_look_at_their_hours_anew(database: Database, machine: Path) -> None:
    use(machine)
    await zone_updates.follow(database, OLD, NOW)
    club = Reminded(database)
    await club.person(ADA)
    async with database.write() as session:
        values = {"zone": "Europe/Berlin", "round_on": True}
        await session.execute(update(Guild).where(Guild.guild_id == CLUB).values(**values))
        session.add(
            Due(
                kind=StoredKind.NUDGE_TICK,
                occurrence="toy",
                priority=2,
                fire_at=NOW + timedelta(days=1),
                meant_at=NOW,
                payload={},
            )
        )
        guild = await session.get_one(Guild, CLUB)
        await rounds.plan_round(session, guild, NOW)
    (before,) = (await due(database, StoredKind.ROUND_NOTICE)).values()
    use()
    await zone_updates.follow(database, NEW, NOW)
    (after,) = (await due(database, StoredKind.ROUND_NOTICE)).values()
    assert (before, after) == (at(25, 9), at(18, 17)), "at 18:00 both, which is still to come today"
    assert (await due(database, StoredKind.NUDGE_TICK))[StoredKind.NUDGE_TICK, "toy"] <= NOW
    async with database.read() as session:
        assert await session.scalar(select(User.zone).where(User.user_id == ADA)) is None
