"""Members who leave the club: the bot is not notified, so it asks Discord where it matters and tells the member."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from simcord import ChannelHandle, GuildHandle, MemberActor
from sqlalchemy import select, update

from db.engine import Database
from db.models import Member, Run, Standing, User
from tests.flows.conftest import Club, assert_language, text_of
from tests.flows.runs.imported_files import tcx

DAY_S = 86_400
ASKING = "/guilds/*/members/*"


async def member(club: Club, actor: MemberActor, guild_id: int | None = None) -> Member:
    async with club.database.read() as session:
        found = await session.get(Member, (guild_id or club.guild.id, actor.id))
        assert found is not None
        return found


async def home(club: Club, actor: MemberActor) -> int | None:
    async with club.database.read() as session:
        found = await session.get(User, actor.id)
        assert found is not None
        return found.home_guild_id


async def newest_run(club: Club) -> Run:
    async with club.database.read() as session:
        found = await session.scalar(select(Run).order_by(Run.run_id.desc()))
        assert found is not None
        return found


async def ranks(club: Club, actor: MemberActor) -> set[bool]:
    """Return the values of `hidden` in the member's standings of this club."""
    async with club.database.read() as session:
        rows = await session.scalars(
            select(Standing).where(Standing.guild_id == club.guild.id, Standing.user_id == actor.id)
        )
        return {row.hidden for row in rows}


async def log(club: Club, actor: MemberActor, where: ChannelHandle | None = None, distance: str = "5k") -> None:
    await actor.slash(
        where or club.channel, "log", direction="backward", distance=distance, time="27:30", surface="track"
    )


async def leave(club: Club, actor: MemberActor, days: float = 1, guild: GuildHandle | None = None) -> None:
    """Let the member leave, unnoticed by the bot without the members intent, and let days pass."""
    (guild or club.guild).remove_member(actor)
    await club.env.settle()
    await club.env.advance_time(days * DAY_S)


@dataclass(slots=True)
class Bonn:
    guild: GuildHandle
    channel: ChannelHandle
    alice: MemberActor


async def second_club(club: Club) -> Bonn:
    """Add Alice to a second club, in which they have used the bot."""
    guild = club.env.create_guild("Bonn")
    alice = guild.add_member(club.alice.user)
    channel = guild.create_text_channel("runs")
    await club.env.settle()
    await alice.slash(channel, "settings")
    return Bonn(guild, channel, alice)


async def test_who_left_logs_to_no_club_by_direct_message_and_is_told_so_once(club: Club) -> None:
    await log(club, club.alice)
    await log(club, club.bob, distance="3k")
    await leave(club, club.alice)
    said = text_of(
        await club.alice.user.slash("log", direction="backward", distance="6k", time="30:00", surface="track")
    )
    assert "You've left **Krebsgang**" in said
    assert "counts for no club for now" in said
    assert "All your runs stay yours" in said
    assert "time zone **UTC**" in said, "the club's no longer holds"
    run = await newest_run(club)
    assert (run.distance_m, run.guild_id, run.counted) == (6000, None, False)
    assert (await member(club, club.alice)).left_at is not None
    assert await home(club, club.alice) is None
    board = text_of(await club.bob.slash(club.channel, "leaderboard"))
    assert "🥇 · __bob__" in board
    assert "alice" not in board
    again = text_of(
        await club.alice.user.slash("log", direction="backward", distance="7k", time="40:00", surface="track")
    )
    assert "no longer" not in again
    assert "no club's leaderboards" in again
    mine = text_of(await club.alice.user.slash("me"))
    assert "18.00 km" in mine, "hers, wherever they were run"


async def test_a_german_who_left_reads_german(club: Club) -> None:
    await club.speak("de")
    await log(club, club.alice)
    await leave(club, club.alice)
    answer = await club.alice.user.slash("log", direction="backward", distance="6k", time="30:00", surface="track")
    assert_language("de", answer)
    assert "Du bist nicht mehr bei **Krebsgang**" in text_of(answer)
    assert "vorerst für keinen Verein" in text_of(answer)
    assert (await newest_run(club)).guild_id is None


