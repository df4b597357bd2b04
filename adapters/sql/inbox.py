"""The inbox: what came in, once per sender and message id; the body only while the message waits."""

from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update

from adapters.sql.tables import inbox, inbox_bodies
from adapters.sql.transaction import CaseKey, Transaction
from gateway.domain.messages import Kind
from gateway.ports.store import InboxItem, InboxState

_SETTLED = (InboxState.PROCESSED.value, InboxState.REFUSED.value)

_WAITING = (InboxState.PARKED.value, InboxState.DISCARDED.value)


class InboxPart:
    """What a unit of work does with incoming messages."""

    _transaction: Transaction

    async def inbox_item(self, sender: str, message_id: str) -> InboxItem | None:
        """As the port says."""
        return await self._first(_everything().where(inbox.c.sender == sender, inbox.c.message_id == message_id))

    async def save_inbox(self, item: InboxItem) -> None:
        """As the port says; a replaced row keeps its place."""
        row = _row(self._transaction, await self._transaction.ledger_key(), item)
        former = await self._transaction.row(
            select(inbox.c.position).where(inbox.c.sender == item.sender, inbox.c.message_id == item.message_id)
        )
        if former is None:
            added = await self._transaction.execute(insert(inbox).values(row))
            (position,) = added.inserted_primary_key or (None,)
        else:
            position = former.position
            await self._transaction.execute(update(inbox).where(inbox.c.position == position).values(row))
            await self._transaction.execute(delete(inbox_bodies).where(inbox_bodies.c.position == position))
        if item.body is not None:
            await self._transaction.execute(insert(inbox_bodies), [{"position": position, "body": item.body}])

    async def last_received(self, sender: str, referral_id: str) -> int:
        """As the port says."""
        row = await self._transaction.row(
            select(func.max(inbox.c.sequence)).where(
                inbox.c.referral_index == self._transaction.referral_index(referral_id),
                inbox.c.sender == sender,
                inbox.c.state.in_(_SETTLED),
            )
        )
        return (row[0] or 0) if row else 0

    async def parked(self, sender: str, referral_id: str, sequence: int) -> InboxItem | None:
        """As the port says."""
        return await self._first(
            _everything()
            .where(
                inbox.c.referral_index == self._transaction.referral_index(referral_id),
                inbox.c.sender == sender,
                inbox.c.sequence == sequence,
                inbox.c.state.in_(_WAITING),
            )
            .order_by(inbox.c.position)
        )

    async def waiting(self, sender: str, referral_id: str) -> list[InboxItem]:
        """As the port says."""
        return await self._found(
            _everything()
            .where(
                inbox.c.referral_index == self._transaction.referral_index(referral_id),
                inbox.c.sender == sender,
                inbox.c.state == InboxState.PARKED.value,
            )
            .order_by(inbox.c.sequence)
        )

    async def inbox(self, case_id: str | None = None) -> list[InboxItem]:
        """As the port says."""
        query = _everything().order_by(inbox.c.position)
        if case_id is not None:
            query = query.where(inbox.c.case_index == self._transaction.case_index(case_id))
        return await self._found(query)

    async def _found(self, query: Select[Any]) -> list[InboxItem]:
        found = await self._transaction.rows(query)
        return [_item(self._transaction, await self._transaction.ledger_key(), row) for row in found]

    async def _first(self, query: Select[Any]) -> InboxItem | None:
        row = await self._transaction.row(query.limit(1))
        return None if row is None else _item(self._transaction, await self._transaction.ledger_key(), row)


def _everything() -> Select[Any]:
    return select(inbox, inbox_bodies.c.body).outerjoin(inbox_bodies)


def _row(transaction: Transaction, key: CaseKey, item: InboxItem) -> dict[str, Any]:
    values = [item.case_id, item.referral_id, item.reason]
    return {
        "sender": item.sender,
        "message_id": item.message_id,
        "digest": item.digest,
        "kind": item.kind.value,
        "state": item.state.value,
        "received_at": item.received_at,
        "case_index": None if item.case_id is None else transaction.case_index(item.case_id),
        "referral_index": transaction.referral_index(item.referral_id),
        "sequence": item.sequence,
        "receipt_id": item.receipt_id,
        "sealed": transaction.seal_values(key, values, "inbox", item.sender, item.message_id),
    }


def _item(transaction: Transaction, key: CaseKey, row: Row[Any]) -> InboxItem:
    place = ("inbox", row.sender, row.message_id)
    case_id, referral_id, reason = transaction.open_values(key, row.sealed, *place)
    return InboxItem(
        sender=row.sender,
        message_id=row.message_id,
        digest=row.digest,
        kind=Kind(row.kind),
        state=InboxState(row.state),
        received_at=row.received_at,
        case_id=case_id,
        referral_id=referral_id,
        sequence=row.sequence,
        receipt_id=row.receipt_id,
        body=row.body,
        reason=reason,
    )
