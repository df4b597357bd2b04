"""What every store promises about the index of messages: every message once, newest first, a page at a time."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from gateway.domain.errors import RefusedError
from gateway.domain.messages import Kind
from gateway.ports.store import (
    Direction,
    InboxItem,
    InboxState,
    MessageQuery,
    OutboxItem,
    OutboxState,
    QuarantineItem,
    QuarantineState,
)
from gateway.ports.transport import Lane

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PARTNERS = ("lpbso", "praktijk-mulkens")
KINDS = (Kind.REFERRAL_REQUESTED, Kind.MILESTONE_REACHED)


class Clock:
    def now(self):
        return START


@pytest.fixture
def clock():
    return Clock()


def at(number):
    """Three messages share each instant."""
    return START + timedelta(seconds=number // 3)


def outgoing(number):
    return OutboxItem(
        message_id=f"out-{number}",
        case_id=f"case-{number % 2}",
        kind=KINDS[number % 2],
        recipient=PARTNERS[number // 2 % 2],
        lane=Lane.CASES,
        referral_id=f"referral-{number}",
        sequence=1,
        body=b"sealed",
        digest="0" * 64,
        needs_receipt=True,
        state=list(OutboxState)[number % 3],
        attempts=0,
        next_attempt_at=START,
        created_at=at(number),
    )


def incoming(number):
    sender, state = PARTNERS[number % 2], list(InboxState)[number % 3]
    return InboxItem(sender, f"in-{number}", "0" * 64, KINDS[number // 2 % 2], state, at(number), f"case-{number % 2}")


def held(number):
    state = list(QuarantineState)[number % 2]
    return QuarantineItem(
        f"item-{number}", f"held-{number}", PARTNERS[number % 2], Lane.CASES, b"x", "no-object", at(number), state
    )


@pytest.fixture
async def full(store):
    async with store.begin() as work:
        for number in range(12):
            await work.enqueue(outgoing(number))
            await work.save_inbox(incoming(number))
            await work.save_quarantine(held(number))
    return store


async def listed(store, **wanted):
    lines, cursor = [], None
    while True:
        async with store.look() as work:
            page = await work.message_list(MessageQuery(cursor=cursor, **wanted))
        lines += page.lines
        cursor = page.cursor
        if cursor is None:
            return lines


async def test_every_message_is_there_once_newest_first_however_long_the_pages_are(full):
    whole = await listed(full, limit=500)
    names = [line.message_id for line in whole]
    assert sorted(names) == sorted(f"{kind}-{number}" for kind, number in product(("out", "in", "held"), range(12)))
    assert [line.at for line in whole] == sorted((line.at for line in whole), reverse=True)
    for limit in (1, 2, 5, 36):
        assert await listed(full, limit=limit) == whole


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("direction", list(Direction)),
        ("state", ["pending", "sent", "parked", "refused", "held", "replayed", "nothing"]),
        ("partner", [*PARTNERS, "nobody"]),
        ("kind", list(KINDS)),
    ],
)
async def test_a_list_is_filtered_by_what_it_shows(full, name, values):
    whole = await listed(full, limit=500)
    for value in values:
        expected = [line for line in whole if getattr(line, name) == value]
        assert await listed(full, limit=3, **{name: value}) == expected
    both = [line for line in whole if line.partner == PARTNERS[0] and line.state == "processed"]
    assert await listed(full, limit=2, partner=PARTNERS[0], state="processed") == both


async def test_the_messages_of_a_case_are_those_and_no_held_delivery(full):
    found = await listed(full, limit=4, case_id="case-1")
    assert sorted(line.message_id for line in found) == sorted(
        f"{kind}-{number}" for kind, number in product(("out", "in"), range(1, 12, 2))
    )


async def test_a_message_is_found_by_its_id_and_its_body_is_not_read(full):
    async with full.begin() as work:
        await work.save_inbox(InboxItem(PARTNERS[1], "in-0", "1" * 64, KINDS[0], InboxState.PARKED, START, body=b"x"))
    async with full.look() as work:
        assert [item.sender for item in await work.came_as("in-0")] == list(PARTNERS)
        assert [item.body for item in await work.came_as("in-0")] == [None, None]
        assert await work.came_as("out-0") == []
        for wanted in ("item-4", "held-4"):
            (found,) = await work.held_as(wanted)
            assert (found.item_id, found.message_id, found.body) == ("item-4", "held-4", b"")
        assert await work.held_as("in-4") == []


async def test_a_cursor_of_something_else_is_refused(full):
    for cursor in ("x", "e30=", "WzEsMl0=", "ünsinn"):
        async with full.look() as work:
            with pytest.raises(RefusedError, match="cursor"):
                await work.message_list(MessageQuery(cursor=cursor))