@pytest.mark.parametrize("german", [False, True])
async def test_home_is_then_the_next_club_and_the_answer_names_it(club: Club, german: bool) -> None:
    if german:
        await club.speak("de")
    await log(club, club.alice)
    bonn = await second_club(club)
    await leave(club, club.alice)
    answer = await club.alice.user.slash("log", direction="backward", distance="6k", time="30:00", surface="track")
    wanted = "ab jetzt für **Bonn**" if german else "from now on what you log here counts for **Bonn**"
    assert wanted in text_of(answer)
    if german:
        assert_language("de", answer)
    assert (await newest_run(club)).guild_id == bonn.guild.id
    assert await home(club, club.alice) == bonn.guild.id
    assert (await member(club, club.alice, bonn.guild.id)).seen_at == club.env.now(), "asked in its turn"


async def test_who_left_every_club_has_none(club: Club) -> None:
    await log(club, club.alice)
    bonn = await second_club(club)
    await leave(club, bonn.alice, 0, bonn.guild)
    await leave(club, club.alice)
    answer = await club.alice.user.slash("log", direction="backward", distance="6k", time="30:00", surface="track")
    assert "counts for no club for now" in text_of(answer)
    assert (await newest_run(club)).guild_id is None
    assert (await member(club, club.alice, bonn.guild.id)).left_at is not None


async def test_it_is_said_with_the_next_run_also_when_it_was_noticed_before(club: Club) -> None:
    await log(club, club.alice)
    await leave(club, club.alice)
    card = await club.alice.user.slash("settings")
    assert "Krebsgang" not in text_of(card), "not offered"
    assert (await member(club, club.alice)).left_at is not None
    assert "Leaderboards belong to clubs" in text_of(await club.alice.user.slash("leaderboard"))
    answer = await club.alice.user.slash("log", direction="backward", distance="6k", time="30:00", surface="track")
    assert "You've left **Krebsgang**" in text_of(answer)


@pytest.mark.parametrize("german", [False, True])
async def test_an_import_by_direct_message_says_it_as_well(club: Club, german: bool) -> None:
    if german:
        await club.speak("de")
    await log(club, club.alice)
    await leave(club, club.alice)
    answer = await club.alice.user.slash("runs import", file=("a.tcx", tcx([1000, 1000])))
    wanted = "Du bist nicht mehr bei **Krebsgang**" if german else "You've left **Krebsgang**"
    assert wanted in text_of(answer)
    if german:
        assert_language("de", answer)
    assert (await newest_run(club)).guild_id is None


async def test_a_club_that_was_left_is_not_chosen_on_an_old_card(club: Club) -> None:
    await log(club, club.alice)
    bonn = await second_club(club)
    card = await club.alice.user.slash("settings")
    assert "Home club: Krebsgang" in text_of(card)
    await leave(club, club.alice)
    refused = await club.alice.user.select(card.response, [str(club.guild.id)], custom_id="settings:home:v1")
    assert "choice doesn't exist, or not any more" in text_of(refused)
    assert await home(club, club.alice) == bonn.guild.id


@asynccontextmanager
async def held_elsewhere(database_url: str) -> AsyncIterator[None]:
    """Lock users and members in another process for longer than the bot waits."""
    other = Database.open(database_url)
    async with other.write() as session:
        await session.execute(update(User).values(zone_told=User.zone_told))
        await session.execute(update(Member).values(hidden=Member.hidden))
        yield
    await other.close()


async def test_a_leave_that_cannot_be_written_down_lets_nothing_count(club: Club, database_url: str) -> None:
    await log(club, club.alice)
    await leave(club, club.alice)
    async with held_elsewhere(database_url):
        answer = await club.alice.user.slash("log", direction="backward", distance="6k", time="30:00", surface="track")
    assert "nothing changed" in text_of(answer)
    assert (await newest_run(club)).distance_m == 5000
    await log_by_dm(club)
    assert (await newest_run(club)).guild_id is None


async def test_a_stay_that_cannot_be_written_down_is_answered_in_time(club: Club, database_url: str) -> None:
    await log(club, club.alice)
    await club.env.advance_time(DAY_S)
    began = time.monotonic()
    async with held_elsewhere(database_url):
        answer = await club.alice.user.slash("log", direction="backward", distance="6k", time="30:00", surface="track")
        assert time.monotonic() - began < 2.5
    assert "nothing changed" in text_of(answer)
    await log_by_dm(club)
    assert (await newest_run(club)).guild_id == club.guild.id


