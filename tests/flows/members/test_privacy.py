import io
import json
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from bot.domain.runs.runs import Direction, RunContent, SpotterState, Stretch, Surface
from bot.i18n import translate
from bot.interactions.components import card
from bot.services.members.people import Seen, meet
from bot.services.runs import run_changes, runs
from db.base import Base
from db.models import Companion, Outing, Run, Standing
from tests.flows.conftest import NOON, Club, MemberActor, assert_language, text_of

FIVE_K = RunContent(
    started_at=NOON,
    zone="UTC",
    ran_on=NOON.date(),
    stretches=(Stretch(Direction.BACKWARD, 5000, 1_650_000),),
    surface=Surface.TRACK,
)


async def log(club: Club, actor: MemberActor, spotter: MemberActor | None = None) -> int:
    seen = Seen(actor.id, actor.name, "en-US", club.guild.id, club.guild.name)
    content = FIVE_K
    if spotter is not None:
        content = replace(content, spotter_id=spotter.id, spotter_name=spotter.name, spotter_state=SpotterState.AGREED)
    person = await meet(club.database, seen, NOON)
    return (await run_changes.log_run(club.database, person, content, interaction_id=actor.id, now=NOON)).view.run_id


async def post_card(club: Club, run_id: int, text: str) -> int:
    """Post a public card of a run, as `/log` does."""
    message = await club.env.bot.get_partial_messageable(club.channel.id).send(view=card(text))
    await runs.keep_card(club.database, run_id, club.channel.id, message.id)
    return message.id


async def everything(club: Club) -> str:
    async with club.database.read() as session:
        found = []
        for table in Base.metadata.sorted_tables:
            found += [" ".join(map(repr, row)) for row in await session.execute(select(table))]
    return "\n".join(found)


async def test_the_policy_is_read_by_anybody_alone_also_in_a_direct_message(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "privacy policy")
    points = [line for line in text_of(answer).splitlines() if line.startswith("- **")]
    assert len(points) == 4
    assert text_of(answer).splitlines()[1:5] == points
    assert answer.response is not None
    assert answer.response.ephemeral
    for part in (
        "Kept",
        "Your club sees",
        "30 days",
        "until you erase it",
        "A server removes me",
        "operator's backups",
    ):
        assert part in text_of(answer)
    assert "A server removes me" in text_of(await club.bob.user.slash("privacy policy"))


async def test_everything_comes_out_as_two_files_for_its_owner_alone(club: Club) -> None:
    await log(club, club.alice)
    await log(club, club.bob)
    answer = await club.alice.slash(club.channel, "privacy export")
    assert answer.response is not None
    assert answer.response.ephemeral
    table, whole = answer.response.attachments
    assert (table.filename, whole.filename) == ("backpedal-runs.csv", "backpedal.json")
    exported = json.loads(await whole.read())
    assert len(exported["runs"]) == 1
    assert "bob" not in json.dumps(exported)
    assert len(io.StringIO((await table.read()).decode()).readlines()) == 2


async def test_erasing_takes_everything_away_after_the_word_and_not_before(club: Club) -> None:
    mine, theirs = await log(club, club.alice), await log(club, club.bob, spotter=club.alice)
    my_card, their_card = (
        await post_card(club, mine, "alice ran"),
        await post_card(club, theirs, "bob ran, alice spotted"),
    )
    asked = await club.alice.slash(club.channel, "privacy erase")
    assert "Nobody can bring it back" in text_of(asked)
    form = await club.alice.click(asked.response, label="Erase …")
    refused = await club.alice.submit_modal(form, {"word": "yes"})
    assert "Nothing was erased" in text_of(refused.followups or refused.response)
    assert str(club.alice.id) in await everything(club)

    form = await club.alice.click(asked.response, label="Erase …")
    done = await club.alice.submit_modal(form, {"word": " erase "})
    assert "You're erased" in text_of(done)
    assert "One run" in text_of(done)
    left = await everything(club)
    assert str(club.alice.id) not in left
    assert "alice" not in left
    assert str(club.bob.id) in left
    shown = {message.id: text_of(message) for message in club.channel.history()}
    assert my_card not in shown
    assert "bob" in shown[their_card]
    assert "alice" not in shown[their_card]
    async with club.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Run)) == 1
        assert set(await session.scalars(select(Standing.user_id))) == {club.bob.id}


