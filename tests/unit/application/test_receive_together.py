"""Many deliveries in one unit of work: each its own effect and receipt, and nobody suffers from a neighbour."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.application import relay_outbox, take_in_message
from gateway.application.receive_message import read_delivery, receive_all
from gateway.application.relay_outbox import ENOUGH, Relay
from gateway.application.submit_case import submit_case
from gateway.domain import messages as m
from gateway.domain.errors import OperatorError, TemporaryError
from gateway.entrypoints.workers import ConsumerWorker, consumer
from gateway.ports.store import OutboxState
from gateway.ports.transport import Delivery, PublishOutcome, Settlement
from tests.support.world import OHS, POOL, World, accepted_case

COUNT = 5
BUSY = TemporaryError("store-busy", "Another unit of work holds the store.")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = await World().open(OHS, POOL)
    yield world
    await world.close()


@pytest.fixture
async def referrals(world):
    """Referrals on their way to the pool."""
    for number in range(COUNT):
        await submit_case(world.ohs, f"case-{number}", accepted_case())
    async with world.ohs.store.look() as work:
        items = await work.outbox()
    return [Delivery(i.message_id, OHS.party_id, OHS.party_id, i.recipient, i.body) for i in items]


async def receipts(services):
    async with services.store.look() as work:
        return [item for item in await work.outbox() if item.kind is m.Kind.RECEIPT]


async def taken(services, deliveries):
    return await receive_all(services, [read_delivery(services, delivery) for delivery in deliveries])


def commits(services):
    """The same services, counting units of work."""
    count = []

    class Counting:
        def __getattr__(self, name):
            return getattr(services.store, name)

        @asynccontextmanager
        async def begin(self):
            count.append(1)
            await asyncio.sleep(0.01)  # as a disk has to be waited for
            async with services.store.begin() as work:
                yield work

    return replace(services, store=Counting()), count


async def test_they_share_one_unit_of_work_and_one_checkpoint(world, referrals):
    services, count = commits(world.pool)
    assert await taken(services, referrals) == [Settlement.ACK] * COUNT
    assert len(count) == 1
    assert len(await receipts(world.pool)) == 1
    async with world.pool.store.look() as work:
        assert len(await work.case_ids()) == COUNT


async def test_the_same_message_twice_in_one_group_has_one_effect(world, referrals):
    assert await taken(world.pool, [referrals[0], *referrals, referrals[0]]) == [Settlement.ACK] * (COUNT + 2)
    async with world.pool.store.look() as work:
        assert len(await work.inbox()) == len(await work.case_ids()) == COUNT
    (receipt,) = await receipts(world.pool)
    opened = world.ohs.sealer.open(receipt.body, at=world.clock.now())
    told = world.ohs.mapper.from_bundle(opened.payload).content
    assert sorted(part.for_message_id for part in told.parts()) == sorted(each.message_id for each in referrals)


async def test_one_that_cannot_be_read_is_quarantined_and_the_others_are_taken(world, referrals):
    broken = replace(referrals[2], body=referrals[2].body[:-4] + b"AAAA")
    assert await taken(world.pool, [*referrals[:2], broken, *referrals[3:]]) == [Settlement.ACK] * COUNT
    async with world.pool.store.look() as work:
        assert len(await work.quarantine()) == 1
        assert len(await work.case_ids()) == COUNT - 1


async def test_one_that_fails_in_a_way_nobody_foresaw_comes_again_alone(world, referrals, monkeypatch):
    poison = read_delivery(world.pool, referrals[1]).message.message_id
    steps_of = take_in_message.steps_of

    def fail_for_one(message, **more):
        if message.message_id == poison:
            raise ZeroDivisionError
        return steps_of(message, **more)

    monkeypatch.setattr(take_in_message, "steps_of", fail_for_one)
    outcomes = await taken(world.pool, referrals)
    assert [type(outcome) for outcome in outcomes] == [Settlement, ZeroDivisionError, *[Settlement] * (COUNT - 2)]
    async with world.pool.store.look() as work:
        assert len(await work.case_ids()) == COUNT - 1
        assert not await work.quarantine()
    monkeypatch.undo()
    assert await taken(world.pool, [referrals[1]]) == [Settlement.ACK]
    assert len(await receipts(world.pool)) == COUNT


async def test_a_store_that_goes_away_while_each_is_tried_alone_is_asked_no_further(world, referrals, monkeypatch):
    services, count = commits(world.pool)
    begin = services.store.begin

    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(take_in_message, "steps_of", fail)
    services.store.begin = lambda: Failing(BUSY) if len(count) == 2 else begin()
    outcomes = await taken(services, referrals)
    assert [type(outcome) for outcome in outcomes] == [ZeroDivisionError, *[TemporaryError] * (COUNT - 1)]
    assert len(count) == 2


async def test_a_store_that_is_busy_is_asked_once_for_all(world, referrals):
    services, count = commits(world.pool)
    services.store.begin = lambda: count.append(1) or Failing(BUSY)
    outcomes = await taken(services, referrals)
    assert {type(outcome) for outcome in outcomes} == {TemporaryError}
    assert len(count) == 1


class Failing:
    """A unit of work that cannot begin."""

    def __init__(self, error):
        self.error = error

    async def __aenter__(self):
        raise self.error

    async def __aexit__(self, *_):
        raise AssertionError


async def test_whoever_waits_while_others_are_stored_is_stored_with_the_next(world, referrals):
    services, count = commits(world.pool)
    woken = []
    worker = ConsumerWorker(services, lambda: woken.append(1), asyncio.Event())
    settled = await asyncio.gather(*(worker.handle(delivery) for delivery in referrals))
    assert settled == [Settlement.ACK] * COUNT
    assert len(count) == len(woken) == 2


async def test_a_worker_that_is_cancelled_keeps_nobody_waiting(world, referrals):
    worker = ConsumerWorker(world.pool, lambda: None, asyncio.Event())
    tasks = [asyncio.create_task(worker.handle(delivery)) for delivery in referrals]
    await asyncio.sleep(0)
    tasks[0].cancel()
    settled = await asyncio.gather(*tasks, return_exceptions=True)
    assert [*settled[1:]] == [Settlement.ACK] * (COUNT - 1)
    assert await worker.handle(referrals[0]) is Settlement.ACK
    async with world.pool.store.look() as work:
        assert len(await work.case_ids()) == COUNT


@pytest.mark.parametrize(
    "error",
    [TemporaryError("store-unreachable", "Nobody answers."), OperatorError("store-disk-full", "No room.")],
    ids=lambda error: error.code,
)
async def test_what_cannot_be_stored_now_stays_in_hand_until_it_can(world, referrals, monkeypatch, error):
    monkeypatch.setattr(consumer, "RETRY_SECONDS", 0.0)
    services, count = commits(world.pool)
    begin = services.store.begin
    services.store.begin = lambda: begin() if len(count) > 60 else count.append(1) or Failing(error)
    worker = ConsumerWorker(services, lambda: None, asyncio.Event())
    settled = await asyncio.gather(*(worker.handle(delivery) for delivery in referrals))
    assert settled == [Settlement.ACK] * COUNT


async def test_what_is_in_hand_at_the_end_goes_back_and_so_does_what_only_one_delivery_cannot_do(world, referrals):
    services, _ = commits(world.pool)
    services.store.begin = lambda: Failing(BUSY)
    stopping = asyncio.Event()
    worker = ConsumerWorker(services, lambda: None, stopping)
    waiting = asyncio.create_task(worker.handle(referrals[0]))
    await asyncio.sleep(0)
    stopping.set()
    assert await waiting is Settlement.REQUEUE

    services.store.begin = lambda: Failing(OperatorError("step-not-readable", "An entry cannot be read."))
    assert await ConsumerWorker(services, lambda: None, asyncio.Event()).handle(referrals[1]) is Settlement.REQUEUE


# Sending


class Slow:
    """A transport whose confirms come when they are let go."""

    is_consuming = True

    def __init__(self):
        self.waiting = []

    def reach(self, _):
        return True

    async def publish(self, parcel):
        future = asyncio.get_running_loop().create_future()
        self.waiting.append((parcel.message_id, future))
        return await future

    def confirm(self, count):
        gone, self.waiting = self.waiting[:count], self.waiting[count:]
        for _, future in gone:
            future.set_result(PublishOutcome.CONFIRMED)


@pytest.fixture
def slow(world):
    return replace(world.ohs, transport=Slow())


async def states(services):
    async with services.store.look() as work:
        return [item.state for item in await work.outbox()]


async def test_the_relay_claims_on_while_earlier_confirms_are_outstanding(slow, referrals):
    relay = Relay(slow)
    assert await relay.beat() == COUNT
    await asyncio.sleep(0)
    await submit_case(slow, "case-later", accepted_case())
    assert await relay.beat() == 1
    await asyncio.sleep(0)
    assert len(slow.transport.waiting) == COUNT + 1
    slow.transport.confirm(2)
    await asyncio.sleep(0.01)
    assert await relay.beat() == 2
    assert await states(slow) == [OutboxState.SENT] * 2 + [OutboxState.PENDING] * (COUNT - 1)
    slow.transport.confirm(COUNT)
    await relay.finish()
    assert set(await states(slow)) == {OutboxState.SENT}


async def test_the_relay_is_woken_by_the_last_outcome_or_by_enough(slow, referrals):
    woken = []
    relay = Relay(slow, lambda: woken.append(1))
    await relay.beat()
    await asyncio.sleep(0)
    assert COUNT < ENOUGH
    slow.transport.confirm(COUNT - 1)
    await asyncio.sleep(0.01)
    assert not woken
    slow.transport.confirm(1)
    await asyncio.sleep(0.01)
    assert woken == [1]
    await relay.finish()


async def test_the_relay_looks_again_at_once_only_when_something_may_be_left(slow, referrals, monkeypatch):
    monkeypatch.setattr(relay_outbox, "WINDOW", COUNT - 1)
    relay = Relay(slow)
    await relay.beat()
    assert relay.has_more
    assert await relay.beat() == 0
    assert not relay.has_more
    await asyncio.sleep(0)
    slow.transport.confirm(COUNT)
    await asyncio.sleep(0.01)
    assert await relay.beat() == COUNT
    assert not relay.has_more
    await asyncio.sleep(0)
    slow.transport.confirm(1)
    await relay.finish()
    assert set(await states(slow)) == {OutboxState.SENT}


async def test_what_does_not_go_lets_the_relay_look_for_what_stood_behind_it(slow, referrals):
    late = replace(slow, terms=replace(slow.terms, give_up_after=timedelta(0)))
    slow.clock.at += timedelta(seconds=1)
    relay = Relay(late)
    assert await relay.beat() == COUNT
    assert relay.has_more
    assert set(await states(slow)) == {OutboxState.UNDELIVERABLE}


async def test_a_transport_that_fails_in_a_way_nobody_foresaw_is_told_of_and_the_message_stays_pending(slow, referrals):
    relay = Relay(slow)
    assert await relay.beat() == COUNT
    await asyncio.sleep(0)
    slow.transport.waiting.pop()[1].set_exception(ZeroDivisionError)
    slow.transport.confirm(COUNT)
    with pytest.raises(ZeroDivisionError):
        await relay.finish()
    assert sorted(await states(slow)) == [OutboxState.PENDING, *[OutboxState.SENT] * (COUNT - 1)]
    assert await relay.beat() == 0


async def test_a_case_that_cannot_be_read_keeps_no_other_from_leaving(slow, referrals, monkeypatch):
    of_case = relay_outbox._withheld_because

    async def fail_for_one(services, work, item, now):
        if item.case_id == "case-1":
            raise OperatorError("journal-changed", "Not what it was.", remedy="Restore it.")
        return await of_case(services, work, item, now)

    monkeypatch.setattr(relay_outbox, "_withheld_because", fail_for_one)
    relay = Relay(slow)
    await relay.beat()
    await asyncio.sleep(0)
    assert {message_id for message_id, _ in slow.transport.waiting} == {
        delivery.message_id for number, delivery in enumerate(referrals) if number != 1
    }
    slow.transport.confirm(COUNT)
    with pytest.raises(OperatorError, match="Not what it was"):
        await relay.finish()
    assert sorted(await states(slow)) == [OutboxState.PENDING, *[OutboxState.SENT] * (COUNT - 1)]


async def test_outcomes_that_could_not_be_written_back_are_kept(slow, referrals):
    busy = replace(slow, store=Sometimes(slow.store))
    relay = Relay(busy)
    await relay.beat()
    await asyncio.sleep(0)
    slow.transport.confirm(COUNT)
    await asyncio.sleep(0.01)
    busy.store.is_busy = True
    with pytest.raises(TemporaryError):
        await relay.beat()
    busy.store.is_busy = False
    assert await relay.beat() == COUNT
    assert set(await states(slow)) == {OutboxState.SENT}


class Sometimes:
    """A store that is busy when told to."""

    def __init__(self, store):
        self._store = store
        self.is_busy = False

    def begin(self):
        return Failing(BUSY) if self.is_busy else self._store.begin()

    def look(self):
        return self._store.look()
