"""Every run projection equals its rebuild after any change; a new one needs only an entry in `PROJECTIONS`."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.run_facts import Facts, MemberKey
from bot.domain.runs.runs import Direction, Extra, Sharing, Stretch
from bot.errors import MemberError
from bot.services.clubs import memberships
from bot.services.privacy import gone_clubs
from bot.services.projections import run_projections
from bot.services.projections.run_projections import Projection
from bot.services.rounds import round_draws
from db.engine import Database
from db.models import Guild
from tests.builders.projections import (
    AHEAD,
    ALICE,
    BACK,
    BOB,
    CAROL,
    CLUB,
    CLUBS,
    NOW,
    OTHER_CLUB,
    PEOPLE,
    TALLIES,
    TODAY,
    TOO_FAST,
    Tally,
    Town,
    create_tallies,
    rebuilt_rows,
    rows_of,
)  # fmt: skip

# ── a new projection ──

Path_ = tuple[str, Callable[[Town], Awaitable[object]], Callable[[Town, Any], Awaitable[object]]]
"""(name, setup, change); the change receives the result of the setup."""


async def _nothing(town: Town) -> None:
    for user_id in PEOPLE:
        await town.meet(user_id)


async def _a_run(town: Town) -> int:
    await _nothing(town)
    return await town.log(ALICE, town.content(spotter_id=BOB))


async def _a_credited_run(town: Town) -> int:
    run_id = await _a_run(town)
    await town.answer(run_id, BOB)
    return run_id


async def _two_runs(town: Town) -> None:
    for _ in range(2):
        await _a_credited_run(town)


async def _a_deleted_run(town: Town) -> int:
    run_id = await _a_credited_run(town)
    await town.delete(run_id, ALICE)
    return run_id


async def _an_import(town: Town) -> int | None:
    await _nothing(town)
    return await town.import_file(ALICE)


async def _a_table(town: Town) -> int:
    await _nothing(town)
    return await town.import_table(ALICE)


async def _a_held_run(town: Town) -> int:
    await _nothing(town)
    return await town.log(ALICE, town.content(TOO_FAST))


async def _an_agreed_run(town: Town) -> int:
    run_id = await _a_held_run(town)
    await town.review(run_id)
    return run_id


async def _hidden(town: Town) -> None:
    await _a_run(town)
    await town.hide(ALICE)


async def _left(town: Town) -> None:
    await _a_run(town)
    await town.leave(ALICE)


PATHS: tuple[Path_, ...] = (
    ("log", _nothing, lambda town, _: town.log(ALICE, town.content())),
    ("log in no club", _nothing, lambda town, _: town.log(ALICE, town.content(), None)),
    ("log from an outing", _nothing, lambda town, _: town.log_outing(ALICE, town.content())),
    ("edit", _a_run, lambda town, run: town.edit(run, ALICE, town.content(AHEAD))),
    ("edit of a credited run", _a_credited_run, lambda town, run: town.edit(run, ALICE, town.content(AHEAD))),
    ("move to another day", _a_run, lambda town, run: town.edit(run, ALICE, town.content(on=date(2025, 1, 1)))),
    ("delete", _a_credited_run, lambda town, run: town.delete(run, ALICE)),
    ("undo of a log", _a_run, lambda town, run: town.undo(run, ALICE)),
    ("undo of a delete", _a_deleted_run, lambda town, run: town.undo(run, ALICE)),
    ("import", _nothing, lambda town, _: town.import_file(ALICE)),
    ("directions told", _an_import, lambda town, run: town.tell(run, ALICE)),
    ("directions told by lap", _an_import, lambda town, run: town.tell(run, ALICE, Direction.UNTOLD)),
    ("table", _nothing, lambda town, _: town.import_table(ALICE)),
    ("directions of a table told", _a_table, lambda town, table: town.tell_table(table, ALICE)),
    ("table taken back", _a_table, lambda town, table: town.undo_table(table, ALICE)),
    ("spotter agrees", _a_run, lambda town, run: town.answer(run, BOB)),
    ("spotter declines", _a_credited_run, lambda town, run: town.answer(run, BOB, agreed=False)),
    ("organiser agrees", _a_held_run, lambda town, run: town.review(run)),
    ("edit of an agreed run", _an_agreed_run, lambda town, run: town.edit(run, ALICE, town.content(TOO_FAST, AHEAD))),
    ("member hides", _a_run, lambda town, _: town.hide(ALICE)),
    ("member shows", _hidden, lambda town, _: town.hide(ALICE, hidden=False)),
    ("member leaves", _a_run, lambda town, _: town.leave(ALICE)),
    ("member back, confirmed", _left, lambda town, _: memberships.confirm(town.database, CLUB, ALICE, NOW)),
    ("member back, speaks", _left, lambda town, _: town.meet(ALICE)),
    ("found gone at a draw", _a_run, lambda town, _: round_draws.members_left(town.database, CLUB, [ALICE, BOB], NOW)),
    ("erase of the runner", _a_credited_run, lambda town, _: town.erase(ALICE)),
    ("erase of the spotter", _a_credited_run, lambda town, _: town.erase(BOB)),
    ("some of a club forgotten", _two_runs, lambda town, _: town.forget_club()),
)


@pytest.mark.long
@pytest.mark.parametrize(("before", "act"), [path[1:] for path in PATHS], ids=[path[0] for path in PATHS])
async def test_a_projection_that_is_only_listed_is_kept_on_every_path(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    before: Callable[[Town], Awaitable[object]],
    act: Callable[[Town, object], Awaitable[object]],
) -> None:
    told: list[object] = []

    async def listen(session: AsyncSession, before: Facts | None, after: Facts | None) -> None:
        told.append((before, after))
        await TALLIES.apply(session, before, after)

    async def make_afresh(session: AsyncSession, member: MemberKey) -> None:
        told.append(member)
        await TALLIES.rebuild(session, member)

    listed = (*run_projections.PROJECTIONS, Projection(TALLIES.table, listen, make_afresh))
    monkeypatch.setattr(run_projections, "PROJECTIONS", listed)
    monkeypatch.setattr(gone_clubs, "AT_ONCE", 1)
    await create_tallies(database)
    town = Town(database)
    made = await before(town)
    told.clear()
    async with database.read() as session:
        at_first = await rows_of(session, listed)
    await act(town, made)
    async with database.write() as session:
        kept = await rows_of(session, listed)
        assert told
        assert kept == await rebuilt_rows(session, listed, PEOPLE, CLUBS)
    assert kept != at_first


async def test_a_membership_of_a_forgotten_club_goes_with_what_projections_hold_of_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_projections, "PROJECTIONS", (*run_projections.PROJECTIONS, TALLIES))
    await create_tallies(database)
    town = Town(database)
    await _nothing(town)
    async with database.write() as session:  # an inconsistent row without a run
        await session.execute(
            insert(Tally).values(
                user_id=CAROL, guild_id=CLUB, runs=1, with_spotter=0, backward_ms=1, spotted_ms=0, ranked=True
            )
        )
    await town.forget_club()
    async with database.read() as session:
        assert await session.get(Guild, CLUB) is None
        assert (await session.scalars(select(Tally))).all() == []


# ── incremental equals rebuilt, after any sequence of changes ──

people = st.sampled_from(PEOPLE)
clubs = st.sampled_from([CLUB, CLUB, OTHER_CLUB, None])
sharings = st.sampled_from([Sharing.CLUB, Sharing.CLUB, Sharing.ME])
efforts = st.sampled_from([None, 0, 7])
numbers = st.integers(0, 9)
days = st.sampled_from([TODAY - timedelta(days=back) for back in (0, 1, 7, 30, 365)])
stretches = st.lists(
    st.sampled_from([BACK, AHEAD, Stretch(Direction.BACKWARD, None, 600_000), TOO_FAST]), min_size=1, max_size=2
)


class RunMachine(RuleBasedStateMachine):
    """State machine of three people and two clubs, on a real database."""

    template: Path
    reached: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(prefix="run-machine-")
        file = Path(self.folder.name) / "club.db"
        shutil.copyfile(self.template, file)
        self.database = Database.open(f"sqlite+aiosqlite:///{file}")
        self.town = Town(self.database)
        self.runs: list[tuple[int, int, int]] = []
        self.changes = 0

    def do(self, work: Awaitable[Any]) -> Any:
        """Run one change; a `MemberError` is accepted, any other exception fails."""
        try:
            done = self.loop.run_until_complete(work)  # type: ignore[arg-type]
        except MemberError:
            return None
        self.reached.add(getattr(work, "__name__", ""))
        return done

    def _keep(self, run_id: int | None, who: int, spotter_id: int) -> None:
        if run_id is not None:
            self.runs.append((run_id, who, spotter_id))

    def _pick(self, number: int) -> tuple[int, int, int]:
        """Return one of the ten latest runs."""
        return self.runs[-1 - number % len(self.runs)]

    @initialize()
    def everybody_is_there(self) -> None:
        self.do(create_tallies(self.database))
        for user_id in PEOPLE:
            for guild_id in CLUBS:
                self.do(self.town.meet(user_id, guild_id))

    @rule(who=people, spotter_id=people, stretches=stretches, on=days, guild_id=clubs, sharing=sharings, effort=efforts)
    def log(
        self,
        who: int,
        spotter_id: int,
        stretches: list[Stretch],
        on: date,
        guild_id: int | None,
        sharing: Sharing,
        effort: int | None,
    ) -> None:
        spotter = spotter_id if spotter_id != who else None
        extras = frozenset() if effort is None else frozenset({Extra.EFFORT})
        content = self.town.content(
            *stretches, on=on, spotter_id=spotter, sharing=sharing, effort=effort, extras=extras
        )
        self._keep(self.do(self.town.log(who, content, guild_id)), who, spotter_id)

    @rule(who=people, on=days)
    def log_outing(self, who: int, on: date) -> None:
        self._keep(self.do(self.town.log_outing(who, self.town.content(on=on))), who, who)

    @rule(who=people, on=days, guild_id=clubs, direction=st.sampled_from([None, Direction.BACKWARD, Direction.UNTOLD]))
    def import_file(self, who: int, on: date, guild_id: int | None, direction: Direction | None) -> None:
        run_id = self.do(self.town.import_file(who, on, guild_id))
        self._keep(run_id, who, BOB)
        if run_id is not None and direction is not None:
            self.do(self.town.tell(run_id, who, direction))

    @precondition(lambda self: self.runs)
    @rule(number=numbers, spotter_id=people, stretches=stretches, on=days, sharing=sharings)
    def edit(self, number: int, spotter_id: int, stretches: list[Stretch], on: date, sharing: Sharing) -> None:
        run_id, who, _ = self._pick(number)
        spotter = spotter_id if spotter_id != who else None
        content = self.town.content(*stretches, on=on, spotter_id=spotter, sharing=sharing)
        self.do(self.town.edit(run_id, who, content))

    @precondition(lambda self: self.runs)
    @rule(number=numbers)
    def delete(self, number: int) -> None:
        run_id, who, _ = self._pick(number)
        self.do(self.town.delete(run_id, who))

    @precondition(lambda self: self.runs)
    @rule(number=numbers)
    def undo(self, number: int) -> None:
        run_id, who, _ = self._pick(number)
        self.do(self.town.undo(run_id, who))

    @precondition(lambda self: any(who != spotter_id for _, who, spotter_id in self.runs))
    @rule(number=numbers, agreed=st.booleans())
    def answer(self, number: int, agreed: bool) -> None:
        with_spotter = [run for run in self.runs if run[1] != run[2]]
        run_id, _, spotter_id = with_spotter[-1 - number % len(with_spotter)]
        self.do(self.town.answer(run_id, spotter_id, agreed=agreed))

    @precondition(lambda self: self.runs)
    @rule(agree=st.booleans())
    def review(self, agree: bool) -> None:
        for run_id in self.do(self.town.held()) or [self.do(self.town.log(ALICE, self.town.content(TOO_FAST)))]:
            self.do(self.town.review(run_id, agree=agree))

    @rule(
        what=st.sampled_from(["roll", "create", "create", "delete"]),
        ahead=st.sampled_from([0, 1, 2, 29, 30, 60, -1]),
        first=days,
        length=st.sampled_from([0, 6, 6, 40, 40, 400]),
    )
    def change_windows(self, what: str, ahead: int, first: date, length: int) -> None:
        if what == "roll":
            self.do(self.town.roll(ahead))
        elif what == "create":
            self.do(self.town.create_season(first, first + timedelta(days=length)))
        else:
            self.do(self.town.delete_season())

    @rule(who=people, hidden=st.booleans())
    def hide(self, who: int, hidden: bool) -> None:
        self.do(self.town.hide(who, hidden=hidden))

    @rule(who=people)
    def leave(self, who: int) -> None:
        self.do(self.town.leave(who))

    @rule(who=people)
    def come_back(self, who: int) -> None:
        self.do(self.town.meet(who))

    @rule(who=people)
    def erase(self, who: int) -> None:
        self.do(self.town.erase(who))
        self.runs = [run for run in self.runs if run[1] != who]

    @rule()
    def forget_club(self) -> None:
        self.do(self.town.forget_club())

    @invariant()
    def applied_is_rebuilt(self) -> None:
        """Compare after every fourth change: a rebuild of everybody costs three times what a change costs."""
        self.changes += 1
        if self.changes % 4 == 0:
            self.loop.run_until_complete(self._compare())

    async def _compare(self) -> None:
        listed = run_projections.PROJECTIONS
        async with self.database.write() as session:
            kept = await rows_of(session, listed)
            assert kept == await rebuilt_rows(session, listed, PEOPLE, CLUBS)
            await session.rollback()

    def teardown(self) -> None:
        self.loop.run_until_complete(self._compare())
        self.loop.run_until_complete(self.database.close())
        self.loop.close()
        self.folder.cleanup()


@pytest.mark.long
def test_each_listed_projection_is_what_a_rebuild_makes_after_any_changes(
    migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_projections, "PROJECTIONS", (*run_projections.PROJECTIONS, TALLIES))
    monkeypatch.setattr(gone_clubs, "AT_ONCE", 1)
    RunMachine.template = migrated_file
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        RunMachine,
        settings=settings(
            max_examples=12,
            derandomize=True,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # no shrinking: it takes minutes on a real database
        ),
    )
    changes = {"log", "log_outing", "import_file", "tell", "edit", "delete", "undo", "answer", "review", "hide"}
    changes |= {"roll", "create_season", "delete_season"}
    assert RunMachine.reached >= changes | {"leave", "meet", "erase", "forget_club"}
