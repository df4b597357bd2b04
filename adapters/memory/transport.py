"""The in-memory twin of the broker: the same port, outcomes and settlement rules, without a network.

``MemoryBroker`` is the hub and outlives the transports: what was not acknowledged before a transport closed
comes again to the next one, so a test or a demo can stop and start a gateway. What a broker operator could
see of the traffic is kept in ``observations()`` (metadata) and ``bodies`` (the sealed bytes).
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog
from typing_extensions import override

from gateway.domain.errors import OperatorError, TemporaryError
from gateway.ports.transport import (
    Delivery,
    DeliveryHandler,
    Lane,
    Parcel,
    PublishOutcome,
    Settlement,
    Transport,
)

_log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 8 * 1024 * 1024 + 64 * 1024
"""The same ceiling as on a real broker: 8 MiB of envelope plus a margin, in bytes."""

DELIVERY_LIMIT = 20
"""How often one message may come back before it goes to the dead letters, as the inbox policy has it."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What the operator of a broker can see of one parcel.

    Attributes:
        lane: The lane (virtual host) it went by.
        sender: First word of the routing key.
        recipient: Second word of the routing key.
        message_id: The message id property.
        size: Length of the body in bytes.
    """

    lane: Lane
    sender: str
    recipient: str
    message_id: str
    size: int


@dataclass(slots=True, order=True)
class _Stored:
    position: int
    delivery: Delivery = field(compare=False)
    returns: int = field(default=0, compare=False)


@dataclass(slots=True)
class _Inbox:
    ready: list[_Stored] = field(default_factory=list)
    """A heap: what comes back takes its old place, as on the broker."""
    dead: list[Delivery] = field(default_factory=list)
    arrived: int = 0
    unacked: int = 0
    consumers: list["_Consumer"] = field(default_factory=list)

    def put(self, delivery: Delivery) -> None:
        """Take a new message in at the back."""
        self.arrived += 1
        heapq.heappush(self.ready, _Stored(self.arrived, delivery))
        self.dispatch()

    def dispatch(self) -> None:
        """Hand ready messages to consumers that have room, in order."""
        for consumer in self.consumers:
            while self.ready and consumer.has_room():
                consumer.start(heapq.heappop(self.ready))

    def give_back(self, stored: _Stored) -> None:
        """Put a message back in its place; after too many returns it becomes a dead letter."""
        stored.returns += 1
        if stored.returns > DELIVERY_LIMIT:
            self.dead.append(stored.delivery)
            return
        stored.delivery = replace(stored.delivery, is_redelivered=True)
        heapq.heappush(self.ready, stored)


class MemoryBroker:
    """A hub with one inbox per party per lane.

    Args:
        parties: Parties whose inboxes exist from the start; a ``MemoryTransport`` adds its own.
        max_length: Messages (ready and unsettled) an inbox holds before it refuses more.

    Attributes:
        bodies: Every accepted body, in order of acceptance, at the same index as in ``observations()``.
    """

    def __init__(self, parties: Iterable[str] = (), *, max_length: int | None = None) -> None:
        self.max_length = max_length
        self.bodies: list[bytes] = []
        self._observations: list[Observation] = []
        self._inboxes: dict[tuple[Lane, str], _Inbox] = {}
        self._faults: deque[tuple[PublishOutcome, bool]] = deque()
        self._is_reachable = True
        for party_id in parties:
            self.add_party(party_id)

    def add_party(self, party_id: str) -> None:
        """Create the inboxes of a party on every lane; what they hold already stays."""
        for lane in Lane:
            self._inboxes.setdefault((lane, party_id), _Inbox())

    def observations(self) -> list[Observation]:
        """Return everything an operator of this broker could have seen, in order of acceptance."""
        return list(self._observations)

    def depth(self, party_id: str, lane: Lane = Lane.CASES) -> int:
        """Return how many messages wait in an inbox or are not yet settled."""
        inbox = self.inbox(lane, party_id)
        return len(inbox.ready) + inbox.unacked

    def dead_letters(self, party_id: str, lane: Lane = Lane.CASES) -> list[Delivery]:
        """Return what was dead-lettered out of an inbox."""
        return list(self.inbox(lane, party_id).dead)

    def inject(self, delivery: Delivery) -> None:
        """Put a delivery into its recipient's inbox as it is: forged, without an id, a second copy."""
        self.inbox(delivery.lane, delivery.recipient).put(delivery)

    def fail_next(self, outcome: PublishOutcome, *, times: int = 1, is_stored: bool = False) -> None:
        """Answer the next publishes with an outcome of choice.

        Args:
            outcome: What the publisher is told.
            times: For how many publishes.
            is_stored: Whether the parcel arrives all the same (``UNKNOWN`` or ``UNREACHABLE``, with a lost confirm).
        """
        self._faults.extend([(outcome, is_stored)] * times)

    def set_reachable(self, is_reachable: bool) -> None:
        """Cut or restore everybody's connection: the broker is unreachable, opening is a temporary error."""
        self._is_reachable = is_reachable
        if is_reachable:
            for inbox in self._inboxes.values():
                inbox.dispatch()

    @property
    def is_reachable(self) -> bool:
        """Whether transports can reach this broker."""
        return self._is_reachable

    def accept(self, user_id: str, parcel: Parcel) -> PublishOutcome:
        """Take one parcel from an authenticated user, or say why not, as the real broker would."""
        if not self._is_reachable:
            return PublishOutcome.UNREACHABLE
        outcome, is_stored = self._faults.popleft() if self._faults else (PublishOutcome.CONFIRMED, True)
        if not is_stored:
            return outcome
        verdict = self._verdict(user_id, parcel)
        if verdict is not PublishOutcome.CONFIRMED:
            return verdict
        self._store(user_id, parcel)
        return outcome

    def _verdict(self, user_id: str, parcel: Parcel) -> PublishOutcome:
        if parcel.sender != user_id or len(parcel.body) > MAX_BODY_BYTES:
            return PublishOutcome.FAULTY
        if (parcel.lane, parcel.recipient) not in self._inboxes:
            return PublishOutcome.UNROUTABLE
        if self.max_length is not None and self.depth(parcel.recipient, parcel.lane) >= self.max_length:
            return PublishOutcome.REFUSED
        return PublishOutcome.CONFIRMED

    def _store(self, user_id: str, parcel: Parcel) -> None:
        self.bodies.append(parcel.body)
        self._observations.append(
            Observation(parcel.lane, parcel.sender, parcel.recipient, parcel.message_id, len(parcel.body))
        )
        self.inject(
            Delivery(
                message_id=parcel.message_id,
                routing_key_sender=parcel.sender,
                user_id=user_id,
                recipient=parcel.recipient,
                body=parcel.body,
                lane=parcel.lane,
            )
        )

    def inbox(self, lane: Lane, party_id: str) -> _Inbox:
        """Return the inbox of a party on a lane; raises OperatorError when there is none."""
        try:
            return self._inboxes[lane, party_id]
        except KeyError:
            raise OperatorError(
                "broker-inbox-missing",
                f"Party '{party_id}' has no inbox on lane '{lane}'.",
                remedy="Add the party to the broker first.",
            ) from None


