"""The weekly round as members and organisers see it, with the real worker and delivery."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, update

from bot.worker.worker import Worker
from db.models import Availability, Member, Tie
from tests.flows.conftest import Club, button_ids, text_of
from tests.flows.outings.calling import with_button
from tests.flows.rounds.round_cards import newest, outings, press, set_up

TUESDAY = int(datetime(2026, 11, 24, 18, tzinfo=UTC).timestamp())
"""In the week of the round: flows start on Wednesday 18 November, 12:00 UTC."""


async def test_a_round_from_notice_to_agreed_outings(club: Club) -> None:
    partners = await set_up(club)
    await club.pass_time(hours=6)
    for actor, label in ((club.alice, "alice"), (club.bob, "bob")):
        (notice,) = club.dms(actor)
        assert "The weekly round of Krebsgang is coming" in notice.content, label
        assert "Tue 18:00–20:00" in notice.content
    await club.pass_time(hours=24)
    (preview,) = club.dms(club.olga)
    assert "### Matched: 2\n" in preview.content
    assert "**alice** backward + **bob** spotting" in preview.content
    assert f"<t:{TUESDAY}:f>" in preview.content
    assert len(club.dms(club.alice)) == 1
    assert await outings(club) == []
    await club.pass_time(hours=2)  # no organiser responds
    _, matched, asked = club.dms(club.alice)
    assert "This round you run with** **bob**" in matched.content
    assert f"<t:{TUESDAY}:F>" in matched.content
    assert "You run backward" in matched.content
    assert "Why: not together in the last eight weeks, roles that fit" in matched.content
    assert asked.content.splitlines()[0] == "**Does it work for you?** 🤝 Confirm to lock it in."
    assert all(said in asked.content for said in ("bob", str(TUESDAY), "place to be agreed")), "what is confirmed"
    assert "About 45 min" in asked.content
    assert list(button_ids(partners.last_message)) == ["Waiting list", "More"]
    assert "You're the spotter" in club.dms(club.bob)[1].content
    assert "Confirmed: 0 of 2" in text_of(partners.last_message)
    await press(club, club.alice, asked, "Confirm")
    await press(club, club.bob, club.dms(club.bob)[-1], "Confirm")
    ((outing),) = await outings(club)
    assert outing.state == "confirmed"
    assert "Everyone's confirmed" in text_of(partners.last_message)


async def test_organisers_confirm_at_once_or_draw_again(club: Club) -> None:
    await set_up(club)
    await club.pass_time(hours=30)
    (preview,) = club.dms(club.olga)
    said = await press(club, club.olga, preview, "Draw again")
    assert "same result" in text_of(said)
    first, second = club.dms(club.olga)
    assert first.content == text_of(said)
    await press(club, club.olga, second, "Confirm")
    assert "Confirmed. ✅ I'll tell everyone" in club.dms(club.olga)[1].content
    assert len(await outings(club)) == 1
    assert len(club.dms(club.alice)) == 3
    await club.pass_time(hours=3)
    assert len(await outings(club)) == 1


async def test_a_draw_shown_before_it_was_made_again_is_not_confirmed(club: Club) -> None:
    await set_up(club)
    await club.pass_time(hours=30)
    (preview,) = club.dms(club.olga)
    seen = await with_button(club, club.olga, button_ids(preview)["Confirm"])
    card = await club.olga.slash(club.channel, "partner round")
    await club.olga.click(card.response, label="Draw again")
    await club.env.settle()
    assert button_ids(club.dms(club.olga)[0]) == {}, "the draw that followed has the buttons"
    said = await press(club, club.olga, seen, "Old")
    assert "drawn again after you saw this" in text_of(said)
    assert await outings(club) == []


async def test_in_the_organisers_channel_one_card_shows_how_it_stands(club: Club) -> None:
    office = club.guild.create_text_channel("office")
    await set_up(club, organisers_channel_id=office.id)
    await club.pass_time(hours=30)
    card = office.last_message
    assert "**alice** backward + **bob** spotting" in card.content
    assert "organisers" in text_of(await press(club, club.alice, card, "Confirm"))
    assert await outings(club) == []
    said = await press(club, club.olga, card, "Confirm")
    assert said.response.ephemeral
    await club.env.settle()
    assert office.last_message.id == card.id
    assert "is confirmed; everyone's been told" in office.last_message.content
    assert button_ids(office.last_message) == {}
    assert club.dms(club.olga) == []


async def test_skipping_a_week_and_coming_back(club: Club) -> None:
    await set_up(club)
    await club.pass_time(hours=6)
    (notice,) = club.dms(club.bob)
    await press(club, club.bob, notice, "Skip this week")
    assert "You're out of the round" in club.dms(club.bob)[0].content
    card = await club.olga.slash(club.channel, "partner round")
    assert "As of now it'd be" in text_of(card)
    assert "### Left over: 1\n**alice** · nobody else is taking part" in text_of(card)
    await press(club, club.bob, club.dms(club.bob)[0], "I'm in after all")
    assert "**alice** backward + **bob** spotting" in text_of(await club.olga.slash(club.channel, "partner round"))
    assert (await newest(club)).state == "announced"
    await press(club, club.bob, club.dms(club.bob)[0], "Skip this week")
    await club.pass_time(hours=27)
    assert len(club.dms(club.bob)) == 1
    assert "you were the only one" in club.dms(club.alice)[-1].content
    assert await outings(club) == []
    assert "is settled already" in text_of(await press(club, club.bob, club.dms(club.bob)[0], "I'm in after all"))


async def test_who_skips_after_the_draw_leaves_no_partner_behind_unawares(club: Club) -> None:
    await set_up(club)
    await club.pass_time(hours=30)
    await press(club, club.bob, club.dms(club.bob)[0], "Skip this week")
    assert "you were the only one" in club.dms(club.alice)[-1].content
    await club.pass_time(hours=3)
    assert await outings(club) == []


@pytest.mark.parametrize("blocked", [False, True])
async def test_nothing_of_a_round_tells_of_a_block(club: Club, blocked: bool) -> None:
    """Alice reads the same text whether Bob has blocked them or is matched with another member."""
    await set_up(club)
    async with club.database.write() as session:
        if blocked:
            tie = {"user_id": club.bob.id, "other_id": club.alice.id, "kind": "block", "other_name": "alice"}
            await session.execute(insert(Tie).values(**tie, since=club.env.now()))
        else:
            row = insert(Availability).values(
                guild_id=club.guild.id, user_id=club.olga.id, windows=[[1, 1080, 1200]], places=[],
                wishes=["backward"], backward_s_per_km=100.0, changed_at=club.env.now(),
            )  # fmt: skip
            await session.execute(row)
            await session.execute(
                update(Availability).where(Availability.user_id == club.alice.id).values(wishes=["backward"])
            )
    await club.pass_time(hours=33)
    if blocked:
        last = club.dms(club.alice)[-1].content
        assert last == club.dms(club.bob)[-1].content
        assert "it didn't work out this time" in last
        assert await outings(club) == []
        shown = text_of(await club.olga.slash(club.channel, "partner round"))
        assert "block" not in shown
    else:
        assert len(await outings(club)) == 1


async def test_only_organisers_see_the_round(club: Club) -> None:
    await set_up(club)
    nothing = text_of(await club.olga.slash(club.channel, "partner round"))
    assert "The first round is on Thu" in nothing
    await club.pass_time(hours=30)
    refused = text_of(await club.alice.slash(club.channel, "partner round"))
    assert "organisers" in refused
    assert "bob" not in refused


async def test_the_bot_is_down_when_the_round_is_due(club: Club) -> None:
    await set_up(club)
    await club.pass_time(hours=5)
    await club.restart(hours=3)  # down during the notice
    await club.pass_time(minutes=1)
    assert "is coming" in club.dms(club.alice)[0].content
    await club.restart(hours=23)  # down during the match
    await club.pass_time(minutes=1)
    assert "### Matched: 2" in club.dms(club.olga)[0].content
    await club.restart(hours=4)  # down during the automatic confirmation
    await club.pass_time(minutes=1)
    assert len(await outings(club)) == 1
    await club.restart()
    await club.pass_time(hours=1)
    assert len(await outings(club)) == 1
    assert len(club.dms(club.alice)) == 3


async def test_who_has_left_the_club_is_found_out_before_the_draw(club: Club) -> None:
    await set_up(club)
    async with club.database.write() as session:
        long_ago = datetime(2026, 10, 1, tzinfo=UTC)
        await session.execute(update(Member).where(Member.user_id == club.bob.id).values(seen_at=long_ago))
    await club.pass_time(hours=6)
    club.guild.remove_member(club.bob.user)
    await club.pass_time(hours=24)
    assert "you were the only one" in club.dms(club.alice)[-1].content
    async with club.database.read() as session:
        member = await session.get(Member, (club.guild.id, club.bob.id))
        assert member is not None
        assert member.left_at is not None


@pytest.mark.parametrize("by_itself", [True, False])
async def test_who_has_left_since_the_draw_is_found_out_before_the_match_is_posted(club: Club, by_itself: bool) -> None:
    partners = await set_up(club)
    await club.pass_time(hours=30)
    (preview,) = club.dms(club.olga)
    assert "**alice** backward + **bob** spotting" in preview.content
    club.guild.remove_member(club.bob.user)
    await club.env.settle()
    if by_itself:
        await club.pass_time(hours=3)
    else:
        await press(club, club.olga, preview, "Confirm")
    assert await outings(club) == []
    assert "No partner for you this round" in club.dms(club.alice)[-1].content
    shown = [message.content for message in partners.history()]
    assert not any("bob" in words for words in [*shown, *(m.content for m in club.dms(club.alice))])


async def test_a_worker_that_fails_is_asked_again(club: Club, worker: Worker) -> None:
    await set_up(club)
    await club.pass_time(hours=29)
    await worker.close()
    await club.pass_time(hours=1)
    assert (await newest(club)).state == "drawing"
    for lane in worker.lanes.values():
        lane.closed = False
    await club.pass_time(minutes=20)
    assert (await newest(club)).state == "drawn"
    assert len(club.dms(club.olga)) == 1
