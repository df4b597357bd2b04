"""The vault over key-encryption keys held in memory (RFC 3394 key wrap, AES-256-GCM, HMAC-SHA256)."""

import hmac
import os
from collections.abc import Callable, Sequence
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from typing_extensions import override

from gateway.domain.errors import OperatorError
from gateway.ports.keyring import StorageKeys
from gateway.ports.vault import Vault

_KEY_BYTES = 32
_NONCE_BYTES = 12
_ID_BYTES = 8


class AesVault(Vault):
    """Wraps data keys and seals values.

    A KEK itself encrypts nothing: what wraps, what indexes and its id are derived from it (HKDF, RFC 5869), so that
    no use can say anything about another.

    Args:
        kek: 32 secret bytes; the first of ``StorageKeys.wrapping``.
        former: Other KEKs that still open.
        indexing: 32 secret bytes behind the blind index, which outlive every KEK; the KEK when None.
        reload: Reads the keys again, when one is asked for that is not known: another process may have changed them.

    Raises:
        ValueError: A key is not 32 bytes.
    """

    def __init__(
        self,
        kek: bytes,
        *,
        former: Sequence[bytes] = (),
        indexing: bytes | None = None,
        reload: Callable[[], StorageKeys] | None = None,
    ) -> None:
        self._keks = _by_id((kek, *former))
        self._indexing = _derive(kek if indexing is None else indexing, b"so-vault/1 index")
        self._reload = reload

    @classmethod
    def of(cls, keys: StorageKeys, reload: Callable[[], StorageKeys] | None = None) -> Self:
        """A vault over the keys of a keyring."""
        first, *former = keys.wrapping
        return cls(first, former=former, indexing=keys.indexing, reload=reload)

    @override
    def kek_id(self) -> str:
        return next(iter(self._keks))

    @override
    def new_key(self, kek_id: str | None = None) -> bytes:
        """A fresh wrapped key, 40 bytes.

        Raises:
            OperatorError: ``vault-key-missing``.
        """
        return aes_key_wrap(self._kek(kek_id or self.kek_id()), os.urandom(_KEY_BYTES))

    @override
    def seal(self, wrapped_key: bytes, plaintext: bytes, aad: bytes) -> bytes:
        """Nonce (12 bytes, random), ciphertext, tag (16 bytes).

        Raises:
            OperatorError: ``vault-unreadable``.
        """
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self._unwrap(wrapped_key)).encrypt(nonce, plaintext, aad)

    @override
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

    @override
    def rewrap(self, wrapped_key: bytes, kek_id: str) -> bytes:
        """The same data key under another KEK.

        Raises:
            OperatorError: ``vault-unreadable``, ``vault-key-missing``.
        """
        return aes_key_wrap(self._kek(kek_id), self._unwrap(wrapped_key))

    @override
    def index(self, value: str) -> str:
        """Hex HMAC-SHA256 of the UTF-8 value."""
        return hmac.digest(self._indexing, value.encode(), "sha256").hex()

    def _kek(self, kek_id: str) -> bytes:
        if kek_id not in self._keks:
            self._look_again()
        try:
            return self._keks[kek_id]
        except KeyError:
            raise OperatorError(
                "vault-key-missing",
                "The keyring does not hold the key that this store is sealed under.",
                remedy="Check that the keyring belongs to this store; if it does, put back its last good copy.",
            ) from None

    def _unwrap(self, wrapped_key: bytes) -> bytes:
        key = self._tried(wrapped_key)
        if key is None and self._look_again():
            key = self._tried(wrapped_key)
        if key is None:
            raise _unreadable()
        return key

    def _tried(self, wrapped_key: bytes) -> bytes | None:
        """RFC 3394 tells by itself whether a key fits, so nothing has to say which one it was."""
        for kek in self._keks.values():
            try:
                return aes_key_unwrap(kek, wrapped_key)
            except (InvalidUnwrap, ValueError):
                continue
        return None

    def _look_again(self) -> bool:
        """Take over the keys as they are now; returns whether they are others."""
        if self._reload is None:
            return False
        found = _by_id(self._reload().wrapping)
        is_other, self._keks = found.keys() != self._keks.keys(), found
        return is_other


def _by_id(keks: Sequence[bytes]) -> dict[str, bytes]:
    """What wraps, by the public id of its KEK."""
    return {id_of(kek): _derive(kek, b"so-vault/1 wrap") for kek in keks}


def id_of(kek: bytes) -> str:
    """A name for a KEK that says nothing about it: 16 hex digits."""
    return _derive(kek, b"so-vault/1 id")[:_ID_BYTES].hex()


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
