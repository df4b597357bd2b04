"""What every transport promises, asked of the twin in memory and of a real RabbitMQ alike."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable

import pytest

from adapters.memory.transport import MemoryBroker, MemoryTransport
from adapters.rabbitmq.transport import RabbitTransport
from gateway.domain.errors import OperatorError, TemporaryError
from gateway.ports.transport import Delivery, Lane, Parcel, PublishOutcome, Settlement, Transport
from tests.support.broker import TestBroker

SENDER, RECIPIENT, FULL = "arbo-a", "pool-x", "pool-full"
CAPACITY = 3


class Post:
    """Makes transports of one kind, and closes them all.

    Attributes:
        cut, mend: Take the broker away from everybody, and bring it back.
    """

    def __init__(self, make: Callable[..., Transport], cut: Callable[[], object], mend: Callable[[], object]) -> None:
        self._make = make
        self._made: list[Transport] = []
        self.cut = cut
        self.mend = mend

    async def open(self, party_id: str, **options) -> Transport:
        transport = self._make(party_id, **options)
        self._made.append(transport)
        await transport.open()
        return transport

    async def close(self) -> None:
        for transport in self._made:
            await transport.close()


@pytest.fixture(params=["memory", "rabbitmq"])
async def post(request: pytest.FixtureRequest) -> AsyncIterator[Post]:
    if request.param == "memory":
        hub, small = MemoryBroker([SENDER, RECIPIENT]), MemoryBroker([FULL], max_length=CAPACITY)
        post = Post(
            lambda party, to=RECIPIENT, **options: MemoryTransport(party, small if to == FULL else hub, **options),
            lambda: hub.set_reachable(False),
            lambda: hub.set_reachable(True),
        )
    else:
        broker = request.getfixturevalue("rabbitmq")
        await broker.purge(SENDER, RECIPIENT, FULL)
        post = Post(
            lambda party, to=None, **options: RabbitTransport(  # noqa: ARG005  (one broker has both inboxes)
                party, broker.amqp_url_for(party), **{"requeue_delay": 0.05, "reconnect_interval": 0.2, **options}
            ),
            lambda: stop(broker),
            lambda: broker.ctl("start_app"),
        )
    yield post
    await post.close()


def stop(broker: TestBroker) -> None:
    if not broker.has_ctl:
        pytest.skip("taking it away needs rabbitmqctl, which a broker known by its URL does not offer")
    broker.ctl("stop_app")


class Receiver:
    """A handler that remembers, and answers what it is told to."""

    def __init__(self, *settlements: Settlement | Exception) -> None:
        self.got: list[Delivery] = []
        self._answers = list(settlements)
        self._changed = asyncio.Condition()

    async def __call__(self, delivery: Delivery) -> Settlement:
        async with self._changed:
            self.got.append(delivery)
            self._changed.notify_all()
        answer = self._answers.pop(0) if self._answers else Settlement.ACK
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def until(self, count: int) -> list[Delivery]:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.got) >= count)
        return self.got


def parcel(number: int = 0, *, to: str = RECIPIENT, lane: Lane = Lane.CASES, message_id: str = "") -> Parcel:
    body = f"sealed.{number}".encode()
    return Parcel(message_id or str(uuid.uuid4()), SENDER, to, body, lane)


async def send(sender: Transport, *parcels: Parcel) -> None:
    for one in parcels:
        assert await sender.publish(one) is PublishOutcome.CONFIRMED


async def assert_nothing_left(post: Post, party_id: str = RECIPIENT) -> None:
    receiver = Receiver()
    fresh = await post.open(party_id)
    await fresh.consume(receiver)
    await asyncio.sleep(0.3)
    assert receiver.got == []


async def test_delivers_in_order(post: Post):
    sender, recipient, receiver = await post.open(SENDER), await post.open(RECIPIENT), Receiver()
    await recipient.consume(receiver)
    sent = [parcel(number) for number in range(20)]
    await send(sender, *sent)
    got = await receiver.until(20)
    assert [delivery.message_id for delivery in got] == [one.message_id for one in sent]
    assert [delivery.body for delivery in got] == [one.body for one in sent]


async def test_says_who_sent_it_to_whom(post: Post):
    sender, recipient, receiver = await post.open(SENDER), await post.open(RECIPIENT), Receiver()
    await send(sender, one := parcel(1))
    await recipient.consume(receiver)
    (delivery,) = await receiver.until(1)
    assert delivery == Delivery(
        message_id=one.message_id,
        routing_key_sender=SENDER,
        user_id=SENDER,
        recipient=RECIPIENT,
        body=one.body,
        lane=Lane.CASES,
        is_redelivered=False,
    )


async def test_what_is_acknowledged_is_gone(post: Post):
    sender, recipient, receiver = await post.open(SENDER), await post.open(RECIPIENT), Receiver()
    await recipient.consume(receiver)
    await send(sender, parcel())
    await receiver.until(1)
    await recipient.close()
    await assert_nothing_left(post)


@pytest.mark.parametrize("answer", [Settlement.REQUEUE, RuntimeError("the store is away")])
async def test_what_could_not_be_stored_comes_again(post: Post, answer):
    sender, recipient, receiver = await post.open(SENDER), await post.open(RECIPIENT), Receiver(answer)
    await recipient.consume(receiver)
    await send(sender, one := parcel())
    first, second = await receiver.until(2)
    assert first.message_id == second.message_id == one.message_id
    assert (first.is_redelivered, second.is_redelivered) == (False, True)


async def test_what_comes_again_keeps_its_place(post: Post):
    sender, receiver = await post.open(SENDER), Receiver(Settlement.REQUEUE)
    recipient = await post.open(RECIPIENT, prefetch=1)
    await send(sender, *(sent := [parcel(number) for number in range(3)]))
    await recipient.consume(receiver)
    got = await receiver.until(4)
    ids = [one.message_id for one in sent]
    assert [delivery.message_id for delivery in got] == [ids[0], *ids]


async def test_a_dead_letter_leaves_the_inbox(post: Post):
    sender, recipient = await post.open(SENDER), await post.open(RECIPIENT)
    receiver = Receiver(Settlement.DEAD_LETTER)
    await recipient.consume(receiver)
    await send(sender, parcel(1), parcel(2))
    await receiver.until(2)
    await recipient.close()
    await assert_nothing_left(post)


async def test_an_unknown_recipient_is_unroutable(post: Post):
    sender = await post.open(SENDER)
    assert await sender.publish(parcel(to="nobody-here")) is PublishOutcome.UNROUTABLE
    await send(sender, parcel())


async def test_a_full_inbox_refuses(post: Post):
    sender = await post.open(SENDER, to=FULL)
    outcomes = [await sender.publish(parcel(number, to=FULL)) for number in range(CAPACITY + 3)]
    assert outcomes[:CAPACITY] == [PublishOutcome.CONFIRMED] * CAPACITY
    assert outcomes[-1] is PublishOutcome.REFUSED  # a broker may overshoot by one or two


async def test_a_parcel_in_another_name_or_too_large_is_faulty(post: Post):
    sender = await post.open(SENDER)
    forged = Parcel("1", "arbo-b", RECIPIENT, b"sealed")
    huge = Parcel("2", SENDER, RECIPIENT, bytes(9 * 1024 * 1024))
    assert await sender.publish(forged) is PublishOutcome.FAULTY
    assert await sender.publish(huge) is PublishOutcome.FAULTY
    await send(sender, parcel())


async def test_a_message_sent_twice_arrives_twice(post: Post):
    sender, recipient, receiver = await post.open(SENDER), await post.open(RECIPIENT), Receiver()
    await recipient.consume(receiver)
    await send(sender, *[one := parcel()] * 2)
    assert [delivery.message_id for delivery in await receiver.until(2)] == [one.message_id] * 2


async def test_draining_waits_for_the_handler_and_settles(post: Post):
    sender, recipient = await post.open(SENDER), await post.open(RECIPIENT, prefetch=1)
    started, finished = asyncio.Event(), []

    async def slow(delivery: Delivery) -> Settlement:
        started.set()
        await asyncio.sleep(0.3)
        finished.append(delivery.message_id)
        return Settlement.ACK

    await send(sender, first := parcel(1), second := parcel(2))
    await recipient.consume(slow)
    await asyncio.wait_for(started.wait(), 10)
    await recipient.drain()
    assert finished[:1] == [first.message_id]
    await recipient.close()
    rest = Receiver()
    again = await post.open(RECIPIENT)
    await again.consume(rest)
    await asyncio.sleep(0.3)
    assert [*finished, *(delivery.message_id for delivery in rest.got)] == [first.message_id, second.message_id]


async def test_who_consumes_already_drains_first(post: Post):
    transport = await post.open(RECIPIENT)
    await transport.consume(Receiver())
    with pytest.raises(OperatorError) as caught:
        await transport.consume(Receiver())
    assert caught.value.code == "broker-consuming"
    assert "Drain" in caught.value.remedy
    assert transport.is_consuming
    await transport.drain()
    await transport.consume(Receiver())
    assert transport.is_consuming


async def test_the_twin_in_memory_is_opened_first_and_knows_its_parties():
    hub = MemoryBroker([SENDER])
    with pytest.raises(TemporaryError) as caught:
        await MemoryTransport(RECIPIENT, hub).consume(Receiver())
    assert (caught.value.code, caught.value.remedy) == ("broker-not-open", "Call open() first.")
    with pytest.raises(OperatorError) as missing:
        hub.inbox(Lane.CASES, FULL)
    assert missing.value.code == "broker-inbox-missing"
    assert "Add the party" in missing.value.remedy


async def test_what_was_not_settled_comes_again_after_closing(post: Post):
    sender, recipient = await post.open(SENDER), await post.open(RECIPIENT, drain_timeout=0.1)
    started = asyncio.Event()

    async def stuck(_: Delivery) -> Settlement:
        started.set()
        await asyncio.sleep(60)
        return Settlement.ACK

    await recipient.consume(stuck)
    await send(sender, one := parcel())
    await asyncio.wait_for(started.wait(), 10)
    await recipient.close()
    receiver = Receiver()
    again = await post.open(RECIPIENT)
    await again.consume(receiver)
    (delivery,) = await receiver.until(1)
    assert (delivery.message_id, delivery.is_redelivered) == (one.message_id, True)


async def test_the_lanes_do_not_mix(post: Post):
    sender, receiver = await post.open(SENDER), Receiver()
    cases = await post.open(RECIPIENT, lanes=(Lane.CASES,))
    await send(sender, invoice := parcel(1, lane=Lane.BILLING), case := parcel(2))
    await cases.consume(receiver)
    await asyncio.sleep(0.3)
    assert [delivery.message_id for delivery in receiver.got] == [case.message_id]
    billing, invoices = await post.open(RECIPIENT, lanes=(Lane.BILLING,)), Receiver()
    await billing.consume(invoices)
    (delivery,) = await invoices.until(1)
    assert (delivery.message_id, delivery.lane) == (invoice.message_id, Lane.BILLING)


async def test_never_more_handlers_than_the_prefetch(post: Post):
    sender, recipient = await post.open(SENDER), await post.open(RECIPIENT, prefetch=3)
    running, peak, done = 0, 0, asyncio.Semaphore(0)

    async def counted(_: Delivery) -> Settlement:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0.02)
        running -= 1
        done.release()
        return Settlement.ACK

    await send(sender, *(parcel(number) for number in range(12)))
    await recipient.consume(counted)
    async with asyncio.timeout(20):
        for _ in range(12):
            await done.acquire()
    assert peak == 3


async def test_two_hundred_at_once_are_each_confirmed_and_arrive_once(post: Post):
    sender, recipient, receiver = await post.open(SENDER), await post.open(RECIPIENT), Receiver()
    await recipient.consume(receiver)
    sent = [parcel(number) for number in range(200)]
    outcomes = await asyncio.gather(*map(sender.publish, sent))
    assert set(outcomes) == {PublishOutcome.CONFIRMED}
    got = await receiver.until(200)
    await asyncio.sleep(0.1)
    assert sorted(delivery.message_id for delivery in got) == sorted(one.message_id for one in sent)


async def test_a_broker_that_is_away_is_unreachable_and_found_again_by_asking(post: Post):
    """Nobody publishes meanwhile: a message that nobody tries waits for nothing but the broker."""
    sender, receiver = await post.open(SENDER), Receiver()
    await send(sender, parcel(1), parcel(2, lane=Lane.BILLING))
    assert [sender.reach(lane) for lane in Lane] == [True, True]
    lost = parcel(3)
    await asyncio.to_thread(post.cut)
    try:
        assert await sender.publish(lost) is PublishOutcome.UNREACHABLE
        assert [sender.reach(lane) for lane in Lane] == [False, False]
    finally:
        await asyncio.to_thread(post.mend)
    async with asyncio.timeout(20):
        while not all([sender.reach(lane) for lane in Lane]):  # noqa: C419  (ask for each, as a relay does)
            await asyncio.sleep(0.05)
    await send(sender, lost)
    recipient = await post.open(RECIPIENT, lanes=(Lane.CASES,))
    await recipient.consume(receiver)
    assert (await receiver.until(2))[-1].message_id == lost.message_id


async def test_a_lane_that_was_not_used_yet_counts_as_reachable(post: Post):
    sender = await post.open(SENDER)
    assert [sender.reach(lane) for lane in Lane] == [True, True]


async def test_after_closing_publishing_is_unreachable_and_closing_again_is_nothing(post: Post):
    sender = await post.open(SENDER)
    await sender.close()
    await sender.close()
    assert await sender.publish(parcel()) is PublishOutcome.UNREACHABLE
    assert not any([sender.reach(lane) for lane in Lane])  # noqa: C419
