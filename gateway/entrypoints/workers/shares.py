"""Shares of the intake: what one partner has in hand never takes the room of the others, nor all of the processor."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.domain.ceilings import Ceilings

_REST = 3.0
_LATELY = 1.0
"""Seconds after the last delivery that was turned away."""


class Shares:
    """Counts the deliveries in hand: those that the broker brought and that are not settled.

    The broker brings the deliveries of all partners in one line, and no more than ``prefetch`` before it hears of the
    first. Half of these are shared out; the other half keeps the line moving, so that who stands in it is seen.

    Args:
        ceilings: How much one partner may have in hand, and how many of it are opened and stored at a time.
        prefetch: How many deliveries the broker brings at most.
    """

    def __init__(self, ceilings: Ceilings, prefetch: int) -> None:
        self._ceilings = ceilings
        self._shared_out = max(1, prefetch // 2)
        self._is_bounded = ceilings.deliveries_in_hand < prefetch
        self._count = Counter[str]()
        self._size = Counter[str]()
        at_once = ceilings.deliveries_at_once if self._is_bounded else prefetch
        self._places = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(at_once))
        self._turned_away: dict[str, float] = {}

    @asynccontextmanager
    async def place(self, share: str) -> AsyncIterator[None]:
        """Wait for a place in which a delivery is opened or stored.

        While its partner is turned away, a place rests three times as long as it was used: so much of the processor is
        left to the others, however fast it is and whatever a delivery costs.
        """
        place, loop = self._places[share], asyncio.get_running_loop()
        await place.acquire()
        began = loop.time()
        try:
            yield
        finally:
            now = loop.time()
            if now - self._turned_away.get(share, -_LATELY) < _LATELY:
                loop.call_later((now - began) * _REST, place.release)
            else:
                place.release()

    def enter(self, share: str, size: int, *, is_bounded: bool = True) -> bool:
        """Take a delivery in hand; False when its partner has its share in hand already.

        Args:
            share: The partner.
            size: Of the delivery, in bytes.
            is_bounded: False while nobody is served, so that nobody is kept waiting by it.
        """
        if is_bounded and self._is_bounded and self._count[share] and not self._has_room(share, size):
            self._turned_away[share] = asyncio.get_running_loop().time()
            return False
        self._count[share] += 1
        self._size[share] += size
        return True

    def leave(self, share: str, size: int) -> None:
        """Let go of a delivery."""
        self._count[share] -= 1
        self._size[share] -= size
        if not self._count[share]:
            del self._count[share], self._size[share]

    def _has_room(self, share: str, size: int) -> bool:
        count, ceilings = self._count[share], self._ceilings
        if count >= ceilings.deliveries_in_hand or self._size[share] + size > ceilings.held_bytes_per_partner:
            return False
        return self._count.total() < self._shared_out or count < self._shared_out // len(self._count)
