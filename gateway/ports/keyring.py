"""Keys: our own, and the pinned manifests of partners (protocol.md section 3, Keys).

Private keys never cross this border. Who seals or opens an envelope asks the keyring for a *capability*: a key
that signs, or a key that unwraps a content key. A keyring in memory, on disk or in a PKCS#11 token looks the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Manifest:
    """A party's signed statement of its public keys.

    Attributes:
        party_id: Whose keys.
        counter: Grows with every version; an older one is never accepted.
        token: The compact JWS as published (``typ=so+manifest``), ASCII text.
        fingerprint: Lower-case hex SHA-256 of the *identity* key's RFC 7638 thumbprint input; compared by people.
        keys: Verified JWKs with ``kid`` (RFC 7638), ``use`` (``sig``, ``enc`` or ``checkpoint``), ``alg``, ``nbf``,
            ``exp`` (NumericDate) and ``status`` (``next``, ``active``, ``retiring``, ``retired`` or ``revoked``). The
            identity key is not among them: it signs manifests and nothing else.
    """

    party_id: str
    counter: int
    token: str
    fingerprint: str
    keys: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Vouching:
    """What a certificate said of a partner: pinned, so that another authority cannot say otherwise later.

    Attributes:
        ura: Subscriber number in the certificate.
        issuer: Lower-case hex SHA-256 of the issuing authority's public key (SubjectPublicKeyInfo).
        issuer_name: Its distinguished name, for people.
    """

    ura: str
    issuer: str
    issuer_name: str


@dataclass(frozen=True, slots=True)
class StorageKeys:
    """What seals data at rest (``gateway.ports.vault``), 32 secret bytes each.

    Attributes:
        wrapping: Key-encryption keys, newest first; more than one only while one takes over from another.
        indexing: Behind the blind index; it opens nothing, and stays.
    """

    wrapping: tuple[bytes, ...] = field(repr=False)
    indexing: bytes = field(repr=False)


class SigningKey(Protocol):
    """One private key that signs messages."""

    @property
    def kid(self) -> str:
        """RFC 7638 thumbprint of the public key."""
        ...

    @property
    def alg(self) -> str:
        """The only JWS algorithm of this key: ``Ed25519`` (RFC 9864)."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The raw signature over the JWS signing input; 64 bytes for Ed25519."""
        ...


class CheckpointKey(Protocol):
    """One private key that signs checkpoints of the journal, and nothing else."""

    @property
    def alg(self) -> str:
        """``Ed25519`` or ``ML-DSA-44``."""
        ...

    @property
    def public_bytes(self) -> bytes:
        """The raw public key: 32 or 1312 bytes."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The raw signature: 64 or 2420 bytes."""
        ...


class DecryptionKey(Protocol):
    """One private key that recovers the content key of a JWE."""

    @property
    def kid(self) -> str:
        """RFC 7638 thumbprint of the public key."""
        ...

    @property
    def alg(self) -> str:
        """The only JWE ``alg`` of this key: ``HPKE-9-KE`` or ``ECDH-ES+A256KW``."""
        ...

    @property
    def not_before(self) -> datetime:
        """Messages issued earlier were not sealed to this key."""
        ...

    @property
    def expires_at(self) -> datetime:
        """Messages issued later must not be sealed to this key."""
        ...

    def unwrap(self, encrypted_key: bytes, *, encapsulated: bytes, info: bytes) -> bytes:
        """Recover the 32-byte content key.

        Args:
            encrypted_key: The JWE Encrypted Key: 48 bytes (HPKE-9-KE) or 40 bytes (ECDH-ES+A256KW).
            encapsulated: Raw ``ek`` (1120 bytes) or the raw X25519 public key in ``epk`` (32 bytes).
            info: What binds the key to its use: the HPKE ``info``, or the ``OtherInfo`` of the Concat KDF
                (RFC 7518 section 4.6.2).

        Raises:
            EnvelopeError: Any of it does not belong together.
        """
        ...


class Keyring(Protocol):
    """This party's private keys; never in clear at rest."""

    def refresh(self) -> bool:
        """Take over what another process changed at rest since; returns whether there was anything.

        Raises:
            OperatorError: What is at rest cannot be used; what was known stays.
        """
        ...

    def manifest(self) -> Manifest:
        """Our current public manifest, to hand to partners."""
        ...

    def signing_key(self, at: datetime) -> SigningKey:
        """The active message signing key.

        Raises:
            OperatorError: None is valid at that instant.
        """
        ...

    def checkpoint_keys(self, at: datetime) -> tuple[CheckpointKey, ...]:
        """The active keys of the journal, one per algorithm; every checkpoint is signed by all of them.

        Raises:
            OperatorError: One is missing or not valid at that instant.
        """
        ...

    def decryption_key(self, kid: str) -> DecryptionKey | None:
        """The key partners sealed to; None when unknown, retired or revoked (the same answer for all three)."""
        ...

    def storage_keys(self) -> StorageKeys:
        """What seals data at rest (``gateway.ports.vault``)."""
        ...


class StorageKeyring(Protocol):
    """A keyring whose storage keys can be replaced."""

    def add_storage_key(self) -> str:
        """Make a key-encryption key beside the one there is, kept at rest before this returns.

        Returns:
            Its id. When a replacement was begun and not ended, the id of the one made then.
        """
        ...

    def keep_storage_key(self, kek_id: str) -> None:
        """Destroy every key-encryption key but this one."""
        ...


class PartnerKeys(Protocol):
    """Pinned manifests of the partners."""

    def manifest_of(self, party_id: str) -> Manifest | None:
        """The pinned manifest, or None when the partner is unknown."""
        ...

    def classical_suite_until(self, party_id: str) -> datetime | None:
        """End of the dated exception that allows the suite that is not quantum-safe; None when there is none."""
        ...
