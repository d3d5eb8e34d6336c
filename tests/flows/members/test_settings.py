from bot.i18n import catalogue
from db.models import Member, User
from tests.flows.conftest import Club, assert_language, text_of


async def user(club: Club, user_id: int) -> User:
    async with club.database.read() as session:
        found = await session.get(User, user_id)
        assert found is not None
        return found


async def test_one_card_shows_everything_to_its_owner_alone(club: Club) -> None:
    shown = await club.alice.slash(club.channel, "settings")
    assert shown.response is not None
    assert shown.response.ephemeral
    text = text_of(shown)
    for part in (
        "UTC",
        "12:00",
        "No weight",
        "On the leaderboards** of Krebsgang",
        "Language: as in Discord",
        "New runs: for my club",
    ):
        assert part in text


async def test_a_zone_is_typed_with_help_and_kept(club: Club) -> None:
    choices = await club.alice.autocomplete(club.channel, "settings", "zone", "münch")
    assert choices[0] == {"name": "Berlin, Germany · 13:00", "value": "Europe/Berlin"}
    shown = await club.alice.slash(club.channel, "settings", zone=choices[0]["value"])
    assert "**Berlin** 🕒 · it's 13:00" in text_of(shown)
    assert "Earlier ones stay" in text_of(shown)
    assert (await user(club, club.alice.id)).zone == "Europe/Berlin"
    assert "Berlin" in text_of(await club.alice.slash(club.channel, "settings"))


async def test_a_place_nobody_knows_is_refused_with_what_may_be_meant(club: Club) -> None:
    refused = await club.alice.slash(club.channel, "settings", zone="Berln")
    assert refused.response is not None
    assert refused.response.ephemeral
    assert "Did you mean Berlin or Zurich?" in text_of(refused)
    assert (await user(club, club.alice.id)).zone is None


async def test_zone_and_weight_are_set_by_forms_and_the_card_follows(club: Club) -> None:
    card = await club.alice.slash(club.channel, "settings")
    form = await club.alice.click(card.response, label="Time zone")
    after = await club.alice.submit_modal(form, {"zone": "new york"})
    assert "**New York** 🕒 · it's 07:00" in text_of(after)
    form = await club.alice.click(card.response, label="Weight")
    after = await club.alice.submit_modal(form, {"weight": "70,5 kg"})
    assert "**70.5 kg** ⚖️ · only you" in text_of(after)
    form = await club.alice.click(card.response, label="Weight")
    refused = await club.alice.submit_modal(form, {"weight": "heavy"})
    assert "can't read “heavy”" in text_of(refused.followups or refused.response)
    assert (await user(club, club.alice.id)).weight_kg == 70.5
    form = await club.alice.click(card.response, label="Weight")
    await club.alice.submit_modal(form, {"weight": ""})
    assert (await user(club, club.alice.id)).weight_kg is None


async def test_choices_are_kept_and_a_press_after_a_restart_still_works(club: Club) -> None:
    card = await club.alice.slash(club.channel, "settings")
    await club.restart()
    await club.alice.select(card.response, ["imperial"], custom_id="settings:units:v1")
    await club.alice.select(card.response, ["me"], custom_id="settings:sharing:v1")
    row = await user(club, club.alice.id)
    assert (row.units, row.sharing) == ("imperial", "me")
    await club.alice.select(card.response, ["auto"], custom_id="settings:units:v1")
    assert (await user(club, club.alice.id)).units is None


async def test_the_card_answers_in_the_new_language_at_once(club: Club) -> None:
    card = await club.alice.slash(club.channel, "settings")
    after = await club.alice.select(card.response, ["de"], custom_id="settings:language:v1")
    assert "Deine Einstellungen" in text_of(after)
    assert_language("de", after)
    form = await club.alice.click(card.response, label="Zeitzone")
    assert_language("de", form)
    assert_language("de", await club.alice.submit_modal(form, {"zone": "Wien"}))
    form = await club.alice.click(card.response, label="Gewicht")
    assert_language("de", form)
    assert_language("de", await club.alice.submit_modal(form, {"weight": "70,5"}))
    assert_language("de", await club.alice.slash(club.channel, "settings", zone="Berln"))
    assert_language("de", await club.alice.slash(club.channel, "settings", zone="🏃"))
    assert "70,5 kg" in text_of(await club.alice.slash(club.channel, "settings"))
    english = await club.bob.slash(club.channel, "settings")
    assert catalogue("en")["settings.card.title"] in text_of(english)


async def test_hiding_from_the_boards_and_coming_back(club: Club) -> None:
    async def hidden() -> bool:
        async with club.database.read() as session:
            member = await session.get(Member, (club.guild.id, club.alice.id))
            assert member is not None
            return member.hidden

    card = await club.alice.slash(club.channel, "settings")
    assert "Hidden" in text_of(await club.alice.click(card.response, label="Hide me"))
    assert await hidden()
    await club.alice.click(card.response, label="Show me")
    assert not await hidden()


async def test_a_home_club_is_chosen_among_the_clubs_one_was_seen_in(club: Club) -> None:
    other = club.env.create_guild("Rückwärts Bonn")
    away = other.add_member(club.alice.user)
    there = other.create_text_channel("runs")
    await club.env.settle()
    assert "Home club" not in text_of(await club.alice.slash(club.channel, "settings"))
    await away.slash(there, "settings")
    card = await club.alice.slash(club.channel, "settings")
    assert "Home club: Rückwärts Bonn" in text_of(card)
    await club.alice.select(card.response, [str(other.id)], custom_id="settings:home:v1")
    assert (await user(club, club.alice.id)).home_guild_id == other.id
    assert "Rückwärts Bonn" in text_of(await club.alice.user.slash("settings"))


async def test_settings_work_in_a_direct_message_before_anything_else(club: Club) -> None:
    shown = await club.bob.user.slash("settings", zone="Wien")
    assert "**Vienna**" in text_of(shown)
