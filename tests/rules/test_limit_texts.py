"""Texts that state a limit get it as a parameter, so that a change of the limit leaves no wrong number behind."""

from __future__ import annotations

import re

import pytest

from bot.domain.limits import FILE_BYTES, FILE_DISTANCE_M, FILE_DURATION_S, MEGABYTE, RUN_DISTANCE_M, RUN_DURATION_MS
from bot.domain.runs.run_measures import resolve
from bot.domain.text.units import Units, parse_distance, parse_duration
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from tests.rules.sentences import forms, sentences

LIMITS = re.compile(r"(alerts|files\.reason|imports\.reason)\..+|course\.extend\.length|club\.safety\.(step|grace).*")
"""Keys of the safety texts and refusals that state a limit."""

EXCEPTIONS = {
    "imports.reason.clock": "1990 is the first year any run is taken from, not a limit that is tuned",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_limit_is_typed_into_a_text(language: str) -> None:
    texts = {key: forms(words).values() for key, words in sentences(language).items() if LIMITS.fullmatch(key)}
    assert len(texts) > 100
    typed = {key for key, words in texts.items() if any(re.search(r"\d", one) for one in words)}
    assert typed == set(EXCEPTIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_attachment_is_told_the_limit_in_megabytes(language: str) -> None:
    words = Localizer(language).t("imports.reason.attachment", limit=FILE_BYTES // MEGABYTE)
    assert re.findall(r"\d+", words) == ["10"]


def test_what_is_typed_and_what_is_logged_share_the_limits_of_a_run() -> None:
    distance_m = parse_distance(f"{RUN_DISTANCE_M // 1000} km", Units.METRIC, "en")
    duration_ms = parse_duration(f"{RUN_DURATION_MS // 3_600_000} h", "en")
    assert resolve(distance_m, duration_ms, None) == (RUN_DISTANCE_M, RUN_DURATION_MS)


def test_a_file_is_read_beyond_the_longest_run_so_that_it_is_refused_as_too_long() -> None:
    assert FILE_DISTANCE_M > RUN_DISTANCE_M
    assert FILE_DURATION_S * 1000 > RUN_DURATION_MS
