"""Proof files (C2SP tlog-proof v1): an entry's place in the tree, its path to the root, and the signed root.

The format says nothing about the entry itself, so it travels in ``extra``: the exact bytes of the leaf, the manifest
of the party and, when asked for, what the entry commits to. None of this is believed for being there: the leaf must
hash into the root, the manifest must have the fingerprint a person compared, the content must fit the commitment.
"""

import base64
import json
import re
from dataclasses import dataclass

from gateway.domain.entry import PublicEntry, commitment_to, read_entry
from gateway.domain.errors import RefusedError
from gateway.domain.merkle import HASH_BYTES, is_included
from gateway.domain.notes import decoded

FORMAT = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"
MAX_CHARS = 4 * 1024 * 1024
_MAX_PATH = 63
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)
_EXTRA = "extra "
_VERSION = "so-journal-proof/1"


@dataclass(frozen=True, slots=True)
class EntryProof:
    """All that somebody needs to see that an entry stands in a journal, besides the fingerprint of its party.

    Attributes:
        leaf: The exact bytes of the entry's leaf.
        index: Its place in the tree, from 0.
        path: Hashes of 32 bytes, from the leaf's sibling up.
        note: The signed checkpoint, whole.
        manifest: The party's key manifest token.
        content: Salt and content that the entry commits to; None when only the public part is shown.
    """

    leaf: bytes
    index: int
    path: tuple[bytes, ...]
    note: str
    manifest: str
    content: bytes | None = None

    def written(self) -> str:
        """The file."""
        members = {"v": _VERSION, "leaf": self.leaf.decode("ascii"), "manifest": self.manifest}
        if self.content is not None:
            members["content"] = _encoded(self.content)
        extra = json.dumps(members, sort_keys=True, separators=(",", ":")).encode("ascii")
        lines = [FORMAT, _EXTRA + _encoded(extra), f"index {self.index}", *map(_encoded, self.path)]
        return "\n".join(lines) + "\n\n" + self.note

    def entry(self, size: int, root: bytes) -> PublicEntry:
        """The entry, once it is proven to stand in the tree of that size and root, under its own number.

        Raises:
            RefusedError: ``proof-wrong`` or ``entry-malformed``.
        """
        entry = read_entry(self.leaf)
        if not is_included(entry.leaf(), self.index, size, self.path, root):
            raise _wrong("the entry does not stand at that place of the signed journal")
        if entry.sequence != self.index + 1:
            raise _wrong("the entry carries another number than its place")
        if self.content is not None and commitment_to(self.content) != entry.commitment:
            raise _wrong("the content is not what the entry commits to")
        return entry


def read_proof(text: str) -> EntryProof:
    """Take a proof file apart; nothing in it is verified yet.

    Raises:
        RefusedError: ``proof-malformed``.
    """
    try:
        return _read(text)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RefusedError(
            "proof-malformed",
            f"This is no proof of a journal entry ({FORMAT}).",
            remedy="Give the file exactly as 'sogw journal prove' wrote it.",
        ) from None


def _read(text: str) -> EntryProof:
    head, gap, note = text.partition("\n\n")
    if len(text) > MAX_CHARS or not gap:
        raise ValueError("too large, or without a checkpoint")
    first, extra, index, *hashes = head.split("\n")
    found = _INDEX.fullmatch(index)
    if first != FORMAT or not extra.startswith(_EXTRA) or found is None or len(hashes) > _MAX_PATH:
        raise ValueError("not the lines of a proof")
    path = tuple(decoded(line) for line in hashes)
    members = json.loads(decoded(extra.removeprefix(_EXTRA)))
    if any(len(node) != HASH_BYTES for node in path) or members["v"] != _VERSION:
        raise ValueError("not hashes, or another version")
    content = members.get("content")
    leaf, manifest = members["leaf"].encode("ascii"), members["manifest"]
    if not isinstance(manifest, str):
        raise TypeError("not a manifest")
    return EntryProof(leaf, int(found[1]), path, note, manifest, None if content is None else decoded(content))


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _wrong(why: str) -> RefusedError:
    return RefusedError(
        "proof-wrong",
        f"The file proves nothing: {why}.",
        remedy="Do not rely on it. Ask for the proof again; when it stays so, keep both files and tell the auditor.",
    )
