"""Database URLs: readable faults, without the password in any of them."""

from __future__ import annotations

import pytest

from bot.database_url import faults_of, passwords_of, shown

GOOD = [
    "sqlite+aiosqlite:///data/backpedal.db",
    "sqlite+aiosqlite:////srv/backpedal.db",
    "postgresql+asyncpg://runner:pa55word@host/club",
    "postgresql+asyncpg://runner:p%40ss@host:5432/club?ssl=require",
    "postgresql+asyncpg://runner@[::1]:5432/club",
    "postgresql+asyncpg://host/club?user=runner&password=pa55word",
    "postgresql+asyncpg:///club",
]


@pytest.mark.parametrize("url", GOOD)
def test_a_good_url_has_no_fault(url: str) -> None:
    assert list(faults_of(url)) == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+asyncpg://u:pa55word@h/c?sslmode=require", "ssl=require instead of sslmode=require"),
        ("postgresql+asyncpg://u:pa55word@h/c?sslmode=verify-full", "ssl=verify-full"),
        ("postgresql+asyncpg://u:pa55word@h/c?channel_binding=require", "channel_binding, which asyncpg does not know"),
        ("postgresql+asyncpg://u:pa55word@h/c?application_name=pa55word", "application_name"),
        ("postgresql+psycopg2://u:pa55word@h/c", "postgresql+asyncpg:// instead of postgresql+psycopg2://"),
        ("postgres://u:pa55word@h/c", "postgresql+asyncpg://"),
        ("sqlite:///backpedal.db", "sqlite+aiosqlite://"),
        ("mysql+aiomysql://u:pa55word@h/c", "no other is supported"),
        ("postgresql+asyncpg://u:pa55word@pa55word@h/c", "@ as %40"),
        ("postgresql+asyncpg://u:pa55word/pa55word@h/c", "/ as %2F"),
        ("postgresql+asyncpg://u:pa55word?pa55word@h/c", "? as %3F"),
        ("postgresql+asyncpg://u:pa55word@h:port/c", "a number as its port"),
        ("backpedal.db", "must be a database URL"),
    ],
)
def test_a_fault_is_said_in_words_without_the_password(url: str, said: str) -> None:
    words = " ".join(faults_of(url))
    assert said in words
    assert "pa55word" not in words


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://runner:pa55word@host/club",
        "postgresql+asyncpg://runner:pa55word@pa55word@host/club",
        "postgresql+asyncpg://runner:pa55word/pa55word@host/club",
        "postgresql+asyncpg://host/club?user=runner&password=pa55word",
        "postgresql+asyncpg://host/club?ssl=require&password=pa55word",
        "postgresql+asyncpg://runner:pa55word@host:nonsense/club",
    ],
)
def test_a_password_is_in_nothing_that_is_shown(url: str) -> None:
    assert "pa55word" not in shown(url)
    assert "host" in shown(url)
    assert any("pa55word" in form for form in passwords_of(url))


def test_a_url_that_cannot_be_taken_apart_is_not_shown() -> None:
    assert shown("postgresql+asyncpg://runner:pa55word?pa55word@host/club") == "[database] url"
    assert shown("runner:pa55word@host/club") == "[database] url"


def test_a_password_is_known_as_written_and_as_meant() -> None:
    assert passwords_of("postgresql+asyncpg://u:p%40ss@h/c") == ["p%40ss", "p@ss"]
    assert passwords_of("sqlite+aiosqlite:///data/backpedal.db") == []
    assert passwords_of("postgresql+asyncpg://u@h/c") == []
