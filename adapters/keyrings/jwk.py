"""JWKs as plain mappings: base64url, RFC 7638 thumbprints and fingerprints."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

_REQUIRED_MEMBERS = {"OKP": ("crv", "kty", "x"), "AKP": ("alg", "kty", "pub")}


def encode(data: bytes) -> str:
    """Unpadded base64url (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes behind canonical, unpadded base64url.

    Raises:
        ValueError: Anything else, also text that a lenient decoder would take.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if encode(raw) != text:
        raise ValueError("not canonical base64url")
    return raw


def thumbprint_input(jwk: Mapping[str, Any]) -> bytes:
    """The bytes RFC 7638 hashes: the required members in lexicographic order (AKP: RFC 9964)."""
    members = {name: jwk[name] for name in _REQUIRED_MEMBERS[jwk["kty"]]}
    return json.dumps(members, separators=(",", ":"), sort_keys=True).encode("ascii")


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The ``kid``: base64url SHA-256 of the thumbprint input, 43 characters."""
    return encode(hashlib.sha256(thumbprint_input(jwk)).digest())


def fingerprint(jwk: Mapping[str, Any]) -> str:
    """What people compare: 64 lower-case hex digits of the same SHA-256."""
    return hashlib.sha256(thumbprint_input(jwk)).hexdigest()
