"""The transport: how sealed messages leave and arrive. What a broker sees is in these values and nothing else.

A ``Parcel`` carries nothing about a person, a case or a message kind (Q30). Two lanes exist: cases and billing
(R55); an adapter maps them to virtual hosts of their own.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Protocol


class Lane(StrEnum):
    """Which road a parcel takes: cases and invoices never share one (R55)."""

    CASES = "so"
    BILLING = "so-billing"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A sealed message on its way out.

    Attributes:
        message_id: UUID text; the same for every attempt.
        sender, recipient: Party ids.
        body: The compact JWE, ASCII bytes.
        lane: Cases or billing.
    """

    message_id: str
    sender: str
    recipient: str
    body: bytes
    lane: Lane = Lane.CASES


@dataclass(frozen=True, slots=True)
class Delivery:
    """A parcel as it arrived, with what the broker says about it.

    Attributes:
        message_id: As claimed; ``""`` when absent.
        routing_key_sender: First word of the routing key (enforced by the broker's topic permission).
        user_id: The broker-validated user; ``""`` when absent.
        recipient: Second word of the routing key.
        body: Bytes as received.
        lane: The lane it came by.
        is_redelivered: The broker's hint; never used for de-duplication.
    """

    message_id: str
    routing_key_sender: str
    user_id: str
    recipient: str
    body: bytes
    lane: Lane = Lane.CASES
    is_redelivered: bool = False


class PublishOutcome(Enum):
    """What is known after one attempt."""

    CONFIRMED = "confirmed"
    """The broker has it, durably."""
    UNROUTABLE = "unroutable"
    """No inbox for the recipient: park and alarm."""
    REFUSED = "refused"
    """The broker said no for now (inbox full, queue unavailable): back off."""
    FAULTY = "faulty"
    """This parcel itself is refused (too large, not permitted): never succeeds by retrying."""
    UNKNOWN = "unknown"
    """Connected, but no word in time, or none about this message; it may have arrived: send the same bytes again."""
    UNREACHABLE = "unreachable"
    """No connection to the broker, or it was lost before the word came: nothing is known of the recipient. It may have
    arrived; send the same bytes again once the lane is reachable."""


class Settlement(Enum):
    """What the consumer tells the broker about one delivery."""

    ACK = "ack"
    """Stored (or quarantined) in our own store; or turned away without a receipt, so that its sender sends it again."""
    DEAD_LETTER = "dead-letter"
    """Not even storable; goes to the dead-letter queue."""
    REQUEUE = "requeue"
    """We could not store it now; the same delivery comes again."""


DeliveryHandler = Callable[[Delivery], Awaitable[Settlement]]


class Transport(Protocol):
    """One party's connection to one broker: publish on a lane, consume its own inboxes.

    ``open`` connects and starts nothing; ``consume`` starts calling the handler for each delivery, in order, at
    most ``prefetch`` at a time; ``drain`` stops taking deliveries, waits for running handlers and settles them;
    ``close`` ends the connections. A handler that raises counts as ``REQUEUE``.
    """

    async def open(self) -> None:
        """Connect; raises OperatorError (settings, credentials) or TemporaryError (not reachable)."""
        ...

    async def publish(self, parcel: Parcel) -> PublishOutcome:
        """Try once, within a timeout; never raises for what an outcome can say, except real task cancellation."""
        ...

    def reach(self, lane: Lane) -> bool:
        """Tell whether the broker is there for a lane, without waiting.

        While it is not, asking makes the connection again in the background, at most once per interval. A lane that
        was not used yet counts as reachable.
        """
        ...

    async def consume(self, handler: DeliveryHandler) -> None:
        """Start delivering this party's inboxes (all lanes) to the handler; returns once consuming."""
        ...

    @property
    def is_consuming(self) -> bool:
        """Whether every lane's inbox is being consumed now."""
        ...

    async def drain(self) -> None:
        """Stop consuming gracefully; every started delivery is settled when this returns."""
        ...

    async def close(self) -> None:
        """Drain when needed and disconnect."""
        ...
