"""Why a partner's manifest is believed, and how exposed what we exchange with it is to a quantum computer."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gateway.domain.errors import RefusedError
from gateway.entrypoints.cli.output import Row

if TYPE_CHECKING:
    from gateway.ports.keyring import Manifest, Vouching
    from gateway.ports.store import Partner

_QUANTUM_SAFE = "HPKE-9-KE"
_USABLE = ("active", "next")


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


def exposure(partner: "Partner", manifest: "Manifest | None", at: datetime) -> Row:
    """One line of the report: whether what we send is quantum-safe, until when, and what is to be done."""
    seconds = at.timestamp()
    keys = [key for key in (manifest.keys if manifest else ()) if key["use"] == "enc" and key["status"] in _USABLE]
    hybrid = [key["exp"] for key in keys if key["alg"] == _QUANTUM_SAFE and seconds < key["exp"]]
    until = partner.classical_until
    is_running = until is not None and at < until
    return {
        "party": partner.party.party_id,
        "quantum_safe": bool(hybrid) and not is_running,
        "hybrid_key_until": datetime.fromtimestamp(max(hybrid), UTC) if hybrid else None,
        "exception_until": until,
        "exception": None if until is None else ("running" if is_running else "ended"),
        "remedy": _remedy(has_hybrid=bool(hybrid), is_running=is_running),
    }


def _remedy(*, has_hybrid: bool, is_running: bool) -> str | None:
    if has_hybrid and is_running:
        return "It has a hybrid key: the exception is not needed; it also lets the partner send classically."
    if is_running:
        return "Ask for a hybrid key before the exception ends; then nothing can be sent."
    if not has_hybrid:
        return "Nothing can be sent: ask for its newer keys, then sogw partner update FILE."
    return None
