from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from bot.domain.runs.runs import Direction, Review, RunContent, Sharing, Stretch, Surface
from bot.interactions.components import card
from bot.services.members.people import Seen, meet
from bot.services.runs import run_changes, runs
from db.models import Run, Standing
from tests.flows.clubs.club_pages import guild
from tests.flows.conftest import NOON, Club, MemberActor, assert_language, button_ids, text_of

IMPOSSIBLE = RunContent(
    started_at=NOON,
    zone="UTC",
    ran_on=date(2026, 11, 18),
    stretches=(Stretch(Direction.BACKWARD, 5000, 600_000),),
    surface=Surface.ROAD,
    note="my secret shortcut",
)


async def log_impossible(club: Club, actor: MemberActor, sharing: Sharing = Sharing.CLUB) -> int:
    seen = Seen(actor.id, actor.name, "en-US", club.guild.id, club.guild.name)
    person = await meet(club.database, seen, NOON)
    content = replace(IMPOSSIBLE, sharing=sharing)
    logged = await run_changes.log_run(
        club.database, person, content, interaction_id=actor.id + len(sharing.value), now=NOON
    )
    assert logged.view.review is Review.HELD
    return logged.view.run_id


async def standings(club: Club) -> int:
    async with club.database.read() as session:
        return await session.scalar(select(func.count()).select_from(Standing)) or 0


@pytest.mark.parametrize("command", ["club settings", "club review"])
async def test_members_are_told_kindly_that_it_is_for_organisers(club: Club, command: str) -> None:
    answer = await club.alice.slash(club.channel, command)
    assert answer.response is not None
    assert answer.response.ephemeral
    assert "for organisers" in text_of(answer)
    await club.speak("de")
    assert_language("de", await club.alice.slash(club.channel, command))


async def test_an_organiser_sees_the_defaults_as_such_and_changes_each(club: Club) -> None:
    card = await club.olga.slash(club.channel, "club settings")
    text = text_of(card)
    assert card.response is not None
    assert card.response.ephemeral
    for part in (
        "Krebsgang",
        "Club time zone: **UTC**",
        "nobody's chosen",
        "English (default)",
        "kilometres (default)",
    ):
        assert part in text
    form = await club.olga.click(card.response, label="Time zone")
    after = await club.olga.submit_modal(form, {"zone": "Deutschland"})
    assert "Club time zone: Berlin" in text_of(after)
    await club.olga.select(card.response, ["both"], custom_id="club:units:v1")
    await club.olga.select(card.response, ["track", "grass"], custom_id="club:surfaces:v1")
    await club.olga.select(card.response, ["de"], custom_id="club:language:v1")
    row = await guild(club)
    assert (row.zone, row.units, row.language, row.solo_surfaces) == ("Europe/Berlin", "both", "de", ["track", "grass"])
    after = await club.olga.select(card.response, [], custom_id="club:surfaces:v1")
    assert "default" not in text_of(after)
    assert (await guild(club)).solo_surfaces == []


async def test_a_role_makes_organisers_but_never_everyone(club: Club) -> None:
    captains = club.guild.create_role("Captains")
    carla = club.guild.add_member(club.env.create_user("carla"), roles=[captains])
    await club.env.settle()
    assert "for organisers" in text_of(await carla.slash(club.channel, "club settings"))
    card = await club.olga.slash(club.channel, "club settings")
    refused = await club.olga.select(card.response, [club.guild.default_role], custom_id="club:role:v1")
    assert "@everyone" in text_of(refused)
    assert (await guild(club)).organiser_role_id is None
    await club.olga.select(card.response, [captains], custom_id="club:role:v1")
    assert "Krebsgang" in text_of(await carla.slash(club.channel, "club settings"))
    await club.olga.select(card.response, [], custom_id="club:role:v1")
    assert "for organisers" in text_of(await carla.slash(club.channel, "club settings"))


async def test_the_zone_is_also_an_option(club: Club) -> None:
    (choice,) = await club.olga.autocomplete(club.channel, "club settings", "zone", "wien")
    assert "Vienna" in text_of(await club.olga.slash(club.channel, "club settings", zone=choice["value"]))
    assert (await guild(club)).zone == "Europe/Vienna"


async def test_an_agreed_run_reaches_the_boards_and_a_rejected_one_does_not(club: Club) -> None:
    first, second = await log_impossible(club, club.alice), await log_impossible(club, club.bob)
    assert await standings(club) == 0
    card = await club.olga.slash(club.channel, "club review")
    text = text_of(card)
    assert "1 of 2" in text
    assert "**alice** on Wed 18 Nov · road" in text
    assert "5.00 km backward in 10:00 ⏪ · 2:00/km" in text
    assert "secret" not in text
    assert "**bob**" in text_of(await club.olga.click(card.response, label="Next"))
    await club.olga.click(card.response, label="Next")
    after = await club.olga.click(card.response, label="Approve")
    assert "alice's run is on the leaderboards" in text_of(after)
    assert await standings(club) > 0
    form = await club.olga.click(card.response, label="Keep off leaderboards")
    after = await club.olga.submit_modal(form, {"reason": "That was a bike, @everyone"})
    assert "Nothing to check" in text_of(after)
    (told,), (why,) = club.dms(club.alice), club.dms(club.bob)
    assert "approved your run" in told.content
    assert "That was a bike" in why.content
    assert "@everyone" not in why.content
    assert "bike" in text_of(await club.bob.slash(club.channel, "runs show", run="18 Nov"))
    async with club.database.read() as session:
        reviews = {run.run_id: run.review for run in await session.scalars(select(Run))}
    assert reviews == {first: "agreed", second: "rejected"}


