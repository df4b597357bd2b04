"""The in-memory twin of the store: the same port and the same transactions, without a file.

What was committed outlives ``close``, so a test can stop and start a gateway on the same data.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from typing_extensions import override

from adapters.memory.store_work import MemoryRows, MemoryUnitOfWork
from gateway.domain.errors import OperatorError, TemporaryError
from gateway.domain.party import Role
from gateway.domain.policy import Policy
from gateway.domain.worklist import Summariser
from gateway.ports.clock import Clock
from gateway.ports.store import Store, UnitOfWork

SUMMARISER = Summariser(Role.OHS, Policy("default"))


class MemoryStore(Store):
    """Keeps everything of one party in memory.

    Args:
        clock: Tells when an entry is recorded.
        patience: Seconds ``begin`` waits for the unit of work before it.
        summariser: Makes the lines of work lists; by default as an arbodienst without policy sees a case.
    """

    def __init__(self, clock: Clock, *, patience: float = 10.0, summariser: Summariser = SUMMARISER) -> None:
        self._clock = clock
        self._patience = patience
        self._summariser = summariser
        self._rows = MemoryRows()
        self._turn = asyncio.Lock()
        self._is_open = False

    @override
    async def open(self) -> None:
        """Allow units of work."""
        self._is_open = True

    @override
    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One transaction at a time; an exception takes back what it did.

        Raises:
            OperatorError: ``store-not-open``.
            TemporaryError: ``store-busy``: another unit of work lasts too long.
        """
        return self._work(may_write=True)

    @override
    def look(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """The same without writing; it takes turns too."""
        return self._work(may_write=False)

    @asynccontextmanager
    async def _work(self, *, may_write: bool) -> AsyncIterator[UnitOfWork]:
        if not self._is_open:
            raise OperatorError("store-not-open", "The store is not open.", remedy="Call open() first.")
        await self._wait_for_turn()
        work = MemoryUnitOfWork(self._rows, self._clock, self._summariser, may_write=may_write)
        try:
            yield work
        except BaseException:
            work.roll_back()
            raise
        finally:
            self._turn.release()

    async def _wait_for_turn(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._turn.acquire()
        except TimeoutError:
            raise TemporaryError(
                "store-busy",
                "Another unit of work holds the store.",
                remedy="Try again ('sogw serve' does so by itself).",
            ) from None

    @override
    async def close(self) -> None:
        """Allow no more units of work; the data stay."""
        self._is_open = False
