"""Publishing on one lane: many at a time on one channel, suspects alone on another, and an outcome for each.

The connection is made when it is first needed and made anew when it is lost, at most once per (jittered) interval;
in between, publishing answers UNKNOWN at once and the outbox tries again.
"""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from aio_pika import DeliveryMode, Message
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from adapters.rabbitmq.endpoint import Endpoint, Link
from adapters.rabbitmq.road import CrowdedError, Road
from adapters.rabbitmq.topology import routing_key
from gateway.domain.errors import GatewayError
from gateway.ports.transport import Parcel, PublishOutcome

_log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/jose"
_WORD = re.compile(r"[a-z0-9-]{1,48}")


class LanePublisher:
    """Publishes one party's parcels to one virtual host.

    Args:
        endpoint: Where and as whom.
        vhost: The lane's virtual host.
        publish_timeout: Seconds for one parcel, waiting for its turn included.
        max_in_flight: Parcels on the way at the same time.
        max_body_bytes: Larger ones are refused here: the broker would close the channel over them.
        reconnect_interval: Seconds between attempts to connect, on average.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        vhost: str,
        *,
        publish_timeout: float,
        max_in_flight: int,
        max_body_bytes: int,
        reconnect_interval: float,
    ) -> None:
        self._endpoint = endpoint
        self._vhost = vhost
        self._timeout = publish_timeout
        self._max_body_bytes = max_body_bytes
        self._interval = reconnect_interval
        self._window = asyncio.Semaphore(max_in_flight)
        self._in_flight: dict[str, asyncio.Event] = {}
        self._link: Link | None = None
        self._main: Road | None = None
        self._quarantine: Road | None = None
        self._opening = asyncio.Lock()
        self._alone = asyncio.Lock()
        self._not_before = 0.0
        self._chores: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def open(self) -> None:
        """Connect now; raises OperatorError or TemporaryError."""
        async with self._opening:
            await self._connected()

    async def publish(self, parcel: Parcel) -> PublishOutcome:
        """Try once; real cancellation of the calling task is the only thing that raises."""
        if not self._is_sound(parcel):
            return PublishOutcome.FAULTY
        try:
            async with asyncio.timeout(self._timeout), self._turn(parcel.message_id):
                return await self._carry(parcel)
        except (CrowdedError, GatewayError, *CONNECTION_EXCEPTIONS) as error:
            return self._unknown(error)
        except asyncio.CancelledError as error:
            # The driver cancels our waiting when a frozen connection is given up; that is not a cancelled task.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return self._unknown(error)

    async def close(self) -> None:
        """Disconnect; what is in flight becomes UNKNOWN."""
        self._is_closed = True
        for chore in self._chores:
            chore.cancel()
        await asyncio.gather(*self._chores, return_exceptions=True)
        link, self._link, self._main, self._quarantine = self._link, None, None, None
        if link is not None:
            await link.close()

    def _is_sound(self, parcel: Parcel) -> bool:
        is_ours = parcel.sender == self._endpoint.party_id
        has_key = _WORD.fullmatch(parcel.recipient) is not None
        return is_ours and has_key and bool(parcel.message_id) and len(parcel.body) <= self._max_body_bytes

    def _unknown(self, error: BaseException) -> PublishOutcome:
        _log.warning("publish-unknown", party=self._endpoint.party_id, lane=self._vhost, outcome=type(error).__name__)
        return PublishOutcome.UNKNOWN

    @asynccontextmanager
    async def _turn(self, message_id: str) -> AsyncIterator[None]:
        # The driver matches a returned message by its id, so one id is never twice under way.
        while (earlier := self._in_flight.get(message_id)) is not None:
            await earlier.wait()
        done = self._in_flight[message_id] = asyncio.Event()
        try:
            async with self._window:
                yield
        finally:
            del self._in_flight[message_id]
            done.set()

    async def _carry(self, parcel: Parcel) -> PublishOutcome:
        message = Message(
            parcel.body,
            content_type=CONTENT_TYPE,
            delivery_mode=DeliveryMode.PERSISTENT,
            message_id=parcel.message_id,
            user_id=self._endpoint.party_id,
        )
        key = routing_key(parcel.sender, parcel.recipient)
        try:
            return await (await self._main_road()).send(message, key)
        except CrowdedError:
            async with self._alone:
                return await (await self._quarantine_road()).send(message, key)

    async def _main_road(self) -> Road:
        if self._main is None or not self._main.is_usable or self._is_link_lost():
            async with self._opening:
                self._main = await self._usable(self._main)
        return self._main

    async def _quarantine_road(self) -> Road:
        async with self._opening:
            self._quarantine = await self._usable(self._quarantine)
        return self._quarantine

    async def _usable(self, road: Road | None) -> Road:
        link = await self._connected()
        if road is not None and road.is_usable and road.link is link:
            return road
        if road is not None:
            self._retire(road)
        return await Road.open(link)

    def _is_link_lost(self) -> bool:
        return self._link is None or self._link.lost.is_set()

    async def _connected(self) -> Link:
        if self._link is not None and not self._link.lost.is_set():
            return self._link
        now = asyncio.get_running_loop().time()
        if self._is_closed or now < self._not_before:
            raise ConnectionError
        # Jitter keeps a thousand gateways from returning in the same second after a broker restart.
        self._not_before = now + self._interval * random.uniform(0.5, 1.5)  # noqa: S311  (not a secret)
        if self._link is not None:
            await self._link.close()
        self._link = await self._endpoint.connect(self._vhost, "publish")
        self._not_before = 0.0
        return self._link

    def _retire(self, road: Road) -> None:
        chore = asyncio.get_running_loop().create_task(self._close_road(road))
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

    async def _close_road(self, road: Road) -> None:
        with suppress(*CONNECTION_EXCEPTIONS):
            await road.close()
