"""The transport over RabbitMQ: connections of their own for publishing and consuming, on each lane.

How delivery works: ``publish`` sends persistent, mandatory messages with publisher confirms and turns every answer,
or its absence, into an outcome; the outbox above it decides what happens next. ``consume`` hands over what is in
``in.<party>`` and settles it as the receiver says. Neither declares anything: the topology is the operator's.
"""

import asyncio
from collections.abc import Mapping

from typing_extensions import override

from adapters.rabbitmq.consumer import LaneConsumer
from adapters.rabbitmq.deliveries import DeliveryDesk
from adapters.rabbitmq.endpoint import Endpoint, TlsContext
from adapters.rabbitmq.publisher import LanePublisher
from gateway.domain.errors import OperatorError
from gateway.ports.transport import DeliveryHandler, Lane, Parcel, PublishOutcome, Transport

MAX_BODY_BYTES = 8 * 1024 * 1024 + 64 * 1024
"""The envelope's own ceiling of 8 MiB plus a margin for its framing, in bytes."""


class RabbitTransport(Transport):
    """One party's connections to one broker.

    Args:
        party_id: Own party; also the broker's user name.
        url: ``amqps://host:port``; a user in it must be the party, a password in it may also be given apart.
        password: The party's password; without one and with TLS, the client certificate logs in (EXTERNAL).
        tls: Makes the context (authority and client certificate) of each connection; required for ``amqps``.
        allow_insecure: Accept ``amqp``, or a password, to another machine; loopback is always accepted.
        lanes: Lanes to publish on and to consume.
        vhosts: Virtual hosts of the lanes where they differ from the lanes' own names.
        prefetch: Handlers that may run at the same time, per lane.
        heartbeat: Seconds; a frozen connection is noticed after about three and a half times this.
        connect_timeout: Seconds for one attempt to connect.
        publish_timeout: Seconds for one ``publish``, waiting for its turn included.
        max_in_flight: Parcels on the way at the same time, per lane.
        max_body_bytes: Larger bodies are FAULTY on the way out and dead-lettered on the way in.
        requeue_delay: Seconds before a delivery that could not be stored goes back.
        drain_timeout: Seconds that running handlers get; what they have not settled then comes again.
        reconnect_interval: Seconds between attempts to reconnect, on average.

    Raises:
        OperatorError: The address, the user or the way to log in is not acceptable.
    """

    def __init__(
        self,
        party_id: str,
        url: str,
        *,
        password: str | None = None,
        tls: TlsContext | None = None,
        allow_insecure: bool = False,
        lanes: tuple[Lane, ...] = tuple(Lane),
        vhosts: Mapping[Lane, str] | None = None,
        prefetch: int = 10,
        heartbeat: int = 10,
        connect_timeout: float = 10.0,
        publish_timeout: float = 10.0,
        max_in_flight: int = 100,
        max_body_bytes: int = MAX_BODY_BYTES,
        requeue_delay: float = 0.5,
        drain_timeout: float = 10.0,
        reconnect_interval: float = 2.0,
    ) -> None:
        self.party_id = party_id
        self._endpoint = Endpoint.parse(
            party_id,
            url,
            password=password,
            tls=tls,
            heartbeat=heartbeat,
            connect_timeout=connect_timeout,
            allow_insecure=allow_insecure,
        )
        self._vhosts = {lane: (vhosts or {}).get(lane, lane.value) for lane in lanes}
        self._prefetch = prefetch
        self._max_body_bytes = max_body_bytes
        self._requeue_delay = requeue_delay
        self._drain_timeout = drain_timeout
        self._interval = reconnect_interval
        self._publish_timeout = publish_timeout
        self._max_in_flight = max_in_flight
        self._publishers: dict[Lane, LanePublisher] = {}
        self._consumers: list[LaneConsumer] = []

    @property
    @override
    def is_consuming(self) -> bool:
        """Whether every lane's inbox is being consumed now."""
        return bool(self._consumers) and all(consumer.is_consuming for consumer in self._consumers)

    @override
    async def open(self) -> None:
        """Connect for publishing on the first lane; the others connect when they are first used."""
        if self._publishers:
            return
        publishers = {lane: self._publisher(vhost) for lane, vhost in self._vhosts.items()}
        await next(iter(publishers.values())).open()
        self._publishers = publishers

    @override
    async def publish(self, parcel: Parcel) -> PublishOutcome:
        """Try once, within the timeout; UNREACHABLE as well when the transport is not open or lacks the lane."""
        publisher = self._publishers.get(parcel.lane)
        if publisher is None:
            return PublishOutcome.UNREACHABLE
        return await publisher.publish(parcel)

    @override
    def reach(self, lane: Lane) -> bool:
        """Tell whether a lane's broker is there, and see to a lost connection."""
        publisher = self._publishers.get(lane)
        return publisher is not None and publisher.reach()

    @override
    async def consume(self, handler: DeliveryHandler) -> None:
        """Start consuming every lane's inbox; raises OperatorError or TemporaryError, and then consumes none."""
        if self._consumers:
            raise OperatorError("broker-consuming", "This transport consumes already.", remedy="Drain it first.")
        for lane, vhost in self._vhosts.items():
            self._consumers.append(self._consumer(lane, vhost, handler))
        try:
            for consumer in self._consumers:
                await consumer.start()
        except BaseException:
            await self.drain()
            raise

    @override
    async def drain(self) -> None:
        """Stop consuming; every started delivery is settled, or given back after ``drain_timeout``."""
        consumers, self._consumers = self._consumers, []
        await asyncio.gather(*(consumer.drain() for consumer in consumers))

    @override
    async def close(self) -> None:
        """Drain and disconnect; a second call does nothing."""
        await self.drain()
        publishers, self._publishers = self._publishers, {}
        await asyncio.gather(*(publisher.close() for publisher in publishers.values()))

    def _publisher(self, vhost: str) -> LanePublisher:
        return LanePublisher(
            self._endpoint,
            vhost,
            publish_timeout=self._publish_timeout,
            max_in_flight=self._max_in_flight,
            max_body_bytes=self._max_body_bytes,
            reconnect_interval=self._interval,
        )

    def _consumer(self, lane: Lane, vhost: str, handler: DeliveryHandler) -> LaneConsumer:
        desk = DeliveryDesk(
            lane,
            handler,
            slots=self._prefetch,
            requeue_delay=self._requeue_delay,
            max_body_bytes=self._max_body_bytes,
        )
        return LaneConsumer(
            self._endpoint,
            lane,
            vhost,
            desk,
            prefetch=self._prefetch,
            reconnect_interval=self._interval,
            drain_timeout=self._drain_timeout,
        )
