"""`/challenge` as a club uses it: form, final result, both languages, after restarts, and by outsiders."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from sqlalchemy import select

from bot.interactions import components
from db.models import Challenge, ChallengePlace
from tests.flows.boards.boards import old_message
from tests.flows.conftest import Club, assert_language, text_of
from tests.flows.runs.reading import filled, rows

SPRING = {"name": "November *20*", "first": "1 November 2026", "last": "20 November 2026", "goal": "20 km"}


async def created(club: Club, post: str = "Post it", values: dict[str, str] = SPRING, **options: Any) -> Any:
    """Create and post a challenge; return its card."""
    form = await club.olga.slash(club.channel, "challenge create", **options)
    preview = await club.olga.submit_modal(form, values)
    await club.olga.click(preview.response, label=post)
    await club.pass_time(seconds=1)
    return club.channel.history()[-1]


async def log(club: Club, who: Any, sentence: str) -> Any:
    return await who.slash(club.channel, "log", run=sentence)


async def latest(club: Club) -> str:
    """Return the challenge's public card as it is now."""
    (challenge,) = await rows(club, Challenge)
    return text_of(next(one for one in club.channel.history() if one.id == challenge.message_id))


async def test_a_club_goal_from_the_form_to_the_final_result(club: Club) -> None:
    await log(club, club.alice, "5k 27:30 backward on 2 November")
    form = await club.olga.slash(club.channel, "challenge create")
    preview = await club.olga.submit_modal(form, SPRING)
    assert preview.ephemeral
    assert "Nobody sees it before you post it" in text_of(preview)
    assert "0 km of 20 km" in text_of(preview)
    again = await club.olga.click(preview.response, label="Change")
    assert filled(again)["goal"] == "20000 m"
    await club.olga.submit_modal(again, SPRING)
    await club.restart()
    await club.olga.click(preview.response, label="Post it")
    await club.pass_time(seconds=1)
    card = club.channel.history()[-1]
    assert "November \\*20\\*" in text_of(card)
    await club.restart()
    mine = await club.alice.click(card, label="Join")
    assert mine.ephemeral
    assert "**You:** **5 km**, 100% of it." in text_of(mine), "runs from before joining count"
    await club.bob.slash(club.channel, "challenge join")
    logged = await log(club, club.bob, "10k 60:00 backward yesterday")
    await club.pass_time(minutes=15)
    assert "15 km of 20 km" in await latest(club)
    assert "75% ▰▰▰▰▰▰▰▱▱▱" in await latest(club)
    assert "2 runners" in await latest(club)
    await club.bob.click(logged.response, label="Undo")
    assert "5 km of 20 km" in text_of(await club.bob.slash(club.channel, "challenge show"))
    await club.restart(days=3)
    await club.pass_time(seconds=1)
    over = text_of(club.channel.history()[-1])
    assert "is over. So far:" in over
    assert "Not quite" in over
    await club.alice.click(card, label="How it stands")
    await log(club, club.alice, "16k 1:36:00 backward on 20 November")
    await club.restart(days=3)
    await club.pass_time(seconds=1)
    final = text_of(club.channel.history()[-1])
    assert "the final result" in final
    assert "21 km of 20 km" in final
    assert "- alice: 16 km" in final
    await log(club, club.alice, "5k 27:30 backward on 3 November")
    assert "21 km of 20 km" in text_of(await club.alice.slash(club.channel, "challenge show"))
    assert "21 km of 20 km" in text_of(await club.bob.slash(club.channel, "challenge list"))
    refused = await club.bob.slash(club.channel, "challenge join", challenge="november")
    assert "is over" in text_of(refused)


async def test_personal_goals_and_a_race_in_german(club: Club) -> None:
    await club.speak("de")
    values = {"name": "Jeder für sich", "first": "1. November 2026", "last": "20. November 2026", "goal": "20 km"}
    card = await created(club, "Posten", values, kind="personal")
    form = await club.alice.click(card, label="Mitmachen")
    refused = await club.alice.submit_modal(form, {"goal": "5 Tage"})
    assert "nicht das, was diese Challenge zählt" in text_of(refused)
    again = await club.alice.click(refused.response, label="Korrigieren")
    mine = await club.alice.submit_modal(again, {"goal": "10 km"})
    await club.bob.submit_modal(await club.bob.click(card, label="Mitmachen"), {"goal": "20 km"})
    await log(club, club.alice, "10k in 60:00 rückwärts gestern")
    await club.pass_time(hours=5, minutes=1)
    assert club.dms(club.alice) == [], "there already"
    nudge = club.dms(club.bob)[-1]
    assert "Du bist bei 0 km: Mit **10 km** am Tag klappt es" in text_of(nudge)
    shown = await club.alice.slash(club.channel, "challenge show")
    assert "10 km von 10 km" in text_of(shown)
    assert "1 von 2 haben es geschafft" in text_of(shown)
    listed = await club.alice.slash(club.channel, "challenge list")
    ended = await club.olga.slash(club.channel, "challenge end")
    await club.olga.click(ended.response, label="Jetzt beenden")
    left = await club.alice.slash(club.channel, "challenge leave")
    await club.pass_time(seconds=1)
    assert_language(
        "de", nudge, card, form, refused, again, mine, shown, listed, ended, left, club.channel.history()[-1]
    )


