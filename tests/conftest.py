"""Fixtures for every test: real servers, each found once per run and only when a test asks for it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import structlog
from hypothesis import settings

from adapters.keyrings.pkcs11 import TokenAddress
from adapters.rabbitmq.topology import VHOSTS
from gateway.entrypoints.loop import loop_factory
from tests.support.broker import BrokerUnavailable, TestBroker, find_broker
from tests.support.postgres import PostgresUnavailable, TestPostgres, find_postgres
from tests.support.token import TokenUnavailableError, soft_token
from tests.support.world import World

pytest_plugins = ("tests.support.every_code",)

PARTIES = ("arbo-a", "arbo-b", "pool-x", "pool-y", "pool-full")
"""``pool-full`` has an inbox that holds three messages."""

GIVEN_SERVERS = ("SOGW_TEST_AMQP_URL", "SOGW_TEST_POSTGRES_URL")

# How long an example takes says something about the machine and nothing about the promise.
settings.register_profile("untimed", deadline=None)
settings.register_profile("mutation", deadline=None, derandomize=True, max_examples=15, database=None)
settings.load_profile("untimed")

_found = pytest.StashKey[dict[str, list[str]]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_found] = {}


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A command in this process sets logging up for it; the next test must not find that."""
    yield
    structlog.reset_defaults()


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Every test runs on the loop of ``sogw serve``; ``SOGW_TEST_LOOP=asyncio`` tries the one it falls back to."""
    wants_fallback = os.environ.get("SOGW_TEST_LOOP") == "asyncio"
    return {"serve": (not wants_fallback and loop_factory()) or asyncio.new_event_loop}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two processes, each with servers of its own; one where a server was given, which they would have to share."""
    return 0 if any(name in os.environ for name in GIVEN_SERVERS) else 2


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """An arbodienst and two pools in memory, with real keys, envelopes and rules, and a clock that is set by hand."""
    made = await World().open()
    yield made
    await made.close()


@pytest.fixture(scope="session")
def rabbitmq(request: pytest.FixtureRequest) -> Iterator[TestBroker]:
    """A running RabbitMQ with the topology for PARTIES; an error, never a skip, when there is none."""
    try:
        broker = find_broker()
    except BrokerUnavailable as reason:
        pytest.fail(str(reason), pytrace=False)
    _note(request.config, "RabbitMQ", broker)
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


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[TestPostgres]:
    """A running PostgreSQL; an error, never a skip, when there is none. A test that kills it starts it again."""
    try:
        server = find_postgres()
    except PostgresUnavailable as reason:
        pytest.fail(str(reason), pytrace=False)
    _note(request.config, "PostgreSQL", server)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def killable_postgres(postgres: TestPostgres) -> TestPostgres:
    """The same server, for who kills, restarts, freezes or fills it; skipped where it is not ours."""
    if postgres.machine is None:
        pytest.skip(f"nobody but its owner can kill, freeze or fill {postgres.how}")
    return postgres


@pytest.fixture
def on_small_disk(killable_postgres: TestPostgres) -> Iterator[Callable[[], str]]:
    """Makes databases of this test only where 48 MB is all they have together; skipped for who may not mount it."""
    made: list[str] = []

    def make() -> str:
        try:
            made.append(killable_postgres.database(on_small_disk=True))
        except PostgresUnavailable as reason:
            pytest.skip(f"a disk that can be filled takes root: {reason}")
        return made[-1]

    yield make
    for url in made:
        killable_postgres.drop(url)


@pytest.fixture
def postgres_url(postgres: TestPostgres) -> Iterator[str]:
    """The URL of an empty database of this test only."""
    url = postgres.database()
    yield url
    postgres.drop(url)


def _note(config: pytest.Config, name: str, server: TestBroker | TestPostgres) -> None:
    config.stash[_found][name] = [f"{name}: {server.how}", *(f"  not used: {note}" for note in server.notes)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that prints the summary what was used here."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["servers"] = session.config.stash[_found]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    node.config.stash[_found].update(getattr(node, "workeroutput", {}).get("servers", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for lines in config.stash[_found].values():
        for line in lines:
            terminalreporter.write_line(line)
