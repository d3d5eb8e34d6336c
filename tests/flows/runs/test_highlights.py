"""The highlight line of a run's card, such as the first, fastest or longest run."""

from __future__ import annotations

from sqlalchemy import select

from db.models import Run, User
from tests.flows.conftest import Club, assert_language, text_of
from tests.flows.runs.imported_files import bring, track


async def logged(club: Club, sentence: str) -> str:
    return text_of((await club.alice.slash(club.channel, "log", run=sentence)).response)


async def shown(club: Club, run_id: int) -> str:
    return text_of(await club.alice.slash(club.channel, "runs show", run=f"#{run_id}"))


async def test_firsts_are_cheered_once_and_an_ordinary_run_is_not(club: Club) -> None:
    assert "First run logged!" in await logged(club, "400m 3:00 backward 3 days ago")
    assert "First kilometre backward!" in await logged(club, "5k 27:30 backward 2 days ago")
    plain = await logged(club, "5k 28:00 backward yesterday")
    assert "🎉" not in plain
    assert "🏅" not in plain


async def test_a_best_says_by_how_much_and_stays_true_when_the_card_is_redrawn(club: Club) -> None:
    await logged(club, "5k 28:00 backward 2 days ago")
    said = await logged(club, "5k 27:30 backward yesterday")
    assert "Fastest 5 km backward yet: 27:30, by 30 s (before: Mon 16 Nov)" in said
    first, best = club.channel.history()[:2]
    form = await club.alice.click(best, label="Edit")
    await club.alice.submit_modal(
        form, {"distance": "5k", "time": "27:15", "direction": "backward", "when": "yesterday 12:00", "note": ""}
    )
    assert "by 45 s" in text_of(club.channel.history()[1])
    await club.alice.click(first, label="Undo")
    await club.alice.click(best, label="Flip")
    assert "Fastest" not in text_of(club.channel.history()[1])


async def test_a_hundred_kilometres_and_the_longest_run(club: Club) -> None:
    for days, km in ((5, 30), (4, 30), (3, 30)):
        await logged(club, f"{km}k 6:00:00 forward {days} days ago")
    assert "100 km in all!" in await logged(club, "12k 80 min forward 2 days ago")
    assert "Longest run forward yet" in await logged(club, "31k 6:00:00 forward yesterday")


async def test_a_streak_is_told_by_the_run_that_completes_its_third_week(club: Club) -> None:
    for days in (16, 15, 9, 8):
        assert "in a row" not in await logged(club, f"3k 19:30 backward {days} days ago")
    assert "3 weeks in a row!" in await logged(club, "3k 19:30 backward 2 days ago")
    card = club.channel.last_message
    assert "in a row" not in await logged(club, "3k 19:30 backward yesterday")
    await club.alice.click(card, label="Flip")
    assert "in a row" not in text_of(club.channel.history()[4]), "the goal is a backward run"
    assert "3 weeks in a row!" in await shown(club, 6), "now the run of the next day completes the week"


async def test_a_run_that_is_held_or_whose_time_is_doubtful_is_not_praised(club: Club) -> None:
    assert "🎉" not in await logged(club, "5k 15:00 backward 2 days ago")
    await logged(club, "5k 27:30 backward yesterday")
    async with club.database.write() as session:
        run = await session.scalar(select(Run).order_by(Run.run_id.desc()))
        await session.delete(await session.get(Run, run.run_id - 1))
        run.doubtful = True
    assert "🎉" not in await shown(club, run.run_id)


async def test_a_public_card_does_not_tell_what_a_private_run_was(club: Club) -> None:
    async with club.database.write() as session:
        session.add(User(user_id=club.alice.id, created_at=club.env.now(), sharing="me"))
    await logged(club, "5k 28:00 backward 2 days ago")
    async with club.database.write() as session:
        (await session.get(User, club.alice.id)).sharing = "club"
    said = await logged(club, "5k 27:30 backward yesterday")
    assert "Fastest 5 km backward yet" in said
    assert "by 30 s" not in said
    async with club.database.read() as session:
        run_id = await session.scalar(select(Run.run_id).order_by(Run.run_id.desc()))
    own = await club.alice.slash(club.channel, "runs show", run=f"#{run_id}")
    assert "by 30 s" in text_of(own), "to its runner alone"


async def test_the_line_in_german(club: Club) -> None:
    await club.speak("de")
    first = await club.alice.slash(club.channel, "log", run="5 km 28:00 rückwärts vorgestern")
    best = await club.alice.slash(club.channel, "log", run="5 km 27:30 rückwärts gestern")
    assert "Der erste Lauf" in text_of(first)
    assert "Bestzeit: 5 km rückwärts in 27:30, um 30 s verbessert (bisher Mo. 16. Nov.)" in text_of(best)
    assert_language("de", first, best)


async def test_a_file_says_every_best_it_set_and_takes_them_back(club: Club) -> None:
    for sentence in ("1k 5:50 backward 5 days ago", "400m 2:30 backward 4 days ago"):
        await logged(club, sentence)
    (question,) = (await bring(club, ("run.tcx", track(3.0 for _ in range(340))))).followups
    await club.alice.click(question, label="All backward")
    card = await club.alice.slash(club.channel, "runs show", run=f"#{await newest_run(club)}")
    assert "Fastest 1 km backward yet: 5:34, by 16 s (before: Fri 13 Nov) 🏅\nAlso fastest yet: 400 m" in (
        text_of(card).replace("**", "")
    )
    await club.alice.click(card.response, label="Undo")
    bests = text_of(await club.alice.slash(club.channel, "records"))
    assert "**1 km: 5:50**" in bests
    assert "800 m" not in bests


async def newest_run(club: Club) -> int:
    async with club.database.read() as session:
        return await session.scalar(select(Run.run_id).order_by(Run.run_id.desc()))
