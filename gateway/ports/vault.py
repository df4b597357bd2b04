"""The vault: sealing of stored data under a key per case, so that destroying the key erases the data (R58)."""

from typing import Protocol


class Vault(Protocol):
    """Seals, opens and blindly indexes data at rest under one key-encryption key (KEK).

    A *wrapped key* is a random 256-bit data key, encrypted under the KEK. The caller stores it, one per case.
    Losing it makes everything sealed under it unreadable, in every copy and backup: that is how a case is erased.
    """

    def new_key(self) -> bytes:
        """A fresh wrapped key of 40 bytes; different at every call."""
        ...

    def seal(self, wrapped_key: bytes, plaintext: bytes, aad: bytes) -> bytes:
        """Encrypt and authenticate.

        Args:
            wrapped_key: From ``new_key``.
            plaintext: Any bytes; the length shows in the result (28 bytes more).
            aad: The place of the value (purpose, case, table, row, field, version): a value moved elsewhere does
                not open. Stored nowhere: the reader must know it.

        Raises:
            OperatorError: The wrapped key is not of this KEK.
        """
        ...

    def open(self, wrapped_key: bytes, sealed: bytes, aad: bytes) -> bytes:
        """The plaintext.

        Raises:
            OperatorError: Another KEK, another place, or changed bytes. Which one cannot be told.
        """
        ...

    def rewrap(self, wrapped_key: bytes, new_kek: bytes) -> bytes:
        """The same data key under another 32-byte KEK; sealed data stays as it is.

        Raises:
            OperatorError: The wrapped key is not of this KEK.
        """
        ...

    def index(self, value: str) -> str:
        """A blind index: 64 hex digits, equal for equal values under one KEK, meaningless without it.

        For looking up by something that may not be stored in clear. The caller puts the purpose in the value
        (``"referral:…"``) and recomputes the index when the KEK changes.
        """
        ...
