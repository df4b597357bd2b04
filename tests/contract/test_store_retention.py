"""What every store promises about the end of a term: bodies go, rows stay; an erased case leaves its public log."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.messages import Kind
from gateway.domain.retention import DataKind
from gateway.domain.steps import Actor, ActorRole, CaseErased, NoteRecorded
from gateway.ports.store import (
    SETTLED_QUARANTINE_STATES,
    InboxItem,
    InboxState,
    OutboxItem,
    OutboxState,
    QuarantineItem,
    QuarantineState,
)
from gateway.ports.transport import Lane

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = START + timedelta(days=1)
BY = Actor(ActorRole.BACK_OFFICE, "arbo-lindehof", "A. Naam")
FINAL = (OutboxState.DELIVERED, OutboxState.REFUSED, OutboxState.DROPPED)
NOT_FINAL = (OutboxState.PENDING, OutboxState.SENT, OutboxState.UNDELIVERABLE)


class Clock:
    at = START

    def now(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


def note(topic):
    return NoteRecorded(at=START, by=BY, topic=topic)


def outgoing(name, state, kind=Kind.REPORT_WITHHELD, **changes):
    item = OutboxItem(
        message_id=name,
        case_id="case-1",
        kind=kind,
        recipient="lpbso",
        lane=Lane.CASES,
        referral_id=None,
        sequence=None,
        body=b"sealed",
        digest="0" * 64,
        needs_receipt=kind is not Kind.RECEIPT,
        state=state,
        attempts=0,
        next_attempt_at=START,
        created_at=START,
    )
    return replace(item, **changes)


def held(name, state):
    return QuarantineItem(name, name, "lpbso", Lane.CASES, name.encode(), "bad-signature", START, state)


async def enqueued(store, *items):
    async with store.begin() as work:
        for item in items:
            await work.enqueue(item)


async def bodies(store):
    async with store.look() as work:
        return {item.message_id: item.body for item in await work.outbox()}


async def test_bodies_of_settled_messages_go_and_their_rows_stay(store):
    await enqueued(store, *(outgoing(state.value, state) for state in OutboxState))
    async with store.look() as work:
        assert await work.expired_bodies(DataKind.TRANSPORT_COPY, LATER) == len(FINAL)
    async with store.begin() as work:
        assert await work.delete_expired_bodies(DataKind.TRANSPORT_COPY, LATER) == len(FINAL)
    assert await bodies(store) == {
        **{state.value: b"" for state in FINAL},
        **{state.value: b"sealed" for state in NOT_FINAL},
    }
    async with store.begin() as work:
        assert await work.outbox_item("delivered") == outgoing("delivered", OutboxState.DELIVERED, body=b"")
        assert await work.expired_bodies(DataKind.TRANSPORT_COPY, LATER) == 0
        assert await work.delete_expired_bodies(DataKind.TRANSPORT_COPY, LATER) == 0


async def test_what_still_waits_is_claimed_with_its_bytes_afterwards(store):
    await enqueued(store, *(outgoing(state.value, state) for state in OutboxState))
    async with store.begin() as work:
        await work.delete_expired_bodies(DataKind.TRANSPORT_COPY, LATER)
        claimed = await work.claim("worker", LATER, LATER + timedelta(seconds=30), 10)
    assert {(item.message_id, item.body) for item in claimed} == {("pending", b"sealed"), ("sent", b"sealed")}


@pytest.mark.parametrize("field", ["created_at", "next_attempt_at"])
async def test_a_body_is_as_old_as_the_last_thing_that_happened_to_it(store, field):
    await enqueued(store, outgoing("young", OutboxState.DELIVERED, **{field: LATER}))
    async with store.begin() as work:
        assert await work.delete_expired_bodies(DataKind.TRANSPORT_COPY, LATER) == 0
        assert await work.delete_expired_bodies(DataKind.TRANSPORT_COPY, LATER + timedelta(seconds=1)) == 1


async def test_receipts_have_a_term_of_their_own(store):
    delivered = OutboxState.DELIVERED
    await enqueued(store, outgoing("word", delivered), outgoing("receipt", delivered, Kind.RECEIPT))
    async with store.begin() as work:
        assert await work.delete_expired_bodies(DataKind.TRANSPORT_COPY, LATER) == 1
    assert await bodies(store) == {"word": b"", "receipt": b"sealed"}
    async with store.begin() as work:
        assert await work.delete_expired_bodies(DataKind.RECEIPT_COPY, LATER) == 1
    assert await bodies(store) == {"word": b"", "receipt": b""}


async def test_a_held_delivery_stays_until_a_person_is_done_with_it(store):
    items = [held(state.value, state) for state in QuarantineState]
    async with store.begin() as work:
        for item in items:
            await work.save_quarantine(item)
    async with store.begin() as work:
        assert await work.expired_bodies(DataKind.HELD_DELIVERY, START) == 0
        assert await work.delete_expired_bodies(DataKind.HELD_DELIVERY, LATER) == len(SETTLED_QUARANTINE_STATES)
    async with store.begin() as work:
        found = {item.state: await work.quarantine_item(item.item_id) for item in await work.quarantine()}
        found = {state: item.body for state, item in found.items()}
        given_up = SETTLED_QUARANTINE_STATES - {QuarantineState.REPLAYED}
        assert found == {QuarantineState.HELD: b"held", **dict.fromkeys(given_up, b"")}
        asked = [("lpbso", b"discarded"), ("lpbso", b"replayed")]
        assert await work.quarantined(asked) == [QuarantineState.DISCARDED, None], "what was replayed is gone whole"
        assert await work.expired_bodies(DataKind.HELD_DELIVERY, LATER) == 0


async def test_a_parked_body_is_never_spent(store):
    came = InboxItem("lpbso", "m", "0" * 64, Kind.REPORT_WITHHELD, InboxState.PARKED, START, body=b"sealed")
    async with store.begin() as work:
        await work.save_inbox(came)
        for kind in (DataKind.TRANSPORT_COPY, DataKind.RECEIPT_COPY, DataKind.HELD_DELIVERY):
            await work.delete_expired_bodies(kind, LATER)
        assert await work.inbox_item("lpbso", "m") == came


async def test_deleting_is_taken_back_with_its_unit_of_work(store):
    await enqueued(store, outgoing("word", OutboxState.DELIVERED))
    with suppress(RuntimeError):
        async with store.begin() as work:
            await work.delete_expired_bodies(DataKind.TRANSPORT_COPY, LATER)
            raise RuntimeError
    assert await bodies(store) == {"word": b"sealed"}


async def test_an_erased_case_leaves_its_public_log_and_no_other(store):
    async with store.begin() as work:
        await work.append("case-1", [note("a"), note("b")])
        await work.append("case-2", [note("c")])
        assert await work.trace("case-1") == []
    async with store.begin() as work:
        await work.append("case-1", [CaseErased(at=START, by=BY)])
        await work.erase("case-1")
    async with store.look() as work:
        trace = await work.trace("case-1")
        leaves = [leaf.entry for leaf in await work.leaves(0, 10)]
        assert await work.trace("case-2") == []
        assert await work.trace("nobody") == []
    assert [entry.code for entry in trace] == ["note-recorded", "note-recorded", "case-erased"]
    assert trace == [entry for entry in leaves if entry.case_ref == trace[0].case_ref]
    assert BY.name not in repr(trace)


async def test_a_number_that_reads_like_that_of_an_erased_case_is_known(store):
    spelt = ("so-2026-0007", "SO-2026-7", "SO20260007", "SO-2026-0007.0", "SO-2026-0007")
    async with store.begin() as work:
        await work.append("SO-2026-0007", [note("a")])
        await work.append("SO-2026-0008", [note("b")])
        assert await work.erased_like(spelt) == set()
    async with store.begin() as work:
        await work.erase("SO-2026-0007")
        await work.erase("nobody")
        assert await work.erased_like(spelt) == set(spelt)
    async with store.look() as work:
        assert await work.erased_like([*spelt, "SO-2026-0008", "so-2026-8", "SO-2026-0070"]) == set(spelt)
        assert await work.erased_like([f"Z-{number}" for number in range(1000)]) == set()
    async with store.begin() as work:
        await work.append("SO-2026-0007", [note("c")])
        await work.erase("SO-2026-0007")
        assert await work.erased_like(["so-2026-7"]) == {"so-2026-7"}


async def test_what_an_erased_number_reads_like_is_taken_back_with_its_unit_of_work(store):
    async with store.begin() as work:
        await work.append("case-1", [note("a")])
    with suppress(RuntimeError):
        async with store.begin() as work:
            await work.erase("case-1")
            raise RuntimeError
    async with store.look() as work:
        assert await work.erased_like(["CASE-1"]) == set()


async def test_the_log_of_every_life_of_a_case_stays(store):
    for topic in ("first", "second"):
        async with store.begin() as work:
            await work.append("case-1", [note(topic)])
            await work.erase("case-1")
    async with store.begin() as work:
        await work.append("case-1", [note("third")])
        assert len(await work.trace("case-1")) == 2
        assert await work.steps("case-1") == [note("third")]


async def test_cases_can_be_asked_by_age(store, clock):
    async with store.begin() as work:
        await work.append("old", [note("a")])
    clock.at = LATER
    async with store.begin() as work:
        await work.append("old", [note("b")])
        await work.append("new", [note("c")])
    async with store.look() as work:
        assert await work.case_ids() == ["old", "new"]
        assert await work.case_ids(LATER) == ["old"]
        assert await work.case_ids(START) == []
