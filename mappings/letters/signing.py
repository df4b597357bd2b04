"""Who sends a letter: the arbodienst as letterhead, and the person who signs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The arbodienst as it presents itself.

    Attributes:
        name: As people know it.
        contact: How to reach it, in one clause; None to leave it out.
        complaints: Where a complaint goes, after ``Dat kan via``.
    """

    name: str = "Uw arbodienst"
    contact: str | None = None
    complaints: str = "ons secretariaat"
