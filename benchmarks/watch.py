"""Seeing when a referral of the gateway has come to its end: the store has it as delivered, by a signed receipt."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from benchmarks.signal import Signal
from gateway.domain.messages import Kind
from gateway.ports.store import OutboxItem, OutboxState, Store, UnitOfWork


class WatchedStore:
    """Tells of delivered referrals once the transaction that says so was committed.

    Args:
        store: The real one; everything else is passed on to it.
        signal: Who is told.
    """

    def __init__(self, store: Store, signal: Signal) -> None:
        self._store, self._signal = store, signal

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """Begin a transaction whose deliveries are told once it was committed."""
        delivered: list[str] = []
        async with self._store.begin() as work:
            yield cast("UnitOfWork", _WatchedWork(work, delivered))
        if delivered:
            self._signal.done(*delivered)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class _WatchedWork:
    def __init__(self, work: UnitOfWork, delivered: list[str]) -> None:
        self._work, self._delivered = work, delivered

    async def update_outbox(self, item: OutboxItem) -> None:
        await self._work.update_outbox(item)
        if (item.kind, item.state) == (Kind.REFERRAL_REQUESTED, OutboxState.DELIVERED):
            self._delivered.append(item.message_id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)
