"""Taking in what arrives: each delivery once, many in one transaction, then the relay is woken for their receipts.

While the store cannot be written, deliveries stay in hand, unacknowledged, and are tried again ever less often: the
broker sends no more than it may have under way to us, and counts no attempt towards the limit at which it gives up.

All partners share one inbox, so one that sends more than its share would keep the others waiting. What is above its
share is acknowledged and not stored: its sender has no receipt, and sends the same bytes again.
"""

import asyncio
import random
from collections.abc import Callable, Sequence

import structlog

from gateway.application.receive_message import Outcome, Unreadable, read_delivery, receive_all, with_enclosures
from gateway.application.take_in_message import Arrival
from gateway.domain.ceilings import STRANGERS, Ceiling
from gateway.domain.errors import GatewayError
from gateway.entrypoints.workers.pause import pause
from gateway.entrypoints.workers.shares import Shares
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
        prefetch: How many deliveries the transport hands over at most before the first is settled.
        is_partner: Whether a user of the broker is a partner; all others are one.
    """

    def __init__(
        self,
        services: Services,
        wake: Callable[[], None],
        stopping: asyncio.Event,
        prefetch: int = 50,
        is_partner: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._services = services
        self._wake = wake
        self._stopping = stopping
        self._is_partner = is_partner
        self._is_store_out = False
        self._shares = Shares(services.ceilings, prefetch)
        self._turn = SharedTurn[Arrival | Unreadable, Outcome]()

    async def start(self) -> None:
        """Begin consuming; raises OperatorError or TemporaryError."""
        await self._services.transport.consume(self.handle)

    async def handle(self, delivery: Delivery) -> Settlement:
        """Take one delivery, or turn it away when its partner has its share in hand already."""
        share = delivery.user_id if self._is_partner(delivery.user_id) else STRANGERS
        # While nothing can be stored the broker keeps what it has: it brings no more than it may.
        if not self._shares.enter(share, len(delivery.body), is_bounded=not self._is_store_out):
            return self._turned_away(share)
        try:
            return await self._taken(delivery, share)
        finally:
            self._shares.leave(share, len(delivery.body))

    def _turned_away(self, share: str) -> Settlement:
        if self._services.reached.note(share, Ceiling.DELIVERIES, self._services.clock.now()):
            _log.warning("turned-away", party=self._services.party.party_id, partner=share)
        return Settlement.ACK

    async def _taken(self, delivery: Delivery, share: str) -> Settlement:
        """What only this one cannot do goes back after a pause, and the broker counts how often."""
        wait = RETRY_SECONDS
        while isinstance(outcome := await self._attempt(delivery, share), Exception):
            self._failed(delivery, outcome)
            is_store_out = self._is_store_out = isinstance(outcome, GatewayError) and outcome.code in _STORE_IS_OUT
            await pause(self._stopping, wait * random.uniform(0.5, 1.0))  # noqa: S311  (not a secret)
            if self._stopping.is_set() or not is_store_out:
                return Settlement.REQUEUE
            wait = min(2 * wait, LONGEST_RETRY_SECONDS)
        self._is_store_out = False
        return outcome

    async def _attempt(self, delivery: Delivery, share: str) -> Outcome:
        """Open and store it in a place of its partner; a file beside it is waited for without one."""
        try:
            async with self._shares.place(share):
                read = read_delivery(self._services, delivery)
            read = await with_enclosures(self._services, read)
            async with self._shares.place(share):
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
