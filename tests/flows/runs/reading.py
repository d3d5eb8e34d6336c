"""Access to stored rows and to the values of an opened form."""

from __future__ import annotations

from typing import Any

from simcord import InteractionResult
from sqlalchemy import select

from tests.flows.conftest import Club


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
