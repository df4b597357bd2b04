"""The tree of RFC 6962, against the reference roots of Certificate Transparency and a naive implementation."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.merkle import Frontier, leaf_hash, node_hash

# Leaves and roots of the reference implementation (google/certificate-transparency, merkletree tests).
REFERENCE_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
REFERENCE_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(leaves):
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def grown(leaves):
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf_hash(leaf))
    return frontier


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size):
    assert grown(REFERENCE_LEAVES[:size]).root().hex() == REFERENCE_ROOTS[size]


def test_the_frontier_agrees_with_the_definition_for_300_sizes():
    leaves = [b"entry %d" % number for number in range(300)]
    frontier = Frontier()
    for size, leaf in enumerate(leaves, start=1):
        frontier = frontier.append(leaf_hash(leaf))
        assert frontier.size == size
        assert frontier.root() == naive_root(leaves[:size])


@given(st.integers(min_value=0, max_value=2000))
def test_the_subtrees_are_the_bits_of_the_size(size):
    frontier = grown([b""] * size)
    assert [height for height, _ in frontier.subtrees] == [h for h in reversed(range(12)) if size >> h & 1]


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=40), st.data())
def test_any_change_changes_the_root(leaves, data):
    at = data.draw(st.integers(0, len(leaves) - 1))
    root = grown(leaves).root()
    assert grown([*leaves[:at], leaves[at] + b"!", *leaves[at + 1 :]]).root() != root
    assert grown([*leaves[:at], *leaves[at + 1 :]]).root() != root
    assert grown([*leaves, leaves[at]]).root() != root


def test_a_leaf_is_never_a_node():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_appending_leaves_the_earlier_tree_alone():
    tree = grown([b"a", b"b", b"c"])
    before = tree.root()
    tree.append(leaf_hash(b"d"))
    assert (tree.size, tree.root()) == (3, before)
