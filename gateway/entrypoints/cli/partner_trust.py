"""Why a partner's manifest is believed, and how exposed what we exchange with it is to a quantum computer."""

from datetime import datetime
from typing import TYPE_CHECKING

from gateway.domain.errors import RefusedError
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.output import Row
from gateway.ports.suites import HYBRID, sealing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.ports.keyring import Manifest, Vouching
    from gateway.ports.store import Partner
    from gateway.ports.suites import Sealing


def trust(vouching: "Vouching | None", token: str, fingerprint: str, known: "Partner | None") -> "Manifest":
    """Verify a manifest: by what is pinned, by a certificate, or by the fingerprint a person compared.

    A certificate of the same URA and authority as the pinned one may bring another identity key; nothing else may.

    Raises:
        RefusedError: It is not to be trusted.
    """
    from adapters.keyrings import verify_manifest

    pinned = verify_manifest(known.manifest, fingerprint=known.fingerprint) if known else None
    if vouching is None:
        return verify_manifest(token, fingerprint=fingerprint, pinned=pinned)
    if known is not None and known.vouching is not None and known.vouching != vouching:
        raise RefusedError(
            "vouching-changed",
            "Another URA or another authority vouches than the one that is pinned for this partner.",
            remedy="Call the partner. If it is right, let it be onboarded as a new party.",
        )
    manifest = verify_manifest(token, fingerprint=fingerprint_in(token))
    if pinned is not None and known is not None and known.vouching is None:
        return verify_manifest(token, pinned=pinned)
    if pinned is not None and manifest.token != pinned.token and manifest.counter <= pinned.counter:
        raise RefusedError(
            "manifest-refused",
            f"The key manifest is refused: its counter must be above {pinned.counter}, the one that is pinned.",
            remedy="Ask the partner for its current manifest.",
        )
    return manifest


def fingerprint_in(token: str) -> str:
    """The fingerprint a manifest states of itself; worth nothing unless a certificate vouches for the manifest."""
    from adapters.keyrings import stated_fingerprint

    return stated_fingerprint(token)


def reach(partner: "Partner", manifest: "Manifest | None", at: datetime) -> Row:
    """Whether anything can be sent to a partner, and with what; judged by its pinned keys, as sealing does."""
    found = sealing(manifest, partner.classical_until, at)
    return {
        "can_send": found.key is not None,
        "suite": found.suite,
        "quantum_safe": found.is_quantum_safe,
        "classical_until": partner.classical_until,
    }


def warn(partners: "Iterable[tuple[Partner, Manifest | None]]", at: datetime) -> None:
    """Say before anything else to whom nothing can be sent, and why."""
    for partner, manifest in partners:
        found = sealing(manifest, partner.classical_until, at)
        if found.key is None:
            say(f"NOTHING CAN BE SENT to {partner.party.party_id}: it has {found.why_not}. {_remedy(found)}")


def exposure(partner: "Partner", manifest: "Manifest | None", at: datetime) -> Row:
    """One line of the report: whether what we exchange is quantum-safe, until when, and what is to be done."""
    found = sealing(manifest, partner.classical_until, at)
    until = partner.classical_until
    return {
        "party": partner.party.party_id,
        "can_send": found.key is not None,
        "suite": found.suite,
        "quantum_safe": found.is_quantum_safe,
        "ends_at": found.ends_at,
        "exception_until": until,
        "exception": None if until is None else ("running" if found.exception_runs else "ended"),
        "remedy": _remedy(found),
    }


def _remedy(found: "Sealing") -> str | None:
    if found.key is None:
        return "Ask for its newer keys, then: sogw partner update FILE"
    if found.exception_runs and found.suite == HYBRID:
        return "It has a hybrid key, and the exception lets it send classically: sogw partner end-exception PARTY"
    if found.exception_runs:
        return "Ask for a hybrid key before the exception ends; then nothing can be sent."
    return None
