"""Discord's limits and stable custom ids: ids and their handlers, the largest cards, names and descriptions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import discord
import pytest
from discord import app_commands

from bot.client import Backpedal
from bot.domain.boards.metrics import BoardDirection, Metric
from bot.domain.challenges.challenge_rules import ChallengeGoal, ChallengeKind, ChallengePhase, ChallengeTerms
from bot.domain.challenges.challenge_scores import ChallengeScore
from bot.domain.challenges.challenge_teams import TeamScore
from bot.domain.clubs.club_defaults import MOST_POINTS
from bot.domain.limits import CHALLENGE_TEAMS
from bot.domain.runs.highlights import Feat, Highlight, NewBest
from bot.domain.runs.personal_bests import LISTED_M, Measured, Outpaced
from bot.domain.runs.review_reasons import CountedRun, ReviewReason
from bot.domain.runs.runs import Direction, Extra, Review, RunContent, Sharing, SpotterState, Stretch, Surface
from bot.domain.text.units import Units
from bot.errors import BadInput
from bot.i18n import catalogue
from bot.interactions.components import Router, identity, pressed
from bot.interactions.tree import TEXT_LIMIT
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.challenges.challenge_progress import ChallengeProgress, ChallengeRow, TeamRow
from bot.services.challenges.challenges import ChallengePage, ChallengeView
from bot.services.clubs.clubs import ClubSettings, RoundSettings
from bot.services.members.people import Club, Person
from bot.services.partners.meeting_points import ClubPoint
from bot.services.partners.partners_card import CardState
from bot.services.records.club_records import ClubRecord
from bot.services.records.personal_bests import Best
from bot.services.runs.reviews import HeldRun
from bot.services.runs.runs import RunLine, RunPage, RunView, RunWeek
from cogs.challenges.challenge_lines import result_words
from cogs.challenges.challenge_view import list_card
from cogs.challenges.challenge_view import private_card as private_challenge
from cogs.challenges.challenge_view import public_card as public_challenge
from cogs.clubs.club_points_view import point_card, points_card, remove_card
from cogs.clubs.club_settings_view import settings_page
from cogs.clubs.club_view import Page, SettingsTrouble
from cogs.clubs.review_view import review_card
from cogs.partners.partners_card_view import partners_card
from cogs.records.records_view import RecordPage, club_card, mine_card, world_card
from cogs.runs.run_card_view import private_card, public_card
from cogs.runs.run_list_view import run_list
from cogs.runs.run_options import CHOICE_LIMIT
from cogs.runs.sharing_view import sharing_panel

ROOT = Path(__file__).parents[2]
MENUS = (discord.ui.Select, discord.ui.RoleSelect, discord.ui.ChannelSelect)
LONGEST_ID = 2**63 - 1
NASTY = "*_~`|>#[]()-:<@everyone\u202e\n" * 40


KEEPS_ITS_TEXT = {
    "log:entered:v1", "runs:retyped:v1", "remind:entered:v1", "remind:clubentered:v1", "call:asked:v1", "call:form:v1",
    "settings:entered:v1",
}  # fmt: skip
"""Forms of commands, which keep what was typed for both (`tests/flows/interactions/test_fix_it_of_commands.py`)."""
REFUSES_NO_TEXT = {"alert:resolved:v1", "alert:closed:v1", "privacy:erase:v1", "table:matched:v1"}
"""Forms that take any text, or a single word which they name, or have only menus."""


async def test_every_form_that_can_be_refused_says_which_button_opens_it(client: Backpedal) -> None:
    forms = {prefix: route for prefix, route in client.router.routes.items() if route.arguments.fields}
    unsaid = {prefix for prefix, route in forms.items() if route.opener is None}
    assert unsaid == KEEPS_ITS_TEXT | REFUSES_NO_TEXT
    for prefix, route in forms.items():
        if route.opener is None:
            continue
        opener = client.router.routes[f"{route.opener.area}:{route.opener.action}:v1"]
        assert set(opener.names) <= set(route.names), prefix
        assert set(route.opener.labels) <= route.arguments.fields, prefix
        assert all(isinstance(catalogue(LANGUAGES[0])[key], str) for key in route.opener.labels.values()), prefix


def worst_content() -> RunContent:
    return RunContent(
        started_at=datetime(2026, 11, 18, 12, tzinfo=UTC),
        zone="America/Argentina/ComodRivadavia",
        ran_on=date(2026, 11, 18),
        stretches=tuple(
            Stretch(direction, 250_000, 3 * 24 * 3_600_000, estimated=True)
            for direction in (Direction.BACKWARD, Direction.FORWARD) * 50
        ),
        surface=Surface.TREADMILL,
        spotter_id=LONGEST_ID,
        spotter_name=NASTY[:120],
        spotter_state=SpotterState.ASKED,
        effort=10,
        note=NASTY[:500],
        extras=frozenset(Extra),
    )


def worst_view() -> RunView:
    sums = dict.fromkeys((Direction.BACKWARD, Direction.FORWARD), (10**9, 10**12))
    return RunView(
        run_id=LONGEST_ID,
        revision=10**6,
        user_id=LONGEST_ID,
        runner=NASTY[:120],
        guild_id=LONGEST_ID,
        content=worst_content(),
        review=Review.HELD,
        deleted=False,
        source="typed",
        spotter=NASTY[:120],
        week=RunWeek(date(2026, 11, 16), sums),
        highlight=Highlight(
            Feat.BEST,
            bests=tuple(
                NewBest(direction, listed, 10**8, 10**8, date(2015, 9, 30))
                for listed in reversed(LISTED_M)
                for direction in (Direction.BACKWARD, Direction.FORWARD)
            ),
        ),
    )


def worst_held() -> HeldRun:
    parts = tuple((Direction.BACKWARD, 10**6, 10**9) for _ in range(200))
    other = CountedRun(date(2026, 9, 30), datetime(2026, 9, 30, tzinfo=UTC), 10**6, 10**9, True)
    return HeldRun(
        LONGEST_ID, 10**6, LONGEST_ID, NASTY[:120], date(2026, 9, 30), Surface.TREADMILL, parts, 10**6, 10**6,
        ReviewReason.AT_ONCE, 10**6, other, asked=True, answered=True, answer=NASTY[:300],
    )  # fmt: skip


def worst_records(reader: Localizer) -> dict[str, discord.ui.LayoutView]:
    day = date(2026, 9, 30)
    bests = tuple(
        Best(listed, listed, 10**8, day, LONGEST_ID, Measured.SEGMENT, True, slower)
        for listed, slower in zip(LISTED_M, [Outpaced(42_195, 10**8)] * 6 + [None] * 6, strict=True)
    )
    records = [ClubRecord(listed, 10**8, day, Measured.SEGMENT, True, LONGEST_ID, NASTY[:120]) for listed in LISTED_M]
    both = dict.fromkeys((Direction.BACKWARD, Direction.FORWARD), bests)
    drawn = {
        "mine": lambda page: mine_card(both, page, reader, LONGEST_ID),
        "club": lambda page: club_card(records, page, reader, LONGEST_ID, club=NASTY[:120]),
        "world": lambda page: world_card(page, reader, LONGEST_ID),
    }
    return {f"records {page}": drawn[page.group](page) for page in RecordPage}


def worst_settings(reader: Localizer) -> dict[str, discord.ui.LayoutView]:
    club = Club(
        LONGEST_ID, NASTY[:120], reader, frozenset(Surface), *[LONGEST_ID - n for n in range(5)],
        backward_per_spotter=3, grace_min=59, emergency_number=NASTY[:40],
    )  # fmt: skip
    chosen = frozenset({"zone", "language", "units", "surfaces", "spotter", "grace"})
    settings = ClubSettings(club, chosen, RoundSettings(True, 6, 23, 71), CardState.GONE, MOST_POINTS)
    now = datetime(2026, 11, 18, 12, tzinfo=UTC)
    troubles = {
        "well": SettingsTrouble(),
        "ill": SettingsTrouble("p" * 400, "o" * 400, frozenset({LONGEST_ID, LONGEST_ID - 3})),
    }
    points = [ClubPoint(LONGEST_ID - n, NASTY[:60], Surface.TREADMILL, NASTY[:200]) for n in range(MOST_POINTS)]
    return {
        **{
            f"{page} {how}": settings_page(page, settings, trouble, reader, now, "n" * 300)
            for page in Page
            for how, trouble in troubles.items()
        },
        "points": points_card(club, points, reader, "n" * 300),
        "point": point_card(points[0], reader, "n" * 300),
        "point removed": remove_card(points[0], reader),
        "partners": partners_card(club),
    }


def worst_results() -> list[ChallengeProgress]:
    """Return the largest challenge with teams, and without."""
    day, at = date(2026, 9, 30), datetime(2026, 11, 18, 12, tzinfo=UTC)
    goal = ChallengeGoal(Metric.DISTANCE, 10**9)
    terms = ChallengeTerms(ChallengeKind.PERSONAL, BoardDirection.ALL, goal, day, day, CHALLENGE_TEAMS, True)
    view = ChallengeView(
        LONGEST_ID, LONGEST_ID, NASTY[:60], terms, "UTC", ChallengePhase.AHEAD, day, at, at, LONGEST_ID, LONGEST_ID
    )
    score = ChallengeScore(10**9, 10**9, day, scored=True)
    people = [ChallengeRow(LONGEST_ID - n, NASTY[:120], score, n, goal=10**9, team_id=n % 8) for n in range(500)]
    teams = tuple(
        TeamRow(n, n, NASTY[:30], TeamScore(10**9, 31, 62), n, tuple(people[n * 60 : n * 60 + 60]))
        for n in range(CHALLENGE_TEAMS)
    )
    mine = people[0]
    found = ChallengeProgress(view, tuple(people), 10**12, 10**12, mine=mine, teams=teams)
    return [found, replace(found, view=replace(view, terms=replace(terms, teams=0)), teams=())]


def worst_challenges(reader: Localizer) -> dict[str, discord.ui.LayoutView]:
    found, alone = worst_results()
    without = replace(alone, view=replace(alone.view, phase=ChallengePhase.PROVISIONAL))
    terms, view = alone.view.terms, alone.view
    over = replace(view, phase=ChallengePhase.FINAL, terms=replace(terms, kind=ChallengeKind.RACE, teams=0))
    ended = [replace(found, view=replace(over, challenge_id=LONGEST_ID - n)) for n in range(6)]
    listed = ChallengePage(tuple(one.view for one in ended), 5, 10**3, 10**4)
    return {
        "challenge": private_challenge(found, 5, reader, "n" * 300, organiser=True),
        "challenge over": private_challenge(without, 5, reader, "n" * 300, organiser=True),
        "challenge in public": public_challenge(found, reader),
        "challenges": list_card(listed, ended, reader, NASTY[:120], organiser=True),
    }


def worst_cards(language: str) -> dict[str, discord.ui.LayoutView]:
    reader = Localizer(language, Units.BOTH, "America/Argentina/ComodRivadavia")
    club = Club(LONGEST_ID, "x", reader, frozenset(Surface), None)
    person = Person(1, "x", reader, club, True, True, Sharing.CLUB, 400.0, True, False, True)
    lines = tuple(
        RunLine(LONGEST_ID - n, date(2026, 9, 30), 999_999, 10**9, frozenset(Direction), Sharing.ME, Review.HELD)
        for n in range(8)
    )
    return {
        **worst_settings(reader),
        **worst_records(reader),
        **worst_challenges(reader),
        "public": public_card(worst_view(), reader),
        "review": review_card(worst_held(), 1, reader, "n" * 300),
        "private": private_card(worst_view(), reader, 400.0, "n" * 300, "m" * 300),
        "sharing": sharing_panel(worst_view(), person, "saved"),
        "list": run_list(RunPage(lines, 10**6, 10**7, 10**8), reader, "backward", "month"),
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(worst_cards("en")))
def test_the_worst_card_is_within_discords_limits(language: str, name: str) -> None:
    view = worst_cards(language)[name]
    texts = [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]
    assert view.total_children_count <= 40
    assert sum(map(len, texts)) <= 4000
    assert not any("@everyone" in text or "\u202e" in text for text in texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_result_of_a_challenge_is_one_message(language: str) -> None:
    reader = Localizer(language, Units.BOTH)
    for phase in (ChallengePhase.PROVISIONAL, ChallengePhase.FINAL):
        for found in worst_results():
            assert len(result_words(replace(found, view=replace(found.view, phase=phase)), reader)) <= 2000


def test_pages_of_the_settings_number_their_menus_apart() -> None:
    cards = worst_settings(Localizer())
    numbers = [item.id for page in Page for item in cards[f"{page} well"].walk_children() if isinstance(item, MENUS)]
    assert len(numbers) > 10
    assert len(set(numbers)) == len(numbers)


async def test_every_custom_id_that_is_sent_has_a_handler(client: Backpedal) -> None:
    used = set()
    for file in [*ROOT.glob("cogs/**/*.py"), *ROOT.glob("bot/**/*.py")]:
        for area, action in re.findall(r'identity\(\s*"([a-z]+)",\s*"([a-z]+)"', file.read_text()):
            used.add(f"{area}:{action}:v1")
    assert used
    assert used <= client.router.routes.keys()


@pytest.mark.parametrize(
    ("area", "ids"),
    [("run", ["a:b"]), ("Run", []), ("run", ["x" * 95]), ("", [])],
    ids=["colon", "capital", "long", "empty"],
)
def test_a_custom_id_out_of_shape_is_refused(area: str, ids: list[str]) -> None:
    with pytest.raises(ValueError, match="not a custom id"):
        identity(area, "undo", *ids)


def test_the_router_finds_by_the_whole_id() -> None:
    class Cog:
        @pressed("run", "undo", "run_id", "revision")
        async def undo(self, interaction: object, run_id: int, revision: int) -> None: ...

    router = Router()
    cog = Cog()
    router.add(cog)
    assert router.find({"custom_id": "run:undo:v1:5:2"}) == (cog.undo, {"run_id": 5, "revision": 2})
    for other in ("run:undo:v1:5", "run:undo:v2:5:2", "run:undo:v1:5:2:1", "run:undo:v1:5:x", "run:undo", ""):
        with pytest.raises(BadInput):
            router.find({"custom_id": other})
    with pytest.raises(ValueError, match="two handlers"):
        router.add(Cog())


async def test_names_and_descriptions_fit_in_every_language(client: Backpedal) -> None:
    translator = client.tree.translator
    assert translator is not None
    name = re.compile(r"[-_'\w\u0900-\u097F]{1,32}")

    def check(node: dict[str, Any], menu: bool = False) -> None:
        for shown in [node["name"], *node.get("name_localizations", {}).values()]:
            assert len(shown) <= 32 if menu else name.fullmatch(shown), shown
            assert menu or shown == shown.lower(), shown
        for shown in [node.get("description") or "-", *node.get("description_localizations", {}).values()]:
            assert menu or 1 <= len(shown) <= 100, shown
        assert len(node.get("options", [])) <= 25
        names = [option["name"] for option in node.get("options", [])]
        assert len(names) == len(set(names))
        for locale in ("de",):
            local = [
                option.get("name_localizations", {}).get(locale, option["name"]) for option in node.get("options", [])
            ]
            assert len(local) == len(set(local)), local
        for option in node.get("options", []):
            check(option)
            for choice in option.get("choices", []):
                for shown in [choice["name"], *choice.get("name_localizations", {}).values()]:
                    assert 1 <= len(shown) <= 100

    for command in client.tree.get_commands():
        payload: Any = await command.get_translated_payload(client.tree, translator)
        check(payload, menu=isinstance(command, app_commands.ContextMenu))


async def test_every_free_text_has_a_longest_length(client: Backpedal) -> None:
    unbounded = []

    def check(entry: dict[str, Any], path: str) -> None:
        for option in entry.get("options", ()):
            check(option, here := f"{path} {option['name']}")
            if option["type"] == discord.AppCommandOptionType.string.value and not option.get("choices"):
                limit = CHOICE_LIMIT if option.get("autocomplete") else TEXT_LIMIT
                unbounded.extend([here] if option.get("max_length", limit + 1) > limit else [])

    for command in client.tree.get_commands():
        check(cast(Any, command.to_dict(client.tree)), command.name)
    assert not unbounded


async def test_every_description_is_translated(client: Backpedal) -> None:
    translator = client.tree.translator
    assert translator is not None
    missing: list[str] = []

    def check(node: dict[str, Any], path: str) -> None:
        here = f"{path} {node['name']}"
        if node.get("description") and "de" not in node.get("description_localizations", {}):
            missing.append(here)
        for option in node.get("options", []):
            check(option, here)
            missing.extend(
                f"{here} {option['name']}: {choice['name']}"
                for choice in option.get("choices", [])
                if "de" not in choice.get("name_localizations", {})
            )

    for command in client.tree.get_commands():
        check(cast(Any, await command.get_translated_payload(client.tree, translator)), "")
    assert not missing


def test_cogs_answer_only_by_ways_that_find_out_whether_it_arrived() -> None:
    by_hand = re.compile(r"\.response\.\w+\(|\.followup\b|_original_response\b")
    low = {"replies.py", "responses.py", "tree.py"}
    rooms = (ROOT / "cogs", ROOT / "bot" / "interactions")
    cogs = [file for room in rooms for file in room.rglob("*.py") if file.name not in low]
    assert [file.name for file in cogs if by_hand.search(file.read_text(encoding="utf-8"))] == []


def test_every_view_and_form_is_of_a_kind_that_the_client_does_not_keep() -> None:
    kept = re.compile(r"\bui\.(View|LayoutView|Modal)\(|\((discord\.)?ui\.(View|LayoutView|Modal|DynamicItem)\b")
    base = ROOT / "bot" / "interactions" / "components.py"
    files = [file for folder in ("bot", "cogs") for file in (ROOT / folder).rglob("*.py") if file != base]
    assert [file.name for file in files if kept.search(file.read_text(encoding="utf-8"))] == []
