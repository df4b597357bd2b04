"""An approach: one publishing connection with the road on it, made when needed and made anew when lost.

At most one attempt to connect per (jittered) interval; in between the caller hears at once that there is none, and
the outbox tries again later.
"""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

from adapters.rabbitmq.endpoint import Endpoint, Link
from adapters.rabbitmq.road import Road

_CLOSE_SECONDS = 5.0


class Approach:
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
        self._road: Road | None = None
        self._opening = asyncio.Lock()
        self._not_before = 0.0
        self._chores: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def road(self) -> Road:
        """Return a usable road.

        Raises:
            GatewayError: Connecting failed.
            ConnectionError: The last attempt failed a moment ago, or this approach is closed.
        """
        if self._road is not None and self._is_good(self._road):
            return self._road
        async with self._opening:
            if self._road is None or not self._is_good(self._road):
                self._drop_road()
                self._road = await Road.open(await self._connected())
            return self._road

    async def close(self) -> None:
        """Disconnect; what is in flight loses its answer."""
        self._is_closed = True
        link, self._link, self._road = self._link, None, None
        if link is not None:
            await link.close()
        if self._chores:
            _, late = await asyncio.wait(set(self._chores), timeout=_CLOSE_SECONDS)
            for chore in late:
                chore.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _is_good(self, road: Road) -> bool:
        return road.is_usable and self._link is not None and not self._link.lost.is_set()

    def _drop_road(self) -> None:
        road, self._road = self._road, None
        if road is None:
            return
        if road.is_broken and self._link is not None:
            link, self._link = self._link, None
            self._later(link.close())
        else:
            self._later(road.close())

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        chore = asyncio.get_running_loop().create_task(work)
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

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
