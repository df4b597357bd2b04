"""The inbox: what came in, once per sender and message id; the body only while the message waits."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, insert, select, tuple_, update

from adapters.sql.tables import inbox, inbox_bodies
from adapters.sql.transaction import CaseKey, Transaction
from gateway.domain.messages import Kind
from gateway.ports.store import InboxItem, InboxState

_WAITING = (InboxState.PARKED, InboxState.DISCARDED)


@dataclass(slots=True)
class _Line:
    """One sender's messages in one conversation.

    Attributes:
        last: Highest sequence that is settled.
        waiting: Sequences that are parked, or were discarded while they were.
    """

    last: int
    waiting: set[int]

    def note(self, sequence: int, state: InboxState) -> None:
        """Take a message at that place into account."""
        if state in _WAITING:
            self.waiting.add(sequence)
        else:
            self.waiting.discard(sequence)
            self.last = max(self.last, sequence)


class InboxPart:
    """What a unit of work does with incoming messages.

    A message that was looked up, also in vain, is known until cases are held. New ones are gathered and written in
    bulk: before the next look at the inbox, at the latest at the end. A conversation's line is read once.
    """

    _transaction: Transaction
    _incoming: dict[tuple[str, str], InboxItem | None]
    _arrived: dict[tuple[str, str], InboxItem]
    _lines: dict[tuple[str, str], _Line]

    async def inbox_item(self, sender: str, message_id: str) -> InboxItem | None:
        """As the port says."""
        return (await self.inbox_items([(sender, message_id)])).get((sender, message_id))

    async def inbox_items(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], InboxItem]:
        """As the port says."""
        unknown = [key for key in keys if key not in self._incoming]
        if unknown:
            self._incoming.update(dict.fromkeys(unknown))
            await self._look_up_incoming(_WANTED, {"wanted": unknown})
        found = ((key, self._incoming[key]) for key in keys)
        return {key: item for key, item in found if item is not None}

    async def save_inbox(self, item: InboxItem) -> None:
        """As the port says; a replaced row keeps its place."""
        self._transaction.expect_to_write()
        key = (item.sender, item.message_id)
        is_new = await self.inbox_item(*key) is None or key in self._arrived
        if is_new:
            self._arrived[key] = item
        else:
            await self._replace(item)
        self._incoming[key] = item
        line = self._lines.get((item.sender, item.referral_id or ""))
        if line is not None and item.sequence is not None:
            line.note(item.sequence, item.state)

    async def _replace(self, item: InboxItem) -> None:
        row = _row(self._transaction, await self._transaction.ledger_key(), item)
        is_it = (inbox.c.sender == item.sender, inbox.c.message_id == item.message_id)
        position = select(inbox.c.position).where(*is_it).scalar_subquery()
        await self._transaction.execute(delete(inbox_bodies).where(inbox_bodies.c.position == position))
        await self._transaction.execute(update(inbox).where(*is_it).values(row))
        if item.body is not None:
            body = insert(inbox_bodies).values(position=position, body=item.body)
            await self._transaction.execute(body)

    async def write_inbox(self) -> None:
        """Write what was gathered.

        Raises:
            OperatorError: ``store-conflict``: another process took the same message in at the same time.
        """
        if not self._arrived:
            return
        arrived, self._arrived = list(self._arrived.values()), {}
        key = await self._transaction.ledger_key()
        added = await self._transaction.execute(_INSERT, [_row(self._transaction, key, item) for item in arrived])
        bodies = [
            {"position": position, "body": item.body}
            for position, item in zip(added.scalars(), arrived, strict=True)
            if item.body is not None
        ]
        if bodies:
            await self._transaction.execute(insert(inbox_bodies), bodies)

    async def last_received(self, sender: str, referral_id: str) -> int:
        """As the port says."""
        return (await self._line(sender, referral_id)).last

    async def last_received_of(self, conversations: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """As the port says."""
        return {one: line.last for one, line in (await self._lines_of(conversations)).items()}

    async def parked(self, sender: str, referral_id: str, sequence: int) -> InboxItem | None:
        """As the port says."""
        if sequence not in (await self._line(sender, referral_id)).waiting:
            return None
        found = await self._look_up_incoming(
            _everything()
            .where(
                inbox.c.referral_index == self._transaction.referral_index(referral_id),
                inbox.c.sender == sender,
                inbox.c.sequence == sequence,
                inbox.c.state.in_([state.value for state in _WAITING]),
            )
            .order_by(inbox.c.position)
            .limit(1)
        )
        return next(iter(found), None)

    async def _line(self, sender: str, referral_id: str) -> _Line:
        return (await self._lines_of([(sender, referral_id)]))[sender, referral_id]

    async def _lines_of(self, conversations: Collection[tuple[str, str]]) -> dict[tuple[str, str], _Line]:
        unknown = {one for one in conversations if one not in self._lines}
        if unknown:
            await self.write_inbox()
            self._lines.update({one: _Line(0, set()) for one in unknown})
            names = {self._transaction.referral_index(referral_id): referral_id for _, referral_id in unknown}
            for row in await self._transaction.rows(_PLACES, {"indexes": list(names)}):
                one = (row.sender, names[row.referral_index])
                if one in unknown:
                    self._lines[one].note(row.sequence, InboxState(row.state))
        return {one: self._lines[one] for one in conversations}

    async def waiting(self, sender: str, referral_id: str) -> list[InboxItem]:
        """As the port says."""
        if not (await self._line(sender, referral_id)).waiting:
            return []
        return await self._look_up_incoming(
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
        return await self._look_up_incoming(query)

    async def _look_up_incoming(self, query: Select[Any], values: dict[str, Any] | None = None) -> list[InboxItem]:
        await self.write_inbox()
        rows = await self._transaction.rows(query, values)
        if not rows:
            return []
        key = await self._transaction.ledger_key()
        items = [_item(self._transaction, key, row) for row in rows]
        self._incoming.update({(item.sender, item.message_id): item for item in items})
        return items

    async def forget_incoming(self) -> None:
        """Look at every message again: others may have changed it by now."""
        await self.write_inbox()
        self._incoming, self._lines = {}, {}


_INSERT = insert(inbox).returning(inbox.c.position, sort_by_parameter_order=True)


def _everything() -> Select[Any]:
    return select(inbox, inbox_bodies.c.body).outerjoin(inbox_bodies)


_WANTED = _everything().where(tuple_(inbox.c.sender, inbox.c.message_id).in_(bindparam("wanted", expanding=True)))
_PLACES = select(inbox.c.referral_index, inbox.c.sender, inbox.c.sequence, inbox.c.state).where(
    inbox.c.referral_index.in_(bindparam("indexes", expanding=True)), inbox.c.sequence.is_not(None)
)


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
