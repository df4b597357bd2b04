"""The tree of the journal in memory: leaves, what they commit to, and signed checkpoints."""

import secrets
from collections.abc import Callable, Collection, MutableMapping, MutableSequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from typing_extensions import override

from gateway.domain.case_number import alike
from gateway.domain.checkpoint import Checkpoint, SignedCheckpoint, contradicts
from gateway.domain.entry import SALT_BYTES, PublicEntry, commitment_to, outcome_of
from gateway.domain.merkle import Frontier
from gateway.ports.store import ContentState, EntryContent, Journal, JournalEntry, Leaf, Witnesses

_CASE_REF_BYTES = 16


@dataclass(frozen=True, slots=True)
class MemoryLeaf:
    """One leaf.

    Attributes:
        case_id: Of the entry; also when its case was erased.
        entry: The public part.
        value: Salt and content; None once erased.
    """

    case_id: str
    entry: PublicEntry
    value: bytes | None


class JournalRows(Protocol):
    """The tables this part works on."""

    tree: Frontier
    leaves: MutableSequence[MemoryLeaf]
    case_refs: MutableMapping[str, str]
    checkpoints: MutableMapping[int, SignedCheckpoint]
    witnessed: MutableMapping[str, tuple[SignedCheckpoint, ...]]


class MemoryJournalPart(Journal, Witnesses):
    """What a unit of work does with the tree and its checkpoints."""

    _rows: Any
    _undo: list[Callable[[], object]]
    _put: Callable[[Any, Any, Any], None]

    def _grow(self, line: JournalEntry) -> None:
        rows: JournalRows = self._rows
        step = line.step
        if line.case_id not in rows.case_refs:
            self._put(rows.case_refs, line.case_id, secrets.token_hex(_CASE_REF_BYTES))
        value = secrets.token_bytes(SALT_BYTES) + repr(step).encode("utf-8", "backslashreplace")
        entry = PublicEntry(
            sequence=line.sequence,
            case_ref=rows.case_refs[line.case_id],
            recorded_at=line.recorded_at,
            actor_role=step.by.role.value,
            organisation=step.by.organisation,
            code=step.code,
            rules=step.rules,
            outcome=outcome_of(step),
            message_id=step.message_id,
            commitment=commitment_to(value),
        )
        former = rows.tree
        self._undo.append(lambda: setattr(rows, "tree", former))
        rows.tree = former.append(entry.leaf())
        rows.leaves.append(MemoryLeaf(line.case_id, entry, value))
        self._undo.append(rows.leaves.pop)

    def _forget(self, case_id: str) -> None:
        """What the leaves of a case commit to is gone; a later entry begins under another pseudonym."""
        rows, leaves, refs = self._rows, self._rows.leaves, self._rows.case_refs
        self._undo.append(lambda: setattr(rows, "leaves", leaves))
        self._undo.append(lambda: setattr(rows, "case_refs", refs))
        rows.leaves = [replace(leaf, value=None) if leaf.case_id == case_id else leaf for leaf in leaves]
        rows.case_refs = {name: ref for name, ref in refs.items() if name != case_id}

    @override
    async def hold_journal(self) -> None:
        """Nothing to do: one unit of work at a time."""

    @override
    async def trace(self, case_id: str) -> list[PublicEntry]:
        return [leaf.entry for leaf in self._rows.leaves if leaf.case_id == case_id and leaf.value is None]

    @override
    async def erased_like(self, case_ids: Collection[str]) -> set[str]:
        erased = {leaf.case_id for leaf in self._rows.leaves if leaf.value is None}
        return {case_id for case_id in case_ids if any(alike(case_id, former) for former in erased)}

    @override
    async def checkpoint(self) -> Checkpoint:
        return Checkpoint(self._rows.tree.size, self._rows.tree.root().hex())

    @override
    async def leaves(self, after: int | None, limit: int, *, with_content: bool = False) -> list[Leaf]:
        start = after or 0
        found: list[MemoryLeaf] = self._rows.leaves[start : start + limit]
        return [Leaf(leaf.entry, _state(leaf) if with_content else None) for leaf in found]

    @override
    async def content(self, sequence: int) -> EntryContent | None:
        found: list[MemoryLeaf] = [leaf for leaf in self._rows.leaves if leaf.entry.sequence == sequence]
        if not found or found[0].value is None:
            return None
        return EntryContent(found[0].case_id, found[0].value)

    @override
    async def save_checkpoint(self, signed: SignedCheckpoint) -> None:
        self._put(self._rows.checkpoints, signed.checkpoint.size, signed)

    @override
    async def newest_checkpoint(self) -> SignedCheckpoint | None:
        return max(self._rows.checkpoints.values(), key=_size, default=None)

    @override
    async def signed_checkpoints(self) -> list[SignedCheckpoint]:
        return sorted(self._rows.checkpoints.values(), key=_size)

    @override
    async def save_witnessed(self, partner: str, signed: SignedCheckpoint) -> bool:
        held = await self.witnessed(partner)
        if any((one.checkpoint, one.signed_at) == (signed.checkpoint, signed.signed_at) for one in held):
            return False
        self._put(self._rows.witnessed, partner, (*held, signed))
        return True

    @override
    async def witnessed(self, partner: str) -> list[SignedCheckpoint]:
        held: tuple[SignedCheckpoint, ...] = self._rows.witnessed.get(partner, ())
        return sorted(held, key=lambda signed: (signed.checkpoint.size, signed.signed_at))

    @override
    async def newest_witnessed(self, partner: str) -> SignedCheckpoint | None:
        held = await self.witnessed(partner)
        return held[-1] if held else None

    @override
    async def contradicting(self, partner: str, signed: SignedCheckpoint) -> SignedCheckpoint | None:
        return next((one for one in await self.witnessed(partner) if contradicts(one, signed)), None)


def _state(leaf: MemoryLeaf) -> ContentState:
    return ContentState.ERASED if leaf.value is None else ContentState.KEPT


def _size(signed: SignedCheckpoint) -> int:
    return signed.checkpoint.size
