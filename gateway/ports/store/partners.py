"""Keep the parties we exchange with, as they were onboarded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.domain.party import Party
from gateway.ports.keyring import Vouching


@dataclass(frozen=True, slots=True)
class Partner:
    """A party we exchange with, as onboarded.

    Attributes:
        party: Who.
        manifest: Its key manifest, as pinned (compact JWS).
        fingerprint: Of its identity key, as compared by people.
        classical_until: End of the exception for a partner without the hybrid suite; None when it has it.
        recipients: Recipient texts (organisations, ``organisation/person``) this party serves, besides its own id.
        vouching: Whose certificate vouches for it; None when people compared the fingerprint.
    """

    party: Party
    manifest: str
    fingerprint: str
    classical_until: datetime | None = None
    recipients: tuple[str, ...] = ()
    vouching: Vouching | None = None


class Partners(Protocol):
    """The parties we exchange with, as they were onboarded."""

    async def partners(self) -> list[Partner]:
        """All partners, by party id."""
        ...

    async def save_partner(self, partner: Partner) -> None:
        """Insert or replace a partner by party id."""
        ...
