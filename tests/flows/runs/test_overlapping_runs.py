"""Two runs that cover the same time: both are shown, and the member chooses which counts."""

from __future__ import annotations

from datetime import timedelta

from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.runs.imported_files import START, bring, tcx


async def test_one_run_by_watch_and_phone_counts_once(club: Club) -> None:
    (watch,) = (await bring(club, ("watch.tcx", tcx([5000])))).followups
    await club.alice.click(watch, label="All backward")
    phone = tcx([5300], start=START + timedelta(minutes=1))
    answer = await bring(club, ("phone.tcx", phone))
    assert "It covers the same time as another of your runs" in text_of(answer.response)
    (asked,) = answer.followups
    assert "📌 Tue 17 Nov 06:15 · 5.00 km · 27:30 · backward · TCX file" in text_of(asked)
    assert "🆕 Tue 17 Nov 06:16 · 5.30 km · 29:09 · direction missing · TCX file" in text_of(asked)
    assert list(button_ids(asked)) == ["Same: keep 📌", "Same: take 🆕", "Two runs"]
    assert "alice — **5.00 km**" in text_of(await club.bob.slash(club.channel, "leaderboard", metric="distance"))
    await club.restart()
    await club.alice.click(asked, label="Same: keep 📌")
    assert "Deleted" in text_of(asked)
    assert "alice — **5.00 km**" in text_of(await club.bob.slash(club.channel, "leaderboard", metric="distance"))


async def test_the_phone_may_be_taken_for_the_watch(club: Club) -> None:
    (watch,) = (await bring(club, ("watch.tcx", tcx([5000])))).followups
    await club.alice.click(watch, label="All backward")
    (asked,) = (await bring(club, ("phone.tcx", tcx([5300])))).followups
    took = await club.alice.click(asked, label="Same: take 🆕")
    assert "Deleted" in text_of(asked)
    (question,) = took.followups
    await club.alice.click(question, label="All backward")
    assert "alice — **5.30 km**" in text_of(await club.bob.slash(club.channel, "leaderboard", metric="distance"))
    restored = await club.alice.click(asked, label="Undo")
    (again,) = restored.followups
    assert "The same run twice?" in text_of(again)
    await club.alice.click(again, label="Two runs")
    assert "two runs" in text_of(again)
    assert "alice — **5.30 km**" in text_of(await club.bob.slash(club.channel, "leaderboard", metric="distance"))
    review = await club.olga.slash(club.channel, "club review")
    assert "The other one: 5.30 km in 29:09, started Tue 17 Nov 06:15" in text_of(review)
    await club.olga.click(review.response, label="Approve")
    assert "alice — **10.30 km**" in text_of(await club.bob.slash(club.channel, "leaderboard", metric="distance"))


async def test_a_run_typed_over_an_imported_one_is_asked_about(club: Club) -> None:
    (watch,) = (await bring(club, ("watch.tcx", tcx([5000])))).followups
    await club.alice.click(watch, label="All backward")
    logged = await club.alice.slash(
        club.channel, "log", direction="backward", distance="6k", time="30:00", when="2026-11-17 06:15"
    )
    asked = logged.followups[-1]
    assert asked.ephemeral
    assert "6.00 km · 30:00 · backward · typed" in text_of(asked)
    await club.alice.click(asked, label="Same: keep 📌")
    assert "alice — **5.00 km**" in text_of(await club.bob.slash(club.channel, "leaderboard", metric="distance"))


async def test_an_old_question_cannot_count_the_same_run_twice(club: Club) -> None:
    """The phone's question was sent before the overlapping run was logged."""
    (phone,) = (await bring(club, ("phone.tcx", tcx([5300, 100])))).followups
    await club.alice.slash(
        club.channel, "log", direction="backward", distance="6k", time="30:00", when="2026-11-17 06:15"
    )
    refused = await club.alice.click(phone, label="All backward")
    assert "covers the same time" in text_of(refused)
    await club.alice.click(phone, label="Choose laps")
    assert "The same run twice?" in text_of(phone)


async def test_a_german_reads_of_a_run_twice_in_german(club: Club) -> None:
    await club.speak("de")
    (watch,) = (await bring(club, ("watch.tcx", tcx([5000])))).followups
    await club.alice.click(watch, label="Alles rückwärts")
    answer = await bring(club, ("phone.tcx", tcx([5300])))
    (asked,) = answer.followups
    assert_language("de", answer, asked)
    assert list(button_ids(asked)) == ["Derselbe: 📌 behalten", "Derselbe: 🆕 nehmen", "Zwei Läufe"]
    await club.alice.click(asked, label="Zwei Läufe")
    assert_language("de", asked)
