"""Taking in what arrives: each delivery once, many in one transaction, then the relay is woken for their receipts."""

from collections.abc import Callable, Sequence

import structlog

from gateway.application.receive_message import Outcome, Unreadable, read_delivery, receive_all, with_enclosures
from gateway.application.take_in_message import Arrival
from gateway.domain.errors import GatewayError
from gateway.ports.services import Services
from gateway.ports.transport import Delivery, Settlement
from gateway.ports.turn import SharedTurn

_log = structlog.get_logger(__name__)


class ConsumerWorker:
    """Handles deliveries of the transport.

    The transport hands over several at a time; those that wait to be stored share a transaction.

    Args:
        services: One party's.
        wake: Called after deliveries were stored.
    """

    def __init__(self, services: Services, wake: Callable[[], None]) -> None:
        self._services = services
        self._wake = wake
        self._turn = SharedTurn[Arrival | Unreadable, Outcome]()

    async def start(self) -> None:
        """Begin consuming; raises OperatorError or TemporaryError."""
        await self._services.transport.consume(self.handle)

    async def handle(self, delivery: Delivery) -> Settlement:
        """Take one delivery; what cannot be stored now comes again."""
        try:
            read = await with_enclosures(self._services, read_delivery(self._services, delivery))
            outcome = await self._turn.take(read, self._store)
        except Exception as error:  # noqa: BLE001  (a worker outlives every mistake; the type says where to look)
            outcome = error
        if isinstance(outcome, Exception):
            self._failed(delivery, outcome)
            return Settlement.REQUEUE
        return outcome

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
