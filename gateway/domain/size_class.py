"""Sizes that tell nothing: what lies beside a message has one size, and a decoy lies where there is no file (R41).

A broker and an object store see how long something is. Released and withheld, provided and declined must not differ in
that, so each of them goes with exactly one file of the common size, real or a decoy.
"""

from hashlib import sha256
from typing import Final
from uuid import UUID

COMMON_FILE_BYTES: Final = 16 * 1_048_576
"""Clear size of every file that lies beside a message, and of every decoy; what is larger shows its Padme size."""

_DECOY: Final = b"second-opinion-gateway decoy 1 "


def padme(length: int) -> int:
    """Give the Padme size of a length: at most 12 % more, and only O(log log n) bits of the length show.

    Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019.
    """
    if length <= 1:
        return length
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
