"""The exceptions of this project.

    BackpedalError
    ├── StartupError        the process cannot start; carries every fault found
    └── MemberError         shown to a member as the catalogue text `key`, filled with `params`
        ├── BadInput        the input cannot be used; says what was understood and gives an example
        │   └── SeveralFaults   several fields cannot be used; carries one BadInput for each
        ├── NotFound        the object does not exist, or this member may not see it
        ├── NotAllowed      this member may not do that
        ├── Conflict        another change came first; nothing was changed
        └── Unavailable     the database is locked or full, or a worker died: try again

This module imports nothing of the project, so that every room may raise these.
"""

from __future__ import annotations

from collections.abc import Sequence


class BackpedalError(Exception):
    """Base class of every exception this project raises on purpose."""


class StartupError(BackpedalError):
    """The process cannot start.

    Attributes:
        faults: every fault found, one English sentence each, for the operator.
    """

    def __init__(self, faults: Sequence[str] | str) -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))


class MemberError(BackpedalError):
    """A failure shown to a member.

    Attributes:
        key: the catalogue key of the sentence (`errors.*` or the area's own).
        params: its placeholders. Units are part of the names (`distance_m`, `duration_ms`, `pace_s_per_km`), so that
            `bot.localizer.Localizer.t` can convert them to the reader's units. Texts are as typed: `typed`, `name`,
            `place`, `other_place` and tuples of names are escaped when the sentence is made.
    """

    def __init__(self, key: str, **params: object) -> None:
        self.key = key
        self.params = params
        super().__init__(key if not params else f"{key} {params}")


class BadInput(MemberError):
    """The input cannot be used."""


class SeveralFaults(BadInput):
    """Several fields cannot be used.

    Attributes:
        faults: two or more, in the order of the fields. `key` and `params` are those of the first.
    """

    def __init__(self, faults: Sequence[BadInput]) -> None:
        super().__init__(faults[0].key, **faults[0].params)
        self.faults = tuple(faults)


class NotFound(MemberError):
    """The object does not exist, or this member may not see it; members cannot tell which."""


class NotAllowed(MemberError):
    """This member may not do that."""


class Conflict(MemberError):
    """Another change came first; nothing was changed."""


class Unavailable(MemberError):
    """The database is locked or full, or a worker died. The failed call changed nothing; try again."""
