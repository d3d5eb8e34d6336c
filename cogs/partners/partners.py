"""`/partner find` and `/partner mine`, and the button "Find a partner" with its form."""

from __future__ import annotations

from dataclasses import replace

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
from bot.interactions.components import pressed
from bot.interactions.replies import Interaction, defer_if_slow, open_form, reply, resolve_member, resolve_person
from bot.interactions.tree import localized, localized_choice
from bot.services.members.people import Person
from bot.services.outings import partner_calls
from bot.services.outings.outings import OutingView
from bot.services.outings.partner_calls import CallRequest, Who
from bot.services.partners import meeting_points
from cogs.outings.call_form_view import call_form
from cogs.outings.outing_card_view import my_outings, private_card
from cogs.partners.partner_group import add_to_partner
from cogs.runs.run_options import OFFERED, SURFACES, manner_of, plain_choice, suggest_entry, suggested

ROLES = [app_commands.Choice(name=localized_choice(f"partners.role.{wish}"), value=wish.value) for wish in Wish]
WHO = [app_commands.Choice(name=localized_choice(f"partners.who.{who}"), value=who.value) for who in Who]


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
    _check_role(interaction, person, who)
    app = interaction.client.app
    wanted = read_wanted(when, distance, minutes, pace, manner_of(person.reader), app.clock())
    call = CallRequest(
        place=place,
        wanted=wanted,
        wish=Wish(role),
        who=Who(who) if who else Who.EVERYONE,
        surface=Surface(surface) if surface else None,
        exactly=exactly,
        channel_id=interaction.channel_id if person.in_guild else None,
    )
    await _call(interaction, person, call)


def _check_role(interaction: Interaction, person: Person, who: str | None) -> None:
    """Refuse a call limited to a role that was deleted, since nobody could answer.

    Raises:
        BadInput: the role no longer exists.
    """
    club = person.club
    guild = interaction.client.get_guild(club.guild_id) if club else None
    if club is None or guild is None:
        return
    role_id = {Who.WOMEN: club.women_role_id, Who.SPOTTERS: club.spotter_role_id}.get(Who(who or Who.EVERYONE))
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
    return [replace(outing, detail=None) if outing.guild_id in unknown else outing for outing in shown]


async def _call(interaction: Interaction, person: Person, call: CallRequest) -> None:
    app = interaction.client.app
    outing = await defer_if_slow(
        interaction,
        partner_calls.call(app.database, person, call, interaction_id=interaction.id, now=app.clock()),
        private=True,
    )
    app.outbox.wake()
    words = person.reader.t("partners.said.called", channel=f"<#{outing.channel_id}>")
    await reply(interaction, private_card(outing, person.user_id, person.reader, words), private=True)


class Partners(commands.Cog):
    """Calling for a partner with a form."""

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("call", "new")
    async def new(self, interaction: Interaction) -> None:
        """Open the form of a call."""
        person = await resolve_member(interaction)
        points = await meeting_points.meeting_points(self.app.database, person.guild_id) if person.guild_id else ()
        await open_form(interaction, call_form(person.reader, [point.name for point in points]))

    @pressed("call", "mine")
    async def list_mine(self, interaction: Interaction) -> None:
        """Show the same as `/partner mine`, from the club's partners card."""
        await mine(interaction)

    @pressed("call", "form")
    async def form(
        self,
        interaction: Interaction,
        place: Entered[str],
        when: Entered[str],
        length: Entered[str],
        role: Entered[Wish],
        pace: Entered[str],
    ) -> None:
        """Post a call with the form's values."""
        person = await resolve_member(interaction)
        wanted = read_wanted(when, length, None, pace, manner_of(person.reader), self.app.clock())
        channel_id = interaction.channel_id if person.in_guild else None
        await _call(interaction, person, CallRequest(place, wanted, role, channel_id=channel_id))


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
