"""A turn that is shared: whoever comes first takes along all who wait (group commit).

Nobody waits for company, and company grows by itself while a commit waits for the disk.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

TOGETHER = 100
"""How many share a turn at most."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Item, Outcome]):
    item: Item
    outcome: Outcome | None = None
    is_done: bool = False


class SharedTurn(Generic[Item, Outcome]):
    """Lets those who wait at the same time be served together, one group after the other, in the order they came."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting[Item, Outcome]] = []
        self._turn = asyncio.Lock()

    async def take(self, item: Item, serve: Callable[[Sequence[Item]], Awaitable[Sequence[Outcome]]]) -> Outcome:
        """Wait until an item was served, alone or among others.

        Args:
            item: Ours.
            serve: Serves several and gives an outcome for each; errors are outcomes. Who is cancelled while it serves
                leaves the others to whoever comes next, so it must do all or nothing.
        """
        own = _Waiting[Item, Outcome](item)
        self._waiting.append(own)
        try:
            async with self._turn:
                while not own.is_done:
                    await self._serve_together(serve)
        finally:
            if not own.is_done:
                self._waiting.remove(own)
        return own.outcome  # type: ignore[return-value]  # it is done

    async def _serve_together(self, serve: Callable[[Sequence[Item]], Awaitable[Sequence[Outcome]]]) -> None:
        together = self._waiting[:TOGETHER]
        outcomes = await serve([one.item for one in together])
        for one, outcome in zip(together, outcomes, strict=True):
            one.outcome, one.is_done = outcome, True
        self._waiting = [one for one in self._waiting if not one.is_done]
