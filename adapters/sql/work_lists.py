"""Work lists: what is kept of each case beside its steps, written with them and made of them alone."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, exists, insert, or_, select, text, tuple_, update
from typing_extensions import override

from adapters.sql.cursor import cursor_of, place_of
from adapters.sql.tables import case_keys, case_people, case_summaries, cases, journal, work_items
from adapters.sql.transaction import CaseKey, Transaction
from gateway.domain.errors import OperatorError
from gateway.domain.relation import Identity
from gateway.domain.steps import Step
from gateway.domain.worklist import READINGS, CaseSummary, Summariser, WorkItem
from gateway.ports.store import GATEWAY_CASE, UNREADABLE_CASE, Journal, Page, WorkLine, WorkLists, WorkQuery
from gateway.ports.store.page import MOST

_NO_DAY: Final = "9999-12-31"
_ANYBODY: Final = "anybody"
"""Instead of a physician, where none is known."""
_LOOKS: Final = 4
"""How many rows are looked at for each line of a page of a physician; names that only look alike take a place."""
_ITEM: Final = TypeAdapter(WorkItem)
_PEOPLE: Final = TypeAdapter(list[Identity])
_KEEP_PERSON = text(
    "INSERT INTO case_people (case_ref, person_index) VALUES (:case_ref, :person) ON CONFLICT DO NOTHING"
)
_DROP_ITEMS = delete(work_items).where(work_items.c.case_ref == bindparam("of_case"))
_DROP_SUMMARY = delete(case_summaries).where(case_summaries.c.case_ref == bindparam("of_case"))
_DROP_PEOPLE = delete(case_people).where(case_people.c.case_ref == bindparam("of_case"))
_LET_BE_DUE = (
    update(case_summaries).where(case_summaries.c.case_ref == bindparam("of_case")).values(holds_until=bindparam("now"))
)
_KEEP_ITEMS = insert(work_items)
_KEEP_SUMMARY = insert(case_summaries)
_SUMMARY = select(case_summaries.c.version).where(case_summaries.c.case_ref == bindparam("of_case"))
_ITEMS = select(work_items.c.item_index, work_items.c.sealed).where(work_items.c.case_ref == bindparam("of_case"))
_PLACE = (work_items.c.due_on, work_items.c.since, work_items.c.case_ref, work_items.c.item_index)


class WorkListPart(Journal, WorkLists):
    """What a unit of work does with work lists."""

    _transaction: Transaction
    _summariser: Summariser
    _changed_cases: dict[str, None]

    def note_change(self, case_id: str, steps: Sequence[Step]) -> None:
        """Note that a case has new steps; what is kept of it is written at the end."""
        if case_id != GATEWAY_CASE and not all(isinstance(step, READINGS) for step in steps):
            self._changed_cases[case_id] = None

    async def write_summaries(self) -> None:
        """Write what is kept of the cases that changed.

        A case of which earlier steps cannot be read takes new ones all the same: its lines are old then, and due.
        """
        changed, self._changed_cases = list(self._changed_cases), {}
        for case_id in changed:
            try:
                await self._summarise(case_id)
            except OperatorError as error:
                if error.code not in UNREADABLE_CASE:
                    raise
                await self._let_be_due(case_id)

    async def _summarise(self, case_id: str) -> None:
        if steps := await self.steps(case_id):
            await self._keep(case_id, self._summariser(case_id, steps, self._transaction.clock.now()))

    async def _let_be_due(self, case_id: str) -> None:
        key = await self._transaction.find_key(case_id)
        if key is not None:
            due = {"of_case": key.case_ref, "now": self._transaction.clock.now()}
            await self._transaction.execute(_LET_BE_DUE, due)

    async def forget_summary(self, case_id: str) -> None:
        """Delete what is kept of a case."""
        self._changed_cases.pop(case_id, None)
        key = await self._transaction.find_key(case_id)
        if key is not None:
            for statement in (_DROP_ITEMS, _DROP_PEOPLE, _DROP_SUMMARY):
                await self._transaction.execute(statement, {"of_case": key.case_ref})

    async def _keep(self, case_id: str, summary: CaseSummary) -> None:
        key = await self._transaction.key(case_id)
        await self._transaction.write_cases()
        of_case = {"of_case": key.case_ref}
        await self._transaction.execute(_DROP_ITEMS, of_case)
        await self._transaction.execute(_KEEP_ITEMS, [self._work_row(key, item) for item in summary.items])
        await self._transaction.execute(_DROP_SUMMARY, of_case)
        known = _PEOPLE.dump_json([self._blind(one) for one in summary.physicians])
        kept = {
            "case_ref": key.case_ref,
            "version": summary.version,
            "holds_until": summary.holds_until,
            "made_by": self._summariser.mark,
            "sealed": self._transaction.seal(key, known, "case_summaries", "people"),
        }
        await self._transaction.execute(_KEEP_SUMMARY, [kept])
        people = sorted(self._keys(summary.physicians) or {self._key(_ANYBODY)})
        await self._transaction.execute(_KEEP_PERSON, [{"case_ref": key.case_ref, "person": one} for one in people])

    def _work_row(self, key: CaseKey, item: WorkItem) -> dict[str, Any]:
        index = self._transaction.blind("item", f"{item.kind}:{item.item_id}")
        waiting = item.waiting
        return {
            "case_ref": key.case_ref,
            "item_index": index,
            "kind": item.kind.value,
            "state": item.state,
            "is_open": item.is_open,
            "partner_index": self._partner(item.partner),
            "whom": waiting.whom.value if waiting else None,
            "due_on": waiting.due.isoformat() if waiting and waiting.due else _NO_DAY,
            "since": waiting.since if waiting else item.began_at,
            "sealed": self._transaction.seal(key, _ITEM.dump_json(item), "work_items", index),
        }

    def _partner(self, party_id: str | None) -> str | None:
        return None if party_id is None else self._transaction.blind("partner", party_id)

    # Physicians are known by blind indexes of their names and numbers, and told apart like names are (R38).

    def _blind(self, person: Identity) -> Identity:
        """Give an identity in which every word is a blind index; of the initials only the first tells people apart."""
        return Identity(
            tuple(self._key(part) for part in person.family),
            person.initials[:1],
            self._key(person.big) if person.big else None,
            frozenset(self._key(word) for word in person.words),
        )

    def _keys(self, people: Collection[Identity]) -> set[str]:
        families = {self._key("-".join(one.family)) for one in people if one.family}
        return families | {self._key(one.big) for one in people if one.big}

    def _key(self, word: str) -> str:
        return self._transaction.blind("person", word)

    @override
    async def case_version(self, case_id: str) -> int:
        await self.write_summaries()
        key = await self._transaction.find_key(case_id)
        row = await self._transaction.row(_SUMMARY, {"of_case": key.case_ref}) if key else None
        return row.version if row else 0

    @override
    async def work_list(self, query: WorkQuery) -> Page[WorkLine]:
        await self.write_summaries()
        limit = max(1, min(query.limit, MOST))
        sought = None if query.physician is None else [self._blind(one) for one in query.physician]
        statement, after = self._selected(query), place_of(query.cursor, str, datetime, str, str)
        found: list[Row[Any]] = []
        while True:
            some = (limit + 1 - len(found)) * (1 if sought is None else _LOOKS)
            behind = statement if after is None else statement.where(_behind(after))
            rows = await self._transaction.rows(behind.limit(some))
            found += (row for row in rows if sought is None or self._is_of(row, sought))
            if len(found) > limit or len(rows) < some:
                break
            after = _place_in(rows[-1])
        page = found[:limit]
        return Page(tuple(map(self._work_line, page)), cursor_of(*_place_in(page[-1])) if len(found) > limit else None)

    def _selected(self, query: WorkQuery) -> Select[Any]:
        chosen = (work_items, case_keys.c.wrapped_key, cases.c.sealed_id, case_summaries.c.sealed.label("people"))
        found = (
            select(*chosen)
            .join(case_keys, case_keys.c.case_ref == work_items.c.case_ref)
            .join(cases, cases.c.case_ref == work_items.c.case_ref)
            .join(case_summaries, case_summaries.c.case_ref == work_items.c.case_ref)
            .where(work_items.c.kind == query.kind.value, *_conditions(query, self._partner(query.partner)))
            .order_by(*_PLACE)
        )
        if query.case_id is not None:
            found = found.where(cases.c.case_index == self._transaction.case_index(query.case_id))
        if query.physician is None:
            return found
        keys = [*self._keys(query.physician), self._key(_ANYBODY)]
        own = select(case_people.c.case_ref).where(case_people.c.person_index.in_(sorted(keys)))
        return found.where(work_items.c.case_ref.in_(own))

    def _is_of(self, row: Row[Any], sought: Sequence[Identity]) -> bool:
        key = CaseKey(row.case_ref, row.wrapped_key)
        known = _PEOPLE.validate_json(self._transaction.open(key, row.people, "case_summaries", "people"))
        return not known or any(one.is_surely(other) for one in sought for other in known)

    def _work_line(self, row: Row[Any]) -> WorkLine:
        key = CaseKey(row.case_ref, row.wrapped_key)
        case_id = self._transaction.open(key, row.sealed_id, "cases", "id").decode()
        return WorkLine(
            case_id, _ITEM.validate_json(self._transaction.open(key, row.sealed, "work_items", row.item_index))
        )

    @override
    async def summaries_due(self, at: datetime, limit: int) -> list[str]:
        await self.write_summaries()
        kept = case_summaries
        query = (
            select(cases.c.case_ref, case_keys.c.wrapped_key, cases.c.sealed_id)
            .join(case_keys)
            .outerjoin(kept, kept.c.case_ref == cases.c.case_ref)
            .where(exists().where(journal.c.case_ref == cases.c.case_ref))
            .where(or_(kept.c.case_ref.is_(None), kept.c.holds_until <= at, kept.c.made_by != self._summariser.mark))
            .limit(limit + 1)
        )
        rows = await self._transaction.rows(query)
        names = (
            self._transaction.open(CaseKey(row.case_ref, row.wrapped_key), row.sealed_id, "cases", "id").decode()
            for row in rows
        )
        return [name for name in names if name != GATEWAY_CASE][:limit]

    @override
    async def is_summary_true(self, case_id: str) -> bool:
        key, steps = await self._transaction.find_key(case_id), await self.steps(case_id)
        if key is None or not steps:
            return key is None
        summary = self._summariser(case_id, steps, self._transaction.clock.now())
        kept = await self._transaction.row(_SUMMARY, {"of_case": key.case_ref})
        rows = await self._transaction.rows(_ITEMS, {"of_case": key.case_ref})
        opened = (self._transaction.open(key, row.sealed, "work_items", row.item_index) for row in rows)
        items = {_ITEM.validate_json(item) for item in opened}
        return kept is not None and kept.version == summary.version and items == set(summary.items)

    @override
    async def summarise_anew(self, case_ids: Collection[str]) -> None:
        await self._transaction.hold(case_ids)
        for case_id in case_ids:
            await self.forget_summary(case_id)
            await self._summarise(case_id)


def _conditions(query: WorkQuery, partner_index: str | None) -> Iterator[ColumnElement[bool]]:
    if query.is_open is not None:
        yield work_items.c.is_open.is_(query.is_open)
    for column, wanted in (
        (work_items.c.state, query.state),
        (work_items.c.partner_index, partner_index),
        (work_items.c.whom, query.whom),
    ):
        if wanted is not None:
            yield column == wanted
    if query.due_by is not None:
        yield work_items.c.due_on <= query.due_by.isoformat()


def _behind(place: tuple[Any, ...]) -> ColumnElement[bool]:
    """Row values compare as their order does; both databases use the index for them."""
    return tuple_(*_PLACE) > tuple_(
        *(bindparam(None, value, type_=column.type) for value, column in zip(place, _PLACE, strict=True))
    )


def _place_in(row: Row[Any]) -> tuple[Any, ...]:
    return row.due_on, row.since, row.case_ref, row.item_index
