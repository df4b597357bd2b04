"""Provisioning and audit against a real broker."""

import pytest

from adapters.rabbitmq.provisioning import ManagementApi, apply
from adapters.rabbitmq.topology import definitions
from adapters.rabbitmq.topology_findings import audit
from gateway.domain.errors import OperatorError, TemporaryError
from tests.conftest import PARTIES
from tests.support.broker import TestBroker

OWN_PARTIES = ("arbo-again", "pool-again")
"""On no other test's list."""


def test_what_was_applied_passes_the_audit(rabbitmq: TestBroker):
    found = audit(rabbitmq.control, definitions(PARTIES))
    # The tests' own small inbox is all that differs; bindings of parties that other tests brought are theirs.
    differs = {finding.where.partition(": ")[2] for finding in found if finding.code != "broker-binding-foreign"}
    assert differs <= {"in.pool-full", "no-inbox"}
    assert not [f for f in found if f.code == "broker-binding-foreign" and any(name in f.where for name in PARTIES)]
    assert {finding.code for finding in found} >= {"broker-max-length", "broker-dead-letter-exchange"}


def test_a_party_that_is_not_there_is_found(rabbitmq: TestBroker):
    found = audit(rabbitmq.control, definitions([*PARTIES, "pool-new"]))
    codes = {finding.code for finding in found if "pool-new" in finding.where}
    assert codes == {
        "broker-queue-missing",
        "broker-binding-missing",
        "broker-user-missing",
        "broker-permission-missing",
        "broker-topic-permission-missing",
    }


def test_applying_again_changes_nothing(rabbitmq: TestBroker):
    """The rows of parties that only this test knows, and of what all share: the other rows are other tests' to change."""
    wanted = definitions(OWN_PARTIES)
    apply(rabbitmq.control, wanted, settle_seconds=0)
    before = _rows_of(wanted, rabbitmq.control.export_definitions())
    apply(rabbitmq.control, wanted, settle_seconds=0)
    after = _rows_of(wanted, rabbitmq.control.export_definitions())
    for kind in ("queues", "bindings", "policies"):
        assert len(before[kind]) == len(wanted[kind])
        assert before[kind] == after[kind]


def _rows_of(wanted: dict, exported: dict) -> dict[str, list[str]]:
    """By kind the exported rows of the objects in a topology, and of all bindings to its queues."""
    named = {kind: {(row["vhost"], row["name"]) for row in wanted[kind]} for kind in ("queues", "policies")}
    rows = {kind: [row for row in exported[kind] if (row["vhost"], row["name"]) in named[kind]] for kind in named}
    rows["bindings"] = [row for row in exported["bindings"] if (row["vhost"], row["destination"]) in named["queues"]]
    return {kind: sorted(map(str, found)) for kind, found in rows.items()}


def test_a_management_address_to_another_machine_must_be_https():
    with pytest.raises(OperatorError) as caught:
        ManagementApi("http://broker.example:15672", "ops", "s3cret")
    assert caught.value.code == "broker-management-insecure"


def test_a_management_api_that_does_not_answer_is_temporary():
    with pytest.raises(TemporaryError) as caught:
        ManagementApi("http://127.0.0.1:9", "ops", "s3cret").export_definitions()
    assert "s3cret" not in str(caught.value)
