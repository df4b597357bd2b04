"""All workers of one party, from the first connection to the last receipt."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

from gateway.bootstrap import Gateway
from gateway.domain.errors import OperatorError, TemporaryError
from gateway.entrypoints.workers.consumer import ConsumerWorker
from gateway.entrypoints.workers.held import HeldWorker
from gateway.entrypoints.workers.housekeeping import HousekeepingWorker
from gateway.entrypoints.workers.journal import JournalWorker
from gateway.entrypoints.workers.pause import pause
from gateway.entrypoints.workers.refresh import RefreshWorker
from gateway.entrypoints.workers.relay import RelayWorker
from gateway.entrypoints.workers.watch import AlertWorker, AuditWorker

_log = structlog.get_logger(__name__)

CONNECT_SECONDS = 2.0
LAST_ROUNDS = 20
"""How many rounds of the relay the receipts of the last deliveries get before the end."""


class PartyWorkers:
    """Runs a gateway until it is asked to stop.

    Args:
        gateway: Wired, with its store open.
        on_ready: Called once deliveries come in.
    """

    def __init__(self, gateway: Gateway, on_ready: Callable[[], None]) -> None:
        self._gateway = gateway
        self._on_ready = on_ready
        self._stopping = asyncio.Event()
        self._relay = RelayWorker(gateway.services, gateway.settings.delivery.poll_seconds)
        self._consumer = ConsumerWorker(
            gateway.services,
            self._relay.wake,
            self._stopping,
            gateway.settings.broker.prefetch,
            gateway.directory.knows,
        )
        self._held = HeldWorker(gateway.services, self._relay.wake)
        self._refresh = RefreshWorker(gateway)
        self._refusal: OperatorError | None = None
        self._audit = AuditWorker(gateway, self._refuse)
        self._journal = JournalWorker(gateway.services, gateway.settings.journal.verify_every_seconds)
        self._housekeeping = HousekeepingWorker(gateway.services)
        self._alerts = AlertWorker(gateway, self._audit, self._journal, self._housekeeping)

    def wake(self) -> None:
        """Something was put in the outbox by this process; otherwise it is found at the next look."""
        self._relay.wake()

    def stop(self) -> None:
        """Ask for a graceful end; may be called from a signal handler of the event loop."""
        self._stopping.set()

    def _refuse(self, error: OperatorError) -> None:
        """Stop gracefully, and end with this error."""
        self._refusal = error
        self._stopping.set()

    async def run(self) -> None:
        """Connect, work, and stop gracefully.

        Raises:
            OperatorError: The broker does not let us in, or is not as it must be; waiting would not help.
        """
        transport = self._gateway.services.transport
        await self._until_it_works(transport.open)
        try:
            await self._until_it_works(self._audit.look)
        except OperatorError:
            await self._alerts.look()
            raise
        await self._until_it_works(self._consumer.start)
        if not self._stopping.is_set():
            self._on_ready()
            await self._work()
        await transport.close()
        if self._refusal is not None:
            await self._alerts.look()
            raise self._refusal

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._relay.run())
            tasks.create_task(self._held.run(self._stopping))
            tasks.create_task(self._refresh.run(self._stopping))
            tasks.create_task(self._housekeeping.run(self._stopping))
            tasks.create_task(self._audit.run(self._stopping))
            tasks.create_task(self._journal.run(self._stopping))
            tasks.create_task(self._alerts.run(self._stopping))
            await self._stopping.wait()
            _log.info("stopping", party=self._gateway.services.party.party_id)
            await self._gateway.services.transport.drain()
            self._relay.stop()
        await self._send_the_last()

    async def _send_the_last(self) -> None:
        """The deliveries that were just stored have receipts in the outbox; the other side waits for them."""
        for _ in range(LAST_ROUNDS):
            moved = await self._relay.round()
            await self._relay.finish()
            if not moved:
                return

    async def _until_it_works(self, step: Callable[[], Awaitable[None]]) -> None:
        """A broker that is down will come back; one that refuses us will not change its mind."""
        attempt = 0
        while not self._stopping.is_set():
            attempt += 1
            try:
                await step()
            except TemporaryError as error:
                party = self._gateway.services.party.party_id
                _log.warning("broker-not-reached", party=party, code=error.code, attempt=attempt)
                await pause(self._stopping, CONNECT_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311  (not a secret)
            else:
                return
