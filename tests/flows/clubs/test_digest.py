"""A club's weekly digest as its members see it, with the real worker rendering the chart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import discord
import pytest
import pytest_asyncio
from sqlalchemy import select, update

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.runs.runs import Direction, Stretch
from bot.interactions.components import classic
from bot.interactions.nudge_kinds import controls
from bot.localizer import Localizer
from bot.services.clubs import digests
from bot.services.members import ranks
from bot.services.projections import run_projections
from bot.worker.worker import Worker
from db.models import Delivery, Guild, Member, Run
from tests.builders.runs import write_run
from tests.flows.clubs.club_pages import page, private_channel, set_guild
from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.nudges.runners import WEDNESDAY


@pytest_asyncio.fixture
async def worker(request: pytest.FixtureRequest) -> AsyncIterator[Worker]:
    """A real worker if the test needs the chart, which takes two seconds; otherwise a closed one."""
    worker = Worker()
    if not getattr(request, "param", False):
        await worker.close()
    yield worker
    await worker.close()


async def a_week(club: Club) -> None:
    """Log runs of Alice and Bob for last Sunday, Bob's first, after all three used the bot."""
    for actor in (club.alice, club.bob, club.olga):
        await actor.slash(club.channel, "help")
    async with club.database.write() as session:
        for actor, ago, metres in ((club.alice, 30, 1000), (club.alice, 1, 5000), (club.bob, 1, 3000)):
            day = WEDNESDAY - timedelta(days=ago)
            await write_run(
                session, actor.id, day, [Stretch(Direction.BACKWARD, metres, 1_800_000)], guild_id=club.guild.id
            )
        await run_projections.rebuild_club(session, club.guild.id)


async def posted(club: Club) -> list[discord.Message]:
    return [message for message in club.channel.history() if message.content.splitlines()[0].endswith("📰")]


@pytest.mark.parametrize("worker", [True], indirect=True)
async def test_the_digest_is_set_up_and_comes_with_its_chart(club: Club) -> None:
    await a_week(club)
    shown = (await page(club, "Digest")).response
    assert "No channel, no digest" in text_of(shown)
    await club.olga.select(shown, [club.channel], custom_id="club:digest:v1")
    await club.olga.select(shown, ["2"], custom_id="club:digested:v1:weekday")
    after = await club.olga.select(shown, ["15"], custom_id="club:digested:v1:hour")
    assert "Posted on Wednesday at 15:00, Coordinated Universal Time" in text_of(after) or "at 15:00" in text_of(after)
    await club.pass_time(hours=2, minutes=59)
    assert await posted(club) == []
    await club.pass_time(minutes=1)
    (message,) = await posted(club)
    lines = message.content.split("\n")
    assert lines[:2] == ["### The week of Krebsgang 📰", "-# Wed 11 Nov – Tue 17 Nov"]
    assert lines[2:5] == ["2 runs · 2 runners", "8.00 km backward ⏪ · 0 m forward ⏩", "**Longest distance backward**"]
    assert lines[5:7] == ["🥇 alice · 5.00 km", "🥈 bob · 3.00 km"]
    assert "First run with us:** bob" in message.content
    assert message.flags.suppress_notifications
    (picture,) = message.attachments
    assert (await picture.read()).startswith(b"\x89PNG")
    await club.restart(days=6)
    await club.pass_time(minutes=1)
    assert len(await posted(club)) == 1


async def at_three(club: Club) -> discord.Message:
    """Set the digest to Wednesday at 15:00 and return the posted message."""
    await set_up(club, club.channel.id)
    return (await posted(club))[-1]


async def set_up(club: Club, channel_id: int) -> None:
    """Set the digest to Wednesday at 15:00 and advance the clock to that hour."""
    await digests.choose_channel(club.database, club.guild.id, channel_id, club.env.now())
    await digests.set_when(club.database, club.guild.id, club.env.now(), weekday=2, hour=15)
    await club.wake()
    await club.restart(hours=2, minutes=50)
    await club.pass_time(minutes=10)


async def test_moved_to_another_day_it_says_of_how_many_days_it_tells(club: Club) -> None:
    await a_week(club)
    await at_three(club)
    async with club.database.write() as session:
        await write_run(
            session, club.bob.id, WEDNESDAY, [Stretch(Direction.BACKWARD, 2000, 900_000)], guild_id=club.guild.id
        )
        await run_projections.rebuild_club(session, club.guild.id)
    shown = (await page(club, "Digest")).response
    await club.olga.select(shown, ["1"], custom_id="club:digested:v1:weekday")
    await club.restart(days=5)
    await club.pass_time(days=1, minutes=1)
    first, second = await posted(club)
    assert first.content.startswith("### The week of Krebsgang 📰\n-# Wed 11 Nov – Tue 17 Nov")
    assert second.content.startswith("### 6 days of Krebsgang 📰\n-# Wed 18 Nov – Mon 23 Nov\n1 run · 1 runner")


async def test_organisers_stop_it_on_their_page_and_its_message_has_no_buttons(club: Club) -> None:
    await a_week(club)
    message = await at_three(club)
    assert button_ids(message) == {}
    stopped = await club.olga.click((await page(club, "Digest")).response, label="Stop the digest")
    assert "No channel, no digest" in text_of(stopped)
    assert "Stop the digest" not in button_ids(stopped)
    await club.pass_time(days=7, minutes=1)
    assert len(await posted(club)) == 1
    async with club.database.read() as session:
        guild = await session.get(Guild, club.guild.id)
        assert guild is not None
        assert (guild.digest_channel_id, guild.digest_hour) == (None, 15)