async def test_teams_are_joined_drawn_and_named(club: Club) -> None:
    await club.speak("de")
    values = {"name": "Rot gegen Blau", "first": "heute", "last": "30. November 2026", "goal": "100 km"}
    card = await created(club, "Posten", values, teams=2, kind="race")
    drawn = await club.olga.click(card, label="So steht es")
    few = await club.olga.click(drawn.response, label="Mitmachen")
    mine = await club.alice.click(card, label="Mitmachen")
    assert "noch kein Team" in text_of(mine)
    await club.restart()
    await club.alice.click(mine.response, label="Team 1 (0)")
    form = await club.alice.click(mine.response, label="Mein Team benennen")
    await club.alice.submit_modal(form, {"name": "*Krebse*"})
    assert "in \\*Krebse\\*, angeführt von alice" in text_of(mine)
    refused = await club.olga.click(drawn.response, label="Teams auslosen")
    assert "Es braucht 4" in text_of(refused)
    await club.bob.slash(club.channel, "challenge join")
    carl = club.guild.add_member(club.env.create_user("carl"))
    await club.env.settle()
    await club.speak("de", carl)
    await club.restart()
    await carl.click(card, label="Mitmachen")
    await club.olga.click(drawn.response, label="Teams auslosen")
    assert "3 kamen in Teams" in text_of(drawn)
    await log(club, club.alice, "10k in 60:00 rückwärts heute")
    ended = await club.olga.slash(club.channel, "challenge end")
    await club.olga.click(ended.response, label="Jetzt beenden")
    await club.pass_time(seconds=1)
    result = club.channel.history()[-1]
    assert "🥇 · \\*Krebse\\* – **10 km** · 2 dabei" in text_of(result)
    assert_language("de", drawn, few, mine, form, refused, result)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"first": "20 November 2026", "last": "1 November 2026"}, "before it begins"),
        ({"last": "20 November 2036"}, "too long"),
        ({"last": "5 November 2026"}, "over already"),
        ({"goal": "lots"}, "as a goal"),
        ({"first": "someday", "goal": "lots"}, "as a goal"),
    ],
)
async def test_an_impossible_challenge_is_refused_and_nothing_typed_is_lost(
    club: Club, values: dict[str, str], words: str
) -> None:
    form = await club.olga.slash(club.channel, "challenge create", direction="all")
    refused = await club.olga.submit_modal(form, SPRING | values)
    assert words in text_of(refused)
    await club.restart()
    again = await club.olga.click(refused.response, label="Fix it")
    assert filled(again) == SPRING | values
    preview = await club.olga.submit_modal(again, SPRING)
    assert "Post it" in text_of(preview if preview.response else refused)
    (draft,) = await rows(club, Challenge)
    assert (draft.direction, draft.amount) == ("all", 20_000)


async def test_outsiders_and_forged_ids_change_nothing(club: Club) -> None:
    assert "organisers" in text_of(await club.alice.slash(club.channel, "challenge create"))
    card = await created(club)
    (challenge,) = await rows(club, Challenge)
    for action in ("post", "change", "discard", "here", "end", "ended"):
        sent = await old_message(club, f"challenge:{action}:v1:{challenge.challenge_id}")
        answer = await club.alice.click(sent, custom_id=f"challenge:{action}:v1:{challenge.challenge_id}")
        assert "organisers" in text_of(answer), action
    other = club.env.create_guild("Elsewhere")
    there = other.create_text_channel("runs")
    eve = other.add_member(club.env.create_user("eve"))
    await club.env.settle()
    for action in (f"join:v1:{challenge.challenge_id}", f"show:v1:{challenge.challenge_id}:0", "join:v1:99"):
        with club.env._bot_scope():
            channel: Any = club.env.bot.get_channel(there.id)
            sent = await channel.send(
                view=components.card(components.row(components.button("?", f"challenge:{action}")))
            )
        answer = await eve.click(sent, custom_id=f"challenge:{action}")
        assert "isn't there any more" in text_of(answer), action
    assert await rows(club, ChallengePlace) == []
    assert "0 runners" in text_of(card)
    async with club.database.read() as session:
        assert await session.scalar(select(Challenge.state)) == "open"


async def test_a_channel_without_rights_is_refused_and_the_draft_is_kept(club: Club) -> None:
    me = club.env.bot.get_guild(club.guild.id).me  # type: ignore[union-attr]
    nothing = {me.top_role: discord.PermissionOverwrite(attach_files=False)}
    closed = club.guild.create_text_channel("closed", overwrites=nothing)
    await club.env.settle()
    preview = await club.olga.submit_modal(await club.olga.slash(closed, "challenge create"), SPRING)
    assert "I need Attach Files" in text_of(await club.olga.click(preview.response, label="Post it"))
    form = await club.olga.slash(club.channel, "challenge create")
    assert filled(form)["name"] == SPRING["name"]
    again = await club.olga.submit_modal(form, filled(form))
    await club.olga.click(again.response, label="Post it")
    await club.pass_time(seconds=1)
    (challenge,) = await rows(club, Challenge)
    assert (challenge.channel_id, challenge.amount) == (club.channel.id, 20_000)


async def test_a_lost_channel_is_told_to_the_organisers_and_mended(club: Club) -> None:
    await created(club)
    there = club.guild.create_text_channel("talk")
    await club.env.settle()
    async with club.database.write() as session:
        (challenge,) = (await session.scalars(select(Challenge))).all()
        challenge.channel_id, challenge.message_id = 12345, None
    await club.alice.slash(club.channel, "challenge join")
    await club.pass_time(seconds=1)
    assert "Nothing's lost" in text_of(club.dms(club.olga)[-1])
    shown = await club.olga.slash(there, "challenge show")
    await club.olga.click(shown.response, label="Post it here")
    await club.pass_time(seconds=1)
    assert "1 runner" in text_of(there.history()[-1])
