"""The two suites: how a content key reaches the recipient, and the JWE around it.

``HPKE-9-KE`` (draft-ietf-jose-hpke-encrypt, draft-ietf-jose-hpke-pq-pqt): the HPKE plaintext is the content key, its
``info`` is the draft's Recipient_structure, ``ek`` in the header carries the encapsulated key, the JWE Encrypted Key
is the HPKE ciphertext. No JOSE library has it; the framing here opens the draft's own vectors.
``ECDH-ES+A256KW`` (RFC 7518 section 4.6, RFC 8037): ``classical``.
"""

import os
import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.jose.profile import ALG_CLASSICAL, ALG_HYBRID, CONTENT_KEY_BYTES, ENC, IV_BYTES
from adapters.jose.strict import decode_exactly, encode_base64url, encode_object, refuse

_HYBRID = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.SHAKE256, hpke.AEAD.AES_256_GCM)
_MLKEM_PUBLIC_BYTES = 1184
_HYBRID_PUBLIC_BYTES = _MLKEM_PUBLIC_BYTES + 32
_ENCAPSULATED_BYTES = 1120
_SEPARATOR = b"\xff"

HPKE_INFO = b"JOSE-HPKE rcpt" + _SEPARATOR + ENC.encode("ascii") + _SEPARATOR
"""Recipient_structure: a fixed string, the content encryption algorithm, and no extra information."""

_KDF_ALG = ALG_CLASSICAL.encode("ascii")
CONCAT_INFO = struct.pack(">I", len(_KDF_ALG)) + _KDF_ALG + struct.pack(">III", 0, 0, CONTENT_KEY_BYTES * 8)
"""OtherInfo (RFC 7518 section 4.6.2): algorithm, empty apu and apv, length of the wrapping key in bits."""

UNWRAP_INFO: Mapping[str, bytes] = {ALG_HYBRID: HPKE_INFO, ALG_CLASSICAL: CONCAT_INFO}
"""What ``DecryptionKey.unwrap`` needs, per algorithm."""
ENCRYPTED_KEY_BYTES: Mapping[str, int] = {ALG_HYBRID: CONTENT_KEY_BYTES + 16, ALG_CLASSICAL: CONTENT_KEY_BYTES + 8}
"""Length of the JWE Encrypted Key: the content key and a tag, or RFC 3394's eight bytes."""


def encrypt(members: dict[str, Any], plaintext: bytes, public_jwk: Mapping[str, Any]) -> bytes:
    """Make the compact JWE.

    Args:
        members: The protected header without ``ek`` or ``epk``; ``alg`` chooses the suite.
        plaintext: The compact JWS.
        public_jwk: The recipient's key for that algorithm, from a verified manifest.
    """
    if members["alg"] == ALG_CLASSICAL:
        from adapters.jose.classical import encrypt_classical

        return encrypt_classical(members, plaintext, public_jwk)
    return _encrypt_hybrid(members, plaintext, public_jwk)


def decrypt_content(content_key: bytes, iv: bytes, ciphertext: bytes, tag: bytes, aad: bytes) -> bytes:
    """Open A256GCM.

    Args:
        content_key: 32 bytes.
        iv: 12 bytes.
        ciphertext: As long as the plaintext.
        tag: 16 bytes.
        aad: The encoded protected header.

    Raises:
        EnvelopeError: It was not sealed like this.
    """
    try:
        return AESGCM(content_key).decrypt(iv, ciphertext + tag, aad)
    except InvalidTag:
        refuse("content-unreadable")


def _encrypt_hybrid(members: Mapping[str, Any], plaintext: bytes, public_jwk: Mapping[str, Any]) -> bytes:
    content_key, iv = os.urandom(CONTENT_KEY_BYTES), os.urandom(IV_BYTES)
    wrapped = _HYBRID.encrypt(content_key, _hybrid_key(public_jwk["pub"]), info=HPKE_INFO)
    ek, encrypted_key = wrapped[:_ENCAPSULATED_BYTES], wrapped[_ENCAPSULATED_BYTES:]
    header = encode_object({**members, "ek": encode_base64url(ek).decode("ascii")})
    sealed = memoryview(AESGCM(content_key).encrypt(iv, plaintext, header))
    parts = (encrypted_key, iv, sealed[: len(plaintext)], sealed[len(plaintext) :])
    return b".".join((header, *(encode_base64url(part) for part in parts)))


@lru_cache(maxsize=256)
def _hybrid_key(pub: str) -> hpke.MLKEM768X25519PublicKey:
    raw = decode_exactly(pub, _HYBRID_PUBLIC_BYTES)
    lattice = MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_BYTES])
    return hpke.MLKEM768X25519PublicKey(lattice, X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC_BYTES:]))
