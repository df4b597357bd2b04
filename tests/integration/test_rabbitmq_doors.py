"""The operator's two doors, on a real broker: the management API and ``rabbitmqctl``."""

import pytest

from adapters.rabbitmq.provisioning import ControlCommand, ManagementApi, apply
from adapters.rabbitmq.topology import BrokerUser, definitions
from adapters.rabbitmq.topology_findings import audit
from gateway.domain.errors import OperatorError
from tests.support.broker_handle import ADMIN, BrokerUnavailable
from tests.support.broker_node import node_broker
from tests.support.broker_url import url_broker
from tests.support.loopback import free_port

WANTED = definitions([BrokerUser("arbo-a", "test-arbo-a"), "pool-x"], operators=[ADMIN])


@pytest.fixture(scope="module")
def managed(rabbitmq):
    port = free_port()
    try:
        broker = node_broker(f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {port}\n", "rabbitmq_management")
    except BrokerUnavailable as reason:
        pytest.skip(f"a broker with both doors needs a private node: {reason}")
    broker.management_url = f"http://127.0.0.1:{port}"
    try:
        yield broker
    finally:
        broker.stop()


@pytest.fixture(params=["management", "rabbitmqctl"])
def door(request, managed):
    if request.param == "management":
        return ManagementApi(managed.management_url, ADMIN.name, ADMIN.password or "")
    return ControlCommand(managed.control_command)


def test_applying_through_it_leaves_nothing_to_find(door):
    before = {finding.code for finding in audit(door, definitions(["pool-later"]))}
    assert "broker-topic-permission-missing" in before
    apply(door, WANTED, settle_seconds=0)
    assert audit(door, WANTED) == []


def test_who_logs_in_by_password_still_does_after_the_topology_came_without_it(door, managed):
    apply(door, WANTED, settle_seconds=0)
    assert apply(door, definitions(["arbo-a", "pool-x"]), settle_seconds=0) == ["arbo-a"]
    managed.ctl("authenticate_user", "arbo-a", "test-arbo-a")
    assert apply(door, definitions(["arbo-a"]), settle_seconds=0, certificates_only=True) == []
    with pytest.raises(RuntimeError, match="authenticate_user"):
        managed.ctl("authenticate_user", "arbo-a", "test-arbo-a")


def test_a_wrong_password_is_said(managed):
    with pytest.raises(OperatorError) as caught:
        ManagementApi(managed.management_url, ADMIN.name, "s3cret").export_definitions()
    assert caught.value.code == "broker-management-refused"
    assert "s3cret" not in str(caught.value)


def test_what_the_broker_cannot_read_is_said(door):
    with pytest.raises(OperatorError) as caught:
        door.import_definitions({"queues": [{"name": "in.x", "vhost": "no-such"}]})
    assert caught.value.code in {"broker-management-failed", "broker-control-failed"}


def test_a_command_that_is_not_there_is_said():
    with pytest.raises(OperatorError) as caught:
        ControlCommand(["no-such-command"]).export_definitions()
    assert caught.value.code == "broker-control-missing"


async def test_a_broker_named_in_the_environment_is_provisioned_and_used(managed, monkeypatch):
    monkeypatch.setenv("SOGW_TEST_AMQP_URL", managed.admin_url)
    monkeypatch.setenv("SOGW_TEST_MANAGEMENT_URL", managed.management_url)
    broker = url_broker()
    broker.provision("pool-y")
    await broker.purge("pool-y")
    assert not [f for f in audit(broker.control, WANTED) if "missing" in f.code]
