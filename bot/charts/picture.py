"""The base of all pictures: frozen values with texts already in the reader's language and unit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Picture(ABC):
    """A picture to be drawn.

    Its texts come from the catalogue or are dates and numbers: nothing in it is typed by a member.

    Attributes:
        alt: the alternative text, which says in words what the picture shows.
    """

    template: ClassVar[str]
    """Name of its template in `templates/`, and of its file in a message."""

    alt: str

    @property
    def filename(self) -> str:
        """Name of its file in a message."""
        return f"{self.template}.png"

    @abstractmethod
    def scene(self) -> Mapping[str, Any]:
        """Return what its template reads: texts, and lengths as fractions of the plot; JSON values only."""