class _Consumer:
    """One consumer of one inbox: starts at most ``prefetch`` handlers and settles what they answer."""

    def __init__(
        self,
        broker: MemoryBroker,
        inbox: _Inbox,
        handler: DeliveryHandler,
        prefetch: int,
        requeue_delay: float,
    ) -> None:
        self._broker = broker
        self._inbox = inbox
        self._handler = handler
        self._prefetch = prefetch
        self._requeue_delay = requeue_delay
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        inbox.consumers.append(self)
        inbox.dispatch()

    def has_room(self) -> bool:
        """Whether another handler may start."""
        is_able = self._broker.is_reachable and not self._stopping.is_set()
        return is_able and len(self._running) < self._prefetch

    def start(self, stored: _Stored) -> None:
        """Run the handler for one message in a task of its own."""
        self._inbox.unacked += 1
        task = asyncio.get_running_loop().create_task(self._handle(stored))
        self._running.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._inbox.dispatch()

    async def _handle(self, stored: _Stored) -> None:
        settlement = Settlement.REQUEUE
        try:
            settlement = await self._answer(stored.delivery)
        finally:
            self._inbox.unacked -= 1
            self._settle(stored, settlement)

    async def _answer(self, delivery: Delivery) -> Settlement:
        settlement = Settlement.REQUEUE
        if len(delivery.body) > MAX_BODY_BYTES:
            return Settlement.DEAD_LETTER
        try:
            settlement = await self._handler(delivery)
        except Exception as error:  # noqa: BLE001  (the port: a handler that raises counts as REQUEUE)
            _log.warning("delivery-handler-failed", lane=str(delivery.lane), outcome=type(error).__name__)
        if settlement is Settlement.REQUEUE:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._requeue_delay)
        return settlement

    def _settle(self, stored: _Stored, settlement: Settlement) -> None:
        if settlement is Settlement.REQUEUE:
            self._inbox.give_back(stored)
        elif settlement is Settlement.DEAD_LETTER:
            self._inbox.dead.append(stored.delivery)

    async def stop(self, patience: float) -> None:
        """Take no more, wait for running handlers, cancel those that outlast our patience (in seconds)."""
        self._stopping.set()
        with suppress(ValueError):
            self._inbox.consumers.remove(self)
        if not self._running:
            return
        _, late = await asyncio.wait(set(self._running), timeout=patience)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


