"""Hiding the length of a message (security.md section 1.6)."""

from gateway.domain.errors import RefusedError
from gateway.domain.size_class import padme

SPACE = b" "
_AT_LEAST = 1
"""No part of a compact serialisation may be empty."""


def pad(payload: bytes, size_floor: int, limit: int) -> bytes:
    """The payload with trailing spaces, which mean nothing after JSON.

    Args:
        payload: JSON bytes.
        size_floor: All payloads up to this size get exactly this size; larger ones their Padme size.
        limit: Largest padded size in bytes.

    Raises:
        RefusedError: ``payload-too-large``.
    """
    size = max(size_floor, _AT_LEAST)
    if len(payload) > size:
        size = min(padme(len(payload)), limit)
    if max(size, len(payload)) > limit:
        raise RefusedError(
            "payload-too-large",
            f"A message may have {limit} bytes at most.",
            remedy="Send large documents by claim check.",
        )
    return payload.ljust(size, SPACE)