@pytest.mark.parametrize(
    ("language", "held", "asked"),
    [("en", "more than 100.00 km in a day", "A ride, a mixed-up unit"), ("de", "mehr als 100,00 km", "Radfahrt")],
)
async def test_more_than_a_hundred_kilometres_a_day_wait_for_an_organiser(
    club: Club, language: str, held: str, asked: str
) -> None:
    await club.speak(language)
    logged = await club.alice.slash(
        club.channel, "log", direction="forward", distance="120k", time="14h", when="2 days ago"
    )
    assert held in text_of(logged)
    review = await club.olga.slash(club.channel, "club review")
    assert held in text_of(review)
    assert asked in text_of(review)
    assert_language(language, logged, review)
    assert await standings(club) == 0


async def test_the_public_card_of_a_held_run_follows_the_decision(club: Club) -> None:
    run_id = await log_impossible(club, club.alice)
    message = await club.env.bot.get_partial_messageable(club.channel.id).send(view=card("as posted"))
    await runs.keep_card(club.database, run_id, club.channel.id, message.id)
    review = await club.olga.slash(club.channel, "club review")
    await club.olga.click(review.response, label="Approve")
    shown = {posted.id: text_of(posted) for posted in club.channel.history()}
    assert "alice" in shown[message.id]
    assert "organiser checks it" not in shown[message.id]


async def test_a_run_decided_by_another_organiser_meanwhile_is_not_decided_again(club: Club) -> None:
    await log_impossible(club, club.alice)
    mine, *others = [await club.olga.slash(club.channel, "club review") for _ in range(4)]
    late = await club.olga.click(others[0].response, label="Keep off leaderboards")
    form = await club.olga.click(mine.response, label="Keep off leaderboards")
    await club.olga.submit_modal(form, {"reason": "A ride?"})
    for after in (
        await club.olga.submit_modal(late, {"reason": "Mixed-up units"}),
        await club.olga.click(others[1].response, label="Approve"),
        await club.olga.click(others[2].response, label="Ask the runner"),
    ):
        assert "else just decided" in text_of(after)
        assert "Nothing to check" in text_of(after)
    assert await standings(club) == 0
    assert len(club.dms(club.alice)) == 1


@pytest.mark.parametrize(
    ("language", "ask", "explain", "right", "why"),
    [
        ("en", "Ask the runner", "Explain", "It's right", "beats the world best"),
        ("de", "Nachfragen", "Erklären", "Stimmt so", "schneller als die Weltbestzeit"),
    ],
)
async def test_a_runner_is_asked_privately_and_organisers_read_the_answer(
    club: Club, language: str, ask: str, explain: str, right: str, why: str
) -> None:
    await club.speak(language)
    await log_impossible(club, club.alice)
    card = await club.olga.slash(club.channel, "club review")
    asked = await club.olga.click(card.response, label=ask)
    (question,) = club.dms(club.alice)
    assert why in question.content
    form = await club.alice.user.click(question, label=explain)
    refused = await club.alice.user.submit_modal(form, {"words": "\u200b"})
    assert right in text_of(refused)
    mended = await club.alice.user.click(refused.response, label=club.words("errors.fix.button", language))
    answered = await club.alice.user.submit_modal(mended, {"words": "Downhill **all** the way"})
    assert "Downhill" in text_of(await club.olga.slash(club.channel, "club review"))
    assert_language(language, asked, question, form, refused, answered)
    await club.alice.user.click(question, label=right)
    (question,) = club.dms(club.alice)
    assert not question.components
    shown = await club.olga.slash(club.channel, "club review")
    assert f"**alice:** {right}" in text_of(shown)
    assert club.words("club.review.asked_button", language) in button_ids(shown), "nobody is asked twice"


async def test_a_private_run_is_nobodys_to_review_and_ones_own_is_pointed_out(club: Club) -> None:
    await log_impossible(club, club.alice, Sharing.ME)
    assert "Nothing to check" in text_of(await club.olga.slash(club.channel, "club review"))
    await log_impossible(club, club.olga)
    assert "your own run" in text_of(await club.olga.slash(club.channel, "club review"))


async def test_german_organisers_read_german(club: Club) -> None:
    await club.speak("de")
    await log_impossible(club, club.alice)
    card = await club.olga.slash(club.channel, "club settings")
    assert_language("de", card, await club.olga.select(card.response, ["grass"], custom_id="club:surfaces:v1"))
    form = await club.olga.click(card.response, label="Zeitzone")
    assert_language("de", form, await club.olga.submit_modal(form, {"zone": "Wien"}))
    review = await club.olga.slash(club.channel, "club review")
    assert_language("de", review)
    form = await club.olga.click(review.response, label="Nicht in die Bestenlisten")
    assert_language("de", form, await club.olga.submit_modal(form, {"reason": "Rad?"}), *club.dms(club.alice))


async def test_a_club_that_removes_the_bot_keeps_its_runs(club: Club) -> None:
    await log_impossible(club, club.alice)
    bot_guild = club.env.bot.get_guild(club.guild.id)
    assert bot_guild is not None
    await bot_guild.leave()
    await club.env.settle()
    assert (await guild(club)).left_at is not None
    async with club.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Run)) == 1
