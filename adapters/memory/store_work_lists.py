"""The in-memory part for work lists: made of the steps whenever a list is read, so that it is never old."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from typing_extensions import override

from gateway.domain.errors import RefusedError
from gateway.domain.worklist import Summariser, WorkItem, version_of
from gateway.ports.clock import Clock
from gateway.ports.store import GATEWAY_CASE, Page, WorkLine, WorkLists, WorkQuery
from gateway.ports.store.page import MOST

_NO_DAY = "9999-12-31"


class MemoryWorkListPart(WorkLists):
    """What a unit of work does with work lists."""

    _rows: Any
    _clock: Clock
    _summariser: Summariser

    @override
    async def work_list(self, query: WorkQuery) -> Page[WorkLine]:
        after, limit = _place_of(query.cursor), max(1, min(query.limit, MOST))
        lines = sorted(self._lines(query), key=_place)
        behind = [line for line in lines if after is None or _place(line) > after]
        page = behind[:limit]
        return Page(tuple(page), json.dumps(_place(page[-1])) if len(behind) > limit else None)

    def _lines(self, query: WorkQuery) -> list[WorkLine]:
        found = []
        for case_id, entries in self._rows.journal.items():
            if case_id == GATEWAY_CASE or not entries or query.case_id not in {None, case_id}:
                continue
            summary = self._summariser(case_id, [entry.step for entry in entries], self._clock.now())
            known, sought = summary.physicians, query.physician
            if sought is None or not known or any(one.is_surely(other) for one in sought for other in known):
                found += [WorkLine(case_id, item) for item in summary.items if _is_wanted(item, query)]
        return found

    @override
    async def case_version(self, case_id: str) -> int:
        return version_of(entry.step for entry in self._rows.journal.get(case_id, ()))

    @override
    async def summaries_due(self, at: datetime, limit: int) -> list[str]:
        return []

    @override
    async def is_summary_true(self, case_id: str) -> bool:
        return True

    @override
    async def summarise_anew(self, case_ids: Collection[str]) -> None:
        """Do nothing: nothing is kept."""


def _is_wanted(item: WorkItem, query: WorkQuery) -> bool:
    waiting = item.waiting
    return (
        item.kind is query.kind
        and query.is_open in {None, item.is_open}
        and query.state in {None, item.state}
        and query.partner in {None, item.partner}
        and query.whom in {None, waiting.whom.value if waiting else None}
        and (query.due_by is None or (waiting is not None and waiting.due is not None and waiting.due <= query.due_by))
    )


def _place(line: WorkLine) -> tuple[str, str, str, str]:
    waiting = line.item.waiting
    due_on = waiting.due.isoformat() if waiting and waiting.due else _NO_DAY
    since = waiting.since if waiting else line.item.began_at
    return due_on, f"{since.timestamp():020.6f}", line.case_id, line.item.item_id


def _place_of(cursor: str | None) -> tuple[str, ...] | None:
    try:
        return None if cursor is None else tuple(map(str, json.loads(cursor)))
    except (ValueError, RecursionError):
        raise RefusedError(
            "cursor-invalid",
            "This is no cursor of a list.",
            remedy="Begin without one, and take the cursor that the page before gives.",
        ) from None
