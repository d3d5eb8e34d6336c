"""Walks: flows from end to end in each language, where the bot is restarted after every single step.

A walk is written once. Words stand as "English|Deutsch", in the order of `WRITTEN_IN`, or once if they are the same in
all languages. After each
step the bot is a new one on the same data, so that whatever is pressed next was shown by one that is gone.

Whoever reads something reads it once: `told` takes what the bot has written to somebody since it was last asked,
exactly that and in that order, and a walk ends with nothing left that it has not taken.
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
"""What can be read: "English|Deutsch", or the same in all languages."""
WRITTEN_IN = ("en", "de")
"""The languages of the columns of `Words`. Another shipped language is walked once its column is written here."""


CALLED = "Your call's on its way to|Deine Suche steht gleich in"
ENOUGH = "You've got a group|Ihr seid genug"
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
OUT = "You're out with|unterwegs.** Spätestens"
DRAFT = "Your run from this outing|Dein Lauf von dieser Verabredung"


class Walk:
    """One club, one language, and what each has read so far.

    Attributes:
        club: the club walked in.
        language: what everybody in it, and the club itself, reads.
        restarts: how often the bot has been replaced.
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
        """The words in this walk's language."""
        columns = words.split("|")
        return columns[WRITTEN_IN.index(self.language)] if len(columns) > 1 else words

    # ------------------------------------------------------------------ who walks

    async def joined_by(self, *names: str, roles: tuple[Any, ...] = ()) -> list[MemberActor]:
        """More members, who read the walk's language."""
        people = [newcomer(self.club, name, *roles) for name in names]
        self._people += people
        await self.club.env.settle()
        await self.in_its_language(*people)
        return people

    async def in_its_language(self, *people: MemberActor) -> None:
        """Let people, or everybody there is at the start, read the walk's language."""
        if self.language != DEFAULT:
            await self.club.speak(self.language, *people)

    # ------------------------------------------------------------------ steps

    async def slash(self, actor: MemberActor, command: str, *reads: Words, **typed: Any) -> InteractionResult:
        """Use a command; words typed may have columns."""
        typed = {name: self.t(value) if isinstance(value, str) else value for name, value in typed.items()}
        return await self._answered(await actor.slash(self.club.channel, command, **typed), reads)

    async def press(
        self, actor: MemberActor, where: InteractionResult | discord.Message | Words, label: Words, *reads: Words
    ) -> InteractionResult:
        """Press a button by how its label begins: of an answer, a message, or one's newest letter with these words."""
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
        """Choose of a list."""
        message, who = self._find(actor, where)
        return await self._answered(await who.select(message, values, custom_id=custom_id), reads)

    async def send(self, form: InteractionResult, fields: dict[str, Any], *reads: Words) -> InteractionResult:
        """Send off the form a press has opened, as the one who pressed; words typed may have columns."""
        values = {name: self.t(value) if isinstance(value, str) else value for name, value in fields.items()}
        who = next(who for answer, who in self._opened if answer is form)
        return await self._answered(await who.submit_modal(form, values), reads)

    async def later(self, **span: float) -> None:
        """Let time pass; the bot is down until the last ten seconds, and up when they are over."""
        await self.restart(seconds=timedelta(**span).total_seconds() - 10)
        await self.club.pass_time(seconds=10)
        await self.restart()

    async def restart(self, **down: float) -> None:
        """Replace the bot, now or after it has been down for a time."""
        await self.club.restart(**down)
        await self.club.env.settle()
        self.restarts += 1

    # ------------------------------------------------------------------ what is read

    def told(self, actor: MemberActor, *letters: Words) -> list[str]:
        """What the bot has written to somebody since this was last asked: these letters, in this order, no others."""
        return self._take(actor.name, actor.id, [m.content for m in self.club.dms(actor)], letters)

    def posted(self, room: ChannelHandle, *posts: Words) -> list[str]:
        """What the bot has said in a channel since this was last asked."""
        return self._take("the channel", room.id, [text_of(m) for m in room.history()], posts)

    def card(self, *reads: Words, without: Words = "") -> discord.Message:
        """The outing's public card, which says this now."""
        card = card_of(self.club)
        self._reads(text_of(card), reads)
        assert not without or self.t(without) not in text_of(card)
        return card

    def nothing_left(self) -> None:
        """Nobody was told anything that the walk has not taken."""
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


# ------------------------------------------------------------------ what two do again and again


async def agree(walk: Walk, one: MemberActor, other: MemberActor, role: str = "backward", **typed: Any) -> None:
    """One calls, the other comes in and confirms."""
    await walk.slash(one, "partner find", CALLED, **(STADIUM | {"role": role} | typed))
    await walk.press(other, walk.card(), SWAP if role == "swap" else FORWARD, "You're in|Du bist dabei", "gate 4")
    walk.told(other, ENOUGH)
    walk.told(one, ENOUGH)
    await walk.press(other, ENOUGH, CONFIRM, "so has everyone else|alle anderen auch")
    for actor in (one, other):
        (letter,) = walk.told(actor, ITS_ON)
        assert walk.t("I'm not an emergency service|Ich bin kein Notdienst") in letter
    assert (await state(walk.club))[0] == "confirmed"


async def check_in(walk: Walk, one: MemberActor, other: MemberActor) -> None:
    """One checks in for both."""
    asked = await walk.press(one, IT_IS_TIME, "Check in|Einchecken", "Who's there?|Wer ist da?")
    await walk.press(one, asked, "We're all here|Wir sind alle da", "You're out|Ihr seid unterwegs")
    for actor in (one, other):
        (letter,) = walk.told(actor, OUT)
        assert walk.t("not an emergency service|kein Notdienst") in letter
    assert (await state(walk.club))[0] == "under_way"
