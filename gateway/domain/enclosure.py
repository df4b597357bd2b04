"""Files that are part of a document: a scan, a letter as PDF; inside the message, or beside it behind a claim check.

A message carries at most ``INLINE_BYTES`` of a file. A larger one is encrypted under a key of its own and laid where
both gateways reach it; the message then carries the key, the digest and the size (protocol.md sections 2 and 5).
"""

from dataclasses import dataclass

INLINE_BYTES = 1_048_576
"""Bytes of the largest document that travels inside a message."""

LARGEST_BYTES = 100 * 1_048_576
"""Bytes of the largest file that travels at all."""

TEXT = "text/plain;charset=utf-8"
PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"

BEGINNINGS = {
    PDF: b"%PDF-",
    JPEG: b"\xff\xd8\xff",
    PNG: b"\x89PNG\r\n\x1a\n",
}
"""Media types of the files that may travel, and how each begins (the formats' own specifications); no format that
holds a program for the reader's machine. Text may travel too, and begins as it likes: see ``document_content``."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the holder of a message needs to fetch, open and check a file that lies beside it.

    Attributes:
        object_id: UUID text; the name it lies under, which says nothing.
        key: base64 of 32 random bytes, of this file only.
        sha256: base64 of the SHA-256 of the clear bytes.
    """

    object_id: str
    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file of a document.

    Attributes:
        media_type: One of ``BEGINNINGS``, or ``TEXT`` for a text that is too long to travel inside.
        size: Of the clear bytes.
        content: base64 of the bytes when they travel inside, else the claim to them.
    """

    media_type: str
    size: int
    content: str | Claim

    @property
    def claim(self) -> Claim | None:
        """The claim of a file that lies beside the message."""
        return self.content if isinstance(self.content, Claim) else None
