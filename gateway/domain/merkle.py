"""The journal's hash tree (RFC 6962 section 2, RFC 9162 section 2.1): leaves, a growing frontier, roots and proofs.

The frontier is the list of perfect subtrees from left to right, as ``(height, hash)``; appending is O(log n) and
needs nothing else from the past. A proof is made from the leaf hashes and checked without them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32


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


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, level by level: a node without a sibling moves up as it is."""
    level = leaves
    while len(level) > 1:
        level = _parents(level)
    return level[0] if level else sha256(b"").digest()


def inclusion_path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The siblings on the way from a leaf to the root (RFC 9162 section 2.1.3.1); at most one per level.

    Args:
        leaves: All leaf hashes of the tree.
        index: Place of the leaf, from 0.

    Raises:
        ValueError: There is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise ValueError("no leaf at that place")
    path, level = [], leaves
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        level, index = _parents(level), index >> 1
    return tuple(path)


def consistency_path(leaves: Sequence[bytes], first: int) -> tuple[bytes, ...]:
    """The nodes that show that the tree over the first leaves lies unchanged in this one (RFC 9162 section 2.1.4.1).

    Args:
        leaves: All leaf hashes of the larger tree.
        first: Size of the smaller tree, at least 1.

    Raises:
        ValueError: The smaller tree is empty, or larger than this one.
    """
    if not 0 < first <= len(leaves):
        raise ValueError("no tree of that size within this one")
    return _subproof(leaves, first, is_known=True)


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf hash stands at that place of the tree with that root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *path):
        return False
    node, last = leaf, size - 1
    for sibling in path:
        if not last:
            return False
        if index & 1 or index == last:
            node = node_hash(sibling, node)
            index, last = _to_left_child(index, last)
        else:
            node = node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return not last and node == root


def is_extended(size1: int, root1: bytes, size2: int, root2: bytes, path: Sequence[bytes]) -> bool:
    """Whether the second tree holds the first one unchanged at its beginning (RFC 9162 section 2.1.4.2)."""
    if not 0 < size1 <= size2:
        return False
    if size1 == size2:
        return not path and root1 == root2
    if not path or not _are_hashes(root1, root2, *path):
        return False
    nodes = [root1, *path] if size1 & (size1 - 1) == 0 else list(path)
    return _grows(nodes, size1 - 1, size2 - 1, (root1, root2))


def _grows(nodes: list[bytes], index: int, last: int, roots: tuple[bytes, bytes]) -> bool:
    """Walk up both trees at once, from the last leaf that they share."""
    while index & 1:
        index, last = index >> 1, last >> 1
    former = latter = nodes[0]
    for node in nodes[1:]:
        if not last:
            return False
        if index & 1 or index == last:
            former, latter = node_hash(node, former), node_hash(node, latter)
            index, last = _to_left_child(index, last)
        else:
            latter = node_hash(latter, node)
        index, last = index >> 1, last >> 1
    return not last and (former, latter) == roots


def _to_left_child(index: int, last: int) -> tuple[int, int]:
    """Pass the levels at which a node at the right edge has no sibling."""
    while index and not index & 1:
        index, last = index >> 1, last >> 1
    return index, last


def _parents(level: Sequence[bytes]) -> list[bytes]:
    pairs = zip(level[::2], level[1::2], strict=False)
    parents = [node_hash(left, right) for left, right in pairs]
    return [*parents, level[-1]] if len(level) & 1 else parents


def _subproof(leaves: Sequence[bytes], first: int, *, is_known: bool) -> tuple[bytes, ...]:
    if first == len(leaves):
        return () if is_known else (root_of(leaves),)
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if first <= split:
        return (*_subproof(leaves[:split], first, is_known=is_known), root_of(leaves[split:]))
    return (*_subproof(leaves[split:], first - split, is_known=False), root_of(leaves[:split]))


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
