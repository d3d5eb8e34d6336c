"""`/partner block`, `unblock`, `trust`, `untrust`: private lists that are not revealed to anyone else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot.i18n import translate
from db.models import Tie, User
from tests.flows.conftest import NOON, Club, MemberActor, assert_language, text_of, texts_of
from tests.flows.outings.calling import card_of, find, newcomer, press, state

Pair = tuple[int, int, str]


async def ties(club: Club) -> set[Pair]:
    async with club.database.read() as session:
        return {(t.user_id, t.other_id, t.kind) for t in await session.scalars(select(Tie))}


async def offered(club: Club, actor: MemberActor, command: str, typed: str = "") -> list[dict[str, Any]]:
    return await actor.autocomplete(club.channel, command, "member", typed)


async def test_a_block_and_a_trust_come_and_go_and_are_answered_privately(club: Club) -> None:
    blocked = await club.alice.slash(club.channel, "partner block", member=club.bob)
    assert blocked.ephemeral
    assert "**bob** is blocked" in text_of(blocked)
    assert "already" in text_of(await club.alice.slash(club.channel, "partner block", member=club.bob))
    trusted = await club.alice.slash(club.channel, "partner trust", member=club.olga)
    assert trusted.ephemeral
    assert "You trust **olga**" in text_of(trusted)
    assert "already" in text_of(await club.alice.slash(club.channel, "partner trust", member=club.olga))
    assert await ties(club) == {(club.alice.id, club.bob.id, "block"), (club.alice.id, club.olga.id, "trust")}

    mine = await club.alice.slash(club.channel, "partner block")
    assert mine.ephemeral
    assert "**bob** · since 18 Nov 2026" in text_of(mine)
    assert "olga" not in text_of(mine)
    assert "**olga**" in text_of(await club.alice.slash(club.channel, "partner trust"))

    (choice,) = await offered(club, club.alice, "partner unblock", "bo")
    assert choice["name"] == "bob · since 18 Nov 2026"
    undone = await club.alice.slash(club.channel, "partner unblock", member=choice["value"])
    assert undone.ephemeral
    assert "**bob** is no longer blocked" in text_of(undone)
    assert "You no longer trust **olga**" in text_of(
        await club.alice.slash(club.channel, "partner untrust", member="Olga")
    )
    assert await ties(club) == set()
    assert club.channel.last_message is None, "nothing of it is public"
    assert not club.dms(club.bob)


async def test_trusting_whom_one_blocks_asks_for_the_block_first(club: Club) -> None:
    await club.alice.slash(club.channel, "partner trust", member=club.bob)
    blocked = await club.alice.slash(club.channel, "partner block", member=club.bob)
    assert "you no longer trust them" in text_of(blocked)
    refused = await club.alice.slash(club.channel, "partner trust", member=club.bob)
    assert "unblock them first" in text_of(refused)
    assert await ties(club) == {(club.alice.id, club.bob.id, "block")}


async def test_oneself_and_bots_are_refused(club: Club) -> None:
    robot = club.guild.add_member(club.env.create_user("robot", bot=True))
    for command in ("partner block", "partner trust"):
        assert "not with yourself" in text_of(await club.alice.slash(club.channel, command, member=club.alice))
        assert "Bots don't run" in text_of(await club.alice.slash(club.channel, command, member=robot))
    assert await ties(club) == set()


@pytest.mark.parametrize("command", ["partner unblock", "partner untrust"])
async def test_a_made_up_choice_reaches_nobody_elses_list(club: Club, command: str) -> None:
    await club.bob.slash(club.channel, "partner block", member=club.alice)
    await club.bob.slash(club.channel, "partner trust", member=club.olga)
    before = await ties(club)
    for hostile in (
        f"#{club.bob.id}", f"#{club.alice.id}", "#0", "#-1", "#9223372036854775808", "#99999999999999999999", "#x",
        "bob", "'; DROP TABLE ties; --", "%", "#", "é" * 100,
    ):  # fmt: skip
        answer = await club.alice.slash(club.channel, command, member=hostile)
        assert answer.ephemeral
        assert "nothing changed" in text_of(answer), hostile
    assert await ties(club) == before
    assert await offered(club, club.alice, command) == []


async def test_two_of_one_name_are_told_apart_by_choosing(club: Club) -> None:
    other = club.guild.add_member(club.env.create_user("bob"))
    for member in (club.bob, other):
        await club.alice.slash(club.channel, "partner block", member=member)
    assert "more than one" in text_of(await club.alice.slash(club.channel, "partner unblock", member="bob"))
    choices = await offered(club, club.alice, "partner unblock")
    assert {choice["value"] for choice in choices} == {f"#{club.bob.id}", f"#{other.id}"}
    await club.alice.slash(club.channel, "partner unblock", member=f"#{other.id}")
    assert await ties(club) == {(club.alice.id, club.bob.id, "block")}


async def test_a_long_list_turns_and_a_name_breaks_nothing_also_after_a_restart(club: Club) -> None:
    await club.alice.slash(club.channel, "partner block")
    async with club.database.write() as session:
        for number in range(45):
            name = f"@everyone **{number}** <@5> \u202eolleh" + "x" * 60
            row = {"user_id": club.alice.id, "other_id": 1000 + number, "kind": "block", "other_name": name}
            await session.execute(insert(Tie).values(**row, since=NOON))
    mine = await club.alice.slash(club.channel, "partner block")
    assert "Page 1 of 3" in text_of(mine)
    assert len([line for line in text_of(mine).splitlines() if "since" in line]) == 20
    assert not re.search(r"@everyone|(?<!\\)<@5|\u202e", text_of(mine))
    await club.restart()
    second = await club.alice.click(mine.response, label="Next")
    assert "Page 2 of 3" in text_of(second.response)
    choices = await offered(club, club.alice, "partner unblock")
    assert len(choices) == 25
    assert all(len(choice["name"]) <= 100 and "\u202e" not in choice["name"] for choice in choices)


async def test_who_blocks_a_partner_is_offered_the_way_out_and_the_partner_is_told_nothing(club: Club) -> None:
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Spotter")
    shown, letters = text_of(card_of(club)), len(club.dms(club.bob))
    blocked = await club.alice.slash(club.channel, "partner block", member=club.bob)
    assert "You're still in an outing together" in text_of(blocked)
    assert "Stadium" in text_of(blocked)
    assert text_of(card_of(club)) == shown
    assert len(club.dms(club.bob)) == letters
    assert (await state(club))[0] == "confirmed"
    said = await press(club, club.alice, blocked.response, "Can't come")
    assert "you're out" in said
    assert (await state(club))[0] == "open"
    assert "alice can't come any more" in club.dms(club.bob)[-1].content.replace("*", "")


async def test_in_a_direct_message_the_lists_are_there_too(club: Club) -> None:
    await club.alice.slash(club.channel, "partner block", member=club.bob)
    assert "**bob**" in text_of(await club.alice.user.slash("partner block"))
    assert "no longer blocked" in text_of(await club.alice.user.slash("partner unblock", member="bob"))


async def read_everything(club: Club, actor: MemberActor) -> str:
    """Return all that a member can read of others by commands: lists, suggestions, boards, profiles, the export."""
    commands = (
        "partner block",
        "partner trust",
        "partner mine",
        "partner contact",
        "partner availability",
        "me",
        "runs list",
        "settings",
        "help",
        "privacy policy",
    )
    shown = [texts_of(await actor.slash(club.channel, command)) for command in commands]
    shown.append(texts_of(await actor.slash(club.channel, "me", member=club.alice)))
    for metric in ("distance", "spotting"):
        shown.append(texts_of(await actor.slash(club.channel, "leaderboard", metric=metric, period="all")))
    for command in ("partner unblock", "partner untrust"):
        shown.append([str(choice) for choice in await offered(club, actor, command)])
    exported = await actor.slash(club.channel, "privacy export")
    assert exported.response is not None
    for file in exported.response.attachments:
        shown.append([(await file.read()).decode()])
    shown.append([text_of(message) for message in club.dms(actor)])
    return re.sub(r"[0-9]{15,}", "id", json.dumps(shown))


async def test_all_bob_can_read_is_the_same_with_and_without_alices_block_and_trust(club: Club) -> None:
    await club.bob.slash(club.channel, "partner trust", member=club.alice)
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=club.bob)
    await club.bob.user.click(club.bob.user.dm_channel.last_message, label="Yes, I was the spotter")
    for one, other in ((club.alice, club.bob), (club.bob, club.alice)):
        await one.slash(club.channel, "partner contact", member=other)
        await club.env.settle()
        await other.user.click(club.dms(other)[-1], label="I accept")
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Spotter")
    queue = await find(club, club.olga, when="sat 10:00")
    vera, wim = newcomer(club, "vera"), newcomer(club, "wim")
    await press(club, vera, queue, "Spotter")
    too = await wim.click(queue, label="Come along")
    await press(club, wim, too.response, "Spotter")
    for actor in (club.alice, club.bob):
        full = await actor.click(queue, label="Come along")
        await actor.click(full.response, label="Wait: Spotter")
    without = await read_everything(club, club.bob)
    assert "alice" in without
    assert "\\u00b7 accepted" in without
    await club.alice.slash(club.channel, "partner trust", member=club.bob)
    assert await read_everything(club, club.bob) == without
    await club.alice.slash(club.channel, "partner block", member=club.bob)
    assert await read_everything(club, club.bob) == without
    assert "**bob** · blocked by you, told nothing" in text_of(await club.alice.slash(club.channel, "partner contact"))
    await club.alice.slash(club.channel, "partner unblock", member="bob")
    assert await read_everything(club, club.bob) == without


async def test_asking_somebody_who_blocks_one_to_be_a_contact_reads_like_asking_anybody(club: Club) -> None:
    vera = newcomer(club, "vera")
    await vera.slash(club.channel, "partner block", member=club.bob)
    asked = {}
    for actor in (vera, club.alice):
        answers = [await club.bob.slash(club.channel, "partner contact", member=actor)]
        await club.env.settle()
        answers.append(await club.bob.slash(club.channel, "partner contact"))
        asked[actor.name] = [text_of(answer).replace(actor.name, "N") for answer in answers]
        await club.bob.select(answers[1].response, [str(actor.id)], custom_id="contact:drop:v1")
    assert asked["vera"] == asked["alice"]
    assert club.dms(vera) == []


async def test_kept_out_by_a_block_reads_what_anybody_reads_who_may_not_join(club: Club) -> None:
    card = await find(club, club.alice)
    await club.alice.slash(club.channel, "partner block", member=club.bob)
    mine = await press(club, club.bob, card, "Spotter")
    assert mine == translate("en", "partners.not_open")
    blocked = await club.bob.slash(club.channel, "partner block", member=club.alice)
    assert "still in an outing" not in text_of(blocked)


async def test_german_members_read_german(club: Club) -> None:
    await club.speak("de")
    card = await find(club, club.alice, when="Fr 18 Uhr")
    await press(club, club.bob, card, "Begleiten")
    trusted = await club.alice.slash(club.channel, "partner trust", member=club.bob)
    blocked = await club.alice.slash(club.channel, "partner block", member=club.bob)
    assert "Ihr seid noch zusammen verabredet" in text_of(blocked)
    assert_language(
        "de",
        trusted,
        blocked,
        await club.alice.slash(club.channel, "partner block", member=club.bob),
        await club.alice.slash(club.channel, "partner trust", member=club.bob),
        await club.alice.slash(club.channel, "partner trust", member=club.alice),
        await club.alice.slash(club.channel, "partner block"),
        await club.alice.slash(club.channel, "partner trust"),
        await offered(club, club.alice, "partner unblock"),
        await club.alice.slash(club.channel, "partner unblock", member="niemand"),
        await club.alice.slash(club.channel, "partner unblock", member="bob"),
        await club.alice.slash(club.channel, "partner trust", member=club.bob),
        await club.alice.slash(club.channel, "partner trust", member=club.bob),
        await club.alice.slash(club.channel, "partner untrust", member="bob"),
        await club.alice.slash(club.channel, "partner block"),
    )
    async with club.database.read() as session:
        assert await session.get(User, club.alice.id) is not None
