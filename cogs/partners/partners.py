"""`/partner find` and `/partner mine`, and the button "Find a partner" with its form."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.outings.call_terms import read_length, read_wanted, starts_meant
from bot.domain.outings.outing_rules import Wish
from bot.domain.runs.runs import Surface
from bot.domain.text.units import Units
from bot.errors import BadInput, MemberError
from bot.interactions.arguments import Entered
from bot.interactions.authorization import known_lately, standing_in
from bot.interactions.components import identity, offered, pressed
from bot.interactions.corrections import TypedText, in_place, keep_typed, typed_before
from bot.interactions.replies import (
    Interaction,
    defer_if_slow,
    open_form,
    replace,
    reply,
    resolve_member,
    resolve_person,
)
from bot.interactions.tree import localized, localized_choice
from bot.services.members.people import Person
from bot.services.outings import partner_calls
from bot.services.outings.outings import OutingView
from bot.services.outings.partner_calls import CallRequest, Who
from bot.services.partners import meeting_points
from bot.services.partners.meeting_points import ClubPoint
from cogs.outings.call_buttons import presser_of
from cogs.outings.call_form_view import CallFilled, again_filled, audiences_of, call_form, place_of, point_named
from cogs.outings.outing_card_view import my_outings, private_card
from cogs.partners.partner_group import add_to_partner
from cogs.runs.run_options import OFFERED, SURFACES, manner_of, plain_choice, suggest_entry, suggested

ROLES = [app_commands.Choice(name=localized_choice(f"partners.role.{wish}"), value=wish.value) for wish in Wish]
WHO = [app_commands.Choice(name=localized_choice(f"partners.who.{who}"), value=who.value) for who in Who]


NO_SURFACE: Literal["-"] = "-"
SurfaceOrNone: TypeAlias = Surface | Literal["-"]
Minutes: TypeAlias = Annotated[int, range(361)]


@dataclass(frozen=True, slots=True)
class CallForm:
    """The values of the form, as entered: a meeting point or a place. An earlier version's has a pace, and no `who`."""

    when: str
    length: str
    role: Wish
    who: Who | None = None
    point: int | None = None
    place: str = ""
    pace: str | None = None


@dataclass(frozen=True, slots=True)
class CallTexts:
    """What was typed for a call."""

    place: str
    when: str
    length: str
    pace: str = ""
    exactly: str = ""


@dataclass(frozen=True, slots=True)
class CallTerms:
    """What was chosen for a call; `minutes` besides a distance, or 0."""

    wish: Wish
    who: Who = Who.EVERYONE
    surface: str = NO_SURFACE
    minutes: int = 0


