"""Keys: our own, and the pinned manifests of partners (protocol.md section 3, Keys)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Manifest:
    """A party's signed statement of its public keys.

    Attributes:
        party_id: Whose keys.
        counter: Grows with every version; an older one is never accepted.
        token: The compact JWS as published (``typ=so+manifest``), ASCII text.
        fingerprint: Lower-case hex SHA-256 of the *identity* key's RFC 7638 thumbprint input; compared by people.
        keys: Verified JWKs with ``kid`` (RFC 7638), ``use``, ``alg``, ``nbf``, ``exp``, ``status``.
    """

    party_id: str
    counter: int
    token: str
    fingerprint: str
    keys: tuple[Mapping[str, Any], ...]


class Keyring(Protocol):
    """This party's private keys; never in clear at rest."""

    def manifest(self) -> Manifest:
        """Our current public manifest, to hand to partners."""
        ...


class PartnerKeys(Protocol):
    """Pinned manifests of the partners."""

    def manifest_of(self, party_id: str) -> Manifest | None:
        """The pinned manifest, or None when the partner is unknown."""
        ...

    def classical_suite_until(self, party_id: str) -> datetime | None:
        """End of the dated exception that allows the suite that is not quantum-safe; None when there is none."""
        ...
