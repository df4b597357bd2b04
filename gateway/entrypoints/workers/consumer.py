"""Taking in what arrives: each delivery once, many in one transaction, then the relay is woken for their receipts.

While the store cannot be written, deliveries stay in hand, unacknowledged, and are tried again ever less often: the
broker sends no more than it may have under way to us, and counts no attempt towards the limit at which it gives up.
"""

import asyncio
import random
from collections.abc import Callable, Sequence

import structlog

from gateway.application.receive_message import Outcome, Unreadable, read_delivery, receive_all, with_enclosures
from gateway.application.take_in_message import Arrival
from gateway.domain.errors import GatewayError
from gateway.entrypoints.workers.pause import pause
from gateway.ports.services import Services
from gateway.ports.transport import Delivery, Settlement
from gateway.ports.turn import SharedTurn

_log = structlog.get_logger(__name__)

RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 10.0

_STORE_IS_OUT = frozenset(
    {
        "store-busy",
        "store-contested",
        "store-disk-failed",
        "store-disk-full",
        "store-unreachable",
        "store-unwritable",
    }
)
"""Nothing can be stored now, whatever it is; any other error may concern one delivery alone."""


class ConsumerWorker:
    """Handles deliveries of the transport.

    The transport hands over several at a time; those that wait to be stored share a transaction.

    Args:
        services: One party's.
        wake: Called after deliveries were stored.
        stopping: Set when what cannot be stored goes back to the broker instead of being tried again.
    """

    def __init__(self, services: Services, wake: Callable[[], None], stopping: asyncio.Event) -> None:
        self._services = services
        self._wake = wake
        self._stopping = stopping
        self._turn = SharedTurn[Arrival | Unreadable, Outcome]()

    async def start(self) -> None:
        """Begin consuming; raises OperatorError or TemporaryError."""
        await self._services.transport.consume(self.handle)

    async def handle(self, delivery: Delivery) -> Settlement:
        """Take one delivery; what only this one cannot do goes back, and the broker counts how often."""
        wait = RETRY_SECONDS
        while isinstance(outcome := await self._attempt(delivery), Exception):
            self._failed(delivery, outcome)
            is_store_out = isinstance(outcome, GatewayError) and outcome.code in _STORE_IS_OUT
            if self._stopping.is_set() or not is_store_out:
                return Settlement.REQUEUE
            await pause(self._stopping, wait * random.uniform(0.5, 1.0))  # noqa: S311  (not a secret)
            wait = min(2 * wait, LONGEST_RETRY_SECONDS)
        return outcome

    async def _attempt(self, delivery: Delivery) -> Outcome:
        try:
            read = await with_enclosures(self._services, read_delivery(self._services, delivery))
            return await self._turn.take(read, self._store)
        except Exception as error:  # noqa: BLE001  (a worker outlives every mistake; the type says where to look)
            return error

    async def _store(self, together: Sequence[Arrival | Unreadable]) -> list[Outcome]:
        outcomes: list[Outcome]
        try:
            outcomes = await receive_all(self._services, together)
        except Exception as error:  # noqa: BLE001  (the same)
            outcomes = [error] * len(together)
        _log.info("received", party=self._services.party.party_id, count=len(together))
        self._wake()
        return outcomes

    def _failed(self, delivery: Delivery, error: Exception) -> None:
        why = {"code": error.code} if isinstance(error, GatewayError) else {"error": type(error).__name__}
        _log.warning("not-stored", party=self._services.party.party_id, lane=delivery.lane.value, **why)