async def test_who_left_is_not_shown_though_it_cannot_be_written_down(club: Club, database_url: str) -> None:
    await log(club, club.alice)
    await log(club, club.bob)
    await leave(club, club.alice, 0)
    async with held_elsewhere(database_url):
        answer = await club.bob.slash(club.channel, "me", member=club.alice.user)
    assert "or they've left" in text_of(answer)


async def test_who_is_still_there_is_asked_about_once_a_day(club: Club) -> None:
    await log(club, club.alice)
    await club.env.advance_time(DAY_S)
    answer = await club.alice.user.slash("log", direction="backward", distance="6k", time="30:00", surface="track")
    assert "no longer" not in text_of(answer)
    assert (await newest_run(club)).guild_id == club.guild.id
    assert (await member(club, club.alice)).seen_at == club.env.now()
    await leave(club, club.alice, 0.9)
    await log_by_dm(club)
    assert (await newest_run(club)).guild_id == club.guild.id, "confirmed less than a day ago"
    await club.env.advance_time(0.2 * DAY_S)
    await log_by_dm(club)
    assert (await newest_run(club)).guild_id is None


async def log_by_dm(club: Club) -> None:
    await club.alice.user.slash("log", direction="backward", distance="6k", time="30:00", surface="track")


@pytest.mark.parametrize(
    ("status", "code"), [(403, 50001), (404, 10004), (429, 0), (500, 0), (400, 50035)], ids=lambda value: str(value)
)
async def test_any_other_refusal_changes_nothing(club: Club, status: int, code: int) -> None:
    await log(club, club.alice)
    await leave(club, club.alice)
    before = (await member(club, club.alice)).seen_at
    club.env.inject_error("GET", ASKING, status=status, code=code, times=None)
    answer = await club.alice.user.slash("log", direction="backward", distance="6k", time="30:00", surface="track")
    assert "6.00 km" in text_of(answer)
    assert "no longer" not in text_of(answer)
    assert (await newest_run(club)).guild_id == club.guild.id
    kept = await member(club, club.alice)
    assert (kept.left_at, kept.seen_at) == (None, before)
    assert await ranks(club, club.alice) == {False}
    assert await home(club, club.alice) == club.guild.id


async def test_discord_is_never_asked_from_inside_the_club(club: Club) -> None:
    await log(club, club.alice)
    await club.env.advance_time(3 * DAY_S)
    club.env.inject_error("GET", ASKING, status=404, code=10007, times=None)
    await log(club, club.alice)
    await club.alice.slash(club.channel, "leaderboard")
    assert (await member(club, club.alice)).left_at is None
    assert (await newest_run(club)).guild_id == club.guild.id


async def test_discord_is_not_asked_while_an_option_is_typed(club: Club) -> None:
    await log(club, club.alice)
    await leave(club, club.alice)
    await club.alice.user.autocomplete("log", "distance", "5k")
    assert (await member(club, club.alice)).left_at is None


async def test_a_club_that_removed_the_bot_is_not_asked(club: Club) -> None:
    await log(club, club.alice)
    guild = club.env.bot.get_guild(club.guild.id)
    assert guild is not None
    await guild.leave()
    await club.env.settle()
    await club.env.advance_time(DAY_S)
    club.env.inject_error("GET", ASKING, status=404, code=10007, times=None)
    answer = await club.alice.user.slash("log", direction="backward", distance="6k", time="30:00", surface="track")
    assert "6.00 km" in text_of(answer)
    assert (await member(club, club.alice)).left_at is None


@pytest.mark.parametrize("wish", [False, True])
async def test_coming_back_is_using_the_bot_in_the_club(club: Club, wish: bool) -> None:
    await log(club, club.alice)
    if wish:
        await club.alice.click((await club.alice.slash(club.channel, "settings")).response, label="Hide me")
    await leave(club, club.alice)
    await log_by_dm(club)
    assert await ranks(club, club.alice) == {True}
    club.alice = club.guild.add_member(club.alice.user)
    await club.env.settle()
    await club.alice.slash(club.channel, "help")
    assert (await member(club, club.alice)).left_at is None
    assert await ranks(club, club.alice) == {wish}
    assert await home(club, club.alice) == club.guild.id
    seen = text_of(await club.bob.slash(club.channel, "leaderboard", period="all"))
    assert ("alice" in seen) is not wish
    await log_by_dm(club)
    assert (await newest_run(club)).guild_id == club.guild.id