async def test_erasing_in_a_direct_message_with_the_card_gone_and_the_word_in_the_other_language(club: Club) -> None:
    run_id = await log(club, club.alice)
    await runs.keep_card(club.database, run_id, club.channel.id, 12345)
    asked = await club.alice.user.slash("privacy erase")
    form = await club.alice.user.click(asked.response, label="Erase …")
    done = await club.alice.user.submit_modal(form, {"word": "Löschen"})
    assert "You're erased" in text_of(done)
    assert str(club.alice.id) not in await everything(club)


async def test_an_erased_member_begins_as_a_stranger(club: Club) -> None:
    await club.speak("de", club.alice)
    asked = await club.alice.slash(club.channel, "privacy erase")
    form = await club.alice.click(asked.response, label="Löschen …")
    done = await club.alice.submit_modal(form, {"word": "LÖSCHEN"})
    assert "Du bist gelöscht" in text_of(done)
    assert "Your settings" in text_of(await club.alice.slash(club.channel, "settings"))


async def test_german_members_read_german(club: Club) -> None:
    await club.speak("de")
    await log(club, club.alice)
    asked = await club.alice.slash(club.channel, "privacy erase")
    form = await club.alice.click(asked.response, label="Löschen …")
    assert translate("de", "privacy.erase.form") in text_of(form)
    assert_language(
        "de",
        await club.alice.slash(club.channel, "privacy policy"),
        await club.alice.slash(club.channel, "privacy export"),
        asked,
        form,
        await club.alice.submit_modal(form, {"word": "nein"}),
    )
    form = await club.alice.click(asked.response, label="Löschen …")
    assert_language("de", await club.alice.submit_modal(form, {"word": "löschen"}))


async def test_the_policy_says_what_leaving_means(club: Club) -> None:
    assert "Leaving a server?" in text_of(await club.alice.slash(club.channel, "privacy policy"))
    await club.speak("de")
    answer = await club.alice.slash(club.channel, "privacy policy")
    assert "Du verlässt einen Server?" in text_of(answer)
    assert_language("de", answer)


async def test_an_export_says_when_a_leave_was_noticed(club: Club) -> None:
    await log(club, club.alice)
    club.guild.remove_member(club.alice)
    await club.env.advance_time(86_400)
    noticed_at = club.env.now()
    answer = await club.alice.user.slash("privacy export")
    files = {file.filename: await file.read() for file in answer.response.attachments}
    (membership,) = json.loads(files["backpedal.json"])["memberships"]
    assert datetime.fromisoformat(membership["left_at"]) == noticed_at


async def out_together(club: Club) -> None:
    """Store a started outing: Bob runs backward, Alice faces forward."""
    for actor in (club.alice, club.bob):
        await meet(club.database, Seen(actor.id, actor.name, "en-US", club.guild.id, club.guild.name), NOON)
    async with club.database.write() as session:
        session.add(
            Outing(
                outing_id=1, interaction_id=1, guild_id=club.guild.id, caller_id=club.alice.id, state="open",
                starts_at=NOON, zone="UTC", place="Track", backward_per_spotter=1, places=2, pace_s_per_km=480,
                planned_ms=1_650_000, channel_id=club.channel.id, created_at=NOON, rung=-1, terms=1, extended_min=0,
            )
        )  # fmt: skip
        await session.flush()
        for actor, role in ((club.alice, "spotter"), (club.bob, "backward")):
            session.add(
                Companion(
                    outing_id=1, user_id=actor.id, wish=role, first_role=role, second_role=role, presence="in",
                    since=NOON, checked_in_at=NOON, confirmed_terms=1,
                )
            )  # fmt: skip
        await session.flush()
        outing = await session.get_one(Outing, 1)
        outing.state, outing.started_at, outing.due_back_at = "under_way", NOON, NOON


async def test_nobody_is_erased_while_out_with_a_partner(club: Club) -> None:
    await out_together(club)
    for german, button in ((False, "Erase …"), (True, "Löschen …")):
        if german:
            await club.speak("de", club.alice)
        asked = await club.alice.slash(club.channel, "privacy erase")
        form = await club.alice.click(asked.response, label=button)
        before = await everything(club)
        refused = await club.alice.submit_modal(form, {"word": "erase"})
        words = "Zu Hause" if german else "Press Home first"
        assert words in text_of(refused.followups or refused.response)
        if german:
            assert_language("de", refused)
        assert await everything(club) == before
