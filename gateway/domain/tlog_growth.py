"""Growth proofs: that a journal holds an earlier checkpoint unchanged, in the form C2SP tlog-witness asks of a log."""

import base64
import re
from dataclasses import dataclass

from gateway.domain.checkpoint import Checkpoint
from gateway.domain.errors import RefusedError
from gateway.domain.merkle import HASH_BYTES, is_extended
from gateway.domain.notes import MAX_CHARS, decoded

_OLD = re.compile(r"old ([1-9][0-9]{0,18})", re.ASCII)
_MAX_PATH = 64


@dataclass(frozen=True, slots=True)
class GrowthProof:
    """What whoever holds an earlier checkpoint needs to believe a later one.

    Attributes:
        first: Size of the earlier checkpoint.
        path: Hashes of 32 bytes (RFC 9162 section 2.1.4).
        note: The later checkpoint, signed, whole.
    """

    first: int
    path: tuple[bytes, ...]
    note: str

    def written(self) -> str:
        """The file: ``old`` and the size, the hashes, an empty line, the note."""
        hashes = (base64.b64encode(node).decode("ascii") for node in self.path)
        return "\n".join([f"old {self.first}", *hashes]) + "\n\n" + self.note

    def check(self, former: Checkpoint, latter: Checkpoint) -> None:
        """Whether the later journal holds the earlier one unchanged.

        Raises:
            RefusedError: ``growth-unproven``.
        """
        roots = (bytes.fromhex(former.root), bytes.fromhex(latter.root))
        if self.first == former.size and is_extended(former.size, roots[0], latter.size, roots[1], self.path):
            return
        raise RefusedError(
            "growth-unproven",
            "The later journal does not hold the earlier one unchanged.",
            remedy="Keep both checkpoints: together with this file they show it. Ask the owner, or tell the auditor.",
        )


def read_growth(text: str) -> GrowthProof:
    """Take a file apart; nothing in it is verified yet.

    Raises:
        RefusedError: ``growth-malformed``.
    """
    try:
        return _read(text)
    except ValueError:
        raise RefusedError(
            "growth-malformed",
            "This is no proof that a journal has grown.",
            remedy="Give the file exactly as 'sogw journal grown' wrote it.",
        ) from None


def _read(text: str) -> GrowthProof:
    head, gap, note = text.partition("\n\n")
    old, *hashes = head.split("\n")
    found = _OLD.fullmatch(old)
    path = tuple(decoded(line) for line in hashes)
    if len(text) > MAX_CHARS or not gap or found is None or len(path) > _MAX_PATH:
        raise ValueError("not the lines of a growth proof")
    if any(len(node) != HASH_BYTES for node in path):
        raise ValueError("not hashes")
    return GrowthProof(int(found[1]), path, note)
