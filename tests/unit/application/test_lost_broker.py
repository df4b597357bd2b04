"""A broker that is not there: it is nobody's partner's failure, and what waits for it goes as soon as it is back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.application.circuit_breaker import judged
from gateway.application.relay_outbox import Relay, _later, relay_once
from gateway.application.submit_case import submit_case
from gateway.ports.store import OutboxState, Route
from gateway.ports.transport import Lane, PublishOutcome
from tests.support.world import OHS, POOL, accepted_case


async def outbox(world):
    async with world.ohs.store.look() as work:
        return await work.outbox()


async def route(world):
    async with world.ohs.store.look() as work:
        return await work.route(POOL.party_id)


async def submitted(world, count):
    for number in range(count):
        await submit_case(world.ohs, f"case-{number}", accepted_case())


async def sent(world, relay):
    """Messages that the broker has and the partner does not take in."""
    await world.pool.transport.drain()
    await submitted(world, world.ohs.terms.open_after)
    await relay.beat()
    await relay.finish()


async def to_pool(world):
    return [item for item in await outbox(world) if item.recipient == POOL.party_id]


async def again(world, relay, **delta):
    """How many messages go once so much time has passed."""
    world.clock.forward(**delta)
    moved = await relay.beat()
    await relay.finish()
    return moved


async def test_while_the_broker_is_away_nothing_is_claimed_and_when_it_is_back_everything_goes_at_once(world):
    relay = Relay(world.ohs)
    await submitted(world, 3)
    world.broker.set_reachable(False)
    assert [await again(world, relay, minutes=5) for _ in range(3)] == [0, 0, 0]
    assert {item.attempts for item in await to_pool(world)} == {0}
    world.broker.set_reachable(True)
    assert await again(world, relay) == 3
    assert {item.state for item in await to_pool(world)} == {OutboxState.SENT}


async def test_receipts_that_a_lost_broker_keeps_back_are_nobodys_failure(world):
    relay = Relay(world.ohs)
    await sent(world, relay)
    world.broker.set_reachable(False)
    assert await again(world, relay, hours=1) == 0
    world.broker.set_reachable(True)
    assert await again(world, relay) == world.ohs.terms.open_after  # the broker may have forgotten them
    assert (await route(world)).failures == 0


async def test_who_stays_silent_when_the_broker_is_back_is_at_fault_again(world):
    relay = Relay(world.ohs)
    await sent(world, relay)
    world.broker.set_reachable(False)
    await again(world, relay, hours=1)
    world.broker.set_reachable(True)
    await again(world, relay)
    await again(world, relay, seconds=world.ohs.terms.receipt_within.total_seconds())
    assert (await route(world)).cause == "no-receipt"
    assert (await route(world)).opened_at is not None


async def test_what_our_own_consumer_does_not_fetch_is_nobodys_failure(world):
    relay = Relay(world.ohs)
    await sent(world, relay)
    await world.ohs.transport.drain()
    await again(world, relay, seconds=world.ohs.terms.receipt_within.total_seconds())
    assert (await route(world)).failures == 0


async def test_a_gap_of_a_moment_takes_no_time_from_a_partner(world):
    relay = Relay(world.ohs)
    await sent(world, relay)
    world.broker.set_reachable(False)
    await again(world, relay, seconds=1)
    world.broker.set_reachable(True)
    await again(world, relay, seconds=1)
    await again(world, relay, seconds=world.ohs.terms.receipt_within.total_seconds() - 2)
    assert (await route(world)).cause == "no-receipt"


async def test_a_relay_that_begins_does_not_blame_for_what_was_before_it(world):
    await sent(world, Relay(world.ohs))
    await again(world, Relay(world.ohs), hours=1)
    assert (await route(world)).failures == 0


@pytest.mark.parametrize("outcome", [PublishOutcome.UNKNOWN, PublishOutcome.UNREACHABLE])
async def test_a_resend_without_a_word_from_the_broker_is_no_failure(world, outcome):
    relay = Relay(world.ohs)
    await sent(world, relay)
    world.broker.fail_next(outcome, times=world.ohs.terms.open_after)
    await again(world, relay, seconds=world.ohs.terms.receipt_within.total_seconds())
    assert (await route(world)).failures == 0


async def test_a_receipt_that_comes_while_its_message_goes_again_is_no_failure(world):
    relay = Relay(world.ohs)
    await sent(world, relay)
    world.clock.at += world.ohs.terms.receipt_within
    await relay.beat()
    async with world.ohs.store.begin() as work:
        for item in await work.outbox():
            await work.update_outbox(replace(item, state=OutboxState.DELIVERED))
    await relay.finish()
    assert (await route(world)).failures == 0


async def test_what_was_under_way_when_the_broker_went_waits_the_shortest_time_however_often_it_was_tried(world):
    await submitted(world, 1)
    relay = Relay(world.ohs)
    for _ in range(8):
        world.broker.fail_next(PublishOutcome.REFUSED)
        await again(world, relay, seconds=world.ohs.terms.longest_retry.total_seconds())
    world.broker.fail_next(PublishOutcome.UNREACHABLE)
    await again(world, relay, seconds=world.ohs.terms.longest_retry.total_seconds())
    assert await waits(world) == world.ohs.terms.first_retry


async def waits(world):
    [item] = await to_pool(world)
    return item.next_attempt_at - world.clock.at


@pytest.mark.parametrize("outcome", [PublishOutcome.UNKNOWN, PublishOutcome.UNREACHABLE])
async def test_what_ends_the_connection_every_time_waits_longer_each_time(world, outcome):
    await submitted(world, 1)
    relay, waited = Relay(world.ohs), []
    for _ in range(4):
        world.broker.fail_next(outcome)
        await again(world, relay, seconds=world.ohs.terms.longest_retry.total_seconds())
        waited.append(await waits(world))
    assert waited[0] == world.ohs.terms.first_retry
    assert waited == sorted(set(waited))


async def failing(world):
    """So many cases whose referral finds no inbox that the circuit opens."""
    await submitted(world, world.ohs.terms.open_after)
    world.broker.fail_next(PublishOutcome.UNROUTABLE, times=world.ohs.terms.open_after)
    await relay_once(world.ohs)


async def test_a_probe_that_a_lost_broker_swallowed_is_due_at_once(world):
    world.parties[OHS.party_id] = replace(world.ohs, terms=replace(world.ohs.terms, claim_for=timedelta(hours=1)))
    await failing(world)
    world.broker.fail_next(PublishOutcome.UNREACHABLE)
    assert await again(world, Relay(world.ohs), seconds=world.ohs.terms.probe_every.total_seconds()) == 1
    assert not (await route(world)).rests(world.clock.at)


async def test_a_probe_without_an_answer_is_followed_by_the_next_in_its_time(world):
    """The claim of a probe keeps others from probing; once it is settled, that is over."""
    world.parties[OHS.party_id] = replace(world.ohs, terms=replace(world.ohs.terms, claim_for=timedelta(hours=1)))
    await failing(world)
    world.broker.fail_next(PublishOutcome.UNKNOWN)
    assert await again(world, Relay(world.ohs), seconds=world.ohs.terms.probe_every.total_seconds()) == 1
    assert (await route(world)).probe_at == world.clock.at + world.ohs.terms.probe_every


async def test_an_attempt_from_before_does_not_put_the_next_probe_off(world):
    open_ = Route(POOL.party_id, 10, "refused", world.clock.at, world.clock.at + timedelta(seconds=1))
    assert judged(open_, [PublishOutcome.UNKNOWN], 0, world.clock.at, world.ohs.terms) == open_


async def test_a_lane_that_is_away_keeps_no_other_lane_from_sending(world, monkeypatch):
    await submitted(world, 2)
    monkeypatch.setattr(type(world.ohs.transport), "reach", lambda _, lane: lane is Lane.BILLING)
    assert await relay_once(world.ohs) == 0
    monkeypatch.setattr(type(world.ohs.transport), "reach", lambda _, lane: lane is Lane.CASES)
    assert await relay_once(world.ohs) == 2


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("attempts", [0, 1, 2, 3, 16, 17, 10_000])
async def test_waits_double_up_to_the_longest_and_lie_anywhere_between_that_and_the_first(world, jitter, attempts):
    await submitted(world, 1)
    (item,) = await to_pool(world)
    terms = replace(world.ohs.terms, longest_retry=timedelta(days=10_000), first_retry=timedelta(seconds=1))
    services = replace(world.ohs, jitter=lambda: jitter, terms=terms)
    tried = replace(item, attempts=attempts)
    waits = _later(services, tried, PublishOutcome.UNROUTABLE, world.clock.at) - world.clock.at
    most = timedelta(seconds=2 ** min(attempts, 16))
    assert waits == timedelta(seconds=1) + jitter * (most - timedelta(seconds=1))
    soon = replace(services, terms=replace(terms, longest_retry=timedelta(seconds=3)))
    assert _later(soon, tried, PublishOutcome.UNROUTABLE, world.clock.at) - world.clock.at <= timedelta(seconds=3)
