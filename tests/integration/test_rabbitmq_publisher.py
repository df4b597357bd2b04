"""The publisher's traps, on a real broker: one bad parcel among many, one id twice, a broker that goes away."""

import asyncio
import uuid

import aio_pika
import pytest
from aiormq.abc import DeliveredMessage

from adapters.rabbitmq.topology import VHOSTS, definitions
from adapters.rabbitmq.transport import RabbitTransport
from gateway.ports.transport import Lane, Parcel, PublishOutcome
from tests.support.broker import TestBroker


def parcel(to: str = "pool-x", message_id: str = "", size: int = 10) -> Parcel:
    return Parcel(message_id or str(uuid.uuid4()), "arbo-a", to, bytes(size))


async def drained(broker: TestBroker, queue_name: str) -> list[DeliveredMessage]:
    """Take everything out of a queue, as an operator with a dump of it would see it."""
    async with await aio_pika.connect(f"{broker.admin_url}/so") as connection:
        channel = await (await connection.channel()).get_underlay_channel()
        messages = []
        while (message := await channel.basic_get(queue_name, no_ack=True)).routing_key is not None:
            messages.append(message)
        return messages


@pytest.fixture
async def sender(clean_rabbitmq: TestBroker):
    transport = RabbitTransport("arbo-a", clean_rabbitmq.amqp_url_for("arbo-a"), reconnect_interval=0.2)
    await transport.open()
    yield transport
    await transport.close()


@pytest.fixture
def only_pool_x(clean_rabbitmq: TestBroker):
    """arbo-a may write to pool-x only, as an operator with a list of recipients would have it."""
    rule = {"user": "arbo-a", "vhost": "so", "exchange": "msg", "write": r"^arbo-a\.pool-x\.m$", "read": "^$"}
    clean_rabbitmq.import_definitions({"topic_permissions": [rule]})
    yield
    usual = definitions(["arbo-a"], vhosts=VHOSTS)["topic_permissions"]
    clean_rabbitmq.import_definitions({"topic_permissions": usual})


async def test_a_message_shows_the_broker_nothing_but_routing_and_opaque_bytes(sender, clean_rabbitmq):
    one = parcel()
    await sender.publish(one)
    (message,) = await drained(clean_rabbitmq, "in.pool-x")
    shown = {name: value for name, value in message.header.properties if value}
    assert message.routing_key == "arbo-a.pool-x.m"
    assert shown.pop("headers", {}).keys() <= {"x-delivery-count"}  # the broker's own
    assert shown == {
        "content_type": "application/jose",
        "delivery_mode": 2,
        "message_id": one.message_id,
        "user_id": "arbo-a",
    }
    assert message.body == one.body


async def test_one_faulty_among_many_takes_nobody_along(sender, only_pool_x, clean_rabbitmq):
    good = [parcel() for _ in range(60)]
    bad = [parcel("pool-y"), parcel("pool-y")]
    mixed = [*good[:20], bad[0], *good[20:40], bad[1], *good[40:]]
    outcomes = dict(
        zip((one.message_id for one in mixed), await asyncio.gather(*map(sender.publish, mixed)), strict=True)
    )
    assert {outcomes[one.message_id] for one in bad} == {PublishOutcome.FAULTY}
    assert {outcomes[one.message_id] for one in good} == {PublishOutcome.CONFIRMED}
    arrived = [message.header.properties.message_id for message in await drained(clean_rabbitmq, "in.pool-x")]
    assert set(arrived) == {one.message_id for one in good}
    assert await drained(clean_rabbitmq, "in.pool-y") == []


