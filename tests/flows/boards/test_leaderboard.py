"""`/leaderboard` as the club sees it, and presses by other members."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from db.models import Guild, Member, Run, Standing, User
from tests.flows.boards.boards import MONDAY, on_board, pick, press_old
from tests.flows.conftest import Club, assert_language, button_ids, text_of


async def test_the_club_sees_who_turned_up_this_week_at_first(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    await club.bob.slash(club.channel, "log", distance="8k", time="40:00", direction="forward")
    answer = await club.alice.slash(club.channel, "leaderboard")
    assert not answer.ephemeral
    seen = text_of(answer)
    assert "Days run, both directions" in seen
    assert "Week of 16 Nov 2026" in seen
    assert "🥇 · bob — **1 day**" in seen
    assert "**alice:** 🥇 · **1 day**" in seen


async def test_the_club_sees_this_weeks_backward_metres(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    await club.bob.slash(club.channel, "log", distance="8k", time="40:00", direction="forward")
    answer = await club.alice.slash(club.channel, "leaderboard", metric="distance")
    assert answer.acknowledged
    assert not answer.ephemeral
    seen = text_of(answer)
    assert "Backward distance" in seen
    assert "Week of 16 Nov 2026" in seen
    assert "🥇 · __alice__ — **5.00 km**" in seen
    assert "**alice:** 🥇 · **5.00 km**" in seen
    assert "bob" not in seen, "he ran forward"


async def test_ties_share_a_rank_and_the_next_is_left_out(club: Club) -> None:
    await on_board(club, {11: 9000, 12: 7000, 13: 7000, 14: 1000})
    seen = text_of(await club.alice.slash(club.channel, "leaderboard", metric="distance"))
    places = [line.split(" · ")[0] for line in seen.splitlines() if " — " in line]
    assert places == ["🥇", "🥈", "🥈", "**4**"]


@pytest.mark.parametrize(
    ("metric", "shown"), [("distance", "5.00 km"), ("minutes", "27 min"), ("days", "1 day"), ("longest", "5.00 km")]
)
async def test_every_metric(club: Club, metric: str, shown: str) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    answer = await club.alice.slash(club.channel, "leaderboard", metric=metric, period="year", direction="all")
    assert f"— **{shown}**" in text_of(answer)


async def test_an_edit_and_an_undo_are_on_the_board_at_once(club: Club) -> None:
    logged = await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    assert "5.00 km" in text_of(await club.bob.slash(club.channel, "leaderboard", metric="distance"))
    await club.alice.click(logged.response, custom_id=button_ids(logged)["Undo"])
    empty = await club.bob.slash(club.channel, "leaderboard", metric="distance")
    assert "Nobody's on this leaderboard yet" in text_of(empty)
    form = (await club.alice.click(empty.response, label="Log a run")).modal  # also for others than the one who asked
    assert form is not None
    assert "Which way did you run?" in text_of(form)


async def test_pages_turn_for_the_one_who_asked_and_keep_their_row(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="1k", time="6:00")
    await on_board(club, {100 + place: 20_000 - place for place in range(24)})
    answer = await club.alice.slash(club.channel, "leaderboard", metric="distance")
    assert "Page 1 of 3" in text_of(answer)
    assert "**alice:** **25** · **1.00 km**" in text_of(answer)
    turned = await club.alice.click(answer.response, custom_id=button_ids(answer)["Next"])
    assert turned.acknowledged
    message = club.channel.last_message
    assert "Page 2 of 3" in text_of(message)
    assert "**11** · " in text_of(message)
    await club.alice.click(message, custom_id=button_ids(message)["Next"])
    last = text_of(club.channel.last_message)
    assert "**25** · __alice__ — **1.00 km**" in last


async def test_another_members_press_is_answered_privately_with_his_own_row(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    await club.bob.slash(club.channel, "log", direction="backward", distance="3k", time="18:00")
    board = await club.alice.slash(club.channel, "leaderboard", metric="distance")
    before = text_of(board)
    pressed = await pick(club.bob, board, "when", "month")
    assert pressed.ephemeral
    assert "**You:** 🥈 · **3.00 km**" in text_of(pressed)
    assert text_of(club.channel.last_message) == before, "what Alice asked for stays as it was"
    await pick(club.bob, pressed, "when", "all")
    assert "-# Krebsgang · All time" in text_of(pressed)
    assert "**You:** 🥈" in text_of(pressed), "his own card is redrawn in place, still his"


async def test_the_select_changes_what_counts(club: Club) -> None:
    await club.bob.slash(club.channel, "log", distance="8k", time="40:00", direction="forward")
    board = await club.alice.slash(club.channel, "leaderboard", metric="distance")
    await pick(club.alice, board, "metric", "minutes_forward")
    assert "Forward minutes" in text_of(club.channel.last_message)
    assert "bob — **40 min**" in text_of(club.channel.last_message)


async def test_a_press_on_a_menu_already_sent_shows_the_board_it_named(club: Club) -> None:
    """Custom ids and values are those of version 0.1.0."""
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    await press_old(club, club.alice, f"board:show:v1:{club.alice.id}:distance:backward:month")
    assert "-# Krebsgang · November 2026" in text_of(club.channel.last_message)
    await press_old(club, club.alice, f"board:page:v1:{club.alice.id}:distance:backward:year:0")
    assert "-# Krebsgang · 2026" in text_of(club.channel.last_message)
    for value, title, shown in (
        ("distance_all", "Distance, both directions", "5.00 km"),
        ("minutes_backward", "Backward minutes", "27 min"),
        ("days_all", "Days run, both directions", "1 day"),
        ("longest_backward", "Longest backward run", "5.00 km"),
    ):
        await press_old(club, club.alice, f"board:what:v1:{club.alice.id}:week", [value])
        seen = text_of(club.channel.last_message)
        assert title in seen
        assert f"alice__ — **{shown}**" in seen


async def test_a_board_turns_after_a_restart(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    board = await club.alice.slash(club.channel, "leaderboard", metric="distance")
    await club.restart()
    await pick(club.alice, board, "when", "year")
    assert "-# Krebsgang · 2026" in text_of(club.channel.last_message)


async def test_a_hidden_member_stands_on_no_row_and_reads_the_own_value_alone(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    await club.bob.slash(club.channel, "log", direction="backward", distance="3k", time="18:00")
    async with club.database.write() as session:
        (await session.get(Member, (club.guild.id, club.alice.id))).hidden = True
        for standing in [
            await session.get(Standing, (club.guild.id, d, p, s, club.alice.id))
            for d in ("backward", "all")
            for p, s in (("week", MONDAY), ("month", date(2026, 11, 1)), ("year", date(2026, 1, 1)))
        ]:
            standing.hidden = True
    answer = await club.alice.slash(club.channel, "leaderboard", metric="distance")
    assert "alice" not in text_of(answer.response)
    assert "5.00 km" not in text_of(answer.response)
    assert "🥇 · bob" in text_of(answer.response)
    (own,) = answer.followups
    assert own.ephemeral
    assert "**5.00 km**, no rank" in text_of(own)


async def test_names_ping_nobody_and_break_no_row(club: Club) -> None:
    await on_board(club, {11: 9000}, names={11: "@everyone **x**\n<@5> \u202eolleh"})
    answer = await club.alice.slash(club.channel, "leaderboard", metric="distance")
    (row,) = [line for line in text_of(answer).splitlines() if " — " in line]
    assert "@everyone" not in row
    assert "<@5>" not in row
    assert "\u202e" not in row
    assert "\\*\\*x\\*\\*" in row


async def test_a_direct_message_shows_the_home_clubs_board_or_says_how_to_get_one(club: Club) -> None:
    nowhere = await club.bob.user.slash("leaderboard", metric="distance")
    assert "choose your home club in </settings:" in text_of(nowhere)
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    async with club.database.write() as session:
        (await session.get(User, club.alice.id)).home_guild_id = club.guild.id
    at_home = await club.alice.user.slash("leaderboard", metric="distance")
    assert "Krebsgang" in text_of(at_home)
    assert "**You:** 🥇 · **5.00 km**" in text_of(at_home)


async def test_this_week_is_the_clubs_and_not_the_servers(club: Club) -> None:
    """Sunday 23:30 UTC is Monday in Berlin, so a new week."""
    await on_board(club, {11: 9000})
    async with club.database.write() as session:
        (await session.get(Guild, club.guild.id)).zone = "Europe/Berlin"
    await club.env.advance_time(4 * 86_400 + 11.5 * 3600)
    seen = text_of(await club.alice.slash(club.channel, "leaderboard", metric="distance"))
    assert "Week of 23 Nov 2026" in seen
    assert "Nobody's on this leaderboard yet" in seen


async def test_a_german_club_reads_german(club: Club) -> None:
    await club.speak("de")
    empty = await club.alice.slash(club.channel, "leaderboard", metric="distance")
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    full = await club.alice.slash(club.channel, "leaderboard", metric="minutes")
    assert_language("de", empty, full)
    assert "Minuten rückwärts" in text_of(full)
    assert "Woche ab 16.11.2026" in text_of(full)
    pressed = await pick(club.bob, full, "when", "year")
    assert_language("de", pressed)
    assert "**Du:** noch nichts" in text_of(pressed)
    async with club.database.read() as session:
        assert await session.get(Run, 1) is not None


async def test_who_faced_forward_stands_on_a_board_of_their_own(club: Club) -> None:
    nobody = await club.bob.slash(club.channel, "leaderboard", metric="spotting")
    assert "Minutes spotting" in text_of(nobody)
    assert "Spot for someone and it's yours" in text_of(nobody)
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="42:30", spotter=club.bob)
    asked = club.bob.user.dm_channel.last_message
    await club.bob.user.click(asked, label="Yes, I was the spotter")
    board = await club.alice.slash(club.channel, "leaderboard", metric="spotting", direction="backward")
    assert "🥇 · bob — **42 min**" in text_of(board)
    assert "**alice:** nothing yet. Spotting" in text_of(board)
    others = await club.bob.slash(club.channel, "leaderboard", metric="distance")
    await pick(club.bob, others, "metric", "spotting_all")
    assert "🥇 · __bob__ — **42 min**" in text_of(club.channel.last_message)
    month = await pick(club.alice, club.channel.last_message, "when", "month")
    assert "**You:** nothing yet. Spot for someone" in text_of(month)


async def test_the_board_of_who_faced_forward_in_german(club: Club) -> None:
    await club.speak("de")
    empty = await club.bob.slash(club.channel, "leaderboard", metric="spotting")
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="42:30", spotter=club.bob)
    await club.bob.user.click(club.bob.user.dm_channel.last_message, label="Ja, ich habe begleitet")
    board = await club.alice.slash(club.channel, "leaderboard", metric="spotting")
    alone = await club.alice.user.slash("leaderboard", metric="spotting")
    assert_language("de", empty, board, alone)
    assert "🥇 · bob — **42 Min.**" in text_of(board)


async def test_a_long_name_is_cut_in_public_and_whole_in_private(club: Club) -> None:
    await club.bob.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    async with club.database.write() as session:
        await session.execute(
            update(Member).where(Member.user_id == club.bob.id).values(display_name="Maximiliane von Rückenwind")
        )
    board = await club.alice.slash(club.channel, "leaderboard", metric="distance")
    assert "🥇 · Maximiliane von Rüc… — **5.00 km**" in text_of(board)
    pressed = await pick(club.olga, board, "when", "month")
    assert "🥇 · Maximiliane von Rückenwind — **5.00 km**" in text_of(pressed)


async def test_the_chosen_filter_is_marked_in_words_and_the_profile_is_one_press_away(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    board = await club.alice.slash(club.channel, "leaderboard", period="month")
    assert "Everyone ✓" in button_ids(board)
    assert "Newcomers" in button_ids(board)
    for actor, expected in ((club.alice, "5.00 km backward"), (club.bob, "No runs yet")):
        profile = await actor.click(board.response, label="My running")
        assert profile.ephemeral
        assert expected in text_of(profile)
    spotting = await club.alice.slash(club.channel, "leaderboard", metric="spotting")
    assert "When" in text_of((await club.bob.click(spotting.response, label="Find a partner")).modal or {})
