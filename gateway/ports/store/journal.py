"""Keep the steps of each case in one journal, whose public part is a Merkle tree."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateway.domain.checkpoint import Checkpoint
from gateway.domain.entry import PublicEntry
from gateway.domain.steps import Step

UNREADABLE_CASE = frozenset({"journal-changed", "vault-unreadable", "step-not-readable"})
"""Codes of a case that cannot be read, while the store itself is well."""

GATEWAY_CASE = "gateway"
"""The journal of the gateway itself: partners, quarantine, invoices; a case that belongs to nobody."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal with its content opened.

    Attributes:
        sequence: 1, 2, 3 ... over the whole journal.
        case_id: As used by the application.
        recorded_at: When it was written.
        step: The step itself.
    """

    sequence: int
    case_id: str
    recorded_at: datetime
    step: Step


class ContentState(StrEnum):
    """What became of the content that an entry of the journal commits to."""

    KEPT = "kept"
    ERASED = "erased"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry of the journal as it lies in the store, for who checks it or proves something by it.

    Attributes:
        entry: Its public part, exactly as it stands there.
        content: Whether the sealed content is what the entry commits to; None when it was not looked at.
    """

    entry: PublicEntry
    content: ContentState | None = None


@dataclass(frozen=True, slots=True)
class EntryContent:
    """What one entry commits to, opened.

    Attributes:
        case_id: As used by the application.
        value: Salt and content; SHA-256 of it is the commitment.
    """

    case_id: str
    value: bytes


class Journal(Protocol):
    """The steps of each case, and the tree of their public parts."""

    async def hold(self, case_ids: Collection[str]) -> None:
        """Take these cases before anything is read of them: what is read of a case then holds until the commit.

        Conversations and deliveries of a case are held with it. ``append``, ``steps``, ``entries`` and ``erase``
        hold their case by themselves; who needs several cases holds them all at once, first, and so never waits for
        somebody who waits for us. GATEWAY_CASE is never held: nothing is decided by it, and everybody writes there.
        TemporaryError when another unit of work keeps a case too long.
        """
        ...

    async def append(self, case_id: str, steps: Sequence[Step]) -> None:
        """Append steps to a case's journal, opening the case (and its key) when it is new.

        Raises:
            OperatorError: ``step-not-storable``.
        """
        ...

    async def steps(self, case_id: str) -> list[Step]:
        """All steps of a case in journal order; empty when unknown."""
        ...

    async def entries(self, case_id: str) -> list[JournalEntry]:
        """The same, with sequence and time of recording.

        Raises:
            OperatorError: ``journal-changed``, ``vault-unreadable``, ``step-not-readable``.
        """
        ...

    async def read_ahead(self, case_ids: Collection[str]) -> None:
        """Hold cases and look their steps up at once; one that cannot be read says so when it is asked for."""
        ...

    async def has_case(self, case_id: str) -> bool:
        """Whether a case has steps; the same as asking for them, without opening any."""
        ...

    async def case_ids(self, opened_before: datetime | None = None) -> list[str]:
        """All cases, or those that old, oldest first, without GATEWAY_CASE."""
        ...

    async def erase(self, case_id: str) -> None:
        """Destroy the key of a case: its content is gone for ever, the journal's public part and tree stay (R58).

        Afterwards ``steps`` and ``entries`` of the case are empty and ``case_ids`` does not name it; ``trace`` gives
        what is left. Deliveries and conversations outlive it: outbox, inbox and the partner of a referral stay as they
        were. A later ``append`` begins the case anew, under a new key.

        Raises:
            RefusedError: ``case-not-erasable``: it is GATEWAY_CASE.
        """
        ...

    async def trace(self, case_id: str) -> list[PublicEntry]:
        """The public entries of a case whose content was erased, in order: nothing in them names a person (R57)."""
        ...

    async def erased_like(self, case_ids: Collection[str]) -> set[str]:
        """Those of these numbers that read like the number of a case that was erased (``case_number.alike``; R58)."""
        ...

    async def change_storage_key(self, kek_id: str) -> int:
        """Wrap the key of every living case anew, under that key-encryption key (``Vault.kek_id``).

        Once the former one is destroyed, nothing that was ever deleted opens, wherever a copy of it lies. Wait for
        units of work that open a case, and make later ones use the new key. Returns how many keys there are.

        Raises:
            OperatorError: ``vault-key-missing``, ``vault-unreadable``.
        """
        ...

    async def hold_journal(self) -> None:
        """Hold the journal until the end: it grows, and its checkpoints are saved, by nobody else meanwhile.

        Everybody who appends waits for it, so it is held late, and by few.
        """
        ...

    async def checkpoint(self) -> Checkpoint:
        """Size and root (hex) of the journal tree."""
        ...

    async def leaves(self, after: int | None, limit: int, *, with_content: bool = False) -> list[Leaf]:
        """Entries of the journal with a sequence above ``after``, in order, at most ``limit``.

        Args:
            after: None for the very first row, whatever its number.
            limit: At most so many.
            with_content: Open and check what each entry commits to; half of the work.

        Raises:
            OperatorError: ``journal-unreadable``: a row was changed into something that is no entry.
        """
        ...

    async def content(self, sequence: int) -> EntryContent | None:
        """What an entry commits to; None when there is no such entry or its case was erased.

        Raises:
            OperatorError: ``vault-unreadable``.
        """
        ...
