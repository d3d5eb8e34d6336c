"""Random presses and restarts: no backward runner is without a spotter unnoticed, and every outing ends."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import insert, select

from bot.domain.outings.outing_rules import ENDED, OUT, OutingState, Presence, Wish, without_eyes
from bot.domain.runs.runs import Surface
from bot.errors import MemberError
from db.engine import Database
from db.models import Delivery, Tie
from tests.builders.outings import ADA, BEN, CEM, DORA, NOW, START
from tests.builders.safety import MINUTE, Outside

PEOPLE = (ADA, BEN, CEM, DORA)
people = st.sampled_from(PEOPLE)


class OutingMachine(RuleBasedStateMachine):
    """State machine of one call on a road, four members and the clock."""

    template: Path
    starts = 0

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(prefix="outing-machine-")
        self.file = Path(self.folder.name) / "club.db"
        shutil.copyfile(self.template, self.file)
        self.town = Outside(self._open())

    def _open(self) -> Database:
        return Database.open(f"sqlite+aiosqlite:///{self.file}")

    def do(self, work: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(work)  # type: ignore[arg-type]

    def press(self, work: Awaitable[Any]) -> Any:
        """Run a press; a `MemberError` is accepted, any other exception fails."""
        try:
            return self.do(work)
        except MemberError:
            return None

    @initialize(wish=st.sampled_from(list(Wish)), begun=st.booleans())
    def call(self, wish: Wish, begun: bool) -> None:
        self.do(self.town.club_sets(owner_id=500))
        self.outing = self.do(self.town.call(ADA, wish, surface=Surface.ROAD))
        if begun:
            self.join_and_agree(BEN, Wish.BACKWARD if wish is Wish.SPOTTER else Wish.SPOTTER)
            self.be_on_time(BEN)

    @rule(who=people, wish=st.sampled_from(list(Wish)))
    def join(self, who: int, wish: Wish) -> None:
        self.press(self.town.join(who, self.outing, wish))

    @rule(who=people, wish=st.sampled_from(list(Wish)))
    def join_and_agree(self, who: int, wish: Wish) -> None:
        self.press(self.town.join(who, self.outing, wish))
        self.press(self.town.confirm(who, self.outing))

    @rule(who=people)
    def be_on_time(self, who: int) -> None:
        self.do(self.town.until(max(self.town.now, START)))
        self.press(self.town.check_in(who, self.outing, present=PEOPLE))

    @rule(who=people)
    def wait(self, who: int) -> None:
        self.press(self.town.wait(who, self.outing))

    @rule(who=people)
    def take(self, who: int) -> None:
        self.press(self.town.take(who, self.outing))

    @rule(who=people)
    def leave(self, who: int) -> None:
        self.press(self.town.leave(who, self.outing))

    @rule(who=people)
    def confirm(self, who: int) -> None:
        self.press(self.town.confirm(who, self.outing))

    @rule(who=people, present=st.sets(people))
    def check_in(self, who: int, present: set[int]) -> None:
        self.press(self.town.check_in(who, self.outing, present=present))

    @rule(who=people)
    def swap(self, who: int) -> None:
        self.press(self.town.swap(who, self.outing))

    @rule(who=people, minutes=st.sampled_from([15, 30]))
    def extend(self, who: int, minutes: int) -> None:
        self.press(self.town.extend(who, self.outing, minutes))

    @rule(who=people, both=st.booleans())
    def home(self, who: int, both: bool) -> None:
        self.press(self.town.home(who, self.outing, both=both))

    @rule(who=people)
    def still_out(self, who: int) -> None:
        self.press(self.town.still_out(who, self.outing))

    @rule(who=people)
    def not_there(self, who: int) -> None:
        self.press(self.town.not_there(who, self.outing))

    @rule(who=people)
    def there_after_all(self, who: int) -> None:
        self.press(self.town.there(who, self.outing))

    @rule(who=people)
    def ask_for_help(self, who: int) -> None:
        self.press(self.town.help(who, self.outing))

    @rule(who=people)
    def resolve(self, who: int) -> None:
        self.press(self.town.resolve(who, self.outing))

    @rule(who=people, other=people)
    def block(self, who: int, other: int) -> None:
        if who == other:
            return
        self.do(self.town.person(who))
        self.do(self._block(who, other))

    async def _block(self, who: int, other: int) -> None:
        async with self.town.database.write() as session:
            if await session.get(Tie, (who, other, "block")) is None:
                await session.execute(
                    insert(Tie).values(user_id=who, other_id=other, kind="block", other_name="x", since=NOW)
                )

    @rule()
    def the_bot_restarts(self) -> None:
        self.do(self.town.database.close())
        self.town.database = self._open()

    @rule(minutes=st.sampled_from([1, 20, 60, 120]))
    def time_passes(self, minutes: int) -> None:
        self.do(self.town.until(self.town.now + minutes * MINUTE))

    @rule()
    def it_is_time(self) -> None:
        self.do(self.town.until(max(self.town.now, START)))

    @invariant()
    def each_backward_runner_has_eyes(self) -> None:
        """Each backward runner has a spotter or, once out, the outing records the loss and they were told."""
        if not hasattr(self, "outing"):
            return
        outing = self.do(self.town.again(self.outing))
        if outing.state is OutingState.CONFIRMED:
            assert not without_eyes([c.roles for c in outing.inside], outing.backward_per_spotter)
        elif outing.state in OUT:
            assert bool(outing.uncovered) == (outing.eyes_lost_at is not None)
            told = self.do(self._told_without_eyes())
            assert outing.uncovered <= told, "somebody runs backward without eyes and was not told"

    async def _told_without_eyes(self) -> set[int]:
        kinds = ("outing.eyes_lost", "outing.both_home")
        async with self.town.database.read() as session:
            return set(await session.scalars(select(Delivery.user_id).where(Delivery.kind.in_(kinds))))

    @invariant()
    def who_left_is_not_out(self) -> None:
        if hasattr(self, "outing"):
            outing = self.do(self.town.again(self.outing))
            assert all(c.presence is Presence.IN for c in outing.out)
            assert (outing.state in OUT) or not outing.out

    def teardown(self) -> None:
        try:
            if hasattr(self, "outing"):
                out = self.do(self.town.again(self.outing)).state in OUT  # an alarm every 15 minutes while out
                self.do(self.town.until(self.town.now + (timedelta(hours=4) if out else timedelta(days=4))))
                self._nobody_is_forgotten()
        finally:
            self.do(self.town.database.close())
            self.loop.close()
            self.folder.cleanup()

    def _nobody_is_forgotten(self) -> None:
        outing = self.do(self.town.again(self.outing))
        if outing.started_at is not None:
            type(self).starts += 1
            alarmed = self.do(self._alarmed())
            ended = (OutingState.HOME, OutingState.RESOLVED, OutingState.NO_SHOW)
            assert outing.state in ended or (outing.state in OUT and alarmed)
        else:
            assert outing.state in ENDED or outing.state is OutingState.OPEN

    async def _alarmed(self) -> bool:
        async with self.town.database.read() as session:
            found = await session.scalar(select(Delivery.delivery_id).where(Delivery.kind == "alert.organisers"))
        return found is not None


@pytest.mark.long
@pytest.mark.usefixtures("migrated_file")
def test_the_rule_holds_in_every_reachable_state_and_nobody_is_forgotten(migrated_file: Path) -> None:
    OutingMachine.template = migrated_file
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        OutingMachine,
        settings=settings(
            max_examples=10,
            derandomize=True,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # no shrinking: it takes minutes on a real database
        ),
    )
    assert OutingMachine.starts, "no outing ever started: the machine shows nothing"
