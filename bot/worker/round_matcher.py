"""Partner matching in a worker process: the request and its handler."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from bot.domain.rounds.match_scoring import Candidate
from bot.domain.rounds.matching import Draw, draw_round
from bot.worker.messages import Request


class DrawRound(Request, frozen=True, tag=True):
    """Draw a round."""

    answer: ClassVar[Any] = Draw

    candidates: Sequence[Candidate]
    backward_per_spotter: int
    seed: int


class RoundMatcher:
    """Handler that matches partners."""

    requests = (DrawRound,)

    def __init__(self) -> None:
        import rustworkx  # noqa: F401 - `matching` imports it later, when no file can be opened any more

    def handle(self, request: DrawRound, _: bytes) -> tuple[Any, bytes]:
        """Draw the requested round."""
        return draw_round(request.candidates, request.backward_per_spotter, request.seed), b""
