"""Consuming one inbox on one lane, for as long as it takes: lost connections are made again.

A supervisor of our own instead of the driver's restoring connection, for three reasons: a consumer whose queue was
deleted or whose broker cancelled it must come back too; a property that the driver cannot decode (a hostile partner
can write one) must not leave a delivery unsettled for ever; and a thousand gateways must not return in step.
"""

import asyncio
import logging
import random
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AMQPChannelError, InvalidFrameError
from aiormq.abc import AbstractChannel as DriverChannel

from adapters.rabbitmq.deliveries import DeliveryDesk
from adapters.rabbitmq.endpoint import Endpoint, Link, pause_factor
from adapters.rabbitmq.explanations import explained
from adapters.rabbitmq.topology import inbox_name
from gateway.domain.errors import GatewayError, OperatorError
from gateway.ports.transport import Lane

_log = structlog.get_logger(__name__)

_CANCEL_SECONDS = 5.0
_CAREFUL_PAUSE_SECONDS = 0.05
_CAREFUL_SECONDS = 5.0
_STUMBLES = (InvalidFrameError, RecursionError)
"""Errors of reading that the driver's own list of network errors includes."""


@dataclass(slots=True)
class _Session:
    """One consuming channel; ``over`` is set when it, its connection or its consumer is gone."""

    link: Link
    channel: AbstractChannel
    driver: DriverChannel
    over: asyncio.Event
    tag: str = ""

    def end(self, *_: Any) -> None:
        self.over.set()

    def choked(self) -> bool:
        """Whether the driver stumbled over a delivery's own bytes, and not over the network."""
        cause = self.link.cause
        is_network = isinstance(cause, CONNECTION_EXCEPTIONS) and not isinstance(cause, _STUMBLES)
        return isinstance(cause, Exception) and not is_network


class LaneConsumer:
    """Consumes ``in.<party>`` of one virtual host.

    Args:
        endpoint: Where and as whom.
        lane, vhost: The lane and its virtual host.
        desk: Handles and settles the deliveries.
        prefetch: Unsettled deliveries the broker may have under way to us.
        reconnect_interval: Seconds between attempts, on average.
        drain_timeout: Seconds that running handlers get.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        lane: Lane,
        vhost: str,
        desk: DeliveryDesk,
        *,
        prefetch: int,
        reconnect_interval: float,
        drain_timeout: float,
    ) -> None:
        self._endpoint = endpoint
        self._lane = lane
        self._vhost = vhost
        self._desk = desk
        self._prefetch = prefetch
        self._interval = reconnect_interval
        self._drain_timeout = drain_timeout
        self._session: _Session | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._refusal = ""
        self._refusals = 0

    @property
    def is_consuming(self) -> bool:
        """Whether deliveries can come in now."""
        return self._session is not None and not self._session.over.is_set()

    async def start(self) -> None:
        """Begin; raises OperatorError or TemporaryError when the first attempt fails."""
        self._session = await self._open(self._prefetch)
        self._supervisor = asyncio.get_running_loop().create_task(self._supervise(self._session))

    async def drain(self) -> None:
        """Stop taking deliveries, settle the started ones, disconnect."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        session, self._session = self._session, None
        if session is not None:
            await self._cancel(session)
        await self._desk.finish(self._drain_timeout)
        if session is not None:
            await session.link.close()

    async def _cancel(self, session: _Session) -> None:
        with suppress(*CONNECTION_EXCEPTIONS):
            async with asyncio.timeout(_CANCEL_SECONDS):
                await session.driver.basic_cancel(session.tag)

    async def _open(self, prefetch: int) -> _Session:
        link = await self._endpoint.connect(self._vhost, "consume")
        try:
            async with asyncio.timeout(self._endpoint.connect_timeout):
                return await self._begin(link, prefetch)
        except (AMQPChannelError, *CONNECTION_EXCEPTIONS) as error:
            await link.close()
            raise self._explained(error) from None
        except BaseException:
            await link.close()
            raise

    async def _begin(self, link: Link, prefetch: int) -> _Session:
        channel = link.connection.channel(publisher_confirms=False)
        await channel.initialize()
        await channel.set_qos(prefetch_count=prefetch)
        queue = await channel.get_queue(inbox_name(self._endpoint.party_id), ensure=True)
        driver = await channel.get_underlay_channel()
        session = _Session(link, channel, driver, asyncio.Event())
        channel.close_callbacks.add(session.end)
        driver.on_consumer_cancel_callbacks.add(session.end)
        # The driver's raw deliveries: its richer message object refuses some properties and then never settles.
        answer = await driver.basic_consume(queue.name, self._desk.take)
        session.tag = answer.consumer_tag or ""
        return session

    async def _supervise(self, session: _Session) -> None:
        is_careful = False
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(session.over.wait(), _CAREFUL_SECONDS if is_careful else None)
            if not session.over.is_set():
                await self._cancel(session)  # careful long enough: what is under way is settled or comes again
            await session.link.close()
            # A delivery the driver cannot even parse ends the connection. Alone it reaches its delivery limit soon
            # and is dead-lettered; with a full prefetch it would take innocent neighbours along.
            is_careful = session.choked()
            _log.warning("inbox-lost", party=self._endpoint.party_id, lane=self._lane.value)
            session = self._session = await self._reopened(is_careful=is_careful)

    async def _reopened(self, *, is_careful: bool) -> _Session:
        attempt, pause = 0, _CAREFUL_PAUSE_SECONDS if is_careful else self._interval
        while True:
            attempt += 1
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  (not a secret)
            try:
                session = await self._open(1 if is_careful else self._prefetch)
            except GatewayError as error:
                pause = self._after(error, attempt)
            else:
                _log.info("inbox-back", party=self._endpoint.party_id, lane=self._lane.value, attempt=attempt)
                self._refusal, self._refusals = "", 0
                return session

    def _after(self, error: GatewayError, attempt: int) -> float:
        """Say what keeps us out; returns the seconds until the next attempt.

        What an operator must mend (a certificate, a permission) is an alarm, once, and is then asked for ever less
        often; it is still asked for, because a renewed certificate or a mended right needs no restart.
        """
        needs_operator = isinstance(error, OperatorError)
        self._refusals = self._refusals + 1 if needs_operator else 0
        is_alarm = needs_operator and error.code != self._refusal
        self._refusal = error.code if needs_operator else ""
        _log.log(
            logging.ERROR if is_alarm else logging.WARNING,
            "inbox-refused" if needs_operator else "inbox-unreachable",
            party=self._endpoint.party_id,
            lane=self._lane.value,
            code=error.code,
            remedy=error.remedy,
            attempt=attempt,
        )
        return self._interval * pause_factor(self._refusals)

    def _explained(self, error: BaseException) -> GatewayError:
        if isinstance(error, AMQPChannelError):
            name = inbox_name(self._endpoint.party_id)
            return OperatorError(
                "broker-inbox-refused",
                f"Queue '{name}' in virtual host '{self._vhost}' is missing or not readable for this party.",
                remedy="Apply the topology for this party.",
            )
        return explained(error, self._vhost, self._endpoint.party_id)
