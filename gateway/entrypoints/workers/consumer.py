"""Taking in what arrives: each delivery once, then the relay is woken for its receipt."""

from collections.abc import Callable

import structlog

from gateway.application.receive_message import receive
from gateway.domain.errors import GatewayError
from gateway.ports.services import Services
from gateway.ports.transport import Delivery, Settlement

_log = structlog.get_logger(__name__)


class ConsumerWorker:
    """Handles deliveries of the transport.

    Args:
        services: One party's.
        wake: Called after each delivery that was stored.
    """

    def __init__(self, services: Services, wake: Callable[[], None]) -> None:
        self._services = services
        self._wake = wake

    async def start(self) -> None:
        """Begin consuming; raises OperatorError or TemporaryError."""
        await self._services.transport.consume(self.handle)

    async def handle(self, delivery: Delivery) -> Settlement:
        """Take one delivery; what cannot be stored now comes again."""
        try:
            settlement = await receive(self._services, delivery)
        except GatewayError as error:
            self._failed(delivery, code=error.code)
            return Settlement.REQUEUE
        except Exception as error:  # noqa: BLE001  (a worker outlives every mistake; the type says where to look)
            self._failed(delivery, error=type(error).__name__)
            return Settlement.REQUEUE
        _log.info("received", party=self._services.party.party_id, lane=delivery.lane.value, outcome=settlement.value)
        self._wake()
        return settlement

    def _failed(self, delivery: Delivery, **why: str) -> None:
        _log.warning("not-stored", party=self._services.party.party_id, lane=delivery.lane.value, **why)
