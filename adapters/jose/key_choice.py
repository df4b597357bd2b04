"""Which of a partner's pinned keys may be used for what, and when."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adapters.jose.profile import ALG_CLASSICAL, ALG_HYBRID, ALG_SIGNATURE, LEEWAY_SECONDS
from adapters.jose.strict import decode_exactly, refuse
from gateway.domain.errors import OperatorError
from gateway.ports.keyring import Manifest, PartnerKeys

_ED25519_BYTES = 32
_VERIFIES = ("next", "active", "retiring")
"""A key that is next in the manifest we have may be active in one that is still under way; ``nbf`` decides."""


def may_use_classical(partners: PartnerKeys, party_id: str, at: datetime) -> bool:
    """Whether the partner's dated exception is still running."""
    until = partners.classical_suite_until(party_id)
    return until is not None and at < until


def key_to_seal_to(partners: PartnerKeys, party_id: str, at: datetime) -> Mapping[str, Any]:
    """The partner's key a message made at ``at`` is sealed to: the hybrid one, or else by exception the classical.

    Raises:
        OperatorError: ``partner-not-onboarded``, ``partner-key-missing`` or ``suite-not-allowed``.
    """
    manifest = partners.manifest_of(party_id)
    if manifest is None:
        raise OperatorError(
            "partner-not-onboarded",
            f"No key manifest is pinned for partner '{party_id}'.",
            remedy="Onboard the partner: compare the fingerprint of its manifest and pin it.",
        )
    hybrid = next(_sealable(manifest, ALG_HYBRID, at), None)
    if hybrid is not None:
        return hybrid
    classical = next(_sealable(manifest, ALG_CLASSICAL, at), None)
    if classical is None:
        raise OperatorError(
            "partner-key-missing",
            f"Partner '{party_id}' has no encryption key that is valid now.",
            remedy="Ask the partner for its current key manifest.",
        )
    if not may_use_classical(partners, party_id, at):
        raise OperatorError(
            "suite-not-allowed",
            f"Partner '{party_id}' only has a key that is not quantum-safe, and no exception is running for it.",
            remedy="Ask the partner for a hybrid key, or record an exception with an end date.",
        )
    return classical


def verify_signature(
    manifest: Manifest | None, kid: str, times: tuple[int, int], signature: bytes, signing_input: bytes
) -> None:
    """Check that the sender's pinned key ``kid`` made the signature while it was valid.

    Args:
        manifest: The sender's.
        kid: The key the message names.
        times: When the message says it was issued, and when it came in by our own record; seconds.
        signature: 64 bytes.
        signing_input: What was signed.

    Raises:
        EnvelopeError: Unknown partner or key, key not valid at ``issued_at``, or a wrong signature.
    """
    keys = manifest.keys if manifest else ()
    jwk = next((key for key in keys if key["kid"] == kid), None)
    if jwk is None or (jwk["alg"], jwk["use"]) != (ALG_SIGNATURE, "sig"):
        refuse("signing-key-unknown")
    issued_at, received_at = times
    if jwk["status"] == "revoked" and not max(issued_at, received_at) < jwk["revoked_at"]:
        # A thief can write any date in a message, but not in our record: only what we hold from before is believed.
        refuse("signing-key-revoked")
    if jwk["status"] not in (*_VERIFIES, "revoked") or not _is_within(jwk, issued_at):
        refuse("signing-key-not-valid")
    public = Ed25519PublicKey.from_public_bytes(decode_exactly(jwk["x"], _ED25519_BYTES))
    try:
        public.verify(signature, signing_input)
    except InvalidSignature:
        refuse("signature")


def _sealable(manifest: Manifest, alg: str, at: datetime) -> Iterator[Mapping[str, Any]]:
    """Usable keys for one algorithm: active ones first, then next ones whose time has come."""
    for status in ("active", "next"):
        for key in manifest.keys:
            of_kind = (key["alg"], key["use"], key["status"]) == (alg, "enc", status)
            if of_kind and _is_within(key, int(at.timestamp())):
                yield key


def _is_within(key: Mapping[str, Any], seconds: int) -> bool:
    return bool(key["nbf"] - LEEWAY_SECONDS <= seconds < key["exp"])
