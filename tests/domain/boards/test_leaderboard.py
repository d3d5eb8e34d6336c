from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.boards.leaderboard import ranks


@pytest.mark.parametrize(
    ("values", "offset", "ahead", "expected"),
    [
        ([], 0, 0, ()),
        ([9], 0, 0, (1,)),
        ([9, 7, 7, 5], 0, 0, (1, 2, 2, 4)),
        ([7, 7, 7], 0, 0, (1, 1, 1)),
        ([7, 5], 10, 8, (9, 12)),  # tied with two members on the page before
        ([7, 5], 10, 10, (11, 12)),
    ],
)
def test_ties_share_a_rank(values: list[int], offset: int, ahead: int, expected: tuple[int, ...]) -> None:
    assert ranks(values, offset=offset, ahead=ahead) == expected


@given(st.lists(st.integers(1, 6), max_size=60), st.integers(1, 10))
def test_a_rank_is_one_more_than_those_strictly_better_on_whatever_page(values: list[int], size: int) -> None:
    values.sort(reverse=True)
    found: list[int] = []
    for offset in range(0, len(values), size):
        page = values[offset : offset + size]
        found += ranks(page, offset=offset, ahead=sum(v > page[0] for v in values))
    assert found == [1 + sum(other > v for other in values) for v in values]
