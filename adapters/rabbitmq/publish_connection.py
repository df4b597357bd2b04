"""Keep one publishing connection with the channel on it, made when needed and made anew when lost.

At most one attempt to connect per (jittered) interval; in between the caller hears at once that there is none, and
the outbox waits until the broker is reachable.
"""

import asyncio
import logging
import random
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AMQPChannelError

from adapters.rabbitmq.confirm_channel import ConfirmChannel
from adapters.rabbitmq.endpoint import Endpoint, Link, pause_factor
from gateway.domain.errors import GatewayError, OperatorError

_log = structlog.get_logger(__name__)

_CLOSE_SECONDS = 5.0


class PublishConnection:
    """A publisher's way to one virtual host.

    Args:
        endpoint: Where and as whom.
        vhost: The virtual host.
        interval: Seconds between attempts to connect, on average.
    """

    def __init__(self, endpoint: Endpoint, vhost: str, interval: float) -> None:
        self._endpoint = endpoint
        self._vhost = vhost
        self._interval = interval
        self._link: Link | None = None
        self._channel: ConfirmChannel | None = None
        self._opening = asyncio.Lock()
        self._not_before = 0.0
        self._refusals = 0
        self._has_failed = False
        self._return: asyncio.Task[None] | None = None
        self._proof: asyncio.Task[None] | None = None
        self._chores: set[asyncio.Task[None]] = set()
        self._is_closed = False

    @property
    def is_lost(self) -> bool:
        """Whether there is no connection: it broke, or could not be made."""
        return self._has_failed or (self._link is not None and self._link.lost.is_set())

    async def channel(self) -> ConfirmChannel:
        """Return a usable channel.

        Raises:
            GatewayError: Connecting failed.
            ConnectionError: The last attempt failed a moment ago, or this one is closed.
        """
        if self._channel is not None and self._is_good(self._channel):
            return self._channel
        async with self._opening:
            if self._channel is None or not self._is_good(self._channel):
                self._drop_channel()
                self._channel = await ConfirmChannel.open(await self._connected())
            return self._channel

    def reach(self) -> bool:
        """Tell whether the broker can be published to; a lost connection is made again in the background."""
        if self.is_lost:
            if self._may_connect() and _is_over(self._return):
                self._return = self._later(self._reconnect())
            return False
        return _is_over(self._proof)

    def doubt(self) -> None:
        """Count the broker as unreachable until it answers on this connection.

        A frozen broker answers nothing, and one that blocks publishers does not read what a publisher's connection
        says. The heartbeat ends the first, the end of the alarm the second.
        """
        if self._link is not None and not self.is_lost and _is_over(self._proof):
            self._proof = self._later(_prove(self._link))

    async def close(self) -> None:
        """Disconnect; what is in flight loses its answer."""
        self._is_closed = True
        link, self._link, self._channel = self._link, None, None
        if link is not None:
            await link.close()
        if self._chores:
            _, late = await asyncio.wait(set(self._chores), timeout=_CLOSE_SECONDS)
            for chore in late:
                chore.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _is_good(self, channel: ConfirmChannel) -> bool:
        return channel.is_usable and self._link is not None and not self._link.lost.is_set()

    def _drop_channel(self) -> None:
        channel, self._channel = self._channel, None
        if channel is None:
            return
        if channel.is_broken and self._link is not None:
            link, self._link = self._link, None
            self._later(link.close())
        else:
            self._later(channel.close())

    def _later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        chore = asyncio.get_running_loop().create_task(work)
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)
        return chore

    def _may_connect(self) -> bool:
        return not self._is_closed and asyncio.get_running_loop().time() >= self._not_before

    async def _connected(self) -> Link:
        if self._link is not None and not self._link.lost.is_set():
            return self._link
        if not self._may_connect():
            raise ConnectionError
        self._has_failed = True  # until it has not
        self._wait()
        if self._link is not None:
            await self._link.close()
        try:
            self._link = await self._endpoint.connect(self._vhost, "publish")
        except GatewayError as error:
            self._refusals = self._refusals + 1 if isinstance(error, OperatorError) else 0
            self._wait()
            raise
        self._not_before, self._refusals, self._has_failed = 0.0, 0, False
        return self._link

    def _wait(self) -> None:
        # Jitter keeps a thousand gateways from returning in the same second after a broker restart.
        pause = self._interval * pause_factor(self._refusals) * random.uniform(0.5, 1.5)  # noqa: S311  (not a secret)
        self._not_before = asyncio.get_running_loop().time() + pause

    async def _reconnect(self) -> None:
        try:
            await self.channel()
        except GatewayError as error:
            is_alarm = isinstance(error, OperatorError) and self._refusals == 1
            self._tell("outlet-unreachable", is_alarm, code=error.code, remedy=error.remedy)
        except (AMQPChannelError, *CONNECTION_EXCEPTIONS) as error:
            self._tell("outlet-unreachable", outcome=type(error).__name__)
        else:
            _log.info("outlet-back", party=self._endpoint.party_id, lane=self._vhost)

    def _tell(self, event: str, is_alarm: bool = False, **what: str) -> None:
        level = logging.ERROR if is_alarm else logging.WARNING
        _log.log(level, event, party=self._endpoint.party_id, lane=self._vhost, **what)


def _is_over(task: asyncio.Task[None] | None) -> bool:
    return task is None or task.done()


async def _prove(link: Link) -> None:
    """Wait until the broker answers; a lost connection ends it too."""
    with suppress(AMQPChannelError, *CONNECTION_EXCEPTIONS):
        channel = link.connection.channel(publisher_confirms=False)
        await channel.initialize()
        await channel.close()
