from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.messages.payload_redaction import is_about, without, without_anybody

ADA, BEN = 711_111_111_111_111_111, 722_222_222_222_222_222


@pytest.mark.parametrize(
    ("payload", "about"),
    [
        ({"user_id": ADA}, True),
        ({"about_user_id": str(ADA)}, True),
        ({"about_user_id": BEN, "left": ADA}, False),
        ({"user_ids": [ADA]}, False),
        ({"of": {"user_id": ADA}}, False),
        ({}, False),
    ],
)
def test_whom_a_payload_is_about(payload: dict[str, Any], about: bool) -> None:
    assert is_about(payload, ADA) is about


@pytest.mark.parametrize(
    ("payload", "rest"),
    [
        ({"left": ADA, "minutes": 15}, {"left": 0, "minutes": 15}),
        ({"user_ids": [ADA, BEN, str(ADA)]}, {"user_ids": [BEN]}),
        (
            {"outings": [{"of": [{"user_id": ADA, "role": "swap"}, {"user_id": BEN}]}]},
            {"outings": [{"of": [{"user_id": BEN}]}]},
        ),
        ({str(ADA): "reason", str(BEN): "other"}, {str(BEN): "other"}),
        (
            {"word": f"not {ADA} alone", "on": True, "none": None},
            {"word": f"not {ADA} alone", "on": True, "none": None},
        ),
    ],
)
def test_a_payload_without_somebody(payload: dict[str, Any], rest: dict[str, Any]) -> None:
    assert without(payload, ADA) == rest


def test_a_payload_without_anybody_keeps_what_is_nobodys_id() -> None:
    payload = {
        "by_user_id": 5, "user_ids": [1, 2], "left": BEN, "many": [ADA, 7], "minutes": 15, str(BEN): 1, "how": "home",
        "deep": [{"user_id": 1, "role": "swap"}],
    }  # fmt: skip
    assert without_anybody(payload) == {"many": [7], "minutes": 15, "how": "home", "deep": [{"role": "swap"}]}


leaves = st.one_of(st.none(), st.booleans(), st.integers(0, 100), st.sampled_from([ADA, BEN, str(ADA), "home"]))
nodes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["user_id", "user_ids", "left", "n", str(ADA), str(BEN)]), inner, max_size=4),
    ),
    max_leaves=20,
)


@given(nodes)
def test_no_trace_of_somebody_is_left_whatever_the_shape(node: Any) -> None:
    assert str(ADA) not in json.dumps(without(node, ADA))


@given(st.dictionaries(st.sampled_from(["user_id", "left", "n"]), nodes, max_size=4))
def test_no_id_is_left_in_what_is_taken_along(node: Any) -> None:
    left = json.dumps(without_anybody(node))
    assert str(ADA) not in left
    assert str(BEN) not in left
