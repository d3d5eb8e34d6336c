"""Access to stored rows and to the values of an opened form."""

from __future__ import annotations

from typing import Any

import discord
from simcord import ChannelHandle, InteractionResult, RoleHandle
from sqlalchemy import select

from tests.flows.conftest import Club, MemberActor


async def rows(club: Club, table: type) -> list[Any]:
    """Return every row of a table."""
    async with club.database.read() as session:
        return list(await session.scalars(select(table)))


def filled(form: InteractionResult) -> dict[str, Any]:
    """Return the values of an opened form by field: texts, the chosen radio button, the ids of picked members."""
    assert form.modal is not None
    found: dict[str, Any] = {}
    for label in form.modal["components"]:
        field = label["component"]
        chosen = [one["value"] for one in field.get("options", ()) if one.get("default")]
        picked = [int(one["id"]) for one in field.get("default_values", ())]
        found[field["custom_id"]] = picked or (chosen[0] if chosen else field.get("value") or "")
    return found


def resent(form: InteractionResult, *picked: ChannelHandle | RoleHandle | MemberActor) -> dict[str, Any]:
    """Return the values of an opened form for submitting it as it is; `picked` is what its menus can hold."""
    assert form.modal is not None
    kinds = {one["component"]["custom_id"]: one["component"]["type"] for one in form.modal["components"]}
    known = {one.id: one for one in picked}
    values: dict[str, Any] = {}
    for name, value in filled(form).items():
        if isinstance(value, list):
            values[name] = [known[one] for one in value]
        elif value:
            values[name] = [value] if kinds[name] == discord.ComponentType.select.value else value
    return values
