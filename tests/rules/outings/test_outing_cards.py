"""The longest card, messages and menus of an outing are within Discord's limits, and nothing private is public."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest

from bot.domain.outings.outing_rules import ENDED, Audience, OutingState, Presence, Role, Roles, Wish
from bot.domain.runs.runs import Surface
from bot.domain.text.units import Units
from bot.interactions.components import classic
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.members.people import Club
from bot.services.outings.outing_transitions import LeaveReason
from bot.services.outings.partner_calls import Who
from bot.services.outings.quiet_alarm_updates import QuietAlarm
from bot.services.partners.meeting_points import ClubPoint
from bot.services.safety.contact_answers import AlarmedContact, AlarmedContacts, Tried
from cogs.outings import outing_letters_view as letters
from cogs.outings.call_form_view import CallFilled, call_form, change_form
from cogs.outings.outing_card_view import full_card, more_menu, my_outings, private_card, public_card, sure_card
from cogs.outings.outing_lines import about_for
from cogs.outings.outing_view import came_home, eyes_back, eyes_lost
from cogs.safety import alerts_view as alerts
from cogs.safety import quiet_alarms_view as quiet_alarms
from tests.rules.outings.longest_outing import AT, LONGEST_ID, NASTY, companion, worst
from tests.rules.outings.outing_views import words_of

READERS = [Localizer(language, Units.BOTH, "America/Argentina/ComodRivadavia") for language in LANGUAGES]
STATES = list(OutingState)


def labels(view: discord.ui.View | None) -> list[str]:
    items = view.walk_children() if view else []
    return [str(item.label) for item in items if isinstance(item, discord.ui.Button)]


def is_harmless(text: str) -> bool:
    return "@everyone" not in text and "\u202e" not in text


@pytest.mark.parametrize("reader", READERS, ids=LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_the_longest_public_card_fits_and_never_says_where_exactly(state: OutingState, reader: Localizer) -> None:
    for audience in Audience:
        card = public_card(worst(state, audience=audience, place="Track", detail="by the old oak"), reader)
        words, view = words_of(card), card.view
        assert len(words) <= 2000
        assert is_harmless(words)
        assert "oak" not in words
        shown = state is OutingState.HOME or state not in ENDED
        assert ("Track" in words) == (audience is Audience.EVERYONE and shown)
        longest = public_card(worst(state, audience=audience), reader)
        assert len(words_of(longest)) <= 2000
        assert longest.details is None or all(len(field.value or "") <= 1024 for field in longest.details.fields)
        assert len(labels(view)) == len(set(labels(view))) <= 5


@pytest.mark.parametrize(
    ("state", "english", "german"),
    [
        ("open", "needs a partner", "sucht jemanden zum Laufen"),
        ("filled", "has found a partner", "hat jemanden zum Laufen gefunden"),
        ("confirmed", "has found a partner", "hat jemanden zum Laufen gefunden"),
        ("under_way", "is out with company", "ist mit anderen unterwegs"),
        ("overdue", "is out with company", "ist mit anderen unterwegs"),
        ("home", "Ada's outing is over.", "Die Verabredung von Ada ist vorbei."),
        ("no_show", "Ada's outing is over.", "Die Verabredung von Ada ist vorbei."),
        ("resolved", "Ada's outing is over.", "Die Verabredung von Ada ist vorbei."),
        ("cancelled", "Ada's outing was called off.", "Die Verabredung von Ada wurde abgesagt."),
    ],
)
@pytest.mark.parametrize("audience", [Audience.TRUSTED, Audience.ROLE])
def test_a_limited_card_says_what_is_true_and_no_more(
    state: str, english: str, german: str, audience: Audience
) -> None:
    people = [replace(one, name=name) for one, name in zip(worst().companions, ("Ada", "Ben", "Cem"), strict=False)]
    outing = worst(OutingState(state), audience=audience, companions=tuple(people), place="Track")
    for reader, said in zip(READERS, (english, german) if LANGUAGES[0] == "en" else (german, english), strict=True):
        words, view = words_of(card := public_card(outing, reader)), card.view
        assert said in words
        assert not any(told in words for told in ("Ben", "Cem", "Track"))
        over = outing.state in (OutingState.HOME, OutingState.NO_SHOW, OutingState.RESOLVED, OutingState.CANCELLED)
        assert len(labels(view)) == (0 if over else 1)


@pytest.mark.parametrize("reader", READERS, ids=LANGUAGES)
def test_the_longest_letters_fit(reader: Localizer) -> None:
    club = Club(1, NASTY[:120], reader, frozenset(), None, emergency_number=NASTY[:40])
    me, waits, offered = LONGEST_ID, LONGEST_ID - 10, LONGEST_ID - 70
    along = AlarmedContacts(told=False, along=worst().inside[:3])
    wanted = letters.wanted(worst(companions=worst().companions[:1]), 5, reader)
    assert wanted is not None
    drawn = [
        letters.filled(worst(OutingState.FILLED), me, reader),
        letters.confirmed(worst(OutingState.CONFIRMED), me, reader, club, along),
        letters.reopened(worst(), me, reader, [waits], LeaveReason.CANNOT, agreed=True),
        letters.reopened(worst(), me, reader, [waits, offered], LeaveReason.MISSING, agreed=False),
        letters.reopened(worst(), me, reader, [], LeaveReason.CANNOT, agreed=True),
        letters.reopened(worst(OutingState.CONFIRMED), me, reader, [waits], LeaveReason.GONE, agreed=True),
        letters.changed(worst(OutingState.FILLED), me, reader),
        letters.changed(worst(OutingState.FILLED), waits, reader),
        letters.cancelled(worst(), reader, lapsed=False),
        letters.cancelled(worst(), reader, lapsed=True),
        letters.offer(worst(), offered, reader),
        (wanted[0], classic(*wanted[1])),
        letters.unposted(worst(), reader, club, organiser=True),
        letters.unposted(worst(), reader, club, organiser=False),
        letters.answered(worst(OutingState.FILLED), me, reader, "x" * 300),
    ]
    for letter in drawn:
        assert letter is not None
        assert len(letter[0]) <= 2000
        assert is_harmless(letter[0])
    assert [len(labels(letter[1])) for letter in drawn if letter] == [3, 2, 2, 2, 2, 2, 3, 2, 0, 0, 2, 3, 0, 0, 3]


@pytest.mark.parametrize("reader", READERS, ids=LANGUAGES)
@pytest.mark.parametrize("many", [1, 4, 5, 10, 25])
def test_one_s_own_list_fits_however_many_there_are(reader: Localizer, many: int) -> None:
    view = my_outings([worst(OutingState.FILLED)] * many, LONGEST_ID, reader)
    texts = [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]
    assert view.total_children_count <= 40
    assert sum(map(len, texts)) <= 4000
    assert all(map(is_harmless, texts))


@pytest.mark.parametrize("reader", READERS, ids=LANGUAGES)
def test_private_cards_and_forms_fit(reader: Localizer) -> None:
    outing = worst(OutingState.FILLED)
    buttons = [letters.confirm_button(outing, reader) for _ in range(8)]
    for view in (
        private_card(outing, LONGEST_ID, reader, "n" * 300),
        more_menu(outing, LONGEST_ID, reader, buttons),
        full_card(outing, Wish.SPOTTER, reader),
        sure_card(outing, reader),
    ):
        texts = [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]
        assert view.total_children_count <= 40
        assert sum(map(len, texts)) <= 4000
        assert all(map(is_harmless, texts))
    points = [ClubPoint(number, NASTY[:60], Surface.TRACK, None) for number in range(1, 26)]
    for offered in ([], points):
        assert len(call_form(reader, offered, list(Who), CallFilled(NASTY[:80], NASTY, NASTY)).children) == 5
        assert len(change_form(outing, offered, reader).children) == (3 if offered else 2)


def test_what_is_no_longer_true_is_not_said() -> None:
    reader = READERS[0]
    me, waits = LONGEST_ID, LONGEST_ID - 10
    assert letters.filled(worst(), me, reader) is None
    assert letters.filled(worst(OutingState.FILLED), waits, reader) is None
    assert letters.reopened(worst(OutingState.FILLED), me, reader, [], LeaveReason.CANNOT, agreed=True) is None
    assert letters.changed(worst(OutingState.UNDER_WAY), me, reader) is None
    assert letters.offer(worst(), waits, reader) is None
    assert letters.wanted(worst(OutingState.FILLED), 5, reader) is None


def test_while_they_are_out_a_channel_reads_names_alone_and_those_inside_who_has_no_eyes() -> None:
    """No channel shows who is alone and where, and nobody who is home is shown as a spotter."""
    ada, ben = LONGEST_ID, LONGEST_ID - 1
    roles = {ada: Roles(Role.BACKWARD, Role.BACKWARD), ben: Roles(Role.SPOTTER, Role.SPOTTER)}
    people = [
        replace(companion(number, wish), name=name, roles=roles[user_id], checked_in_at=AT, home_at=home_at)
        for number, (user_id, name, wish, home_at) in enumerate(
            [(ada, "Ada", Wish.BACKWARD, None), (ben, "Ben", Wish.SPOTTER, AT)]
        )
    ]
    outing = worst(OutingState.UNDER_WAY, companions=tuple(people), place="Park", detail=None)
    for reader, spotter, alone in zip(
        READERS if LANGUAGES[0] == "en" else READERS[::-1],
        ("**Spotter**", "**Begleitung**"), ("Without a spotter: Ada", "Ohne Begleitung: Ada"), strict=True,
    ):  # fmt: skip
        public = words_of(public_card(outing, reader))
        inside = "\n".join(about_for(outing, ada, reader))
        outside = "\n".join(about_for(outing, 7, reader))
        assert spotter not in public + inside + outside
        assert alone in inside
        assert alone not in public + outside
        home = reader.t("partners.card.home", names="Ben")
        assert home in inside
        assert home not in public + outside
        assert reader.both(["Ada", "Ben"]) in public
    both_out = replace(outing, companions=(people[0], replace(people[1], home_at=None)))
    assert "**Spotter** Ben" in "\n".join(about_for(both_out, ada, READERS[LANGUAGES.index("en")]))


@pytest.mark.parametrize("reader", READERS, ids=LANGUAGES)
def test_the_longest_letters_of_lost_eyes_fit(reader: Localizer) -> None:
    outing = worst(OutingState.UNDER_WAY, due_back_at=AT, started_at=AT)
    out = tuple(replace(c, checked_in_at=AT) for c in outing.companions)
    for roles in (Roles(Role.BACKWARD, Role.BACKWARD), Roles(Role.SPOTTER, Role.BACKWARD)):
        outing = replace(outing, companions=tuple(replace(c, roles=roles) for c in out))
        me = outing.companions[0]
        for how in ("home", "not_there", "still_out"):
            for solo in (False, True):
                words, view = eyes_lost(replace(outing, solo=solo), me, outing.companions[1].user_id, how, reader)
                assert len(words) <= 2000
                assert is_harmless(words)
                assert 1 <= len(labels(view)) <= 6
                assert max(len(line["components"]) for line in view.to_components()) <= 5
        for how in ("still_out", "there", "there_too"):
            assert len(eyes_back(outing, me.user_id, outing.companions[1].user_id, how, reader)[0]) <= 2000
        assert came_home(outing, me.user_id, reader).total_children_count <= 40


@pytest.mark.parametrize("reader", READERS, ids=LANGUAGES)
@pytest.mark.parametrize("how", ["told", "waits", "unreached", "reached", "cannot"])
def test_the_longest_alarms_fit(reader: Localizer, how: str) -> None:
    inside = [replace(c, checked_in_at=AT) for c in worst().companions if c.presence is Presence.IN]
    one = worst(OutingState.OVERDUE, due_back_at=AT, escalation_step=2, help_at=AT, companions=tuple(inside))
    club, me = Club(1, NASTY[:120], reader, frozenset(), None, emergency_number=NASTY[:40]), inside[0]
    contacts = [AlarmedContact(NASTY[:120], c.user_id, how) for c in inside for _ in range(3)]
    tried = Tried({c.user_id: False for c in inside}, tuple(contacts))
    quiet = QuietAlarm(LONGEST_ID, LONGEST_ID, me.user_id, 5, AT, None, None, NASTY[:300])
    drawn = [
        alerts.for_organisers(one, club, reader, help_for=None, tried=tried)[0],
        alerts.for_organisers(alerts.withheld(one, reader), club, reader, help_for=me, tried=tried)[0],
        alerts.for_contact(one, me, club, reader, asks_help=False, asked=False, organisers_at=AT)[0],
        alerts.answered(one, me, club, reader, "cannot")[0],
        alerts.clear(one, me, NASTY[:120], "word", reader, word=NASTY[:300]),
        quiet_alarms.alarm(one, me, quiet, club, reader, by_name=NASTY[:120])[0],
        quiet_alarms.turn("closed", NASTY[:120], NASTY[:120], NASTY[:300], reader),
    ]
    for words in drawn:
        assert len(words) <= 2000 - len(f"<@&{LONGEST_ID}> ")
        assert is_harmless(words)
    assert "more line" in drawn[0] or "weitere Zeile" in drawn[0]


def test_a_quiet_alarm_past_the_database_names_no_partner_where_there_is_none() -> None:
    me = replace(companion(0, Wish.BACKWARD), name="Ada")
    alone = replace(worst(OutingState.UNDER_WAY), companions=(me,))
    first = quiet_alarms.unwritten(alone, me, Club(1, "C", Localizer(), frozenset(), None), Localizer())[
        0
    ].splitlines()[0]
    assert first.startswith("🔴 **Ada feels unsafe.**")
    assert "partner" not in first


def test_the_answer_to_home_names_a_draft_only_where_there_is_one_and_lost_eyes_after_a_call_for_help_too() -> None:
    reader = READERS[LANGUAGES.index("en")]
    ada, ben = LONGEST_ID, LONGEST_ID - 1
    backward, forward = Roles(Role.BACKWARD, Role.BACKWARD), Roles(Role.SPOTTER, Role.SPOTTER)
    people = (
        replace(companion(0, Wish.BACKWARD), name="Ada", roles=backward, checked_in_at=AT),
        replace(companion(1, Wish.SPOTTER), name="Ben", roles=forward, checked_in_at=AT, home_at=AT, draft="offered"),
    )
    outing = worst(OutingState.OVERDUE, companions=people, due_back_at=AT, started_at=AT, help_at=AT)
    assert ada in outing.uncovered
    for draft in ("offered", "logged"):
        now = replace(outing, companions=(people[0], replace(people[1], draft=draft)))
        view = came_home(now, ben, reader)
        words = "\n".join(item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay))
        assert "Without a spotter now: Ada" in words
        assert ("Your run's drafted" in words) == (draft == "offered")
