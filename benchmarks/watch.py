"""Seeing when a referral of the gateway has come to its end: its receipt was read and the store has it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.signal import Signal
from gateway.domain.messages import Message, Receipt
from gateway.ports.bundles import AuditRecord, BundleMapper
from gateway.ports.store import Store, UnitOfWork


class WatchedMapper(BundleMapper):
    """Notes for which messages a receipt was read.

    Args:
        mapper: The real one.
    """

    def __init__(self, mapper: BundleMapper) -> None:
        self._mapper = mapper
        self.answered: list[str] = []

    def to_bundle(self, message: Message, *, audit: Sequence[AuditRecord] = ()) -> bytes:
        """As the port says."""
        return self._mapper.to_bundle(message, audit=audit)

    def from_bundle(self, payload: bytes) -> Message:
        """As the port says."""
        message = self._mapper.from_bundle(payload)
        if isinstance(message.content, Receipt):
            self.answered.append(message.content.for_message_id)
        return message


class WatchedStore:
    """Tells of answered messages once the transaction after them was committed.

    Args:
        store: The real one; everything else is passed on to it.
        mapper: Who knows which messages were answered.
        signal: Who is told.
    """

    def __init__(self, store: Store, mapper: WatchedMapper, signal: Signal) -> None:
        self._store, self._mapper, self._signal = store, mapper, signal

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """As the port says."""
        async with self._store.begin() as work:
            yield work
        answered, self._mapper.answered = self._mapper.answered, []
        if answered:
            self._signal.done(*answered)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
