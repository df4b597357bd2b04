"""The in-memory part for the index of messages."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from typing_extensions import override

from gateway.domain.errors import RefusedError
from gateway.ports.store import (
    FINAL_OUTBOX_STATES,
    Direction,
    InboxItem,
    MessageIndex,
    MessageLine,
    MessageQuery,
    Page,
    QuarantineItem,
)
from gateway.ports.store.page import MOST

_Placed = tuple[tuple[datetime, int, int], MessageLine]
"""A line and its place: time, table, and where it stands in that."""


class MemoryMessageIndexPart(MessageIndex):
    """What a unit of work tells of messages."""

    _rows: Any

    @override
    async def message_list(self, query: MessageQuery) -> Page[MessageLine]:
        limit, after = max(1, min(query.limit, MOST)), _place_of(query.cursor)
        found = sorted(self._placed(query), key=lambda one: one[0], reverse=True)
        behind = [one for one in found if after is None or one[0] < after]
        page = behind[:limit]
        return Page(tuple(line for _, line in page), _cursor(page[-1][0]) if len(behind) > limit else None)

    def _placed(self, query: MessageQuery) -> Iterator[_Placed]:
        for number, item in enumerate(self._rows.outbox.values()):
            again = None if item.state in FINAL_OUTBOX_STATES else item.next_attempt_at
            about = (item.state.value, item.recipient, item.kind, item.referral_id, item.reason, item.attempts, again)
            line = MessageLine(Direction.OUT, item.message_id, item.created_at, *about)
            if _is_wanted(line, query) and query.case_id in {None, item.case_id}:
                yield (line.at, 0, number), line
        for number, item in enumerate(self._rows.inbox.values()):
            came = (item.state.value, item.sender, item.kind, item.referral_id, item.reason)
            line = MessageLine(Direction.IN, item.message_id, item.received_at, *came)
            if _is_wanted(line, query) and query.case_id in {None, item.case_id}:
                yield (line.at, 1, number), line
        for number, item in enumerate(() if query.case_id else self._rows.quarantine.values()):
            name = item.message_id or item.item_id
            line = MessageLine(Direction.IN, name, item.received_at, item.state.value, item.sender, reason=item.reason)
            if _is_wanted(line, query):
                yield (line.at, 2, number), line

    @override
    async def came_as(self, message_id: str) -> list[InboxItem]:
        return [replace(item, body=None) for (_, name), item in self._rows.inbox.items() if name == message_id]

    @override
    async def held_as(self, wanted: str) -> list[QuarantineItem]:
        found = (item for item in self._rows.quarantine.values() if wanted in {item.item_id, item.message_id})
        return [replace(item, body=b"") for item in found]


def _is_wanted(line: MessageLine, query: MessageQuery) -> bool:
    return (
        query.direction in {None, line.direction}
        and query.state in {None, line.state}
        and query.partner in {None, line.partner}
        and query.kind in {None, line.kind}
    )


def _cursor(place: tuple[datetime, int, int]) -> str:
    at, *rest = place
    return json.dumps([at.isoformat(), *rest])


def _place_of(cursor: str | None) -> tuple[datetime, int, int] | None:
    if cursor is None:
        return None
    try:
        at, table, number = json.loads(cursor)
        return datetime.fromisoformat(at), int(table), int(number)
    except (ValueError, TypeError, RecursionError):
        raise RefusedError(
            "cursor-invalid",
            "This is no cursor of a list.",
            remedy="Begin without one, and take the cursor that the page before gives.",
        ) from None
