"""What the ceilings count, and what a receipt that refuses leaves behind: the same in every store."""

from dataclasses import replace
from datetime import timedelta

from gateway.domain.ceilings import COUNTED
from gateway.domain.messages import Kind
from gateway.ports.store import InboxState, OutboxState
from tests.contract.test_store import outgoing
from tests.contract.test_store_waiting import START, came, clock, parked, saved  # noqa: F401  (a fixture)

ASKED, INVOICE = Kind.REFERRAL_REQUESTED, Kind.INVOICE_ISSUED
REFUSED = InboxState.REFUSED
DAY = timedelta(days=1)


def begun(name, **fields):
    return came(1, **{"kind": ASKED, "referral_id": name, "message_id": name, **fields})


async def test_what_was_taken_in_is_counted_by_sender_kind_and_day(store):
    await saved(store, begun("one"), begun("two"), begun("three", state=REFUSED), begun("old", received_at=START - DAY))
    await saved(store, came(1, kind=INVOICE, referral_id=None, sequence=None, message_id="invoice"))
    async with store.look() as work:
        assert await work.taken_in_since("lpbso", ASKED, START) == 2
        assert await work.taken_in_since("lpbso", ASKED, START - DAY) == 3
        assert await work.taken_in_since("lpbso", INVOICE, START) == 1
        assert await work.taken_in_since("other", ASKED, START) == 0
    assert {ASKED, INVOICE} == COUNTED


async def test_what_was_refused_is_counted_by_sender_and_day(store):
    old = came(2, REFUSED, message_id="old", received_at=START - DAY)
    await saved(store, came(1), came(3, REFUSED), old, parked(4))
    async with store.begin() as work:
        assert await work.refused_since("lpbso", START) == 1
        assert await work.refused_since("lpbso", START - DAY) == 2
        assert await work.refused_since("other", START - DAY) == 0
        await work.save_inbox(came(5, REFUSED))
        assert await work.refused_since("lpbso", START) == 2, "with what this unit of work has refused"


async def test_a_referral_is_open_until_either_side_ends_it(store):
    names = ("one", "two", "three", "four")
    await saved(store, *(begun(name) for name in names), begun("five", state=REFUSED))
    await saved(store, begun("old", received_at=START - DAY), came(2, referral_id="one"))
    async with store.begin() as work:
        assert await work.open_referrals("lpbso", START) == 4
        assert await work.open_referrals("lpbso", START - DAY) == 5
        assert await work.open_referrals("other", START) == 0
        declined = outgoing(1, kind=Kind.REFERRAL_DECLINED, sequence=1, referral_id="two")
        await work.enqueue(declined)
        await work.save_inbox(came(2, kind=Kind.REFERRAL_WITHDRAWN, referral_id="three", message_id="withdrawn"))
        await work.save_inbox(
            came(2, REFUSED, kind=Kind.REFERRAL_WITHDRAWN, referral_id="four", message_id="withdrawn too")
        )
        await work.enqueue(outgoing(2, kind=Kind.MILESTONE_REACHED, sequence=1, referral_id="four"))
        assert await work.open_referrals("lpbso", START) == 2
        await work.update_outbox(replace(declined, state=OutboxState.DROPPED))
        assert await work.open_referrals("lpbso", START) == 3, "what was dropped ends nothing"


async def test_the_last_place_of_a_line_is_found_among_settled_and_waiting_ones(store):
    await saved(store, came(1), came(2, REFUSED), came(3), parked(5), parked(6), parked(9, message_id="gone"))
    await saved(store, came(9, InboxState.DISCARDED, message_id="gone"))
    async with store.begin() as work:
        assert await work.last_received("lpbso", came(1).referral_id) == 3
        assert await work.waiting_count("lpbso", came(1).referral_id) == 3
        await work.save_inbox(came(5))
        assert await work.waiting_count("lpbso", came(1).referral_id) == 2
        assert await work.last_received("lpbso", came(1).referral_id) == 5


def receipt(number, **fields):
    return outgoing(
        number, kind=Kind.RECEIPT, referral_id=None, sequence=None, needs_receipt=False, is_brief=True, **fields
    )


async def claimed(store, number):
    async with store.begin() as work:
        (item,) = await work.claim("worker", START, START + timedelta(minutes=1), 10)
        assert item.is_brief
        assert item.message_id == receipt(number).message_id
        return item


async def test_a_brief_receipt_loses_its_body_once_it_is_delivered_and_not_before(store):
    async with store.begin() as work:
        await work.enqueue(receipt(1, state=OutboxState.PENDING, next_attempt_at=START, attempts=0))
    item = await claimed(store, 1)
    async with store.begin() as work:
        await work.settle([replace(item, next_attempt_at=START)])
        assert (await work.outbox_item(item.message_id)).body
    item = await claimed(store, 1)
    async with store.begin() as work:
        await work.settle([replace(item, state=OutboxState.DELIVERED)])
    async with store.look() as work:
        found = await work.outbox_item(item.message_id)
        assert (found.state, found.body, found.is_brief) == (OutboxState.DELIVERED, b"", True)


async def test_any_other_keeps_its_body_for_its_term(store):
    async with store.begin() as work:
        kept = replace(receipt(1, state=OutboxState.PENDING, next_attempt_at=START, attempts=0), is_brief=False)
        await work.enqueue(kept)
        (item,) = await work.claim("worker", START, START + timedelta(minutes=1), 10)
        await work.settle([replace(item, state=OutboxState.DELIVERED)])
    async with store.look() as work:
        assert (await work.outbox_item(item.message_id)).body == kept.body


async def test_a_receipt_is_forgotten_and_nothing_else_is(store):
    message = outgoing(2)
    async with store.begin() as work:
        await work.enqueue(receipt(1))
        await work.enqueue(message)
    async with store.begin() as work:
        await work.forget_receipt(receipt(1).message_id)
        await work.forget_receipt(message.message_id)
        await work.forget_receipt("never there")
        assert await work.outbox_item(receipt(1).message_id) is None
    async with store.look() as work:
        assert [item.message_id for item in await work.outbox()] == [message.message_id]


async def test_a_forgotten_receipt_is_there_when_its_unit_of_work_fails(store):
    async with store.begin() as work:
        await work.enqueue(receipt(1))
    try:
        async with store.begin() as work:
            await work.forget_receipt(receipt(1).message_id)
            raise KeyError  # noqa: TRY301  (any mistake)
    except KeyError:
        pass
    async with store.look() as work:
        assert (await work.outbox_item(receipt(1).message_id)).body
