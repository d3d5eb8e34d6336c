"""Progress of challenges through the services: exact after every change of runs and people, and in one statement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.boards.metrics import BoardDirection, Metric
from bot.domain.challenges.challenge_rules import (
    LATE_LOGS,
    ChallengeGoal,
    ChallengeKind,
    ChallengePhase,
    ChallengeTerms,
)
from bot.domain.limits import CHALLENGES_OPEN
from bot.domain.runs.runs import Direction, Sharing, Stretch
from bot.domain.when.local_hours import Hour, Struck
from bot.errors import BadInput, Conflict, NotAllowed, NotFound
from bot.services.challenges import challenge_cards, challenge_changes, challenge_nudges, challenges
from bot.services.challenges import challenge_team_changes as teams
from bot.services.challenges.challenge_progress import ChallengeProgress, progress
from bot.services.nudges.nudging import NudgeTarget
from db.engine import Database
from db.models import Challenge, ChallengePlace, Run
from tests.builders.projections import ALICE, BACK, BOB, CAROL, CLUB, NOW, OTHER_CLUB, TODAY, TOO_FAST, Town
from tests.builders.statements import RecordedStatements

DAY = timedelta(days=1)
GOAL = ChallengeTerms(
    ChallengeKind.GOAL, BoardDirection.BACKWARD, ChallengeGoal(Metric.DISTANCE, 20_000), TODAY - 9 * DAY, TODAY + DAY
)


async def posted(town: Town, terms: ChallengeTerms = GOAL, *who: int) -> int:
    for user_id in (ALICE, BOB, CAROL):
        await town.meet(user_id)
    view = await challenge_changes.draft(town.database, CLUB, ALICE, "Spring", terms, "UTC", NOW)
    await challenge_changes.publish(town.database, view.challenge_id, CLUB, 40, NOW)
    for user_id in who:
        await challenge_changes.join(town.database, view.challenge_id, CLUB, user_id, NOW)
    return view.challenge_id


async def stands(
    town: Town, challenge_id: int, viewer: int = ALICE, after: timedelta = timedelta()
) -> ChallengeProgress:
    return await progress(town.database, challenge_id, CLUB, viewer, NOW + after)


async def test_every_change_of_a_run_moves_progress_at_once(database: Database) -> None:
    town = Town(database)
    before = await town.log(ALICE, town.content(BACK, on=TODAY - DAY))
    challenge_id = await posted(town, GOAL, ALICE, BOB)
    assert (await stands(town, challenge_id)).total == 5000, "from before joining"
    await town.log(ALICE, town.content(BACK, on=TODAY - 10 * DAY))
    await town.log(ALICE, town.content(BACK, sharing=Sharing.ME))
    await town.log(ALICE, town.content(BACK), OTHER_CLUB)
    await town.log(CAROL, town.content(BACK))
    assert (await stands(town, challenge_id)).total == 5000, "not its days, private, another club, not in"
    await town.edit(before, ALICE, town.content(replace(BACK, distance_m=4000, duration_ms=1_500_000), on=TODAY - DAY))
    assert (await stands(town, challenge_id)).total == 4000
    await town.undo(before, ALICE)
    held = await town.log(BOB, town.content(TOO_FAST))
    assert (await stands(town, challenge_id)).total == 5000
    await town.review(held)
    found = await stands(town, challenge_id)
    assert found.total == 10_000
    assert found.totals[-3:] == (0, 5000, 10_000)
    assert found.own_totals[-1] == 5000
    await town.hide(BOB)
    found = await stands(town, challenge_id)
    assert (found.total, [row.user_id for row in found.shown]) == (10_000, [ALICE])
    await town.leave(BOB)
    assert (await stands(town, challenge_id)).total == 5000
    await town.meet(BOB)
    assert (await stands(town, challenge_id)).total == 10_000
    await town.erase(ALICE)
    found = await stands(town, challenge_id)
    assert (found.total, [row.user_id for row in found.rows]) == (5000, [BOB])


async def test_only_runs_from_a_file_count_if_files_are_needed(database: Database) -> None:
    town = Town(database)
    challenge_id = await posted(town, replace(GOAL, files=True), ALICE)
    await town.log(ALICE, town.content(BACK))
    run_id = await town.import_file(ALICE)
    assert run_id is not None
    assert (await stands(town, challenge_id)).total == 0
    await town.tell(run_id, ALICE)
    assert (await stands(town, challenge_id)).total == 5000


async def test_handicap_points_follow_ones_own_form(database: Database) -> None:
    town = Town(database)
    for back, minutes in ((30, 28), (20, 29), (15, 30)):
        await town.log(ALICE, town.content(Stretch(Direction.BACKWARD, 5000, minutes * 60_000), on=TODAY - back * DAY))
    goal = ChallengeGoal(Metric.DISTANCE, listed_m=5000)
    challenge_id = await posted(town, replace(GOAL, kind=ChallengeKind.HANDICAP, goal=goal), ALICE, BOB)
    run_id = await town.log(ALICE, town.content(Stretch(Direction.BACKWARD, 5000, 28 * 60_000)))
    found = await stands(town, challenge_id)
    assert [(row.user_id, row.score.value, row.rank) for row in found.rows] == [(ALICE, 60, 1), (BOB, 0, None)]
    await town.delete(run_id, ALICE)
    assert not (await stands(town, challenge_id)).rows[0].score.scored


async def test_the_result_is_provisional_then_final_with_what_came_late(database: Database) -> None:
    town = Town(database)
    challenge_id = await posted(town, GOAL, ALICE, BOB)
    await town.log(ALICE, town.content(BACK))
    ended_at = (await stands(town, challenge_id)).view.ended_at
    late = await town.log(BOB, town.content(BACK))
    async with database.write() as session:
        (await session.get_one(Run, late)).created_at = ended_at
    over = ended_at - NOW + DAY
    found = await stands(town, challenge_id, after=over)
    assert found.view.phase is ChallengePhase.PROVISIONAL
    assert {row.user_id: row.score.late for row in found.rows} == {ALICE: 0, BOB: 5000}
    for refused in (challenge_changes.join(database, challenge_id, CLUB, CAROL, ended_at),
                    challenge_changes.end(database, challenge_id, CLUB, ended_at)):  # fmt: skip
        with pytest.raises(Conflict, match="over"):
            await refused
    for at in (ended_at, ended_at + LATE_LOGS):
        async with database.write() as session:
            await challenge_cards.finish(session, challenge_id, at)
    final = await stands(town, challenge_id)
    assert final.view.phase is ChallengePhase.FINAL
    assert (final.total, final.late) == (10_000, 5000)
    await town.log(ALICE, town.content(BACK))
    await town.delete(late, BOB)
    assert (await stands(town, challenge_id)).total == 10_000, "final is final"
    await town.erase(BOB)
    assert (await stands(town, challenge_id)).total == 5000, "but for the erased"


async def test_a_challenge_of_another_club_is_not_there(database: Database) -> None:
    town = Town(database)
    challenge_id = await posted(town)
    await town.meet(BOB, OTHER_CLUB)
    for refused in (
        challenge_changes.join(database, challenge_id, OTHER_CLUB, BOB, NOW),
        challenge_changes.leave(database, challenge_id, OTHER_CLUB, BOB, NOW),
        challenge_changes.end(database, challenge_id, OTHER_CLUB, NOW),
        challenge_changes.publish(database, challenge_id, OTHER_CLUB, 41, NOW),
        challenge_changes.post_here(database, challenge_id, OTHER_CLUB, 41, NOW),
        progress(database, challenge_id, OTHER_CLUB, BOB, NOW),
        challenges.chosen(database, OTHER_CLUB, f"#{challenge_id}", NOW),
    ):
        with pytest.raises(NotFound):
            await refused
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(ChallengePlace)) == 0
        assert await session.scalar(select(Challenge.channel_id)) == 40


async def test_a_draft_is_seen_by_nobody_and_replaced_by_the_next(database: Database) -> None:
    town = Town(database)
    await town.meet(ALICE)
    first = await challenge_changes.draft(database, CLUB, ALICE, "One", GOAL, "UTC", NOW)
    with pytest.raises(NotFound):
        await challenge_changes.join(database, first.challenge_id, CLUB, ALICE, NOW)
    assert (await challenges.listed(database, CLUB, 0, NOW)).challenges == ()
    second = await challenge_changes.draft(database, CLUB, ALICE, "Two", GOAL, "UTC", NOW)
    async with database.read() as session:
        assert list(await session.scalars(select(Challenge.name))) == ["Two"]
    with pytest.raises(BadInput, match="past"):
        await challenge_changes.publish(database, second.challenge_id, CLUB, 40, NOW + 9 * DAY)
    with pytest.raises(BadInput, match="name"):
        await challenge_changes.draft(database, CLUB, ALICE, " \u200b ", GOAL, "UTC", NOW)
    for _ in range(CHALLENGES_OPEN):
        await posted(town)
    with pytest.raises(Conflict, match="too_many"):
        await posted(town)


async def test_a_challenge_that_has_not_begun_is_called_off(database: Database) -> None:
    town = Town(database)
    ahead = replace(GOAL, starts_on=TODAY + DAY, ends_on=date(2026, 12, 1))
    challenge_id = await posted(town, ahead, ALICE)
    assert (await stands(town, challenge_id)).view.phase is ChallengePhase.AHEAD
    view = await challenge_changes.end(database, challenge_id, CLUB, NOW)
    assert view.phase is ChallengePhase.CANCELLED


async def test_progress_is_read_in_one_statement_of_index_ranges(database: Database) -> None:
    town = Town(database)
    challenge_id = await posted(town, GOAL, ALICE, BOB)
    for back in range(12):
        await town.log(ALICE, town.content(BACK, on=TODAY - back * DAY))
    with RecordedStatements(database) as statements:
        assert (await stands(town, challenge_id)).total == 50_000
    assert sum("stretches" in statement for statement in statements) == 1
    assert len(statements) <= 4


async def test_teams_are_chosen_drawn_and_led_by_who_came_first(database: Database) -> None:
    town = Town(database)
    await town.log(CAROL, town.content(BACK, on=TODAY - 2 * DAY))
    people = (ALICE, BOB, CAROL, 14)
    await town.meet(14)
    challenge_id = await posted(town, replace(GOAL, teams=2), ALICE)
    with pytest.raises(BadInput, match="too_few"):
        await teams.draw_teams(database, challenge_id, CLUB, NOW)
    for number, user_id in enumerate(people[1:], 1):
        await challenge_changes.join(database, challenge_id, CLUB, user_id, NOW + timedelta(seconds=number))
    first, second = sorted(team.team_id for team in (await stands(town, challenge_id)).teams)
    await teams.choose(database, challenge_id, CLUB, BOB, first, NOW)
    assert await teams.draw_teams(database, challenge_id, CLUB, NOW) == 3
    assert await teams.draw_teams(database, challenge_id, CLUB, NOW) == 0, "nobody is shuffled"
    found = await stands(town, challenge_id)
    by_id = {team.team_id: [one.user_id for one in team.members] for team in found.teams}
    assert BOB in by_id[first]
    assert CAROL in by_id[second], "the strongest goes to the smaller team"
    assert [len(members) for members in by_id.values()] == [2, 2]
    assert found.teams[0].team_id == second
    assert found.teams[0].score is not None
    assert found.teams[0].score.value == 5000
    with pytest.raises(Conflict, match="team_kept"):
        await teams.choose(database, challenge_id, CLUB, BOB, second, NOW)
    with pytest.raises(NotFound):
        await teams.choose(database, challenge_id, CLUB, BOB, 99, NOW)
    captain = by_id[first][0]
    with pytest.raises(NotAllowed):
        await teams.name_team(database, challenge_id, CLUB, by_id[first][1], "Crabs", NOW)
    await teams.name_team(database, challenge_id, CLUB, captain, "Crabs", NOW)
    with pytest.raises(BadInput, match="twice"):
        await teams.name_team(database, challenge_id, CLUB, by_id[second][0], "crabs", NOW)
    await town.erase(captain)
    left = next(team for team in (await stands(town, challenge_id, BOB)).teams if team.team_id == first)
    assert (left.name, left.score) == ("Crabs", None), "a team of one has no score"
    assert left.captain is not None
    assert left.captain.user_id == by_id[first][1]


async def test_the_last_days_are_told_to_those_who_still_miss_something(database: Database) -> None:
    town = Town(database)
    challenge_id = await posted(town, replace(GOAL, ends_on=TODAY + 2 * DAY), ALICE)
    evening = Struck(Hour(17), TODAY, NOW + timedelta(hours=5))
    reached = [NudgeTarget(user_id, CLUB, "UTC", (evening,)) for user_id in (ALICE, BOB)]
    elsewhere = NudgeTarget(ALICE, OTHER_CLUB, "UTC", (evening,))
    early = replace(evening, on=TODAY - DAY)
    async with database.read() as session:
        assert [one.to.id for one in await challenge_nudges.ending_soon(session, reached)] == [ALICE]
        assert not list(await challenge_nudges.ending_soon(session, [elsewhere]))
        assert not list(await challenge_nudges.ending_soon(session, [replace(reached[0], hours=(early,))]))

    async def said(user_id: int) -> ChallengeProgress | None:
        return await challenge_nudges.still_running(database, challenge_id, CLUB, user_id, NOW)

    assert await said(ALICE) is not None
    assert await said(BOB) is None, "not in it"
    for back in range(4):
        await town.log(ALICE, town.content(BACK, on=TODAY - back * DAY))
    assert await said(ALICE) is None, "the club has made it"
