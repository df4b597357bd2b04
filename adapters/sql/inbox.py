"""The inbox: what came in, once per sender and message id; the body only while the message waits."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    tuple_,
    update,
)
from typing_extensions import override

from adapters.sql.tables import IS_PARKED, IS_QUESTION, IS_REQUEST, inbox, inbox_bodies, outbox
from adapters.sql.transaction import CaseKey, Transaction
from gateway.domain.messages import Kind
from gateway.domain.protocol import INFORMATION_ANSWERS
from gateway.ports.store import Amount, Inbox, InboxItem, InboxState, OutboxState

_WAITING = (InboxState.PARKED, InboxState.DISCARDED)


@dataclass(slots=True)
class _Line:
    """One sender's messages in one conversation.

    Attributes:
        last: Highest sequence that is settled.
        waiting: How many are parked, or were discarded while they were, by their sequence.
    """

    last: int = 0
    waiting: Counter[int] = field(default_factory=Counter)

    def note(self, sequence: int, state: InboxState, former: InboxState | None = None) -> None:
        """Take a message at that place into account, and what it was before."""
        if former in _WAITING:
            self.waiting[sequence] -= 1
        if state in _WAITING:
            self.waiting[sequence] += 1
        else:
            self.last = max(self.last, sequence)

    @property
    def count(self) -> int:
        """How many wait."""
        return self.waiting.total()


class InboxPart(Inbox):
    """What a unit of work does with incoming messages.

    A message that was looked up, also in vain, is known until cases are held. New ones are gathered and written in
    bulk: before the next look at the inbox, at the latest at the end. A conversation's line is read once.
    """

    _transaction: Transaction
    _incoming: dict[tuple[str, str], InboxItem | None]
    _arrived: dict[tuple[str, str], InboxItem]
    _lines: dict[tuple[str, str], _Line]

    @override
    async def inbox_item(self, sender: str, message_id: str) -> InboxItem | None:
        return (await self.inbox_items([(sender, message_id)])).get((sender, message_id))

    @override
    async def inbox_items(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], InboxItem]:
        unknown = [key for key in keys if key not in self._incoming]
        if unknown:
            self._incoming.update(dict.fromkeys(unknown))
            await self._look_up_incoming(_WANTED, {"wanted": unknown})
        found = ((key, self._incoming[key]) for key in keys)
        return {key: item for key, item in found if item is not None}

    @override
    async def save_inbox(self, item: InboxItem) -> None:
        """Keep the place of a row that is replaced."""
        self._transaction.expect_to_write()
        key = (item.sender, item.message_id)
        former = await self.inbox_item(*key)
        is_new = former is None or key in self._arrived
        if is_new:
            self._arrived[key] = item
        else:
            await self._replace(item)
        self._incoming[key] = item
        line = self._lines.get((item.sender, item.referral_id or ""))
        if line is not None and item.sequence is not None:
            line.note(item.sequence, item.state, former.state if former else None)

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

    @override
    async def last_received(self, sender: str, referral_id: str) -> int:
        return (await self._line(sender, referral_id)).last

    @override
    async def last_received_of(self, conversations: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
        return {one: line.last for one, line in (await self._lines_of(conversations)).items()}

    @override
    async def first_waiting(self, sender: str, referral_id: str) -> InboxItem | None:
        if not await self.waiting_count(sender, referral_id):
            return None
        query = self._waiting_in(sender, referral_id, _WAITING)
        return next(iter(await self._look_up_incoming(query.limit(1))), None)

    @override
    async def waiting(self, sender: str, referral_id: str, kinds: Collection[Kind]) -> list[InboxItem]:
        if not await self.waiting_count(sender, referral_id):
            return []
        query = self._waiting_in(sender, referral_id, (InboxState.PARKED,))
        return await self._look_up_incoming(query.where(inbox.c.kind.in_([kind.value for kind in kinds])))

    def _waiting_in(self, sender: str, referral_id: str, states: Collection[InboxState]) -> Select[Any]:
        return (
            _everything()
            .where(
                inbox.c.referral_index == self._transaction.referral_index(referral_id),
                inbox.c.sender == sender,
                inbox.c.state.in_([state.value for state in states]),
            )
            .order_by(inbox.c.sequence, inbox.c.position)
        )

    @override
    async def waiting_count(self, sender: str, referral_id: str) -> int:
        return (await self._line(sender, referral_id)).count

    @override
    async def parked_of(self, sender: str) -> Amount:
        await self.write_inbox()
        row = (await self._transaction.execute(_PARKED_OF, {"sender": sender})).one()
        return Amount(row.many, row.size)

    @override
    async def parked_digests(self) -> set[str]:
        await self.write_inbox()
        return {row.digest for row in await self._transaction.rows(_PARKED_DIGESTS)}

    @override
    async def ready_lines(self, limit: int) -> list[tuple[str, str]]:
        return await self._lines_that(_READY, {}, limit)

    @override
    async def stale_lines(self, before: datetime, limit: int) -> list[tuple[str, str]]:
        return await self._lines_that(_STALE, {"before": before}, limit)

    @override
    async def open_questions(self, sender: str, since: datetime) -> int:
        return int((await self._transaction.execute(_QUESTIONS, {"sender": sender, "since": since})).scalar_one())

    @override
    async def unanswered(self, since: datetime) -> list[InboxItem]:
        return await self._look_up_incoming(_UNANSWERED, {"since": since})

    async def _lines_that(self, query: Select[Any], values: dict[str, Any], limit: int) -> list[tuple[str, str]]:
        await self.write_inbox()
        rows = await self._transaction.rows(query.order_by(inbox.c.position), values)
        firsts = {(row.sender, row.referral_index): row for row in reversed(rows)}
        found = sorted(firsts.values(), key=lambda row: row.position)[:limit]
        key = await self._transaction.ledger_key() if found else None
        return [(row.sender, incoming_item(self._transaction, key, row).referral_id or "") for row in found if key]

    async def _line(self, sender: str, referral_id: str) -> _Line:
        return (await self._lines_of([(sender, referral_id)]))[sender, referral_id]

    async def _lines_of(self, conversations: Collection[tuple[str, str]]) -> dict[tuple[str, str], _Line]:
        unknown = {one for one in conversations if one not in self._lines}
        if unknown:
            await self.write_inbox()
            self._lines.update({one: _Line() for one in unknown})
            names = {self._transaction.referral_index(referral_id): referral_id for _, referral_id in unknown}
            for row in await self._transaction.rows(_PLACES, {"indexes": list(names)}):
                one = (row.sender, names[row.referral_index])
                if one in unknown:
                    self._lines[one].note(row.sequence, InboxState(row.state))
        return {one: self._lines[one] for one in conversations}

    @override
    async def inbox(self, case_id: str | None = None) -> list[InboxItem]:
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
        items = [incoming_item(self._transaction, key, row) for row in rows]
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
_WAITS = inbox.c.state.in_([state.value for state in _WAITING])
_PLACES = (
    select(inbox.c.referral_index, inbox.c.sender, inbox.c.state, func.max(inbox.c.sequence).label("sequence"))
    .where(inbox.c.referral_index.in_(bindparam("indexes", expanding=True)), inbox.c.sequence.is_not(None))
    .group_by(inbox.c.referral_index, inbox.c.sender, inbox.c.state, case((_WAITS, inbox.c.position), else_=0))
)
"""Of what is settled the last place is enough; what waits is told one by one."""
_SETTLED = inbox.alias("settled")
_LAST = (
    select(func.coalesce(func.max(_SETTLED.c.sequence), 0))
    .where(
        _SETTLED.c.referral_index == inbox.c.referral_index,
        _SETTLED.c.sender == inbox.c.sender,
        _SETTLED.c.state.not_in([state.value for state in _WAITING]),
    )
    .scalar_subquery()
)
_OF_LINES = select(inbox, literal(None).label("body")).where(inbox.c.state.in_([state.value for state in _WAITING]))
_READY = _OF_LINES.where(inbox.c.sequence <= _LAST + 1)
_STALE = _OF_LINES.where(inbox.c.received_at < bindparam("before"))
_PARKED_DIGESTS = select(inbox.c.digest).where(literal_column(f"inbox.{IS_PARKED}"))
_PARKED_OF = (
    select(func.count().label("many"), func.coalesce(func.sum(func.length(inbox_bodies.c.body)), 0).label("size"))
    .select_from(inbox.outerjoin(inbox_bodies))
    .where(inbox.c.sender == bindparam("sender"), literal_column(f"inbox.{IS_PARKED}"))
)
_QUESTIONS = (
    select(func.count())
    .select_from(inbox)
    .where(
        literal_column(f"inbox.{IS_QUESTION}"),
        inbox.c.sender == bindparam("sender"),
        inbox.c.received_at >= bindparam("since"),
        inbox.c.state == InboxState.PROCESSED.value,
        ~select(outbox.c.position)
        .where(outbox.c.referral_index == inbox.c.referral_index, outbox.c.kind == Kind.AVAILABILITY_ANSWERED.value)
        .exists(),
    )
)

_ASKED = inbox.alias("asked")
_REQUESTS = (
    select(func.count())
    .where(
        _ASKED.c.referral_index == inbox.c.referral_index,
        _ASKED.c.kind == Kind.INFORMATION_REQUESTED.value,
        _ASKED.c.state == InboxState.PROCESSED.value,
    )
    .scalar_subquery()
)
_ANSWERS = (
    select(func.count())
    .where(
        outbox.c.referral_index == inbox.c.referral_index,
        outbox.c.kind.in_([kind.value for kind in INFORMATION_ANSWERS]),
        outbox.c.state != OutboxState.DROPPED.value,
    )
    .scalar_subquery()
)
_UNANSWERED = (
    _everything()
    .where(
        literal_column(f"inbox.{IS_REQUEST}"),
        inbox.c.received_at >= bindparam("since"),
        inbox.c.state == InboxState.PROCESSED.value,
        _REQUESTS > _ANSWERS,
    )
    .order_by(inbox.c.position)
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


def incoming_item(transaction: Transaction, key: CaseKey, row: Row[Any]) -> InboxItem:
    """Make the item of a row."""
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