async def with_earlier_buttons(club: Club) -> discord.Message:
    """A digest as an earlier version posted it, with Snooze and Stop."""
    message = await at_three(club)
    async with club.database.read() as session:
        (delivery_id,) = await session.scalars(select(Delivery.delivery_id))
    channel = club.env.bot.get_channel(club.channel.id)
    assert isinstance(channel, discord.TextChannel)
    buttons = controls(StoredKind.NUDGE_DIGEST, delivery_id, Localizer())
    with club.env._bot_scope():
        sent = await channel.send(message.content, view=classic(*buttons))
    await club.env.settle()
    return next(one for one in club.channel.history() if one.id == sent.id)


async def test_the_buttons_of_an_earlier_version_still_work_for_organisers(club: Club) -> None:
    await a_week(club)
    message = await with_earlier_buttons(club)
    for label in ("Stop these", "Snooze"):
        assert "for organisers" in text_of(await club.alice.click(message, label=label))
    choice = await club.olga.click(message, label="Snooze")
    assert choice.response is not None
    assert choice.response.ephemeral
    await club.olga.click(choice.response, label="In 1 hour")
    await club.pass_time(hours=1, minutes=1)
    assert len(await posted(club)) == 3
    said = text_of(await club.olga.click(message, label="Stop these"))
    assert "No more of these here: **Weekly digest**" in said
    assert "The week of" in said, "what the others have not read yet stays"


@pytest.mark.parametrize("worker", [True], indirect=True)
async def test_organisers_see_the_digest_before_the_club_does(club: Club) -> None:
    empty = await club.olga.click((await page(club, "Digest")).response, label="Preview")
    assert empty.ephemeral
    assert "🥇 olga · 12.40 km" in text_of(empty)
    assert "An example: nobody has run" in text_of(empty)
    assert empty.response.attachments  # type: ignore[union-attr]
    await a_week(club)
    shown = await club.olga.click((await page(club, "Digest")).response, label="Preview")
    assert "🥇 alice · 5.00 km\n🥈 bob · 3.00 km" in text_of(shown)
    assert "An example" not in text_of(shown)
    assert await posted(club) == []
    await club.speak("de")
    german = await club.olga.click((await page(club, "Rückblick")).response, label="Vorschau")
    assert_language("de", german)


async def test_who_left_unnoticed_or_hides_is_not_named(club: Club) -> None:
    await a_week(club)
    async with club.database.write() as session:
        await session.execute(update(Member).values(seen_at=club.env.now() - timedelta(days=2)))
        await ranks.set_hidden(session, club.guild.id, club.alice.id, True)
    await club.env.settle()
    club.guild.remove_member(club.bob)
    await set_up(club, club.channel.id)
    assert await posted(club) == []
    async with club.database.read() as session:
        (row,) = await session.scalars(select(Delivery))
        bob = await session.get(Member, (club.guild.id, club.bob.id))
    assert row.state == "dropped"
    assert bob is not None
    assert bob.left_at is not None


async def test_a_run_is_told_of_by_the_digest_alone_where_the_club_wants_that(club: Club) -> None:
    await set_guild_known(club)
    shown = (await page(club, "Digest")).response
    await club.olga.select(shown, [club.channel], custom_id="club:digest:v1")
    after = await club.olga.click(shown, label="Digest only")
    assert "No post for each run" in text_of(after)
    logged = await club.alice.slash(
        club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=club.bob
    )
    assert logged.response is not None
    assert logged.response.ephemeral
    assert "gets a weekly digest" in text_of(logged)
    async with club.database.read() as session:
        (run,) = await session.scalars(select(Run))
    assert (run.counted, run.sharing) == (True, "club")
    await club.olga.click(shown, label="Post each run")
    logged = await club.alice.slash(club.channel, "log", direction="backward", distance="4k", time="22:00")
    assert logged.response is not None
    assert not logged.response.ephemeral
    await club.olga.click(shown, label="Digest only")
    await club.olga.select(shown, [], custom_id="club:digest:v1")  # without a digest every run is posted
    logged = await club.alice.slash(club.channel, "log", direction="backward", distance="3k", time="17:00")
    assert logged.response is not None
    assert not logged.response.ephemeral


async def set_guild_known(club: Club) -> None:
    for actor in (club.alice, club.bob, club.olga):
        await actor.slash(club.channel, "help")


async def test_a_channel_the_bot_cannot_post_in_is_refused_and_one_lost_later_is_told_of(club: Club) -> None:
    await a_week(club)
    me = club.env.bot.get_guild(club.guild.id).me  # type: ignore[union-attr]
    closed = club.guild.create_text_channel(
        "closed", overwrites={me.top_role: discord.PermissionOverwrite(attach_files=False)}
    )
    office = await private_channel(club)
    await club.env.settle()
    shown = (await page(club, "Digest")).response
    refused = await club.olga.select(shown, [closed], custom_id="club:digest:v1")
    assert "I need Attach Files" in text_of(refused)
    await set_guild(club, organisers_channel_id=office.id)
    await set_up(club, 1)
    assert "The channel you chose is gone" in text_of(await page(club, "Digest"))
    assert office.last_message is not None
    assert "I couldn't post the weekly digest in <#1>" in office.last_message.content


async def test_a_german_club_reads_german(club: Club) -> None:
    await club.speak("de")
    await a_week(club)
    await set_guild(club, units="both")
    message = await at_three(club)
    german = [await page(club, "Rückblick")]
    shown = german[0].response
    german.append(await club.olga.click(shown, label="Nur Rückblick"))
    german.append(await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30"))
    german.append(await club.olga.click(shown, label="Rückblick abstellen"))
    german.append(await page(club, "Rückblick"))
    assert_language("de", message, *german)
    assert "🥇 alice: 5,00 km" in message.content
