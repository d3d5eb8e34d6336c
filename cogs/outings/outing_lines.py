"""The lines that say what an outing is: place, time and length, who is in it in which role, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence

from discord.utils import format_dt

from bot.domain.outings.outing_rules import BEFORE, ENDED, OUT, OutingState, Presence, Role, Wish
from bot.localizer import PUBLIC_NAME_LIMIT, Localizer, escaped, person_name
from bot.services.outings.outings import CompanionView, OutingView

WHOLE_NAME = 60
"""Characters of a name on one person's own card; Discord allows 32."""


def caller_name(outing: OutingView, reader: Localizer) -> str:
    """Return the caller's last known name, or else the first participant's, or "somebody"."""
    caller = next((c for c in outing.companions if c.user_id == outing.caller_id), None) or outing.caller
    first = caller or next(iter(outing.inside), None)
    return person_name(first.name) if first else reader.t("partners.card.somebody")


def headline(outing: OutingView, reader: Localizer) -> str:
    """Return a line such as `Ada runs backward and looks for somebody who faces forward`."""
    name = caller_name(outing, reader)
    if outing.state is not OutingState.OPEN:
        return reader.t("partners.card.outing", name=name)
    if outing.caller is None:
        return reader.t("partners.card.looks", name=name)
    return reader.t(f"partners.card.looks_{outing.caller.wish.value}", name=name)


def about(
    outing: OutingView, reader: Localizer, *, brief: bool = False, queue: bool = True, inside: bool = False
) -> list[str]:
    """Return the lines on place, time and length; unless `brief`, on participants by role, waiting list and state.

    While the outing is under way, the public card has the participants' names only, so that a channel never shows who
    is alone; participants (`inside`) also see who is out in which role, who is home, and who has no spotter.
    """
    lines = place_lines(outing, reader, brief=brief)
    if brief:
        return lines
    lines.append(length_line(outing, reader))
    if outing.state in OUT and not inside:
        lines.append(f"**{reader.t('partners.card.out')}** {listed(outing.inside, reader)}")
    else:
        shown = outing.out if outing.state in OUT else outing.inside
        lines += [
            f"**{reader.t(f'partners.card.column_{wish.value}')}** {listed(there, reader, WHOLE_NAME)}"
            for wish in Wish
            if (there := [c for c in shown if c.wish is wish])
        ]
    lines += [
        *(queue_lines(outing, reader) if queue else []),
        *standing_lines(outing, reader),
        *without_spotter(outing, reader),
    ]
    return lines + (_missing(outing, reader) if inside and outing.state in OUT else [])


def place_lines(outing: OutingView, reader: Localizer, *, brief: bool = False) -> list[str]:
    """Return the lines on the place, as a heading unless `brief`, and the time."""
    at, relative = format_dt(outing.starts_at, "F"), format_dt(outing.starts_at, "R")
    when = "was" if outing.state in ENDED else "when"
    return [
        reader.t(f"partners.card.place{'_brief' if brief else ''}", place=escaped(outing.place, 80)),
        reader.t(f"partners.card.{when}", at=at, relative=relative),
    ]


def queue_lines(outing: OutingView, reader: Localizer) -> list[str]:
    """Return the line on the waiting list, if anybody waits."""
    waiting = len(outing.waiting) if outing.state in BEFORE else 0
    return [reader.t("partners.card.waiting", count=waiting)] if waiting else []


def _missing(outing: OutingView, reader: Localizer) -> list[str]:
    """Return the lines on who is home already and who is out without a spotter."""
    home = [c for c in outing.inside if c.home_at is not None]
    alone = [] if outing.solo else [c for c in outing.out if c.user_id in outing.uncovered]
    lines = [reader.t("partners.card.home", names=listed(home, reader))] if home else []
    return lines + ([reader.t("partners.card.no_eyes", names=listed(alone, reader))] if alone else [])


def listed(companions: Sequence[CompanionView], reader: Localizer, limit: int = PUBLIC_NAME_LIMIT) -> str:
    """Return names such as `Ada and Bob`, escaped and cut."""
    return reader.both([person_name(c.name, limit) for c in companions])


def length_line(outing: OutingView, reader: Localizer) -> str:
    """Return the planned distance and time, and the surface."""
    minutes = round(outing.planned_ms / 60_000)  # 19:34 would be read as a time of day, below the start
    if outing.distance_m is None:
        return _on_surface(outing, reader.t("partners.card.time", minutes=minutes), reader)
    told = {"distance_m": outing.distance_m, "minutes": minutes, "pace_s_per_km": outing.pace_s_per_km}
    return _on_surface(outing, reader.t("partners.card.distance", **told), reader)


