"""What a unit of work is asked for together is what it is asked for alone, its own unwritten changes included."""

from dataclasses import replace

import pytest

from gateway.ports.store import GATEWAY_CASE, InboxState, OutboxState, Route
from tests.contract.test_store import REFERRAL, SteppingClock, incoming, note, outgoing

OTHER = "5b6f2f8e-6d2b-4a55-8d0e-0d0f4f6b9a02"
UNKNOWN = "5b6f2f8e-6d2b-4a55-8d0e-0d0f4f6b9a03"


@pytest.fixture
def clock():
    return SteppingClock()


async def fill(work):
    await work.append("case-1", [note("one"), note("two")])
    await work.append("case-2", [note("three")])
    await work.bind_referral(REFERRAL, "case-1", "lpbso")
    await work.bind_referral(OTHER, "case-2", "lpbso")
    await work.enqueue(outgoing(1, sequence=1))
    await work.enqueue(outgoing(2, sequence=1, referral_id=OTHER))
    for item in (incoming(1), incoming(2), incoming(4, state=InboxState.PARKED), incoming(5, referral_id=OTHER)):
        await work.save_inbox(replace(item, sequence=int(item.message_id[-1])))


async def asked_together(work):
    await work.read_ahead(["case-1", "case-2", "case-3"])
    return (
        await work.outbox_items(["message-1", "message-2", "message-9"]),
        await work.inbox_items([("lpbso", f"message-{number}") for number in (1, 4, 9)]),
        await work.cases_of_referrals([REFERRAL, OTHER, UNKNOWN]),
        await work.last_received_of([("lpbso", REFERRAL), ("lpbso", OTHER), ("lpbso", UNKNOWN), ("other", REFERRAL)]),
        {case_id: await work.steps(case_id) for case_id in ("case-1", "case-2", "case-3")},
    )


async def asked_alone(work):
    sent = {number: await work.outbox_item(f"message-{number}") for number in (1, 2, 9)}
    came = {number: await work.inbox_item("lpbso", f"message-{number}") for number in (1, 4, 9)}
    cases = {referral_id: await work.case_of_referral(referral_id) for referral_id in (REFERRAL, OTHER, UNKNOWN)}
    lines = (("lpbso", REFERRAL), ("lpbso", OTHER), ("lpbso", UNKNOWN), ("other", REFERRAL))
    return (
        {f"message-{number}": item for number, item in sent.items() if item},
        {("lpbso", f"message-{number}"): item for number, item in came.items() if item},
        {referral_id: case_id for referral_id, case_id in cases.items() if case_id},
        {line: await work.last_received(*line) for line in lines},
        {case_id: await work.steps(case_id) for case_id in ("case-1", "case-2", "case-3")},
    )


async def test_together_and_alone_say_the_same(store):
    async with store.begin() as work:
        await fill(work)
        unwritten = await asked_together(work)
    async with store.look() as work:
        alone = await asked_alone(work)
    async with store.look() as work:
        together = await asked_together(work)
    assert unwritten == together == alone
    assert {line: last for (_, line), last in together[3].items() if last} == {REFERRAL: 2, OTHER: 5}


async def test_what_was_looked_up_before_is_not_what_a_later_change_says(store):
    async with store.begin() as work:
        await fill(work)
    async with store.begin() as work:
        await asked_together(work)
        await work.append("case-1", [note("later")])
        await work.update_outbox(outgoing(1, state=OutboxState.SENT))
        await work.save_inbox(replace(incoming(4), sequence=4))
        await work.bind_referral(UNKNOWN, "case-3", "lpbso")
        await work.append("case-3", [note("first")])
        changed = await asked_together(work)
    async with store.look() as work:
        assert await asked_alone(work) == changed
    assert changed[0]["message-1"].state is OutboxState.SENT
    assert changed[3]["lpbso", REFERRAL] == 4
    assert [len(steps) for steps in changed[4].values()] == [3, 1, 1]


async def test_a_case_is_there_from_its_first_step_until_it_is_erased(store):
    async with store.begin() as work:
        assert not await work.has_case("case-1")
        await work.append("case-1", [note("one")])
        assert await work.has_case("case-1")
    async with store.begin() as work:
        assert await work.has_case("case-1")
        await work.erase("case-1")
        assert not await work.has_case("case-1")
    async with store.look() as work:
        assert not await work.has_case("case-1")


@pytest.mark.parametrize("partner", ["lpbso", "never-heard-of"])
async def test_what_is_held_is_what_is_there(store, partner):
    async with store.begin() as work:
        await work.save_route(Route("lpbso", failures=3))
        await work.append(GATEWAY_CASE, [note("one")])
    async with store.begin() as work:
        await work.hold_journal()
        assert await work.hold_route(partner) == await work.route(partner)
        assert (await work.checkpoint()).size == 1
