"""Tell how much there is of something."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amount:
    """How much there is of something, and of how many bytes."""

    count: int
    size: int
