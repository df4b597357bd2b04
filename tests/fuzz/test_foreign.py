"""FHIR that nobody here wrote, by every door: refused with a code and a place, kept, or carried as it is.

``SOGW_UPDATE_GOLDEN=1`` writes the table of outcomes anew.
"""

import os
from collections import Counter

import pytest

from tests.fuzz.foreign import FOLDER, outcome, read_table, write_table
from tests.fuzz.stage import Stage
from tests.fuzz.targets import DEFINITIONS, TARGETS, hold

BESIDE = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="NOT CHECKED: the collection of foreign FHIR is not beside this repository"
)


@BESIDE
def test_foreign_fhir_comes_to_what_the_table_says():
    stage = Stage()
    try:
        outcomes = [outcome(stage, file) for file in sorted(FOLDER.rglob("*.json"))]
    finally:
        stage.close()
    if os.environ.get("SOGW_UPDATE_GOLDEN"):
        write_table(outcomes)
    assert outcomes == read_table()


def test_the_table_takes_nothing_foreign_for_ours():
    """Also where the collection is not: as a message it is held for a reason, as a document it is left alone."""
    table = read_table()
    assert len(table) > 50
    assert all(row.code.startswith("bundle-") and row.where for row in table)
    assert all(row.inside.startswith("bundle-") and row.message == row.code for row in table)
    assert Counter(row.document for row in table) == {"unchanged": len(table)}
    assert all(row.case.startswith("$.schema ") and "read" not in row.case for row in table)


@BESIDE
@pytest.mark.parametrize("target", [target for target in TARGETS if target is not DEFINITIONS], ids=str)
def test_foreign_fhir_is_refused_by_every_reader(target):
    for file in sorted(FOLDER.rglob("*.json")):
        assert hold(target, file.read_bytes()) != "read", file.name


@BESIDE
def test_a_broker_that_answers_with_fhir_has_nothing_of_what_it_must_have():
    for file in sorted(FOLDER.rglob("*.json")):
        found = {finding.code for finding in DEFINITIONS.read(file.read_bytes())}
        assert {"broker-vhost-missing", "broker-user-missing", "broker-topic-permission-missing"} <= found
