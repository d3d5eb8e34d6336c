from __future__ import annotations

from typing import Any

from simcord import InteractionResult

from bot.services.partners import meeting_points
from tests.flows.clubs.club_pages import page
from tests.flows.conftest import NOON, Club, text_of


async def test_a_meeting_point_is_added_changed_and_removed(club: Club) -> None:
    shown = await page(club, "Partners")
    assert "No meeting points yet" in text_of(shown)
    assert "None yet" in text_of(await club.olga.click(shown.response, label="Meeting points"))
    form = await club.olga.click(shown.response, label="Add")
    typed = {"name": "*Stadium*", "surface": ["track"], "detail": "bench behind the booth"}
    after = await club.olga.submit_modal(form, typed)
    assert "**\\*Stadium\\*** · track" in text_of(after)
    assert "bench" not in shown_on_card(after)
    (point,) = await meeting_points.meeting_points(club.database, club.guild.id)
    after = await club.olga.select(shown.response, [str(point.point_id)], custom_id="club:chosen:v1")
    assert "bench behind the booth" in text_of(after)
    form = await club.olga.click(shown.response, label="Edit")
    after = await club.olga.submit_modal(form, {"name": "Arena", "surface": ["any"], "detail": ""})
    assert "**Arena** is saved" in text_of(after)
    assert "No exact spot" in text_of(after)
    assert "Remove **Arena**?" in text_of(await club.olga.click(shown.response, label="Remove"))
    assert "### **Arena** 📍" in text_of(await club.olga.click(shown.response, label="Keep it"))
    await club.olga.click(shown.response, label="Remove")
    after = await club.olga.click(shown.response, label="Remove")
    assert "**Arena** is removed" in text_of(after)
    assert await meeting_points.meeting_points(club.database, club.guild.id) == ()
    assert "Partners channel" in text_of(await club.olga.click(shown.response, label="Back"))


def shown_on_card(result: InteractionResult) -> str:
    """Return the texts shown without opening a menu."""
    assert result.response is not None

    def walk(node: Any) -> list[str]:
        if isinstance(node, list):
            return [text for item in node for text in walk(item)]
        if not isinstance(node, dict):
            return []
        return [node["content"]] if node.get("type") == 10 else walk(node.get("components", []))

    return "\n".join(walk(result.response.components))


async def test_a_meeting_point_gone_meanwhile_is_said_to_be(club: Club) -> None:
    shown = await page(club, "Partners")
    point = await meeting_points.add(club.database, club.guild.id, "Stadium", "track", "", NOON)
    other = await meeting_points.add(club.database, club.guild.id, "Park", None, "", NOON)
    await club.olga.click(shown.response, label="Meeting points")
    await club.olga.select(shown.response, [str(point.point_id)], custom_id="club:chosen:v1")
    form = await club.olga.click(shown.response, label="Edit")
    assert "already" in text_of(await club.olga.submit_modal(form, {"name": "park", "surface": ["any"], "detail": ""}))
    form = await club.olga.click(shown.response, label="Edit")
    await club.olga.click(shown.response, label="Remove")
    await meeting_points.remove(club.database, club.guild.id, point.point_id)
    typed = {"name": "Arena", "surface": ["track"], "detail": ""}
    assert "That meeting point's gone" in text_of(await club.olga.submit_modal(form, typed))
    after = await club.olga.click(shown.response, label="Remove")
    assert "That meeting point's gone" in text_of(after)
    assert "**Park**" in text_of(after)
    assert await meeting_points.meeting_points(club.database, club.guild.id) == (other,)
