"""`/remind` as members use it: creating, listing, editing, pausing, and other members' reminders."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from db.models import Reminder, User
from tests.flows.conftest import NOON, Club, assert_language, button_ids, text_of
from tests.flows.reminders.reminding import SEVEN, ask, forged, last, rows, said


async def test_asking_shows_how_it_was_understood_and_the_next_three_times(club: Club) -> None:
    typed = await club.alice.autocomplete(club.channel, "remind me", "when", SEVEN)
    assert "next Thu 19 Nov 07:00" in typed[0]["name"]
    assert typed[0]["value"] == SEVEN
    answer = await club.alice.slash(club.channel, "remind me", when=SEVEN, what="calf raises")
    assert answer.ephemeral
    words = text_of(answer)
    assert "I'll remind you" in words
    assert "as UTC time" in words, "nobody told a zone"
    assert "calf raises" in words
    assert f"Next: **Thu 19 Nov 07:00** (<t:{int(NOON.timestamp()) + 19 * 3600}:R>)" in words
    assert "then Fri 20 Nov 07:00\nthen Sat 21 Nov 07:00" in words
    assert await rows(club) == [("calf raises", "active", 1)]
    await club.alice.slash(club.channel, "settings", zone="Auckland")
    edited = await club.alice.slash(club.channel, "remind edit", reminder="calf", what="lunges")
    assert f"Next: **Thu 19 Nov 07:00** (<t:{int(NOON.timestamp()) + 6 * 3600}:R>)" in text_of(edited), "7:00 there"
    typed = await club.alice.autocomplete(club.channel, "remind me", "when", SEVEN)
    assert "next Thu 19 Nov 07:00" in typed[0]["name"]


async def test_before_anything_is_typed_it_shows_what_could_be(club: Club) -> None:
    shown = await club.alice.autocomplete(club.channel, "remind me", "when", " ")
    assert [choice["name"] for choice in shown] == [
        "in 20 minutes · Wed 18 Nov 12:20",
        "tomorrow 6am · Thu 19 Nov 06:00",
        "every tue and thu 6:30 · next Thu 19 Nov 06:30",
        "first sunday of the month 9:00 · next Sun 6 Dec 09:00",
    ]
    answer = await club.alice.slash(club.channel, "remind me", when=shown[2]["value"], what="calf raises")
    assert "Next: **Thu 19 Nov 06:30**" in text_of(answer)
    await club.speak("de")
    german = await club.alice.autocomplete(club.channel, "remind me", "when", "")
    assert german[2]["name"] == "jeden Di und Do 6:30 · als Nächstes Do. 19. Nov. 06:30"


async def test_another_zone_moves_what_is_due_and_the_alarm_with_it(club: Club) -> None:
    await ask(club, club.alice, "every day 21:30")
    await ask(club, club.alice, "in 50 minutes", "tea")
    await club.alice.slash(club.channel, "settings", zone="Tokyo")
    await club.pass_time(minutes=30)
    assert said(club, club.alice) == ["calf raises ⏰"], "it is 21:30 in Tokyo"
    await club.pass_time(minutes=20)
    assert said(club, club.alice) == ["calf raises ⏰", "tea ⏰"]


@pytest.mark.parametrize("typed", ["yesterday 7:00", "30 feb", "when I feel like it", "every 2 minutes", "in 9 years"])
async def test_what_cannot_be_is_refused_with_an_example(club: Club, typed: str) -> None:
    shown = await club.alice.autocomplete(club.channel, "remind me", "when", typed)
    refused = text_of(await club.alice.slash(club.channel, "remind me", when=typed, what="x"))
    for words in (shown[0]["name"], refused):
        assert len(words) > 20
    assert await rows(club) == []


async def test_a_far_day_is_shown_with_its_year(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "remind me", when="24 Dec 2028 9am", what="race")
    assert "Next: **Sun 24 Dec 2028 09:00**" in text_of(answer)


async def test_the_other_reading_is_a_button_that_survives_a_restart(club: Club) -> None:
    shown = await club.alice.autocomplete(club.channel, "remind me", "when", "tomorrow 6")
    assert [choice["name"] for choice in shown] == ["Thu 19 Nov 06:00", "Thu 19 Nov 18:00"]
    chosen = await club.alice.slash(club.channel, "remind me", when=shown[1]["value"], what="early")
    assert "Next: **Thu 19 Nov 18:00**" in text_of(chosen)
    assert "could mean" not in text_of(chosen)
    answer = await club.alice.slash(club.channel, "remind me", when="tomorrow 6", what="pack")
    words = text_of(answer)
    assert "Next: **Thu 19 Nov 06:00**" in words
    assert "That could mean two things" in words
    label = next(label for label in button_ids(answer) if label.startswith("I meant"))
    assert "18:00" in label
    other_id = button_ids(answer)[label]
    await club.restart()
    assert answer.response is not None
    changed = await club.alice.click(answer.response, label=label)
    assert "Next: **Thu 19 Nov 18:00**" in text_of(changed)
    assert "could mean two things" not in text_of(changed), "it has been said which"
    again = await club.alice.click(await forged(club, other_id), custom_id=other_id)
    assert "Next: **Thu 19 Nov 18:00**" in text_of(again)
    edited = await club.alice.slash(club.channel, "remind edit", reminder="pack", when=SEVEN)
    assert "Next: **Thu 19 Nov 07:00**" in text_of(edited)
    stale = await club.alice.click(await forged(club, other_id), custom_id=other_id)
    assert "has changed since then" in text_of(stale)


async def test_the_list_opens_one_to_change_pause_take_up_and_delete(club: Club) -> None:
    assert "None yet" in text_of(await club.alice.slash(club.channel, "remind list"))
    await ask(club, club.alice, SEVEN)
    listed = await club.alice.slash(club.channel, "remind list")
    assert "**calf raises**" in text_of(listed)
    async with club.database.read() as session:
        number = await session.scalar(select(Reminder.reminder_id))
    await club.restart()
    assert listed.response is not None
    shown = await club.alice.select(listed.response, [str(number)], custom_id="remind:show:v1")
    assert shown.response is not None
    form = await club.alice.click(shown.response, label="Edit")
    filled = {part["component"]["custom_id"]: part["component"]["value"] for part in form.modal["components"]}
    assert filled["what"] == "calf raises"
    changed = await club.alice.submit_modal(form, {"what": "stretch", "when": filled["when"]})
    assert "## stretch ⏰" in text_of(changed)
    assert "Next: **Thu 19 Nov 07:00**" in text_of(changed), "a time left as it was stays"
    form = await club.alice.click(shown.response, label="Edit")
    changed = await club.alice.submit_modal(form, {"what": "stretch", "when": "in 90 minutes"})
    assert "Next: **Wed 18 Nov 13:30**" in text_of(changed)
    form = await club.alice.click(shown.response, label="Edit")
    refused = await club.alice.submit_modal(form, {"what": "x", "when": "soonish"})
    assert "soonish" in text_of(refused)
    assert shown.response is not None
    paused = await club.alice.click(shown.response, label="Pause")
    assert "Paused" in text_of(paused)
    assert await rows(club) == [("stretch", "paused", 0)]
    resumed = await club.alice.click(shown.response, label="Resume")
    assert "On again" in text_of(resumed)
    assert "Delete **stretch**" in text_of(await club.alice.click(shown.response, label="Delete"))
    assert "## stretch ⏰" in text_of(await club.alice.click(shown.response, label="Keep it"))
    await club.alice.click(shown.response, label="Delete")
    assert "**stretch** is deleted" in text_of(await club.alice.click(shown.response, label="Yes, delete it"))
    for action in ("edit", "pause", "resume", "remove", "keep", "delete"):
        custom_id = f"remind:{action}:v1:{number}"
        late = await club.alice.click(await forged(club, custom_id), custom_id=custom_id)
        assert "reminder's gone" in text_of(late), action
    await club.restart(days=2)
    assert club.dms(club.alice) == []


async def test_an_edit_keeps_what_it_does_not_name(club: Club) -> None:
    await ask(club, club.alice, "every mon 18:00 until 1 june", "stretch")
    shown = await club.alice.autocomplete(club.channel, "remind edit", "reminder", "stretch")
    number = shown[0]["value"]
    typed = await club.alice.autocomplete(club.channel, "remind edit", "when", "every tue", reminder=number)
    assert typed[0]["name"] == "every Tuesday 18:00 until 1 Jun · next Tue 24 Nov 18:00"
    other_day = await club.alice.slash(club.channel, "remind edit", reminder=number, when="every tue")
    assert "every Tuesday 18:00 until 1 Jun" in text_of(other_day)
    other_hour = await club.alice.slash(club.channel, "remind edit", reminder=number, when="7pm")
    assert "every Tuesday 19:00 until 1 Jun" in text_of(other_hour)
    form = await club.alice.slash(club.channel, "remind edit", reminder=number)
    in_form = await club.alice.submit_modal(form, {"what": "stretch", "when": "every Wed"})
    assert "every Wednesday 19:00 🔁\n" in text_of(in_form)


async def test_another_hour_leaves_every_other_saturday_on_its_saturdays(club: Club) -> None:
    assert "Sat 21 Nov 08:00" in await ask(club, club.alice, "every other saturday 8am", "long run")
    await club.pass_time(days=4)
    edit = {"reminder": "long", "what": "longer run"}
    shown = text_of(await club.alice.slash(club.channel, "remind edit", when="every other saturday at 9", **edit))
    assert "Sat 5 Dec 09:00" in shown
    later = "every other saturday 9:00 from 28 november"
    assert "Sat 28 Nov 09:00" in text_of(await club.alice.slash(club.channel, "remind edit", when=later, **edit))
    weekly = text_of(await club.alice.slash(club.channel, "remind edit", when="every saturday 9:00", **edit))
    assert "Sat 28 Nov 09:00" in weekly


async def test_the_commands_choose_by_words_never_by_number(club: Club) -> None:
    await ask(club, club.alice, what="calf raises")
    await ask(club, club.alice, "in 20 minutes", what="stretch the calves")
    found = await club.alice.autocomplete(club.channel, "remind pause", "reminder", "calves")
    assert [choice["name"].split(" · ")[0] for choice in found] == ["stretch the calves"]
    assert len(await club.alice.autocomplete(club.channel, "remind delete", "reminder", "")) == 2
    unclear = await club.alice.slash(club.channel, "remind pause", reminder="cal")
    assert "Which reminder is “cal”" in text_of(unclear)
    assert "Paused" in text_of(await club.alice.slash(club.channel, "remind pause", reminder=found[0]["value"]))
    assert "paused" in text_of(await club.alice.slash(club.channel, "remind list"))
    form = await club.alice.slash(club.channel, "remind edit", reminder="raises")
    assert "Change this reminder" in text_of(form)
    assert "## lunges ⏰" in text_of(await club.alice.submit_modal(form, {"what": "lunges", "when": SEVEN}))
    sure = await club.alice.slash(club.channel, "remind delete", reminder="lunges")
    assert sure.response is not None
    assert "is deleted" in text_of(await club.alice.click(sure.response, label="Yes, delete it"))
    await club.pass_time(hours=1)
    assert said(club, club.alice) == [], "paused"
    offered = await club.alice.slash(club.channel, "remind resume", reminder="stretch")
    assert "It was for **Wed 18 Nov 12:20**, which has passed" in text_of(offered)
    assert "missed while paused: Wed 18 Nov 12:20 ⏸️" in text_of(await club.alice.slash(club.channel, "remind list"))
    assert offered.response is not None
    late = await club.alice.click(offered.response, label="In 10 min, 13:10")
    assert "On again" in text_of(late)
    await club.pass_time(minutes=10)
    assert said(club, club.alice) == ["stretch the calves ⏰"]


async def test_what_was_snoozed_is_in_the_list_until_it_comes_again(club: Club) -> None:
    await club.alice.slash(club.channel, "settings", zone="Berlin")
    await ask(club, club.alice, "in 20 minutes", "stretch")
    await ask(club, club.alice, "every day 13:30", "calf raises")
    await club.pass_time(minutes=40)
    for message in club.dms(club.alice):
        choices = await club.alice.user.click(message, label="Snooze")
        assert choices.response is not None
        await club.alice.user.click(choices.response, label="In 1 h, 14:40")
    listed = text_of(await club.alice.slash(club.channel, "remind list"))
    assert "**stretch** ⏰\n-# snoozed until Wed 18 Nov 14:40 💤" in listed
    assert "next Thu 19 Nov 13:30 · snoozed until Wed 18 Nov 14:40 💤" in listed
    found = await club.alice.autocomplete(club.channel, "remind edit", "reminder", "stretch")
    assert [choice["name"] for choice in found] == ["stretch · snoozed until Wed 18 Nov 14:40"]
    form = await club.alice.slash(club.channel, "remind edit", reminder="stretch")
    filled = {part["component"]["custom_id"]: part["component"]["value"] for part in form.modal["components"]}
    changed = await club.alice.submit_modal(form, {"what": "stretch both", "when": filled["when"]})
    assert "it's back **Wed 18 Nov 14:40**" in text_of(changed), "a time left as it was stays"
    await club.speak("de", club.alice)
    german = await club.alice.slash(club.channel, "remind list")
    assert "verschoben auf Mi. 18. Nov. 14:40 💤" in text_of(german)
    sure = await club.alice.slash(club.channel, "remind delete", reminder="both")
    assert "**stretch both** (verschoben auf Mi. 18. Nov. 14:40) löschen?" in text_of(sure)
    assert sure.response is not None
    shown = await club.alice.click(sure.response, label="Behalten")
    assert shown.response is not None
    assert "kommt noch einmal **Mi. 18. Nov. 14:40**" in text_of(shown)
    assert_language("de", german, sure, shown)
    paused = await club.alice.click(shown.response, label="Pausieren")
    assert "Pausiert" in text_of(paused)
    resumed = await club.alice.click(shown.response, label="Fortsetzen")
    assert "Als Nächstes: **Mi. 18. Nov. 14:40**" in text_of(resumed)
    await club.pass_time(hours=1)
    assert said(club, club.alice)[2:] == ["calf raises ⏰", "stretch both ⏰"]
    assert "stretch" not in text_of(await club.alice.slash(club.channel, "remind list"))


async def test_nobody_elses_is_found_by_words_ids_or_buttons(club: Club) -> None:
    await club.alice.slash(club.channel, "remind me", when="tomorrow 6", what="my secret")
    await club.olga.slash(club.channel, "remind club", when=SEVEN, what="club run")
    await club.bob.slash(club.channel, "help")
    for command in ("pause", "resume", "edit", "delete"):
        assert await club.bob.autocomplete(club.channel, f"remind {command}", "reminder", "") == []
        for typed in ("secret", "#1", "#2", "club", "#99", "#999999999999999999", "1 or 1=1", "#١"):
            refused = text_of(await club.bob.slash(club.channel, f"remind {command}", reminder=typed))
            assert "reminder's gone" in refused or "Which reminder is" in refused, (command, typed)
    assert "None yet" in text_of(await club.bob.slash(club.channel, "remind list"))
    actions = ("edit", "pause", "resume", "remove", "keep", "delete")
    ids = [f"remind:{action}:v1:{number}" for action in actions for number in (1, 2)]
    ids += [
        "remind:reading:v1:1:0:1",
        "remind:late:v1:1:hour",
        "remind:done:v1:1:1795068000",
        "remind:snooze:v1:1:1795068000",
    ]
    for custom_id in ids:
        pressed = text_of(await club.bob.click(await forged(club, custom_id), custom_id=custom_id))
        assert "reminder's gone" in pressed, custom_id
    for custom_id in (
        "remind:edit:v1:x", "remind:edit:v1:99999999999999999999", "remind:late:v1:1:never", "remind:done:v1:1:x",
        "remind:done:v1:1:999999999999999", "remind:reading:v1:1:0:-1", "remind:page:v1:x", "remind:later:v1:1:1:never",
    ):  # fmt: skip
        pressed = text_of(await club.bob.click(await forged(club, custom_id), custom_id=custom_id))
        assert "button" in pressed, (custom_id, pressed)
    assert [state for _, state, _ in await rows(club)] == ["active", "active"]
    assert "my secret" not in text_of(await club.olga.slash(club.channel, "remind list"))


async def test_as_many_as_the_operator_allows(club: Club) -> None:
    await club.alice.slash(club.channel, "help")
    common = {
        "user_id": club.alice.id, "audience": "me", "zone": "UTC", "created_at": NOON, "state": "paused",
        "schedule": {"kind": "daily", "every": 1, "hours": ["07:00"], "anchor": "2026-11-18"},
    }  # fmt: skip
    async with club.database.write() as session:
        await session.execute(
            insert(Reminder), [{**common, "interaction_id": n, "what": f"{'long ' * 20}{n}"} for n in range(49)]
        )
    assert "I'll remind you" in await ask(club, club.alice, what="the fiftieth")
    assert "You already have 50 reminders" in await ask(club, club.alice, what="one more")
    listed = await club.alice.slash(club.channel, "remind list")
    assert "Page 1 of 7, 50 reminders" in text_of(listed)
    assert "the fiftieth" in text_of(listed), "what comes stands before what is paused"
    assert listed.response is not None
    turned = await club.alice.click(listed.response, label="More")
    assert "Page 2 of 7" in text_of(turned)
    assert len(await club.alice.autocomplete(club.channel, "remind pause", "reminder", "long")) == 25


async def test_an_empty_list_opens_the_form(club: Club) -> None:
    listed = await club.alice.slash(club.channel, "remind list")
    form = await club.alice.click(listed.response, label="New reminder")
    made = await club.alice.submit_modal(form, {"what": "calf raises", "when": "every tue 6:30"})
    assert "every Tuesday 06:30 🔁" in text_of(made)


async def test_what_is_typed_neither_pings_nor_breaks_anything(club: Club) -> None:
    nasty = ("@everyone <@&1> **bold `code` [x](http://x) \u202e\n# head " * 4)[:200]
    card = await ask(club, club.alice, "in 20 minutes", nasty)
    shown = text_of(await club.alice.slash(club.channel, "remind list"))
    await club.pass_time(minutes=20)
    message = last(club, club.alice)
    assert "\u202e" not in shown
    for words in (card, message.content):
        assert "@everyone" not in words
        assert "<@&1>" not in words
        assert "\u202e" not in words
        assert "**bold" not in words
    assert len(message.content) < 500
    assert not message.mentions
    assert not message.mention_everyone
    snooze = await club.alice.user.click(message, label="Snooze")
    done = await club.alice.user.click(message, label="Done")
    for answer in (snooze, done):
        assert "@everyone" not in text_of(answer)


async def test_all_of_it_in_german(club: Club) -> None:
    await club.speak("de")
    async with club.database.write() as session:
        await session.execute(update(User).values(zone="Europe/Berlin"))
    shown = await club.alice.autocomplete(club.channel, "remind me", "when", "morgen 6")
    answer = await club.alice.slash(club.channel, "remind me", when="morgen 6", what="Tasche packen")
    assert "Als Nächstes: **Do. 19. Nov. 06:00**" in text_of(answer)
    assert answer.response is not None
    other = await club.alice.click(
        answer.response, label=next(label for label in button_ids(answer) if label.startswith("Ich meine"))
    )
    refused = await club.alice.slash(club.channel, "remind me", when="irgendwann", what="x")
    series = await club.alice.slash(club.channel, "remind me", when="jeden Tag 7 Uhr", what="Wadenheben")
    listed = await club.alice.slash(club.channel, "remind list")
    form = await club.alice.slash(club.channel, "remind edit", reminder="Waden")
    paused = await club.alice.slash(club.channel, "remind pause", reminder="packen")
    await club.restart(hours=36)
    missed = await club.alice.slash(club.channel, "remind resume", reminder="packen")
    assert "inzwischen vorbei" in text_of(missed)
    assert missed.response is not None
    resumed = await club.alice.click(missed.response, label="In 10 Min., 01:10")
    sure = await club.alice.slash(club.channel, "remind delete", reminder="packen")
    which = await club.alice.slash(club.channel, "remind delete", reminder="Turnen")
    message = last(club, club.alice)
    assert message.content == "Wadenheben (von Do. 19. Nov. 07:00, entschuldige) ⏰"
    assert list(button_ids(message)) == ["Erledigt", "Später", "Eintragen"]
    snooze = await club.alice.user.click(message, label="Später")
    assert list(button_ids(snooze)) == ["In 10 Min., 01:10", "In 1 Std., 02:00", "Heute Abend, 19:00", "Morgen, 07:00"]
    assert snooze.response is not None
    snoozed = await club.alice.user.click(snooze.response, label="In 1 Std., 02:00")
    log = await club.alice.user.click(message, label="Eintragen")
    logged = await club.alice.user.submit_modal(log, {"distance": "5k", "time": "27:30", "direction": "rückwärts"})
    assert "1 von 4 diese Woche" in text_of(logged)
    done = await club.alice.user.click(message, label="Erledigt")
    assert "schon abgehakt" in text_of(done)
    await club.restart(hours=32)
    late = last(club, club.alice)
    assert late.content == "Wadenheben (von 07:00, entschuldige) ⏰"
    assert_language("de",
        shown, answer, other, refused, series, listed, form, paused, missed, resumed, sure, which, message, snooze,
        snoozed, log, logged, done, late,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "options", "look"),
    [
        ("remind list", {}, "check </remind list:"),
        ("runs list", {}, "check </runs list:"),
        ("partner mine", {}, "check </partner mine:"),
        ("leaderboard", {}, "check first, then try again"),
    ],
)
async def test_a_failure_names_the_list_of_what_was_asked_for(
    club: Club, errors_expected: list[str], monkeypatch: pytest.MonkeyPatch,
    command: str, options: dict[str, str], look: str,
) -> None:  # fmt: skip
    errors_expected.append("failed")

    def broken(*given: object, **named: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(club.database, "read", broken)
    monkeypatch.setattr(club.database, "write", broken)
    assert look in text_of(await club.alice.slash(club.channel, command, **options))
