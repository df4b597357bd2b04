"""Sizes that tell nothing: small messages have one size, and so has what lies beside a message (R41).

A broker and an object store see how long something is. What is small enough has one length whatever its kind. Released
and withheld, provided and declined must not differ whatever they hold: each of them has a larger common size, and goes
with exactly one file of one size, real or a decoy.
"""

from hashlib import sha256
from typing import Final
from uuid import UUID

COMMON_FILE_BYTES: Final = 16 * 1_048_576
"""Clear size of every file that lies beside a message, and of every decoy; what is larger shows its Padme size."""

SMALLEST_MESSAGE_BYTES: Final = 64 * 1024
"""Padded size of every message of at most that, but for receipts and the pairs: a referral without attachments fits."""

_DECOY: Final = b"second-opinion-gateway decoy 1 "


def padme(length: int) -> int:
    """Give the Padme size of a length: at most 12 % more, and only O(log log n) bits of the length show.

    Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019.
    """
    exponent = length.bit_length() - 1
    spare_bits = exponent - exponent.bit_length()
    mask = (1 << max(spare_bits, 0)) - 1
    return (length + mask) & ~mask


def file_size_class(size: int) -> int:
    """Give the size to which a file is padded before it is sealed."""
    return max(COMMON_FILE_BYTES, padme(size))


def decoy_id(digest: str) -> str:
    """Name the decoy of a message: UUID text that only sender and receiver can tell.

    Args:
        digest: Of the message's signed input, which no one else ever sees.
    """
    return str(UUID(bytes=sha256(_DECOY + digest.encode("ascii")).digest()[:16], version=4))
