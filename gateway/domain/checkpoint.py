"""Checkpoints: size and root of a journal's tree, as text that is signed (C2SP tlog-checkpoint, tlog-cosignature).

Pure: what is to be signed and what was signed, as bytes; keys and signatures are made elsewhere.
"""

import base64
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.domain.errors import RefusedError
from gateway.domain.merkle import HASH_BYTES
from gateway.domain.notes import decoded

_PLACE = "second-opinion-gateway.example/journal"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_SUBTREE_LABEL = b"subtree/v1\n\x00"
_LINES = 3
_TIME = struct.Struct(">Q")
_LARGEST = 2**63 - 1
"""Entries; what is larger fits in no store."""
_LAST_SECOND = int(datetime.max.replace(microsecond=0, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a journal: how many entries, and the root of the tree over them.

    Attributes:
        size: Number of entries.
        root: RFC 6962 tree hash, 64 hex digits.
    """

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with the note it stands in.

    Attributes:
        checkpoint: What was signed.
        note: The signed note, whole: text and signatures.
        signed_at: When, by the clock of the signer; whole seconds, UTC.
    """

    checkpoint: Checkpoint
    note: str
    signed_at: datetime


def contradicts(one: SignedCheckpoint, other: SignedCheckpoint) -> bool:
    """Whether two checkpoints of one journal cannot both be of a journal that only grows.

    One size with two roots is a split view; signed later but smaller is a journal that went back. That a larger one
    holds the smaller one unchanged cannot be seen from the two alone: its owner recomputes it, or proves it.
    """
    first, then = sorted((one, other), key=lambda signed: (signed.signed_at, signed.checkpoint.size))
    if first.checkpoint.size == then.checkpoint.size:
        return first.checkpoint.root != then.checkpoint.root
    return first.signed_at < then.signed_at and first.checkpoint.size > then.checkpoint.size


def origin_of(party_id: str) -> str:
    """The name of a party's journal: origin line of its checkpoints and name of the keys that sign them."""
    return f"{_PLACE}/{party_id}"


def party_of(origin: str) -> str:
    """Whose journal an origin line claims to be; not to be believed before the signatures are verified.

    Raises:
        RefusedError: ``checkpoint-malformed``: it is not the name of a journal of this kind.
    """
    place, _, party_id = origin.rpartition("/")
    if place != _PLACE or not party_id:
        raise _malformed("its origin is not a journal of a second-opinion gateway")
    return party_id


def checkpoint_text(origin: str, checkpoint: Checkpoint) -> str:
    """The text of the note: origin, size, root; three lines."""
    root = base64.b64encode(bytes.fromhex(checkpoint.root)).decode("ascii")
    return f"{origin}\n{checkpoint.size}\n{root}\n"


def read_checkpoint_text(text: str) -> tuple[str, Checkpoint]:
    """Origin and checkpoint of the text of a note; nothing is read into what is not written exactly so.

    Raises:
        RefusedError: ``checkpoint-malformed``; also for extension lines, which the quantum-safe signature does not
            cover.
    """
    lines = text.split("\n")
    if len(lines) != _LINES + 1 or lines[-1]:
        raise _malformed("it does not have exactly the lines origin, size and root")
    origin, size, root = lines[:_LINES]
    if not origin or not _NUMBER.fullmatch(size) or int(size) > _LARGEST:
        raise _malformed("its origin or size is not written as it should be")
    try:
        digest = decoded(root)
    except ValueError:
        raise _malformed("its root is not base64") from None
    if len(digest) != HASH_BYTES:
        raise _malformed("its root is not a SHA-256")
    return origin, Checkpoint(int(size), digest.hex())


def cosigned_message(name: str, origin: str, checkpoint: Checkpoint, timestamp: int) -> bytes:
    """What ML-DSA-44 signs: the ``cosigned_message`` of C2SP tlog-cosignature, for the whole tree."""
    names = (name.encode("utf-8"), origin.encode("utf-8"))
    cosigner, log = (struct.pack(">B", len(part)) + part for part in names)
    numbers = struct.pack(">QQ", 0, checkpoint.size)
    return _SUBTREE_LABEL + cosigner + _TIME.pack(timestamp) + log + numbers + bytes.fromhex(checkpoint.root)


def timestamped(timestamp: int, signature: bytes) -> bytes:
    """The ``timestamped_signature`` of C2SP tlog-cosignature: eight bytes of seconds, then the signature."""
    return _TIME.pack(timestamp) + signature


def untimestamped(value: bytes) -> tuple[int, bytes]:
    """Seconds and signature again.

    Raises:
        ValueError: Too short to hold both, or a time no clock shows.
    """
    if len(value) <= _TIME.size:
        raise ValueError("no room for a time and a signature")
    (timestamp,) = _TIME.unpack_from(value)
    if timestamp > _LAST_SECOND:
        raise ValueError("not a time")
    return timestamp, value[_TIME.size :]


def _malformed(why: str) -> RefusedError:
    return RefusedError(
        "checkpoint-malformed",
        f"This is no checkpoint of a journal: {why}.",
        remedy="Give the checkpoint exactly as it was written, signatures included.",
    )
