"""Database URLs as operators write them: validation with readable faults, and display without the password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
"""The asynchronous driver of each database."""
_SUPPORTED = frozenset(DRIVERS.values())
_ASYNCPG = frozenset((
    "host", "port", "user", "password", "database", "passfile", "service", "servicefile", "ssl", "direct_tls",
    "timeout", "command_timeout", "statement_cache_size", "max_cached_statement_lifetime",
    "max_cacheable_statement_size", "target_session_attrs", "krbsrvname", "gsslib", "prepared_statement_cache_size",
    "prepared_statement_name_func",
))  # fmt: skip
"""URL parameters accepted by asyncpg and SQLAlchemy's adapter for it."""
_SAYS_PASSWORD = ("password", "passfile")


def faults_of(url: str) -> Iterator[str]:
    """Yield what is wrong with a URL, each as the rest of a sentence that begins with the setting's name."""
    scheme, found, rest = url.partition("://")
    if not found:
        yield "must be a database URL such as sqlite+aiosqlite:///data/backpedal.db."
        return
    backend = scheme.partition("+")[0]
    if scheme in DRIVERS or (backend in DRIVERS and scheme not in _SUPPORTED):
        yield f"must name an asynchronous driver: {DRIVERS[backend]}:// instead of {scheme}://."
        return
    if scheme not in _SUPPORTED:
        yield "must be of SQLite (sqlite+aiosqlite://) or PostgreSQL (postgresql+asyncpg://); no other is supported."
        return
    if backend != "postgresql":
        return
    address, _, query = rest.partition("?")
    authority = address.rpartition("/")[0] if "/" in address else address
    if authority.count("@") > 1 or "/" in authority or ("@" in query and "@" not in authority):
        yield "has a sign in its user or password that must be written otherwise: @ as %40, / as %2F, ? as %3F."
        return
    port = re.search(r":([^:\]]*)$", authority.rpartition("@")[2])
    if port is not None and not port[1].isdecimal():
        yield "must have a number as its port, after the host's colon."
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name == "sslmode":
            yield f"must say ssl={value or 'require'} instead of sslmode={value}: that is asyncpg's name for it."
        elif name not in _ASYNCPG:
            yield f"has the parameter {name[:40]}, which asyncpg does not know: leave it out."


def passwords_of(url: str) -> list[str]:
    """Return every form in which the password of a URL could be printed; empty for a URL without one."""
    rest, _, query = url.partition("://")[2].partition("?")
    authority = rest.rpartition("@")[0]
    _, found, password = authority.partition(":")
    forms = [password] if found else []
    forms += [value for name, value in parse_qsl(query) if name in _SAYS_PASSWORD]
    return list(dict.fromkeys(form for one in forms for form in (one, unquote(one)) if form))


def shown(url: str) -> str:
    """Return a URL that may be printed: where the database is, without user, password and parameters.

    A URL parser is not used: given an unescaped @ in the password, it takes the rest of the password for the host.
    """
    scheme, found, rest = url.partition("://")
    address, _, query = rest.partition("?")
    if not found or ("@" in query and "@" not in address):
        return "[database] url"
    return f"{scheme}://{address.rpartition('@')[2]}"
