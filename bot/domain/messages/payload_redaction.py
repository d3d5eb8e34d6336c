"""People named in JSON: taking one out, and taking all out.

Convention for payloads: a person a message is about stands under a key that ends in `user_id`, several under one that
ends in `user_ids`. Discord's ids are unique among all numbers kept, so that one is found under any other key as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEAST_ID = 10**15
"""Discord's ids are larger than any count, time or id of ours (its first, of 2015, has 17 digits)."""


def is_about(payload: Mapping[str, Any], user_id: int) -> bool:
    """Whether a payload as a whole is about a person, so that nothing of it is left without them."""
    return any(key.endswith("user_id") and _is(value, user_id) for key, value in payload.items())


def without(node: Any, user_id: int) -> Any:
    """The same JSON without a person.

    Out of a list goes the id itself, and whatever object in it is about the person; under a key stands 0 instead, which
    is nobody.
    """
    if isinstance(node, dict):
        return {key: without(value, user_id) for key, value in node.items() if not _is(key, user_id)}
    if isinstance(node, list):
        return [
            without(item, user_id)
            for item in node
            if not (_is(item, user_id) or (isinstance(item, dict) and is_about(item, user_id)))
        ]
    return 0 if _is(node, user_id) else node


def without_anybody(node: Any) -> Any:
    """The same JSON without anybody's id, as one person may take it along."""
    if isinstance(node, dict):
        return {
            key: without_anybody(value)
            for key, value in node.items()
            if not (key.endswith(("user_id", "user_ids")) or _could_be(key) or _could_be(value))
        }
    if isinstance(node, list):
        return [without_anybody(item) for item in node if not _could_be(item)]
    return node


def _is(value: object, user_id: int) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | str) and str(value) == str(user_id)


def _could_be(value: object) -> bool:
    digits = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return digits.isdecimal() and int(digits) >= LEAST_ID