def distance_line(outing: OutingView, reader: Localizer) -> str:
    """Return the planned distance of an outing that is over."""
    if outing.distance_m is None:
        return length_line(outing, reader)
    return _on_surface(outing, reader.t("partners.card.ran", distance_m=outing.distance_m), reader)


def _on_surface(outing: OutingView, length: str, reader: Localizer) -> str:
    return f"{length} · {reader.t(f'runs.surface.{outing.surface.value}')}" if outing.surface else length


def _spot(outing: OutingView, reader: Localizer) -> list[str]:
    return [reader.t("partners.card.exactly", exactly=escaped(outing.detail, 200))] if outing.detail else []


def ended_line(outing: OutingView, reader: Localizer, *, brief: bool = False) -> str:
    """Return the line on how it ended; `brief`: only that it is over, without whether they came home."""
    ended = OutingState.RESOLVED if brief and outing.state is not OutingState.CANCELLED else outing.state
    if ended is OutingState.CANCELLED and outing.ended_at is not None and outing.ended_at > outing.starts_at:
        ended = OutingState.NO_SHOW  # a cancellation is possible before the start only: the outing never took place
    words = reader.t(f"partners.card.over_{ended.value}", name=caller_name(outing, reader))
    return words if ended is OutingState.HOME else f"-# {words}"


def limited_line(outing: OutingView, reader: Localizer) -> str:
    """Return the public line of a limited call: who looks for a partner, and whether still."""
    key = "under_way_of" if outing.state in OUT else "looks" if outing.state is OutingState.OPEN else "outing"
    return reader.t(f"partners.card.{key}", name=caller_name(outing, reader))


def standing_lines(outing: OutingView, reader: Localizer) -> list[str]:
    """Return the line on who has confirmed, or that it is under way."""
    if outing.state is OutingState.FILLED:
        confirmed = sum(c.confirmed for c in outing.inside)
        said = [reader.t("partners.card.confirmed_by", number=confirmed, total=len(outing.inside))]
    elif outing.state is OutingState.CONFIRMED:
        said = [reader.t("partners.card.confirmed")]
    else:
        return [reader.t("partners.card.under_way")] if outing.state in OUT else []
    return said


def without_spotter(outing: OutingView, reader: Localizer) -> list[str]:
    """Return the note that the outing, or a half of it, has no spotter, if the club allows that."""
    if outing.state not in (OutingState.FILLED, OutingState.CONFIRMED):
        return []
    halves = [any(c.roles.at(half) is Role.SPOTTER for c in outing.inside) for half in (0, 1)]
    if not outing.solo or outing.surface is None or all(halves):
        return []
    surface = reader.t(f"runs.surface.{outing.surface.value}")
    return [reader.t(f"partners.card.alone_{'part' if any(halves) else 'whole'}", surface=surface)]


def unsettled(outing: OutingView, user_id: int, reader: Localizer) -> list[str]:
    """Return the line on who has yet to confirm, since an unconfirmed outing may not take place."""
    missing = [c for c in outing.inside if not c.confirmed] if outing.state is OutingState.FILLED else []
    others = [c for c in missing if c.user_id != user_id]
    if not missing:
        return []
    key = "others" if len(others) == len(missing) else "both" if others else "mine"
    return [reader.t(f"course.evening.unsettled_{key}", names=listed(others, reader))]


def about_for(outing: OutingView, user_id: int, reader: Localizer, *, brief: bool = False) -> list[str]:
    """Return `about` for one person: the exact spot if they are in, and the state of their place."""
    if outing.state in ENDED:
        return [ended_line(outing, reader)]
    me = outing.who(user_id)
    # Somebody who waits has a line of their own: a count of one below it would be read as another person.
    waits = me is not None and me.presence in (Presence.WAITING, Presence.OFFERED)
    inside = me is not None and me.presence is Presence.IN
    lines = about(outing, reader, brief=brief, queue=not waits, inside=inside)
    if inside and not brief:
        lines += _spot(outing, reader)
    if me is not None and me.presence is Presence.OFFERED and me.offered_until is not None:
        lines.append(reader.t("partners.mine.offered", until=format_dt(me.offered_until, "t")))
    if me is not None and me.presence is Presence.WAITING:
        lines.append(reader.t("partners.mine.waiting"))
    return lines
