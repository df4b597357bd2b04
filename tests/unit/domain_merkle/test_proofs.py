"""Proofs about the tree: the cases of transparency-dev, and every proof of small trees."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.merkle import (
    Frontier,
    consistency_path,
    inclusion_path,
    is_extended,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
)

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "merkle" / "inclusion-consistency.json").read_text(encoding="utf-8")
)


def raw(text):
    return base64.b64decode(text or "")


def leaves_of(size):
    return [leaf_hash(b"entry %d" % number) for number in range(size)]


def judged(name, case):
    path = [raw(node) for node in case["proof"] or ()]
    if name.startswith("inclusion/"):
        return is_included(raw(case["leafHash"]), case["leafIdx"], case["treeSize"], path, raw(case["root"]))
    return is_extended(case["size1"], raw(case["root1"]), case["size2"], raw(case["root2"]), path)


def test_all_196_cases_are_there_and_184_must_be_refused():
    assert len(VECTORS) == 196
    assert sum(case["wantErr"] for case in VECTORS.values()) == 184


@pytest.mark.parametrize("name", VECTORS)
def test_a_case_of_transparency_dev_is_judged_as_it_should_be(name):
    assert judged(name, VECTORS[name]) is not VECTORS[name]["wantErr"]


@pytest.mark.parametrize("size", [*range(1, 34), 100])
def test_every_entry_is_proven_at_its_own_place_and_at_no_other(size):
    leaves = leaves_of(size)
    root = root_of(leaves)
    for index, leaf in enumerate(leaves):
        path = inclusion_path(leaves, index)
        assert len(path) <= (size - 1).bit_length()
        assert [at for at in range(size) if is_included(leaf, at, size, path, root)] == [index]
        assert not is_included(leaf_hash(b"another"), index, size, path, root)


@pytest.mark.parametrize("size", [*range(1, 34), 100])
def test_every_earlier_tree_is_proven_to_lie_in_this_one(size):
    leaves = leaves_of(size)
    roots = [root_of(leaves[:first]) for first in range(size + 1)]
    for first in range(1, size + 1):
        path = consistency_path(leaves, first)
        assert is_extended(first, roots[first], size, roots[size], path)
        assert not is_extended(first, leaf_hash(b"another"), size, roots[size], path)


def test_a_second_tree_over_another_past_is_no_extension():
    leaves, others = leaves_of(20), [*leaves_of(4), leaf_hash(b"rewritten"), *leaves_of(20)[5:]]
    path = consistency_path(others, 7)
    assert is_extended(7, root_of(others[:7]), 20, root_of(others), path)
    assert not is_extended(7, root_of(leaves[:7]), 20, root_of(others), path)


@settings(max_examples=50)
@given(st.integers(0, 300))
def test_the_root_level_by_level_is_that_of_the_frontier(size):
    frontier = Frontier()
    for leaf in leaves_of(size):
        frontier = frontier.append(leaf)
    assert root_of(leaves_of(size)) == frontier.root()


@settings(max_examples=100)
@given(st.data())
def test_a_changed_proof_proves_nothing(data):
    size = data.draw(st.integers(2, 70))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    path, root = inclusion_path(leaves, index), root_of(leaves)
    at = data.draw(st.integers(0, len(path) - 1))
    flipped = bytes([path[at][0] ^ 1]) + path[at][1:]
    for changed in ((*path[:at], flipped, *path[at + 1 :]), path[:-1], (*path, root), path[1:]):
        assert not is_included(leaves[index], index, size, changed, root)


@pytest.mark.parametrize(("make", "at"), [(inclusion_path, 3), (inclusion_path, -1), (consistency_path, 4)])
def test_there_is_no_proof_of_what_is_not_there(make, at):
    with pytest.raises(ValueError, match="no "):
        make(leaves_of(3), at)
    with pytest.raises(ValueError, match="no tree"):
        consistency_path(leaves_of(3), 0)


@pytest.mark.parametrize("node", [b"", bytes(31), bytes(33)])
def test_what_is_no_hash_proves_nothing_even_where_it_would_fit(node):
    leaf = leaf_hash(b"entry")
    assert not is_included(node, 0, 1, (), node)
    assert not is_included(node, 0, 2, (leaf,), node_hash(node, leaf))
    assert not is_included(leaf, 0, 2, (node,), node_hash(leaf, node))
    assert not is_extended(1, node, 2, node_hash(node, leaf), (leaf,))
    assert not is_extended(1, leaf, 2, node_hash(leaf, node), (node,))
    assert not is_extended(1, leaf, 2, node, (leaf,))
