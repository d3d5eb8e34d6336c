"""Menu values that were never offered, sent by a modified client: a clear answer, and no change."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from sqlalchemy import select

from bot.interactions.components import button, card, row
from bot.interactions.components import select as menu
from db.models import Guild, NudgeChoice, Pause, Reminder, User, WeeklyGoal
from tests.flows.conftest import Club, MemberActor, assert_language, text_of

NO_SUCH = "That choice doesn't exist"
NO_LONGER = "This button is too old"
HUGE = "9" * 25


async def choose(club: Club, actor: MemberActor, custom_id: str, *values: str) -> str:
    """Choose these values in a new menu with this custom id."""
    options = [discord.SelectOption(label=value[:100], value=value) for value in values or ("-",)]
    shown = await send(club, card(row(menu(custom_id, options, least=0, most=len(options)))))
    return text_of(await actor.select(shown, list(values), custom_id=custom_id))


async def send(club: Club, view: discord.ui.LayoutView) -> discord.Message:
    with club.env._bot_scope():
        channel: Any = club.env.bot.get_channel(club.channel.id)
        sent: discord.Message = await channel.send(view=view)
    return sent


async def held(club: Club) -> list[Any]:
    """Return the rows that the choices could change."""
    async with club.database.read() as session:
        people = await session.scalars(select(User))
        users = [(one.quiet_from_min, one.quiet_until_min, one.home_guild_id, one.units) for one in people]
        guilds = [
            (g.digest_channel_id, g.digest_weekday, g.digest_hour, g.digest_instead, g.round_weekday, g.grace_min)
            for g in await session.scalars(select(Guild))
        ]
        others = [
            len((await session.scalars(select(table))).all()) for table in (WeeklyGoal, NudgeChoice, Pause, Reminder)
        ]
        return [users, guilds, others]


@pytest.mark.parametrize(
    ("custom_id", "values"),
    [
        ("nudging:goal:v1", ["x"]),
        ("nudging:goal:v1", ["x all"]),
        ("nudging:goal:v1", ["99 all"]),
        ("nudging:goal:v1", ["3 sideways"]),
        ("nudging:goal:v1", [f"{HUGE} all"]),
        ("nudging:goal:v1", []),
        ("nudging:goal:v1", ["1 all", "2 all"]),
        ("nudging:quiet:v1:begins", ["x"]),
        ("nudging:quiet:v1:begins", ["24"]),
        ("nudging:quiet:v1:ends", ["-1"]),
        ("nudging:quiet:v1:ends", ["²"]),
        ("nudging:quiet:v1:ends", [HUGE]),
        ("nudging:quiet:v1:ends", []),
        ("settings:units:v1", ["furlongs"]),
        ("settings:home:v1", ["x"]),
        ("settings:home:v1", ["1"]),
        ("settings:sharing:v1", []),
        ("board:what:v1:1:week", ["x"]),
        ("board:what:v1:1:week", ["distance_"]),
        ("board:what:v1:1:week", ["spotting_backward"]),
        ("remind:show:v1", ["x"]),
        ("contact:drop:v1", ["x"]),
    ],
)
async def test_what_a_member_was_not_offered(club: Club, custom_id: str, values: list[str]) -> None:
    await club.alice.slash(club.channel, "help")
    before = await held(club)
    assert NO_SUCH in await choose(club, club.alice, custom_id, *values)
    assert await held(club) == before


@pytest.mark.parametrize(
    ("custom_id", "values"),
    [
        ("club:digested:v1:weekday", ["x"]),
        ("club:digested:v1:weekday", ["7"]),
        ("club:digested:v1:hour", ["24"]),
        ("club:digested:v1:hour", [HUGE]),
        ("club:digested:v1:hour", []),
        ("club:digest:v1", ["x"]),
        ("club:digest:v1", [HUGE]),
        ("club:when:v1:weekday", ["x"]),
        ("club:grace:v1", ["x"]),
        ("club:grace:v1", ["9999"]),
        ("club:runners:v1", []),
        ("club:language:v1", []),
        ("club:units:v1", ["furlongs"]),
        ("club:chosen:v1", ["x"]),
    ],
)
async def test_what_an_organiser_was_not_offered(club: Club, custom_id: str, values: list[str]) -> None:
    await club.olga.slash(club.channel, "club settings")
    before = await held(club)
    assert NO_SUCH in await choose(club, club.olga, custom_id, *values)
    assert await held(club) == before


async def test_a_kind_that_is_none_is_not_kept_and_a_channel_of_elsewhere_is_refused(club: Club) -> None:
    await choose(club, club.alice, "nudging:kinds:v1", "nudge.nonsense", "nudge.week")
    async with club.database.read() as session:
        assert "nudge.nonsense" not in set(await session.scalars(select(NudgeChoice.kind)))
    assert "gone" in await choose(club, club.olga, "club:digest:v1", "4711")
    async with club.database.read() as session:
        assert set(await session.scalars(select(Guild.digest_channel_id))) == {None}


async def test_buttons_that_were_never_shown_and_a_form_with_nothing_in_it(club: Club) -> None:
    await club.speak("de", club.alice)
    ids = ["nudging:pause:v1:boredom", f"nudging:pause:v1:{'x' * 80}", "club:instead:v1:2", "club:digested:v1:minute"]
    shown = await send(club, card(row(*(button("press", one) for one in ids))))
    for actor, custom_id in zip((club.alice, club.alice, club.olga, club.olga), ids, strict=True):
        answer = await actor.click(shown, custom_id=custom_id)
        if actor is club.alice:
            assert "ist zu alt" in text_of(answer)
            assert_language("de", answer)
        else:
            assert NO_LONGER in text_of(answer)
    form = await club.alice.click(
        await send(club, card(row(button("press", "nudging:pause:v1:injury")))), custom_id="nudging:pause:v1:injury"
    )
    unclear = await club.alice.submit_modal(form, {"until": "\u200b"})
    assert len(text_of(unclear)) > 20
    assert_language("de", unclear)
    async with club.database.read() as session:
        assert (await session.scalars(select(Pause))).all() == []
