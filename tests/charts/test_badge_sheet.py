from bot.charts.badge_sheet import TILES, BadgeSheet, BadgeTile, badge_sheet
from bot.charts.palette import BACKWARD
from bot.localizer import Localizer
from tests.charts.pictures import image, pixels


def sheet(*tiles: BadgeTile) -> BadgeSheet:
    return badge_sheet(len(tiles), tiles, Localizer())


def test_an_earned_badge_is_filled_and_the_ring_is_the_way_to_the_next() -> None:
    earned, open_ = BadgeTile("Back again", 1, 1, 1.0), BadgeTile("Back again", 0, 1, 0.5, "1 of 2")
    assert pixels(image(sheet(earned)), BACKWARD) > 3000
    assert pixels(image(sheet(open_)), BACKWARD) == 0
    assert image(sheet(open_)).tobytes() != image(sheet(BadgeTile("Back again", 0, 1, 0.2, "1 of 2"))).tobytes()


def test_levels_are_said_and_shown() -> None:
    shown = sheet(BadgeTile("Eyes for others", 2, 3, 0.7), BadgeTile("Back again", 0, 1, 0.25))
    assert shown.scene()["tiles"][0]["pips"] == [True, True, False]
    assert shown.alt == "2 badges. Eyes for others, level 2 of 3; Back again, 25 % done."


def test_a_sheet_of_any_number_is_drawn() -> None:
    many = sheet(*(BadgeTile("Ein sehr langer Name eines Abzeichens", n % 3, 3, n / 3 - 1) for n in range(20)))
    assert len(many.tiles) == TILES
    image(many)
    image(sheet())
