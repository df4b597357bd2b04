"""``ECDH-ES+A256KW`` (RFC 7518 section 4.6, RFC 8037), made by joserfc; loaded for a partner that has nothing newer."""

from collections.abc import Mapping
from typing import Any

from joserfc import jwe
from joserfc.jwk import OKPKey
from joserfc.registry import HeaderParameter

from adapters.jose.profile import ALG_CLASSICAL, ENC, MAX_BODY_BYTES, MAX_HEADER_BYTES


class _Registry(jwe.JWERegistry):
    """What joserfc may do here: this suite, the extra members of the profile, sizes up to a whole body."""

    max_ciphertext_length = MAX_BODY_BYTES
    max_protected_header_length = MAX_HEADER_BYTES

    def __init__(self) -> None:
        names = ("iss", "aud", "jti", "prf")
        super().__init__({name: HeaderParameter(name, "str", True) for name in names}, [ALG_CLASSICAL, ENC])


_CLASSICAL = _Registry()


def encrypt_classical(members: dict[str, Any], plaintext: bytes, public_jwk: Mapping[str, Any]) -> bytes:
    """Make the compact JWE.

    Args:
        members: The protected header without ``epk``.
        plaintext: The compact JWS.
        public_jwk: The recipient's X25519 key, from a verified manifest.
    """
    key = OKPKey.import_key({"kty": "OKP", "crv": "X25519", "x": public_jwk["x"]})
    return jwe.encrypt_compact(members, plaintext, key, registry=_CLASSICAL).encode("ascii")
