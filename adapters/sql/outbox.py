"""The outbox: rows small and often changed, bodies apart and never changed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, insert, literal_column, or_, select, update

from adapters.sql.tables import IS_UNSETTLED, outbox, outbox_bodies, routes
from adapters.sql.transaction import CaseKey, Transaction
from gateway.domain.errors import OperatorError
from gateway.domain.messages import Kind
from gateway.ports.store import OutboxItem, OutboxState
from gateway.ports.transport import Lane


class OutboxPart:
    """What a unit of work does with outgoing messages."""

    _transaction: Transaction

    async def next_sequence(self, referral_id: str, recipient: str) -> int:
        """As the port says."""
        row = await self._transaction.row(
            select(func.max(outbox.c.sequence)).where(
                outbox.c.referral_index == self._transaction.referral_index(referral_id),
                outbox.c.recipient == recipient,
            )
        )
        return (row[0] or 0) + 1 if row else 1

    async def enqueue(self, item: OutboxItem) -> None:
        """As the port says.

        Raises:
            OperatorError: ``store-conflict``: the message id or the place in the conversation is taken.
        """
        key = await self._transaction.ledger_key()
        added = await self._transaction.execute(insert(outbox).values(_row(self._transaction, key, item)))
        (position,) = added.inserted_primary_key or (None,)
        await self._transaction.execute(insert(outbox_bodies), [{"position": position, "body": item.body}])

    async def claim(self, owner: str, at: datetime, until: datetime, limit: int) -> list[OutboxItem]:
        """As the port says."""
        found = await self._transaction.rows(_due(at, limit).with_for_update(of=outbox, skip_locked=True))
        free = await self._transaction.hold_free({row.case_index for row in found if row.referral_index})
        claimed = [row for row in found if row.referral_index is None or row.case_index in free]
        claimed = await self._one_per_open_circuit(claimed, at, until)
        if not claimed:
            return []
        await self._transaction.execute(
            update(outbox)
            .where(outbox.c.position.in_([row.position for row in claimed]))
            .values(owner=owner, attempts=outbox.c.attempts + 1, next_attempt_at=until)
        )
        key = await self._transaction.ledger_key()
        items = (_item(self._transaction, key, row) for row in claimed)
        return [replace(item, owner=owner, attempts=item.attempts + 1, next_attempt_at=until) for item in items]

    async def _one_per_open_circuit(self, found: list[Row[Any]], at: datetime, until: datetime) -> list[Row[Any]]:
        """Of messages to a partner whose circuit is open only the first, and only by who takes the probe."""
        partners = {row.recipient for row in found}
        probes = select(routes.c.partner).where(routes.c.probe_at <= at, routes.c.partner.in_(partners))
        for partner in [row.partner for row in await self._transaction.rows(probes)] if partners else ():
            taken = await self._transaction.execute(
                update(routes).where(routes.c.partner == partner, routes.c.probe_at <= at).values(probe_at=until)
            )
            first = next(row for row in found if row.recipient == partner)
            found = [row for row in found if row.recipient != partner or (row is first and taken.rowcount)]
        return found

    async def settle(self, items: Sequence[OutboxItem]) -> None:
        """As the port says."""
        key = await self._transaction.ledger_key()
        rows = [
            {"of_message": item.message_id, "of_claim": item.attempts, **_progress(self._transaction, key, item)}
            for item in sorted(items, key=attrgetter("message_id"))
        ]
        if rows:
            await self._transaction.execute(_SETTLE, rows)

    async def update_outbox(self, item: OutboxItem) -> None:
        """As the port says; other fields keep what was enqueued.

        Raises:
            OperatorError: ``store-row-missing``.
        """
        key = await self._transaction.ledger_key()
        changed = await self._transaction.execute(
            update(outbox).where(outbox.c.message_id == item.message_id).values(_progress(self._transaction, key, item))
        )
        if not changed.rowcount:
            raise OperatorError(
                "store-row-missing",
                "The outbox has no message with this id.",
                remedy="Report this as a defect; nothing was changed.",
            )

    async def outbox_item(self, message_id: str) -> OutboxItem | None:
        """As the port says."""
        found = await self._items(_everything().where(outbox.c.message_id == message_id))
        return found[0] if found else None

    async def outbox(self, case_id: str | None = None) -> list[OutboxItem]:
        """As the port says."""
        query = _everything().order_by(outbox.c.position)
        if case_id is not None:
            query = query.where(outbox.c.case_index == self._transaction.case_index(case_id))
        return await self._items(query)

    async def _items(self, query: Select[Any]) -> list[OutboxItem]:
        found = await self._transaction.rows(query)
        if not found:
            return []
        key = await self._transaction.ledger_key()
        return [_item(self._transaction, key, row) for row in found]


_PROGRESS = ("state", "next_attempt_at", "sealed_reason", "owner")
_SETTLE = (
    update(outbox)
    .where(
        outbox.c.message_id == bindparam("of_message"),
        outbox.c.attempts == bindparam("of_claim"),
        literal_column(f"outbox.{IS_UNSETTLED}"),
    )
    .values({name: bindparam(name) for name in _PROGRESS})
)


def _due(at: datetime, limit: int) -> Select[Any]:
    earlier = outbox.alias("earlier")
    waits_for_earlier = (
        select(literal_column("1"))
        .where(
            earlier.c.referral_index == outbox.c.referral_index,
            earlier.c.recipient == outbox.c.recipient,
            earlier.c.sequence < outbox.c.sequence,
            literal_column("earlier.state = 'pending'"),
        )
        .exists()
    )
    return (
        _everything()
        .where(and_(literal_column(f"outbox.{IS_UNSETTLED}"), outbox.c.next_attempt_at <= at, ~waits_for_earlier))
        .where(~_rests(at))
        .order_by(outbox.c.next_attempt_at, outbox.c.position)
        .limit(limit)
    )


def _rests(at: datetime) -> ColumnElement[bool]:
    is_resting = or_(routes.c.paused_at.is_not(None), routes.c.probe_at > at)
    return select(literal_column("1")).where(routes.c.partner == outbox.c.recipient, is_resting).exists()


def _everything() -> Select[Any]:
    return select(outbox, outbox_bodies.c.body).join(outbox_bodies)


def _row(transaction: Transaction, key: CaseKey, item: OutboxItem) -> dict[str, Any]:
    return {
        "message_id": item.message_id,
        "case_index": transaction.case_index(item.case_id),
        "kind": item.kind.value,
        "recipient": item.recipient,
        "lane": item.lane.value,
        "referral_index": transaction.referral_index(item.referral_id),
        "sequence": item.sequence,
        "digest": item.digest,
        "needs_receipt": item.needs_receipt,
        "created_at": item.created_at,
        "sealed": transaction.seal_values(key, [item.case_id, item.referral_id], "outbox", item.message_id, "context"),
        "attempts": item.attempts,
        **_progress(transaction, key, item),
        "owner": item.owner,
    }


def _progress(transaction: Transaction, key: CaseKey, item: OutboxItem) -> dict[str, Any]:
    reason = None
    if item.reason is not None:
        reason = transaction.seal_values(key, [item.reason], "outbox", item.message_id, "reason")
    return {
        "state": item.state.value,
        "next_attempt_at": item.next_attempt_at,
        "sealed_reason": reason,
        "owner": None,
    }


def _item(transaction: Transaction, key: CaseKey, row: Row[Any]) -> OutboxItem:
    place = ("outbox", row.message_id)
    case_id, referral_id = transaction.open_values(key, row.sealed, *place, "context")
    reason = None
    if row.sealed_reason is not None:
        (reason,) = transaction.open_values(key, row.sealed_reason, *place, "reason")
    return OutboxItem(
        message_id=row.message_id,
        case_id=case_id,
        kind=Kind(row.kind),
        recipient=row.recipient,
        lane=Lane(row.lane),
        referral_id=referral_id,
        sequence=row.sequence,
        body=row.body,
        digest=row.digest,
        needs_receipt=row.needs_receipt,
        state=OutboxState(row.state),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        created_at=row.created_at,
        reason=reason,
        owner=row.owner,
    )
