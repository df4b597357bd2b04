"""The quarantine: deliveries nobody could understand, and so perhaps personal data in clear; sealed by us."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, literal_column, select, update
from typing_extensions import override

from adapters.sql.tables import IS_HELD, quarantine, quarantine_bodies
from adapters.sql.transaction import CaseKey, Transaction
from gateway.ports.store import Amount, Quarantine, QuarantineItem, QuarantineState
from gateway.ports.transport import Lane

_STATES = select(quarantine.c.bytes_index, quarantine.c.state).where(
    quarantine.c.bytes_index.in_(bindparam("marks", expanding=True))
)

_HELD_OF = select(func.count().label("many"), func.coalesce(func.sum(quarantine.c.kept_bytes), 0).label("size")).where(
    quarantine.c.share_index == bindparam("share"), literal_column(f"quarantine.{IS_HELD}")
)

_SINCE = select(func.count()).where(
    quarantine.c.received_at >= bindparam("since"), quarantine.c.share_index == bindparam("share")
)


class QuarantinePart(Quarantine):
    """What a unit of work does with quarantined deliveries."""

    _transaction: Transaction

    @override
    async def save_quarantine(self, item: QuarantineItem) -> None:
        """Keep the place of a row that changes, and its body, which is evidence."""
        key = await self._transaction.ledger_key()
        row = self._quarantine_row(key, item)
        changed = await self._transaction.execute(
            update(quarantine).where(quarantine.c.item_id == item.item_id).values(row)
        )
        if changed.rowcount:
            return
        new = {
            "bytes_index": self._bytes_index(item.sender, item.digest),
            "share_index": self._share_index(item.share),
            "kept_bytes": len(item.body),
            "message_index": self._transaction.blind("message", item.message_id),
        }
        added = await self._transaction.execute(insert(quarantine).values(row | new))
        if not item.body:
            return
        (position,) = added.inserted_primary_key or (None,)
        own = await self._transaction.key(own_case(item.item_id))
        body = self._transaction.seal(own, item.body, "quarantine", item.item_id, "body")
        await self._transaction.execute(insert(quarantine_bodies), [{"position": position, "sealed_body": body}])

    def _bytes_index(self, sender: str, digest: str) -> str:
        return self._transaction.vault.index(f"quarantine:{sender}:{digest}")

    def _share_index(self, share: str) -> str:
        return self._transaction.vault.index(f"quarantine:share:{share}")

    @override
    async def quarantined(self, found: Sequence[tuple[str, bytes]]) -> list[QuarantineState | None]:
        marks = [self._bytes_index(sender, hashlib.sha256(body).hexdigest()) for sender, body in found]
        rows = await self._transaction.rows(_STATES, {"marks": marks}) if marks else ()
        states = {row.bytes_index: QuarantineState(row.state) for row in rows}
        return [states.get(mark) for mark in marks]

    @override
    async def held_of(self, share: str) -> Amount:
        row = (await self._transaction.execute(_HELD_OF, {"share": self._share_index(share)})).one()
        return Amount(row.many, row.size)

    @override
    async def quarantined_since(self, share: str, since: datetime) -> int:
        values = {"share": self._share_index(share), "since": since}
        return int((await self._transaction.execute(_SINCE, values)).scalar_one())

    @override
    async def quarantined_as(self, sender: str, digest: str) -> list[QuarantineItem]:
        query = select(quarantine).where(quarantine.c.bytes_index == self._bytes_index(sender, digest))
        found = await self._transaction.rows(query.order_by(quarantine.c.position))
        return [held_item(self._transaction, await self._transaction.ledger_key(), row) for row in found]

    def _quarantine_row(self, key: CaseKey, item: QuarantineItem) -> dict[str, Any]:
        values = [item.message_id, item.sender, item.reason, item.share, item.digest, str(item.size)]
        return {
            "item_id": item.item_id,
            "lane": item.lane.value,
            "state": item.state.value,
            "received_at": item.received_at,
            "sealed": self._transaction.seal_values(key, values, "quarantine", item.item_id, "claims"),
        }

    @override
    async def quarantine(self, state: QuarantineState | None = None) -> list[QuarantineItem]:
        query = select(quarantine).order_by(quarantine.c.position)
        if state is not None:
            query = query.where(quarantine.c.state == state.value)
        found = await self._transaction.rows(query)
        return [held_item(self._transaction, await self._transaction.ledger_key(), row) for row in found]

    @override
    async def quarantine_item(self, item_id: str) -> QuarantineItem | None:
        query = select(quarantine, quarantine_bodies.c.sealed_body).outerjoin(quarantine_bodies)
        row = await self._transaction.row(query.where(quarantine.c.item_id == item_id))
        if row is None:
            return None
        item = held_item(self._transaction, await self._transaction.ledger_key(), row)
        return replace(item, body=await self._body(row))

    async def _body(self, row: Row[Any]) -> bytes:
        own = await self._transaction.find_key(own_case(row.item_id))
        if own is None or row.sealed_body is None:
            return b""
        return self._transaction.open(own, row.sealed_body, "quarantine", row.item_id, "body")


def own_case(item_id: str) -> str:
    """What nobody understood may say anything: its body has a key of its own, as a case has, to be erased with."""
    return f"quarantine:{item_id}"


def held_item(transaction: Transaction, key: CaseKey, row: Row[Any]) -> QuarantineItem:
    """Make the item of a row, without its body."""
    values = transaction.open_values(key, row.sealed, "quarantine", row.item_id, "claims")
    message_id, sender, reason, *more = values
    share, digest, size = more or ("", "", "0")  # rows from before the ceilings have three values
    return QuarantineItem(
        item_id=row.item_id,
        message_id=message_id,
        sender=sender,
        lane=Lane(row.lane),
        body=b"",
        reason=reason,
        received_at=row.received_at,
        state=QuarantineState(row.state),
        share=share,
        size=int(size),
        digest=digest,
    )