async def suggest_places(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest the club's meeting points; any other place may be typed."""
    person = await resolve_person(interaction)
    if person.guild_id is None or not await known_lately(interaction, person):
        return []
    known = await partner_calls.places(interaction.client.app.database, person.guild_id)
    wanted = current.casefold().strip()
    found = [place.name for place in known if wanted in place.name.casefold()]
    return [app_commands.Choice(name=name, value=name) for name in found[:OFFERED]]


async def suggest_ahead(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest the parsed start (`Fri 20 Nov 18:00`), each of several readings, or the reason why it is invalid."""
    if not current.strip():
        return []
    person = await resolve_person(interaction)
    return suggested(current, person.reader, starts_meant, interaction.client.app.clock())


async def suggest_length(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest the parsed distance or time, a unit if none was typed, or the reason why it is invalid."""
    if not current.strip():
        return []
    person = await resolve_person(interaction)
    reader = person.reader
    try:
        metres, duration_ms = read_length(current, manner_of(reader))
        words = reader.distance(metres) if metres is not None else reader.duration(duration_ms or 0)
    except MemberError as error:
        if error.key == "partners.refused.bare":
            unit = "mi" if reader.units is Units.IMPERIAL else "km"
            return [plain_choice(f"{current.strip()} {one}", f"{current.strip()} {one}") for one in ("min", unit)]
        words = reader.error(error)
    return [plain_choice(words, current)]


@app_commands.describe(
    place=localized("partners.commands.place"),
    when=localized("partners.commands.when"),
    role=localized("partners.commands.role"),
    distance=localized("partners.commands.distance"),
    minutes=localized("partners.commands.minutes"),
    pace=localized("partners.commands.pace"),
    who=localized("partners.commands.who"),
    surface=localized("partners.commands.surface"),
    exactly=localized("partners.commands.exactly"),
)
@app_commands.choices(role=ROLES, who=WHO, surface=SURFACES)
@app_commands.autocomplete(place=suggest_places, when=suggest_ahead, distance=suggest_length, pace=suggest_entry)
async def find(
    interaction: Interaction,
    place: app_commands.Range[str, 1, 80],
    when: app_commands.Range[str, 1, 100],
    role: str,
    distance: app_commands.Range[str, 1, 100] | None = None,
    minutes: app_commands.Range[int, 5, 360] | None = None,
    pace: app_commands.Range[str, 1, 40] | None = None,
    who: str | None = None,
    surface: str | None = None,
    exactly: app_commands.Range[str, 1, 200] | None = None,
) -> None:
    """Parse the options, post the call, and answer with its channel."""
    person = await resolve_member(interaction)
    length = distance or (f"{minutes} min" if minutes else "")
    texts = CallTexts(place, when, length, pace or "", exactly or "")
    more_minutes = minutes if distance and minutes else 0
    terms = CallTerms(offered(Wish, role), offered(Who, who or Who.EVERYONE), surface or NO_SURFACE, more_minutes)
    await _ask(interaction, person, texts, terms)


async def _ask(interaction: Interaction, person: Person, texts: CallTexts, terms: CallTerms) -> None:
    """Parse what was typed, and post the call; a refusal keeps it."""
    _check_role(interaction, person, terms.who)
    t = person.reader.t
    keep_typed(
        interaction,
        identity("call", "fix", terms.wish, terms.who, terms.surface, terms.minutes),
        TypedText(t("partners.form.place"), texts.place),
        TypedText(t("partners.form.when"), texts.when),
        TypedText(t("partners.form.length"), texts.length),
        TypedText(t("partners.form.pace"), texts.pace),
        TypedText(t("partners.form.exactly"), texts.exactly),
    )
    now, manner = interaction.client.app.clock(), manner_of(person.reader)
    call = CallRequest(
        place=texts.place,
        wanted=read_wanted(texts.when, texts.length, terms.minutes or None, texts.pace, manner, now),
        wish=terms.wish,
        who=terms.who,
        surface=None if terms.surface == NO_SURFACE else offered(Surface, terms.surface),
        exactly=texts.exactly or None,
        channel_id=interaction.channel_id if person.in_guild else None,
    )
    await _call(interaction, person, call)


def _check_role(interaction: Interaction, person: Person, who: Who) -> None:
    """Refuse a call limited to a role that was deleted, since nobody could answer.

    Raises:
        BadInput: the role no longer exists.
    """
    club = person.club
    guild = interaction.client.get_guild(club.guild_id) if club else None
    if club is None or guild is None:
        return
    role_id = {Who.WOMEN: club.women_role_id, Who.SPOTTERS: club.spotter_role_id}.get(who)
    if role_id is not None and guild.get_role(role_id) is None:
        raise BadInput(f"partners.refused.no_role_{who}")


async def mine(interaction: Interaction) -> None:
    """Show the outings that the user is in or waits for, privately."""
    person = await resolve_person(interaction)
    outings = await defer_if_slow(interaction, _mine(interaction, person), private=True)
    await reply(interaction, my_outings(outings, person.user_id, person.reader), private=True)


async def _mine(interaction: Interaction, person: Person) -> list[OutingView]:
    """Return the user's outings; without the exact meeting spot if their membership of the club cannot be verified."""
    outings = await partner_calls.mine(interaction.client.app.database, person.user_id)
    clubs = dict.fromkeys(o.guild_id for o in outings if not any(c.user_id == person.user_id for c in o.out))
    found = {guild_id: await standing_in(interaction, person, guild_id) for guild_id in clubs}
    if any(standing is not None and not standing.member for standing in found.values()):
        outings = await partner_calls.mine(interaction.client.app.database, person.user_id)
    left = {guild_id for guild_id, standing in found.items() if standing is not None and not standing.member}
    unknown = {guild_id for guild_id, standing in found.items() if standing is None}
    shown = [outing for outing in outings if outing.guild_id not in left]
    return [dataclasses.replace(outing, detail=None) if outing.guild_id in unknown else outing for outing in shown]


async def _call(interaction: Interaction, person: Person, call: CallRequest) -> None:
    app = interaction.client.app
    outing = await defer_if_slow(
        interaction,
        partner_calls.call(app.database, person, call, interaction_id=interaction.id, now=app.clock()),
        private=True,
    )
    app.outbox.wake()
    words = person.reader.t("partners.said.called", channel=f"<#{outing.channel_id}>")
    shown = private_card(outing, person.user_id, person.reader, words)
    await (replace(interaction, shown) if in_place(interaction) else reply(interaction, shown, private=True))


class Partners(commands.Cog):
    """Calling for a partner with a form."""

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("call", "new")
    async def new(self, interaction: Interaction) -> None:
        """Open the form of a call."""
        await self._open(interaction, await resolve_member(interaction))

    @pressed("call", "repeat", "outing_id")
    async def repeat(self, interaction: Interaction, outing_id: int) -> None:
        """Open the form, filled with an outing a week later."""
        person = await resolve_person(interaction)
        database, now = self.app.database, self.app.clock()
        outing = await partner_calls.show(database, await presser_of(interaction, person, outing_id), outing_id)
        await self._open(interaction, person, again_filled(outing, person.user_id, person.club, person.reader, now))

    @pressed("call", "fix", "wish", "who", "surface", "minutes")
    async def fix(
        self, interaction: Interaction, wish: Wish, who: Who, surface: SurfaceOrNone, minutes: Minutes
    ) -> None:
        """Open the form, filled with what was refused, with these further terms."""
        person = await resolve_member(interaction)
        place, when, length, pace = typed_before(interaction, 4)
        filled = CallFilled(place, when, length, wish, who, pace)
        await self._open(interaction, person, filled, identity("call", "asked", who, surface, minutes), refused=True)

    @pressed("call", "again", "who", "surface", "minutes")
    async def again(self, interaction: Interaction, who: Who, surface: SurfaceOrNone, minutes: Minutes) -> None:
        """Open the form of a call with these further terms, for a Fix it that an earlier version posted."""
        custom_id = identity("call", "asked", who, surface, minutes)
        await self._open(interaction, await resolve_member(interaction), CallFilled(who=who), custom_id)

    async def _open(
        self,
        interaction: Interaction,
        person: Person,
        filled: CallFilled | None = None,
        custom_id: str = identity("call", "form"),
        *,
        refused: bool = False,
    ) -> None:
        """Open the form; a place that is no meeting point is typed, and so is one that was refused."""
        points = await self._points(person)
        place = filled.place if filled else ""
        elsewhere = point_named(points, place) is None and (refused or bool(place))
        form = call_form(person.reader, points, audiences_of(person.club), filled, custom_id, elsewhere=elsewhere)
        await open_form(interaction, form)

    async def _points(self, person: Person) -> tuple[ClubPoint, ...]:
        guild_id = person.guild_id
        return await meeting_points.meeting_points(self.app.database, guild_id) if guild_id is not None else ()

    @pressed("call", "asked", "who", "surface", "minutes")
    async def asked(
        self, interaction: Interaction, who: Who, surface: SurfaceOrNone, minutes: Minutes, form: Entered[CallForm]
    ) -> None:
        """Post a call with the form's values and these further terms; the rest is read from the refusal."""
        person = await resolve_member(interaction)
        pace, exactly = typed_before(interaction, 5)[3:]
        place = place_of(await self._points(person), form.point, form.place)
        texts = CallTexts(place, form.when, form.length, pace if form.pace is None else form.pace, exactly)
        await _ask(interaction, person, texts, CallTerms(form.role, form.who or who, surface, minutes))

    @pressed("call", "mine")
    async def list_mine(self, interaction: Interaction) -> None:
        """Show the same as `/partner mine`, from the club's partners card."""
        await mine(interaction)

    @pressed("call", "form")
    async def form(self, interaction: Interaction, form: Entered[CallForm]) -> None:
        """Post a call with the form's values."""
        person = await resolve_member(interaction)
        place = place_of(await self._points(person), form.point, form.place)
        texts = CallTexts(place, form.when, form.length, form.pace or "")
        await _ask(interaction, person, texts, CallTerms(form.role, form.who or Who.EVERYONE))


async def setup(bot: BotClient) -> None:
    """Add the cog, and its commands to `/partner`."""
    await bot.add_cog(Partners(bot.app))
    add_to_partner(
        bot,
        [
            app_commands.Command(name="find", description=localized("partners.commands.find"), callback=find),
            app_commands.Command(name="mine", description=localized("partners.commands.mine"), callback=mine),
        ],
    )
