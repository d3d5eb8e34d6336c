"""Walks: end-to-end flows in each language, with a restart of the bot after every step.

A walk is written once. Texts are given as "English|Deutsch", in the order of `WRITTEN_IN`, or once if they are the same
in all languages. After each step a new bot runs on the same data, so every press is on a message of an earlier process.

Messages are compared once: `told` takes the bot's messages to a member since its last call and asserts exactly these,
in this order; a walk ends with no message left.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
from simcord import ChannelHandle, InteractionResult

from bot.languages import DEFAULT
from tests.flows.conftest import Club, MemberActor, assert_language, button_ids, text_of, texts_of
from tests.flows.outings.calling import STADIUM, card_of, newcomer, state

Words = str
"""A readable text: "English|Deutsch", or one text for all languages."""
WRITTEN_IN = ("en", "de")
"""The languages of the columns of `Words`. Another language is tested once its column is added here."""


CALLED = "Your call's on its way to|Deine Suche steht gleich in"
ITS_ON = "it's on|Die Verabredung steht"
BACKWARD = "Run backward|Rückwärts laufen"
FORWARD = "Spotter|Begleiten"
SWAP = "Swap|Abwechseln"
CONFIRM = "Confirm|Zusagen"
CANT_COME = "Can't come|Kann nicht"
MORE = "More|Mehr"
HOME = "Home|Zu Hause"
LOG_IT = "Log it|Eintragen"
NOT_OPEN = "This outing isn't open to you|Diese Verabredung steht dir nicht offen"
IT_IS_TIME = "It's time|Es ist so weit"
OUT = "**You're out|unterwegs.** 🏃 Spätestens"
DRAFT = "Your run from this outing|Dein Lauf von dieser Verabredung"


class Walk:
    """One club, one language, and the messages compared so far.

    Attributes:
        club: the club of the walk.
        language: the language of the club and all its members.
        restarts: number of restarts so far.
    """

    def __init__(self, club: Club, language: str) -> None:
        self.club = club
        self.language = language
        self.restarts = 0
        self._taken: dict[int, int] = {}
        self._people: list[MemberActor] = [club.alice, club.bob, club.olga]
        self._read: dict[str, None] = {}
        self._opened: list[tuple[InteractionResult, Any]] = []

    def t(self, words: Words) -> str:
        """Return the text in this walk's language."""
        columns = words.split("|")
        return columns[WRITTEN_IN.index(self.language)] if len(columns) > 1 else words

    # ------------------------------------------------------------------ members

    async def joined_by(self, *names: str, roles: tuple[Any, ...] = ()) -> list[MemberActor]:
        """Add members who use the walk's language."""
        people = [newcomer(self.club, name, *roles) for name in names]
        self._people += people
        await self.club.env.settle()
        await self.in_its_language(*people)
        return people

    async def in_its_language(self, *people: MemberActor) -> None:
        """Set the walk's language for these people, or for the club's first three members."""
        if self.language != DEFAULT:
            await self.club.speak(self.language, *people)

    # ------------------------------------------------------------------ steps

    async def slash(self, actor: MemberActor, command: str, *reads: Words, **typed: Any) -> InteractionResult:
        """Use a command; typed texts may have columns."""
        typed = {name: self.t(value) if isinstance(value, str) else value for name, value in typed.items()}
        return await self._answered(await actor.slash(self.club.channel, command, **typed), reads)

    async def press(
        self, actor: MemberActor, where: InteractionResult | discord.Message | Words, label: Words, *reads: Words
    ) -> InteractionResult:
        """Press the button whose label starts with `label`, on an answer, a message or the newest DM with this text."""
        message, who = self._find(actor, where)
        ids = button_ids(message)
        custom_id = next((one for shown, one in ids.items() if shown.startswith(self.t(label))), None)
        assert custom_id, f"{self.t(label)!r} is not among {list(ids)}"
        answer = await who.click(message, custom_id=custom_id)
        self._opened.append((answer, who))
        return await self._answered(answer, reads)

    async def choose(
        self, actor: MemberActor, where: InteractionResult | discord.Message | Words, custom_id: str,
        values: list[Any], *reads: Words,
    ) -> InteractionResult:  # fmt: skip
        """Choose values of a menu."""
        message, who = self._find(actor, where)
        return await self._answered(await who.select(message, values, custom_id=custom_id), reads)

    async def send(self, form: InteractionResult, fields: dict[str, Any], *reads: Words) -> InteractionResult:
        """Submit the form opened by a press, as the presser; typed texts may have columns."""
        values = {name: self.t(value) if isinstance(value, str) else value for name, value in fields.items()}
        who = next(who for answer, who in self._opened if answer is form)
        return await self._answered(await who.submit_modal(form, values), reads)

    async def later(self, **span: float) -> None:
        """Advance the clock; the bot is down until the last ten seconds, and restarts after them."""
        await self.restart(seconds=timedelta(**span).total_seconds() - 10)
        await self.club.pass_time(seconds=10)
        await self.restart()

    async def restart(self, **down: float) -> None:
        """Restart the bot, at once or after a downtime."""
        await self.club.restart(**down)
        await self.club.env.settle()
        self.restarts += 1

    # ------------------------------------------------------------------ messages

    def told(self, actor: MemberActor, *letters: Words) -> list[str]:
        """Assert that the bot's DMs to a member since the last call are exactly these, in order, and return them."""
        return self._take(actor.name, actor.id, [m.content for m in self.club.dms(actor)], letters)

    def posted(self, room: ChannelHandle, *posts: Words) -> list[str]:
        """Assert that the messages in a channel since the last call are exactly these, in order, and return them."""
        return self._take("the channel", room.id, [text_of(m) for m in room.history()], posts)

    def card(self, *reads: Words, without: Words = "") -> discord.Message:
        """Assert the current text of the outing's public card, and return the card."""
        card = card_of(self.club)
        self._reads(text_of(card), reads)
        assert not without or self.t(without) not in text_of(card)
        return card

    def nothing_left(self) -> None:
        """Assert that no member has a message left that the walk has not compared."""
        for actor in self._people:
            self.told(actor)
        assert_language(self.language, [{"text": text} for text in self._read])

    def _take(self, name: str, key: int, said: list[str], expected: tuple[Words, ...]) -> list[str]:
        new = said[self._taken.get(key, 0) :]
        self._taken[key] = len(said)
        wanted = [self.t(words) for words in expected]
        heard = [text.splitlines()[0] for text in new]
        assert len(new) == len(wanted), f"{name} was told {heard}, not {wanted}"
        for text, words in zip(new, wanted, strict=True):
            assert words in text, f"{name} was told {heard}, not {wanted}"
        self._read |= dict.fromkeys(new)
        return new

    def _find(self, actor: MemberActor, where: InteractionResult | discord.Message | Words) -> tuple[Any, Any]:
        if isinstance(where, str):
            letters = [m for m in self.club.dms(actor) if self.t(where) in m.content]
            assert letters, f"{actor.name} has no letter with {self.t(where)!r}"
            return letters[-1], actor.user
        if isinstance(where, InteractionResult):
            assert where.response is not None
            in_a_dm = where.response.channel_id not in [c.id for c in self.club.env.bot.get_all_channels()]
            return where.response, actor.user if in_a_dm else actor
        return where, actor.user if isinstance(where.channel, discord.DMChannel) else actor

    async def _answered(self, answer: InteractionResult, reads: tuple[Words, ...]) -> InteractionResult:
        self._reads(text_of(answer), reads)
        self._read |= dict.fromkeys(texts_of(answer))
        await self.club.env.settle()
        await self.restart(seconds=1)
        return answer

    def _reads(self, text: str, reads: tuple[Words, ...]) -> None:
        for words in reads:
            assert self.t(words) in text, f"{self.t(words)!r} is not in {text!r}"


