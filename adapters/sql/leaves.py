"""The rows of the journal as leaves of its tree: made again from the columns, no stored hash is trusted."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Row, select
from typing_extensions import override

from adapters.sql.entry import public_entry
from adapters.sql.tables import case_keys, cases, journal
from adapters.sql.transaction import CaseKey, Transaction
from gateway.domain.entry import commitment_to
from gateway.domain.errors import OperatorError
from gateway.ports.store import ContentState, EntryContent, Journal, Leaf


class LeafPart(Journal):
    """What a unit of work says about entries, whatever case they are of."""

    _transaction: Transaction
    write_journal: Callable[[], Awaitable[None]]

    @override
    async def leaves(self, after: int | None, limit: int, *, with_content: bool = False) -> list[Leaf]:
        await self.write_journal()
        with_keys = select(journal, case_keys.c.wrapped_key).outerjoin(
            case_keys, case_keys.c.case_ref == journal.c.case_ref
        )
        rest = with_keys if after is None else with_keys.where(journal.c.sequence > after)
        page = rest.order_by(journal.c.sequence).limit(limit)
        try:
            rows = await self._transaction.rows(page)
            return [Leaf(public_entry(row), self._state(row) if with_content else None) for row in rows]
        except (ValueError, TypeError, AttributeError):
            raise OperatorError(
                "journal-unreadable",
                "A row of the journal was changed into something that is no entry.",
                where=f"among the {limit} entries after {after or 0}",
                remedy="Keep the store as evidence and restore it from a backup.",
            ) from None

    def _state(self, row: Row[Any]) -> ContentState:
        if row.wrapped_key is None:
            return ContentState.ERASED
        try:
            value = self._opened(row)
        except OperatorError:
            return ContentState.CHANGED
        return ContentState.KEPT if commitment_to(value) == row.commitment else ContentState.CHANGED

    def _opened(self, row: Row[Any]) -> bytes:
        key = CaseKey(row.case_ref, row.wrapped_key)
        return self._transaction.open(key, row.sealed, "journal", row.sequence, "content")

    @override
    async def content(self, sequence: int) -> EntryContent | None:
        await self.write_journal()
        columns = (journal.c.sequence, journal.c.case_ref, journal.c.sealed, case_keys.c.wrapped_key, cases.c.sealed_id)
        found = await self._transaction.row(
            select(*columns)
            .join(case_keys, case_keys.c.case_ref == journal.c.case_ref)
            .join(cases, cases.c.case_ref == journal.c.case_ref)
            .where(journal.c.sequence == sequence)
        )
        if found is None:
            return None
        key = CaseKey(found.case_ref, found.wrapped_key)
        case_id = self._transaction.open(key, found.sealed_id, "cases", "id").decode()
        return EntryContent(case_id, self._opened(found))
