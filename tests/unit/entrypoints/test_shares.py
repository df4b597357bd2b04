"""Shares of the intake: one partner that floods, or whose files do not come, takes no room of the others."""

import asyncio
from dataclasses import replace

from gateway.domain.ceilings import STRANGERS, Ceilings
from gateway.domain.errors import TemporaryError
from gateway.entrypoints.workers import consumer
from gateway.entrypoints.workers.consumer import ConsumerWorker
from gateway.entrypoints.workers.shares import Shares
from gateway.ports.transport import Settlement
from tests.support.hostile import garbage, held, reached
from tests.support.world import OTHER_POOL, POOL, World

FEW = Ceilings(deliveries_in_hand=4, deliveries_at_once=2, held_bytes_per_partner=1000)


def taken(shares: Shares, share: str, times: int, size: int = 1) -> int:
    return sum(shares.enter(share, size) for _ in range(times))


async def test_a_partner_has_its_share_in_hand_and_no_more():
    shares = Shares(FEW, 100)
    assert taken(shares, "a", 10) == 4
    assert taken(shares, "b", 10) == 4, "and nobody else's"
    shares.leave("a", 1)
    assert taken(shares, "a", 10) == 1


async def test_its_bytes_are_bounded_and_one_is_always_taken():
    shares = Shares(FEW, 100)
    assert taken(shares, "a", 3, 600) == 1
    assert taken(shares, "b", 3, 5000) == 1


async def test_however_many_flood_the_line_goes_on_moving():
    """Half of what the broker brings is shared out; the other half is never taken."""
    shares = Shares(Ceilings(deliveries_in_hand=60), 100)
    floods = [f"flooder-{number}" for number in range(10)]
    for _ in range(100):
        for flooder in floods:
            shares.enter(flooder, 1)
    assert sum(shares._count.values()) <= 50 + len(floods)
    assert shares.enter("honest", 1)


async def test_as_many_as_the_broker_brings_is_no_bound():
    assert taken(Shares(Ceilings(deliveries_in_hand=100), 100), "a", 1000) == 1000


async def test_nothing_is_remembered_of_who_has_nothing_in_hand():
    shares = Shares(FEW, 100)
    for number in range(100):
        assert shares.enter(f"partner-{number}", 7)
        shares.leave(f"partner-{number}", 7)
    assert (len(shares._count), len(shares._size)) == (0, 0)


async def test_so_many_of_a_partner_are_opened_at_a_time():
    shares, running, most = Shares(FEW, 100), [], []

    async def one():
        async with shares.place("a"):
            running.append(1)
            most.append(len(running))
            await asyncio.sleep(0)
            running.pop()

    await asyncio.gather(*(one() for _ in range(10)))
    assert max(most) == 2


async def test_the_place_of_a_partner_that_is_turned_away_rests(monkeypatch):
    shares, loop = Shares(replace(FEW, deliveries_at_once=1), 100), asyncio.get_running_loop()
    rests = []
    monkeypatch.setattr(loop, "call_later", lambda seconds, release: rests.append(seconds) or release())
    async with shares.place("a"):
        pass
    assert rests == []
    taken(shares, "a", 5)
    async with shares.place("a"):
        pass
    async with shares.place("b"):
        pass
    assert len(rests) == 1


def stuck(monkeypatch, partner: str) -> asyncio.Event:
    """Deliveries of a partner are not read until the event is set."""
    go_on = asyncio.Event()
    with_enclosures = consumer.with_enclosures

    async def wait(services, read):
        if read.delivery.user_id == partner:
            await go_on.wait()
        return await with_enclosures(services, read)

    monkeypatch.setattr(consumer, "with_enclosures", wait)
    return go_on


async def test_what_is_above_the_share_is_turned_away_and_comes_again(world: World, monkeypatch):
    services = replace(world.ohs, ceilings=FEW)
    worker = ConsumerWorker(services, lambda: None, asyncio.Event(), 100)
    go_on = stuck(monkeypatch, POOL.party_id)
    flood = [garbage(b"noise %d" % number) for number in range(10)]
    tasks = [asyncio.create_task(worker.handle(delivery)) for delivery in flood]
    await asyncio.sleep(0.05)
    assert sum(task.done() for task in tasks) == 6
    assert await worker.handle(garbage(b"other", OTHER_POOL.party_id)) is Settlement.ACK
    assert [item.sender for item in await held(services)] == [OTHER_POOL.party_id], "the others go on"
    go_on.set()
    assert set(await asyncio.gather(*tasks)) == {Settlement.ACK}
    assert len(await held(services)) == 1 + 4, "nothing is stored of what was turned away"
    assert reached(services) == [(POOL.party_id, "deliveries")]
    for delivery in flood:
        await worker.handle(delivery)
    assert len(await held(services)) == 1 + 10


async def test_all_strangers_are_one(world: World, monkeypatch):
    services = replace(world.ohs, ceilings=FEW)
    worker = ConsumerWorker(services, lambda: None, asyncio.Event(), 100, lambda user: user == POOL.party_id)
    go_on = asyncio.Event()

    async def wait(_, read):
        await go_on.wait()
        return read

    monkeypatch.setattr(consumer, "with_enclosures", wait)
    tasks = [asyncio.create_task(worker.handle(garbage(b"x", f"stranger-{number}"))) for number in range(10)]
    await asyncio.sleep(0.05)
    assert sum(task.done() for task in tasks) == 6
    assert reached(services) == [(STRANGERS, "deliveries")]
    go_on.set()
    await asyncio.gather(*tasks)


async def test_what_goes_back_counts_as_in_hand_until_its_pause_is_over(world: World, monkeypatch):
    """A partner whose files are never there: each of its deliveries goes back twenty times."""
    services = replace(world.ohs, ceilings=FEW)
    worker = ConsumerWorker(services, lambda: None, asyncio.Event(), 100)
    monkeypatch.setattr(consumer, "RETRY_SECONDS", 0.2)

    async def absent(*_):
        raise TemporaryError("object-absent", "Not there.", remedy="None.")

    monkeypatch.setattr(consumer, "with_enclosures", absent)
    outcomes = await asyncio.gather(*(worker.handle(garbage(b"%d" % number)) for number in range(10)))
    assert outcomes.count(Settlement.REQUEUE) == 4
    assert outcomes.count(Settlement.ACK) == 6


async def test_nothing_is_turned_away_while_nothing_can_be_stored(world: World, monkeypatch):
    """The broker keeps what it has, and brings no more than it may."""
    services = replace(world.ohs, ceilings=FEW)
    stopping = asyncio.Event()
    worker = ConsumerWorker(services, lambda: None, stopping, 100)
    monkeypatch.setattr(consumer, "RETRY_SECONDS", 0.02)
    is_out = True
    receive_all = consumer.receive_all

    async def out(services, read):
        if is_out:
            raise TemporaryError("store-unreachable", "Out.", remedy="None.")
        return await receive_all(services, read)

    monkeypatch.setattr(consumer, "receive_all", out)
    first = asyncio.create_task(worker.handle(garbage(b"first")))
    await asyncio.sleep(0.01)
    more = [asyncio.create_task(worker.handle(garbage(b"%d" % number))) for number in range(10)]
    await asyncio.sleep(0.1)
    assert not first.done()
    assert not any(task.done() for task in more)
    is_out = False
    assert set(await asyncio.gather(first, *more)) == {Settlement.ACK}
    assert len(await held(services)) == 11
    assert reached(services) == []
