"""The broker and the databases a run uses: found as the tests find theirs, or named by address.

``SOGW_TEST_AMQP_URL`` and ``SOGW_TEST_POSTGRES_URL`` name running servers; otherwise a container, a private node or
cluster, or a package is used. Everything is started once per run.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.rabbitmq.topology import VHOSTS
from benchmarks.plan import RECEIVER, SENDER, Plan
from tests.support.broker import TestBroker, find_broker
from tests.support.postgres import TestPostgres, find_postgres

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(slots=True)
class Servers:
    """What was found.

    Attributes:
        broker: With the topology of the two parties.
        exits: What to stop at the end.
    """

    broker: TestBroker
    exits: ExitStack
    _postgres: TestPostgres | None = field(default=None)

    @property
    def postgres(self) -> TestPostgres:
        """Started at its first use."""
        if self._postgres is None:
            self._postgres = find_postgres()
            self.exits.callback(self._postgres.stop)
        return self._postgres

    @contextmanager
    def plan(self, version: str, store: str, count: int, **more: object) -> Iterator[Plan]:
        """A plan with fresh stores and empty queues; everything of it is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="sogw-bench-") as folder, ExitStack() as exits:
            stores = {}
            for party in (SENDER, RECEIVER):
                (Path(folder) / party).mkdir()
                stores[party] = self._store(store, Path(folder) / party, exits)
            asyncio.run(self.broker.purge(SENDER, RECEIVER))
            brokers = {party: self.broker.amqp_url_for(party) for party in (SENDER, RECEIVER)}
            brokers["admin"] = f"{self.broker.admin_url}/{VHOSTS[0]}"
            yield Plan(version, folder, stores, brokers, count, **more)  # type: ignore[arg-type]

    def _store(self, store: str, folder: Path, exits: ExitStack) -> str:
        if store == SQLITE:
            return f"sqlite:///{folder / 'store.db'}"
        url = self.postgres.database()
        exits.callback(self.postgres.drop, url)
        return url


@contextmanager
def servers() -> Iterator[Servers]:
    """Find the broker and give it the topology."""
    with ExitStack() as exits:
        broker = find_broker()
        exits.callback(broker.stop)
        broker.provision(SENDER, RECEIVER)
        yield Servers(broker, exits)
