"""The failures this project speaks of.

    BackpedalError
    ├── StartupError        the process cannot start; carries every fault found
    └── MemberError         shown to a member as the catalogue text `key`, filled with `params`
        ├── BadInput        what was typed cannot be used; says what was understood and gives an example
        ├── NotFound        it does not exist, or is not this member's to see
        ├── NotAllowed      this member may not do that
        ├── Conflict        something came in between; nothing was changed
        └── Unavailable     a database that is locked or full, a worker that died: try again

Nothing here imports anything of the project, so that every room may raise these.
"""

from __future__ import annotations

from collections.abc import Sequence


class BackpedalError(Exception):
    """Everything this project raises on purpose."""


class StartupError(BackpedalError):
    """The process cannot start.

    Attributes:
        faults: one sentence each, in English, for the operator; all that were found, not only the first.
    """

    def __init__(self, faults: Sequence[str] | str) -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))


class MemberError(BackpedalError):
    """A failure a member is told about.

    Attributes:
        key: the catalogue key of the sentence (`errors.*` or the area's own).
        params: its placeholders. Units are in the names (`distance_m`, `duration_ms`, `pace_s_per_km`),
            by which `bot.localizer.Reader.t` shows them in the reader's units. Names and texts are as typed: `typed`,
            `name`, `place`, `other_place` and tuples of names are escaped where the sentence is made.
    """

    def __init__(self, key: str, **params: object) -> None:
        self.key = key
        self.params = params
        super().__init__(key if not params else f"{key} {params}")


class BadInput(MemberError):
    """What was typed cannot be used."""


class NotFound(MemberError):
    """It does not exist, or is not this member's to see; the two are not told apart."""


class NotAllowed(MemberError):
    """This member may not do that."""


class Conflict(MemberError):
    """Something came in between; nothing was changed."""


class Unavailable(MemberError):
    """Not now: a database locked or full, a worker that died. Nothing was changed by what failed; try again."""
