"""A member who sends interactions faster than anybody can type: the answer they get, and the effect on others."""

from __future__ import annotations

from typing import Any

import pytest

from bot.client import Backpedal
from bot.interactions import admission
from bot.interactions.admission import URGENT_AREAS, Admission, Verdict
from tests.wire.acting import Asked
from tests.wire.outside import go_out, help_button, told
from tests.wire.payloads import Person
from tests.wire.server import LocalDiscord

ADA, BEN, MALLORY = Person("Ada"), Person("Ben"), Person("Mallory")
BURST = int(admission.ORDINARY.burst)
TOLD = int(admission.WORDS.burst)


class Clock:
    """A clock in seconds, advanced by the test."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(bot: Backpedal) -> Clock:
    """Replace the clock of the bot's interaction limit."""
    clock = Clock()
    bot.admission = Admission(clock)
    return clock


async def ask(there: LocalDiscord, person: Person, answered: int, more: int = 0) -> list[Asked]:
    """Send `answered` interactions one after the other, and `more` that may stay unanswered."""
    asked = [await (await there.slash("settings", person)).answer() for _ in range(answered)]
    return asked + [await there.slash("settings", person) for _ in range(more)]


async def heard(bot: Backpedal, there: LocalDiscord) -> None:
    """Wait until all earlier frames are handled: another member's interaction is answered."""
    await (await there.slash("settings", BEN)).answer()


async def test_a_limit_a_member_told_in_words_and_then_not_at_all(
    there: LocalDiscord, bot: Backpedal, clock: Clock
) -> None:
    asked = await ask(there, MALLORY, BURST + TOLD, more=20)
    await heard(bot, there)
    words = [one.text for one in asked if one.answered.is_set()]
    assert len(words) == BURST + TOLD, "the rest is not answered: an answer costs a request"
    assert ["That was a lot at once. Give me 2 seconds, then go on." in text for text in words] == (
        [False] * BURST + [True] * TOLD
    )
    assert all(one.message and one.message["flags"] & 64 for one in asked[BURST : BURST + TOLD]), "private"


async def test_it_comes_back_with_time(there: LocalDiscord, bot: Backpedal, clock: Clock) -> None:
    await ask(there, MALLORY, BURST + 1)
    clock.now += 1
    later = await ask(there, MALLORY, 4)
    assert ["a lot at once" in one.text for one in later] == [False, False, False, True]


async def test_the_words_are_in_the_members_language(there: LocalDiscord, bot: Backpedal, clock: Clock) -> None:
    german = Person("Mallory", locale="de")
    asked = await ask(there, german, BURST + 1)
    assert "Das war viel auf einmal." in asked[-1].text


async def test_presses_count_as_commands_do_and_forms_too(there: LocalDiscord, bot: Backpedal, clock: Clock) -> None:
    logged = await (
        await there.slash("log", MALLORY, distance="5k", time="27:30", direction="backward", surface="track")
    ).answer()
    assert logged.message
    form = await (await there.press(logged.message, "run:edit", MALLORY)).answer()
    await ask(there, MALLORY, BURST - 2)
    refused = [await there.press(logged.message, "run:undo", MALLORY), await there.submit(form, MALLORY, distance="6k")]
    for one in refused:
        assert "a lot at once" in (await one.answer()).text


async def test_typing_has_a_limit_of_its_own(there: LocalDiscord, bot: Backpedal, clock: Clock) -> None:
    burst = int(admission.TYPING.burst)
    for _ in range(burst):
        await (await there.type("log", MALLORY, "distance", distance="5k")).answer()
    more = [await there.type("log", MALLORY, "distance", distance="5k") for _ in range(5)]
    await ask(there, MALLORY, 1)
    assert not any(one.answered.is_set() for one in more)


async def test_need_help_and_an_outings_buttons_are_exempt(
    there: LocalDiscord, bot: Backpedal, clock: Clock, rows: Any
) -> None:
    letter = await go_out(there, ADA, BEN)
    left = BURST - 4  # the outing used some; the exact number does not matter
    await ask(there, ADA, left, more=80)
    menu = await help_button(there, letter, ADA)
    more = await there.press(letter, "outing:extend", ADA)
    assert "a lot at once" not in await told(there, more)
    said = await told(there, await there.press(menu, "alert:help", ADA))
    assert "I've raised the alarm" in said
    assert rows("SELECT count(*) FROM outings WHERE help_at IS NOT NULL") == [(1,)]
    assert "a lot at once" not in await told(there, await there.press(letter, "outing:home", ADA))
    await heard(bot, there)


def admitted(limits: Admission, custom_id: str) -> bool:
    pressed = {"type": 3, "user": {"id": MALLORY.id}, "data": {"custom_id": custom_id}}
    return limits.judge(pressed)[0] is Verdict.ADMITTED


def test_who_wears_out_one_urgent_area_has_the_others() -> None:
    limits = Admission(Clock())
    while admitted(limits, "outing:home:v1:1"):
        pass
    assert admitted(limits, "alert:help:v1:1")
    assert admitted(limits, "run:undo:v1:1:1")


async def test_every_urgent_area_has_handlers(bot: Backpedal) -> None:
    areas = {prefix.partition(":")[0] for prefix in bot.router.routes}
    assert areas >= URGENT_AREAS
    urgent = {prefix for prefix in bot.router.routes if prefix.partition(":")[0] in URGENT_AREAS}
    assert urgent >= {"alert:help:v1", "alert:unsafe:v1", "outing:home:v1", "outing:both:v1", "outing:extend:v1"}
    assert "call:more:v1" in urgent, "the way to Need help"
