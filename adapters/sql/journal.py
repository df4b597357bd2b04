"""The journal: append-only, sealed per case, every entry a leaf of the tree."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from typing_extensions import override

from adapters.sql import codec
from adapters.sql.entry import public_entry, salted, unsalted
from adapters.sql.tables import case_keys, cases, journal, tree
from adapters.sql.transaction import CaseKey, Transaction
from gateway.domain.checkpoint import Checkpoint
from gateway.domain.entry import PublicEntry, outcome_of
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.merkle import Frontier
from gateway.domain.steps import Step
from gateway.ports.store import GATEWAY_CASE, Journal, JournalEntry

_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class _Appended:
    """A step that waits for its place in the journal.

    Attributes:
        case_id, key: Of the case as it was when the step was appended.
        step: The step.
        value, commitment: What is to be sealed, and the commitment to it.
    """

    case_id: str
    key: CaseKey
    step: Step
    value: bytes
    commitment: str


class JournalPart(Journal):
    """What a unit of work does with journal and cases.

    All cases share one tree, so who appends a leaf makes all others wait. Steps are gathered, and get their places in
    the journal in one go at the end of the unit of work, or earlier when somebody asks for what depends on them.
    """

    _transaction: Transaction
    _appended: list[_Appended]
    _steps: dict[str, list[Step]]
    _tree: Frontier | None
    """Once we hold it, nobody else can change it."""

    @override
    async def append(self, case_id: str, steps: Sequence[Step]) -> None:
        if not steps:
            return
        self._transaction.expect_to_write()
        await self._transaction.hold([case_id])
        key = await self._transaction.key(case_id)
        self._appended += [_Appended(case_id, key, step, *salted(codec.encode(step))) for step in steps]
        if case_id in self._steps:
            self._steps[case_id] += steps

    async def write_journal(self) -> None:
        """Give what was appended its places in the journal and the tree; nobody else can until we commit."""
        await self._transaction.write_cases()
        if not self._appended:
            return
        appended, self._appended = self._appended, []
        frontier = await self._frontier(is_held=True)
        rows = []
        for one in appended:
            entry, sealed = self._sealed(one, frontier.size + 1)
            frontier = frontier.append(entry.leaf())
            rows.append(_row(entry, sealed))
        await self._transaction.execute(_APPEND, rows)
        subtrees = b"".join(node for _, node in frontier.subtrees)
        await self._transaction.execute(_GROW, {"grown_to": frontier.size, "into": subtrees})
        self._tree = frontier

    def _sealed(self, one: _Appended, sequence: int) -> tuple[PublicEntry, bytes]:
        entry = PublicEntry(
            sequence=sequence,
            case_ref=one.key.case_ref,
            recorded_at=self._transaction.clock.now(),
            actor_role=one.step.by.role.value,
            organisation=one.step.by.organisation,
            code=one.step.code,
            rules=one.step.rules,
            outcome=outcome_of(one.step),
            message_id=one.step.message_id,
            commitment=one.commitment,
        )
        return entry, self._transaction.seal(one.key, one.value, "journal", sequence, "content")

    @override
    async def steps(self, case_id: str) -> list[Step]:
        """Open the entries of a case once in a transaction."""
        if case_id not in self._steps:
            self._steps[case_id] = [entry.step for entry in await self.entries(case_id)]
        return list(self._steps[case_id])

    @override
    async def read_ahead(self, case_ids: Collection[str]) -> None:
        unknown = [case_id for case_id in case_ids if case_id not in self._steps]
        for case_id, (key, rows) in (await self._rows_of(unknown)).items():
            with suppress(OperatorError):
                self._steps[case_id] = [self._entry(case_id, key, row).step for row in rows]

    @override
    async def entries(self, case_id: str) -> list[JournalEntry]:
        found = await self._rows_of([case_id])
        return [self._entry(case_id, key, row) for key, rows in found.values() for row in rows]

    async def _rows_of(self, case_ids: Collection[str]) -> dict[str, tuple[CaseKey, list[Row[Any]]]]:
        """Key and rows of each case that has any."""
        await self._transaction.hold(case_ids)
        if any(one.case_id in case_ids for one in self._appended):
            await self.write_journal()
        keys = await self._transaction.find_keys(case_ids)
        rows: dict[str, list[Row[Any]]] = {key.case_ref: [] for key in keys.values()}
        for row in await self._transaction.rows(_ENTRIES, {"refs": list(rows)}) if rows else ():
            rows[row.case_ref].append(row)
        return {case_id: (key, rows[key.case_ref]) for case_id, key in keys.items()}

    def _entry(self, case_id: str, key: CaseKey, row: Row[Any]) -> JournalEntry:
        value = self._transaction.open(key, row.sealed, "journal", row.sequence, "content")
        step = codec.decode(unsalted(value, row.commitment))
        return JournalEntry(row.sequence, case_id, row.recorded_at, step)

    @override
    async def has_case(self, case_id: str) -> bool:
        """Look for the key: a case has one from its first step until it is erased."""
        return await self._transaction.find_key(case_id) is not None

    @override
    async def case_ids(self, opened_before: datetime | None = None) -> list[str]:
        await self.write_journal()
        first = select(func.min(journal.c.sequence)).where(journal.c.case_ref == cases.c.case_ref).scalar_subquery()
        query = select(cases.c.case_ref, case_keys.c.wrapped_key, cases.c.sealed_id).join(case_keys)
        if opened_before is not None:
            query = query.where(cases.c.opened_at < opened_before)
        found = await self._transaction.rows(query.where(first.is_not(None)).order_by(first))
        keys = ((CaseKey(row.case_ref, row.wrapped_key), row.sealed_id) for row in found)
        names = (self._transaction.open(key, sealed, "cases", "id").decode() for key, sealed in keys)
        return [name for name in names if name != GATEWAY_CASE]

    @override
    async def erase(self, case_id: str) -> None:
        if case_id == GATEWAY_CASE:
            raise RefusedError(
                "case-not-erasable",
                "The gateway's own journal belongs to no case and is not erased.",
                remedy="Name a case.",
            )
        await self._transaction.hold([case_id])
        await self._transaction.destroy_key(case_id)
        self._appended = [replace(one, case_id="") if one.case_id == case_id else one for one in self._appended]
        self._steps.pop(case_id, None)

    @override
    async def change_storage_key(self, kek_id: str) -> int:
        await self.write_journal()
        return await self._transaction.change_kek(kek_id)

    @override
    async def hold_journal(self) -> None:
        """Lock the one row of the tree."""
        await self._frontier(is_held=True)

    @override
    async def trace(self, case_id: str) -> list[PublicEntry]:
        await self.write_journal()
        former = cases.c.former_index == self._transaction.case_index(case_id)
        query = select(journal).join(cases, cases.c.case_ref == journal.c.case_ref).where(former)
        return [public_entry(row) for row in await self._transaction.rows(query.order_by(journal.c.sequence))]

    @override
    async def erased_like(self, case_ids: Collection[str]) -> set[str]:
        return await self._transaction.erased_like(case_ids)

    @override
    async def checkpoint(self) -> Checkpoint:
        await self.write_journal()
        frontier = await self._frontier()
        return Checkpoint(frontier.size, frontier.root().hex())

    async def _frontier(self, *, is_held: bool = False) -> Frontier:
        if self._tree is not None:
            return self._tree
        row = await self._transaction.row(_HELD_TREE if is_held else _TREE)
        found = _frontier(row.size, row.subtrees) if row else Frontier()
        self._tree = found if is_held or self._transaction.holds_all else None
        return found


_ENTRIES = (
    select(journal.c.case_ref, journal.c.sequence, journal.c.recorded_at, journal.c.commitment, journal.c.sealed)
    .where(journal.c.case_ref.in_(bindparam("refs", expanding=True)))
    .order_by(journal.c.sequence)
)
_APPEND = insert(journal)
_TREE = select(tree.c.size, tree.c.subtrees)
_HELD_TREE = _TREE.with_for_update()
_GROW = update(tree).values(size=bindparam("grown_to"), subtrees=bindparam("into"))


def _frontier(size: int, subtrees: bytes) -> Frontier:
    """The heights of the subtrees are the bits of the size."""
    heights = [height for height in reversed(range(size.bit_length())) if size >> height & 1]
    nodes = [subtrees[at : at + _HASH_BYTES] for at in range(0, len(subtrees), _HASH_BYTES)]
    return Frontier(size, tuple(zip(heights, nodes, strict=True)))


def _row(entry: PublicEntry, sealed: bytes) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "case_ref": entry.case_ref,
        "recorded_at": entry.recorded_at,
        "actor_role": entry.actor_role,
        "organisation": entry.organisation,
        "code": entry.code,
        "rules": " ".join(entry.rules),
        "outcome": entry.outcome,
        "message_id": entry.message_id,
        "commitment": entry.commitment,
        "sealed": sealed,
    }
