"""No transport at all: for commands that only read or fill the outbox."""

from gateway.ports.transport import DeliveryHandler, Lane, Parcel, PublishOutcome, Transport


class NoTransport(Transport):
    """Commands that only read or enqueue need no broker; publishing is left to ``sogw serve``."""

    async def open(self) -> None:
        """Nothing to connect."""

    async def publish(self, parcel: Parcel) -> PublishOutcome:
        """Never confirmed: the message stays in the outbox."""
        del parcel
        return PublishOutcome.UNREACHABLE

    def reach(self, lane: Lane) -> bool:
        """Never."""
        del lane
        return False

    async def consume(self, handler: DeliveryHandler) -> None:
        """Nothing to consume."""

    @property
    def is_consuming(self) -> bool:
        """Never."""
        return False

    async def drain(self) -> None:
        """Nothing to drain."""

    async def close(self) -> None:
        """Nothing to close."""
