"""The life of a key: next, active, retiring, retired; or revoked at once (protocol.md section 3, Keys).

Pure: values and an instant in, values out. Times are NumericDate (whole seconds, UTC) as they stand in manifests.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

DAY = 86_400
LIFETIME = {"sig": 365 * DAY, "enc": 90 * DAY, "checkpoint": 365 * DAY}
OVERLAP = 7 * DAY
"""A successor takes over this long before its predecessor expires."""
PUBLISH_AHEAD = 14 * DAY
"""A successor is in the manifest this long before it takes over, so that partners have it in time."""
GRACE = 14 * DAY
"""After expiry a key still opens and verifies this long: message life (7 days) and queue life."""


class KeyStatus(StrEnum):
    """What a key may still be used for."""

    NEXT = "next"
    """Published ahead of its time; opens already."""
    ACTIVE = "active"
    """Signs and is sealed to."""
    RETIRING = "retiring"
    """Opens and verifies what is under way."""
    RETIRED = "retired"
    """Kept to prove old signatures; nothing new is accepted under it."""
    REVOKED = "revoked"
    """Not trusted from ``revoked_at`` on; older messages only where our own record says they came in before it."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key as the manifest states it.

    Attributes:
        public: Public JWK members.
        kid, use, alg: As in the JWK.
        nbf, exp: Valid from, and until (not including).
        status: See KeyStatus.
        revoked_at: Moment of revocation, when revoked.
    """

    public: Mapping[str, Any]
    kid: str
    use: str
    alg: str
    nbf: int
    exp: int
    status: KeyStatus
    revoked_at: int | None = None

    @property
    def kind(self) -> tuple[str, str]:
        """Use and algorithm: of every kind there is one active key."""
        return self.use, self.alg

    def jwk(self) -> dict[str, Any]:
        """The JWK with its life-cycle members."""
        members = {**self.public, "kid": self.kid, "use": self.use, "alg": self.alg}
        members |= {"nbf": self.nbf, "exp": self.exp, "status": self.status.value}
        return members if self.revoked_at is None else {**members, "revoked_at": self.revoked_at}


def successor_start(entries: Iterable[KeyEntry], use: str, alg: str, now: int) -> int | None:
    """When the successor that has to be made now for this use and ``alg`` begins; None while none is due.

    A successor is due when no key of this kind is active, or when the active one is near its end and nothing is
    next.
    """
    own = [entry for entry in entries if entry.kind == (use, alg)]
    active = [entry for entry in own if entry.status is KeyStatus.ACTIVE]
    if any(entry.status is KeyStatus.NEXT for entry in own):
        return None
    if not active:
        return now
    takes_over = min(entry.exp for entry in active) - OVERLAP
    return max(now, takes_over) if takes_over - now <= PUBLISH_AHEAD else None


def advance(entries: Iterable[KeyEntry], now: int) -> tuple[KeyEntry, ...]:
    """The same keys after every change of status that time brings; expired encryption keys are left out."""
    started = tuple(_started(entry, now) for entry in entries)
    newest = {
        kind: max(entry.nbf for entry in started if entry.kind == kind and entry.status is KeyStatus.ACTIVE)
        for kind in {entry.kind for entry in started if entry.status is KeyStatus.ACTIVE}
    }
    settled = (_ended(_superseded(entry, newest), now) for entry in started)
    return tuple(entry for entry in settled if entry.use != "enc" or entry.status is not KeyStatus.RETIRED)


def _started(entry: KeyEntry, now: int) -> KeyEntry:
    if entry.status is KeyStatus.NEXT and entry.nbf <= now:
        return replace(entry, status=KeyStatus.ACTIVE)
    return entry


def _superseded(entry: KeyEntry, newest: Mapping[tuple[str, str], int]) -> KeyEntry:
    if entry.status is KeyStatus.ACTIVE and entry.nbf < newest[entry.kind]:
        return replace(entry, status=KeyStatus.RETIRING)
    return entry


def _ended(entry: KeyEntry, now: int) -> KeyEntry:
    if entry.status is KeyStatus.RETIRING and entry.exp + GRACE <= now:
        return replace(entry, status=KeyStatus.RETIRED)
    return entry