class MemoryTransport(Transport):
    """A party's connection to a ``MemoryBroker``.

    Args:
        party_id: Own party; its inboxes are created on the broker when they are missing.
        broker: The hub shared with the other parties.
        lanes: Lanes to consume and publish on.
        prefetch: Handlers that may run at the same time, per lane.
        requeue_delay: Pause in seconds before a requeued message comes again.
        drain_timeout: Seconds a running handler gets; then it is cancelled and its message comes again.
    """

    def __init__(
        self,
        party_id: str,
        broker: MemoryBroker,
        *,
        lanes: tuple[Lane, ...] = tuple(Lane),
        prefetch: int = 10,
        requeue_delay: float = 0.01,
        drain_timeout: float = 10.0,
    ) -> None:
        self.party_id = party_id
        self._broker = broker
        self._lanes = lanes
        self._prefetch = prefetch
        self._requeue_delay = requeue_delay
        self._drain_timeout = drain_timeout
        self._is_open = False
        self._consumers: list[_Consumer] = []
        broker.add_party(party_id)

    @override
    async def open(self) -> None:
        """Connect; raises TemporaryError while the broker is made unreachable."""
        if not self._broker.is_reachable:
            raise TemporaryError(
                "broker-unreachable",
                "The broker in memory is switched off.",
                remedy="It is tried again; a test switches it on with set_reachable(True).",
            )
        self._is_open = True

    @override
    async def publish(self, parcel: Parcel) -> PublishOutcome:
        """Try once; UNREACHABLE as well when the transport is not open or does not serve the lane."""
        await asyncio.sleep(0)
        if not self._is_open or parcel.lane not in self._lanes:
            return PublishOutcome.UNREACHABLE
        return self._broker.accept(self.party_id, parcel)

    @override
    def reach(self, lane: Lane) -> bool:
        """Tell whether the broker is there; a connection in memory needs no making again."""
        return self._is_open and lane in self._lanes and self._broker.is_reachable

    @override
    async def consume(self, handler: DeliveryHandler) -> None:
        """Start handing the deliveries of every lane to the handler."""
        if not self._is_open:
            raise TemporaryError(
                "broker-not-open",
                "The transport is not open, so it cannot consume.",
                remedy="Call open() first.",
            )
        if self._consumers:
            raise OperatorError("broker-consuming", "This transport consumes already.", remedy="Drain it first.")
        for lane in self._lanes:
            inbox = self._broker.inbox(lane, self.party_id)
            self._consumers.append(_Consumer(self._broker, inbox, handler, self._prefetch, self._requeue_delay))

    @property
    @override
    def is_consuming(self) -> bool:
        """Whether every lane's inbox is being consumed now."""
        return bool(self._consumers)

    @override
    async def drain(self) -> None:
        """Stop consuming; every started delivery is settled or given back when this returns."""
        consumers, self._consumers = self._consumers, []
        await asyncio.gather(*(consumer.stop(self._drain_timeout) for consumer in consumers))

    @override
    async def close(self) -> None:
        """Drain and disconnect; a second call does nothing."""
        await self.drain()
        self._is_open = False
