"""The outbox: rows small and often changed, bodies apart and never changed."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from typing_extensions import override

from adapters.sql.tables import IS_UNSETTLED, outbox, outbox_bodies, routes
from adapters.sql.transaction import CaseKey, Transaction
from gateway.domain.errors import OperatorError
from gateway.domain.messages import Kind
from gateway.ports.store import Outbox, OutboxItem, OutboxState
from gateway.ports.transport import Lane


class OutboxPart(Outbox):
    """What a unit of work does with outgoing messages.

    A message that was looked up is known until cases are held. New messages, and the progress of known ones, are
    gathered and written in bulk: before the next look at the outbox, at the latest at the end.
    """

    _transaction: Transaction
    _enqueued: list[OutboxItem]
    _outgoing: dict[str, OutboxItem]
    _changed: set[str]
    _begun: set[str]
    """Conversations of which nothing was sent before this unit of work, and nothing is written yet."""

    @override
    async def next_sequence(self, referral_id: str, recipient: str) -> int:
        new = [i.sequence or 0 for i in self._enqueued if (i.referral_id, i.recipient) == (referral_id, recipient)]
        known = 0 if referral_id in self._begun else await self._highest(referral_id, recipient)
        return max([*new, known]) + 1

    async def _highest(self, referral_id: str, recipient: str) -> int:
        """Of what was sent."""
        index = self._transaction.referral_index(referral_id)
        row = await self._transaction.row(_HIGHEST, {"index": index, "to": recipient})
        return (row[0] if row else None) or 0

    @override
    async def enqueue(self, item: OutboxItem) -> None:
        """Gather the message; a conflict comes up when it is written."""
        self._transaction.expect_to_write()
        self._enqueued.append(item)

    async def write_outbox(self) -> None:
        """Write what was gathered.

        Raises:
            OperatorError: ``store-conflict``: a message id or a place in a conversation is taken.
        """
        if self._changed:
            changed = [self._outgoing[message_id] for message_id in self._changed]
            self._changed = set()
            await self._transaction.execute(_UPDATE, await self._progress_of(changed))
        if self._enqueued:
            enqueued, self._enqueued = self._enqueued, []
            self._begun.clear()
            key = await self._transaction.ledger_key()
            rows = [await self._progress(item) | _row(self._transaction, key, item) for item in enqueued]
            added = await self._transaction.execute(_INSERT, rows)
            bodies = zip(added.scalars(), enqueued, strict=True)
            await self._transaction.execute(
                _KEEP, [{"position": position, "body": item.body} for position, item in bodies]
            )

    async def _progress_of(self, items: Sequence[OutboxItem]) -> list[dict[str, Any]]:
        return [
            {"of_message": item.message_id, **await self._progress(item)}
            for item in sorted(items, key=attrgetter("message_id"))
        ]

    async def _progress(self, item: OutboxItem) -> dict[str, Any]:
        """What changes of a message; nearly always without a reason, and then nothing is sealed."""
        reason = None
        if item.reason is not None:
            key = await self._transaction.ledger_key()
            reason = self._transaction.seal_values(key, [item.reason], "outbox", item.message_id, "reason")
        return {
            "state": item.state.value,
            "next_attempt_at": item.next_attempt_at,
            "sealed_reason": reason,
            "owner": None,
        }

    @override
    async def claim(
        self, owner: str, at: datetime, until: datetime, limit: int, lanes: Collection[Lane] = tuple(Lane)
    ) -> list[OutboxItem]:
        await self.write_outbox()
        wanted = [lane.value for lane in lanes]
        found = await self._transaction.rows(_DUE, {"at": at, "most": limit, "lanes": wanted})
        free = await self._transaction.hold_free({row.case_index for row in found if row.referral_index})
        claimed = [row for row in found if row.referral_index is None or row.case_index in free]
        claimed = await self._one_per_open_circuit(claimed, at, until)
        if not claimed:
            return []
        positions = [row.position for row in claimed]
        await self._transaction.execute(_CLAIM, {"positions": positions, "by": owner, "until": until})
        key = await self._transaction.ledger_key()
        items = (outgoing_item(self._transaction, key, row) for row in claimed)
        ours = [replace(item, owner=owner, attempts=item.attempts + 1, next_attempt_at=until) for item in items]
        self._outgoing.update({item.message_id: item for item in ours})
        return ours

    async def _one_per_open_circuit(self, found: list[Row[Any]], at: datetime, until: datetime) -> list[Row[Any]]:
        """Of messages to a partner whose circuit is open only the first, and only by who takes the probe."""
        for partner in {row.recipient for row in found if row.probe_at is not None}:
            taken = await self._transaction.execute(
                update(routes).where(routes.c.partner == partner, routes.c.probe_at <= at).values(probe_at=until)
            )
            first = next(row for row in found if row.recipient == partner)
            found = [row for row in found if row.recipient != partner or (row is first and taken.rowcount)]
        return found

    @override
    async def settle(self, items: Sequence[OutboxItem]) -> None:
        await self.write_outbox()
        if items:
            rows = await self._progress_of(items)
            claims = {item.message_id: item.attempts for item in items}
            self._outgoing = {known: item for known, item in self._outgoing.items() if known not in claims}
            await self._transaction.execute(_SETTLE, [{**row, "of_claim": claims[row["of_message"]]} for row in rows])
            brief = [item.message_id for item in items if item.is_brief and item.state is OutboxState.DELIVERED]
            if brief:
                await self._transaction.execute(_EMPTY, {"of": brief})

    @override
    async def forget_receipt(self, message_id: str) -> None:
        await self.write_outbox()
        self._outgoing.pop(message_id, None)
        await self._transaction.execute(_FORGET_BODY, {"of": message_id})
        await self._transaction.execute(_FORGET, {"of": message_id})

    @override
    async def update_outbox(self, item: OutboxItem) -> None:
        self._transaction.expect_to_write()
        known = await self.outbox_item(item.message_id)
        if known is None:
            raise OperatorError(
                "store-row-missing",
                "The outbox has no message with this id.",
                remedy="Report this as a defect; nothing was changed.",
            )
        self._outgoing[item.message_id] = replace(
            known, state=item.state, next_attempt_at=item.next_attempt_at, reason=item.reason, owner=None
        )
        self._changed.add(item.message_id)

    @override
    async def outbox_item(self, message_id: str) -> OutboxItem | None:
        return (await self.outbox_items([message_id])).get(message_id)

    @override
    async def outbox_items(self, message_ids: Collection[str]) -> dict[str, OutboxItem]:
        unknown = [message_id for message_id in message_ids if message_id not in self._outgoing]
        if unknown:
            await self._look_up_outgoing(_WANTED, {"wanted": unknown})
        return {one: self._outgoing[one] for one in message_ids if one in self._outgoing}

    @override
    async def outbox(self, case_id: str | None = None) -> list[OutboxItem]:
        query = _everything().order_by(outbox.c.position)
        if case_id is not None:
            query = query.where(outbox.c.case_index == self._transaction.case_index(case_id))
        return await self._look_up_outgoing(query)

    async def _look_up_outgoing(self, query: Select[Any], values: dict[str, Any] | None = None) -> list[OutboxItem]:
        await self.write_outbox()
        found = await self._transaction.rows(query, values)
        if not found:
            return []
        key = await self._transaction.ledger_key()
        items = [outgoing_item(self._transaction, key, row) for row in found]
        self._outgoing.update({item.message_id: item for item in items})
        return items

    async def forget_outgoing(self) -> None:
        """Look at every message again: others may have changed it by now."""
        await self.write_outbox()
        self._outgoing = {}


_KEEP = insert(outbox_bodies)
_INSERT = insert(outbox).returning(outbox.c.position, sort_by_parameter_order=True)
_UPDATE = (
    update(outbox)
    .where(outbox.c.message_id == bindparam("of_message"))
    .values({name: bindparam(name) for name in ("state", "next_attempt_at", "sealed_reason", "owner")})
)
_SETTLE = _UPDATE.where(outbox.c.attempts == bindparam("of_claim"), literal_column(f"outbox.{IS_UNSETTLED}"))

_DONE = select(outbox.c.position).where(
    outbox.c.message_id.in_(bindparam("of", expanding=True)), outbox.c.state == OutboxState.DELIVERED.value
)
_EMPTY = delete(outbox_bodies).where(outbox_bodies.c.position.in_(_DONE))
_IS_RECEIPT = (outbox.c.message_id == bindparam("of"), outbox.c.kind == Kind.RECEIPT.value)
_FORGET = delete(outbox).where(*_IS_RECEIPT)
_FORGET_BODY = delete(outbox_bodies).where(outbox_bodies.c.position.in_(select(outbox.c.position).where(*_IS_RECEIPT)))


def _everything() -> Select[Any]:
    return select(outbox, outbox_bodies.c.body).outerjoin(outbox_bodies)


def _due() -> Select[Any]:
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
    is_due = outbox.c.next_attempt_at <= bindparam("at")
    is_reachable = outbox.c.lane.in_(bindparam("lanes", expanding=True))
    goes = and_(routes.c.paused_at.is_(None), or_(routes.c.probe_at.is_(None), routes.c.probe_at <= bindparam("at")))
    return (
        _everything()
        .add_columns(routes.c.probe_at)
        .outerjoin(routes, routes.c.partner == outbox.c.recipient)
        .where(and_(literal_column(f"outbox.{IS_UNSETTLED}"), is_due, ~waits_for_earlier))
        .where(goes, is_reachable)
        .order_by(outbox.c.next_attempt_at, outbox.c.position)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(of=outbox, skip_locked=True)
    )


_DUE = _due()
_WANTED = _everything().where(outbox.c.message_id.in_(bindparam("wanted", expanding=True)))
_HIGHEST = select(func.max(outbox.c.sequence)).where(
    outbox.c.referral_index == bindparam("index"), outbox.c.recipient == bindparam("to")
)
_CLAIM = (
    update(outbox)
    .where(outbox.c.position.in_(bindparam("positions", expanding=True)))
    .values(owner=bindparam("by"), attempts=outbox.c.attempts + 1, next_attempt_at=bindparam("until"))
)


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
        "owner": item.owner,
        "is_brief": item.is_brief or None,
    }


def outgoing_item(transaction: Transaction, key: CaseKey, row: Row[Any]) -> OutboxItem:
    """Make the item of a row."""
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
        body=row.body or b"",
        digest=row.digest,
        needs_receipt=row.needs_receipt,
        state=OutboxState(row.state),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        created_at=row.created_at,
        reason=reason,
        owner=row.owner,
        is_brief=bool(row.is_brief),
    )
