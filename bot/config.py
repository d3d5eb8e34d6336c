"""The operator's settings: one TOML file, and the environment for the token.

`load` reports every fault of the file at once. `config.example.toml` documents each setting; a test compares it with
the defaults here.

The reader is written by hand. pydantic-settings 2.16 also finds every fault, but adds 0.34 s of CPU and 21 MiB to each
start (0.44 s instead of 0.10 s to read a file), reads environment variables as common as `DATA` as settings, and
suggests no nearest key: its messages would have to be rebuilt from error codes, in as many lines as `_Table`. pydantic
alone takes 0.13 s to import. msgspec, used by the worker, stops at the first fault.
"""

from __future__ import annotations

import base64
import difflib
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.database_url import faults_of, passwords_of
from bot.errors import StartupError

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")

_SNOWFLAKE = re.compile("[0-9]{17,19}")


class Secret:
    """Text that must not be shown: `repr`, `str` and formatting return stars, `reveal()` returns the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the call that needs it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "'***'" if self._text else "''"


@dataclass(frozen=True)
class DiscordSettings:
    """[discord].

    Attributes:
        token: the bot's token; `DISCORD_TOKEN` in the environment wins.
    """

    token: Secret = field(default_factory=Secret)


@dataclass(frozen=True)
class DataSettings:
    """[data].

    Attributes:
        directory: where the SQLite file and its copies are stored.
        copies: how many copies made before a database update are kept, and how many made by `backup`.
        gone_club_days: days after which the data of a club that has removed the bot is deleted.
    """

    directory: Path = Path("data")
    copies: int = 5
    gone_club_days: int = 90


@dataclass(frozen=True)
class DatabaseSettings:
    """[database].

    Attributes:
        url: any SQLAlchemy async URL. May hold a password, so it is not in the `repr`.
    """

    url: str = field(default="sqlite+aiosqlite:///data/backpedal.db", repr=False)


@dataclass(frozen=True)
class LoggingSettings:
    """[logging].

    Attributes:
        level: the lowest level that is logged.
        format: `text` for people, `json` (one object per line) for machines.
        file: log file used instead of standard error, or None.
    """

    level: str = "info"
    format: str = "text"
    file: Path | None = None


@dataclass(frozen=True)
class AlertsSettings:
    """[alerts].

    Attributes:
        channel: id of the Discord channel that errors are reported to; 0 for none.
        user: id of the Discord user who gets them by direct message; 0 for none.
    """

    channel: int = 0
    user: int = 0


@dataclass(frozen=True)
class RemindersSettings:
    """[reminders].

    Attributes:
        per_member: how many reminders one member may have, paused ones included.
    """

    per_member: int = 50


@dataclass(frozen=True)
class Settings:
    """Everything an operator may set; every setting but the token has a working default."""

    discord: DiscordSettings = field(default_factory=DiscordSettings)
    data: DataSettings = field(default_factory=DataSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    logging: LoggingSettings = field(default_factory=LoggingSettings)
    reminders: RemindersSettings = field(default_factory=RemindersSettings)
    alerts: AlertsSettings = field(default_factory=AlertsSettings)

    @property
    def secrets(self) -> list[Secret]:
        """Return the values that must not appear in a log."""
        return [self.discord.token, *map(Secret, passwords_of(self.database.url))]


def load(path: Path | None, environment: Mapping[str, str], *, needs_token: bool = False) -> Settings:
    """Load the settings from a file and the environment.

    Args:
        path: the TOML file, or None for the defaults alone. Relative paths in it are relative to its own folder.
        environment: usually `os.environ`.
        needs_token: whether a missing token is a fault.

    Raises:
        StartupError: with every fault found.
    """
    if path is None:
        text, name, folder = "", "config.toml", Path()
    else:
        name, folder = str(path), path.parent
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise StartupError(f"{name} does not exist. Copy config.example.toml to it and fill it in.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise StartupError(f"{name} cannot be read: {error}") from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StartupError(f"{name} is not valid TOML: {error}") from error

    faults: list[str] = []
    settings = _settings(raw, folder, environment, faults)
    if needs_token and not settings.discord.token and not any("[discord] token" in fault for fault in faults):
        if path is None:
            raise StartupError(
                f"{name} does not exist, and DISCORD_TOKEN is not set. Copy config.example.toml to {name} and put the"
                " bot's token there."
            )
        faults.append("[discord] token is missing. Put it there, or in the environment as DISCORD_TOKEN.")
    if faults:
        raise StartupError([f"{name}: {fault}" for fault in faults])
    return settings


def token_fault(token: Secret) -> str | None:
    """Return why a text cannot be a bot's token, without repeating it, or None if it can be one.

    A token is three parts with dots between; the first is the bot's id as unpadded base64.
    """
    first, *rest = token.reveal().split(".")
    where = "Copy it from the developer portal (Bot, Reset Token) into [discord] token or DISCORD_TOKEN."
    if first.lower().startswith(("bot ", '"', "'")):
        return f"The token has something before it ({first[:4].strip()}): give the token alone. {where}"
    if len(rest) != 2 or not all(rest):
        return (
            "The token cannot be a bot's: it has not three parts with dots between. The application id, the public key"
            f" and the client secret are not it. {where}"
        )
    try:
        bot_id = base64.b64decode(first + "=" * (-len(first) % 4), altchars=b"-_", validate=True)
    except ValueError:
        bot_id = b""
    if not bot_id.isdigit():
        return f"The token cannot be a bot's: its first part is not the id of a bot. {where}"
    return None


def exposed(path: Path | None) -> str | None:
    """Return a warning if the file holds a secret and other users of this machine can read it, else None.

    Always None on Windows, where file modes do not tell.
    """
    if path is None or os.name != "posix" or not path.stat().st_mode & 0o077:
        return None
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    held = [
        name
        for name, holds in (
            ("the bot's token", str(raw.get("discord", {}).get("token", "")).strip()),
            ("the database's password", passwords_of(str(raw.get("database", {}).get("url", "")))),
        )
        if holds
    ]
    if not held:
        return None
    return f"{path} holds {' and '.join(held)}, and others on this machine can read it: chmod 600 {path}"


def _settings(raw: dict[str, object], folder: Path, environment: Mapping[str, str], faults: list[str]) -> Settings:
    whole = _Table("", raw, faults)

    discord = whole.table("discord")
    token = discord.text("token", "")
    discord.end()

    data = whole.table("data")
    directory = folder / data.text("directory", "data", empty=False)
    copies = data.whole_number("copies", DataSettings.copies, 1, 1000)
    gone_club_days = data.whole_number("gone_club_days", DataSettings.gone_club_days, 1, 3650)
    data.end()

    database = whole.table("database")
    url = database.url("url", folder) or f"sqlite+aiosqlite:///{directory / 'backpedal.db'}"
    database.end()

    logging = whole.table("logging")
    level = logging.choice("level", LoggingSettings.level, LEVELS)
    format_ = logging.choice("format", LoggingSettings.format, FORMATS)
    file = logging.text("file", "")
    logging.end()

    reminders = whole.table("reminders")
    per_member = reminders.whole_number("per_member", RemindersSettings.per_member, 1, 1000)
    reminders.end()

    alerts = whole.table("alerts")
    alert_channel, alert_user = alerts.snowflake("channel"), alerts.snowflake("user")
    alerts.end()

    whole.end()
    return Settings(
        DiscordSettings(Secret((environment.get("DISCORD_TOKEN") or token).strip())),
        DataSettings(directory, copies, gone_club_days),
        DatabaseSettings(url),
        LoggingSettings(level, format_, folder / file if file else None),
        RemindersSettings(per_member),
        AlertsSettings(alert_channel, alert_user),
    )


class _Table:
    """One table of the file: returns values of the expected type and collects faults for the others."""

    def __init__(self, name: str, values: Mapping[str, object], faults: list[str]) -> None:
        self.name = name
        self.values = values
        self.faults = faults
        self.known: list[str] = []

    def _fault(self, key: str, text: str) -> None:
        self.faults.append(f"[{self.name}] {key} {text}")

    def table(self, key: str) -> _Table:
        self.known.append(key)
        values = self.values.get(key, {})
        if not isinstance(values, dict):
            self.faults.append(f"{key} is a table: write [{key}] on a line of its own.")
            values = {}
        return _Table(key, values, self.faults)

    def text(self, key: str, default: str, *, empty: bool = True) -> str:
        self.known.append(key)
        value = self.values.get(key, default)
        if not isinstance(value, str):
            self._fault(key, f"must be text in quotes, not {_kind(value)}.")
        elif not value.strip() and not empty:
            self._fault(key, "must not be empty.")
        else:
            return value.strip()
        return default

    def choice(self, key: str, default: str, allowed: Collection[str]) -> str:
        value = self.text(key, default)
        if value not in allowed:
            self._fault(key, f"must be one of {', '.join(allowed)}, not {value!r}.")
            return default
        return value

    def whole_number(self, key: str, default: int, least: int, most: int) -> int:
        self.known.append(key)
        value = self.values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            self._fault(key, f"must be a whole number, not {_kind(value)}.")
        elif not least <= value <= most:
            self._fault(key, f"must be from {least} to {most}, not {value}.")
        else:
            return value
        return default

    def snowflake(self, key: str) -> int:
        """Return a Discord id, written as a number or in quotes; 0 for none."""
        self.known.append(key)
        value = self.values.get(key, 0)
        digits = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if digits in ("", "0") and value in (0, ""):
            return 0
        if not _SNOWFLAKE.fullmatch(digits) or int(digits) >= 2**63:
            self._fault(key, "must be an id of Discord's: 17 to 19 digits, by Copy ID in Discord's developer mode.")
            return 0
        return int(digits)

    def url(self, key: str, folder: Path) -> str:
        url = self.text(key, "")
        scheme, _, rest = url.partition("://")
        faults = list(faults_of(url)) if url else []
        for fault in faults:
            self._fault(key, fault)
        if faults:
            return ""
        if scheme.startswith("sqlite") and rest.startswith("/") and not rest.startswith(("/:", "/file:")):
            return f"{scheme}:///{folder / rest[1:]}"
        return url

    def end(self) -> None:
        """Report every key that was not read as a fault."""
        for key in self.values:
            if key in self.known:
                continue
            near = difflib.get_close_matches(key, self.known, 1)
            hint = f" Did you mean {near[0]!r}?" if near else f" Known here: {', '.join(self.known)}."
            where = f"in [{self.name}]" if self.name else "at the top"
            self.faults.append(f"unknown key {key!r} {where}.{hint}")


def _kind(value: object) -> str:
    names = {bool: "true/false", int: "a number", float: "a number with decimals", str: "text", dict: "a table"}
    return names.get(type(value), f"a {type(value).__name__}")
