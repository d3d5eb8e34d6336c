"""`/partner availability` as members use it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from db.models import Availability, MeetingPoint, User
from tests.flows.conftest import Club, assert_language, text_of

EMPTY = {"places": "", "forward": "", "backward": ""}


async def row(club: Club) -> Availability | None:
    async with club.database.read() as session:
        return (await session.scalars(select(Availability))).one_or_none()


async def said(club: Club, **fields: str) -> Any:
    """Save Alice's availability and return the card."""
    card = await club.alice.slash(club.channel, "partner availability")
    form = await club.alice.click(card.response, label="Add my times")
    await club.alice.submit_modal(form, EMPTY | {"when": "tue thu 18-20"} | fields)
    return await club.alice.slash(club.channel, "partner availability")


async def test_saying_when_where_and_how_fast(club: Club) -> None:
    first = await club.alice.slash(club.channel, "partner availability")
    assert first.response.ephemeral
    assert "Tell me when you could run" in text_of(first)
    async with club.database.write() as session:
        await session.execute(insert(MeetingPoint).values(guild_id=club.guild.id, name="Stadium"))
    form = await club.alice.click(first.response, label="Add my times")
    typed = {"when": "tue thu 18-20, sat 9-12", "places": ["Stadium"], "forward": "6:00", "backward": "8:30"}
    after = text_of(await club.alice.submit_modal(form, typed))
    for words in ("Tue Thu 18:00–20:00, Sat 9:00–12:00", "**Where** Stadium", "6:00/km", "8:30/km", "You're in."):
        assert words in after
    kept = await row(club)
    assert kept is not None
    assert (kept.windows, kept.places) == ([[1, 1080, 1200], [3, 1080, 1200], [5, 540, 720]], ["Stadium"])


async def test_the_form_is_filled_with_what_was_said_and_takes_it_back(club: Club) -> None:
    card = await said(club, forward="5:30", backward="8:15")
    before = await row(club)
    form = await club.alice.click(card.response, label="Change")
    filled = {part["component"]["custom_id"]: part["component"].get("value", "") for part in form.modal["components"]}
    assert filled["when"] == "Tue Thu 18:00–20:00"
    await club.alice.submit_modal(form, filled)
    after = await row(club)
    assert before is not None
    assert after is not None
    assert (after.windows, after.forward_s_per_km, after.backward_s_per_km) == (
        before.windows, before.forward_s_per_km, before.backward_s_per_km,
    )  # fmt: skip


async def test_a_refusal_says_what_was_understood(club: Club) -> None:
    card = await club.alice.slash(club.channel, "partner availability")
    form = await club.alice.click(card.response, label="Add my times")
    words = text_of(await club.alice.submit_modal(form, EMPTY | {"when": "tue 18-20 and maybe sat"}))
    assert "I got Tue 18:00–20:00, but not “maybe”" in words
    assert "tue thu 18-20, sat 9-12" in words
    assert await row(club) is None


async def test_roles_pause_and_taking_part_no_more(club: Club) -> None:
    card = await said(club)
    await club.alice.select(card.response, ["spotter"], custom_id=f"avail:roles:v1:{club.guild.id}")
    kept = await row(club)
    assert kept is not None
    assert kept.wishes == ["spotter"]
    form = await club.alice.click(card.response, label="Pause")
    assert "Paused until 1 Dec 2026" in text_of(await club.alice.submit_modal(form, {"until": "1 Dec"}))
    card = await club.alice.slash(club.channel, "partner availability")
    assert "You're in." in text_of(await club.alice.click(card.response, label="Back in now"))
    form = await club.alice.click((await said_again(club)).response, label="Pause")
    assert "until tomorrow at least" in text_of(await club.alice.submit_modal(form, {"until": "yesterday"}))
    out = await club.alice.click((await said_again(club)).response, label="Leave matching")
    assert "You're out of matching" in text_of(out)
    back = await club.alice.click((await said_again(club)).response, label="Back to matching")
    assert "You're in." in text_of(back)


async def said_again(club: Club) -> Any:
    return await club.alice.slash(club.channel, "partner availability")


async def test_the_card_still_works_after_a_restart_and_in_a_direct_message(club: Club) -> None:
    card = await said(club)
    await club.restart()
    assert "You're out of matching" in text_of(await club.alice.click(card.response, label="Leave matching"))
    in_a_dm = await club.alice.user.slash("partner availability")
    assert "When you can run 🗓️\n-# Krebsgang" in text_of(in_a_dm)


async def test_a_card_of_another_club_changes_nothing(club: Club) -> None:
    await said(club)
    card = await club.alice.user.slash("partner availability")
    other = club.env.create_guild("Rückwärts Bonn")
    away = other.add_member(club.alice.user)
    there = other.create_text_channel("runs")
    await club.env.settle()
    assert "Tell me when" in text_of(await away.slash(there, "partner availability"))
    async with club.database.write() as session:
        await session.execute(update(User).values(home_guild_id=other.id))
    refused = await club.alice.user.click(card.response, label="Leave matching")
    assert "from another club" in text_of(refused)
    kept = await row(club)
    assert kept is not None
    assert kept.paused_until is None


async def test_somebody_without_a_club_is_told_what_to_do(club: Club) -> None:
    assert "choose a home club" in text_of(await club.bob.user.slash("partner availability"))


async def test_all_of_it_in_german(club: Club) -> None:
    await club.speak("de")
    card = await club.alice.slash(club.channel, "partner availability")
    form = await club.alice.click(card.response, label="Zeiten eintragen")
    refused = await club.alice.submit_modal(form, EMPTY | {"when": "di irgendwann"})
    again = await club.alice.click(card.response, label="Zeiten eintragen")
    after = await club.alice.submit_modal(again, EMPTY | {"when": "Mo Mi 6:30-8, Sa 9-12", "backward": "8:15"})
    assert "Mo Mi 6:30–8:00, Sa 9:00–12:00" in text_of(after)
    assert "Überall" in text_of(after)
    pause = await club.alice.click(after.response, label="Pausieren")
    paused = await club.alice.submit_modal(pause, {"until": "1. Dezember"})
    assert "Pause bis 01.12.2026" in text_of(paused)
    out = await club.alice.click(paused.response, label="Nicht mehr mitmachen")
    assert_language("de", card, form, refused, after, pause, paused, out)
