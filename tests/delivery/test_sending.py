"""Classification of refusals, retry delays, and nonces."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.delivery.send_failures import NOT_SENT, SendTrouble, trouble_in
from bot.delivery.sending import LONGEST_PAUSE, nonce_of, pause_after
from bot.services.messages.deliveries import Destination
from bot.services.messages.outbox import ClaimedMessage

DM, CHANNEL, CARD = Destination.DM, Destination.CHANNEL, Destination.CARD
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


def refused(status: int, code: int = 0) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="")
    made = {403: discord.Forbidden, 404: discord.NotFound}.get(status, discord.HTTPException)
    return made(response, {"code": code, "message": "no"})


@pytest.mark.parametrize(
    ("error", "destination", "trouble"),
    [
        (refused(403, 50007), DM, SendTrouble.CLOSED),
        (refused(403, 50278), DM, SendTrouble.LEFT),
        (refused(400, 50007), DM, SendTrouble.CLOSED),
        (refused(403, 50001), DM, SendTrouble.CLOSED),
        (refused(403, 40003), DM, SendTrouble.TOO_FAST),
        (refused(400, 40003), DM, SendTrouble.TOO_FAST),
        (refused(400, 50033), DM, SendTrouble.GONE),
        (refused(404, 10013), DM, SendTrouble.GONE),
        (refused(404, 10003), CHANNEL, SendTrouble.GONE),
        (refused(404, 10004), CHANNEL, SendTrouble.GONE),
        (refused(404, 10008), CARD, SendTrouble.GONE),
        (refused(404), CHANNEL, SendTrouble.LATER),
        (refused(403), DM, SendTrouble.LATER),
        (refused(403, 20026), DM, SendTrouble.LATER),
        (refused(403), CHANNEL, SendTrouble.LATER),
        (refused(403, 50001), CHANNEL, SendTrouble.FORBIDDEN),
        (refused(403, 50013), CARD, SendTrouble.FORBIDDEN),
        (refused(403, 50083), CARD, SendTrouble.FORBIDDEN),
        (refused(429), DM, SendTrouble.LATER),
        (refused(500), CHANNEL, SendTrouble.LATER),
        (refused(503), DM, SendTrouble.LATER),
        (refused(401), DM, SendTrouble.LATER),
        (refused(400, 50035), CHANNEL, SendTrouble.LATER),
        (discord.RateLimited(120.0), CHANNEL, SendTrouble.LATER),
        (ConnectionResetError(104, "reset"), DM, SendTrouble.LATER),
        (aiohttp.ServerDisconnectedError(), CARD, SendTrouble.LATER),
        (TimeoutError(), CARD, SendTrouble.LATER),
    ],
)
def test_what_a_refusal_means(error: Exception, destination: Destination, trouble: SendTrouble) -> None:
    assert isinstance(error, NOT_SENT)
    assert trouble_in(error, destination) is trouble


def test_pauses_double_and_have_an_end() -> None:
    assert [pause_after(n).total_seconds() for n in range(5)] == [1, 2, 4, 8, 16]
    assert pause_after(10_000) == LONGEST_PAUSE


def test_a_nonce_is_the_rows_id_and_another_for_a_card_posted_anew() -> None:
    one = ClaimedMessage(
        7, "toy.card", "1", 0, CARD, 1, 0, 2, None, None, {}, "leased", 0, 0, NOW, NOW, None, None, until=NOW
    )  # fmt: skip
    assert nonce_of(one) == "7"
    anew = replace(one, sent_at=NOW)
    assert nonce_of(anew) != nonce_of(one)
    assert nonce_of(anew) != nonce_of(replace(anew, sent_at=NOW + timedelta(seconds=1)))
    assert len(nonce_of(replace(anew, delivery_id=10**15))) <= 25
