"""What the commands and buttons of challenges share: the user's club, and the card of how a challenge stands."""

from __future__ import annotations

from bot.domain.challenges.challenge_rules import ChallengePhase
from bot.errors import NotFound
from bot.interactions.corrections import in_place
from bot.interactions.pictures import drawn, shown
from bot.interactions.replies import Interaction, defer_if_slow, replace, reply, resolve_member
from bot.services.challenges.challenge_progress import progress
from bot.services.members.people import Club, Person
from cogs.challenges.challenge_view import picture_of, private_card


async def member_of_club(interaction: Interaction) -> tuple[Person, Club]:
    """Return the user and the club whose challenges they use.

    Raises:
        NotFound: there is no club.
    """
    person = await resolve_member(interaction)
    if person.club is None:
        raise NotFound("challenge.find.home")
    return person, person.club


async def show_challenge(interaction: Interaction, person: Person, challenge_id: int, page: int, *notices: str) -> None:
    """Show how a challenge stands to the user alone, in place of their own card if they pressed one.

    Raises:
        NotFound: the user's club has no such challenge.
    """
    app = interaction.client.app
    assert person.guild_id is not None  # checked by the callers
    found = await defer_if_slow(
        interaction, progress(app.database, challenge_id, person.guild_id, person.user_id, app.clock()), private=True
    )
    if found.view.phase is ChallengePhase.DRAFT:
        raise NotFound("challenge.find.gone")
    picture = picture_of(found, person.reader)
    file = await drawn(app, picture, person.user_id) if picture is not None else None
    view = private_card(
        found, page, person.reader, *notices,
        organiser=person.organiser and person.in_guild, picture=shown(file) if file is not None else None,
    )  # fmt: skip
    files = [file] if file is not None else []
    message = interaction.message
    alone = message is not None and (message.flags.ephemeral or interaction.guild_id is None)
    if alone or in_place(interaction):
        await replace(interaction, view, files=files)
    else:
        await reply(interaction, view, private=True, files=files)
