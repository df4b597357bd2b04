"""Private keys, one class per algorithm; each is made from 32 secret bytes and does one thing."""

import hashlib
from collections.abc import Mapping
from secrets import token_bytes
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from typing_extensions import override

from adapters.keyrings import jwk
from gateway.domain.errors import EnvelopeError
from gateway.ports.custody import HeldSigningKey, SigningKeys

SECRET_BYTES = 32
_CONTENT_KEY_BYTES = 32
_MLKEM_SEED_BYTES = 64


class UnwrappingKey(Protocol):
    """A private key with ``use=enc``."""

    alg: str
    use: str
    public: Mapping[str, Any]
    """Public JWK members only, without ``kid`` and life-cycle members."""
    kid: str

    def unwrap(self, encrypted_key: bytes, *, encapsulated: bytes, info: bytes) -> bytes:
        """As ``gateway.ports.keyring.DecryptionKey.unwrap``."""
        ...


class Ed25519Key:
    """Signs messages or manifests (RFC 8032, RFC 8037, RFC 9864).

    Args:
        secret: The 32-byte RFC 8032 private key.
    """

    alg = "Ed25519"
    use = "sig"

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        x = jwk.encode(self._key.public_key().public_bytes_raw())
        self.public = {"kty": "OKP", "crv": "Ed25519", "x": x}
        self.kid = jwk.thumbprint(self.public)

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature."""
        return self._key.sign(data)


class JournalKey(Ed25519Key):
    """Signs checkpoints of the journal, and nothing else (C2SP signed-note)."""

    use = "checkpoint"

    @property
    def public_bytes(self) -> bytes:
        """The raw public key, 32 bytes."""
        return jwk.decode(self.public["x"])


class LatticeJournalKey:
    """Signs checkpoints so that the signature holds when quantum computers come (ML-DSA-44, FIPS 204; RFC 9964).

    Args:
        secret: The 32-byte seed of FIPS 204.
    """

    alg = "ML-DSA-44"
    use = "checkpoint"

    def __init__(self, secret: bytes) -> None:
        self._key = MLDSA44PrivateKey.from_seed_bytes(secret)
        self.public_bytes = self._key.public_key().public_bytes_raw()
        self.public = {"kty": "AKP", "alg": self.alg, "pub": jwk.encode(self.public_bytes)}
        self.kid = jwk.thumbprint(self.public)

    def sign(self, data: bytes) -> bytes:
        """The 2420-byte signature; two signatures of the same data differ."""
        return self._key.sign(data)


class HybridKey(UnwrappingKey):
    """ML-KEM-768 with X25519 in HPKE: recorded today, unreadable for a quantum computer tomorrow.

    Source: draft-ietf-jose-hpke-pq-pqt (``HPKE-9-KE``), draft-ietf-hpke-pq (KEM 0x647a).

    Args:
        secret: The 32-byte seed; SHAKE256 stretches it to the ML-KEM seed (64 bytes) and the X25519 key (32).
    """

    alg = "HPKE-9-KE"
    use = "enc"
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.SHAKE256, hpke.AEAD.AES_256_GCM)

    def __init__(self, secret: bytes) -> None:
        stretched = hashlib.shake_256(secret).digest(_MLKEM_SEED_BYTES + SECRET_BYTES)
        lattice = MLKEM768PrivateKey.from_seed_bytes(stretched[:_MLKEM_SEED_BYTES])
        curve = X25519PrivateKey.from_private_bytes(stretched[_MLKEM_SEED_BYTES:])
        self._key = hpke.MLKEM768X25519PrivateKey(lattice, curve)
        public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        self.public = {"kty": "AKP", "alg": self.alg, "pub": jwk.encode(public)}
        self.kid = jwk.thumbprint(self.public)

    @override
    def unwrap(self, encrypted_key: bytes, *, encapsulated: bytes, info: bytes) -> bytes:
        """Open the HPKE ciphertext ``encapsulated || encrypted_key`` in base mode.

        Raises:
            EnvelopeError: Wrong lengths, another key, another info, or changed bytes.
        """
        try:
            return self.suite.decrypt(encapsulated + encrypted_key, self._key, info=info)
        except (InvalidTag, ValueError):
            raise EnvelopeError("content-key-unreadable") from None


class AgreementKey(UnwrappingKey):
    """X25519 with Concat KDF and AES key wrap (RFC 7518 section 4.6, RFC 8037): the suite that is not quantum-safe.

    Args:
        secret: The 32-byte RFC 7748 private key.
    """

    alg = "ECDH-ES+A256KW"
    use = "enc"

    def __init__(self, secret: bytes) -> None:
        self._key = X25519PrivateKey.from_private_bytes(secret)
        self.public = {"kty": "OKP", "crv": "X25519", "x": jwk.encode(self._key.public_key().public_bytes_raw())}
        self.kid = jwk.thumbprint(self.public)

    @override
    def unwrap(self, encrypted_key: bytes, *, encapsulated: bytes, info: bytes) -> bytes:
        """Agree, derive, unwrap.

        Raises:
            EnvelopeError: A low-order or malformed public key, another key, another info, or changed bytes.
        """
        try:
            shared = self._key.exchange(X25519PublicKey.from_public_bytes(encapsulated))
            wrapping = ConcatKDFHash(hashes.SHA256(), _CONTENT_KEY_BYTES, info).derive(shared)
            return aes_key_unwrap(wrapping, encrypted_key)
        except (InvalidUnwrap, ValueError):
            raise EnvelopeError("content-key-unreadable") from None


class SoftwareSigningKeys(SigningKeys):
    """Ed25519 keys in this process; the handle is the private key itself."""

    @override
    def new_signing_key(self) -> bytes:
        """Random bytes: every 32 of them are a private key."""
        return token_bytes(SECRET_BYTES)

    @override
    def signing_key(self, handle: bytes) -> HeldSigningKey:
        return Ed25519Key(handle)

    @override
    def forget(self, handle: bytes) -> None:
        """It is held by nobody but the keyring."""


OpeningKey = HybridKey | AgreementKey
SealedKey = OpeningKey | JournalKey | LatticeJournalKey
SEALED_KEYS: Mapping[tuple[str, str], type[SealedKey]] = {
    (kind.use, kind.alg): kind for kind in (HybridKey, AgreementKey, JournalKey, LatticeJournalKey)
}
"""The kinds that the keyring itself keeps, by use and algorithm: a party has one active key of each, besides one that
signs messages, which a custody may hold. No token knows ML-DSA, so both keys of the journal are of this sort."""
