"""Who sends a letter: the arbodienst as letterhead, and the person who signs."""

from dataclasses import dataclass

from gateway.domain.policy import Policy, TransferRule


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The arbodienst as it presents itself.

    Attributes:
        name: As people know it.
        contact: How to reach it, in one clause; None to leave it out.
        complaints: Where a complaint goes, after ``Dat kan via``; None when that is to be asked at the secretariat.
        grants_transfer: Whether who asks for another physician always gets one (R47).
    """

    name: str = "Uw arbodienst"
    contact: str | None = None
    complaints: str | None = None
    grants_transfer: bool = False


def letterhead_of(name: str, policy: Policy) -> Letterhead:
    """Present an arbodienst by its name and by what its policy says of complaints and transfers (R15, R21, R47)."""
    complaints = (policy.complaint_contact or "").strip() or None
    return Letterhead(name, complaints=complaints, grants_transfer=policy.transfer_on_request is TransferRule.ALWAYS)
