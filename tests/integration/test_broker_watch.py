"""``sogw serve`` on a broker that is not as it must be (failure catalogue 20): it does not start, or it stops."""

import time
from collections.abc import Iterator

import pytest

from adapters.rabbitmq.endpoint import Endpoint
from adapters.rabbitmq.provisioning import ManagementApi
from adapters.rabbitmq.topology import BrokerUser, definitions
from adapters.rabbitmq.topology_audit import TopologyAudit
from gateway.bootstrap import build
from gateway.domain.errors import OperatorError
from gateway.entrypoints.workers.watch import AuditWorker
from gateway.settings import load_settings
from tests.support.broker_handle import BrokerUnavailable, TestBroker
from tests.support.broker_node import node_broker
from tests.support.cli import House, eventually, sogw
from tests.support.loopback import free_port
from tests.support.secrets import write_secret

PARTY = "pool-x"
WATCHER = "watcher"


@pytest.fixture(scope="module")
def watched(rabbitmq) -> Iterator[TestBroker]:
    """A broker with a monitoring user, which has no other right."""
    port = free_port()
    try:
        broker = node_broker(f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {port}\n", "rabbitmq_management")
    except BrokerUnavailable as reason:
        pytest.skip(f"a broker with a monitoring user needs a private node: {reason}")
    broker.management_url = f"http://127.0.0.1:{port}"
    try:
        broker.provision(PARTY, "arbo-a")
        broker.ctl("add_user", WATCHER, "watch")
        broker.ctl("set_user_tags", WATCHER, "monitoring")
        for vhost in ("so", "so-billing"):
            broker.ctl("set_permissions", "-p", vhost, WATCHER, "^$", "^$", "^$")
        yield broker
    finally:
        broker.stop()


@pytest.fixture
def whole(watched: TestBroker) -> Iterator[TestBroker]:
    """The broker as it must be, and again afterwards."""
    yield watched
    if "loose" in {policy["name"] for policy in watched.control.export_definitions()["policies"]}:
        watched.ctl("clear_policy", "-p", "so", "loose")
    parties = [BrokerUser(name, f"test-{name}") for name in (PARTY, "arbo-a")]
    watched.import_definitions(definitions(parties))


def topology_audit(broker: TestBroker) -> TopologyAudit:
    management = ManagementApi(broker.management_url, WATCHER, "watch")
    return TopologyAudit(management, Endpoint.parse(PARTY, broker.amqp_url_for(PARTY)))


LOOSE = ("set_policy", "-p", "so", "loose", r"^in\.pool-x$", "--apply-to", "queues", "--priority", "50")
FAULTS = {
    "broker-dead-letter-exchange": ("clear_policy", "-p", "so", "inbox"),
    "broker-delivery-limit": (*LOOSE, '{"dead-letter-exchange":"dlx","max-length":100000}'),
    "broker-topic-permission-missing": ("clear_topic_permissions", "-p", "so", PARTY),
    "broker-queue-missing": ("delete_queue", "-p", "so", f"in.{PARTY}"),
    "broker-user-limit": ("clear_user_limits", PARTY, "max-connections"),
}
"""What an operator might do, by the finding it must give."""


async def test_a_monitoring_user_finds_nothing_on_a_broker_that_is_as_it_must_be(whole: TestBroker):
    assert await topology_audit(whole).look() == []


@pytest.mark.parametrize("code", FAULTS)
async def test_what_went_wrong_is_found_without_any_right_on_the_broker(whole: TestBroker, code):
    whole.ctl(*FAULTS[code])
    deadline = time.monotonic() + 20
    while code not in (found := {finding.code for finding in await topology_audit(whole).look()}):
        assert time.monotonic() < deadline, found


async def test_a_foreign_queue_that_gets_copies_is_found(whole: TestBroker):
    whole.import_definitions(
        {
            "queues": [{**definitions(["spy"])["queues"][0], "name": "spy"}],
            "bindings": [
                {
                    "vhost": "so",
                    "source": "msg",
                    "destination": "spy",
                    "destination_type": "queue",
                    "routing_key": "#",
                    "arguments": {},
                }
            ],
        }
    )
    try:
        assert {finding.code for finding in await topology_audit(whole).look()} == {"broker-binding-foreign"}
    finally:
        whole.ctl("delete_queue", "-p", "so", "spy")


async def test_a_wrong_password_of_the_monitoring_user_is_said(watched: TestBroker):
    with pytest.raises(OperatorError) as caught:
        await TopologyAudit(
            ManagementApi(watched.management_url, WATCHER, "s3cret"),
            Endpoint.parse(PARTY, watched.amqp_url_for(PARTY)),
        ).look()
    assert caught.value.code == "broker-management-refused"


@pytest.fixture
def house(whole: TestBroker, tmp_path) -> Iterator[House]:
    """A gateway whose settings name the monitoring user."""
    house = House(PARTY, tmp_path / PARTY)
    party = ("--home", str(house.home), "--party", PARTY, "--role", "pool", "--name", "Pool X")
    password = tmp_path / "broker-password"
    write_secret(password, f"test-{PARTY}")
    reach = ("--broker-url", f"amqp://{whole.host}:{whole.port}", "--broker-password-file", str(password))
    made = sogw("init", *party, *reach)
    assert made.status == 0, made.err
    write_secret(house.home / "audit-password", "watch")
    settings = house.home / "sogw.toml"
    audit = f'\n[audit]\nmanagement_url = "{whole.management_url}"\nuser = "{WATCHER}"\nevery_seconds = 0.5\n'
    settings.write_text(settings.read_text().replace("\n[audit]\n", audit))
    yield house
    house.stop()


async def test_what_the_audit_finds_is_told_with_where_it_is_and_who_mends_it(whole: TestBroker, house: House):
    code = "broker-topic-permission-missing"
    whole.ctl(*FAULTS[code])
    async with build(load_settings(house.home)) as gateway:
        worker = AuditWorker(gateway, pytest.fail)
        with pytest.raises(OperatorError) as caught:
            await worker.look()
    assert caught.value.code == "broker-topology"
    assert PARTY in caught.value.where
    assert "sogw broker apply" in caught.value.remedy
    assert [name for name, _ in worker.facts] == ["broker-topology"] * len(worker.facts)
    assert any(about.startswith(code) for _, about in worker.facts)


def test_serve_does_not_start_without_a_dead_letter_exchange_and_says_so(whole: TestBroker, house: House):
    whole.ctl("clear_policy", "-p", "so", "inbox")
    ran = house.run("serve", status=78)
    assert "error[broker-topology]" in ran.err
    assert "dead-letter-exchange" in ran.err
    assert "alert-raised" in ran.err
    assert "broker-topology" in {alert["alert"] for alert in house.json("alert", "list")}


def test_serve_stops_when_it_happens_while_it_runs(whole: TestBroker, house: House):
    code = "broker-topic-permission-missing"
    serving = house.serve()
    whole.ctl(*FAULTS[code])
    assert serving.process.wait(timeout=30) == 78
    assert code in serving.said()
    assert "error[broker-topology]" in serving.said()
    raised = serving.said().count("alert-raised")
    assert raised == len(house.json("alert", "list"))


def test_serve_without_anybody_who_looks_says_so_once(whole: TestBroker, house: House):
    settings = house.home / "sogw.toml"
    settings.write_text(settings.read_text().replace("\nmanagement_url = ", "\n# management_url = "))
    for _ in range(2):
        serving = house.serve()
        eventually(lambda: house.json("alert", "list"), "the alert")
        assert serving.stop() == 0
    logs = b"".join(file.read_bytes() for file in house.home.glob("serve*.log"))
    assert logs.count(b"alert-raised") == 1
    assert [alert["alert"] for alert in house.json("alert", "list")] == ["broker-not-audited"]
