"""Who sends a letter: the arbodienst as letterhead, and the person who signs."""

from dataclasses import dataclass

from gateway.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The arbodienst as it presents itself.

    Attributes:
        name: As people know it.
        contact: How to reach it, in one clause; None to leave it out.
        complaints: Where a complaint goes, after ``Dat kan via``; None when that is to be asked at the secretariat.
    """

    name: str = "Uw arbodienst"
    contact: str | None = None
    complaints: str | None = None


def letterhead_of(name: str, policy: Policy) -> Letterhead:
    """Present an arbodienst by its name and by where its policy says that complaints go (R15, R21)."""
    return Letterhead(name, complaints=(policy.complaint_contact or "").strip() or None)