# ------------------------------------------------------------------ shared steps


async def agree(walk: Walk, one: MemberActor, other: MemberActor, role: str = "backward", **typed: Any) -> None:
    """Let one member call, and the other join, which confirms."""
    await walk.slash(one, "partner find", CALLED, **(STADIUM | {"role": role} | typed))
    await walk.press(other, walk.card(), SWAP if role == "swap" else FORWARD, "You're in|Du bist dabei")
    for actor in (one, other):
        (letter,) = walk.told(actor, ITS_ON)
        assert walk.t("I'm not an emergency service|Ich bin kein Notdienst") in letter
    assert (await state(walk.club))[0] == "confirmed"


async def check_in(walk: Walk, one: MemberActor, other: MemberActor) -> None:
    """Check in both members."""
    label = walk.t("Check in|Einchecken")
    (letter,) = [m for m in walk.club.dms(one) if label in button_ids(m)]
    asked = await walk.press(one, letter.content.splitlines()[0], label, "Who's there?|Wer ist da?")
    await walk.press(one, asked, "We're all here|Wir sind alle da", "You're out|Ihr seid unterwegs")
    for actor in (one, other):
        (letter,) = walk.told(actor, OUT)
        assert walk.t("not an emergency service|kein Notdienst") in letter
    assert (await state(walk.club))[0] == "under_way"
