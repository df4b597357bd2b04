"""What a store promises to who operates the gateway: ways out, alerts, and counts of what is stuck."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.domain.messages import Kind
from gateway.ports.store import Alert, Backlog, InboxState, OutboxState, QuarantineState, Route
from tests.contract.test_store import (
    LEASE,
    REFERRAL,
    START,
    SteppingClock,
    claim,
    due_ids,
    held,
    incoming,
    outgoing,
    put,
)

LATER = START + timedelta(minutes=5)


@pytest.fixture
def clock():
    return SteppingClock()


async def note(store, *routes):
    async with store.begin() as work:
        for route in routes:
            await work.save_route(route)


async def route_of(store, partner="lpbso"):
    async with store.look() as work:
        return await work.route(partner)


async def test_a_way_out_comes_back_as_it_was_and_is_open_when_nothing_was_noted(store):
    full = Route("lpbso", 3, "unroutable", START, LATER, START, "geen stroom één dag")
    await note(store, Route("arbo-lindehof", 1), Route("lpbso"), full)
    async with store.look() as work:
        assert await work.routes() == [Route("arbo-lindehof", 1), full]
        assert await work.route("nobody") == Route("nobody")


async def test_nothing_is_claimed_for_a_paused_partner_and_everything_for_the_others(store):
    await put(store, outgoing(1), outgoing(2, recipient="arbo-lindehof"))
    await note(store, Route("lpbso", paused_at=START))
    assert await due_ids(store) == ["message-2"]
    await note(store, Route("lpbso"))
    assert await due_ids(store) == ["message-1", "message-2"]


async def test_an_open_circuit_lets_one_message_through_per_probe(store):
    await put(store, *(outgoing(number) for number in (1, 2, 3)), outgoing(4, recipient="arbo-lindehof"))
    await note(store, Route("lpbso", failures=10, opened_at=START, probe_at=LATER))
    assert await due_ids(store) == ["message-4"]
    assert await due_ids(store, LATER) == ["message-1", "message-4"]
    assert [item.message_id for item in await claim(store, at=LATER)] == ["message-1", "message-4"]
    assert (await route_of(store)).probe_at == LATER + LEASE
    assert await claim(store, "worker-2", at=LATER) == []


async def test_a_probe_that_no_message_takes_stays_due(store):
    await note(store, Route("lpbso", failures=10, opened_at=START, probe_at=START))
    assert await claim(store) == []
    assert (await route_of(store)).probe_at == START


async def test_alerts_are_kept_by_code_and_subject(store):
    raised = Alert("message-held", "lpbso", START)
    cleared = replace(raised, cleared_at=LATER)
    other = Alert("message-held", "", LATER)
    async with store.begin() as work:
        for alert in (other, raised, cleared):
            await work.save_alert(alert)
    async with store.look() as work:
        assert await work.alerts() == [cleared, other]


async def test_what_is_stuck_is_counted_per_partner_and_state(store):
    await put(
        store,
        outgoing(1, created_at=LATER),
        outgoing(2),
        outgoing(3, state=OutboxState.SENT),
        outgoing(4, state=OutboxState.UNDELIVERABLE),
        outgoing(5, state=OutboxState.DELIVERED),
        outgoing(6, state=OutboxState.DROPPED),
        outgoing(7, recipient="arbo-lindehof"),
        outgoing(8, state=OutboxState.REFUSED, kind=Kind.CONSENT_WITHDRAWN),
        outgoing(9, state=OutboxState.REFUSED, kind=Kind.CONSENT_WITHDRAWN, created_at=LATER),
        outgoing(10, state=OutboxState.REFUSED, kind=Kind.REPORT_WITHHELD),
    )
    async with store.begin() as work:
        await work.save_inbox(incoming(1))
        await work.save_inbox(incoming(3, state=InboxState.PARKED, body=b"sealed", received_at=LATER))
        await work.save_inbox(incoming(4, state=InboxState.DISCARDED))
        await work.save_quarantine(held(1, received_at=START))
        await work.save_quarantine(held(2, received_at=LATER))
        await work.save_quarantine(held(3, reason="digest-mismatch"))
        await work.save_quarantine(held(4, state=QuarantineState.REPLAYED))
    async with store.look() as work:
        found = await work.backlog()
    assert sorted(found, key=str) == sorted(
        [
            Backlog("arbo-lindehof", "pending", 1, START),
            Backlog("lpbso", "pending", 2, START),
            Backlog("lpbso", "sent", 1, START),
            Backlog("lpbso", "undeliverable", 1, START),
            Backlog("lpbso", "refused", 2, START, kind=Kind.CONSENT_WITHDRAWN),
            Backlog("lpbso", "refused", 1, START, kind=Kind.REPORT_WITHHELD),
            Backlog("lpbso", "parked", 1, LATER),
            Backlog("somebody", "held", 2, START, "not-an-envelope"),
            Backlog("somebody", "held", 1, START, "digest-mismatch"),
        ],
        key=str,
    )


async def test_the_very_bytes_of_a_sender_are_known_in_quarantine(store):
    given_up = held(1)
    async with store.begin() as work:
        await work.save_quarantine(given_up)
        await work.save_quarantine(replace(given_up, state=QuarantineState.DISCARDED))
    async with store.look() as work:
        others = [("somebody", given_up.body + b"x"), ("somebody-else", given_up.body)]
        states = await work.quarantined([("somebody", given_up.body), *others])
    assert states == [QuarantineState.DISCARDED, None, None]


@pytest.mark.parametrize("state", [InboxState.PARKED, InboxState.DISCARDED])
async def test_a_message_that_was_discarded_keeps_its_place_and_moves_no_line(store, state):
    async with store.begin() as work:
        await work.save_inbox(incoming(1))
        await work.save_inbox(incoming(3, state=state))
    async with store.look() as work:
        waiting = await work.first_waiting("lpbso", REFERRAL)
        assert waiting is not None
        assert waiting.state is state
        assert await work.last_received("lpbso", REFERRAL) == 1
