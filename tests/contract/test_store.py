"""What every store promises, asked of the twin in memory and of the real one on a file and on a server."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from gateway.domain import steps as s
from gateway.domain.errors import OperatorError, RefusedError, TemporaryError
from gateway.domain.merkle import Frontier
from gateway.domain.messages import Kind
from gateway.domain.party import Party, Role
from gateway.ports.store import (
    FINAL_OUTBOX_STATES,
    GATEWAY_CASE,
    Amount,
    InboxItem,
    InboxState,
    OutboxItem,
    OutboxState,
    Partner,
    QuarantineItem,
    QuarantineState,
)
from gateway.ports.transport import Lane

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
LEASE = timedelta(seconds=30)
BY = s.Actor(s.ActorRole.BACK_OFFICE, "arbo-lindehof", "R. de Vries")
REFERRAL = "5b6f2f8e-6d2b-4a55-8d0e-0d0f4f6b9a01"


class SteppingClock:
    """A second later at every look."""

    def __init__(self):
        self._ticks = count()

    def now(self):
        return START + timedelta(seconds=next(self._ticks))


@pytest.fixture
def clock():
    return SteppingClock()


def note(topic, **fields):
    return s.NoteRecorded(at=START, by=BY, topic=topic, **fields)


def outgoing(number, *, sequence=None, referral_id=REFERRAL, **fields):
    item = OutboxItem(
        message_id=f"message-{number}",
        case_id="case-1",
        kind=Kind.MILESTONE_REACHED,
        recipient="lpbso",
        lane=Lane.CASES,
        referral_id=referral_id if sequence else None,
        sequence=sequence,
        body=b"sealed \x00 %d" % number,
        digest=f"{number:064x}",
        needs_receipt=True,
        state=OutboxState.PENDING,
        attempts=0,
        next_attempt_at=START,
        created_at=START,
    )
    return replace(item, **fields)


def incoming(number, **fields):
    item = InboxItem(
        sender="lpbso",
        message_id=f"message-{number}",
        digest=f"{number:064x}",
        kind=Kind.REFERRAL_ACCEPTED,
        state=InboxState.PROCESSED,
        received_at=START,
        case_id="case-1",
        referral_id=REFERRAL,
        sequence=number,
        receipt_id=f"receipt-{number}",
    )
    return replace(item, **fields)


def held(number, **fields):
    item = QuarantineItem(
        item_id=f"item-{number}",
        message_id="",
        sender="somebody",
        lane=Lane.BILLING,
        body=bytes(range(256)),
        reason="not-an-envelope",
        received_at=START,
    )
    return replace(item, **fields)


async def put(store, *items):
    async with store.begin() as work:
        for item in items:
            await work.enqueue(item)


async def due_ids(store, at=START, limit=100):
    """What could be claimed; the claim is taken back."""
    ids = []

    async def claim(work):
        ids.extend(item.message_id for item in await work.claim("nobody", at, at + LEASE, limit))

    await fail_after(store, claim)
    return ids


async def claim(store, owner="worker-1", at=START, limit=100):
    async with store.begin() as work:
        return await work.claim(owner, at, at + LEASE, limit)


async def fail_after(store, act):
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - it is the leaving of the context that is tested
        async with store.begin() as work:
            await act(work)
            raise ZeroDivisionError


# Journal


async def test_steps_come_back_in_order_and_only_of_their_case(store):
    async with store.begin() as work:
        await work.append("case-1", [note("a"), note("b")])
        await work.append("case-2", [note("x")])
        await work.append("case-1", [note("c", message_id="m1")])
    async with store.begin() as work:
        assert await work.steps("case-1") == [note("a"), note("b"), note("c", message_id="m1")]
        assert await work.steps("case-2") == [note("x")]


async def test_entries_know_their_sequence_and_when_they_were_recorded(store):
    async with store.begin() as work:
        await work.append("case-1", [note("a"), note("b")])
        await work.append("case-2", [note("x")])
        await work.append("case-1", [note("c")])
        entries = await work.entries("case-1")
    assert [entry.sequence for entry in entries] == [1, 2, 4]
    assert {entry.case_id for entry in entries} == {"case-1"}
    recorded = [entry.recorded_at for entry in entries]
    assert recorded == sorted(recorded)
    assert all(at >= START and at.utcoffset() == timedelta(0) for at in recorded)


async def test_an_unknown_case_is_empty(store):
    async with store.begin() as work:
        assert await work.steps("nobody") == []
        assert await work.entries("nobody") == []
        assert await work.case_ids() == []


async def test_appending_nothing_opens_no_case(store):
    async with store.begin() as work:
        await work.append("case-1", [])
        assert await work.case_ids() == []


async def test_cases_are_listed_by_their_first_step_without_the_gateways_own(store):
    async with store.begin() as work:
        await work.enqueue(outgoing(1, case_id="mentioned-first"))
        await work.append(GATEWAY_CASE, [note("g")])
        await work.append("zebra", [note("a")])
        await work.append("aap", [note("b")])
        await work.append("zebra", [note("c")])
        assert await work.case_ids() == ["zebra", "aap"]
        assert await work.steps(GATEWAY_CASE) == [note("g")]


async def test_a_case_id_may_be_any_text(store):
    names = ["Zaak 12/3 'x'; --", "zaak-😀", "Zaak-1", "zaak-1", " ", "a" * 500]
    async with store.begin() as work:
        for name in names:
            await work.append(name, [note(name)])
        assert await work.case_ids() == names
        for name in names:
            assert await work.steps(name) == [note(name)]


async def test_an_exception_takes_everything_back(store):
    async with store.begin() as work:
        await work.append("case-1", [note("kept")])
        before = await work.checkpoint()

    async def fill(work):
        await work.append("case-1", [note("lost")])
        await work.append("case-2", [note("lost")])
        await work.bind_referral(REFERRAL, "case-2", "lpbso")
        await work.enqueue(outgoing(1, sequence=1))
        await work.save_inbox(incoming(1))
        await work.save_quarantine(held(1))
        await work.save_partner(partner("lpbso"))
        await work.erase("case-1")
        await work.append("case-1", [note("lost")])

    await fail_after(store, fill)
    async with store.begin() as work:
        assert await work.steps("case-1") == [note("kept")]
        assert await work.case_ids() == ["case-1"]
        assert await work.checkpoint() == before
        assert await work.case_of_referral(REFERRAL) is None
        assert await work.next_sequence(REFERRAL, "lpbso") == 1
        assert not await work.outbox()
        assert not await work.inbox()
        assert not await work.quarantine()
        assert not await work.partners()


async def test_an_update_is_taken_back_too(store):
    await put(store, outgoing(1))
    await fail_after(store, lambda work: work.update_outbox(outgoing(1, state=OutboxState.SENT)))
    async with store.begin() as work:
        assert await work.outbox_item("message-1") == outgoing(1)


async def test_a_cancelled_unit_of_work_leaves_nothing_and_blocks_nobody(store):
    entered = asyncio.Event()

    async def endless():
        async with store.begin() as work:
            await work.append("case-1", [note("lost")])
            entered.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(endless())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.begin() as work:
        assert await work.steps("case-1") == []


async def test_the_tree_grows_with_every_step_and_never_otherwise(store):
    seen = []
    for number in range(1, 10):
        async with store.begin() as work:
            await work.append(f"case-{number % 3}", [note("x")] * (number % 3))
            await work.steps("case-0")
            seen.append(await work.checkpoint())
    assert [point.size for point in seen] == [1, 3, 3, 4, 6, 6, 7, 9, 9]
    assert seen[1] == seen[2]
    assert len({point.root for point in seen}) == 6


async def test_the_empty_tree_has_the_root_of_the_standard(store):
    async with store.begin() as work:
        checkpoint = await work.checkpoint()
    assert (checkpoint.size, checkpoint.root) == (0, Frontier().root().hex())


# Erasing


async def test_an_erased_case_is_gone_but_its_leaves_stay(store):
    async with store.begin() as work:
        await work.append("case-1", [note("secret")])
        await work.append("case-2", [note("other")])
        before = await work.checkpoint()
    async with store.begin() as work:
        await work.erase("case-1")
        assert await work.steps("case-1") == []
    async with store.begin() as work:
        assert await work.steps("case-1") == []
        assert await work.entries("case-1") == []
        assert await work.case_ids() == ["case-2"]
        assert await work.steps("case-2") == [note("other")]
        assert await work.checkpoint() == before


async def test_what_was_exchanged_outlives_an_erased_case(store):
    async with store.begin() as work:
        await work.append("case-1", [note("secret")])
        await work.bind_referral(REFERRAL, "case-1", "lpbso")
        await work.enqueue(outgoing(1, sequence=1))
        await work.save_inbox(incoming(1))
        await work.erase("case-1")
    async with store.begin() as work:
        assert await work.outbox() == [outgoing(1, sequence=1)]
        assert await work.inbox_item("lpbso", "message-1") == incoming(1)
        assert await work.partner_of_referral(REFERRAL) == "lpbso"


async def test_a_case_may_begin_again_after_erasure(store):
    async with store.begin() as work:
        await work.append("case-1", [note("secret")])
        await work.append("case-2", [note("other")])
        await work.erase("case-1")
        await work.append("case-1", [note("new")])
    async with store.begin() as work:
        assert await work.steps("case-1") == [note("new")]
        assert await work.case_ids() == ["case-2", "case-1"]


async def test_erasing_an_unknown_case_does_nothing_and_the_gateways_own_is_refused(store):
    async with store.begin() as work:
        await work.erase("nobody")
        with pytest.raises(RefusedError) as refusal:
            await work.erase(GATEWAY_CASE)
    assert refusal.value.code == "case-not-erasable"


# Conversations


async def test_a_referral_is_bound_to_one_case_and_partner(store):
    async with store.begin() as work:
        assert await work.case_of_referral(REFERRAL) is None
        assert await work.partner_of_referral(REFERRAL) is None
        await work.bind_referral(REFERRAL, "case-1", "lpbso")
        await work.bind_referral(REFERRAL, "case-1", "lpbso")
    async with store.begin() as work:
        assert await work.case_of_referral(REFERRAL) == "case-1"
        assert await work.partner_of_referral(REFERRAL) == "lpbso"


@pytest.mark.parametrize(("case_id", "bound_to"), [("case-2", "lpbso"), ("case-1", "other-pool")])
async def test_a_referral_is_never_bound_otherwise(store, case_id, bound_to):
    async with store.begin() as work:
        await work.bind_referral(REFERRAL, "case-1", "lpbso")
        with pytest.raises(RefusedError) as refusal:
            await work.bind_referral(REFERRAL, case_id, bound_to)
        assert await work.case_of_referral(REFERRAL) == "case-1"
    assert refusal.value.code == "referral-bound"


async def test_a_referral_that_begins_here_is_bound_and_numbered_without_a_look(store):
    async with store.begin() as work:
        await work.bind_referral(REFERRAL, "case-1", "lpbso", is_new=True)
        assert await work.next_sequence(REFERRAL, "lpbso") == 1
        await work.enqueue(outgoing(1, sequence=1))
        assert await work.next_sequence(REFERRAL, "lpbso") == 2
        assert await work.outbox() == [outgoing(1, sequence=1)]
        assert await work.next_sequence(REFERRAL, "lpbso") == 2
    async with store.begin() as work:
        assert await work.case_of_referral(REFERRAL) == "case-1"


async def test_a_referral_that_was_there_does_not_begin_again(store):
    async with store.begin() as work:
        await work.bind_referral(REFERRAL, "case-1", "lpbso")
    with pytest.raises(OperatorError) as conflict:
        async with store.begin() as work:
            await work.bind_referral(REFERRAL, "case-2", "lpbso", is_new=True)
    assert conflict.value.code == "store-conflict"
    async with store.begin() as work:
        assert await work.case_of_referral(REFERRAL) == "case-1"


async def test_sequences_are_per_conversation_and_recipient(store):
    async with store.begin() as work:
        assert await work.next_sequence(REFERRAL, "lpbso") == 1
        assert await work.next_sequence(REFERRAL, "lpbso") == 1
        await work.enqueue(outgoing(1, sequence=1))
        assert await work.next_sequence(REFERRAL, "lpbso") == 2
        await work.enqueue(outgoing(2, sequence=2, state=OutboxState.DROPPED))
        assert await work.next_sequence(REFERRAL, "lpbso") == 3
        assert await work.next_sequence(REFERRAL, "other-pool") == 1
        assert await work.next_sequence("another", "lpbso") == 1


# Outbox


async def test_an_outgoing_message_comes_back_as_it_was(store):
    zone = timedelta(hours=2, minutes=30)
    item = outgoing(
        1, sequence=1, reason="because", next_attempt_at=START + zone, created_at=START + timedelta(0, 1, 7)
    )
    await put(store, item, outgoing(2, body=b"", lane=Lane.BILLING, case_id=GATEWAY_CASE, kind=Kind.INVOICE_ISSUED))
    async with store.begin() as work:
        assert await work.outbox_item("message-1") == item
        second = await work.outbox_item("message-2")
        assert (second.body, second.lane, second.kind) == (b"", Lane.BILLING, Kind.INVOICE_ISSUED)
        assert await work.outbox_item("message-3") is None


async def test_the_outbox_is_listed_as_it_was_filled(store):
    await put(store, outgoing(3), outgoing(1, case_id="case-2"), outgoing(2, created_at=START - timedelta(1)))
    async with store.begin() as work:
        assert [item.message_id for item in await work.outbox()] == ["message-3", "message-1", "message-2"]
        assert [item.message_id for item in await work.outbox("case-1")] == ["message-3", "message-2"]
        assert await work.outbox("nobody") == []


@pytest.mark.parametrize("taken", [outgoing(1, sequence=2), outgoing(2, sequence=1)], ids=["message id", "place"])
async def test_an_identity_in_the_outbox_is_used_once(store, taken):
    await put(store, outgoing(1, sequence=1))
    with pytest.raises(OperatorError) as conflict:
        await put(store, taken)
    assert conflict.value.code == "store-conflict"
    async with store.begin() as work:
        assert await work.outbox() == [outgoing(1, sequence=1)]


async def test_a_dropped_message_leaves_its_place_to_the_one_that_goes_instead(store):
    await put(store, outgoing(1, sequence=1), outgoing(2, sequence=2))
    async with store.begin() as work:
        await work.update_outbox(outgoing(1, sequence=1, state=OutboxState.DROPPED, reason="consent-withdrawn"))
        await work.enqueue(outgoing(3, sequence=1))
        assert await work.next_sequence(REFERRAL, "lpbso") == 3
    assert await due_ids(store) == ["message-3"]


async def test_a_dropped_message_does_not_come_back_to_a_place_that_is_taken(store):
    await put(store, outgoing(1, sequence=1))
    dropped = outgoing(1, sequence=1, state=OutboxState.DROPPED, reason="consent-withdrawn")
    async with store.begin() as work:
        await work.update_outbox(dropped)
        await work.enqueue(outgoing(2, sequence=1))
    with pytest.raises(OperatorError) as conflict:
        async with store.begin() as work:
            await work.update_outbox(outgoing(1, sequence=1, state=OutboxState.DELIVERED))
    assert conflict.value.code == "store-conflict"
    async with store.begin() as work:
        assert await work.outbox() == [dropped, outgoing(2, sequence=1)]


async def test_progress_is_written_back_and_nothing_else(store):
    await put(store, outgoing(1, sequence=1))
    later = START + timedelta(hours=1)
    progress = {"state": OutboxState.SENT, "next_attempt_at": later, "reason": "inbox-full"}
    async with store.begin() as work:
        await work.update_outbox(outgoing(1, sequence=1, attempts=7, body=b"other", digest="f" * 64, **progress))
        assert await work.outbox_item("message-1") == outgoing(1, sequence=1, **progress)
        await work.update_outbox(outgoing(1, sequence=1))
        assert await work.outbox_item("message-1") == outgoing(1, sequence=1)


async def test_progress_of_an_unknown_message_is_an_error(store):
    with pytest.raises(OperatorError) as missing:
        async with store.begin() as work:
            await work.update_outbox(outgoing(1))
    assert missing.value.code == "store-row-missing"


@pytest.mark.parametrize("state", list(OutboxState))
async def test_only_unsettled_messages_are_due(store, state):
    await put(store, outgoing(1, state=state))
    assert bool(await due_ids(store)) is (state not in FINAL_OUTBOX_STATES)


async def test_a_message_is_due_at_its_very_instant_and_not_before(store):
    instant = START + timedelta(seconds=10)
    await put(store, outgoing(1, next_attempt_at=instant), outgoing(2, state=OutboxState.SENT, next_attempt_at=instant))
    assert await due_ids(store, instant - timedelta(microseconds=1)) == []
    assert await due_ids(store, instant) == ["message-1", "message-2"]


async def test_due_messages_come_by_when_they_became_due_then_by_place(store):
    earlier, later = START - timedelta(minutes=2), START - timedelta(minutes=1)
    await put(store, *(outgoing(n, next_attempt_at=at) for n, at in enumerate([later, START, earlier, later])))
    assert await due_ids(store) == ["message-2", "message-0", "message-3", "message-1"]
    assert await due_ids(store, limit=2) == ["message-2", "message-0"]


async def test_instants_are_compared_whatever_their_zone(store):
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    amsterdam = START.astimezone(ZoneInfo("Europe/Amsterdam"))
    await put(store, outgoing(1, next_attempt_at=amsterdam))
    assert await due_ids(store, START - timedelta(seconds=1)) == []
    assert await due_ids(store, amsterdam + timedelta(minutes=1)) == ["message-1"]


async def test_only_the_head_of_a_conversation_is_due(store):
    await put(store, outgoing(1, sequence=1), outgoing(2, sequence=2), outgoing(3, sequence=3))
    assert await due_ids(store) == ["message-1"]


async def test_a_head_that_waits_holds_its_whole_conversation(store):
    waits = START + timedelta(hours=1)
    await put(store, outgoing(1, sequence=1, next_attempt_at=waits), outgoing(2, sequence=2), outgoing(3))
    assert await due_ids(store) == ["message-3"]
    assert await due_ids(store, waits) == ["message-3", "message-1"]


@pytest.mark.parametrize("state", sorted(set(OutboxState) - {OutboxState.PENDING}))
async def test_the_next_is_due_once_the_head_left(store, state):
    overdue = START + timedelta(hours=1)
    await put(store, outgoing(1, sequence=1, state=state, next_attempt_at=overdue), outgoing(2, sequence=2))
    assert await due_ids(store) == ["message-2"]


async def test_an_overdue_receipt_makes_a_sent_message_due_again(store):
    await put(
        store,
        outgoing(1, sequence=1, state=OutboxState.SENT),
        outgoing(2, sequence=2, state=OutboxState.SENT),
        outgoing(3, sequence=3),
        outgoing(4, sequence=4),
    )
    assert await due_ids(store) == ["message-1", "message-2", "message-3"]


async def test_a_sent_message_waits_for_an_earlier_one_that_is_not_confirmed(store):
    await put(store, outgoing(1, sequence=1), outgoing(2, sequence=2, state=OutboxState.SENT))
    assert await due_ids(store) == ["message-1"]


async def test_conversations_do_not_hold_each_other(store):
    await put(
        store,
        outgoing(1, sequence=1),
        outgoing(2, sequence=2),
        outgoing(3, sequence=1, referral_id="another"),
        outgoing(4, sequence=2, recipient="other-pool"),
        outgoing(5),
    )
    assert await due_ids(store) == ["message-1", "message-3", "message-4", "message-5"]


async def test_only_what_takes_a_wanted_lane_is_claimed(store):
    await put(store, outgoing(1), outgoing(2, lane=Lane.BILLING, case_id=GATEWAY_CASE, kind=Kind.INVOICE_ISSUED))
    claimed = {}
    for lanes in ((), (Lane.BILLING,), tuple(Lane)):
        async with store.begin() as work:
            claimed[lanes] = [item.message_id for item in await work.claim("worker", START, START + LEASE, 9, lanes)]
    assert claimed == {(): [], (Lane.BILLING,): ["message-2"], tuple(Lane): ["message-1"]}


async def test_held_messages_do_not_fill_the_limit(store):
    await put(store, *(outgoing(n, sequence=n) for n in range(1, 20)), outgoing(20, sequence=1, referral_id="another"))
    assert await due_ids(store, limit=2) == ["message-1", "message-20"]


# Claims


async def test_a_claim_has_an_owner_a_deadline_and_a_number(store):
    await put(store, outgoing(1, sequence=1))
    claimed = outgoing(1, sequence=1, owner="worker-1", attempts=1, next_attempt_at=START + LEASE)
    assert await claim(store) == [claimed]
    async with store.begin() as work:
        assert await work.outbox_item("message-1") == claimed


async def test_what_is_claimed_is_nobody_elses_until_the_claim_runs_out(store):
    await put(store, outgoing(1, sequence=1), outgoing(2, sequence=2), outgoing(3))
    assert len(await claim(store)) == 2
    assert await claim(store, "worker-2", START + LEASE - timedelta(microseconds=1)) == []
    taken_over = await claim(store, "worker-2", START + LEASE)
    assert [(item.message_id, item.owner, item.attempts) for item in taken_over] == [
        ("message-1", "worker-2", 2),
        ("message-3", "worker-2", 2),
    ]


async def test_a_settled_claim_has_no_owner_and_lets_the_next_go(store):
    await put(store, outgoing(1, sequence=1), outgoing(2, sequence=2))
    (item,) = await claim(store)
    sent = replace(item, state=OutboxState.SENT, next_attempt_at=START + timedelta(hours=1), reason="because")
    async with store.begin() as work:
        await work.settle([sent])
    async with store.begin() as work:
        assert await work.outbox_item("message-1") == replace(sent, owner=None)
    assert [item.message_id for item in await claim(store)] == ["message-2"]


async def test_who_settles_after_a_takeover_changes_nothing(store):
    await put(store, outgoing(1, sequence=1))
    (late,) = await claim(store)
    (current,) = await claim(store, "worker-2", START + LEASE)
    async with store.begin() as work:
        await work.settle([replace(late, state=OutboxState.UNDELIVERABLE, reason="faulty")])
        assert await work.outbox_item("message-1") == current
        await work.settle([replace(current, state=OutboxState.SENT)])
        assert (await work.outbox_item("message-1")).state is OutboxState.SENT


async def test_a_receipt_that_comes_before_the_confirm_stays(store):
    await put(store, outgoing(1, sequence=1))
    (item,) = await claim(store)
    async with store.begin() as work:
        await work.update_outbox(replace(item, state=OutboxState.DELIVERED))
        await work.settle([replace(item, state=OutboxState.SENT)])
        assert (await work.outbox_item("message-1")).state is OutboxState.DELIVERED


async def test_settling_nothing_or_what_is_unknown_changes_nothing(store):
    await put(store, outgoing(1, sequence=1))
    async with store.begin() as work:
        await work.settle([])
        await work.settle([outgoing(9, attempts=1)])
        assert await work.outbox() == [outgoing(1, sequence=1)]


# Inbox


async def test_an_incoming_message_is_known_by_sender_and_id(store):
    async with store.begin() as work:
        await work.save_inbox(incoming(1))
        await work.save_inbox(incoming(1, sender="other-pool", digest="e" * 64))
    async with store.begin() as work:
        assert await work.inbox_item("lpbso", "message-1") == incoming(1)
        assert await work.inbox_item("other-pool", "message-1") == incoming(1, sender="other-pool", digest="e" * 64)
        assert await work.inbox_item("lpbso", "message-2") is None


async def test_a_parked_message_becomes_processed_in_its_place(store):
    parked = incoming(
        2, state=InboxState.PARKED, body=b"sealed", case_id=None, receipt_id=None, received_at=START - timedelta(1)
    )
    async with store.begin() as work:
        await work.save_inbox(parked)
        await work.save_inbox(incoming(1))
        assert await work.inbox() == [parked, incoming(1)]
        assert await work.inbox("case-1") == [incoming(1)]
        await work.save_inbox(incoming(2))
    async with store.begin() as work:
        assert await work.inbox() == [incoming(2), incoming(1)]
        assert await work.inbox("case-1") == [incoming(2), incoming(1)]
        assert await work.inbox("nobody") == []


async def test_the_last_received_is_the_highest_settled(store):
    async with store.begin() as work:
        assert await work.last_received("lpbso", REFERRAL) == 0
        await work.save_inbox(incoming(2))
        await work.save_inbox(incoming(1))
        assert await work.last_received("lpbso", REFERRAL) == 2
        await work.save_inbox(incoming(3, state=InboxState.REFUSED, reason="no-consent", case_id=None))
        await work.save_inbox(incoming(5, state=InboxState.PARKED, body=b"x"))
        assert await work.last_received("lpbso", REFERRAL) == 3
        assert await work.last_received("other-pool", REFERRAL) == 0
        assert await work.last_received("lpbso", "another") == 0


async def test_an_unsequenced_message_moves_no_line(store):
    receipt = incoming(1, kind=Kind.RECEIPT, referral_id=None, sequence=None, receipt_id=None)
    async with store.begin() as work:
        await work.save_inbox(receipt)
        assert await work.inbox_item("lpbso", "message-1") == receipt
        assert await work.last_received("lpbso", REFERRAL) == 0


# Quarantine and partners


async def test_quarantine_keeps_a_delivery_as_it_came(store):
    async with store.begin() as work:
        await work.save_quarantine(held(2))
        await work.save_quarantine(held(1, message_id="claimed", received_at=START - timedelta(1)))
        await work.save_quarantine(held(2, state=QuarantineState.DISCARDED, reason="poison"))
    discarded = held(2, state=QuarantineState.DISCARDED, reason="poison")
    waits = held(1, message_id="claimed", received_at=START - timedelta(1))
    async with store.begin() as work:
        assert await work.quarantine() == [replace(discarded, body=b""), replace(waits, body=b"")]
        assert await work.quarantine(QuarantineState.HELD) == [replace(waits, body=b"")]
        assert [await work.quarantine_item(f"item-{n}") for n in (1, 2, 3)] == [waits, discarded, None]


async def test_a_body_in_quarantine_is_evidence_and_never_changes(store):
    async with store.begin() as work:
        await work.save_quarantine(held(1))
        await work.save_quarantine(replace(held(1), body=b"other"))
        kept = await work.quarantine_item("item-1")
    assert kept == held(1)


async def test_what_is_held_counts_under_the_ceiling_of_its_share(store):
    async with store.begin() as work:
        assert await work.held_of("pool") == Amount(0, 0)
        await work.save_quarantine(held(1, share="pool", body=b"four"))
        await work.save_quarantine(held(2, share="pool", body=b"seventh"))
        await work.save_quarantine(held(3, share="strangers", body=b"", size=70, digest="ab"))
        assert await work.held_of("pool") == Amount(2, 11)
        await work.save_quarantine(held(2, share="pool", body=b"seventh", state=QuarantineState.DISCARDED))
    async with store.look() as work:
        assert await work.held_of("pool") == Amount(1, 4)
        assert await work.held_of("strangers") == Amount(1, 0)
        assert await work.quarantine_item("item-3") == held(3, share="strangers", body=b"", size=70, digest="ab")


async def test_what_came_to_be_held_counts_by_the_day_whatever_became_of_it(store):
    states = [QuarantineState.HELD, QuarantineState.REPLAYED, QuarantineState.DISCARDED]
    async with store.begin() as work:
        for number, state in enumerate(states, 1):
            at = START + timedelta(hours=number)
            await work.save_quarantine(held(number, share="pool", state=state, received_at=at))
        await work.save_quarantine(held(4, share="strangers", received_at=START + timedelta(hours=3)))
    async with store.look() as work:
        since = [await work.quarantined_since("pool", START + timedelta(hours=hours)) for hours in (0, 2, 3, 4)]
    assert since == [3, 2, 1, 0]


async def test_what_is_held_is_found_by_its_sender_and_digest(store):
    said = [("somebody", b"same"), ("somebody", b"same"), ("somebody", b"other"), ("another", b"same")]
    items = [held(n, sender=sender, body=body, digest="") for n, (sender, body) in enumerate(said, 1)]
    async with store.begin() as work:
        for item in items:
            await work.save_quarantine(item)
    async with store.look() as work:
        found = await work.quarantined_as(items[0].sender, items[0].digest)
        assert await work.quarantined_as(items[0].sender, "00" * 32) == []
    assert found == [replace(item, body=b"") for item in items[:2]]


def partner(party_id, **fields):
    party = Party(party_id, Role.POOL, "Poolbureau Één", ura="12345678")
    return Partner(party=party, manifest="e30.e30.AA", fingerprint="ab:cd", **fields)


async def test_partners_are_listed_by_id_and_replaced(store):
    until = START + timedelta(days=30)
    renewed = partner("lpbso", classical_until=until, recipients=("lpbso/g4", "lpbso-noord"))
    async with store.begin() as work:
        assert await work.partners() == []
        await work.save_partner(partner("lpbso"))
        await work.save_partner(partner("arbo-lindehof"))
        await work.save_partner(renewed)
    async with store.begin() as work:
        assert await work.partners() == [partner("arbo-lindehof"), renewed]


# Turns


async def test_two_units_of_work_on_one_case_take_turns(store):
    """Read, wait, write: without turns both would take the same number."""

    async def take(number):
        async with store.begin() as work:
            await work.hold(["case-1"])
            sequence = await work.next_sequence(REFERRAL, "lpbso")
            await asyncio.sleep(0)
            await work.enqueue(outgoing(number, sequence=sequence))

    await asyncio.gather(*(take(number) for number in range(10)))
    async with store.begin() as work:
        assert [item.sequence for item in await work.outbox()] == list(range(1, 11))


async def test_nobody_sees_what_is_not_committed(store):
    seen = []

    async def look():
        async with store.begin() as work:
            seen.append(len(await work.steps("case-1")))

    async with store.begin() as work:
        await work.append("case-1", [note("a")])
        looking = asyncio.create_task(look())
        await asyncio.sleep(0.02)
        await work.append("case-1", [note("b")])
        assert seen == []
    await looking
    assert seen == [2]


async def test_waiting_too_long_for_a_turn_is_temporary(store):
    async with store.begin() as work:
        await work.hold(["case-1"])
        with pytest.raises(TemporaryError) as busy:
            async with store.begin() as other:
                await other.hold(["case-2", "case-1"])
    assert busy.value.code == "store-busy"
    async with store.begin() as work:
        assert await work.case_ids() == []


@pytest.mark.parametrize(
    "write",
    [
        lambda work: work.append("case-1", [note("a")]),
        lambda work: work.enqueue(outgoing(1)),
        lambda work: work.save_inbox(incoming(1)),
        lambda work: work.save_partner(partner("lpbso")),
    ],
    ids=["append", "enqueue", "save_inbox", "save_partner"],
)
async def test_who_only_looks_sees_what_is_committed_and_cannot_write(store, write):
    async with store.begin() as work:
        await work.append("case-1", [note("kept")])
    with pytest.raises(OperatorError) as error:  # noqa: PT012 - a store may refuse at once or at the end
        async with store.look() as work:
            assert await work.steps("case-1") == [note("kept")]
            await write(work)
    assert error.value.code == "store-only-read"
    async with store.look() as work:
        assert await work.steps("case-1") == [note("kept")]
        assert await work.case_ids() == ["case-1"]
        assert not await work.outbox()


# Opening and closing


async def test_what_is_committed_outlives_closing(store):
    async with store.begin() as work:
        await work.append("case-1", [note("kept")])
        before = await work.checkpoint()
    await store.close()
    await store.close()
    with pytest.raises(OperatorError) as closed:
        async with store.begin():
            pass
    assert closed.value.code == "store-not-open"
    await store.open()
    await store.open()
    async with store.begin() as work:
        assert await work.steps("case-1") == [note("kept")]
        assert await work.checkpoint() == before
