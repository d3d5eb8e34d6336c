"""An outing of two people, on the real client."""

from __future__ import annotations

from tests.wire.acting import Asked
from tests.wire.payloads import EPHEMERAL, Json, Person, text_of
from tests.wire.server import LocalDiscord

OWNER = Person("Olga", organiser=True, id="1")
"""Owner of the club according to its payload."""


def card_in(there: LocalDiscord, words: str) -> Json | None:
    """Return the outing's card in the channel, if it contains `words`."""
    runs = there.clubs[0].channels["runs"]
    cards = [m for m in there.messages.values() if m["channel_id"] == runs and not m["flags"] & EPHEMERAL]
    return next((card for card in cards if words in text_of(card)), None)


def answer_of(asked: Asked) -> Json | None:
    """Return what the user who pressed was shown; after "thinking…" that is a separate private message."""
    messages = [asked.message] if asked.message and asked.message is not asked.source else []
    return next(iter([*messages, *asked.followups]), None)


async def told(there: LocalDiscord, asked: Asked, timeout_s: float = 10) -> str:
    """Return the text shown to the user who pressed."""
    await asked.answer(timeout_s)
    await there.until(lambda: answer_of(asked) is not None, timeout_s)
    return text_of(answer_of(asked) or {})


def letter_to(there: LocalDiscord, person: Person, words: str) -> Json | None:
    """Return the newest direct message to somebody that contains `words`."""
    channel = there.direct(person.id)
    letters = [m for m in there.messages.values() if m["channel_id"] == channel and words in text_of(m)]
    return letters[-1] if letters else None


async def go_out(there: LocalDiscord, runner: Person, spotter: Person, place: str = "Stadium") -> Json:
    """Check both in, and return the runner's message with the buttons of an outing under way."""
    there.persons[OWNER.id] = OWNER
    typed = {"when": "in 40 minutes", "role": "backward", "distance": "3k", "surface": "road"}
    await (await there.slash("partner find", runner, place=place, **typed)).answer()
    await there.until(lambda: card_in(there, place))
    await told(there, await there.press(card_in(there, place) or {}, "Spotter · 2 free", spotter))
    await there.until(lambda: letter_to(there, spotter, ""))
    more = await there.press(card_in(there, place) or {}, "call:more", runner)
    await told(there, more)
    asking = await there.press(answer_of(more) or {}, "outing:checkin", runner)
    await told(there, asking)
    await (await there.press(answer_of(asking) or {}, "outing:all", runner)).answer()
    for person in (runner, spotter):
        await there.until(lambda person=person: letter_to(there, person, "You're out with"))  # type: ignore[misc]
    return letter_to(there, runner, "You're out with") or {}


async def help_button(there: LocalDiscord, letter: Json, runner: Person) -> Json:
    """Return the private menu that contains Need help."""
    more = await there.press(letter, "call:more", runner)
    await told(there, more)
    return answer_of(more) or {}
