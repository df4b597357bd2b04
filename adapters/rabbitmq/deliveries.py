"""One delivery: from the driver's frame to the port's value, through the handler, to its settlement."""

import asyncio
from contextlib import suppress

import structlog
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from aiormq.abc import DeliveredMessage

from gateway.ports.transport import Delivery, DeliveryHandler, Lane, Settlement

_log = structlog.get_logger(__name__)


def to_delivery(message: DeliveredMessage, lane: Lane) -> Delivery:
    """Take over what the broker says; nothing of it is believed here."""
    sender, _, rest = (message.routing_key or "").partition(".")
    properties = message.header.properties
    return Delivery(
        message_id=_claimed(properties.message_id),
        routing_key_sender=sender,
        user_id=_claimed(properties.user_id),
        recipient=rest.partition(".")[0],
        body=message.body,
        lane=lane,
        is_redelivered=bool(message.redelivered),
    )


def _claimed(text: str | None) -> str:
    """An id as claimed; one with control characters names nothing, and no store has to be able to keep it."""
    return text if text is not None and text.isprintable() else ""


class DeliveryDesk:
    """Runs the handler for deliveries, each in a task of its own, and settles what it answers.

    The tasks are ours and not the driver's: those are cancelled the moment a channel closes, in the middle of a
    transaction. The price is that a redelivered copy can meet the first one; the receiver's unique key decides.

    Args:
        lane: The lane of all deliveries here.
        handler: The receiver.
        slots: Handlers that may run at the same time.
        requeue_delay: Seconds before something goes back, so that a failing store is not asked in a hot loop.
        max_body_bytes: Larger bodies are dead-lettered unread.
    """

    def __init__(
        self, lane: Lane, handler: DeliveryHandler, *, slots: int, requeue_delay: float, max_body_bytes: int
    ) -> None:
        self._lane = lane
        self._handler = handler
        self._slots = asyncio.Semaphore(slots)
        self._requeue_delay = requeue_delay
        self._max_body_bytes = max_body_bytes
        self._running: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    async def take(self, message: DeliveredMessage) -> None:
        """Start handling one delivery; returns at once."""
        task = asyncio.get_running_loop().create_task(self._handle(message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def finish(self, patience: float) -> None:
        """Wait until every started delivery is settled; cancel those that outlast our patience (in seconds)."""
        self._closing.set()
        if not self._running:
            return
        _, late = await asyncio.wait(set(self._running), timeout=patience)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _handle(self, message: DeliveredMessage) -> None:
        async with self._slots:
            settlement = await self._answer(message)
        try:
            await _settle(message, settlement)
        except CONNECTION_EXCEPTIONS as error:
            # The channel is gone: the broker delivers it again and the receiver recognises it.
            _log.warning("settlement-lost", lane=self._lane.value, outcome=type(error).__name__)

    async def _answer(self, message: DeliveredMessage) -> Settlement:
        if len(message.body) > self._max_body_bytes:
            _log.error("delivery-too-large", lane=self._lane.value)
            return Settlement.DEAD_LETTER
        settlement = Settlement.REQUEUE
        try:
            settlement = await self._handler(to_delivery(message, self._lane))
        except Exception as error:  # noqa: BLE001  (the port: a handler that raises counts as REQUEUE)
            _log.error("delivery-handler-failed", lane=self._lane.value, outcome=type(error).__name__)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise  # we are cancelled: unsettled, so it comes again; otherwise something inside gave up
        if settlement is Settlement.REQUEUE:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._requeue_delay)
        return settlement


async def _settle(message: DeliveredMessage, settlement: Settlement) -> None:
    tag = message.delivery_tag
    if tag is None:
        return
    if settlement is Settlement.ACK:
        await message.channel.basic_ack(tag)
    else:
        # Never nack: on RabbitMQ 4.3 it does not count for the delivery limit, and a poison message would circle.
        await message.channel.basic_reject(tag, requeue=settlement is Settlement.REQUEUE)
