"""Which of a partner's pinned keys may be used for what, and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adapters.jose.profile import ALG_SIGNATURE
from adapters.jose.strict import decode_exactly, refuse
from gateway.domain.errors import OperatorError
from gateway.ports import suites
from gateway.ports.keyring import Manifest, PartnerKeys

_ED25519_BYTES = 32
_VERIFIES = ("next", "active", "retiring")
"""A key that is next in the manifest we have may be active in one that is still under way; ``nbf`` decides."""


def may_use_classical(partners: PartnerKeys, party_id: str, at: datetime) -> bool:
    """Tell whether the partner's dated exception is still running."""
    return suites.exception_runs(partners.classical_suite_until(party_id), at)


def key_to_seal_to(partners: PartnerKeys, party_id: str, at: datetime) -> Mapping[str, Any]:
    """Choose the partner's key that a message made at ``at`` is sealed to.

    Raises:
        OperatorError: ``partner-not-onboarded``, ``partner-key-missing`` or ``suite-not-allowed``.
    """
    manifest = _pinned(partners, party_id)
    return suites.key_to_seal_to(party_id, manifest, partners.classical_suite_until(party_id), at)


def is_reached(partners: PartnerKeys, party_id: str, at: datetime) -> bool:
    """Tell whether there is such a key.

    Raises:
        OperatorError: ``partner-not-onboarded``.
    """
    manifest = _pinned(partners, party_id)
    return suites.sealing(manifest, partners.classical_suite_until(party_id), at).key is not None


def _pinned(partners: PartnerKeys, party_id: str) -> Manifest:
    manifest = partners.manifest_of(party_id)
    if manifest is None:
        raise OperatorError(
            "partner-not-onboarded",
            f"No key manifest is pinned for partner '{party_id}'.",
            remedy="See who was: sogw partner list. Another: sogw partner add FILE --fingerprint FINGERPRINT",
        )
    return manifest


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
    if jwk["status"] not in (*_VERIFIES, "revoked") or not suites.is_within(jwk, issued_at):
        refuse("signing-key-not-valid")
    public = Ed25519PublicKey.from_public_bytes(decode_exactly(jwk["x"], _ED25519_BYTES))
    try:
        public.verify(signature, signing_input)
    except InvalidSignature:
        refuse("signature")
