"""Two sites with people at work: cases begin, something goes wrong, and in the end the books of both sides balance."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from gateway.domain.case import fold
from gateway.domain.party import Party
from gateway.ports.services import Services
from tests.support.courses import Played, play
from tests.support.ledger import Ledger, balanced
from tests.support.sites import Site, at_rest, settle_in
from tests.support.world import OHS, POOL

PARTIES = (OHS.party_id, POOL.party_id)


class Exchange:
    """An arbodienst and a pool on a real broker, seen from their offices.

    Attributes:
        sites: The arbodienst's and the pool's.
        ohs, pool: Where their people act, whoever serves.
    """

    def __init__(self, sites: list[Site], ohs: Services, pool: Services) -> None:
        self.sites = sites
        self.ohs = ohs
        self.pool = pool
        self._played: list[asyncio.Task[Played]] = []

    def begin(self, *courses: str) -> None:
        """Begin a case for each course."""
        for course in courses:
            case_id = f"SO-{len(self._played) + 1:04d}"
            self._played.append(asyncio.create_task(play(self.ohs, {POOL.party_id: self.pool}, course, case_id)))

    async def end(self, patience: float = 60.0) -> Ledger:
        """Wait until every case has ended as it ends without a fault, and balance the books."""
        played = await self.ended(patience)
        await at_rest(self.ohs, self.pool, patience=patience)
        for one in played:
            async with self.ohs.store.look() as work:
                case = fold(one.case_id, await work.steps(one.case_id))
            assert one.has_ended(case), f"{one.course}: {[referral.state for referral in case.referrals]}"
        return await balanced(self.ohs, self.pool)

    async def ended(self, patience: float = 60.0) -> list[Played]:
        """Wait until every case has ended, in whatever state."""
        async with asyncio.timeout(patience):
            return await asyncio.gather(*self._played)

    async def submitted(self) -> None:
        """Wait until every case that was begun is on the arbodienst's record."""
        async with asyncio.timeout(60):
            while len(await self._case_ids()) < len(self._played):
                await asyncio.sleep(0.02)

    async def _case_ids(self) -> list[str]:
        async with self.ohs.store.look() as work:
            return list(await work.case_ids())

    async def delivered(self, count: int = 1) -> None:
        """Wait until so many messages of the arbodienst have their receipt."""
        async with asyncio.timeout(60):
            while await self._receipts() < count:
                await asyncio.sleep(0.02)

    async def _receipts(self) -> int:
        async with self.ohs.store.look() as work:
            return sum(item.state.value == "delivered" and item.needs_receipt for item in await work.outbox())

    def close(self) -> None:
        for task in self._played:
            task.cancel()


@asynccontextmanager
async def exchange(
    folder: Path,
    roads: Mapping[Party, tuple[str, int]],
    store_of: Callable[[str], str] = lambda _: "sqlite:///store.db",
    **delivery: float,
) -> AsyncIterator[Exchange]:
    """Two sites with their offices open; nobody serves yet."""
    sites = await settle_in(folder, roads, store_of, **delivery)
    async with AsyncExitStack() as stack:
        offices = [await stack.enter_async_context(site.office()) for site in sites]
        opened = Exchange(sites, *(office.services for office in offices))
        try:
            yield opened
        finally:
            opened.close()
