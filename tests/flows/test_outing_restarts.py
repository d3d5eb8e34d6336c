"""The bot restarts after every step of an outing, and of one that ends in an alarm: nothing is lost or doubled."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from bot.i18n import catalogue, translate
from db.models import Run, Stretch
from tests.flows.calling import find, press, state
from tests.flows.conftest import Club, MemberActor, text_of
from tests.flows.test_alerts import contact, newcomer, organisers_room
from tests.flows.test_outing import last, letter

BUTTONS = {
    "swap": "partners.button.swap", "face": "partners.button.spotter", "confirm": "partners.button.confirm",
    "check_in": "course.button.check_in", "all": "course.button.all_here", "swap_now": "course.button.swap",
    "extend": "course.button.extend", "home": "course.button.home", "log": "course.button.log",
}  # fmt: skip
LETTERS = {
    "evening": "course.evening.words", "time": "course.start.words", "out": "course.out.words",
    "half": "course.half.words", "draft": "course.draft.words", "asked": "alerts.ask.words",
}  # fmt: skip


def words_in(language: str) -> dict[str, str]:
    """The labels of buttons, and how letters begin, up to the first thing that varies."""
    found = {name: translate(language, key) for name, key in BUTTONS.items()}
    for name, key in LETTERS.items():
        sentence = catalogue(language)[key]
        assert isinstance(sentence, str)
        found[name] = max(sentence.splitlines()[0].split("{")[0].split("**"), key=len).strip()
    found["longer"] = translate(language, "course.extend.button", {"count": 15})
    found["friday"] = {"en": "fri 18:00", "de": "Fr 18 Uhr"}[language]
    return found


async def click(club: Club, actor: MemberActor, part: str, label: str) -> str:
    """Press a button of the newest letter that says `part`, then restart."""
    answer = await actor.user.click(letter(club, actor, part), label=label)
    await club.env.settle()
    await club.restart()
    return text_of(answer)


async def check_in(club: Club, words: dict[str, str]) -> None:
    asked = await club.alice.user.click(letter(club, club.alice, words["time"]), label=words["check_in"])
    await club.restart()
    assert asked.response is not None
    await club.alice.user.click(asked.response, label=words["all"])
    await club.env.settle()
    await club.restart()


@pytest.mark.parametrize("language", ["de"])  # English: test_restarts.py
async def test_an_outing_to_its_logged_runs(club: Club, language: str) -> None:
    words = words_in(language)
    if language == "de":
        await club.speak_german()
    card = await find(club, club.alice, "swap", when=words["friday"])
    await club.restart()
    await press(club, club.bob, card, words["swap"])
    await club.restart()
    await club.bob.user.click(last(club, club.bob), label=words["confirm"])
    await club.env.settle()
    await club.restart()
    await club.pass_time(days=1, hours=6, minutes=1)
    await club.restart()
    assert words["evening"] in last(club, club.bob).content
    await club.pass_time(hours=23)
    await club.restart()
    await club.pass_time(hours=1)
    await club.restart()
    await check_in(club, words)
    await club.pass_time(minutes=12, seconds=5)
    await club.restart()
    await click(club, club.bob, words["half"], words["swap_now"])
    ask = await club.bob.user.click(letter(club, club.bob, words["out"]), label=words["extend"])
    await club.restart()
    assert ask.response is not None
    await club.bob.user.click(ask.response, label=words["longer"])
    await club.restart()
    await club.pass_time(minutes=12)
    for actor in (club.alice, club.bob):
        await click(club, actor, words["out"], words["home"])
    for actor in (club.alice, club.bob):
        await click(club, actor, words["draft"], words["log"])
    assert (await state(club))[0] == "home"
    async with club.database.read() as session:
        ways = await session.execute(
            select(Run.user_id, Stretch.direction)
            .join(Stretch, Stretch.run_id == Run.run_id)
            .order_by(Run.user_id, Stretch.position)
        )
        assert [tuple(row) for row in ways] == [
            (club.alice.id, "backward"), (club.alice.id, "forward"), (club.bob.id, "forward"), (club.bob.id, "backward")
        ]  # fmt: skip
    for actor in (club.alice, club.bob):
        twice = [text for text, times in Counter(m.content for m in club.dms(actor)).items() if times > 1]
        assert not twice


@pytest.mark.parametrize("language", ["de"])  # English: test_restarts.py
async def test_an_outing_to_its_alarm(club: Club, language: str) -> None:
    words = words_in(language)
    room = await organisers_room(club)
    dora = newcomer(club, "dora")
    await club.env.settle()
    if language == "de":
        await club.speak_german(club.alice, club.bob, club.olga, dora)
    await contact(club, club.bob, dora)
    await club.restart()
    card = await find(club, club.alice, when=words["friday"])
    await press(club, club.bob, card, words["face"])
    await club.bob.user.click(last(club, club.bob), label=words["confirm"])
    await club.env.settle()
    await club.pass_time(days=2, hours=6)
    await check_in(club, words)
    for minutes in (34, 15, 5, 10, 15):
        await club.pass_time(minutes=minutes)
        await club.restart()
    assert sum(words["asked"] in m.content for m in club.dms(club.alice)) == 1
    assert sum("⚠️" in m.content for m in club.dms(dora)) == 1
    assert sum("🚨" in m.content for m in room.history()) == 2
