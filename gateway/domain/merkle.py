"""The journal's hash tree (RFC 6962 section 2): leaves, a frontier that grows, and its root.

The frontier is the list of perfect subtrees from left to right, as ``(height, hash)``; appending is O(log n) and
needs nothing else from the past.
"""

from dataclasses import dataclass
from hashlib import sha256


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256 of a leaf: ``0x00 || entry``."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of an inner node: ``0x01 || left || right``."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """A growing tree: its size and its perfect subtrees, largest first."""

    size: int = 0
    subtrees: tuple[tuple[int, bytes], ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """The tree with one more leaf (a leaf hash of 32 bytes)."""
        stack = [*self.subtrees, (0, leaf)]
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            height, right = stack.pop()
            _, left = stack.pop()
            stack.append((height + 1, node_hash(left, right)))
        return Frontier(self.size + 1, tuple(stack))

    def root(self) -> bytes:
        """The Merkle tree hash; SHA-256 of nothing for the empty tree."""
        if not self.subtrees:
            return sha256(b"").digest()
        *rest, (_, root) = self.subtrees
        for _, left in reversed(rest):
            root = node_hash(left, root)
        return root
