"""Signed checkpoints: our own by size, and those of partners whose witness we are. Nothing in them is personal."""

from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, insert, or_, select
from sqlalchemy.sql.elements import ColumnElement
from typing_extensions import override

from adapters.sql.tables import checkpoints, witnessed
from adapters.sql.transaction import Transaction
from gateway.domain.checkpoint import Checkpoint, SignedCheckpoint
from gateway.ports.store import Witnesses

_NEWEST = select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)

_NEWEST_OF = (
    select(witnessed)
    .where(witnessed.c.partner == bindparam("of"))
    .order_by(witnessed.c.size.desc(), witnessed.c.signed_at.desc())
    .limit(1)
)


class CheckpointPart(Witnesses):
    """What a unit of work does with signed checkpoints."""

    _transaction: Transaction

    @override
    async def save_checkpoint(self, signed: SignedCheckpoint) -> None:
        await self._transaction.execute(delete(checkpoints).where(checkpoints.c.size == signed.checkpoint.size))
        await self._transaction.execute(insert(checkpoints), [_row(signed)])

    @override
    async def newest_checkpoint(self) -> SignedCheckpoint | None:
        row = await self._transaction.row(_NEWEST)
        return _signed(row) if row else None

    @override
    async def signed_checkpoints(self) -> list[SignedCheckpoint]:
        return [_signed(row) for row in await self._transaction.rows(select(checkpoints).order_by(checkpoints.c.size))]

    @override
    async def save_witnessed(self, partner: str, signed: SignedCheckpoint) -> bool:
        same = (
            witnessed.c.size == signed.checkpoint.size,
            witnessed.c.root == signed.checkpoint.root,
            witnessed.c.signed_at == signed.signed_at,
        )
        if await self._transaction.row(select(witnessed.c.size).where(witnessed.c.partner == partner, *same)):
            return False
        await self._transaction.execute(insert(witnessed), [{"partner": partner, **_row(signed)}])
        return True

    @override
    async def witnessed(self, partner: str) -> list[SignedCheckpoint]:
        held = select(witnessed).where(witnessed.c.partner == partner)
        found = await self._transaction.rows(held.order_by(witnessed.c.size, witnessed.c.signed_at))
        return [_signed(row) for row in found]

    @override
    async def newest_witnessed(self, partner: str) -> SignedCheckpoint | None:
        row = await self._transaction.row(_NEWEST_OF, {"of": partner})
        return _signed(row) if row else None

    @override
    async def contradicting(self, partner: str, signed: SignedCheckpoint) -> SignedCheckpoint | None:
        held = select(witnessed).where(witnessed.c.partner == partner, _contradicts(signed))
        row = await self._transaction.row(held.order_by(witnessed.c.size, witnessed.c.signed_at).limit(1))
        return _signed(row) if row else None


def _contradicts(signed: SignedCheckpoint) -> ColumnElement[bool]:
    """``gateway.domain.checkpoint.contradicts`` as a condition; the contract suite keeps both the same."""
    size, root, at = signed.checkpoint.size, signed.checkpoint.root, signed.signed_at
    return or_(
        and_(witnessed.c.size == size, witnessed.c.root != root),
        and_(witnessed.c.size > size, witnessed.c.signed_at < at),
        and_(witnessed.c.size < size, witnessed.c.signed_at > at),
    )


def _row(signed: SignedCheckpoint) -> dict[str, Any]:
    size, root = signed.checkpoint.size, signed.checkpoint.root
    return {"size": size, "root": root, "signed_at": signed.signed_at, "note": signed.note}


def _signed(row: Row[Any]) -> SignedCheckpoint:
    return SignedCheckpoint(Checkpoint(row.size, row.root), row.note, row.signed_at)
