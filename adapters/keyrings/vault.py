"""The vault over a key-encryption key held in memory (RFC 3394 key wrap, AES-256-GCM, HMAC-SHA256)."""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from gateway.domain.errors import OperatorError
from gateway.ports.vault import Vault

_KEY_BYTES = 32
_NONCE_BYTES = 12


class AesVault(Vault):
    """Wraps data keys and seals values; stateless besides its keys.

    The KEK itself encrypts nothing: one key for wrapping and one for the index are derived from it (HKDF, RFC 5869),
    so that neither use can say anything about the other.

    Args:
        kek: 32 secret bytes, from ``Keyring.storage_key``.

    Raises:
        ValueError: The KEK is not 32 bytes.
    """

    def __init__(self, kek: bytes) -> None:
        self._wrapping = _derive(kek, b"so-vault/1 wrap")
        self._indexing = _derive(kek, b"so-vault/1 index")

    def new_key(self) -> bytes:
        """A fresh wrapped key, 40 bytes."""
        return aes_key_wrap(self._wrapping, os.urandom(_KEY_BYTES))

    def seal(self, wrapped_key: bytes, plaintext: bytes, aad: bytes) -> bytes:
        """Nonce (12 bytes, random), ciphertext, tag (16 bytes).

        Raises:
            OperatorError: ``vault-unreadable``.
        """
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self._unwrap(wrapped_key)).encrypt(nonce, plaintext, aad)

    def open(self, wrapped_key: bytes, sealed: bytes, aad: bytes) -> bytes:
        """The plaintext.

        Raises:
            OperatorError: ``vault-unreadable``.
        """
        key = AESGCM(self._unwrap(wrapped_key))
        try:
            return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], aad)
        except (InvalidTag, ValueError):
            raise _unreadable() from None

    def rewrap(self, wrapped_key: bytes, new_kek: bytes) -> bytes:
        """The same data key under another KEK.

        Raises:
            OperatorError: ``vault-unreadable``.
        """
        return aes_key_wrap(_derive(new_kek, b"so-vault/1 wrap"), self._unwrap(wrapped_key))

    def index(self, value: str) -> str:
        """Hex HMAC-SHA256 of the UTF-8 value."""
        return hmac.digest(self._indexing, value.encode(), "sha256").hex()

    def _unwrap(self, wrapped_key: bytes) -> bytes:
        try:
            return aes_key_unwrap(self._wrapping, wrapped_key)
        except (InvalidUnwrap, ValueError):
            raise _unreadable() from None


def _derive(kek: bytes, info: bytes) -> bytes:
    if len(kek) != _KEY_BYTES:
        raise ValueError("a key-encryption key has 32 bytes")
    return HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(kek)


def _unreadable() -> OperatorError:
    return OperatorError(
        "vault-unreadable",
        "Stored data does not open: it was sealed under another key, for another place, or was changed.",
        remedy="Check that the keyring belongs to this store; if it does, restore both from the same backup.",
    )
