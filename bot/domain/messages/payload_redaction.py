"""Remove one person, or all people, from stored JSON.

In payloads, the person a message is about is stored under a key that ends in `user_id`, several people under one that
ends in `user_ids`. Discord ids are unique among all stored numbers, so that an id is also found under any other key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

LEAST_ID = 10**15
"""Smallest Discord id. Ids are greater than any count, time or internal id (the first, of 2015, has 17 digits)."""


def is_about(payload: Mapping[str, Any], user_id: int) -> bool:
    """Whether a payload as a whole is about a person and has to be removed with them."""
    return any(key.endswith("user_id") and _is(value, user_id) for key, value in payload.items())


def without(node: Any, user_id: int) -> Any:
    """Return the JSON without a person.

    In a list, the id itself and objects about the person are removed; as a value under a key, the id becomes 0.
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


def cleared(node: Any, user_id: int, keys: Mapping[str, Collection[str]]) -> Any:
    """Return a JSON object with null under keys that name a person and under the keys declared beside them.

    Args:
        node: an object with numbers that could be mistaken for ids; any other value is returned unchanged.
        user_id: the person to remove.
        keys: keys that may name a person, each with the keys beside it.
    """
    if not isinstance(node, dict):
        return node
    nobody = {name for key in keys if _is(node.get(key), user_id) for name in (key, *keys[key])}
    return {key: None if key in nobody else value for key, value in node.items()}


def without_anybody(node: Any) -> Any:
    """Return the JSON without any user id, for a personal export."""
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
