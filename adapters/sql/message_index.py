"""The index of messages: pages over outbox, inbox and quarantine by their times, without their bodies."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    Table,
    TextClause,
    and_,
    bindparam,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from typing_extensions import override

from adapters.sql.cursor import cursor_of, place_of
from adapters.sql.inbox import incoming_item
from adapters.sql.outbox import outgoing_item
from adapters.sql.quarantine import held_item
from adapters.sql.tables import IS_NOT_TAKEN_IN, IS_OUT_OF_THE_WAY, inbox, outbox, quarantine
from adapters.sql.transaction import CaseKey, Transaction
from gateway.ports.store import (
    FINAL_OUTBOX_STATES,
    Direction,
    InboxItem,
    InboxState,
    MessageIndex,
    MessageLine,
    MessageQuery,
    OutboxState,
    Page,
    QuarantineItem,
)
from gateway.ports.store.page import MOST


@dataclass(frozen=True, slots=True)
class _Source:
    """One table of the index.

    Attributes:
        table: The table.
        direction: Which way its messages go.
        at, partner: Its columns; no partner where that is sealed.
        usual, aside: States of most of its rows, and the condition of the index that holds the others.
    """

    table: Table
    direction: Direction
    at: Column[datetime]
    partner: Column[str] | None
    usual: frozenset[str] = frozenset()
    aside: TextClause | None = None


_SOURCES: Final = (
    _Source(
        outbox,
        Direction.OUT,
        outbox.c.created_at,
        outbox.c.recipient,
        frozenset({OutboxState.PENDING, OutboxState.SENT, OutboxState.DELIVERED}),
        IS_OUT_OF_THE_WAY,
    ),
    _Source(
        inbox,
        Direction.IN,
        inbox.c.received_at,
        inbox.c.sender,
        frozenset({InboxState.PROCESSED}),
        IS_NOT_TAKEN_IN,
    ),
    _Source(quarantine, Direction.IN, quarantine.c.received_at, None),
)
_CAME = select(inbox, literal(None).label("body")).where(inbox.c.message_id == bindparam("wanted"))
_HELD = (
    select(quarantine)
    .where(
        or_(
            quarantine.c.item_id == bindparam("wanted"),
            quarantine.c.message_index == bindparam("index"),
            quarantine.c.message_index.is_(None),
        )
    )
    .order_by(quarantine.c.position)
)
"""Rows from before there was an index are looked through."""


class MessageIndexPart(MessageIndex):
    """What a unit of work tells of messages."""

    _transaction: Transaction

    @override
    async def message_list(self, query: MessageQuery) -> Page[MessageLine]:
        limit, after = max(1, min(query.limit, MOST)), place_of(query.cursor, datetime, int, int)
        key = await self._transaction.ledger_key()
        found: list[tuple[tuple[datetime, int, int], MessageLine]] = []
        for rank, source in enumerate(_SOURCES):
            if self._is_asked(source, query):
                found += await self._index_lines(key, rank, query, after, limit + 1)
        found.sort(key=lambda one: one[0], reverse=True)
        page = found[:limit]
        return Page(tuple(line for _, line in page), cursor_of(*page[-1][0]) if len(found) > limit else None)

    def _is_asked(self, source: _Source, query: MessageQuery) -> bool:
        is_held = source.table is quarantine
        return query.direction in {None, source.direction} and not (is_held and (query.kind or query.case_id))

    async def _index_lines(
        self, key: CaseKey, rank: int, query: MessageQuery, after: tuple[Any, ...] | None, limit: int
    ) -> list[tuple[tuple[datetime, int, int], MessageLine]]:
        """Give the lines of one table; who asks for a partner of held deliveries has them opened one page at a time."""
        source, found = _SOURCES[rank], list[tuple[tuple[datetime, int, int], MessageLine]]()
        while len(found) < limit:
            rows = await self._transaction.rows(self._index_rows(source, rank, query, after).limit(limit))
            for row in rows:
                line = _line(self._transaction, key, source, row)
                after = (line.at, rank, row.position)
                if source.partner is not None or query.partner in {None, line.partner}:
                    found.append((after, line))
            if len(rows) < limit:
                break
        return found[:limit]

    def _index_rows(
        self, source: _Source, rank: int, query: MessageQuery, after: tuple[Any, ...] | None
    ) -> Select[Any]:
        position = source.table.c.position
        conditions = [*self._of_query(source, query), *_behind(source, rank, after)]
        chosen = select(source.table, literal(None).label("body")).where(*conditions)
        return chosen.order_by(source.at.desc(), position.desc())

    def _of_query(self, source: _Source, query: MessageQuery) -> Iterator[ColumnElement[bool]]:
        columns = source.table.c
        if query.state is not None:
            yield columns.state == query.state
            if source.aside is not None and query.state not in source.usual:
                yield literal_column(f"{source.table.name}.{source.aside}")
        if query.partner is not None and source.partner is not None:
            yield source.partner == query.partner
        if query.kind is not None:
            yield columns.kind == query.kind.value
        if query.case_id is not None:
            yield columns.case_index == self._transaction.case_index(query.case_id)

    @override
    async def came_as(self, message_id: str) -> list[InboxItem]:
        key = await self._transaction.ledger_key()
        rows = await self._transaction.rows(_CAME, {"wanted": message_id})
        return sorted((incoming_item(self._transaction, key, row) for row in rows), key=attrgetter("received_at"))

    @override
    async def held_as(self, wanted: str) -> list[QuarantineItem]:
        key = await self._transaction.ledger_key()
        values = {"wanted": wanted, "index": self._transaction.blind("message", wanted)}
        items = [held_item(self._transaction, key, row) for row in await self._transaction.rows(_HELD, values)]
        return [item for item in items if wanted in {item.item_id, item.message_id}]


def _behind(source: _Source, rank: int, after: tuple[Any, ...] | None) -> Iterator[ColumnElement[bool]]:
    """Give what is older; of one instant first what comes later in the order of the tables, newest first."""
    if after is None:
        return
    at, of_rank, position = after
    if rank == of_rank:
        older = tuple_(source.at, source.table.c.position) < tuple_(
            bindparam(None, at, type_=source.at.type), bindparam(None, position)
        )
        yield and_(source.at <= at, older)
    else:
        yield source.at < at if rank > of_rank else source.at <= at


def _line(transaction: Transaction, key: CaseKey, source: _Source, row: Row[Any]) -> MessageLine:
    if source.table is outbox:
        out = outgoing_item(transaction, key, row)
        again = None if out.state in FINAL_OUTBOX_STATES else out.next_attempt_at
        who = (out.message_id, out.created_at, out.state.value, out.recipient, out.kind, out.referral_id, out.reason)
        return MessageLine(Direction.OUT, *who, out.attempts, again)
    if source.table is inbox:
        came = incoming_item(transaction, key, row)
        about = (came.state.value, came.sender, came.kind, came.referral_id, came.reason)
        return MessageLine(Direction.IN, came.message_id, came.received_at, *about)
    held = held_item(transaction, key, row)
    name = held.message_id or held.item_id
    return MessageLine(Direction.IN, name, held.received_at, held.state.value, held.sender, reason=held.reason)