async def test_larger_than_the_broker_takes_is_faulty_and_alone_in_it(clean_rabbitmq):
    limit = clean_rabbitmq.message_limit
    transport = RabbitTransport(
        "arbo-a", clean_rabbitmq.amqp_url_for("arbo-a"), max_body_bytes=2 * limit, publish_timeout=60
    )
    await transport.open()
    try:
        mixed = [parcel(), parcel(size=limit + 1), parcel(), parcel()]
        outcomes = await asyncio.gather(*map(transport.publish, mixed))
    finally:
        await transport.close()
    good = PublishOutcome.CONFIRMED
    assert outcomes == [good, PublishOutcome.FAULTY, good, good]


async def test_one_id_to_two_recipients_at_once_gets_the_right_answer_each(sender, clean_rabbitmq):
    for _ in range(20):
        shared = str(uuid.uuid4())
        lost, found = await asyncio.gather(
            sender.publish(parcel("nobody", shared)), sender.publish(parcel("pool-x", shared))
        )
        assert (lost, found) == (PublishOutcome.UNROUTABLE, PublishOutcome.CONFIRMED)
    assert len(await drained(clean_rabbitmq, "in.pool-x")) == 20


async def test_cancelling_the_caller_is_a_real_cancellation(sender):
    task = asyncio.create_task(sender.publish(parcel()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await sender.publish(parcel()) is PublishOutcome.CONFIRMED


async def test_a_missing_right_on_the_exchange_is_no_parcels_and_no_partners_fault(sender, clean_rabbitmq):
    rule = {"user": "arbo-a", "vhost": "so", "configure": "^$", "write": "^$", "read": "^in\\.arbo-a$"}
    clean_rabbitmq.import_definitions({"permissions": [rule]})
    try:
        await asyncio.sleep(0.1)
        transport = RabbitTransport("arbo-a", clean_rabbitmq.amqp_url_for("arbo-a"))
        await transport.open()
        assert await transport.publish(parcel()) is PublishOutcome.UNKNOWN
        await transport.close()
    finally:
        clean_rabbitmq.import_definitions({"permissions": definitions(["arbo-a"])["permissions"]})


ALARMS = {
    "no disk": (("set_disk_free_limit", "90000GB"), ("set_disk_free_limit", "50MB")),
    "no memory": (("set_vm_memory_high_watermark", "0.000001"), ("set_vm_memory_high_watermark", "0.4")),
}
"""How the broker comes to block publishers, and how that ends."""


@pytest.mark.parametrize("alarm", ALARMS)
async def test_a_blocked_broker_is_unknown_within_the_timeout(clean_rabbitmq, alarm):
    if not clean_rabbitmq.has_ctl:
        pytest.skip("raising an alarm needs rabbitmqctl, which a broker known by its URL does not offer")
    transport = RabbitTransport("arbo-a", clean_rabbitmq.amqp_url_for("arbo-a"), publish_timeout=1)
    await transport.open()
    one = parcel()
    begin, end = ALARMS[alarm]
    await asyncio.to_thread(clean_rabbitmq.ctl, *begin)
    try:
        async with asyncio.timeout(5):
            outcomes = await asyncio.gather(transport.publish(one), transport.publish(parcel("nobody")))
        assert outcomes == [PublishOutcome.UNKNOWN] * 2
        for _ in range(10):
            assert not transport.reach(Lane.CASES)  # so nothing more is claimed while the alarm lasts
            await asyncio.sleep(0.05)
    finally:
        await asyncio.to_thread(clean_rabbitmq.ctl, *end)
    async with asyncio.timeout(20):
        while not transport.reach(Lane.CASES):
            await asyncio.sleep(0.05)
        outcomes = [PublishOutcome.UNKNOWN]
        while outcomes[-1] is PublishOutcome.UNKNOWN:
            await asyncio.sleep(0.1)
            outcomes.append(await transport.publish(one))
    assert outcomes[-1] is PublishOutcome.CONFIRMED
    assert await transport.publish(parcel("nobody")) is PublishOutcome.UNROUTABLE
    await transport.close()
    ids = {message.header.properties.message_id for message in await drained(clean_rabbitmq, "in.pool-x")}
    assert ids == {one.message_id}
