"""Bodies that have done their work: counted, and deleted when their term is over; their rows stay (R57)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, func, select
from typing_extensions import override

from adapters.sql.quarantine import own_case
from adapters.sql.tables import outbox, outbox_bodies, quarantine, quarantine_bodies
from adapters.sql.transaction import Transaction
from gateway.domain.messages import Kind
from gateway.domain.retention import DataKind
from gateway.ports.store import SETTLED_OUTBOX_STATES, SETTLED_QUARANTINE_STATES, ExpiredBodies, QuarantineState

_SETTLED = tuple(sorted(SETTLED_OUTBOX_STATES))
_DONE_WITH = tuple(sorted(SETTLED_QUARANTINE_STATES))
_IS_REPLAYED = quarantine.c.state == QuarantineState.REPLAYED.value


class ExpiredBodiesPart(ExpiredBodies):
    """What a unit of work does with bodies at the end of their term."""

    _transaction: Transaction

    @override
    async def expired_bodies(self, kind: DataKind, before: datetime) -> int:
        bodies, rows, is_expired = _place(kind, before)
        query = select(func.count()).select_from(bodies.join(rows)).where(is_expired)
        return int((await self._transaction.execute(query)).scalar_one())

    @override
    async def delete_expired_bodies(self, kind: DataKind, before: datetime) -> int:
        bodies, rows, is_expired = _place(kind, before)
        if kind is DataKind.HELD_DELIVERY:
            await self._destroy_keys(select(quarantine.c.item_id).join(quarantine_bodies).where(is_expired))
        # Held, so that what somebody sends again at this moment keeps its bytes.
        positions = select(rows.c.position).where(is_expired).with_for_update()
        deleted = await self._transaction.execute(delete(bodies).where(bodies.c.position.in_(positions)))
        if kind is DataKind.HELD_DELIVERY:
            await self._transaction.execute(delete(quarantine).where(_IS_REPLAYED, quarantine.c.received_at < before))
        self._transaction.has_erased = True
        return deleted.rowcount

    async def _destroy_keys(self, items: Select[Any]) -> None:
        """A body that nobody understood may say anything, and has a key of its own: then no copy of it opens either."""
        for row in await self._transaction.rows(items):
            await self._transaction.destroy_key(own_case(row.item_id))


def _place(kind: DataKind, before: datetime) -> tuple[Table, Table, ColumnElement[bool]]:
    """The bodies, their rows, and which of these are expired.

    A message has no time of its settling: it was settled after it was made, and about when it was last due.
    """
    if kind is DataKind.HELD_DELIVERY:
        is_expired = and_(quarantine.c.state.in_(_DONE_WITH), quarantine.c.received_at < before)
        return quarantine_bodies, quarantine, is_expired
    is_receipt = outbox.c.kind == Kind.RECEIPT.value
    is_kind = is_receipt if kind is DataKind.RECEIPT_COPY else ~is_receipt
    is_old = and_(outbox.c.created_at < before, outbox.c.next_attempt_at < before)
    return outbox_bodies, outbox, and_(outbox.c.state.in_(_SETTLED), is_kind, is_old)
