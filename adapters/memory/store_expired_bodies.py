"""Bodies in memory that have done their work."""

from collections.abc import Callable, MutableMapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from typing_extensions import override

from gateway.domain.messages import Kind
from gateway.domain.retention import DataKind
from gateway.ports.store import (
    SETTLED_OUTBOX_STATES,
    SETTLED_QUARANTINE_STATES,
    ExpiredBodies,
    OutboxItem,
    QuarantineItem,
    QuarantineState,
)


class MemoryExpiredBodiesPart(ExpiredBodies):
    """What a unit of work does with bodies at the end of their term."""

    _rows: Any
    _put: Callable[[Any, Any, Any], None]
    _will_undo: Callable[[Callable[[], Any]], None]

    @override
    async def expired_bodies(self, kind: DataKind, before: datetime) -> int:
        return len(self._expired(kind, before))

    @override
    async def delete_expired_bodies(self, kind: DataKind, before: datetime) -> int:
        found = self._expired(kind, before)
        table = self._rows.quarantine if kind is DataKind.HELD_DELIVERY else self._rows.outbox
        for key, item in found.items():
            self._put(table, key, replace(item, body=b""))
        if kind is DataKind.HELD_DELIVERY:
            self._forget_replayed(before)
        return len(found)

    def _forget_replayed(self, before: datetime) -> None:
        rows: dict[str, QuarantineItem] = self._rows.quarantine
        for key, item in list(rows.items()):
            if item.state is QuarantineState.REPLAYED and item.received_at < before:
                self._will_undo(partial(rows.__setitem__, key, item))
                del rows[key]

    def _expired(self, kind: DataKind, before: datetime) -> dict[str, Any]:
        if kind is DataKind.HELD_DELIVERY:
            held: MutableMapping[str, QuarantineItem] = self._rows.quarantine
            done = SETTLED_QUARANTINE_STATES
            return {k: i for k, i in held.items() if i.body and i.state in done and i.received_at < before}
        sent: MutableMapping[str, OutboxItem] = self._rows.outbox
        return {k: i for k, i in sent.items() if i.body and _is_expired(i, kind, before)}


def _is_expired(item: OutboxItem, kind: DataKind, before: datetime) -> bool:
    is_kind = (item.kind is Kind.RECEIPT) is (kind is DataKind.RECEIPT_COPY)
    is_old = item.created_at < before and item.next_attempt_at < before
    return is_kind and is_old and item.state in SETTLED_OUTBOX_STATES
