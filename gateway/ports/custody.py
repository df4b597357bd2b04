"""Key custody: what guards this party's private keys when nobody uses them (security.md section 3).

Two things only. It *wraps* the one key under which the keyring seals all others, and it *holds the signing keys*.
A custody of software keeps signing keys among the sealed ones; a hardware token makes them inside and never shows
them. What the keyring stores for a signing key is therefore a *handle*: the key itself, or its name in the token.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from gateway.ports.keyring import SigningKey


class HeldSigningKey(SigningKey, Protocol):
    """An Ed25519 key that somebody holds for us."""

    @property
    def use(self) -> str:
        """Always ``sig``."""
        ...

    @property
    def public(self) -> Mapping[str, Any]:
        """Public JWK members only, without ``kid`` and life-cycle members."""
        ...


class SigningKeys(Protocol):
    """Makes and holds Ed25519 keys (RFC 8032)."""

    def new_signing_key(self) -> bytes:
        """Make one; returns its handle, 32 bytes, to be kept as a secret."""
        ...

    def signing_key(self, handle: bytes) -> HeldSigningKey:
        """The key behind a handle.

        Raises:
            OperatorError: It is not there, or cannot be reached.
        """
        ...

    def forget(self, handle: bytes) -> None:
        """Destroy the key behind a handle where it is held; nothing happens when it is not."""
        ...


class KeyCustody(SigningKeys, Protocol):
    """Guards the key-encryption key of a keyring, and its signing keys."""

    def wrap(self, key: bytes, name: str) -> Mapping[str, Any]:
        """Seal a 32-byte key.

        Args:
            key: The key-encryption key.
            name: What it is bound to; the same is needed to unwrap.

        Returns:
            JSON members to store: all that ``unwrap`` needs besides the custody itself. Nothing in them is secret.

        Raises:
            OperatorError: The custody is not as it must be.
        """
        ...

    def unwrap(self, wrapped: Mapping[str, Any], name: str) -> bytes:
        """The key behind what ``wrap`` returned.

        Raises:
            OperatorError: The custody does not open it.
            ValueError, KeyError, TypeError: The members are not such as ``wrap`` returns.
        """
        ...
