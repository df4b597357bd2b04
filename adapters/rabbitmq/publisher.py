"""Publishing on one lane: many at a time on one connection, suspects alone on another, and an outcome for each."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from aio_pika import DeliveryMode, Message
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AMQPChannelError

from adapters.rabbitmq.confirm_channel import CrowdedError
from adapters.rabbitmq.endpoint import Endpoint
from adapters.rabbitmq.explanations import explained
from adapters.rabbitmq.publish_connection import PublishConnection
from adapters.rabbitmq.topology import routing_key
from gateway.domain.errors import GatewayError, OperatorError
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
        self._window = asyncio.Semaphore(max_in_flight)
        self._in_flight: dict[str, asyncio.Event] = {}
        self._main = PublishConnection(endpoint, vhost, reconnect_interval)
        self._quarantine = PublishConnection(endpoint, vhost, reconnect_interval)
        self._alone = asyncio.Lock()

    async def open(self) -> None:
        """Connect now; raises OperatorError or TemporaryError."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._main.channel()
        except (AMQPChannelError, *CONNECTION_EXCEPTIONS) as error:
            raise explained(error, self._vhost, self._endpoint.party_id) from None

    async def publish(self, parcel: Parcel) -> PublishOutcome:
        """Try once; real cancellation of the calling task is the only thing that raises."""
        if not self._is_sound(parcel):
            return PublishOutcome.FAULTY
        try:
            async with asyncio.timeout(self._timeout), self._turn(parcel.message_id):
                return await self._carry(parcel)
        except (CrowdedError, GatewayError, *CONNECTION_EXCEPTIONS) as error:
            return self._without_word(error)
        except asyncio.CancelledError as error:
            # The driver cancels our waiting when a frozen connection is given up; that is not a cancelled task.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return self._without_word(error)

    def reach(self) -> bool:
        """Tell whether the broker is there, and see to a lost connection."""
        return self._main.reach()

    async def close(self) -> None:
        """Disconnect; what is in flight becomes UNREACHABLE."""
        await self._main.close()
        await self._quarantine.close()

    def _is_sound(self, parcel: Parcel) -> bool:
        is_ours = parcel.sender == self._endpoint.party_id
        has_key = _WORD.fullmatch(parcel.recipient) is not None
        return is_ours and has_key and bool(parcel.message_id) and len(parcel.body) <= self._max_body_bytes

    def _without_word(self, error: BaseException) -> PublishOutcome:
        """Say whether a broker that gave no word is there; after a time-out it must show that it is."""
        is_connected = isinstance(error, TimeoutError | CrowdedError) and not self._main.is_lost
        outcome = PublishOutcome.UNKNOWN if is_connected else PublishOutcome.UNREACHABLE
        if isinstance(error, TimeoutError):
            self._main.doubt()
        why = {"code": error.code, "remedy": error.remedy} if isinstance(error, GatewayError) else {}
        log = _log.error if isinstance(error, OperatorError) else _log.warning
        event = f"publish-{outcome.value}"
        log(event, party=self._endpoint.party_id, lane=self._vhost, outcome=type(error).__name__, **why)
        return outcome

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
        with suppress(CrowdedError):
            return await (await self._main.channel()).send(message, key, is_alone=False)
        async with self._alone:
            return await (await self._quarantine.channel()).send(message, key, is_alone=True)
