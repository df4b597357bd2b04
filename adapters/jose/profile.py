"""The profile ``so-envelope/1`` as data: names, limits, and the headers both ways (protocol.md section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.ports.suites import CLASSICAL, HYBRID

PROFILE = "so-envelope/1"
ENC = "A256GCM"
ALG_HYBRID = HYBRID
ALG_CLASSICAL = CLASSICAL
ALG_SIGNATURE = "Ed25519"

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_HEADER_BYTES = 4 * 1024
MAX_PAYLOAD_BYTES = 4 * 1024 * 1024
"""After padding. Base64 twice makes 16/9 of it, which fits a body."""
LIFETIME_SECONDS = 7 * 86_400

IV_BYTES = 12
TAG_BYTES = 16
CONTENT_KEY_BYTES = 32
SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class OuterHeader:
    """The JWE protected header, after parsing.

    Attributes:
        alg: ``HPKE-9-KE`` or ``ECDH-ES+A256KW``.
        kid: The recipient's encryption key.
        sender, recipient, message_id: ``iss``, ``aud``, ``jti``.
        encapsulated: Raw ``ek`` (1120 bytes) or the raw X25519 key of ``epk`` (32 bytes).
    """

    alg: str
    kid: str
    sender: str
    recipient: str
    message_id: str
    encapsulated: bytes


@dataclass(frozen=True, slots=True)
class InnerHeader:
    """The JWS protected header, after parsing.

    Attributes:
        kid: The sender's signing key.
        sender, recipient, message_id: ``iss``, ``aud``, ``jti``.
        sealed_to: ``enk``: the ``kid`` outside.
        issued_at, expires_at: ``iat`` and ``exp``, NumericDate.
    """

    kid: str
    sender: str
    recipient: str
    message_id: str
    sealed_to: str
    issued_at: int
    expires_at: int


def outer_members(alg: str, kid: str, inner: InnerHeader) -> dict[str, Any]:
    """The JWE header without ``ek`` or ``epk``, which the suite adds."""
    return {
        "alg": alg,
        "enc": ENC,
        "kid": kid,
        "typ": "so+jwe",
        "cty": "JOSE",
        "iss": inner.sender,
        "aud": inner.recipient,
        "jti": inner.message_id,
        "prf": PROFILE,
        "crit": ["prf"],
    }


def inner_members(inner: InnerHeader) -> Mapping[str, Any]:
    """The JWS header."""
    return {
        "alg": ALG_SIGNATURE,
        "kid": inner.kid,
        "typ": "so+jws",
        "cty": "application/fhir+json",
        "iat": inner.issued_at,
        "exp": inner.expires_at,
        "jti": inner.message_id,
        "iss": inner.sender,
        "aud": inner.recipient,
        "enk": inner.sealed_to,
        "prf": PROFILE,
        "crit": ["prf"],
    }
