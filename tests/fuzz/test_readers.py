"""Whatever reads what others wrote: bytes and trees changed at random are read or refused, and nothing else happens."""

import pytest

from tests.fuzz.mutations import changed_bytes, documents, trees
from tests.fuzz.targets import JSON_TARGETS, SEALED, SETTINGS, TARGETS, hold, tree_seeds, write_toml


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_good_input_is_read(target):
    assert {hold(target, seed) for seed in target.seeds()} == {"read"}


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_changed_bytes_are_read_or_refused(target, search):
    def check(data):
        outcome = hold(target, data)
        assert outcome != "read" or target not in SEALED or data in target.seeds(), "changed, and yet read"
        return outcome

    search(changed_bytes(target.seeds()), check)


@pytest.mark.parametrize("target", JSON_TARGETS, ids=str)
def test_changed_trees_are_read_or_refused(target, search):
    found = search(documents(tree_seeds(target)), lambda data: hold(target, data))
    assert len(found) > 1, "nothing but one outcome: the mutations miss what matters"


def test_changed_settings_are_read_or_refused(search):
    search(trees(tree_seeds(SETTINGS)), lambda tree: hold(SETTINGS, write_toml(tree)))
