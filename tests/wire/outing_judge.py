"""Invariants of simulated outings: `Judge` compares the accepted messages with those that people had to get."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.wire.payloads import Person
from tests.wire.server import LocalDiscord

ASKS = {"alert.ask"}
ALARMS = {"alert.contact", "alert.organisers"}
ENDS = {"alert.clear"}
NO_EYES = {"outing.eyes_lost"}
QUIET, QUIET_TURNS = {"alert.unsafe"}, {"alert.unsafe_turn"}

COUNTED = {"asked": ASKS, "sent": ALARMS, "ended": ENDS, "no eyes": NO_EYES, "quiet": QUIET}


@dataclass
class Life:
    """One outing and its people; `fate` is how its people tend to behave."""

    outing_id: int
    backward: list[Person]
    spotter: Person
    contacts: dict[str, Person]
    fate: random.Random
    pressed: list[str] = field(default_factory=list)

    @property
    def people(self) -> list[Person]:
        """Return everybody who is out."""
        return [*self.backward, self.spotter]


@dataclass(frozen=True)
class Accepted:
    """A message started by the bot that the server accepted.

    Attributes:
        number: position in the order of acceptance.
        kind: its stored kind.
        to: id of the person or channel.
        outing_id: the outing it is about.
    """

    number: int
    kind: str
    to: str
    outing_id: int


def rows_of(file: Path, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
    """Execute a statement in the bot's database and return its rows."""
    with closing(sqlite3.connect(file, timeout=10)) as connection, connection:
        return connection.execute(statement, values).fetchall()


class Judge:
    """Checks the invariants of some outings, and counts messages and faults.

    Attributes:
        totals: numbers of accepted messages and of faults, by sort.
        faults: one line per fault.
    """

    def __init__(
        self, there: LocalDiscord, file: Path, lives: Sequence[Life], totals: Counter[str], faults: list[str]
    ) -> None:
        self._there, self._file, self._lives = there, file, lives
        self.totals, self.faults = totals, faults
        self._known: set[str] = set()

    def look(self) -> None:
        """Check the invariants against the messages so far; the bot must be idle."""
        accepted = list(self._accepted())
        for life in self._lives:
            mine = [one for one in accepted if one.outing_id == life.outing_id]
            self._hold_eyes(life, mine)
            self._hold_ends(life, mine)
            self._hold_asking(life, mine)
            self._hold_quiet(life, mine)

    def _accepted(self) -> Iterator[Accepted]:
        kinds = {
            str(key): row for key, *row in rows_of(self._file, "SELECT delivery_id, kind, subject_id FROM deliveries")
        }
        number = 0
        for entry in self._there.log:
            if entry.method != "POST" or not entry.path.endswith("/messages") or entry.status >= 300:
                continue
            number += 1
            known = kinds.get(str(entry.body.get("nonce")))
            if known is not None and known[1] is not None:
                channel = entry.path.split("/")[-2]
                yield Accepted(number, known[0], self._there._dms.get(channel, channel), known[1])

    def _hold_eyes(self, life: Life, said: list[Accepted]) -> None:
        rows = rows_of(
            self._file,
            "SELECT CAST(user_id AS TEXT), home_at FROM companions "
            "WHERE outing_id = ? AND checked_in_at IS NOT NULL AND presence = 'in'",
            (life.outing_id,),
        )
        out = {user_id for user_id, home_at in rows if home_at is None}
        if not rows or life.spotter.id in out:
            return
        for person in life.backward:
            told = any(one.kind in NO_EYES and one.to == person.id for one in said)
            if person.id in out and not told:
                self.fault("untold", f"{person.name} runs backward without eyes and was not told", life.pressed)

    def _hold_ends(self, life: Life, said: list[Accepted]) -> None:
        ended = rows_of(self._file, "SELECT ended_at FROM outings WHERE outing_id = ?", (life.outing_id,))[0][0]
        if ended is None:
            return
        for to in {one.to for one in said if one.kind in ALARMS}:
            last = max(one.number for one in said if one.kind in ALARMS and one.to == to)
            if not any(one.kind in ENDS and one.to == to and one.number > last for one in said):
                self.fault("unended", f"{to} was alarmed in outing {life.outing_id} and not told the end", life.pressed)

    def _hold_quiet(self, life: Life, said: list[Accepted]) -> None:
        """Check that no partner gets a message about a quiet alarm."""
        ours = {person.id for person in life.people}
        for one in said:
            if one.kind in QUIET | QUIET_TURNS and one.to in ours:
                self.fault("leaked", f"{one.kind} of outing {life.outing_id} went to {one.to}", life.pressed)

    def _hold_asking(self, life: Life, said: list[Accepted]) -> None:
        helped = any("help" in action for action in life.pressed)
        asked = min((one.number for one in said if one.kind in ASKS), default=None)
        alarmed = min((one.number for one in said if one.kind == "alert.contact"), default=None)
        if alarmed is not None and not helped and (asked is None or asked > alarmed):
            self.fault(
                "unasked", f"a contact was alarmed in outing {life.outing_id} before they were asked", life.pressed
            )

    def fault(self, what: str, words: str, more: Any) -> None:
        """Count a fault, each only once."""
        if words not in self._known:
            self._known.add(words)
            self.totals[what] += 1
            self.faults.append(f"{what}: {words}: {more}")

    def count(self) -> None:
        """Count all messages, and outings that never ended."""
        for one in self._accepted():
            for name, kinds in COUNTED.items():
                self.totals[name] += one.kind in kinds
        for alarm_id, outing_id in rows_of(
            self._file, "SELECT alarm_id, outing_id FROM unsafe_alarms WHERE closed_at IS NULL"
        ):
            self.fault("unended", f"the quiet alarm {alarm_id} of outing {outing_id} was never closed", "")
        for (outing_id,) in rows_of(self._file, "SELECT outing_id FROM outings WHERE ended_at IS NULL"):
            life = next(life for life in self._lives if life.outing_id == outing_id)
            self.fault("unended", f"outing {outing_id} never ended", life.pressed)
