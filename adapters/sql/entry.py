"""What the journal commits to: a salt and the content, sealed together; the commitment itself is public."""

import os

from gateway.domain.entry import SALT_BYTES, commitment_to
from gateway.domain.errors import OperatorError


def salted(content: bytes) -> tuple[bytes, str]:
    """What is sealed (a fresh salt, then the content) and the commitment to it in hex."""
    value = os.urandom(SALT_BYTES) + content
    return value, commitment_to(value)


def unsalted(value: bytes, commitment: str) -> bytes:
    """The content.

    Raises:
        OperatorError: ``journal-changed``: it is not what the journal committed to.
    """
    if commitment_to(value) != commitment:
        raise OperatorError(
            "journal-changed",
            "The content of a journal entry is not what the journal committed to.",
            remedy="Keep the file as evidence and restore the store from a backup.",
        )
    return value[SALT_BYTES:]
