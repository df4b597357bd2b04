"""Fixtures for every test: a real broker, found once per run and only when a test asks for it."""

from collections.abc import Iterator

import pytest

from adapters.keyrings.pkcs11 import TokenAddress
from adapters.rabbitmq.topology import VHOSTS
from tests.support.broker import BrokerUnavailable, TestBroker, find_broker
from tests.support.token import TokenUnavailableError, soft_token

PARTIES = ("arbo-a", "arbo-b", "pool-x", "pool-y", "pool-full")
"""``pool-full`` has an inbox that holds three messages."""

_found = pytest.StashKey[TestBroker]()


@pytest.fixture(scope="session")
def rabbitmq(request: pytest.FixtureRequest) -> Iterator[TestBroker]:
    """A running RabbitMQ with the topology for PARTIES; an error, never a skip, when there is none."""
    try:
        broker = find_broker()
    except BrokerUnavailable as reason:
        pytest.fail(str(reason), pytrace=False)
    request.config.stash[_found] = broker
    try:
        broker.provision(*PARTIES)
        broker.import_definitions({"policies": [_small_inbox(vhost) for vhost in VHOSTS]})
        yield broker
    finally:
        broker.stop()


@pytest.fixture
async def clean_rabbitmq(rabbitmq: TestBroker) -> TestBroker:
    """The same broker with empty queues."""
    await rabbitmq.purge(*PARTIES)
    return rabbitmq


@pytest.fixture(scope="session")
def token() -> Iterator[TokenAddress]:
    """A PKCS#11 token; skipped with the reason when SoftHSM cannot be had."""
    try:
        with soft_token() as address:
            yield address
    except TokenUnavailableError as reason:
        pytest.skip(str(reason))


def _small_inbox(vhost: str) -> dict:
    definition = {"overflow": "reject-publish", "max-length": 3, "delivery-limit": 20}
    return {
        "vhost": vhost,
        "name": "test-full",
        "pattern": r"^in\.pool-full$",
        "apply-to": "queues",
        "priority": 20,
        "definition": definition,
    }


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    broker = config.stash.get(_found, None)
    if broker is not None:
        terminalreporter.write_line(f"RabbitMQ: {broker.how}")
        for note in broker.notes:
            terminalreporter.write_line(f"  not used: {note}")
