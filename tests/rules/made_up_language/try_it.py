"""Parse, format and show texts in the made-up language `xx`, and print the results as JSON."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime

import discord

from bot.domain.partners.window_parser import parse_windows
from bot.domain.runs.run_input import Manner, read_direction
from bot.domain.runs.run_measures import parse_backward
from bot.domain.runs.runs import Direction, Review, RunContent, Stretch, Surface
from bot.domain.text.units import Units, parse_distance, parse_duration, parse_pace
from bot.domain.text.weight import parse_weight
from bot.domain.when import zones
from bot.domain.when.moment_parser import Facing, parse_moment
from bot.domain.when.reminder_when import read_when
from bot.i18n import shipped, translate
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.runs.runs import RunView, RunWeek
from cogs.members.settings import OWN_LANGUAGES
from cogs.reminders.schedules_view import in_words
from cogs.runs.run_card_view import public_card

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ZONE, XX = "Europe/Berlin", "xx"
READER = Localizer(XX, Units.METRIC, ZONE)


def moment(text: str, facing: Facing) -> str:
    return f"{parse_moment(text, now=NOW, zone=ZONE, language=XX, facing=facing).at:%d.%m.%Y %H:%M}"


def card() -> str:
    stretch = Stretch(Direction.BACKWARD, 5000, 1_650_000)
    content = RunContent(NOW, ZONE, date(2026, 11, 24), (stretch,), Surface.TRACK)
    week = RunWeek(date(2026, 11, 23), {Direction.BACKWARD: (5000, 1_650_000)})
    view = public_card(
        RunView(
            run_id=1, revision=1, user_id=1, runner="Ada", guild_id=1, content=content, review=Review.NONE,
            deleted=False, source="typed", spotter=None, week=week,
        ),
        READER,
    )  # fmt: skip
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay))


sys.stdout.write(
    json.dumps(
        {
            "shipped": [list(LANGUAGES), shipped("xx-ZZ"), OWN_LANGUAGES[XX]],
            "distance": [parse_distance(t, Units.METRIC, XX) for t in ("5,5 kroma", "1,500 km", "duonmaratono")],
            "duration": [parse_duration("27 minuto", XX), parse_duration("unu horo kaj 5 minuto", XX)],
            "pace": parse_pace("12 kromahore", Units.METRIC, XX),
            "weight": parse_weight("70,5 kilogramo", Units.METRIC),
            "share": parse_backward("duono", Units.METRIC, XX).share,
            "way": read_direction("malantauen", Manner(Units.METRIC, XX, ZONE))[0].value,
            "past": [
                moment(t, Facing.PAST) for t in ("hierau cheu 18", "antau trii tago cheu 18:30", "pasinta jhaudo 7:00")
            ],
            "ahead": [
                moment(t, Facing.FUTURE)
                for t in ("3/4 9:00", "5 majo cheu 9:30", "morgau 18 kloko", "18:00 krebsurbo tempo")
            ],
            "series": in_words(
                read_when("chiu mardo kaj jhaudo cheu 18:30", now=NOW, zone=ZONE, language=XX).schedule, READER
            ),
            "windows": [w.weekday for w in parse_windows("mardo 18 ghisu 20, semajnfino 9-11", XX)],
            "zone": [zones.find("krebsurbo", XX, NOW), zones.find("KUT", XX, NOW), zones.city_of("Europe/Vienna", XX)],
            "shown": [
                READER.distance(1_234_500),
                READER.duration(245_200),
                READER.number(1234.5),
                READER.both(["Ada", "Ben", "Cy"]),
            ],
            "plural": [translate(XX, "board.card.days", {"count": count}) for count in (1, 2, 1_000_000)],
            "card": card(),
        }
    )
)
