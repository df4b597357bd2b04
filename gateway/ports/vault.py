"""The vault: sealing of stored data under a key per case, so that destroying the key erases the data (R58)."""

from typing import Protocol


class Vault(Protocol):
    """Seals, opens and blindly indexes data at rest under a key-encryption key (KEK).

    A *wrapped key* is a random 256-bit data key, encrypted under a KEK. The caller stores it, one per case, and
    remembers by its id which KEK is in force. Losing the wrapped key makes everything sealed under it unreadable.
    Where a deleted row lingers (backups, old pages, write-ahead logs), destroying the KEK after all living keys were
    wrapped anew makes every old copy of every key worthless: that is how a case is erased for good.
    """

    def kek_id(self) -> str:
        """Public id of the KEK that a new store is to be sealed under."""
        ...

    def new_key(self, kek_id: str | None = None) -> bytes:
        """A fresh wrapped key of 40 bytes; different at every call.

        Args:
            kek_id: Which KEK is in force; the newest when None.

        Raises:
            OperatorError: We do not have that KEK.
        """
        ...

    def seal(self, wrapped_key: bytes, plaintext: bytes, aad: bytes) -> bytes:
        """Encrypt and authenticate.

        Args:
            wrapped_key: From ``new_key``.
            plaintext: Any bytes; the length shows in the result (28 bytes more).
            aad: The place of the value (purpose, case, table, row, field, version): a value moved elsewhere does
                not open. Stored nowhere: the reader must know it.

        Raises:
            OperatorError: The wrapped key is of no KEK we have.
        """
        ...

    def open(self, wrapped_key: bytes, sealed: bytes, aad: bytes) -> bytes:
        """The plaintext.

        Raises:
            OperatorError: Another KEK, another place, or changed bytes. Which one cannot be told.
        """
        ...

    def rewrap(self, wrapped_key: bytes, kek_id: str) -> bytes:
        """The same data key under another KEK; sealed data stays as it is.

        Raises:
            OperatorError: The wrapped key is of no KEK we have, or we do not have the other.
        """
        ...

    def index(self, value: str) -> str:
        """A blind index: 64 hex digits, equal for equal values in one store, meaningless without its key.

        For looking up by something that may not be stored in clear. The caller puts the purpose in the value
        (``"referral:…"``). Its key is none of the KEKs and stays when they change: it opens nothing.
        """
        ...
