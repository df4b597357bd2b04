"""No transport at all: for commands that only read or fill the outbox."""

from typing_extensions import override

from gateway.ports.transport import DeliveryHandler, Lane, Parcel, PublishOutcome, Transport


class NoTransport(Transport):
    """Commands that only read or enqueue need no broker; publishing is left to ``sogw serve``."""

    @override
    async def open(self) -> None:
        """Nothing to connect."""

    @override
    async def publish(self, parcel: Parcel) -> PublishOutcome:
        """Never confirmed: the message stays in the outbox."""
        del parcel
        return PublishOutcome.UNREACHABLE

    @override
    def reach(self, lane: Lane) -> bool:
        """Never."""
        del lane
        return False

    @override
    async def consume(self, handler: DeliveryHandler) -> None:
        """Nothing to consume."""

    @property
    @override
    def is_consuming(self) -> bool:
        """Never."""
        return False

    @override
    async def drain(self) -> None:
        """Nothing to drain."""

    @override
    async def close(self) -> None:
        """Nothing to close."""
