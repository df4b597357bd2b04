"""Give a list a page at a time."""

from dataclasses import dataclass
from typing import Generic, TypeVar

MOST = 500
"""Lines of one page."""

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Page(Generic[Line]):
    """Some lines of a list.

    Attributes:
        lines: In the order of the list.
        cursor: Where the next page begins; None after the last line. It fits the same query only.
    """

    lines: tuple[Line, ...]
    cursor: str | None = None
