"""Sealing a stream: C2SP chunked-encryption with a key per file, in memory of one piece at a time."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol
from uuid import uuid4

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag

from gateway.domain.enclosure import LARGEST_BYTES, Claim, Enclosure
from gateway.domain.errors import RefusedError
from gateway.domain.size_class import file_size_class

_PIECE = 1024 * 1024
_HEADER, _TAG, _CHUNK = 56, 16, 16 * 1024
_CONTEXT = b"second-opinion-gateway object 1 "
"""Says what the key is for, before the name of the object (C2SP: the context binds a ciphertext to its use)."""


@dataclass(slots=True)
class Sealing:
    """A file being sealed: read ``pieces``, then ask for the claim.

    Behind its end follow zeros up to its size class; the claim's digest is of the file alone.
    """

    source: BinaryIO
    object_id: str = ""
    _key: bytes = b""
    _digest: bytes = b""

    def __post_init__(self) -> None:
        self.object_id, self._key = self.object_id or str(uuid4()), Cobblestone256Encryptor.generate_key()

    def pieces(self) -> Iterator[bytes]:
        """The sealed bytes."""
        encryptor = Cobblestone256Encryptor(self._key, _context(self.object_id))
        digest, size = hashlib.sha256(), 0
        while piece := self.source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            yield encryptor.update(piece)
        for piece in _zeros(file_size_class(size) - size):
            yield encryptor.update(piece)
        yield encryptor.finalize()
        self._digest = digest.digest()

    def claim(self) -> Claim:
        """What opens it again."""
        return Claim(self.object_id, _text(self._key), _text(self._digest))


class Readable(Protocol):
    """Something that bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


def sealed_size(size: int) -> int:
    """The length of a sealed file (C2SP chunked-encryption): a header, and a tag per chunk of which the last is short.

    Args:
        size: Of the clear bytes.
    """
    return size + _HEADER + _TAG * (size // _CHUNK + 1)


def opened(enclosure: Enclosure, claim: Claim, sealed: Readable) -> Iterator[bytes]:
    """The clear bytes of a sealed file; only after the last piece is it known to be whole.

    Raises:
        RefusedError: ``object-damaged``.
    """
    try:
        decryptor = Cobblestone256Decryptor(b64decode(claim.key), _context(claim.object_id))
        digest, size, padding = hashlib.sha256(), 0, 0
        for clear in _decrypted(decryptor, sealed):
            piece = clear[: enclosure.size - size]
            size += len(piece)
            padding += len(clear) - len(piece)
            if clear[len(piece) :].strip(b"\0") or size + padding > file_size_class(min(enclosure.size, LARGEST_BYTES)):
                raise damaged()
            digest.update(piece)
            yield piece
    except (InvalidTag, ValueError):
        raise damaged() from None
    if size != enclosure.size or digest.digest() != b64decode(claim.sha256):
        raise damaged()


def resealed(clear: Iterator[bytes], claim: Claim, target: BinaryIO) -> Iterator[bytes]:
    """Seal what is read once more, under the same claim and without padding: where only we look, sizes tell nothing."""
    encryptor = Cobblestone256Encryptor(b64decode(claim.key), _context(claim.object_id))
    for piece in clear:
        target.write(encryptor.update(piece))
        yield piece
    target.write(encryptor.finalize())


def _zeros(count: int) -> Iterator[bytes]:
    whole, rest = divmod(count, _PIECE)
    yield from [bytes(_PIECE)] * whole
    yield bytes(rest)


def _decrypted(decryptor: Cobblestone256Decryptor, sealed: Readable) -> Iterator[bytes]:
    while piece := sealed.read(_PIECE):
        yield decryptor.update(piece)
    yield decryptor.finalize()


def _context(object_id: str) -> bytes:
    return _CONTEXT + object_id.encode("ascii")


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def damaged() -> RefusedError:
    """Make the error of a file that is not what its message says."""
    return RefusedError(
        "object-damaged",
        "A file that lies beside a message does not open, or is not the one the message names.",
        remedy="Ask the sender to send the document again.",
    )
