"""The only spotter goes home while the other runs backward: messages to both, and undo."""

from __future__ import annotations

from bot.services.outings import outing_lifecycle
from tests.flows.conftest import Club, button_ids, text_of
from tests.flows.outings.calling import card_of, state
from tests.flows.outings.on_the_way import last, letter, out, words


async def test_the_spotter_presses_home_and_the_runner_knows_at_once_what_it_means(club: Club) -> None:
    await out(club)
    await club.pass_time(minutes=5)
    answer = await club.bob.user.click(letter(club, club.bob, "You're out with"), label="Home")
    assert "Without a spotter now: alice." in text_of(answer)
    await club.env.settle()
    told = last(club, club.alice)
    assert "You have no spotter now: walk, or turn round." in told.content
    assert "bob is home." in told.content
    assert list(button_ids(told)) == ["Home", "Need help", "More", "Extend"]
    more = text_of(await club.alice.user.click(told, label="More"))
    assert "Without a spotter: alice" in more
    assert "Spotter: bob" not in more
    assert "Spotter" not in text_of(card_of(club))
    assert "Without a spotter" not in text_of(card_of(club))


async def test_a_mistaken_home_is_taken_back_from_the_answer_or_the_draft_also_after_a_restart(club: Club) -> None:
    await out(club)
    await club.pass_time(minutes=5)
    answer = await club.bob.user.click(letter(club, club.bob, "You're out with"), label="Home")
    assert answer.response is not None
    back = await club.bob.user.click(answer.response, label="I'm still out")
    assert "You're out" in text_of(back)
    await club.env.settle()
    assert "You have a spotter again" in last(club, club.alice).content
    await club.bob.user.click(letter(club, club.bob, "You're out with"), label="Home")
    await club.env.settle()
    drafted = letter(club, club.bob, "Your run from this outing")
    await club.restart()
    assert "You're out" in text_of(await club.bob.user.click(drafted, label="I'm still out"))
    await club.env.settle()
    assert [line.split("**")[1] for line in words(club, club.alice)[-4:]] == [
        "You have no spotter now: walk, or turn round.", "bob is still out with you",
    ] * 2  # fmt: skip
    assert "no draft" in text_of(await club.bob.user.click(drafted, label="Log it"))


async def test_what_was_pressed_before_a_kill_is_told_after_the_restart(club: Club) -> None:
    await out(club)
    await club.pass_time(minutes=5)
    await outing_lifecycle.home(
        club.database, 1, club.bob.id, both=False, interaction_id=4711, now=club.env.now()
    )  # the delivery loop is not woken: the process was killed
    await club.restart()
    await club.env.settle()
    assert "You have no spotter now" in last(club, club.alice).content


async def test_who_is_checked_in_by_others_says_that_they_are_not_there(club: Club) -> None:
    await out(club)
    told = letter(club, club.bob, "You're out with")
    assert "I'm not there" in button_ids(told)
    assert "I'm not there" not in button_ids(letter(club, club.alice, "You're out with"))
    await club.bob.user.click(told, label="I'm not there")
    await club.env.settle()
    assert "bob says they're not with you." in last(club, club.alice).content
    assert (await state(club))[1][1] == (club.bob.id, "spotter", "left")
    done = last(club, club.bob)
    assert "Pressed by mistake?" in done.content
    await club.bob.user.click(done, label="I'm there after all")
    await club.env.settle()
    assert "bob** is with you after all" in last(club, club.alice).content
    assert (await state(club))[1][1] == (club.bob.id, "spotter", "in")


async def test_alone_is_said_differently_where_it_is_allowed(club: Club) -> None:
    await out(club, surface="track")
    await club.bob.user.click(letter(club, club.bob, "You're out with"), label="Home")
    await club.env.settle()
    assert "Alone is allowed here" in last(club, club.alice).content
