"""Boards of other periods and of some members only; the viewer's own row."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.domain.runs.runs import Extra
from bot.services.runs import run_changes
from db.models import Follow, Run
from tests.flows.boards.boards import old_message, on_board, pick, press_old
from tests.flows.conftest import Club, assert_language, text_of

REFUSED = ("bald", "2031", "saison", "1970")


async def in_weeks(club: Club) -> None:
    """Log runs of Alice and Bob in this week and the last one."""
    for actor, now, before in ((club.alice, "5k", "9k"), (club.bob, "6k", "3k")):
        await actor.slash(club.channel, "log", direction="backward", distance=now, pace="6:00", when="today 7am")
        await actor.slash(club.channel, "log", direction="backward", distance=before, pace="6:00", when="7 days ago")


async def test_my_row_has_the_gap_and_the_movement_in_words(club: Club) -> None:
    await in_weeks(club)
    board = text_of(await club.alice.slash(club.channel, "leaderboard", metric="distance"))
    assert "**alice:** 🥈 · **5.00 km** · 1.00 km behind bob · down 1 ▼" in board
    private = await pick(club.bob, await club.alice.slash(club.channel, "leaderboard"), "metric", "distance_backward")
    assert "**You:** 🥇 · **6.00 km** · up 1 ▲" in text_of(private)


@pytest.mark.parametrize(
    ("words", "span", "mine"),
    [
        ("last week", "Week of 9 Nov 2026", "9.00 km"),
        ("letzte Woche", "Week of 9 Nov 2026", "9.00 km"),
        ("november", "November 2026", "14.00 km"),
        ("2026", "2026", "14.00 km"),
        ("Q4", "Q4 2026", "14.00 km"),
        ("last 30 days", "Last 30 days, since 20 Oct 2026", "14.00 km"),
        ("all", "All time", "14.00 km"),
    ],
)
async def test_a_period_in_words(club: Club, words: str, span: str, mine: str) -> None:
    await in_weeks(club)
    board = text_of(await club.alice.slash(club.channel, "leaderboard", metric="distance", period=words))
    assert f"-# Krebsgang · {span}" in board
    assert f"alice__ — **{mine}**" in board


async def test_a_period_that_is_none_or_ahead_is_refused_with_examples(club: Club) -> None:
    unclear = await club.alice.slash(club.channel, "leaderboard", period="soonish")
    assert unclear.ephemeral
    assert "I can't read “soonish” as a period" in text_of(unclear)
    ahead = await club.alice.slash(club.channel, "leaderboard", period="2031")
    assert "hasn't started yet" in text_of(ahead)
    season = await club.alice.slash(club.channel, "leaderboard", period="season")
    assert "no such season" in text_of(season)
    early = await club.alice.slash(club.channel, "leaderboard", period="1970")
    assert "before 1990" in text_of(early)
    await club.speak("de")
    german = [await club.alice.slash(club.channel, "leaderboard", period=words) for words in REFUSED]
    assert_language("de", *german)


async def test_another_period_is_typed_in_a_form_after_a_restart(club: Club) -> None:
    await in_weeks(club)
    board = await club.alice.slash(club.channel, "leaderboard", metric="distance")
    await club.restart()
    form = await pick(club.alice, board, "when", "other")
    await club.alice.submit_modal(form, {"period": "last week"})
    assert "Week of 9 Nov 2026" in text_of(club.channel.last_message)
    assert "alice__ — **9.00 km**" in text_of(club.channel.last_message)
    wrong = await pick(club.alice, club.channel.last_message, "when", "other")
    assert "can't read" in text_of(await club.alice.submit_modal(wrong, {"period": "soonish"}))


async def test_the_last_week_stays_the_last_week_on_a_button_of_last_week(club: Club) -> None:
    await in_weeks(club)
    board = await club.alice.slash(club.channel, "leaderboard", metric="distance", period="last week")
    await club.env.advance_time(5 * 86_400)
    await club.alice.click(board.response, label="Newcomers")
    assert "Week of 9 Nov 2026 · Newcomers" in text_of(club.channel.last_message)


async def test_my_page_is_one_press_away(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="1k", time="6:00")
    await on_board(club, {100 + place: 20_000 - place for place in range(24)})
    board = await club.alice.slash(club.channel, "leaderboard", metric="distance")
    await club.restart()
    await club.alice.click(board.response, label="My page")
    shown = text_of(club.channel.last_message)
    assert "Page 3 of 3" in shown
    assert "**25** · __alice__ — **1.00 km**" in shown


async def test_those_i_follow_are_shown_to_me_alone_and_nobody_is_told(club: Club) -> None:
    await in_weeks(club)
    profile = await club.alice.slash(club.channel, "me", member=club.bob)
    told = len(club.dms(club.bob))
    followed = await club.alice.click(profile.response, label="Follow")
    assert followed.ephemeral
    assert "You follow **bob** now" in text_of(followed)
    board = await club.alice.slash(club.channel, "leaderboard", metric="distance", people="followed")
    assert board.ephemeral
    assert "🥇 · bob — **6.00 km**" in text_of(board)
    assert "**You:** 🥈" in text_of(board)
    public = await club.bob.slash(club.channel, "leaderboard", metric="distance")
    before = text_of(public)
    mine = await club.bob.click(public.response, label="People I follow")
    assert mine.ephemeral
    assert "alice" not in text_of(mine)
    assert text_of(club.channel.last_message) == before
    assert len(club.dms(club.bob)) == told
    again = await club.alice.slash(club.channel, "me", member=club.bob)
    gone = await club.alice.click(again.response, label="Unfollow")
    assert "You don't follow **bob** any more" in text_of(gone)
    alone = text_of(await club.alice.slash(club.channel, "leaderboard", metric="distance", people="followed"))
    assert "bob" not in alone


async def test_nobody_follows_themselves_or_somebody_unknown(club: Club) -> None:
    await club.alice.slash(club.channel, "help")
    for user_id in (club.alice.id, 4711):
        await press_old(club, club.alice, f"follow:set:v1:{user_id}:1")
    async with club.database.read() as session:
        assert (await session.scalars(select(Follow))).all() == []


async def test_the_new_boards_in_german(club: Club) -> None:
    await club.speak("de")
    await in_weeks(club)
    shown = [
        await club.alice.slash(club.channel, "leaderboard", metric=metric, people=people, period=period)
        for metric, people, period in (
            ("gain", "all", "diese Woche"),
            ("effort", "all", "letzte 30 Tage"),
            ("distance", "new", "KW 46"),
            ("days", "followed", "letztes Quartal"),
        )
    ]
    assert_language("de", *shown)
    assert "🥇 · bob — **+3,00 km**" in text_of(shown[0])
    assert "Anstrengung" in text_of(shown[1])
    assert "Woche ab 09.11.2026 · Neulinge" in text_of(shown[2])
    profile = await club.alice.slash(club.channel, "me", member=club.bob)
    assert_language("de", await club.alice.click(profile.response, label="Folgen"))


async def test_effort_counts_once_it_is_shared(club: Club) -> None:
    logged = await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="30:00", effort=6)
    empty = await club.bob.slash(club.channel, "leaderboard", metric="effort")
    assert "Nobody shares effort here yet" in text_of(empty)
    assert "alice" not in text_of(empty)
    async with club.database.read() as session:
        run = await session.get(Run, 1)
    await run_changes.share_run(
        club.database,
        run.run_id,
        club.alice.id,
        sharing=None,
        extras=frozenset({Extra.EFFORT}),
        interaction_id=1,
        now=club.env.now(),
    )
    assert logged.acknowledged
    assert "🥇 · alice — **180 points**" in text_of(await club.bob.slash(club.channel, "leaderboard", metric="effort"))


@pytest.mark.parametrize(
    "custom_id",
    [
        "board:at:v1:{me}:distance_backward:decade:all:0",
        "board:at:v1:{me}:distance_backward:week-20261399:all:0",
        "board:at:v1:{me}:distance_backward:prior30:all:0",
        "board:at:v1:{me}:distance_sideways:week:all:0",
        "board:at:v1:{me}:distance_backward:week:nobody:0",
        "board:mine:v1:{me}:distance_backward:season-20260101:all",
    ],
)
async def test_a_forged_board_is_refused(club: Club, custom_id: str) -> None:
    await club.alice.slash(club.channel, "help")
    sent = await old_message(club, custom_id.format(me=club.alice.id))
    answer = await club.alice.click(sent, custom_id=custom_id.format(me=club.alice.id))
    assert answer.ephemeral
    assert "too old" in text_of(answer) or "no such season" in text_of(answer)
