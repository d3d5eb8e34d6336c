"""The text of a club's weekly digest, in the club's language, with names escaped."""

from __future__ import annotations

from bot.domain.runs.runs import Direction
from bot.localizer import Localizer, escaped
from bot.services.clubs.digests import NAMED, Digest, Placed
from cogs.boards.leaderboard_view import place

DAYS = 7
"""Days of a week; a digest of more or fewer days (it was moved) says how many."""
NAME_LIMIT = 20
"""Characters of a name; chosen so that eight rows and all named newcomers and spotters fit into one message."""


def words(digest: Digest, reader: Localizer) -> str:
    """Return the digest's text; at most 2,000 characters."""
    backward, forward = digest.sums[Direction.BACKWARD], digest.sums[Direction.FORWARD]
    days = (digest.last - digest.first).days + 1
    title = "digest.title" if days == DAYS else "digest.days"
    lines = [
        reader.t(title, club=escaped(digest.club.name, 40), count=days, first=digest.first, last=digest.last),
        f"{reader.t('digest.runs', count=digest.runs)} · {reader.t('digest.members', count=digest.members)}",
        reader.t("digest.sums", backward_m=backward[0], forward_m=forward[0]) if backward[0] or forward[0] else "",
        *_board(digest, Direction.BACKWARD, reader),
        *_board(digest, Direction.FORWARD, reader),
        _named("newcomers", [_name(name) for name in digest.newcomers], reader),
        _named(
            "spotters",
            [reader.t("digest.spotter", name=_name(name), number=ms // 60_000) for name, ms in digest.spotters],
            reader,
        ),
    ]
    return "\n".join(line for line in lines if line)


def _board(digest: Digest, direction: Direction, reader: Localizer) -> list[str]:
    rows = digest.boards[direction]
    return [reader.t(f"digest.board_{direction.value}"), *(_row(one, reader) for one in rows)] if rows else []


def _row(one: Placed, reader: Localizer) -> str:
    key = "digest.row" if one.distance_m else "digest.row_time"
    rank = place(one.rank)
    return reader.t(key, place=rank, name=_name(one.name), distance_m=one.distance_m, duration_ms=one.duration_ms)


def _named(key: str, names: list[str], reader: Localizer) -> str:
    if not names:
        return ""
    shown = names[:NAMED]
    if len(names) > NAMED:
        shown.append(reader.t("digest.more", count=len(names) - NAMED))
    return reader.t(f"digest.{key}", names=reader.both(shown))


def _name(name: str) -> str:
    return escaped(name, NAME_LIMIT)