@pytest.mark.parametrize("german", [False, True])
async def test_asking_for_somebody_who_left_shows_nothing_and_is_noticed(club: Club, german: bool) -> None:
    await log(club, club.alice)
    if german:
        await club.speak("de")
    assert "5" in text_of(await club.bob.slash(club.channel, "me", member=club.alice))
    await leave(club, club.alice, 0)
    answer = await club.bob.slash(club.channel, "me", member=club.alice.user)
    wanted = "nicht mehr dabei" if german else "haven't used me here yet, or they've left"
    assert wanted in text_of(answer)
    assert "5.00 km" not in text_of(answer)
    if german:
        assert_language("de", answer)
    assert await ranks(club, club.alice) == {True}


async def test_naming_a_spotter_who_left_is_refused_and_noticed(club: Club) -> None:
    await log(club, club.bob)
    await leave(club, club.bob, 0)
    answer = await club.alice.slash(
        club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=club.bob.user
    )
    assert "only ask people in this server" in text_of(answer)
    assert await ranks(club, club.bob) == {True}


async def spotted(club: Club) -> int:
    """Log a run of Alice's with Bob as confirmed spotter, and a run of Bob's; return the id of Alice's."""
    await log(club, club.bob)
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=club.bob)
    bob = club.bob.user
    await bob.click(bob.dm_channel.last_message, label="Yes, I was the spotter")
    return (await newest_run(club)).run_id


@pytest.mark.parametrize("german", [False, True])
async def test_a_spotter_who_left_is_not_asked_again_and_the_runner_is_told(club: Club, german: bool) -> None:
    run_id = await spotted(club)
    if german:
        await club.speak("de")
    await leave(club, club.bob, 0)
    asked = club.bob.user.dm_channel.last_message.id
    answer = await club.alice.slash(club.channel, "runs edit", run=f"#{run_id}", distance="4k")
    assert club.bob.user.dm_channel.last_message.id == asked
    wanted = "bob ist nicht auf dem Server" if german else "bob isn't in this run's server"
    assert wanted in text_of(answer)
    if german:
        assert_language("de", answer)
    assert await ranks(club, club.bob) == {True}


async def test_a_spotter_of_whom_discord_says_nothing_is_asked_again(club: Club) -> None:
    run_id = await spotted(club)
    asked = club.bob.user.dm_channel.last_message.id
    # Both the command and the delivery ask Discord, in either order: it is silent for both, then answers.
    club.env.inject_error("GET", ASKING, status=403, code=50001, times=None)
    await club.alice.slash(club.channel, "runs edit", run=f"#{run_id}", distance="4k")
    assert club.bob.user.dm_channel.last_message.id == asked
    club.env.backend.faults.clear()
    await club.pass_time(minutes=1)
    assert club.bob.user.dm_channel.last_message.id > asked
    assert await ranks(club, club.bob) == {False}


async def test_the_answer_of_a_spotter_who_left_stands_and_the_leave_is_noticed(club: Club) -> None:
    await log(club, club.bob)
    other = await second_club(club)
    async with club.database.write() as session:  # Bob's home is the other club
        now = club.env.now()
        session.add(Member(guild_id=other.guild.id, user_id=club.bob.id, display_name="bob", seen_at=now))
        await session.execute(update(User).where(User.user_id == club.bob.id).values(home_guild_id=other.guild.id))
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=club.bob)
    await leave(club, club.bob, 0)
    bob = club.bob.user
    answer = await bob.click(bob.dm_channel.last_message, label="Yes, I was the spotter")
    assert "Thanks for spotting" in text_of(answer)
    assert (await newest_run(club)).spotter_state == "agreed"
    assert await ranks(club, club.bob) == {True}
    assert await home(club, club.bob) == other.guild.id
