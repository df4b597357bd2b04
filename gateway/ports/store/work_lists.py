"""Read work lists: cases, referrals and requests under the AVG, by what is kept beside the journal.

What is kept of a case is written together with its steps and made of them alone (``gateway.domain.worklist``), so it
can be made anew at any time. Reading a list opens no step.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from gateway.domain.relation import Identity
from gateway.domain.worklist import ItemKind, WorkItem
from gateway.ports.store.page import Page


@dataclass(frozen=True, slots=True)
class WorkQuery:
    """Which lines of a work list.

    Attributes:
        kind: What the lines are about.
        limit: At most so many lines, up to ``page.MOST``.
        cursor: Of the page before; None for the first.
        is_open: Only what somebody still works on, or only what is over.
        state, partner, whom: Only these.
        due_by: Only what has its last day by then.
        case_id: Only of this case.
        physician: Only cases of a physician who is one of these, and cases of which no physician is known.
    """

    kind: ItemKind
    limit: int = 50
    cursor: str | None = None
    is_open: bool | None = None
    state: str | None = None
    partner: str | None = None
    whom: str | None = None
    due_by: date | None = None
    case_id: str | None = None
    physician: tuple[Identity, ...] | None = None


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One line of a work list.

    Attributes:
        case_id: As used by the application.
        item: What it says.
    """

    case_id: str
    item: WorkItem


class WorkLists(Protocol):
    """What is kept of each case for work lists."""

    async def work_list(self, query: WorkQuery) -> Page[WorkLine]:
        """Give a page: what is due first, then what has waited longest, then what is oldest.

        Raises:
            RefusedError: ``cursor-invalid``.
        """
        ...

    async def case_version(self, case_id: str) -> int:
        """Count the steps of a case, readings apart; 0 when it is unknown."""
        ...

    async def summaries_due(self, at: datetime, limit: int) -> list[str]:
        """Name cases of which nothing is kept, or what time or another policy may have changed; at most so many."""
        ...

    async def is_summary_true(self, case_id: str) -> bool:
        """Tell whether what is kept of a case is what its steps say now."""
        ...

    async def summarise_anew(self, case_ids: Collection[str]) -> None:
        """Make what is kept of these cases again from their steps."""
        ...
