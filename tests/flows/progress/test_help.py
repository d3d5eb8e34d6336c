import re
from dataclasses import replace

import discord
from discord import app_commands
from sqlalchemy import update

from bot.domain.runs.runs import Direction, RunContent, Stretch, Surface
from bot.services.members.people import Seen, meet
from bot.services.runs import run_changes
from db.models import Guild, Run
from db.models import StretchRow as StretchRow
from tests.flows.clubs.club_pages import set_guild
from tests.flows.conftest import NOON, Club, MemberActor, assert_language, text_of

FIVE_K = RunContent(
    started_at=NOON,
    zone="UTC",
    ran_on=NOON.date(),
    stretches=(Stretch(Direction.BACKWARD, 5000, 1_650_000),),
    surface=Surface.TRACK,
)


async def log(club: Club, actor: MemberActor, minutes: int = 27) -> int:
    seen = Seen(actor.id, actor.name, "en-US", club.guild.id, club.guild.name)
    content = replace(FIVE_K, stretches=(Stretch(Direction.BACKWARD, 5000, minutes * 60_000),))
    person = await meet(club.database, seen, NOON)
    logged = await run_changes.log_run(club.database, person, content, interaction_id=actor.id + minutes, now=NOON)
    return logged.view.run_id


async def import_untold(club: Club, actor: MemberActor) -> None:
    run_id = await log(club, actor, minutes=30)
    async with club.database.write() as session:
        await session.execute(update(Run).where(Run.run_id == run_id).values(source="fit"))
        await session.execute(update(StretchRow).where(StretchRow.run_id == run_id).values(direction="untold"))


async def next_of(club: Club, actor: MemberActor) -> str:
    answer = await actor.slash(club.channel, "help")
    assert answer.response is not None
    assert answer.response.ephemeral
    text = text_of(answer)
    return text[: text.index("**Every day**")]


async def test_a_newcomer_is_told_to_log_and_to_say_where_they_are(club: Club) -> None:
    steps = await next_of(club, club.alice)
    assert "Log your first run" in steps
    assert "</runs import:" in steps
    assert "I'm using UTC" in steps
    assert "club" not in steps


async def test_steps_done_make_room_for_the_next(club: Club) -> None:
    await log(club, club.alice)
    await club.alice.slash(club.channel, "settings", zone="Berlin")
    steps = await next_of(club, club.alice)
    assert "time zone" not in steps
    assert "first run" not in steps
    assert "Leaderboard" in steps
    assert "Wear a watch" in steps
    await import_untold(club, club.alice)
    steps = await next_of(club, club.alice)
    assert "One imported run" in steps.splitlines()[1]


async def test_the_buttons_do_the_steps(club: Club) -> None:
    await club.alice.slash(club.channel, "settings", zone="Berlin")
    await set_guild(club, partners_channel_id=club.channel.id)
    newcomer = await club.alice.slash(club.channel, "help")
    assert "When" in text_of((await club.alice.click(newcomer.response, label="Find a partner")).modal or {})
    assert "Which way did you run?" in text_of(
        (await club.alice.click(newcomer.response, label="Log a run")).modal or {}
    )
    await log(club, club.alice)
    shown = (await club.alice.slash(club.channel, "help")).response
    assert shown is not None
    profile = await club.alice.click(shown, label="My running")
    assert "5.00 km backward" in text_of(profile)
    assert profile.response is not None
    assert profile.response.attachments
    shown = (await club.alice.slash(club.channel, "help")).response
    board = await club.alice.click(shown, label="Leaderboard")
    assert "🥇 · __alice__" in text_of(board)
    await import_untold(club, club.alice)
    shown = (await club.alice.slash(club.channel, "help")).response
    assert "5.00 km" in text_of(await club.alice.click(shown, label="Choose a run"))
    await log(club, club.bob, minutes=9)
    shown = (await club.olga.slash(club.channel, "help")).response
    assert "beats the world best" in text_of(await club.olga.click(shown, label="Look at it"))
    shown = (await club.olga.slash(club.channel, "help")).response
    assert "Club time zone" in text_of(await club.olga.click(shown, label="Set up"))


async def test_the_steps_come_back_after_all_commands(club: Club) -> None:
    shown = (await club.alice.slash(club.channel, "help")).response
    listed = await club.alice.click(shown, label="All commands")
    assert "What next?" not in text_of(listed).splitlines()[0]
    assert "**organisers**" not in text_of(listed).lower()
    assert "Log your first run" in text_of(await club.alice.click(listed.response, label="What next?"))


async def test_an_organiser_is_told_of_the_club(club: Club) -> None:
    assert "Set up your club" in await next_of(club, club.olga)
    await club.olga.slash(club.channel, "club settings", zone="Berlin")
    await club.olga.slash(club.channel, "settings", zone="Berlin")
    steps = await next_of(club, club.olga)
    assert "zone, language" not in steps
    assert "choose your club's partners channel" in steps
    async with club.database.write() as session:
        await session.execute(update(Guild).values(partners_channel_id=club.channel.id))
    steps = await next_of(club, club.olga)
    assert "The partners card is gone" in steps  # no card is posted or pending
    async with club.database.write() as session:
        await session.execute(update(Guild).values(partners_card_id=1))
    assert "Choose an organisers' channel" in await next_of(club, club.olga)
    async with club.database.write() as session:
        await session.execute(update(Guild).values(organisers_channel_id=club.channel.id))
    assert "Choose a channel" not in await next_of(club, club.olga)
    assert "partners channel" not in await next_of(club, club.alice)
    await log(club, club.alice, minutes=9)
    assert "**One run** needs your OK" in await next_of(club, club.olga)


async def test_help_works_in_a_direct_message(club: Club) -> None:
    assert "What next?" in text_of(await club.alice.user.slash("help"))


async def test_every_command_stands_in_help(club: Club) -> None:
    shown = (await club.olga.slash(club.channel, "help")).response
    text = text_of(await club.olga.click(shown, label="All commands"))
    listed = set()
    for line in text.splitlines():
        names = re.findall(r"`([a-z ]+)`|<(/[a-z ]+):\d+>", line)
        names = [plain or mention for plain, mention in names]
        group = names[0].split()[0] if names else ""
        listed |= {name if name.startswith("/") else f"{group} {name}" for name in names}
    tree = club.env.bot.tree  # type: ignore[attr-defined]
    commands = tree.walk_commands(type=discord.AppCommandType.chat_input)
    assert {f"/{c.qualified_name}" for c in commands if isinstance(c, app_commands.Command)} == {
        name for name in listed if name != "/privacy"
    }


async def test_german_members_read_german(club: Club) -> None:
    await club.speak("de")
    shown = await club.olga.slash(club.channel, "help")
    assert_language("de", await club.alice.slash(club.channel, "help"), shown)
    assert_language("de", await club.olga.click(shown.response, label="Alle Befehle"))
    await club.olga.slash(club.channel, "club settings", zone="Berlin")
    await log(club, club.olga)
    steps = await club.olga.slash(club.channel, "help")
    assert "Wähl den Kanal dafür" in text_of(steps)
    assert_language("de", steps)
    await import_untold(club, club.alice)
    await log(club, club.alice, minutes=9)
    assert_language("de", await club.alice.slash(club.channel, "help"), await club.olga.slash(club.channel, "help"))
