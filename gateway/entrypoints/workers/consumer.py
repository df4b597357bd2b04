"""Taking in what arrives: each delivery once, many in one transaction, then the relay is woken for their receipts."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from gateway.application.receive_message import Outcome, Unreadable, read_delivery, receive_all
from gateway.application.take_in_message import Arrival
from gateway.domain.errors import GatewayError
from gateway.ports.services import Services
from gateway.ports.transport import Delivery, Settlement

_log = structlog.get_logger(__name__)

TOGETHER = 100
"""How many deliveries share a transaction at most."""


@dataclass(slots=True)
class _Waiting:
    """A delivery that was read and waits to be stored."""

    read: Arrival | Unreadable
    outcome: Outcome | None = None


class ConsumerWorker:
    """Handles deliveries of the transport.

    The transport hands over several at a time. Whoever comes first while nobody stores takes along all who wait
    (group commit): nobody waits for company, and company grows by itself while a commit waits for the disk.

    Args:
        services: One party's.
        wake: Called after deliveries were stored.
    """

    def __init__(self, services: Services, wake: Callable[[], None]) -> None:
        self._services = services
        self._wake = wake
        self._waiting: list[_Waiting] = []
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Begin consuming; raises OperatorError or TemporaryError."""
        await self._services.transport.consume(self.handle)

    async def handle(self, delivery: Delivery) -> Settlement:
        """Take one delivery; what cannot be stored now comes again."""
        try:
            outcome = await self._stored(read_delivery(self._services, delivery))
        except Exception as error:  # noqa: BLE001  (a worker outlives every mistake; the type says where to look)
            outcome = error
        if isinstance(outcome, Exception):
            self._failed(delivery, outcome)
            return Settlement.REQUEUE
        return outcome

    async def _stored(self, read: Arrival | Unreadable) -> Outcome:
        own = _Waiting(read)
        self._waiting.append(own)
        async with self._turn:
            while own.outcome is None:
                await self._store_together()
        return own.outcome

    async def _store_together(self) -> None:
        together = self._waiting[:TOGETHER]
        outcomes: list[Outcome]
        try:
            outcomes = await receive_all(self._services, [one.read for one in together])
        except Exception as error:  # noqa: BLE001  (the same)
            outcomes = [error] * len(together)
        del self._waiting[: len(together)]
        for one, outcome in zip(together, outcomes, strict=True):
            one.outcome = outcome
        _log.info("received", party=self._services.party.party_id, count=len(together))
        self._wake()

    def _failed(self, delivery: Delivery, error: Exception) -> None:
        why = {"code": error.code} if isinstance(error, GatewayError) else {"error": type(error).__name__}
        _log.warning("not-stored", party=self._services.party.party_id, lane=delivery.lane.value, **why)
